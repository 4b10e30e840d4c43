/* A page of plain HTML that needs no script: text that grows, and its style. */
#ifndef ALV_AUDIT_HTML_H
#define ALV_AUDIT_HTML_H

#include "alvor/init.h"
#include "base/libc.h"

typedef struct alv_html {
    char *text;
    size_t n, room;
    alv_lang lang;
    bool lost; /* memory ended: nothing more is written */
} alv_html;

/* The style of alvor's pages (web/src/style), put together by the build. */
extern const char alv_html_style[];

/* The head with its title, and the body's beginning; `title` is by language. */
void alv_html_begin(alv_html *html, const char *const title[ALV_LANGS]);
/* Begins a table of these classes; where it is wider than a narrow window it scrolls by itself, by
 * the keyboard, too. The caller ends it with </table></div>. */
void alv_html_table(alv_html *html, const char *classes, const char *label);
/* As alv_text_format. */
void alv_html_put(alv_html *html, const char *format, ...);
/* Text, escaped. */
void alv_html_text(alv_html *html, const char *text);
/* Four digits, with the language's decimal mark. */
void alv_html_number(alv_html *html, double x);
/* The whole page, the caller's to free(). */
alv_status alv_html_end(char **out, alv_html *html, alv_error *error);

#endif
