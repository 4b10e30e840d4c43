/* Writes a page that needs no script and no network. */
#include "audit/html.h"

#include <math.h>

#include "base/base.h"

void alv_html_put(alv_html *p, const char *format, ...)
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

void alv_html_text(alv_html *p, const char *text)
{
    for (; *text; text++)
        if (*text == '<')
            alv_html_put(p, "&lt;");
        else if (*text == '>')
            alv_html_put(p, "&gt;");
        else if (*text == '&')
            alv_html_put(p, "&amp;");
        else if (*text == '"')
            alv_html_put(p, "&quot;");
        else
            alv_html_put(p, "%c", *text);
}

void alv_html_number(alv_html *p, double x)
{
    char text[32];
    alv_number_print(text, x, 4);
    for (char *c = text; p->lang == ALV_PT && *c; c++)
        if (*c == '.') *c = ',';
    alv_html_put(p, "%s", isnan(x) ? "–" : isinf(x) ? "∞" : text);
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

void alv_html_begin(alv_html *p, const char *const title[ALV_LANGS])
{
    alv_html_put(p,
                 "<!doctype html>\n<html lang=\"%s\"><head><meta charset=\"utf-8\"><meta "
                 "http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src "
                 "'unsafe-inline'\"><meta name=\"viewport\" content=\"width=device-width, "
                 "initial-scale=1\"><title>alvor: %s</title><style>%s</style></head><body>\n",
                 p->lang == ALV_PT ? "pt-BR" : "en", title[p->lang], style);
}

alv_status alv_html_end(char **out, alv_html *p, alv_error *error)
{
    alv_html_put(p, "</body></html>\n");
    if (p->lost) {
        free(p->text);
        return alv_fail(error, ALV_ERR_MEMORY, "page", "out of memory");
    }
    *out = p->text;
    return ALV_OK;
}
