/* Text for people: wrapped to the terminal, headings bold only there. */
#include "cli/page.h"

#include <langinfo.h>
#include <locale.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

enum { NARROW = 40, WIDE = 100, USUAL = 80 };

int cli_columns(void)
{
    struct winsize size;
    if (!isatty(STDOUT_FILENO) || ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) != 0 || size.ws_col == 0)
        return USUAL;
    return size.ws_col < NARROW ? NARROW : size.ws_col > WIDE ? WIDE : size.ws_col;
}

/* Columns of the first n bytes: every byte but the continuations 10xxxxxx starts one. */
static int columns(const char *text, size_t n)
{
    int width = 0;
    for (size_t i = 0; i < n; i++) width += ((unsigned char)text[i] & 0xc0) != 0x80;
    return width;
}

bool cli_utf8(void)
{
    locale_t locale = newlocale(LC_CTYPE_MASK, "", (locale_t)0);
    if (!locale) return false;
    const bool utf8 = strcmp(nl_langinfo_l(CODESET, locale), "UTF-8") == 0;
    freelocale(locale);
    return utf8;
}

int cli_text_width(const char *text)
{
    return columns(text, strlen(text));
}

void cli_wrap(FILE *to, const char *text, int at, int indent)
{
    int limit = cli_columns() - 1;
    bool first = true;
    while (*(text += strspn(text, " "))) {
        size_t length = strcspn(text, " ");
        int width = columns(text, length);
        if (!first && at + 1 + width > limit) {
            fprintf(to, "\n%*s", indent, "");
            at = indent;
            first = true;
        }
        fprintf(to, "%s%.*s", first ? "" : " ", (int)length, text);
        at += width + !first;
        first = false;
        text += length;
    }
    fputc('\n', to);
}

void cli_heading(const cli_args *args, const char *text)
{
    printf(args->color ? "\033[1m%s\033[0m\n" : "%s\n", text);
}

void cli_join(char *out, size_t size, const char *words)
{
    size_t n = 0;
    for (const char *p = words; *p && n + 2 < size; p++) {
        if (*p == ' ') out[n++] = ',';
        out[n++] = *p;
    }
    out[n] = '\0';
}

void cli_pad(FILE *to, const char *text, int width)
{
    int gap = width - cli_text_width(text);
    fprintf(to, "%s%*s", text, gap > 0 ? gap : 0, "");
}

const char *cli_plural(int64_t n, const char *one, const char *many)
{
    return n == 1 ? one : many;
}
