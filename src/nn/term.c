/* The one reader of names with numbers: optimizers, schedules and regularizers. */
#include "nn/term.h"

#include "base/base.h"

enum { MOST_TERMS = 16 };

/* What is being read. */
typedef struct reader {
    alv_cursor at;
    const char *where;
    const alv_term *table;
    int n;
} reader;

static alv_status expected(const reader *r, const char *wanted)
{
    return alv_fail_at(r->at.error, ALV_ERR_SYNTAX, r->where, r->at.at - r->at.text,
                       "expected %s in '%s'; write for example %s", wanted, r->at.text,
                       r->table[0].name);
}

static size_t take_word(reader *r)
{
    const char *start = r->at.at;
    while (alv_is_word(*r->at.at)) r->at.at++;
    return (size_t)(r->at.at - start);
}

static bool is_word(const char *name, const char *word, size_t n)
{
    return name && strlen(name) == n && strncmp(name, word, n) == 0;
}

/* There is no `what` of the name that `word` begins with; names (NULL at the end) has what is. */
static alv_status unknown(const reader *r, const char *what, const char *word, size_t n,
                          const char *const *names)
{
    char copy[48];
    alv_text_format(copy, n < sizeof copy ? n + 1 : sizeof copy, "%s", word);
    const char *near = alv_suggest(copy, names);
    return alv_fail_at(r->at.error, ALV_ERR_UNKNOWN_NAME, r->where, word - r->at.text,
                       "there is no %s '%s'; %s '%s'%s", what, copy,
                       near ? "did you mean" : "the first is", near ? near : names[0],
                       near ? "?" : "");
}

static alv_status read_name(int *row, reader *r)
{
    const char *names[MOST_TERMS + 1] = {0}, *word = r->at.at;
    size_t n = take_word(r);
    if (n == 0) return expected(r, "a name");
    for (int i = 0; i < r->n && i < MOST_TERMS; i++) {
        names[i] = r->table[i].name;
        if (is_word(names[i], word, n)) return *row = i, ALV_OK;
    }
    return unknown(r, r->where, word, n, names);
}

/* The argument that the word at the cursor names, or the first one where a number stands. */
static alv_status read_key(int *arg, reader *r, const alv_term *term)
{
    const char *names[ALV_TERM_ARGS + 1] = {0}, *word = r->at.at;
    int n_names = 0, first = -1;
    for (int i = 0; i < ALV_TERM_ARGS; i++) {
        if (!term->args[i].name) continue;
        if (first < 0) first = i;
        names[n_names++] = term->args[i].name;
    }
    if (first < 0) return expected(r, "nothing between the parentheses");
    *arg = first;
    if ((*word >= '0' && *word <= '9') || *word == '.' || *word == '-' || *word == '+')
        return ALV_OK;
    size_t n = take_word(r);
    for (*arg = 0; *arg < ALV_TERM_ARGS; ++*arg)
        if (is_word(term->args[*arg].name, word, n)) break;
    if (*arg == ALV_TERM_ARGS)
        return n ? unknown(r, "argument", word, n, names) : expected(r, "a number");
    alv_skip_spaces(&r->at);
    if (*r->at.at != '=') return expected(r, "'='");
    r->at.at++;
    alv_skip_spaces(&r->at);
    return ALV_OK;
}

static alv_status read_value(double *out, reader *r, const alv_term_arg *arg)
{
    double value;
    const size_t used = alv_number_parse(&value, r->at.at, strlen(r->at.at));
    if (used == 0) return expected(r, "a number");
    const bool low = arg->open_lo ? value > arg->lo : value >= arg->lo;
    const bool high = arg->open_hi ? value < arg->hi : value <= arg->hi;
    if (!low || !high)
        return alv_fail_at(r->at.error, ALV_ERR_RANGE, r->where, r->at.at - r->at.text,
                           "%s = %g is not in %s%g, %g%s", arg->name, value,
                           arg->open_lo ? "(" : "[", arg->lo, arg->hi, arg->open_hi ? ")" : "]");
    r->at.at += used;
    *out = value;
    return ALV_OK;
}

/* "(ARG=VALUE, ...)", the cursor behind the '('. */
static alv_status read_args(double args[ALV_TERM_ARGS], reader *r, const alv_term *term)
{
    for (;; r->at.at++) {
        int arg = 0;
        alv_skip_spaces(&r->at);
        ALV_TRY(read_key(&arg, r, term));
        ALV_TRY(read_value(&args[arg], r, &term->args[arg]));
        alv_skip_spaces(&r->at);
        if (*r->at.at == ')') break;
        if (*r->at.at != ',') return expected(r, "',' or ')'");
    }
    r->at.at++;
    return ALV_OK;
}

alv_status alv_term_parse(int *row, double args[ALV_TERM_ARGS], const char *text,
                          const alv_term *table, int n, const char *where, alv_error *error)
{
    reader r = {{text, text, error}, where, table, n};
    double values[ALV_TERM_ARGS];
    int found = 0;
    if (!text) return alv_fail(error, ALV_ERR_ARGUMENT, where, "no text given");
    alv_skip_spaces(&r.at);
    ALV_TRY(read_name(&found, &r));
    for (int i = 0; i < ALV_TERM_ARGS; i++) values[i] = table[found].args[i].preset;
    alv_skip_spaces(&r.at);
    if (*r.at.at == '(') {
        r.at.at++;
        ALV_TRY(read_args(values, &r, &table[found]));
        alv_skip_spaces(&r.at);
    }
    if (*r.at.at) return expected(&r, "the end");
    *row = found;
    memcpy(args, values, sizeof values);
    return ALV_OK;
}

void alv_term_print(char out[ALV_TERM_TEXT], const alv_term *term, const double args[ALV_TERM_ARGS])
{
    size_t n = alv_text_format(out, ALV_TERM_TEXT, "%s", term->name);
    bool any = false;
    for (int i = 0; i < ALV_TERM_ARGS; i++) {
        if (!term->args[i].name || args[i] == term->args[i].preset) continue;
        n += alv_text_format(out + n, ALV_TERM_TEXT - n, "%s%s=%g", any ? "," : "(",
                             term->args[i].name, args[i]);
        any = true;
    }
    if (any) alv_text_format(out + n, ALV_TERM_TEXT - n, ")");
}
