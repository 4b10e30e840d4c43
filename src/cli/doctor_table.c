/* What the doctor says to people: a row for each layer, what was assumed, findings. */
#include <stdio.h>
#include <string.h>

#include "base/base.h"
#include "cli/doctor.h"
#include "cli/inspect.h"
#include "cli/page.h"

enum { NAME = 25 };

static void print_number(char *out, double x, int digits, bool pt)
{
    alv_number_print(out, x, digits);
    if (x != x) strcpy(out, "-");
    char *point = pt ? strchr(out, '.') : NULL;
    if (point) *point = ',';
}

/* "0.71 [0.65, 0.78]" */
static void print_likely(char *out, size_t size, alv_likely x, bool pt)
{
    char mid[32], lo[32], hi[32];
    print_number(mid, x.mid, 2, pt);
    print_number(lo, x.lo, 2, pt);
    print_number(hi, x.hi, 2, pt);
    if (x.lo == x.hi || x.mid != x.mid)
        alv_text_format(out, size, "%s", mid);
    else
        alv_text_format(out, size, pt ? "%s [%s; %s]" : "%s [%s, %s]", mid, lo, hi);
}

/* A name that needs a line of its own. */
static void print_long(const char *name)
{
    cli_show(stdout, name);
    printf("\n%*s", NAME, "");
}

static void print_layer(const cli_args *args, const alv_doctor *d, int l)
{
    static const char *const marks[] = {[ALV_VERDICT_EXPLODING] = "++",
                                        [ALV_VERDICT_VANISHING] = "--",
                                        [ALV_VERDICT_HEALTHY] = "ok"};
    const alv_patient_layer *layer = &d->layers[l];
    const bool pt = args->lang == ALV_PT;
    char signal[96], gradient[96], scale[32];
    print_likely(signal, sizeof signal, layer->signal, pt);
    print_likely(gradient, sizeof gradient, layer->gradient, pt);
    print_number(scale, layer->scale, 2, pt);
    printf("%2s%c ", marks[layer->verdict], l == d->starts ? '>' : ' ');
    if (cli_text_width(layer->weight->name) >= NAME - 4)
        print_long(layer->weight->name);
    else
        cli_pad(stdout, layer->weight->name, NAME - 4);
    cli_pad(stdout, signal, 23);
    putchar(' ');
    cli_pad(stdout, gradient, 25);
    printf(" %s\n", scale);
}

static void print_layers(const cli_args *args, const alv_doctor *d)
{
    const bool pt = args->lang == ALV_PT;
    char line[160];
    snprintf(line, sizeof line, "    %-*s%-24s%-26s%s", NAME - 4, pt ? "camada" : "layer",
             pt ? "sinal, 95 %" : "signal, 95 %", pt ? "gradiente, 95 %" : "gradient, 95 %",
             pt ? "fator" : "scale");
    cli_heading(args, line);
    for (int l = 0; l < d->n; l++) print_layer(args, d, l);
    putchar('\n');
    cli_wrap(stdout,
             pt ? "sinal: raiz da média dos quadrados do que a camada dá, antes da ativação; "
                  "gradiente: o mesmo, relativo à última camada; fator: multiplique os pesos por "
                  "ele para que o sinal fique do tamanho que tinha antes da camada. ok: dentro dos "
                  "limites; --: some; ++: explode; >: onde começa."
                : "signal: root mean square of what the layer gives, before its activation; "
                  "gradient: the same, over that of the last layer; scale: what to multiply the "
                  "weights by so that the signal stays as large as before the layer. ok: inside "
                  "the bounds; --: vanishing; ++: exploding; >: where it starts.",
             0, 0);
}

/* "0.73", with a mark where it lies outside the interval. */
static void print_seen(char *out, double x, bool inside, bool pt)
{
    print_number(out, x, 3, pt);
    if (x == x && !inside) strcat(out, " *");
}

/* What was measured, beside what was predicted. */
static void print_measured(const cli_args *args, const alv_doctor *d)
{
    const bool pt = args->lang == ALV_PT;
    const alv_seen *s = &d->seen;
    char line[256], signal[48], gradient[48];
    snprintf(line, sizeof line, "%-*s%-14s%-14s%-14s%s", NAME, pt ? "medido" : "measured",
             pt ? "sinal" : "signal", pt ? "previsto" : "predicted", pt ? "gradiente" : "gradient",
             pt ? "previsto" : "predicted");
    cli_heading(args, line);
    for (int l = 0; l < d->n; l++) {
        const alv_patient_layer *layer = &d->layers[l];
        print_seen(signal, layer->seen_signal, layer->signal_inside, pt);
        print_seen(gradient, layer->seen_gradient, layer->gradient_inside, pt);
        if (cli_text_width(layer->weight->name) >= NAME)
            print_long(layer->weight->name);
        else
            cli_pad(stdout, layer->weight->name, NAME);
        cli_pad(stdout, signal, 14);
        print_number(signal, layer->signal.mid, 3, pt);
        cli_pad(stdout, signal, 14);
        cli_pad(stdout, gradient, 14);
        print_number(gradient, layer->gradient.mid, 3, pt);
        puts(gradient);
    }
    putchar('\n');
    snprintf(line, sizeof line,
             s->given ? pt ? "medido em %lld amostras de --data; *: fora do intervalo previsto"
                           : "measured on %lld samples of --data; *: outside the predicted interval"
             : pt ? "medido em %lld amostras sorteadas com os momentos das entradas; *: fora do "
                    "intervalo previsto"
                  : "measured on %lld samples drawn with the moments of the inputs; *: outside the "
                    "predicted interval",
             (long long)s->rows);
    cli_wrap(stdout, line, 0, 0);
}

static void print_unrun(const alv_doctor *d, alv_lang lang)
{
    const alv_unrun *u = &d->seen.unrun;
    char line[512];
    if (u->why == ALV_RUNS) return;
    alv_text_format(line, sizeof line, "%s%s%s: %s", lang == ALV_PT ? "não medido" : "not measured",
                    *u->node ? ": " : "", u->node, alv_unrun_text(u->why, lang));
    cli_wrap(stdout, line, 0, 2);
}

static void print_item(const char *text)
{
    printf("  ");
    cli_wrap(stdout, text, 2, 4);
}

/* Of nodes with this assumption: how many do the same as `node`; 0 where one of them came before.
 */
static int count_alike(const alv_doctor *d, alv_assumption a, int node)
{
    int n = 0;
    for (int i = 0; i < d->model->n_nodes; i++) {
        if (d->flows[i].assumed != a) continue;
        if (strcmp(alv_doctor_operator(d, i), alv_doctor_operator(d, node)) != 0) continue;
        if (i < node) return 0;
        n++;
    }
    return n;
}

/* "  Foo (3), Bar: taken as ..." */
static void print_assumption(const alv_doctor *d, alv_assumption a, alv_lang lang)
{
    char line[4096];
    size_t n = 0;
    for (int i = 0; i < d->model->n_nodes; i++) {
        const int alike = d->flows[i].assumed == a ? count_alike(d, a, i) : 0;
        if (alike == 0) continue;
        if (n > sizeof line / 2) {
            n += alv_text_format(line + n, sizeof line - n, ", ... (--json)");
            break;
        }
        n += alv_text_format(line + n, sizeof line - n, n ? ", %s" : "%s",
                             alv_doctor_operator(d, i));
        if (alike > 1) n += alv_text_format(line + n, sizeof line - n, " (%d)", alike);
    }
    if (n == 0) return;
    alv_text_format(line + n, sizeof line - n, ": %s", alv_assumption_text(a, lang));
    print_item(line);
}

/* What the file has and the result leaves out, by name. */
static void print_left_out(const alv_doctor *d, alv_lang lang)
{
    const alv_checkpoint *file = d->weights->model;
    char line[512];
    bool any = false;
    for (int i = 0; i < ALV_LEFT_OUTS; i++) {
        if (file->left_out[i] == 0) continue;
        snprintf(line, sizeof line, "%s (%d)", alv_left_out_text((alv_left_out)i, lang),
                 file->left_out[i]);
        print_item(line);
    }
    for (int64_t i = 0; i < d->weights->n; i++) {
        if (!alv_doctor_ignores(d, i)) continue;
        if (!any)
            print_item(lang == ALV_PT ? "não contam (supostos sem efeito sobre o sinal):"
                                      : "not counted (taken as without effect on the signal):");
        any = true;
        fputs("    ", stdout);
        cli_show(stdout, file->tensors[i].name);
        putchar('\n');
    }
}

static void print_assumed(const cli_args *args, const alv_doctor *d)
{
    const bool pt = args->lang == ALV_PT;
    char line[384], mean[32], rms[32];
    print_number(mean, d->input.mean, 3, pt);
    print_number(rms, __builtin_sqrt(d->input.square), 3, pt);
    puts(pt ? "\nsuposições" : "\nassumed");
    snprintf(line, sizeof line,
             pt ? "entradas de média %s e raiz da média dos quadrados %s; pesos independentes"
                : "inputs of mean %s and root mean square %s; independent weights",
             mean, rms);
    print_item(line);
    if (d->chain) {
        snprintf(
            line, sizeof line,
            pt ? "o arquivo não tem grafo: as camadas vêm na ordem do arquivo, uma depois "
                 "da outra, com %s entre elas (--act), e cada ganho é de uma norma de camada"
               : "the file has no graph: its layers are taken in the file's order, one "
                 "after another, with %s between them (--act), and each gain is a layer norm's",
            d->act.act ? d->act.act->name : "identity");
        print_item(line);
    }
    for (int a = ALV_ASSUME_NOTHING + 1; a < ALV_ASSUMPTIONS; a++)
        print_assumption(d, (alv_assumption)a, args->lang);
    print_left_out(d, args->lang);
}

/* A pattern between quotes of the shell: ? stands for a byte that is not shown or ends them. */
static void print_pattern(const char *only)
{
    fputs(" --only '", stdout);
    while (*only) {
        const size_t n = *only == '\'' ? 0 : cli_character(only);
        fwrite(n ? only : "?", 1, n ? n : 1, stdout);
        only += n ? n : 1;
    }
    putchar('\'');
}

/* The command that draws the layers concerned anew; all of them without --only. */
static void print_redraw(const alv_doctor *d)
{
    const char *path = d->weights->model->files[0].path, *dot = strrchr(path, '.');
    char *only = alv_doctor_only(d, NULL);
    printf("    alvor init --like %s", path);
    if (only && *only) print_pattern(only);
    printf(" -o fixed%s\n", dot && !strchr(dot, '/') ? dot : "");
    free(only);
}

static void print_finding(const cli_args *args, const alv_doctor *d, const alv_finding *f,
                          bool seen)
{
    static const char *const marks[][ALV_LANGS] = {[ALV_INFO] = {"note", "nota"},
                                                   [ALV_WARNING] = {"WARNING", "ALERTA"},
                                                   [ALV_CRITICAL] = {"CRITICAL", "CRÍTICO"}};
    const bool pt = args->lang == ALV_PT;
    char text[256], line[640];
    alv_finding_text(text, sizeof text, f, args->lang);
    const char *how = !seen ? "" : pt ? "medido: " : "measured: ";
    alv_text_format(line, sizeof line, "%s: %s%s: %s", marks[f->severity][args->lang], how,
                    alv_verdict_word(f->kind, args->lang), text);
    putchar('\n');
    cli_wrap(stdout, line, 0, 2);
    if (seen) return;
    if (d->starts >= 0) {
        fputs(pt ? "  começa em: " : "  starts at: ", stdout);
        cli_show(stdout, d->layers[d->starts].weight->name);
        putchar('\n');
    }
    printf("  ");
    cli_wrap(stdout, alv_finding_why(f->kind, args->lang), 2, 2);
    alv_text_format(line, sizeof line, pt ? "tente: %s" : "try: %s",
                    alv_finding_try(f->kind, args->lang));
    printf("  ");
    cli_wrap(stdout, line, 2, 2);
    print_redraw(d);
    printf("    %s\n", alv_finding_pytorch(f->kind));
    alv_cure_text(line, sizeof line, d, args->lang);
    if (!*line) return;
    printf("  ");
    cli_wrap(stdout, line, 2, 2);
}

/* Weights that do not fit their place, the first of them in words. */
static void print_misfits(const cli_args *args, const alv_doctor *d)
{
    enum { MOST = 6 };
    const bool pt = args->lang == ALV_PT;
    char line[768];
    for (int64_t i = 0; i < d->n_misfits && i < MOST; i++) {
        const size_t n =
            alv_text_format(line, sizeof line, "%s: ", pt ? "ALERTA: escala" : "WARNING: scale");
        alv_misfit_text(line + n, sizeof line - n, &d->misfits[i], d->weights, args->lang);
        putchar('\n');
        cli_wrap(stdout, line, 0, 2);
    }
    if (d->n_misfits > MOST)
        printf(pt ? "  e mais %lld (--json)\n" : "  and %lld more (--json)\n",
               (long long)(d->n_misfits - MOST));
}

/* What was changed, how far it got, and the answer. */
static void print_counter(const cli_args *args, const alv_doctor *d)
{
    const alv_counter *c = &d->counter;
    const bool pt = args->lang == ALV_PT;
    char line[640], number[32];
    if (!d->tried) return;
    putchar('\n');
    if (c->answer == ALV_ANSWER_NONE) {
        alv_text_format(line, sizeof line, "%s%s%s: %s", pt ? "não testado" : "not tried",
                        *c->unrun.node ? ": " : "", c->unrun.node,
                        alv_unrun_text(c->unrun.why, args->lang));
        cli_wrap(stdout, line, 0, 2);
        return;
    }
    snprintf(line, sizeof line, "%-44s%-12s%-12s%s", pt ? "mudado" : "changed",
             pt ? "perda" : "loss", pt ? "ganho" : "gain", pt ? "resultado" : "outcome");
    cli_heading(args, line);
    for (int arm = 0; arm < ALV_ARMS; arm++) {
        const alv_arm_result *r = &c->arms[arm];
        if (!r->ran || r->final.n == 0) continue;
        cli_pad(stdout, alv_arm_text((alv_arm)arm, args->lang), 44);
        print_number(number, r->final.median, 3, pt);
        cli_pad(stdout, number, 12);
        print_number(number, arm == ALV_ARM_GIVEN ? __builtin_nan("") : r->gain.median, 3, pt);
        cli_pad(stdout, number, 12);
        printf("%s%s\n", alv_outcome_word(r->outcome, args->lang),
               !r->mends ? ""
               : pt      ? ", resolve"
                         : ", mends it");
    }
    putchar('\n');
    print_number(number, c->products, 2, pt);
    snprintf(
        line, sizeof line,
        pt ? "medianas de %d sementes; %lld amostras, %lld passos de %lld; ao todo cerca de %s "
             "multiplicações"
           : "medians of %d seeds; %lld samples, %lld steps of %lld; about %s multiplications in "
             "all",
        c->seeds, (long long)c->samples, (long long)c->steps, (long long)c->batch, number);
    cli_wrap(stdout, line, 0, 0);
    alv_text_format(line, sizeof line, "%s ", pt ? "É a inicialização?" : "Is it the init?");
    const size_t n = strlen(line);
    alv_counter_text(line + n, sizeof line - n, c, args->lang);
    cli_wrap(stdout, line, 0, 0);
}

void cli_doctor_table(const cli_args *args, const alv_doctor *d)
{
    char line[256];
    print_layers(args, d);
    putchar('\n');
    if (d->seen.rows > 0) print_measured(args, d);
    print_unrun(d, args->lang);
    print_assumed(args, d);
    for (int i = 0; i < d->forecast.n; i++) print_finding(args, d, &d->forecast.findings[i], false);
    for (int i = 0; d->seen.rows > 0 && i < d->seen.forecast.n; i++)
        if (!alv_doctor_foresaw(d, d->seen.forecast.findings[i].kind))
            print_finding(args, d, &d->seen.forecast.findings[i], true);
    print_misfits(args, d);
    if (d->weights->n_found > 0) cli_inspect_found(args, d->weights);
    print_counter(args, d);
    putchar('\n');
    alv_forecast_text(line, sizeof line, &d->forecast, args->lang);
    cli_wrap(stdout, line, 0, 0);
    cli_wrap(stdout, alv_forecast_caveat(args->lang), 0, 0);
}
