/* Text without a locale: a small formatter, nearest names, checked sizes. */
#include "base/base.h"

/* Where formatted bytes go: counts all of them, keeps those that fit. */
typedef struct sink {
    char *out;
    size_t size, length;
} sink;

static void put(sink *s, const char *bytes, size_t n)
{
    for (size_t i = 0; i < n; i++, s->length++)
        if (s->length + 1 < s->size) s->out[s->length] = bytes[i];
}

static void put_unsigned(sink *s, uint64_t value, unsigned base)
{
    char digits[24];
    size_t n = 0;
    do digits[n++] = "0123456789abcdef"[value % base];
    while ((value /= base) != 0);
    while (n > 0) put(s, &digits[--n], 1);
}

static void put_signed(sink *s, int64_t value)
{
    if (value < 0) put(s, "-", 1);
    put_unsigned(s, value < 0 ? 0 - (uint64_t)value : (uint64_t)value, 10);
}

static void put_number(sink *s, double value, int digits)
{
    char text[32];
    put(s, text, alv_number_print(text, value, digits));
}

/* A byte that is no printable ASCII as \xNN: alone it is no character, and a terminal may obey it.
 */
static void put_visible(sink *s, char c)
{
    unsigned byte = (unsigned char)c;
    if (byte >= 0x20 && byte < 0x7f) {
        put(s, &c, 1);
    } else {
        put(s, byte < 16 ? "\\x0" : "\\x", byte < 16 ? 3 : 2);
        put_unsigned(s, byte, 16);
    }
}

/* Where to cut a text after at most n of its bytes: never inside a UTF-8 character. */
static size_t cut(const char *text, size_t n)
{
    size_t lead = n;
    while (lead > 0 && n - lead < 3 && ((unsigned char)text[lead - 1] & 0xc0) == 0x80) lead--;
    unsigned char c = lead > 0 ? (unsigned char)text[lead - 1] : 0;
    size_t size = c >= 0xf0 ? 4 : c >= 0xe0 ? 3 : c >= 0xc0 ? 2 : 1;
    return n - lead + 1 < size ? lead - 1 : n;
}

size_t alv_text_vformat(char *out, size_t size, const char *format, va_list args)
{
    sink s = {out, size, 0};
    for (const char *p = format; *p; p++) {
        if (*p != '%') {
            put(&s, p, 1);
            continue;
        }
        int digits = 0;
        if (*++p == '.')
            for (p++; *p >= '0' && *p <= '9'; p++) digits = digits * 10 + (*p - '0');
        bool wide = p[0] == 'l' && p[1] == 'l';
        p += wide ? 2 : 0;
        switch (*p) {
        case 's': {
            const char *text = va_arg(args, const char *);
            put(&s, text ? text : "(none)", strlen(text ? text : "(none)"));
            break;
        }
        case 'c':
            put(&s, &(char){(char)va_arg(args, int)}, 1);
            break;
        case 'C':
            put_visible(&s, (char)va_arg(args, int));
            break;
        case 'd':
            put_signed(&s, wide ? va_arg(args, int64_t) : va_arg(args, int));
            break;
        case 'u':
            put_unsigned(&s, wide ? va_arg(args, uint64_t) : va_arg(args, unsigned), 10);
            break;
        case 'x':
            put_unsigned(&s, wide ? va_arg(args, uint64_t) : va_arg(args, unsigned), 16);
            break;
        case 'g':
            put_number(&s, va_arg(args, double), digits);
            break;
        default:
            put(&s, p, *p != 0);
            p -= *p == 0;
        }
    }
    if (size > 0) out[s.length < size ? s.length : cut(out, size - 1)] = '\0';
    return s.length;
}

size_t alv_text_format(char *out, size_t size, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    size_t length = alv_text_vformat(out, size, format, args);
    va_end(args);
    return length;
}

enum { LONGEST_NAME = 48 };

static int min3(int a, int b, int c)
{
    int ab = a < b ? a : b;
    return ab < c ? ab : c;
}

/* Levenshtein distance, one row at a time; names longer than LONGEST_NAME are far from anything. */
static int distance(const char *a, const char *b)
{
    int n = (int)strlen(a), m = (int)strlen(b), row[LONGEST_NAME + 1];
    if (n > LONGEST_NAME || m > LONGEST_NAME) return LONGEST_NAME;
    for (int j = 0; j <= m; j++) row[j] = j;
    for (int i = 1; i <= n; i++) {
        int diagonal = row[0];
        row[0] = i;
        for (int j = 1; j <= m; j++) {
            int above = row[j];
            row[j] = min3(above + 1, row[j - 1] + 1, diagonal + (a[i - 1] != b[j - 1]));
            diagonal = above;
        }
    }
    return row[m];
}

/* Edits beyond which a name is another one: a third of its letters, but two letters swapped, which
 * are two edits, from three letters on. */
static int far_edits(const char *name)
{
    const int n = (int)strlen(name);
    return n < 3 ? 2 : n < 9 ? 3 : n / 3 + 1;
}

const char *alv_suggest(const char *name, const char *const *names)
{
    const char *best = NULL;
    int best_distance = far_edits(name);
    for (; *names; names++) {
        int d = distance(name, *names);
        if (d < best_distance) best_distance = d, best = *names;
    }
    return best;
}

bool alv_word_in(const char *words, const char *name, size_t name_length)
{
    while (*words) {
        size_t n = 0;
        while (words[n] && words[n] != ' ') n++;
        if (n == name_length && memcmp(words, name, n) == 0) return n > 0;
        words += n + (words[n] == ' ');
    }
    return false;
}

/* By division: the overflow builtin would call a helper that a freestanding build lacks. */
void *alv_new_array(size_t n, size_t size)
{
    return calloc(n ? n : 1, size ? size : 1);
}
