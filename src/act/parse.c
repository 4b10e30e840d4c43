/* Activations as text: "relu", "leaky_relu(0.2)", "leaky_relu(slope=0.2)". */
#include "alvor/act.h"
#include "act/moment.h"
#include "base/base.h"

static alv_status wrong(const alv_cursor *c, const char *wanted)
{
    return alv_fail_at(c->error, ALV_ERR_SYNTAX, "activation", c->at - c->text,
                       "expected %s in \"%s\"; write for example relu or leaky_relu(0.2)", wanted,
                       c->text);
}

static const alv_act *find(const char *name, size_t length)
{
    for (int i = 0; i < alv_act_count(); i++) {
        const alv_act *act = alv_act_at(i);
        if (alv_word_in(act->name, name, length) || alv_word_in(act->aliases, name, length))
            return act;
    }
    return NULL;
}

static alv_status unknown(const alv_cursor *c, const char *name, size_t length)
{
    enum { MOST = 32 };
    char copy[49];
    alv_text_format(copy, length < sizeof copy ? length + 1 : sizeof copy, "%s", name);
    const char *names[MOST + 1] = {NULL};
    for (int i = 0; i < alv_act_count() && i < MOST; i++) names[i] = alv_act_at(i)->name;
    const char *near = alv_suggest(copy, names);
    if (near)
        return alv_fail_at(c->error, ALV_ERR_UNKNOWN_NAME, "activation", name - c->text,
                           "there is no activation \"%s\"; did you mean %s?", copy, near);
    return alv_fail_at(c->error, ALV_ERR_UNKNOWN_NAME, "activation", name - c->text,
                       "there is no activation \"%s\"; see alvor list", copy);
}

/* The text between the parentheses: the parameter, with or without its name. */
static alv_status parse_param(alv_cursor *c, alv_act_spec *spec)
{
    const alv_act *act = spec->act;
    alv_skip_spaces(c);
    size_t n = act->param ? strlen(act->param) : 0;
    if (n > 0 && strncmp(c->at, act->param, n) == 0 && !alv_is_word(c->at[n])) {
        c->at += n;
        alv_skip_spaces(c);
        if (*c->at != '=') return wrong(c, "\"=\"");
        c->at++;
        alv_skip_spaces(c);
    }
    if (n == 0)
        return alv_fail_at(c->error, ALV_ERR_SYNTAX, "activation", c->at - c->text,
                           "%s takes no parameter", act->name);
    size_t used = alv_number_parse(&spec->param, c->at, strlen(c->at));
    if (used == 0) return wrong(c, "a number");
    if (!(spec->param >= act->param_lo && spec->param <= act->param_hi))
        return alv_fail_at(c->error, ALV_ERR_RANGE, "activation", c->at - c->text,
                           "%s of %s must lie in [%g, %g]", act->param, act->name, act->param_lo,
                           act->param_hi);
    c->at += used;
    return ALV_OK;
}

alv_status alv_act_parse(alv_act_spec *out, const char *text, alv_error *error)
{
    if (!out || !text) return alv_fail(error, ALV_ERR_ARGUMENT, "activation", "no text given");
    alv_cursor c = {text, text, error};
    alv_skip_spaces(&c);
    const char *name = c.at;
    while (alv_is_word(*c.at)) c.at++;
    size_t length = (size_t)(c.at - name);
    if (length == 0) return wrong(&c, "a name");
    alv_act_spec spec = {.act = find(name, length)};
    if (!spec.act) return unknown(&c, name, length);
    spec.param = spec.act->param_default;
    alv_skip_spaces(&c);
    if (*c.at == '(') {
        c.at++;
        ALV_TRY(parse_param(&c, &spec));
        alv_skip_spaces(&c);
        if (*c.at != ')') return wrong(&c, "\")\"");
        c.at++;
        alv_skip_spaces(&c);
    }
    if (*c.at) return wrong(&c, "the end");
    *out = spec;
    return ALV_OK;
}

alv_status alv_act_print(char *out, size_t size, alv_act_spec spec, alv_error *error)
{
    char text[96];
    ALV_TRY(alv_act_check(&spec, error));
    const char *name = spec.act->name;
    bool shown = spec.act->param && spec.param != spec.act->param_default;
    size_t n = shown ? alv_text_format(text, sizeof text, "%s(%g)", name, spec.param)
                     : alv_text_format(text, sizeof text, "%s", name);
    if (!out) return alv_fail(error, ALV_ERR_ARGUMENT, "out", "NULL argument");
    if (n >= size)
        return alv_fail(error, ALV_ERR_RANGE, "size", "%llu bytes are needed for \"%s\"",
                        (uint64_t)n + 1, text);
    memcpy(out, text, n + 1);
    return ALV_OK;
}
