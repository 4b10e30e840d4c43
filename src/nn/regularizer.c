/* Regularizers as text: a sum of names with one number each. */
#include "nn/regularizer.h"

#include "base/base.h"

enum { NONE, L1, L2, DROPOUT };

static const alv_term terms[] = {
    [NONE] = {"none", {{0}}},
    [L1] = {"l1", {{.name = "scale", .preset = 1e-5, .hi = 1e6, .open_lo = true}}},
    [L2] = {"l2", {{.name = "scale", .preset = 1e-4, .hi = 1e6, .open_lo = true}}},
    [DROPOUT] = {"dropout",
                 {{.name = "rate", .preset = 0.5, .hi = 1, .open_lo = true, .open_hi = true}}},
};

/* The number of a term within a regularizer; NULL for "none", which has none. */
static double *number_of(alv_regularizer *r, int term)
{
    double *const places[] = {[NONE] = NULL, [L1] = &r->l1, [L2] = &r->l2, [DROPOUT] = &r->dropout};
    return places[term];
}

/* Where the term at `text` ends: a '+' outside parentheses, where it may be an exponent's. */
static size_t term_length(const char *text)
{
    size_t n = 0;
    for (int depth = 0; text[n] && (depth > 0 || text[n] != '+'); n++)
        depth += (text[n] == '(') - (text[n] == ')');
    return n;
}

alv_status alv_regularizer_parse(alv_regularizer *out, const char *text, alv_error *error)
{
    alv_regularizer r = {0};
    if (!text) return alv_fail(error, ALV_ERR_ARGUMENT, "regularizer", "no text given");
    for (const char *at = text;; at++) {
        char term[ALV_TERM_TEXT];
        double args[ALV_TERM_ARGS];
        int which = 0;
        const size_t n = term_length(at);
        if (n >= sizeof term)
            return alv_fail_at(error, ALV_ERR_SYNTAX, "regularizer", at - text,
                               "the text is too long");
        memcpy(term, at, n);
        term[n] = '\0';
        const alv_status status =
            alv_term_parse(&which, args, term, terms, ALV_COUNT(terms), "regularizer", error);
        if (status != ALV_OK && error && error->position >= 0) error->position += at - text;
        ALV_TRY(status);
        double *number = number_of(&r, which);
        if (number && *number != 0)
            return alv_fail_at(error, ALV_ERR_ARGUMENT, "regularizer", at - text,
                               "%s is given twice", terms[which].name);
        if (number) *number = args[0];
        at += n;
        if (!*at) break;
    }
    *out = r;
    return ALV_OK;
}

void alv_regularizer_print(char out[ALV_TERM_TEXT], const alv_regularizer *regularizer)
{
    alv_regularizer r = *regularizer;
    size_t n = alv_text_format(out, ALV_TERM_TEXT, "");
    for (int i = L1; i < ALV_COUNT(terms); i++) {
        const double value = *number_of(&r, i);
        if (value == 0) continue;
        n += alv_text_format(out + n, ALV_TERM_TEXT - n, "%s%s(%g)", n ? "+" : "", terms[i].name,
                             value);
    }
    if (n == 0) alv_text_format(out, ALV_TERM_TEXT, "%s", terms[NONE].name);
}
