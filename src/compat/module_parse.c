/* Reads the text of modules: calls of constructors as in Python.
 *
 *     calls  = call { "," call }
 *     call   = [ "torch." ] [ "nn." ] NAME [ "(" [ argument { "," argument } ] ")" ]
 *
 * An argument is read as its row of the constructor's table says; one that changes no parameter is
 * passed over. Nesting is bounded, so that no text can exhaust the stack. */
#include "compat/module.h"

static const alv_module_kind *const tables[] = {alv_modules_plain, alv_modules_recurrent,
                                                alv_modules_attention};
static const char sequential[] = "Sequential";

static const alv_module_kind *kind_at(int index)
{
    for (int t = 0; t < ALV_COUNT(tables); t++)
        for (const alv_module_kind *k = tables[t]; k->name; k++)
            if (index-- == 0) return k;
    return NULL;
}

const char *alv_compat_module_name(int index)
{
    const alv_module_kind *kind = index >= 0 ? kind_at(index) : NULL;
    return kind ? kind->name : NULL;
}

const alv_module_kind *alv_module_find(const char *name, size_t length)
{
    const alv_module_kind *kind;
    for (int i = 0; (kind = kind_at(i)) != NULL; i++)
        if (strlen(kind->name) == length && memcmp(kind->name, name, length) == 0) return kind;
    return NULL;
}

static alv_status fail(const alv_cursor *c, alv_status code, const char *message)
{
    return alv_fail_at(c->error, code, "module", c->at - c->text, "%s", message);
}

static void skip_white(alv_cursor *c)
{
    while (*c->at == ' ' || *c->at == '\t' || *c->at == '\n' || *c->at == '\r') c->at++;
}

static bool take(alv_cursor *c, char byte)
{
    skip_white(c);
    if (*c->at != byte) return false;
    c->at++;
    return true;
}

static size_t word_at(const alv_cursor *c)
{
    size_t n = 0;
    while (alv_is_word(c->at[n])) n++;
    return n;
}

static bool take_word(alv_cursor *c, const char *word)
{
    skip_white(c);
    size_t n = strlen(word);
    if (word_at(c) != n || memcmp(c->at, word, n) != 0) return false;
    c->at += n;
    return true;
}

/* Past a Python expression: to the ',' or ')' that ends it. */
static alv_status skip_value(alv_cursor *c)
{
    for (int depth = 0; *c->at; c->at++) {
        if (*c->at == '\'' || *c->at == '"') {
            const char *end = strchr(c->at + 1, *c->at);
            if (!end) return fail(c, ALV_ERR_SYNTAX, "this quote is not closed");
            c->at = end;
        } else if (*c->at == '(' || *c->at == '[') {
            depth++;
        } else if (*c->at == ')' || *c->at == ']') {
            if (depth == 0 && *c->at == ']') return fail(c, ALV_ERR_SYNTAX, "nothing is open here");
            if (depth-- == 0) return ALV_OK;
        } else if (*c->at == ',' && depth == 0) {
            return ALV_OK;
        }
    }
    return fail(c, ALV_ERR_SYNTAX, "expected ')' here");
}

static alv_status read_size(int64_t *out, alv_cursor *c)
{
    int64_t value = 0;
    skip_white(c);
    const alv_cursor start = *c;
    for (; *c->at >= '0' && *c->at <= '9'; c->at++)
        if (!alv_mul_i64(&value, value, 10) || __builtin_add_overflow(value, *c->at - '0', &value))
            return fail(&start, ALV_ERR_OVERFLOW, "this number does not fit 63 bits");
    if (c->at == start.at) return fail(c, ALV_ERR_SYNTAX, "expected a whole number from 0 here");
    *out = value;
    return ALV_OK;
}

/* "3" or "(3, 5)". */
static alv_status read_sizes(alv_module_value *out, alv_cursor *c)
{
    const char close = take(c, '(') ? ')' : take(c, '[') ? ']' : 0;
    for (out->n = 0;;) {
        if (out->n == ALV_MAX_RANK - 2) return fail(c, ALV_ERR_RANGE, "too many sizes");
        ALV_TRY(read_size(&out->v[out->n++], c));
        if (!close || take(c, close)) return ALV_OK;
        if (!take(c, ',')) return fail(c, ALV_ERR_SYNTAX, "expected ',' or ')' here");
        if (take(c, close)) return ALV_OK;
    }
}

static alv_status read_bool(alv_module_value *out, alv_cursor *c)
{
    out->v[0] = take_word(c, "True");
    if (out->v[0] || take_word(c, "False")) return ALV_OK;
    return fail(c, ALV_ERR_SYNTAX, "expected True or False here");
}

static alv_status read_value(alv_module_value *out, alv_cursor *c, const alv_module_arg *arg)
{
    *out = (alv_module_value){.v = {arg->otherwise}, .n = 1};
    skip_white(c);
    if (arg->kind != ALV_ARG_ANY && !arg->required && take_word(c, "None")) return ALV_OK;
    switch (arg->kind) {
    case ALV_ARG_SIZE:
        return read_size(&out->v[0], c);
    case ALV_ARG_SIZES:
        return read_sizes(out, c);
    case ALV_ARG_BOOL:
        return read_bool(out, c);
    case ALV_ARG_MODULE:
        out->text = c->at;
        return skip_value(c);
    case ALV_ARG_ANY:
    case ALV_ARG_END:
        break;
    }
    return skip_value(c);
}

/* "name =" before a value, or the next in order. */
static alv_status which_arg(int *index, alv_cursor *c, const alv_module_kind *kind, int ordinal)
{
    alv_cursor ahead = *c;
    skip_white(&ahead);
    const char *name = ahead.at;
    const size_t n = word_at(&ahead);
    ahead.at += n;
    const bool named = n > 0 && take(&ahead, '=') && *ahead.at != '=';
    *index = named ? 0 : ordinal;
    for (; *index < ALV_MODULE_ARGS && kind->args[*index].name; ++*index)
        if (!named || (strlen(kind->args[*index].name) == n &&
                       memcmp(kind->args[*index].name, name, n) == 0)) {
            if (named) c->at = ahead.at;
            return ALV_OK;
        }
    skip_white(c);
    return alv_fail_at(c->error, ALV_ERR_UNKNOWN_NAME, "module", c->at - c->text,
                       named ? "%s has no argument of this name" : "%s takes no argument here",
                       kind->name);
}

static alv_status read_args(alv_module_value *args, alv_cursor *c, const alv_module_kind *kind)
{
    bool given[ALV_MODULE_ARGS] = {false};
    if (take(c, '(') && !take(c, ')'))
        for (int ordinal = 0;; ordinal++) {
            int index;
            ALV_TRY(which_arg(&index, c, kind, ordinal));
            if (given[index]) return fail(c, ALV_ERR_ARGUMENT, "this argument is given twice");
            given[index] = true;
            ALV_TRY(read_value(&args[index], c, &kind->args[index]));
            if (take(c, ')')) break;
            if (!take(c, ',')) return fail(c, ALV_ERR_SYNTAX, "expected ',' or ')' here");
            if (take(c, ')')) break;
        }
    for (int i = 0; i < ALV_MODULE_ARGS && kind->args[i].name; i++)
        if (kind->args[i].required && !given[i])
            return alv_fail_at(c->error, ALV_ERR_ARGUMENT, "module", c->at - c->text, "%s needs %s",
                               kind->name, kind->args[i].name);
    return ALV_OK;
}

/* A constructor without a table of arguments takes any. */
static alv_status skip_args(alv_cursor *c)
{
    if (!take(c, '(')) return ALV_OK;
    while (!take(c, ')')) {
        ALV_TRY(skip_value(c));
        take(c, ',');
    }
    return ALV_OK;
}

static alv_status unknown(const alv_cursor *c, const char *name, size_t length)
{
    const char *names[128], *near;
    char copy[48];
    int n = 0;
    for (; n < ALV_COUNT(names) - 1 && alv_compat_module_name(n); n++)
        names[n] = alv_compat_module_name(n);
    names[n] = NULL;
    alv_text_format(copy, sizeof copy, "%s", name);
    if (length < sizeof copy) copy[length] = '\0';
    near = length > 0 ? alv_suggest(copy, names) : NULL;
    if (near)
        return alv_fail_at(c->error, ALV_ERR_UNKNOWN_NAME, "module", c->at - c->text,
                           "there is no module '%s'; did you mean %s?", copy, near);
    return fail(c, length > 0 ? ALV_ERR_UNKNOWN_NAME : ALV_ERR_SYNTAX,
                "expected a constructor of torch.nn that alvor knows, as in Linear(784, 256)");
}

static alv_status read_calls(alv_module_builder *b, alv_cursor *c, char end);

/* One call, whose parameters get b->prefix. */
static alv_status read_call(alv_module_builder *b, alv_cursor *c)
{
    alv_module_value args[ALV_MODULE_ARGS];
    if (b->depth > ALV_MODULE_DEPTH) return fail(c, ALV_ERR_RANGE, "modules are nested too deeply");
    if (take_word(c, "torch")) take(c, '.');
    if (take_word(c, "nn")) take(c, '.');
    skip_white(c);
    const alv_cursor at = *c;
    const size_t length = word_at(c);
    if (take_word(c, sequential)) {
        if (!take(c, '(')) return fail(c, ALV_ERR_SYNTAX, "expected '(' here");
        return read_calls(b, c, ')');
    }
    const alv_module_kind *kind = alv_module_find(at.at, length);
    if (!kind) return unknown(&at, at.at, length);
    c->at += length;
    for (int i = 0; i < ALV_MODULE_ARGS; i++)
        args[i] = (alv_module_value){.v = {kind->args[i].otherwise}, .n = 1};
    ALV_TRY(kind->args[0].name ? read_args(args, c, kind) : skip_args(c));
    alv_cursor call = at;
    alv_module_builder inside = *b;
    inside.cursor = &call;
    inside.kind = kind;
    inside.args = args;
    return kind->build(&inside);
}

/* Reads calls up to the byte `end`, as children 0, 1, ... */
static alv_status read_calls(alv_module_builder *b, alv_cursor *c, char end)
{
    alv_module_builder inside = *b;
    char prefix[2 * ALV_MAX_NAME];
    inside.prefix = prefix;
    inside.depth++;
    for (int i = 0; !(i == 0 && end && take(c, end)); i++) {
        if (alv_text_format(prefix, sizeof prefix, "%s%d.", b->prefix, i) >= ALV_MAX_NAME)
            return fail(c, ALV_ERR_RANGE, "the parameter's name is too long");
        ALV_TRY(read_call(&inside, c));
        skip_white(c);
        if (*c->at == end) return c->at += end != 0, ALV_OK;
        if (!take(c, ','))
            return fail(c, ALV_ERR_SYNTAX, end ? "expected ',' or ')' here" : "expected ',' here");
        skip_white(c);
        if (end && take(c, end)) return ALV_OK;
    }
    return ALV_OK;
}

/* `b` with prefix + name + ".". */
static alv_status below(alv_module_builder *out, char *prefix, const alv_module_builder *b,
                        const char *name)
{
    *out = *b;
    out->prefix = prefix;
    out->depth++;
    if (alv_text_format(prefix, 2 * ALV_MAX_NAME, "%s%s.", b->prefix, name) >= ALV_MAX_NAME)
        return alv_build_fail(b, ALV_ERR_RANGE, "the parameter's name is too long");
    return ALV_OK;
}

alv_status alv_build_child(const alv_module_builder *b, const char *name, const char *kind,
                           const alv_module_value *args)
{
    char prefix[2 * ALV_MAX_NAME];
    alv_module_builder inside;
    ALV_TRY(below(&inside, prefix, b, name));
    inside.kind = alv_module_find(kind, strlen(kind));
    inside.args = args;
    return inside.kind->build(&inside);
}

alv_status alv_build_text(const alv_module_builder *b, const char *name, const char *text)
{
    char prefix[2 * ALV_MAX_NAME];
    alv_module_builder inside;
    alv_cursor c = *b->cursor;
    ALV_TRY(below(&inside, prefix, b, name));
    c.at = text;
    return read_call(&inside, &c);
}

/* One call stands alone; more are a Sequential. */
static alv_status read_text(alv_module_builder *b, alv_cursor *c)
{
    alv_cursor ahead = *c;
    skip_white(&ahead);
    while (alv_is_word(*ahead.at) || *ahead.at == '.') ahead.at++;
    if (take(&ahead, '(')) {
        while (*ahead.at && *ahead.at != ')') {
            ALV_TRY(skip_value(&ahead));
            take(&ahead, ',');
        }
        take(&ahead, ')');
    }
    skip_white(&ahead);
    if (*ahead.at == ',') return read_calls(b, c, '\0');
    ALV_TRY(read_call(b, c));
    skip_white(c);
    return *c->at ? fail(c, ALV_ERR_SYNTAX, "expected ',' or the end here") : ALV_OK;
}

alv_status alv_compat_module_new(alv_compat_module **out, const char *text, alv_dtype dtype,
                                 alv_error *error)
{
    if (!out || !text) return alv_fail(error, ALV_ERR_ARGUMENT, "module", "NULL argument");
    if (!alv_dtype_name(dtype))
        return alv_fail(error, ALV_ERR_DTYPE, "module", "unknown element type");
    alv_compat_module *module = alv_new_array(1, sizeof *module);
    if (!module) return alv_fail(error, ALV_ERR_MEMORY, "module", "no memory");
    module->dtype = dtype;
    alv_cursor c = {text, text, error};
    alv_module_builder b = {.module = module, .cursor = &c, .prefix = ""};
    alv_status status = read_text(&b, &c);
    if (status != ALV_OK) {
        alv_compat_module_free(module);
        return status;
    }
    *out = module;
    return ALV_OK;
}
