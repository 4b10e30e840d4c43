/* Puts the document into the page. The page (template, style and script, bundled when the project
 * was built) is scanned once for its markers; the document is never scanned, so that no name in
 * it can be taken for a marker. */
#include <stdio.h>

#include "base/base.h"
#include "report/page.h"
#include "report/parts.h"

/* Inside <script type="application/json"> only "</script" and "<!--" matter to a parser; '<', '>',
 * '&' and the two line separators are escaped everywhere, so that the text is inert wherever it is
 * pasted. All five can stand only inside JSON strings. */
size_t alv_report_escape(char *out, const char *json)
{
    static const struct {
        const char *bytes, *escape;
    } table[] = {{"<", "\\u003c"},
                 {">", "\\u003e"},
                 {"&", "\\u0026"},
                 {"\xe2\x80\xa8", "\\u2028"},
                 {"\xe2\x80\xa9", "\\u2029"}};
    size_t n = 0;
    while (*json) {
        int i = 0;
        while (i < ALV_COUNT(table) && strncmp(json, table[i].bytes, strlen(table[i].bytes)) != 0)
            i++;
        const char *from = i < ALV_COUNT(table) ? table[i].escape : json;
        size_t length = i < ALV_COUNT(table) ? strlen(table[i].escape) : 1;
        if (out) memcpy(out + n, from, length);
        n += length;
        json += i < ALV_COUNT(table) ? strlen(table[i].bytes) : 1;
    }
    return n;
}

typedef struct text {
    char *bytes; /* NULL while only counting */
    size_t n;
} text;

static void append(text *to, const unsigned char *bytes, size_t n)
{
    if (to->bytes) memcpy(to->bytes + to->n, bytes, n);
    to->n += n;
}

static void fill(text *to, const char *document, alv_lang lang)
{
    const unsigned char *page = alv_report_page;
    size_t from = 0;
    for (size_t i = 0; i < alv_report_page_size; i++) {
        bool data = alv_report_page_size - i >= 12 && memcmp(page + i, "@alvor:data@", 12) == 0;
        bool language = alv_report_page_size - i >= 12 && memcmp(page + i, "@alvor:lang@", 12) == 0;
        if (!data && !language) continue;
        append(to, page + from, i - from);
        if (data)
            to->n += alv_report_escape(to->bytes ? to->bytes + to->n : NULL, document);
        else
            append(to, (const unsigned char *)(lang == ALV_PT ? "pt" : "en"), 2);
        from = i + 12;
    }
    append(to, page + from, alv_report_page_size - from);
}

alv_status alv_report_render(char **out, size_t *size, const char *document, alv_lang lang,
                             alv_error *error)
{
    text to = {0};
    fill(&to, document, lang);
    to.bytes = alv_new_array(to.n + 1, 1);
    if (!to.bytes) return alv_report_no_memory(error);
    to.n = 0;
    fill(&to, document, lang);
    *out = to.bytes;
    *size = to.n;
    return ALV_OK;
}
