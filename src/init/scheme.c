/* Schemes as text: NAME or NAME(VALUE) or NAME(ARG=VALUE, ...), checked against the descriptor. */
#include "init/family.h"

#include "base/base.h"
#include "math/math.h"

static const char where[] = "scheme";

static int64_t position(const alv_cursor *c)
{
    return c->at - c->text;
}

static size_t word_length(const char *p)
{
    size_t n = 0;
    while (alv_is_word(p[n])) n++;
    return n;
}

/* Copies the word at the cursor, cut to fit, and moves past it. */
static void take_word(char *out, size_t size, alv_cursor *c)
{
    size_t n = word_length(c->at);
    size_t kept = n < size ? n : size - 1;
    memcpy(out, c->at, kept);
    out[kept] = '\0';
    c->at += n;
}

enum { WORD = 48, MOST_WORDS = 128 };

/* Splits space-separated words into rows of `copies`; returns the new count. */
static int add_words(char copies[][WORD], int n, const char *words)
{
    alv_cursor c = {words, words, NULL};
    for (alv_skip_spaces(&c); *c.at && n < MOST_WORDS; alv_skip_spaces(&c))
        take_word(copies[n++], WORD, &c);
    return n;
}

/* Fails with the nearest of the first n rows, if any is near. */
static alv_status fail_unknown(const alv_cursor *c, int64_t at, const char *what, const char *name,
                               char copies[][WORD], int n, const char *otherwise)
{
    const char *names[MOST_WORDS + 1];
    for (int i = 0; i < n; i++) names[i] = copies[i];
    names[n] = NULL;
    const char *near = alv_suggest(name, names);
    if (near)
        return alv_fail_at(c->error, ALV_ERR_UNKNOWN_NAME, where, at,
                           "there is no %s '%s'; did you mean '%s'?", what, name, near);
    return alv_fail_at(c->error, ALV_ERR_UNKNOWN_NAME, where, at, "there is no %s '%s'; %s", what,
                       name, otherwise);
}

static alv_status unknown_scheme(const alv_cursor *c, int64_t at, const char *name,
                                 const alv_scheme_table *table)
{
    char copies[MOST_WORDS][WORD];
    int n = 0;
    if (alv_word_in("truncated_normal trunc_normal truncnorm", name, strlen(name)))
        return alv_fail_at(c->error, ALV_ERR_UNKNOWN_NAME, where, at,
                           "'%s' does not say what its bounds are; name trunc_normal_rel (they "
                           "count deviations: Keras, JAX) or trunc_normal_abs (they are values: "
                           "PyTorch)",
                           name);
    const alv_initializer *init;
    for (int i = 0; (init = table->at(table->context, i)) != NULL; i++) {
        n = add_words(copies, n, init->name);
        n = add_words(copies, n, init->aliases);
    }
    return fail_unknown(c, at, where, name, copies, n, table->shown);
}

static int count_args(const alv_initializer *init)
{
    int n = 0;
    while (n < ALV_MAX_INIT_ARGS && init->args[n].name) n++;
    return n;
}

static alv_status unknown_arg(const alv_cursor *c, int64_t at, const alv_initializer *init,
                              const char *name)
{
    char copies[MOST_WORDS][WORD], all[128] = "it has none", what[WORD + 16];
    int n = 0;
    for (int i = 0; i < count_args(init); i++) {
        n = add_words(copies, n, init->args[i].name);
        size_t length = i ? strlen(all) : 0;
        alv_text_format(all + length, sizeof all - length, i ? " %s" : "it has %s",
                        init->args[i].name);
    }
    alv_text_format(what, sizeof what, "argument of %s", init->name);
    return fail_unknown(c, at, what, name, copies, n, all);
}

static int find_arg(const alv_initializer *init, const char *name)
{
    for (int i = 0; i < count_args(init); i++)
        if (strcmp(init->args[i].name, name) == 0) return i;
    return -1;
}

/* One argument's value against its row of the table; at < 0 where there is no text. */
static alv_status check_arg(const alv_init_arg *arg, double value, int64_t at, alv_error *error)
{
    if (!alv_isfinite(value))
        return alv_fail_at(error, ALV_ERR_ARGUMENT, arg->name, at, "%s = %g is not a finite number",
                           arg->name, value);
    if (value < arg->lo || value > arg->hi || (arg->open_lo && value == arg->lo))
        return alv_fail_at(error, ALV_ERR_RANGE, arg->name, at, "%s = %g is outside %s%g, %g]",
                           arg->name, value, arg->open_lo ? "(" : "[", arg->lo, arg->hi);
    if (arg->choices && value != alv_floor(value))
        return alv_fail_at(error, ALV_ERR_RANGE, arg->name, at, "%s = %g is not one of: %s",
                           arg->name, value, arg->choices);
    return ALV_OK;
}

alv_status alv_scheme_check(const alv_scheme *scheme, alv_error *error)
{
    if (!scheme || !scheme->init)
        return alv_fail(error, ALV_ERR_ARGUMENT, where, "the scheme is NULL");
    for (int i = 0; i < count_args(scheme->init); i++)
        ALV_TRY(check_arg(&scheme->init->args[i], scheme->args[i], -1, error));
    return ALV_OK;
}

/* The word at the cursor as the index of one of the argument's choices. */
static alv_status read_choice(double *out, alv_cursor *c, const alv_init_arg *arg)
{
    char copies[MOST_WORDS][WORD], name[WORD], otherwise[96], what[WORD];
    int64_t at = position(c);
    int n = add_words(copies, 0, arg->choices);
    take_word(name, sizeof name, c);
    for (int i = 0; i < n; i++)
        if (strcmp(copies[i], name) == 0) return *out = i, ALV_OK;
    alv_text_format(what, sizeof what, "%s", arg->name);
    alv_text_format(otherwise, sizeof otherwise, "it is one of: %s", arg->choices);
    return fail_unknown(c, at, what, name, copies, n, otherwise);
}

static alv_status read_value(double *out, alv_cursor *c, const alv_init_arg *arg)
{
    int64_t at = position(c);
    if (arg->choices) return read_choice(out, c, arg);
    size_t used = alv_number_parse(out, c->at, strlen(c->at));
    if (used == 0 && *c->at)
        return alv_fail_at(c->error, ALV_ERR_SYNTAX, where, at,
                           "the argument '%s' needs a number here, not '%C'", arg->name, *c->at);
    if (used == 0)
        return alv_fail_at(c->error, ALV_ERR_SYNTAX, where, at,
                           "the argument '%s' needs a number, and the text ends here", arg->name);
    c->at += used;
    return check_arg(arg, *out, at, c->error);
}

/* "NAME=" before a value moves the cursor past it; without one, only the first value may stand. */
static alv_status read_arg_name(int *index, alv_cursor *c, const alv_initializer *init, int ordinal)
{
    alv_cursor ahead = *c;
    char name[WORD];
    take_word(name, sizeof name, &ahead);
    alv_skip_spaces(&ahead);
    if (*ahead.at == '=' && name[0]) {
        *index = find_arg(init, name);
        if (*index < 0) return unknown_arg(c, position(c), init, name);
        c->at = ahead.at + 1;
        alv_skip_spaces(c);
        return ALV_OK;
    }
    if (count_args(init) == 0)
        return alv_fail_at(c->error, ALV_ERR_SYNTAX, where, position(c), "%s takes no arguments",
                           init->name);
    if (ordinal > 0)
        return alv_fail_at(c->error, ALV_ERR_SYNTAX, where, position(c),
                           "name this argument, as in %s=...", init->args[0].name);
    *index = 0;
    return ALV_OK;
}

/* The list between the parentheses, the closing one included. */
static alv_status read_args(alv_scheme *scheme, alv_cursor *c)
{
    bool given[ALV_MAX_INIT_ARGS] = {false};
    alv_skip_spaces(c);
    if (*c->at == ')') return c->at++, ALV_OK;
    for (int ordinal = 0;; ordinal++) {
        int index;
        alv_skip_spaces(c);
        int64_t at = position(c);
        ALV_TRY(read_arg_name(&index, c, scheme->init, ordinal));
        if (given[index])
            return alv_fail_at(c->error, ALV_ERR_ARGUMENT, where, at, "%s is given twice",
                               scheme->init->args[index].name);
        given[index] = true;
        ALV_TRY(read_value(&scheme->args[index], c, &scheme->init->args[index]));
        alv_skip_spaces(c);
        if (*c->at == ')') return c->at++, ALV_OK;
        if (*c->at != ',')
            return alv_fail_at(c->error, ALV_ERR_SYNTAX, where, position(c),
                               "expected ',' or ')' here");
        c->at++;
    }
}

static const alv_initializer *find(const alv_scheme_table *table, const char *name)
{
    const alv_initializer *init;
    for (int i = 0; (init = table->at(table->context, i)) != NULL; i++)
        if (strcmp(init->name, name) == 0 || alv_word_in(init->aliases, name, strlen(name))) break;
    return init;
}

static const alv_initializer *registered(const void *context, int index)
{
    (void)context;
    return alv_init_at(index);
}

alv_status alv_scheme_parse(alv_scheme *out, const char *text, alv_error *error)
{
    static const alv_scheme_table registry = {registered, NULL, "`alvor list` shows them all"};
    return alv_scheme_parse_in(out, &registry, text, error);
}

alv_status alv_scheme_parse_in(alv_scheme *out, const alv_scheme_table *table, const char *text,
                               alv_error *error)
{
    if (!out || !text) return alv_fail(error, ALV_ERR_ARGUMENT, where, "NULL argument");
    alv_cursor c = {text, text, error};
    char name[WORD];
    alv_skip_spaces(&c);
    int64_t at = position(&c);
    take_word(name, sizeof name, &c);
    if (!name[0])
        return alv_fail_at(error, ALV_ERR_SYNTAX, where, at, "expected the name of a scheme here");
    alv_scheme scheme = {.init = find(table, name)};
    if (!scheme.init) return unknown_scheme(&c, at, name, table);
    for (int i = 0; i < count_args(scheme.init); i++) scheme.args[i] = scheme.init->args[i].value;
    alv_skip_spaces(&c);
    if (*c.at == '(') {
        c.at++;
        ALV_TRY(read_args(&scheme, &c));
        alv_skip_spaces(&c);
    }
    if (*c.at)
        return alv_fail_at(error, ALV_ERR_SYNTAX, where, position(&c),
                           "'%C' is not expected after the scheme", *c.at);
    *out = scheme;
    return ALV_OK;
}

/* Writes as much as fits and returns the length of all of it. */
static size_t print(char *out, size_t size, const alv_scheme *scheme)
{
    const alv_initializer *init = scheme->init;
    size_t length = alv_text_format(out, size, "%s", init->name);
    int shown = 0;
    for (int i = 0; i < count_args(init); i++) {
        const alv_init_arg *arg = &init->args[i];
        if (!arg->shown && scheme->args[i] == arg->value) continue;
        char value[WORD], copies[MOST_WORDS][WORD];
        if (arg->choices) {
            add_words(copies, 0, arg->choices);
            memcpy(value, copies[(int)scheme->args[i]], WORD);
        } else {
            alv_number_print(value, scheme->args[i], 0);
        }
        bool room = length < size;
        length += alv_text_format(room ? out + length : NULL, room ? size - length : 0, "%s%s=%s",
                                  shown++ ? ", " : "(", arg->name, value);
    }
    bool room = length < size;
    return length + alv_text_format(room ? out + length : NULL, room ? size - length : 0, "%s",
                                    shown ? ")" : "");
}

alv_status alv_scheme_print(char *out, size_t size, const alv_scheme *scheme, alv_error *error)
{
    if (!out) return alv_fail(error, ALV_ERR_ARGUMENT, "out", "NULL argument");
    ALV_TRY(alv_scheme_check(scheme, error));
    size_t length = print(NULL, 0, scheme);
    if (length >= size)
        return alv_fail(error, ALV_ERR_RANGE, "size", "the text needs %lld bytes",
                        (int64_t)length + 1);
    print(out, size, scheme);
    return ALV_OK;
}

alv_status alv_scheme_blame(alv_status status, const alv_scheme *scheme, alv_error *error)
{
    if (!error) return status;
    const alv_error said = *error;
    char text[192];
    print(text, sizeof text, scheme);
    return alv_fail(error, status, find_arg(scheme->init, said.where) < 0 ? where : said.where,
                    "%s: %s", text, said.message);
}
