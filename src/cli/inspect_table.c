/* What inspect says to people: a row for each tensor, then the findings. */
#include <stdio.h>
#include <string.h>

#include "base/base.h"
#include "cli/inspect.h"
#include "cli/page.h"
#include "formats/kind.h"

enum { SPARKS = ALV_SKETCH / 2, NAME = 30, SHAPE = 16 };

/* The histogram in so many characters, the highest bar full. */
static void print_sparks(char *out, size_t size, const alv_inspected *t)
{
    static const char *const bars[] = {" ", "▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"};
    static const char plain[] = " .:-=+*%#";
    const bool utf8 = cli_utf8();
    int64_t most = 1;
    size_t n = 0;
    for (int i = 0; i < SPARKS; i++) {
        const int64_t count = t->sketch[2 * i] + t->sketch[2 * i + 1];
        most = count > most ? count : most;
    }
    for (int i = 0; i < SPARKS && n < size; i++) {
        const int64_t count = t->sketch[2 * i] + t->sketch[2 * i + 1];
        const double share = (double)count / (double)most;
        const int level = count == 0 ? 0 : 1 + (int)(share * 7.999);
        n += utf8 ? alv_text_format(out + n, size - n, "%s", bars[level])
                  : alv_text_format(out + n, size - n, "%c", plain[level]);
    }
}

static void print_shape(char *out, size_t size, const alv_checkpoint_tensor *t)
{
    size_t n = 0;
    alv_text_format(out, size, "-");
    for (int i = 0; i < t->rank && n < size; i++)
        n += alv_text_format(out + n, size - n, i ? "x%lld" : "%lld", t->shape[i]);
}

/* "he_normal  p 0.31", or what else can be said. */
static void print_explained(char *out, size_t size, const alv_inspected *t, bool pt)
{
    const alv_explanation *e = &t->explained;
    const bool few = t->moments.n < ALV_FEW;
    const char *none = few  ? (pt ? "poucos valores para dizer" : "too few values to tell")
                       : pt ? "nenhuma lei conhecida (treinado?)"
                            : "no law known (trained?)";
    size_t n = alv_text_format(out, size, "%s", e->from == ALV_FROM_NOTHING ? none : e->scheme);
    if (e->from == ALV_FROM_LAW)
        n += alv_text_format(out + n, size - n, "  p %.2g", e->p);
    else if (e->from == ALV_FROM_FAMILY)
        n += alv_text_format(out + n, size - n, pt ? "  p < %.2g, ajustada" : "  p < %.2g, fitted",
                             e->p);
    const bool scaled = e->from == ALV_FROM_FAMILY || e->from == ALV_FROM_NOTHING;
    if (scaled && e->gain == e->gain && n < size)
        alv_text_format(out + n, size - n, pt ? ", ganho %.3g" : ", gain %.3g", e->gain);
}

static void print_row(const cli_args *args, const alv_inspected *t)
{
    const bool pt = args->lang == ALV_PT;
    char shape[192], sparks[SPARKS * 4 + 1] = "", text[256], std[32], line[1024];
    print_shape(shape, sizeof shape, t->tensor);
    if (cli_text_width(t->tensor->name) >= NAME)
        cli_show(stdout, t->tensor->name), printf("\n%*s", NAME, "");
    else
        cli_pad(stdout, t->tensor->name, NAME);
    cli_pad(stdout, shape, SHAPE);
    if (!t->measured) {
        cli_show(stdout, t->tensor->type);
        printf(" %s\n", t->tensor->kind->name);
        return;
    }
    print_sparks(sparks, sizeof sparks, t);
    print_explained(text, sizeof text, t, pt);
    alv_number_print(std, t->std, 4);
    printf("%-10s %s\n", std, sparks);
    alv_text_format(line, sizeof line, "%s, %s: %s", t->tensor->kind->name, t->tensor->type, text);
    size_t n = strlen(line);
    if (*t->explained.also)
        n += alv_text_format(line + n, sizeof line - n,
                             pt ? " (o mesmo que %s)" : " (the same as %s)", t->explained.also);
    if (*t->explained.rivals && n < sizeof line)
        alv_text_format(line + n, sizeof line - n, pt ? "; ou %s" : "; or %s", t->explained.rivals);
    printf("    ");
    cli_wrap(stdout, line, 4, 4);
    if (t->spectrum.rows == 0) return;
    alv_text_format(line, sizeof line,
                    pt ? "valores singulares de %.4g a %.4g, posto estável %.4g"
                       : "singular values %.4g to %.4g, stable rank %.4g",
                    t->spectrum.smallest, t->spectrum.largest, t->spectrum.stable_rank);
    printf("    %s\n", line);
}

void cli_inspect_table(const cli_args *args, const alv_inspection *all)
{
    const bool pt = args->lang == ALV_PT;
    char line[160];
    int64_t elements = 0;
    snprintf(line, sizeof line, "%-*s%-*s%-10s %s", NAME + pt * 0, pt ? "tensor" : "tensor", SHAPE,
             pt ? "tamanhos" : "shape", pt ? "desvio" : "std", pt ? "histograma" : "histogram");
    cli_heading(args, line);
    for (int64_t i = 0; i < all->n; i++) {
        print_row(args, &all->tensors[i]);
        elements += all->tensors[i].tensor->count;
    }
    snprintf(line, sizeof line,
             pt ? "%lld %s, %lld %s, %s. Uma lei verdadeira é rejeitada em algum lugar "
                  "com probabilidade de no máximo %g."
                : "%lld %s, %lld %s, %s. A true law is rejected somewhere with "
                  "probability %g at most.",
             (long long)all->n, cli_plural(all->n, "tensor", pt ? "tensores" : "tensors"),
             (long long)elements,
             cli_plural(elements, pt ? "elemento" : "element", pt ? "elementos" : "elements"),
             all->model->format->name, ALV_AUDIT_ALPHA);
    putchar('\n');
    cli_wrap(stdout, line, 0, 0);
}

static const char *mark(const alv_mistake *m, bool pt)
{
    static const char *const marks[][ALV_LANGS] = {[ALV_NOTICE] = {"note", "nota"},
                                                   [ALV_SERIOUS] = {"WARNING", "ALERTA"},
                                                   [ALV_FATAL] = {"CRITICAL", "CRÍTICO"}};
    return marks[m->weight][pt];
}

/* Findings of one mistake stand together: its words once, then the tensors. */
static void print_mistake(const cli_args *args, const alv_inspection *all, const alv_mistake *m)
{
    const bool pt = args->lang == ALV_PT;
    char line[1024], number[32];
    bool first = true;
    for (int64_t i = 0; i < all->n_found; i++) {
        const alv_found *f = &all->found[i];
        if (f->mistake != m) continue;
        if (first) {
            alv_text_format(line, sizeof line, "%s: %s", mark(m, pt), m->what[args->lang]);
            putchar('\n');
            cli_wrap(stdout, line, 0, 2);
        }
        first = false;
        printf("    ");
        cli_show(stdout, all->tensors[f->tensor].tensor->name);
        if (f->other >= 0) printf(" = "), cli_show(stdout, all->tensors[f->other].tensor->name);
        alv_number_print(number, f->measured, 4);
        if (f->measured == f->measured) printf(": %s", number);
        alv_number_print(number, f->expected, 4);
        if (f->expected == f->expected) printf(pt ? " (seria %s)" : " (would be %s)", number);
        putchar('\n');
    }
    if (first) return;
    printf("  ");
    cli_wrap(stdout, m->why[args->lang], 2, 2);
    alv_text_format(line, sizeof line, pt ? "tente: %s" : "try: %s", m->fix[args->lang]);
    printf("  ");
    cli_wrap(stdout, line, 2, 2);
}

void cli_inspect_found(const cli_args *args, const alv_inspection *all)
{
    for (int i = 0; alv_mistake_at(i); i++) print_mistake(args, all, alv_mistake_at(i));
    if (all->n_found == 0)
        puts(args->lang == ALV_PT ? "nenhum erro conhecido foi encontrado"
                                  : "no well-known mistake was found");
}

void cli_inspect_verified(const cli_args *args, const alv_inspection *all, const alv_verified *list,
                          int64_t n)
{
    const bool pt = args->lang == ALV_PT;
    int64_t held = 0;
    for (int64_t i = 0; i < n; i++) {
        const alv_inspected *t = &all->tensors[list[i].tensor];
        char text[256], line[512];
        held += list[i].held;
        if (list[i].held) continue;
        print_explained(text, sizeof text, t, pt);
        alv_text_format(line, sizeof line,
                        pt ? "NÃO É %s (p %.2g): %s, e sim %s" : "NOT %s (p %.2g): %s, but %s",
                        list[i].scheme, list[i].p, t->tensor->name, text);
        cli_wrap(stdout, line, 0, 4);
    }
    printf(pt ? "%lld de %lld tensores são o que o plano diz\n"
              : "%lld of %lld tensors are what the plan says\n",
           (long long)held, (long long)n);
}

void cli_inspect_rules(const cli_args *args)
{
    const bool pt = args->lang == ALV_PT;
    char line[128];
    snprintf(line, sizeof line, "%-32s%-18s%-8s%s", pt ? "nome" : "name", pt ? "é" : "is",
             pt ? "eixos" : "axes", pt ? "nomes de" : "names of");
    cli_heading(args, line);
    for (int i = 0; alv_kind_rule_at(i); i++) {
        const alv_kind_rule *r = alv_kind_rule_at(i);
        char axes[16];
        snprintf(axes, sizeof axes, r->rank_lo == r->rank_hi ? "%d" : "%d-%d", r->rank_lo,
                 r->rank_hi);
        printf("%-32s%-18s%-8s%s\n", r->pattern, r->kind, axes, r->of);
    }
}
