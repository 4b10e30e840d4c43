/* The schemes that a YAML fixes: `init` for all weights of a layer, `params` for one parameter by
 * name, which counts for more.
 *
 * A scheme is read, and written back in canonical form, before its layer is built, so that equal
 * networks have equal digests. Whether it suits the parameter is known only with the activations of
 * a comparison: alv_fixed keeps the place for whoever checks that. */
#include <stddef.h>

#include "alvor/init.h"
#include "base/base.h"
#include "formats/network_part.h"

enum { SCHEME_TEXT = 512 };

#define ROW(key, member) {key, offsetof(alv_yaml_params, member)},
static const struct {
    const char *key;
    size_t offset;
} names[] = {ALV_YAML_PARAMS(ROW)};

static char **scheme_at(alv_yaml_params *params, int name)
{
    return (char **)(void *)((char *)params + names[name].offset);
}

static char *copy_text(const char *text)
{
    const size_t n = strlen(text) + 1;
    char *copy = malloc(n);
    if (copy) memcpy(copy, text, n);
    return copy;
}

static alv_status no_memory(const alv_network_maker *m)
{
    return alv_fail(m->error, ALV_ERR_MEMORY, m->name, "no memory for a network");
}

static alv_status name_scheme(char **text, const alv_network_maker *m, const char *key,
                              const char *of)
{
    alv_scheme scheme;
    alv_error inner;
    char canonical[SCHEME_TEXT];
    alv_status status = alv_scheme_parse(&scheme, *text, &inner);
    if (status == ALV_OK) status = alv_scheme_print(canonical, sizeof canonical, &scheme, &inner);
    if (status == ALV_OK && scheme.init->needs_data)
        status = alv_fail(&inner, ALV_ERR_UNSUPPORTED, key,
                          "%s looks at what the data make of all layers, so that it fills whole "
                          "networks only",
                          scheme.init->name);
    if (status != ALV_OK)
        return alv_yaml_fail(m->error, status, m->name, alv_network_place(m, key, of), "%s: %s",
                             of ? of : key, inner.message);
    char *copy = copy_text(canonical);
    if (!copy) return no_memory(m);
    free(*text);
    *text = copy;
    return ALV_OK;
}

alv_status alv_network_name_schemes(const alv_network_maker *m, alv_yaml_layer *y)
{
    if (y->init) ALV_TRY(name_scheme(&y->init, m, "init", NULL));
    for (int i = 0; y->params && i < ALV_COUNT(names); i++) {
        char **text = scheme_at(y->params, i);
        if (*text) ALV_TRY(name_scheme(text, m, "params", names[i].key));
    }
    return ALV_OK;
}

static bool make_room(alv_network_maker *m)
{
    if (m->n_own < m->room_own) return true;
    const int room = 2 * m->room_own + 16;
    alv_network_own *grown = realloc(m->own, (size_t)room * sizeof *grown);
    if (!grown) return false;
    m->own = grown;
    m->room_own = room;
    return true;
}

static alv_status fix(alv_network_maker *m, int param, const char *scheme, const char *key,
                      const char *of)
{
    const alv_yaml_place place = alv_network_place(m, key, of);
    char *copy = make_room(m) ? copy_text(scheme) : NULL;
    if (!copy) return no_memory(m);
    m->own[m->n_own++] = (alv_network_own){param, {copy, place.line, place.column}};
    return ALV_OK;
}

/* The parameter "<label>.<key>" among those from `first` on; -1: the layer has none. */
static int find_param(const alv_network_maker *m, const char *label, const char *key, int first)
{
    const alv_model *model = m->b.model;
    const size_t n = strlen(label) + 1;
    int i = first;
    while (i < model->n_params && strcmp(model->params[i].name + n, key) != 0) i++;
    return i < model->n_params ? i : -1;
}

static alv_status fail_param(const alv_network_maker *m, const alv_yaml_layer *y, const char *label,
                             const char *key, int first)
{
    char has[128] = "";
    for (int i = first, n = 0; i < m->b.model->n_params && n < (int)sizeof has; i++)
        n += (int)alv_text_format(has + n, sizeof has - (size_t)n, i > first ? ", %s" : "%s",
                                  m->b.model->params[i].name + strlen(label) + 1);
    return alv_yaml_fail(m->error, ALV_ERR_UNKNOWN_NAME, m->name,
                         alv_network_place(m, "params", key),
                         "this %s has no parameter '%s': it has %s", y->layer, key, has);
}

alv_status alv_network_fix(alv_network_maker *m, const alv_yaml_layer *y, const char *label,
                           int first)
{
    const alv_model *model = m->b.model;
    const int from = m->n_own;
    for (int i = 0; y->params && i < ALV_COUNT(names); i++) {
        const char *scheme = *scheme_at(y->params, i);
        if (!scheme) continue;
        const int param = find_param(m, label, names[i].key, first);
        if (param < 0) return fail_param(m, y, label, names[i].key, first);
        ALV_TRY(fix(m, param, scheme, "params", names[i].key));
    }
    const int named = m->n_own;
    for (int i = first; y->init && i < model->n_params; i++) {
        bool done = model->params[i].role != ALV_ROLE_WEIGHT;
        for (int own = from; own < named; own++) done = done || m->own[own].param == i;
        if (!done) ALV_TRY(fix(m, i, y->init, "init", NULL));
    }
    return ALV_OK;
}

alv_status alv_network_keep_fixed(alv_network_maker *m)
{
    alv_model *model = m->b.model;
    if (m->n_own == 0) return ALV_OK;
    model->fixed = alv_new_array((size_t)model->n_params, sizeof *model->fixed);
    if (!model->fixed) return no_memory(m);
    for (int i = 0; i < m->n_own; i++) model->fixed[m->own[i].param] = m->own[i].fixed;
    m->n_own = 0;
    return ALV_OK;
}

void alv_network_free_fixed(alv_network_maker *m)
{
    for (int i = 0; i < m->n_own; i++) free(m->own[i].fixed.scheme);
    free(m->own);
}
