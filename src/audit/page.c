/* The page of inspect: findings first, then a row for each tensor. */
#include "audit/page.h"

#include "base/base.h"
#include "audit/html.h"

enum { BAR = 5, HIGH = 34 };

/* Bars, the highest full, and zero marked below them. */
static void put_histogram(alv_html *p, const alv_inspected *t)
{
    int64_t most = 1;
    for (int i = 0; i < ALV_SKETCH; i++) most = t->sketch[i] > most ? t->sketch[i] : most;
    alv_html_put(p, "<svg class=\"bars\" width=\"%d\" height=\"%d\" role=\"img\" aria-label=\"",
                 ALV_SKETCH * BAR, HIGH + 4);
    alv_html_number(p, t->sketch_lo);
    alv_html_put(p, " … ");
    alv_html_number(p, t->sketch_hi);
    alv_html_put(p, "\">");
    for (int i = 0; i < ALV_SKETCH; i++)
        if (t->sketch[i] > 0) {
            const double high = 1 + (double)t->sketch[i] / (double)most * (HIGH - 1);
            alv_html_put(p, "<rect x=\"%d\" y=\"%.4g\" width=\"%d\" height=\"%.4g\"/>", i * BAR,
                         HIGH - high, BAR - 1, high);
        }
    const double width = t->sketch_hi - t->sketch_lo, zero = -t->sketch_lo / width;
    if (width > 0 && zero >= 0 && zero <= 1)
        alv_html_put(p, "<path d=\"M%.4g,%dv4\"/>", zero * ALV_SKETCH * BAR, HIGH);
    alv_html_put(p, "</svg>");
}

static void put_scheme(alv_html *p, const alv_inspected *t)
{
    const alv_explanation *e = &t->explained;
    const bool pt = p->lang == ALV_PT;
    if (e->from == ALV_FROM_NOTHING) {
        alv_html_put(p, "%s", pt ? "nenhuma lei conhecida" : "no law known");
        return;
    }
    alv_html_text(p, e->scheme);
    if (e->from == ALV_FROM_STRUCTURE) return;
    alv_html_put(p, " <span class=\"small\">p %s", e->from == ALV_FROM_FAMILY ? "&lt; " : "");
    alv_html_number(p, e->p);
    if (*e->also) alv_html_put(p, pt ? "; o mesmo que " : "; the same as ");
    alv_html_text(p, e->also);
    if (*e->rivals) alv_html_put(p, pt ? "; ou " : "; or ");
    alv_html_text(p, e->rivals);
    alv_html_put(p, "</span>");
}

static void put_tensor(alv_html *p, const alv_inspected *t)
{
    const alv_checkpoint_tensor *s = t->tensor;
    const bool pt = p->lang == ALV_PT;
    alv_html_put(p, "<tr><th scope=\"row\">");
    alv_html_text(p, s->name);
    alv_html_put(p, "<br><span class=\"small\">%s, %s", s->kind->name, s->type);
    for (int i = 0; i < s->rank; i++) alv_html_put(p, i ? "×%lld" : ", %lld", s->shape[i]);
    alv_html_put(p, "</span></th>");
    if (t->measured && t->moments.n > 0) {
        alv_html_put(p, "<td class=\"number\" data-label=\"%s\">", pt ? "desvio" : "std");
        alv_html_number(p, t->std);
        alv_html_put(p, "</td><td>");
        put_histogram(p, t);
        alv_html_put(p, "</td><td>");
        put_scheme(p, t);
        alv_html_put(p, "</td></tr>\n");
    } else {
        alv_html_put(p, "<td></td><td></td><td></td></tr>\n");
    }
}

static void put_table(alv_html *p, const alv_inspection *all)
{
    static const char *const heads[ALV_LANGS][4] = {
        [ALV_EN] = {"tensor", "std", "histogram", "scheme"},
        [ALV_PT] = {"tensor", "desvio", "histograma", "esquema"}};
    alv_html_put(p, "<section>");
    alv_html_table(p, "stacked tensors", p->lang == ALV_PT ? "Tensores" : "Tensors");
    alv_html_put(p, "<thead><tr>");
    for (int i = 0; i < 4; i++) alv_html_put(p, "<th>%s</th>", heads[p->lang][i]);
    alv_html_put(p, "</tr></thead><tbody>\n");
    for (int64_t i = 0; i < all->n; i++) put_tensor(p, &all->tensors[i]);
    alv_html_put(p, "</tbody></table></div></section>\n");
}

/* One section for each mistake that was found, with the tensors that have it. */
static void put_mistake(alv_html *p, const alv_inspection *all, const alv_mistake *m)
{
    static const char *const marks[][ALV_LANGS] = {[ALV_NOTICE] = {"• note", "• nota"},
                                                   [ALV_SERIOUS] = {"▲ warning", "▲ alerta"},
                                                   [ALV_FATAL] = {"✕ critical", "✕ crítico"}};
    static const char *const keys[] = {
        [ALV_NOTICE] = "info", [ALV_SERIOUS] = "warning", [ALV_FATAL] = "critical"};
    bool first = true;
    for (int64_t i = 0; i < all->n_found; i++) {
        const alv_found *f = &all->found[i];
        if (f->mistake != m) continue;
        if (first) {
            alv_html_put(p, "<div class=\"finding\"><h3><span class=\"severity %s\">%s</span> ",
                         keys[m->weight], marks[m->weight][p->lang]);
            alv_html_text(p, m->what[p->lang]);
            alv_html_put(p, "</h3><p>");
            alv_html_text(p, m->why[p->lang]);
            alv_html_put(p, "</p><p class=\"small\">");
            alv_html_text(p, m->fix[p->lang]);
            alv_html_put(p, "</p><ul>");
        }
        first = false;
        alv_html_put(p, "<li>");
        alv_html_text(p, all->tensors[f->tensor].tensor->name);
        if (f->other >= 0) alv_html_put(p, " = ");
        if (f->other >= 0) alv_html_text(p, all->tensors[f->other].tensor->name);
        alv_html_put(p, "</li>");
    }
    if (!first) alv_html_put(p, "</ul></div>\n");
}

void alv_page_mistakes(alv_html *p, const alv_inspection *all)
{
    for (int i = 0; alv_mistake_at(i); i++) put_mistake(p, all, alv_mistake_at(i));
}

alv_status alv_inspect_page(char **out, const alv_inspection *all, alv_lang lang, alv_error *error)
{
    static const char *const title[ALV_LANGS] = {"what are these weights?",
                                                 "o que são estes pesos?"};
    alv_html p = {.lang = lang};
    const bool pt = lang == ALV_PT;
    alv_html_begin(&p, title);
    alv_html_put(&p, "<section><h2>");
    alv_html_text(&p, all->model->files[0].path);
    alv_html_put(&p, "</h2><p>%s, %lld %s. %s</p>\n", all->model->format->name, all->n,
                 all->n == 1 ? "tensor"
                 : pt        ? "tensores"
                             : "tensors",
                 all->n_found > 0 ? ""
                 : pt             ? "Nenhum erro conhecido foi encontrado."
                                  : "No well-known mistake was found.");
    alv_page_mistakes(&p, all);
    alv_html_put(&p, "</section>\n");
    put_table(&p, all);
    return alv_html_end(out, &p, error);
}
