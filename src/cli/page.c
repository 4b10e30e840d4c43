/* Text for people: wrapped to the terminal, headings bold only there. */
#include "cli/page.h"

#include <langinfo.h>
#include <stdint.h>
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

size_t cli_character(const char *text)
{
    const unsigned char *p = (const unsigned char *)text;
    if (p[0] < 0x80) return p[0] >= 0x20 && p[0] != 0x7f;
    const size_t n = p[0] >= 0xf0 ? 4 : p[0] >= 0xe0 ? 3 : 2;
    uint32_t code = p[0] & (0x7fu >> n);
    for (size_t i = 1; i < n; i++) {
        if ((p[i] & 0xc0) != 0x80) return 0;
        code = code << 6 | (p[i] & 0x3f);
    }
    static const uint32_t least[] = {[2] = 0xa0, [3] = 0x800, [4] = 0x10000}; /* from 0x80: C1 */
    const bool surrogate = code >= 0xd800 && code < 0xe000;
    const bool turns = (code >= 0x2028 && code <= 0x202e) || (code >= 0x2066 && code <= 0x2069);
    if (p[0] < 0xc2 || p[0] > 0xf4 || code < least[n] || code > 0x10ffff) return 0;
    return surrogate || turns ? 0 : n;
}

/* The first n bytes, to a file or, where that is NULL, nowhere; returns their columns. */
static int show(FILE *to, const char *text, size_t n)
{
    int width = 0;
    for (size_t i = 0; i < n; width++) {
        const size_t size = cli_character(text + i);
        if (size == 0) {
            if (to) fprintf(to, "\\x%02x", (unsigned char)text[i]);
            width += 3;
            i++;
        } else {
            if (to) fwrite(text + i, 1, size, to);
            i += size;
        }
    }
    return width;
}

void cli_show(FILE *to, const char *text)
{
    show(to, text, strlen(text));
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
    return show(NULL, text, strlen(text));
}

void cli_wrap(FILE *to, const char *text, int at, int indent)
{
    int limit = cli_columns() - 1;
    bool first = true;
    while (*(text += strspn(text, " "))) {
        size_t length = strcspn(text, " ");
        int width = show(NULL, text, length);
        if (!first && at + 1 + width > limit) {
            fprintf(to, "\n%*s", indent, "");
            at = indent;
            first = true;
        }
        if (!first) fputc(' ', to);
        show(to, text, length);
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
    const int gap = width - show(to, text, strlen(text));
    fprintf(to, "%*s", gap > 0 ? gap : 0, "");
}

const char *cli_plural(int64_t n, const char *one, const char *many)
{
    return n == 1 ? one : many;
}
