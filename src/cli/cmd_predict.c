/* alvor predict: what theory says about a net of equal layers, before any training. */
#include <string.h>

#include "alvor/theory.h"
#include "base/base.h"
#include "cli/explain.h"
#include "cli/page.h"
#include "cli/predict.h"
#include "cli/verbs.h"
#include "math/math.h"
#include "model/family.h"
#include "theory/weights.h"
#include "verdict/verdict.h"

enum { MOST_DEPTH = 100000, MOST_FOLLOWED = 100, ROWS = 16 };

typedef struct prediction {
    alv_mean_field net;
    alv_mean_field_limit limit;
    double inputs, edge;               /* NaN: there is none */
    double jacobian;                   /* NaN: no gradient passes, or it is not known */
    double *correlations, correlation; /* (depth) of two inputs of that correlation */
    bool follows;                      /* them: 0.3 ms a layer */
    int64_t depth, width;
    alv_mean_field_layer *layers; /* (depth) */
    bool limited;
    bool dependent; /* weights of one matrix depend on each other, as orthogonal ones do */
    bool orthogonal;
    alv_verdict verdict;
} prediction;

static void judge(prediction *p)
{
    double flat = 0;
    for (int64_t l = 0; l < p->depth; l++) flat += p->layers[l].flat / (double)p->depth;
    const alv_act *act = p->net.act.act;
    const bool saturates =
        !act->can_die && (alv_isfinite(act->flat_below) || alv_isfinite(act->flat_above));
    const alv_signals signals = {.forward = alv_sqrt(p->layers[p->depth - 1].q / p->inputs),
                                 .backward = alv_sqrt(p->layers[0].gradient),
                                 .saturated = saturates ? flat : ALV_NAN,
                                 .dead = ALV_NAN,
                                 .locked = ALV_NAN};
    p->verdict = alv_signals_judge(&signals, &alv_bounds_of[ALV_CRITICAL]);
}

/* The variance of the weights, or of the biases, of a layer of `width` by `width`. */
static alv_status variance_of(double *out, const alv_scheme *scheme, prediction *p, alv_role role,
                              alv_error *error)
{
    alv_tensor t = {.name = "w", .rank = 2, .shape = {p->width, p->width}, .act = p->net.act};
    if (role == ALV_ROLE_BIAS)
        t = (alv_tensor){.name = "b",
                         .rank = 1,
                         .shape = {p->width},
                         .role = role,
                         .fan_in = (double)p->width,
                         .fan_out = (double)p->width};
    t.dtype = ALV_F64;
    ALV_TRY(alv_theory_variance(out, scheme, &t, error));
    p->dependent |= scheme->init->reach != ALV_REACH_ELEMENT;
    p->orthogonal |= scheme->init == alv_init_find("orthogonal");
    if (role == ALV_ROLE_WEIGHT) *out *= (double)p->width;
    return ALV_OK;
}

/* What turns the chain into another net: z' = skip z + branch (W f(norm(z)) + b). */
static int read_path(prediction *p, const cli_args *args)
{
    const char *name = cli_value(args, "norm", alv_norm_names[ALV_NORM_NONE]),
               *near = alv_suggest(name, alv_norm_names);
    int norm = 0;
    while (alv_norm_names[norm] && strcmp(alv_norm_names[norm], name) != 0) norm++;
    if (!alv_norm_names[norm])
        return cli_fail(NULL, "norm: there is no norm '%s'; %s '%s'%s", name,
                        near ? "did you mean" : "the first is", near ? near : alv_norm_names[0],
                        near ? "?" : "");
    p->net.norm = (alv_norm)norm;
    if (!cli_double(&p->net.skip, args, "skip", 0, 0, 1e6) ||
        !cli_double(&p->net.branch, args, "branch", 1, 0, 1e6) ||
        !cli_double(&p->correlation, args, "correlation", 0.5, -1, 1))
        return CLI_USAGE;
    p->follows = cli_value(args, "correlation", NULL) || p->depth <= MOST_FOLLOWED;
    if (p->net.skip == 0 && p->net.branch == 0)
        return cli_fail(NULL, "--skip 0 and --branch 0 leave nothing");
    if (cli_flag(args, "phase") && (p->net.skip > 0 || p->net.norm != ALV_NORM_NONE))
        return cli_fail(NULL, "--phase is drawn of plain nets: without --skip and --norm");
    return CLI_OK;
}

/* Reads the names; prints the error with its option. */
static int read_net(prediction *p, const cli_args *args)
{
    static const char *const names[] = {"init", "bias"}, *const usual[] = {"he_normal", "zeros"};
    double *const out[] = {&p->net.weight_variance, &p->net.bias_variance};
    alv_error error;
    if (alv_act_parse(&p->net.act, cli_value(args, "act", "relu"), &error) != ALV_OK)
        return cli_fail_option("act", &error);
    for (int i = 0; i < 2; i++) {
        alv_scheme scheme;
        const char *text = cli_value(args, names[i], usual[i]);
        if (alv_scheme_parse(&scheme, text, &error) != ALV_OK ||
            variance_of(out[i], &scheme, p, i ? ALV_ROLE_BIAS : ALV_ROLE_WEIGHT, &error) != ALV_OK)
            return cli_fail_option(names[i], &error);
    }
    return read_path(p, args);
}

static alv_status predict(prediction *p, alv_error *error)
{
    p->layers = alv_new_array((size_t)p->depth, sizeof *p->layers);
    p->correlations = alv_new_array((size_t)p->depth, sizeof *p->correlations);
    if (!p->layers || !p->correlations)
        return alv_fail(error, ALV_ERR_MEMORY, "depth", "no memory for %lld layers", p->depth);
    for (int64_t l = 0; l < p->depth; l++)
        p->layers[l] = (alv_mean_field_layer){.net = p->net, .width = p->width};
    ALV_TRY(alv_mean_field_layers(p->layers, p->depth, p->inputs, error));
    for (int64_t l = 0; l < p->depth; l++) p->correlations[l] = ALV_NAN;
    if (p->follows)
        ALV_TRY(alv_mean_field_correlations(p->correlations, p->layers, p->depth, p->inputs,
                                            p->correlation, error));
    p->jacobian = alv_mean_field_jacobian(p->layers, p->depth, p->orthogonal);
    judge(p);
    p->limited = p->layers[0].q >= 1e-60 && p->layers[0].q <= 1e60 &&
                 alv_mean_field_converge(&p->limit, &p->net, p->layers[0].q, NULL) == ALV_OK;
    if (alv_mean_field_edge(&p->edge, &p->net, NULL) != ALV_OK) p->edge = ALV_NAN;
    return ALV_OK;
}

/* --- as a page ------------------------------------------------------------------------------ */

static void number(char out[32], double x)
{
    alv_number_print(out, x, 4);
}

/* "0.982 [0.91, 1.1]" of roots; without the interval where there is none. */
static void rms(char out[96], double mean, double lo, double hi)
{
    char a[32], b[32], c[32];
    alv_number_print(a, alv_sqrt(mean), 3);
    if (alv_isnan(lo)) {
        alv_text_format(out, 96, "%s", a);
        return;
    }
    alv_number_print(b, alv_sqrt(lo), 2);
    alv_number_print(c, alv_sqrt(hi), 2);
    alv_text_format(out, 96, "%s [%s, %s]", a, b, c);
}

static void print_layers(const prediction *p, const cli_args *args)
{
    const bool pt = args->lang == ALV_PT;
    const int64_t step = (p->depth + ROWS - 1) / ROWS;
    printf("%6s %-26s %-27s %-7s %s\n", pt ? "camada" : "layer",
           pt ? "rms de z [95 %]" : "rms of z [95 %]",
           pt ? "rms do gradiente [95 %]" : "rms of gradient [95 %]", "chi", "corr.");
    for (int64_t l = 1; l <= p->depth; l++) {
        const alv_mean_field_layer *now = &p->layers[l - 1];
        char z[96], g[96], chi[32], c[32];
        if (l != 1 && l != p->depth && l % step != 0) continue;
        rms(z, now->q, now->q_lo, now->q_hi);
        rms(g, now->gradient, now->gradient_lo, now->gradient_hi);
        if (alv_isnan(now->gradient)) alv_text_format(g, sizeof g, "-");
        number(chi, now->step.chi);
        alv_number_print(c, p->correlations[l - 1], 2);
        printf("%6lld %-26s %-27s %-7s %s\n", (long long)l, z, g,
               alv_isnan(now->step.chi) ? "-" : chi, alv_isnan(p->correlations[l - 1]) ? "-" : c);
    }
}

static void print_limit(const prediction *p, const cli_args *args)
{
    char a[32], b[32];
    const bool pt = args->lang == ALV_PT;
    if (!p->limited) return;
    number(a, alv_sqrt(p->limit.q));
    number(b, p->limit.q_depth);
    printf(pt ? "\nponto fixo    rms de z %s; escala de profundidade %s camadas\n"
              : "\nfixed point   rms of z %s; depth scale %s layers\n",
           a, b);
    number(a, p->limit.chi);
    number(b, p->limit.chi_depth);
    printf(pt ? "gradiente     chi %s; muda por um fator e em %s camadas\n"
              : "gradient      chi %s; changes by a factor e in %s layers\n",
           a, b);
    if (alv_isnan(p->limit.c)) return;
    number(a, p->limit.c);
    number(b, p->limit.c_depth);
    printf(pt ? "correlação    de duas entradas: para %s; escala de profundidade %s camadas\n"
              : "correlation   of two inputs: to %s; depth scale %s layers\n",
           a, b);
}

/* Of one Jacobian, from the first layer to the last. */
static void print_jacobian(const prediction *p, const cli_args *args)
{
    char a[32], b[32];
    if (alv_isnan(p->jacobian) || p->depth < 2) return;
    number(a, alv_sqrt(p->layers[0].gradient));
    number(b, p->jacobian);
    printf(args->lang == ALV_PT
               ? "jacobiano     valor singular rms %s; var. relativa do quadrado %s\n"
               : "Jacobian      rms singular value %s; relative variance of squares %s\n",
           a, b);
}

static void print_edge(const prediction *p, const cli_args *args)
{
    char a[32], b[32], c[32];
    const bool pt = args->lang == ALV_PT;
    if (alv_isnan(p->edge)) return;
    number(a, p->edge);
    number(b, p->net.weight_variance);
    number(c, alv_sqrt(p->edge / p->net.weight_variance));
    printf(pt ? "borda do caos fan_in Var w = %s; aqui %s"
              : "edge of chaos fan_in Var w = %s; here %s",
           a, b);
    if (p->net.weight_variance > 0) printf(pt ? ": pesos vezes %s" : ": weights times %s", c);
    putchar('\n');
}

static void print_page(const prediction *p, const cli_args *args)
{
    const bool pt = args->lang == ALV_PT;
    char text[512];
    alv_text_format(text, sizeof text,
                    pt ? "%s, pesos %s, vieses %s: %lld camadas de %lld unidades"
                       : "%s, weights %s, biases %s: %lld layers of %lld units",
                    cli_value(args, "act", "relu"), cli_value(args, "init", "he_normal"),
                    cli_value(args, "bias", "zeros"), p->depth, p->width);
    cli_heading(args, text);
    if (p->net.skip > 0 || p->net.norm != ALV_NORM_NONE) {
        char skip[32], branch[32];
        number(skip, p->net.skip);
        number(branch, p->net.branch);
        printf(pt ? "z' = %s z + %s (W f(%s) + b), norma %s; em largura infinita\n"
                  : "z' = %s z + %s (W f(%s) + b), norm %s; at infinite width\n",
               skip, branch, p->net.norm ? "norm(z)" : "z", alv_norm_names[p->net.norm]);
    }
    putchar('\n');
    print_layers(p, args);
    bool beyond = false;
    for (int64_t l = 0; l < p->depth; l++) beyond = beyond || alv_isnan(p->layers[l].step.chi);
    if (beyond)
        puts(pt ? "(-: além do alcance das contas, q acima de 1e60 ou abaixo de 1e-60)"
                : "(-: beyond the range of the maps, q above 1e60 or below 1e-60)");
    if (p->dependent)
        puts(pt ? "(intervalos: os de pesos independentes)"
                : "(intervals: those of independent weights)");
    print_limit(p, args);
    print_jacobian(p, args);
    print_edge(p, args);
    printf(pt ? "\nprevisão: %s\n" : "\nforecast: %s\n", alv_verdict_word(p->verdict, args->lang));
    cli_wrap(stdout, alv_forecast_caveat(args->lang), 0, 0);
}

/* --- as JSON -------------------------------------------------------------------------------- */

static json_t *real(double x)
{
    return alv_isfinite(x) ? json_real(x) : json_null();
}

static int print_json(const prediction *p, const cli_args *args)
{
    json_t *layers = json_array();
    for (int64_t l = 0; l < p->depth; l++) {
        const alv_mean_field_layer *n = &p->layers[l];
        json_array_append_new(
            layers,
            json_pack("{s:I, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o}", "layer",
                      (json_int_t)l + 1, "q", real(n->q), "q_lo", real(n->q_lo), "q_hi",
                      real(n->q_hi), "chi", real(n->step.chi), "gradient", real(n->gradient),
                      "gradient_lo", real(n->gradient_lo), "gradient_hi", real(n->gradient_hi),
                      "flat", real(n->flat), "c", real(p->correlations[l])));
    }
    json_t *limit = json_null();
    if (p->limited)
        limit =
            json_pack("{s:o, s:o, s:o, s:o, s:o, s:o}", "q", real(p->limit.q), "chi",
                      real(p->limit.chi), "c", real(p->limit.c), "q_depth", real(p->limit.q_depth),
                      "c_depth", real(p->limit.c_depth), "chi_depth", real(p->limit.chi_depth));
    return cli_print_document(json_pack(
        "{s:s, s:s, s:s, s:s, s:I, s:I, s:f, s:f, s:f, s:f, s:f, s:s, s:f, s:o, s:o, s:o, s:s, "
        "s:o}",
        "schema", "alvor.predict/1", "act", cli_value(args, "act", "relu"), "init",
        cli_value(args, "init", "he_normal"), "bias", cli_value(args, "bias", "zeros"), "depth",
        (json_int_t)p->depth, "width", (json_int_t)p->width, "inputs", p->inputs, "weight_variance",
        p->net.weight_variance, "bias_variance", p->net.bias_variance, "skip", p->net.skip,
        "branch", p->net.branch, "norm", alv_norm_names[p->net.norm], "correlation", p->correlation,
        "edge_weight_variance", real(p->edge), "jacobian_spread", real(p->jacobian), "limit", limit,
        "forecast", alv_verdict_key(p->verdict), "layers", layers));
}

static int run(const cli_args *args)
{
    prediction p = {0};
    alv_error error;
    if (args->n_positional > 0)
        return cli_fail(NULL, "predict takes options only, not '%s'", args->positional[0]);
    if (!cli_int(&p.depth, args, "depth", 20, 1, MOST_DEPTH) ||
        !cli_int(&p.width, args, "width", 256, 2, INT32_MAX) ||
        !cli_double(&p.inputs, args, "inputs", 1, 1e-30, 1e30))
        return CLI_USAGE;
    int code = read_net(&p, args);
    if (code != CLI_OK) return code;
    if (predict(&p, &error) != ALV_OK)
        code = cli_fail_error(&error);
    else if (cli_flag(args, "phase"))
        code = cli_print_phase(args, &p.net, p.inputs, p.edge, p.depth);
    else if (cli_flag(args, "json"))
        code = print_json(&p, args);
    else
        print_page(&p, args);
    free(p.layers);
    free(p.correlations);
    return code;
}

static const cli_option options[] = {
    {"act", 0, "NAME", {"activation (default relu)", "função de ativação (padrão relu)"}},
    {"init", 0, "SCHEME", {"of the weights (default he_normal)", "dos pesos (padrão he_normal)"}},
    {"bias", 0, "SCHEME", {"of the biases (default zeros)", "dos vieses (padrão zeros)"}},
    {"depth", 0, "N", {"layers (default 20)", "camadas (padrão 20)"}},
    {"width", 0, "N", {"units of every layer (default 256)", "unidades por camada (padrão 256)"}},
    {"inputs",
     0,
     "Q",
     {"mean square of the inputs (default 1)", "média dos quadrados das entradas (padrão 1)"}},
    {"skip",
     0,
     "A",
     {"residual: z' = A z + branch (W f(z) + b) (default 0: plain)",
      "residual: z' = A z + branch (W f(z) + b) (padrão 0: rede simples)"}},
    {"branch", 0, "B", {"the factor of the branch (default 1)", "o fator do ramo (padrão 1)"}},
    {"norm",
     0,
     "NAME",
     {"before the activation: none, batch, layer, rms (default none)",
      "antes da ativação: none, batch, layer, rms (padrão none)"}},
    {"correlation",
     0,
     "C",
     {"of two inputs that are followed (default 0.5, up to 100 layers)",
      "de duas entradas que são seguidas (padrão 0.5, até 100 camadas)"}},
    {"phase",
     0,
     NULL,
     {"draw order and chaos around the net", "desenha ordem e caos em torno da rede"}},
    {"json", 0, NULL, {"print one JSON document", "imprime um documento JSON"}},
    {0},
};

const cli_verb cli_verb_predict = {
    .name = "predict",
    .summary = {"predict signals and gradients by theory, before any training",
                "prevê sinais e gradientes pela teoria, antes de qualquer treino"},
    .usage = "[--act NAME] [--init SCHEME] [--depth N] [--width N] [--phase] [--json]",
    .examples = "  alvor predict --act tanh --init xavier_normal --depth 50 --width 256\n"
                "  alvor predict --act tanh --init xavier_normal --depth 50 --phase\n"
                "  alvor predict --act relu --init 'normal(std=0.01)'\n"
                "  alvor predict --act relu --skip 1 --branch 0.1 --depth 100\n"
                "  alvor predict --act relu --norm batch --depth 100\n"
                "  alvor predict --act gelu --depth 1000 --json\n",
    .options = options,
    .run = run,
};
