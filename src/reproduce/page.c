/* The page: an overview, then one section for each experiment. Every claim has a gauge: a band for
 * the criterion, a ring for the paper's figure, a dot for what was measured here. */
#include "reproduce/page.h"

#include <math.h>

#include "base/base.h"

/* Text that grows. */
typedef struct page {
    char *text;
    size_t n, room;
    alv_lang lang;
    bool lost;
} page;

static void put(page *p, const char *format, ...)
{
    va_list args, again;
    va_start(args, format);
    va_copy(again, args);
    const size_t more = alv_text_vformat(NULL, 0, format, args);
    va_end(args);
    if (!p->lost && p->n + more + 1 > p->room) {
        const size_t room = 2 * (p->n + more + 1);
        char *grown = realloc(p->text, room);
        p->lost = !grown;
        if (grown) p->text = grown, p->room = room;
    }
    if (!p->lost) p->n += alv_text_vformat(p->text + p->n, p->room - p->n, format, again);
    va_end(again);
}

static void put_text(page *p, const char *text)
{
    for (; *text; text++)
        if (*text == '<')
            put(p, "&lt;");
        else if (*text == '>')
            put(p, "&gt;");
        else if (*text == '&')
            put(p, "&amp;");
        else if (*text == '"')
            put(p, "&quot;");
        else
            put(p, "%c", *text);
}

static void put_number(page *p, double x)
{
    char text[32];
    alv_number_print(text, x, 4);
    for (char *c = text; p->lang == ALV_PT && *c; c++)
        if (*c == '.') *c = ',';
    put(p, "%s", isnan(x) ? "–" : isinf(x) ? "∞" : text);
}

static const char style[] =
    ":root{color-scheme:light dark;--ink:#1d2433;--soft:#5b6475;--paper:#faf8f3;--card:#fff;"
    "--line:#dcd8cc;--good:#0b6b4f;--band:#cfe9dd;--bad:#9c2f1b;--flaw:#f6d9d2}"
    "@media(prefers-color-scheme:dark){:root{--ink:#e8e6df;--soft:#a8afbd;--paper:#14181f;"
    "--card:#1c222c;--line:#333b48;--good:#6fd3ac;--band:#1f4a3b;--bad:#ff9c86;--flaw:#57291f}}"
    "body{font:16px/1.5 system-ui,sans-serif;color:var(--ink);background:var(--paper);margin:0 "
    "auto;"
    "max-width:62rem;padding:1.5rem}h1{font-size:1.7rem}h2{font-size:1.2rem;margin:0 0 .3rem}"
    "section{background:var(--card);border:1px solid var(--line);border-radius:12px;padding:1.1rem "
    "1.3rem;margin:1.3rem 0}p{margin:.4rem 0}.soft{color:var(--soft);font-size:.9rem}"
    "table{border-collapse:collapse;width:100%;margin-top:.7rem}td,th{text-align:left;padding:."
    "45rem "
    ".7rem .45rem 0;border-top:1px solid var(--line);vertical-align:top}th{color:var(--soft);"
    "font-size:.85rem;border-top:0}td:first-child{min-width:11rem}td.n{text-align:right;white-"
    "space:nowrap;"
    "font-variant-numeric:tabular-nums}.good{color:var(--good);font-weight:600;white-space:nowrap}"
    ".bad{color:var(--bad);font-weight:600;white-space:nowrap}a{color:inherit}svg{display:block}"
    ".wide{overflow-x:auto}@media print{section{break-inside:avoid}}";

enum { GAUGE = 200, MARGIN = 8 };

/* What the gauge spans: criterion, paper's figure and measurement, with some room. */
static void span(double *from, double *to, const alv_claim *c, double measured)
{
    double lo = c->lo, hi = isinf(c->hi) ? fmax(c->lo, 0) : c->hi;
    const double values[] = {measured, c->paper};
    for (int i = 0; i < 2; i++) {
        if (!isfinite(values[i])) continue;
        lo = fmin(lo, values[i]);
        hi = fmax(hi, values[i]);
    }
    const double room = hi > lo ? 0.2 * (hi - lo) : fmax(1, fabs(lo)) * 0.5;
    *from = lo - room;
    *to = hi + room;
}

static double place(double x, double from, double to)
{
    return MARGIN + (x - from) / (to - from) * (GAUGE - 2 * MARGIN);
}

static void put_gauge(page *p, const alv_claim *c, double measured)
{
    double from, to;
    span(&from, &to, c, measured);
    const double lo = place(c->lo, from, to);
    const double hi = isinf(c->hi) ? GAUGE - MARGIN : place(c->hi, from, to);
    const bool holds = alv_claim_holds(c, measured);
    put(p, "<svg width=\"%d\" height=\"26\" role=\"img\" aria-label=\"", GAUGE);
    put_number(p, measured);
    put(p, "\"><path d=\"M%d,13H%d\" stroke=\"var(--line)\" stroke-width=\"2\"/>", MARGIN,
        GAUGE - MARGIN);
    put(p, "<rect x=\"%.4g\" y=\"6\" width=\"%.4g\" height=\"14\" rx=\"3\" fill=\"var(--band)\"/>",
        lo - 2, hi - lo + 4);
    if (isfinite(c->paper))
        put(p,
            "<circle cx=\"%.4g\" cy=\"13\" r=\"6.5\" fill=\"none\" stroke=\"var(--soft)\" "
            "stroke-width=\"1.5\"/>",
            place(c->paper, from, to));
    if (!isnan(measured))
        put(p, "<circle cx=\"%.4g\" cy=\"13\" r=\"4\" fill=\"var(--%s)\"/>",
            isinf(measured) ? GAUGE - MARGIN : place(measured, from, to), holds ? "good" : "bad");
    put(p, "</svg>");
}

static void put_claim(page *p, const alv_claim *c, double measured)
{
    const bool pt = p->lang == ALV_PT, holds = alv_claim_holds(c, measured);
    char criterion[ALV_CRITERION];
    alv_claim_criterion(criterion, c, p->lang);
    put(p, "<tr><td>");
    put_text(p, c->text[p->lang]);
    if (!holds && c->why[0]) {
        put(p, "<p class=\"soft\">");
        put_text(p, c->why[p->lang]);
        put(p, "</p>");
    }
    put(p, "</td><td class=\"n\">");
    put_number(p, c->paper);
    put(p, "</td><td class=\"n\">");
    put_text(p, criterion);
    put(p, "</td><td class=\"n\">");
    put_number(p, measured);
    put(p, "</td><td>");
    put_gauge(p, c, measured);
    put(p, "</td><td class=\"%s\">%s</td></tr>\n", holds ? "good" : "bad",
        holds ? (pt ? "✓ vale" : "✓ holds") : (pt ? "✕ não vale" : "✕ does not"));
}

static int held_of(const alv_reproduced *r, int *asked)
{
    int held = 0;
    for (*asked = 0; r->experiment->claims[*asked].text[0]; ++*asked)
        held += alv_claim_holds(&r->experiment->claims[*asked], r->measured[*asked]);
    return held;
}

static void put_experiment(page *p, const alv_reproduced *r)
{
    const bool pt = p->lang == ALV_PT;
    const alv_experiment *e = r->experiment;
    put(p, "<section id=\"%s\"><h2>", e->name);
    put_text(p, e->title[p->lang]);
    put(p, "</h2><p class=\"soft\">");
    put_text(p, e->paper);
    put(p, "</p><p>");
    put_text(p, e->setting[p->lang]);
    put(p,
        "</p><div class=\"wide\"><table><tr><th>%s</th><th>%s</th><th>%s</th><th>%s</th><th></th>"
        "<th></th></tr>\n",
        pt ? "afirmação" : "claim", pt ? "artigo" : "paper", pt ? "critério" : "criterion",
        pt ? "medido" : "measured");
    for (int i = 0; e->claims[i].text[0]; i++) put_claim(p, &e->claims[i], r->measured[i]);
    put(p,
        "</table></div><p class=\"soft\"><code>alvor reproduce %s</code> · %.2g s</p></section>\n",
        e->name, r->seconds);
}

static void put_overview(page *p, const alv_reproduced *list, int n)
{
    const bool pt = p->lang == ALV_PT;
    int held = 0, asked = 0, of;
    for (int i = 0; i < n; i++) {
        held += held_of(&list[i], &of);
        asked += of;
    }
    put(p, "<h1>%s</h1><p>",
        pt ? "Resultados publicados, rodados de novo" : "Published results, run again");
    put(p, pt ? "%d de %d afirmações valem." : "%d of %d claims hold.", held, asked);
    put(p, " %s</p><div class=\"wide\"><table>\n",
        pt ? "Os critérios foram fixados antes de medir. Na régua de cada afirmação a faixa é o "
             "critério, o anel o número do artigo, o ponto o que se mediu aqui."
           : "Criteria were fixed before measuring. In the gauge of each claim the band is the "
             "criterion, the ring the paper's figure, the dot what was measured here.");
    for (int i = 0; i < n; i++) {
        const int good = held_of(&list[i], &of);
        put(p, "<tr><td><a href=\"#%s\">", list[i].experiment->name);
        put_text(p, list[i].experiment->title[p->lang]);
        put(p, "</a></td><td class=\"%s\">%d / %d</td></tr>\n", good == of ? "good" : "bad", good,
            of);
    }
    put(p, "</table></div>\n");
}

alv_status alv_reproduce_page(char **out, const alv_reproduced *list, int n, alv_lang lang,
                              alv_error *error)
{
    page p = {.lang = lang};
    const bool pt = lang == ALV_PT;
    put(&p,
        "<!doctype html>\n<html lang=\"%s\"><head><meta charset=\"utf-8\"><meta "
        "http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src "
        "'unsafe-inline'\"><meta name=\"viewport\" content=\"width=device-width, "
        "initial-scale=1\"><title>alvor: %s</title><style>%s</style></head><body>\n",
        pt ? "pt-BR" : "en", pt ? "resultados publicados" : "published results", style);
    put_overview(&p, list, n);
    for (int i = 0; i < n; i++) put_experiment(&p, &list[i]);
    put(&p, "</body></html>\n");
    if (p.lost) {
        free(p.text);
        return alv_fail(error, ALV_ERR_MEMORY, "page", "out of memory");
    }
    *out = p.text;
    return ALV_OK;
}
