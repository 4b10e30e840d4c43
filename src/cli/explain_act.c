/* alvor explain, for activations and gated units: formula, gains, moments, saturation. */
#include "base/base.h"
#include "cli/explain.h"
#include "cli/page.h"
#include "math/math.h"

/* One number of a page: its value and what it is. */
typedef struct figure {
    double value;
    const char *text[ALV_LANGS];
} figure;

static void print_figures(const cli_args *args, const figure *figures, int n)
{
    for (int i = 0; i < n; i++) {
        char number[32];
        alv_number_print(number, figures[i].value, 10);
        fputs("  ", stdout);
        cli_pad(stdout, number, 14);
        cli_wrap(stdout, figures[i].text[args->lang], 16, 16);
    }
}

static const char *const gains_title[ALV_LANGS] = {"Gains, for pre-activations N(0, 1)",
                                                   "Ganhos, para pré-ativações N(0, 1)"};
static const char *const moments_title[ALV_LANGS] = {"Moments, for z ~ N(0, 1)",
                                                     "Momentos, para z ~ N(0, 1)"};

static void print_gains(const cli_args *args, const alv_gain *gain)
{
    const figure gains[] = {
        {gain->forward,
         {"forward: keeps the signal, 1 / sqrt(E f^2)", "ida: mantém o sinal, 1 / sqrt(E f^2)"}},
        {gain->backward,
         {"backward: keeps the gradient, 1 / sqrt(E f'^2)",
          "volta: mantém o gradiente, 1 / sqrt(E f'^2)"}},
        {gain->variance,
         {"variance: 1 / sqrt(Var f), for reference; too large where E f is not 0",
          "variância: 1 / sqrt(Var f), só como referência; grande demais onde E f não é 0"}},
    };
    bool odd = alv_fabs(gain->mean) < 1e-14; /* what is left is rounding */
    const figure moments[] = {{odd ? 0 : gain->mean, {"E f", "E f"}},
                              {gain->second, {"E f^2", "E f^2"}},
                              {gain->slope, {"E f'^2", "E f'^2"}}};
    cli_section(args, gains_title, NULL);
    print_figures(args, gains, ALV_COUNT(gains));
    cli_section(args, moments_title, NULL);
    print_figures(args, moments, ALV_COUNT(moments));
}

/* The probability that z ~ N(0, 1) lies where the unit is flat. */
static double flat_share(const alv_act *act)
{
    return alv_normal_cdf(act->flat_below) + alv_normal_cdf(-act->flat_above);
}

static void print_saturation(const cli_args *args, const alv_act *act)
{
    static const char *const title[ALV_LANGS] = {"Saturation", "Saturação"};
    static const char *const never[ALV_LANGS] = {"never: the slope does not fade on either side",
                                                 "nunca: a inclinação não some de nenhum lado"};
    static const char *const dies[ALV_LANGS] = {
        "A unit that is flat for every input gets no gradient and cannot recover.",
        "Uma unidade plana para todas as entradas não recebe gradiente e não se recupera."};
    bool pt = args->lang == ALV_PT, low = alv_isfinite(act->flat_below),
         high = alv_isfinite(act->flat_above);
    char text[160], below[32], above[32], share[32];
    alv_number_print(below, act->flat_below, 5);
    alv_number_print(above, act->flat_above, 5);
    alv_number_print(share, 100 * flat_share(act), 3);
    if (!low && !high)
        alv_text_format(text, sizeof text, "%s", never[args->lang]);
    else
        alv_text_format(text, sizeof text,
                        pt ? "plana %s%s%s%s%s: %s %% de z ~ N(0, 1)"
                           : "flat %s%s%s%s%s: %s %% of z ~ N(0, 1)",
                        low ? (pt ? "abaixo de " : "below ") : "", low ? below : "",
                        low && high ? (pt ? " e " : " and ") : "",
                        high ? (pt ? "acima de " : "above ") : "", high ? above : "", share);
    cli_section(args, title, text);
    if (!act->can_die) return;
    fputs("  ", stdout);
    cli_wrap(stdout, dies[args->lang], 2, 2);
}

json_t *cli_gain_json(const alv_gain *gain)
{
    return json_pack("{s:f, s:f, s:f, s:f, s:f, s:f}", "mean", gain->mean, "second", gain->second,
                     "slope", gain->slope, "forward", gain->forward, "backward", gain->backward,
                     "variance", gain->variance);
}

static json_t *finite_or_null(double x)
{
    return alv_isfinite(x) ? json_real(x) : json_null();
}

static json_t *act_json(alv_act_spec spec, const alv_gain *gain)
{
    const alv_act *act = spec.act;
    return json_pack("{s:s, s:s, s:s, s:s, s:s, s:f, s:o, s:{s:o, s:o, s:f, s:b}}", "schema",
                     "alvor.explain/1", "kind", "activation", "name", act->name, "aliases",
                     act->aliases, "formula", act->formula, "param", spec.param, "gain",
                     cli_gain_json(gain), "saturation", "below", finite_or_null(act->flat_below),
                     "above", finite_or_null(act->flat_above), "share", flat_share(act), "can_die",
                     act->can_die);
}

int cli_explain_act(const cli_args *args, alv_act_spec spec)
{
    alv_gain gain;
    alv_error error;
    if (alv_act_gain(&gain, spec, &error) != ALV_OK) return cli_fail_error(&error);
    if (cli_flag(args, "json")) return cli_print_document(act_json(spec, &gain));
    cli_heading(args, spec.act->name);
    fputs("  ", stdout);
    cli_wrap(stdout, spec.act->formula, 2, 2);
    cli_aliases(args, spec.act->aliases);
    if (spec.act->param) {
        char number[32];
        alv_number_print(number, spec.param, 0);
        printf("  %s = %s\n", spec.act->param, number);
    }
    print_gains(args, &gain);
    print_saturation(args, spec.act);
    return CLI_OK;
}

json_t *cli_gated_json(const alv_gated_moments *m)
{
    return json_pack("{s:f, s:f, s:f, s:f, s:f, s:f}", "second", m->second, "slope_gate",
                     m->slope_gate, "slope_value", m->slope_value, "forward", m->forward,
                     "forward_both", m->forward_both, "backward", m->backward);
}

static void print_gated(const cli_args *args, const alv_gated *unit, const alv_gated_moments *m)
{
    static const char *const what[ALV_LANGS] = {
        "a gated unit: gate a and value b are two projections of the same input",
        "uma unidade com porta: a porta a e o valor b são duas projeções da mesma entrada"};
    static const char *const reference[ALV_LANGS] = {"Reference", "Referência"};
    const figure gains[] = {
        {m->forward_both,
         {"gate and value alike: keeps the signal", "porta e valor por igual: mantém o sinal"}},
        {m->forward,
         {"value alone, or the layer after: keeps the signal, 1 / sqrt(E f^2)",
          "só o valor, ou a camada seguinte: mantém o sinal, 1 / sqrt(E f^2)"}},
        {m->backward,
         {"gate and value alike, over the units as fan_out: keeps the gradient, "
          "1 / sqrt(E f'^2 + E f^2)",
          "porta e valor por igual, com as unidades como fan_out: mantém o gradiente, "
          "1 / sqrt(E f'^2 + E f^2)"}},
    };
    const figure moments[] = {
        {m->second, {"E y^2 = E f^2; E y = 0", "E y^2 = E f^2; E y = 0"}},
        {m->slope_gate, {"E (dy/da)^2 = E f'^2", "E (dy/da)^2 = E f'^2"}},
        {m->slope_value, {"E (dy/db)^2 = E f^2", "E (dy/db)^2 = E f^2"}},
    };
    cli_heading(args, unit->name);
    printf("  y = %s\n  ", unit->formula);
    cli_wrap(stdout, what[args->lang], 2, 2);
    cli_aliases(args, unit->aliases);
    cli_section(args, gains_title, NULL);
    print_figures(args, gains, ALV_COUNT(gains));
    cli_section(args, moments_title, NULL);
    print_figures(args, moments, ALV_COUNT(moments));
    cli_section(args, reference, unit->citation);
}

int cli_explain_gated(const cli_args *args, const alv_gated *unit)
{
    alv_act_spec gate;
    alv_gated_moments m;
    alv_error error;
    if (alv_act_parse(&gate, unit->gate, &error) != ALV_OK ||
        alv_gated_gain(&m, gate, &error) != ALV_OK)
        return cli_fail_error(&error);
    if (cli_flag(args, "json"))
        return cli_print_document(json_pack(
            "{s:s, s:s, s:s, s:s, s:s, s:s, s:s, s:o}", "schema", "alvor.explain/1", "kind",
            "gated", "name", unit->name, "aliases", unit->aliases, "formula", unit->formula, "gate",
            unit->gate, "citation", unit->citation, "gain", cli_gated_json(&m)));
    print_gated(args, unit, &m);
    return CLI_OK;
}
