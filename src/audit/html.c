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

void alv_html_table(alv_html *p, const char *classes, const char *label)
{
    alv_html_put(p,
                 "<div class=\"scroll\" role=\"region\" tabindex=\"0\" aria-label=\"%s\"><table "
                 "class=\"%s\">",
                 label, classes);
}

void alv_html_begin(alv_html *p, const char *const title[ALV_LANGS])
{
    alv_html_put(
        p,
        "<!doctype html>\n<html lang=\"%s\" data-theme=\"auto\"><head><meta "
        "charset=\"utf-8\"><meta http-equiv=\"Content-Security-Policy\" "
        "content=\"default-src 'none'; style-src 'unsafe-inline'\"><meta name=\"viewport\" "
        "content=\"width=device-width, initial-scale=1\"><title>alvor: %s</title><style>",
        p->lang == ALV_PT ? "pt-BR" : "en", title[p->lang]);
    alv_html_put(p, "%s", alv_html_style);
    alv_html_put(p,
                 "</style></head><body><header><div class=\"brand\"><span class=\"logo\" "
                 "aria-hidden=\"true\"></span><h1>alvor</h1><p>%s</p></div></header><div "
                 "class=\"layout plain\"><main>\n",
                 title[p->lang]);
}

alv_status alv_html_end(char **out, alv_html *p, alv_error *error)
{
    alv_html_put(p, "</main></div></body></html>\n");
    if (p->lost) {
        free(p->text);
        return alv_fail(error, ALV_ERR_MEMORY, "page", "out of memory");
    }
    *out = p->text;
    return ALV_OK;
}
