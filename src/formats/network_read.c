/* Builds the network that a YAML describes, layer by layer, and says the place of what is wrong.
 *
 *     layers:
 *       - {layer: dense, out: 100, activation: none}
 *       - repeat: 6                                  # a block: its layers, six times
 *         layers:
 *           - {layer: norm, norm: layer, activation: relu}
 *           - {layer: dense, out: 100, activation: none}
 *           - {layer: add, with: start, gain: 0}     # to what the block was fed
 *       - {layer: dense}                             # the last: as many units as classes
 *
 * Every layer is fed by the one before it, or by the one that `from` names; `start` is what the
 * block was fed, outside blocks the data. A name that is given again means its latest layer, so
 * that a block may speak of its own. */
#include <stddef.h>

#include "base/base.h"
#include "formats/network_part.h"

/* What a kind of layer may say, as bits by key. */
#define WORDS(KEY) KEY(name) KEY(from) KEY(with) KEY(norm) KEY(activation) KEY(gain) KEY(init)
#define SIZES(KEY) KEY(in) KEY(out) KEY(kernel) KEY(stride) KEY(window) KEY(heads) KEY(repeat)
#define FLAGS(KEY) KEY(bias) KEY(each) KEY(positions) KEY(params)
#define AS_ENUM(key) KEY_##key,
#define AS_ROW(key) {#key, offsetof(alv_yaml_layer, key)},
enum { WORDS(AS_ENUM) SIZES(AS_ENUM) FLAGS(AS_ENUM) KEY_COUNT };
static const struct {
    const char *name;
    size_t offset; /* of a pointer */
} keys[KEY_COUNT] = {WORDS(AS_ROW) SIZES(AS_ROW) FLAGS(AS_ROW)};

#define BIT(key) (1u << KEY_##key)
enum {
    ANY = BIT(from) | BIT(repeat),
    NAMED = ANY | BIT(name) | BIT(in),
    FILLED = BIT(init) | BIT(params),
    WEIGHTS = NAMED | FILLED | BIT(out) | BIT(bias) | BIT(norm) | BIT(activation),
    CONV = WEIGHTS | BIT(kernel) | BIT(stride)
};

static const struct {
    const char *name, *prefix; /* of parameters without a name */
    unsigned takes, needs;
    alv_status (*add)(alv_network_maker *m, const alv_yaml_layer *y, const char *name);
} kinds[] = {
    {"dense", "fc", WEIGHTS | BIT(each), 0, alv_network_dense},
    {"conv", "conv", CONV, BIT(out), alv_network_conv},
    {"conv1d", "conv", CONV, BIT(out), alv_network_conv1d},
    {"norm", "norm", NAMED | BIT(norm) | BIT(activation) | BIT(params), BIT(norm),
     alv_network_norm},
    {"activation", "act", ANY | BIT(name) | BIT(activation), BIT(activation), alv_network_act},
    {"mean_pool", "pool", ANY | BIT(name) | BIT(window), 0, alv_network_mean_pool},
    {"max_pool", "pool", ANY | BIT(name) | BIT(window), 0, alv_network_max_pool},
    {"add", "branch", NAMED | BIT(with) | BIT(gain) | BIT(activation), BIT(with), alv_network_add},
    {"multiply", "gate", NAMED | BIT(with) | BIT(activation), BIT(with), alv_network_multiply},
    {"embedding", "embed", FILLED | BIT(name) | BIT(out) | BIT(positions), BIT(out),
     alv_network_embed},
    {"attention", "attention", NAMED | FILLED | BIT(out) | BIT(heads), 0, alv_network_attention},
    {"lstm", "lstm", NAMED | FILLED | BIT(out), BIT(out), alv_network_lstm},
    {"last", "last", ANY | BIT(name), 0, alv_network_last},
};

static bool has(const alv_yaml_layer *y, int key)
{
    return *(void *const *)(const void *)((const char *)y + keys[key].offset) != NULL;
}

static alv_status check_keys(const alv_network_maker *m, const alv_yaml_layer *y, int kind)
{
    for (int key = 0; key < KEY_COUNT; key++) {
        const bool given = has(y, key);
        if (given && !(kinds[kind].takes >> key & 1))
            return alv_network_fail(m, ALV_ERR_ARGUMENT, keys[key].name, "%s takes no '%s'",
                                    kinds[kind].name, keys[key].name);
        if (!given && kinds[kind].needs >> key & 1)
            return alv_network_fail(m, ALV_ERR_ARGUMENT, "layer", "%s needs '%s'", kinds[kind].name,
                                    keys[key].name);
    }
    if (y->layers)
        return alv_network_fail(m, ALV_ERR_ARGUMENT, "layers",
                                "a block has layers of its own and is no '%s'", y->layer);
    return ALV_OK;
}

static alv_status find_kind(int *kind, const alv_network_maker *m, const alv_yaml_layer *y)
{
    const char *names[ALV_COUNT(kinds) + 1] = {NULL};
    if (!y->layer)
        return alv_network_fail(m, ALV_ERR_SYNTAX, NULL, "each item is a 'layer' or has 'layers'");
    for (int i = 0; i < ALV_COUNT(kinds); i++) {
        names[i] = kinds[i].name;
        if (strcmp(names[i], y->layer) == 0) return *kind = i, ALV_OK;
    }
    const char *near = alv_suggest(y->layer, names);
    return alv_network_fail(m, ALV_ERR_UNKNOWN_NAME, "layer",
                            near ? "there is no layer '%s'; did you mean '%s'?"
                                 : "there is no layer '%s': dense, conv, conv1d, norm, activation, "
                                   "mean_pool, max_pool, add, embedding, attention, lstm, last",
                            y->layer, near);
}

/* "fc3" by how many there were, or the layer's own name, numbered where it repeats. */
static alv_status name_layer(char out[ALV_MAX_NAME], alv_network_maker *m, const alv_yaml_layer *y,
                             int kind)
{
    const int64_t times = m->times * (y->repeat ? *y->repeat : 1);
    size_t n;
    if (!y->name)
        n = alv_text_format(out, ALV_MAX_NAME, "%s%d", kinds[kind].prefix, ++m->counts[kind]);
    else if (times > 1)
        n = alv_text_format(out, ALV_MAX_NAME, "%s%lld", y->name,
                            m->turn * (y->repeat ? *y->repeat : 1) + m->again + 1);
    else
        n = alv_text_format(out, ALV_MAX_NAME, "%s", y->name);
    if (n + 16 < ALV_MAX_NAME) return ALV_OK;
    return alv_network_fail(m, ALV_ERR_RANGE, "name", "a name has at most %d bytes",
                            ALV_MAX_NAME - 40);
}

/* Remembers where the layer ended. */
static alv_status remember(alv_network_maker *m, const char *name)
{
    if (!name) return ALV_OK;
    if (strcmp(name, "start") == 0)
        return alv_network_fail(m, ALV_ERR_ARGUMENT, "name", "'start' is what a block is fed");
    int i = 0;
    while (i < m->n_labels && strcmp(m->labels[i].name, name) != 0) i++;
    m->labels[i] = (alv_network_label){name, m->b.at};
    if (i == m->n_labels) m->n_labels++;
    return ALV_OK;
}

/* Something is wrong with sizes that one layer gives to the next. */
static alv_status check_fed(alv_network_maker *m, const alv_yaml_layer *y)
{
    int from = m->b.at;
    if (y->from) ALV_TRY(alv_network_find(&from, m, "from", y->from));
    alv_build_go_to(&m->b, from);
    if (y->in && *y->in != m->b.units)
        return alv_network_fail(m, ALV_ERR_SHAPE, "in", "it is fed %lld units, not %lld",
                                m->b.units, *y->in);
    if (m->b.at < 0 && m->hints.tokens > 0 && y->layer && strcmp(y->layer, "embedding") != 0)
        return alv_network_fail(m, ALV_ERR_SHAPE, "layer",
                                "the data are tokens: an embedding comes first");
    return ALV_OK;
}

static alv_status add_once(alv_network_maker *m, const alv_yaml_layer *y, int kind)
{
    char name[ALV_MAX_NAME];
    if (m->b.model->n_nodes > ALV_MAX_LAYERS)
        return alv_network_fail(m, ALV_ERR_RANGE, NULL, "more than %d steps", ALV_MAX_LAYERS);
    ALV_TRY(check_fed(m, y));
    ALV_TRY(name_layer(name, m, y, kind));
    m->is_last = m->ends && m->again + 1 == (y->repeat ? *y->repeat : 1);
    const int first = m->b.model->n_params;
    ALV_TRY(kinds[kind].add(m, y, name));
    if (m->b.status != ALV_OK) return m->b.status;
    ALV_TRY(alv_network_fix(m, y, name, first));
    return remember(m, y->name);
}

static alv_status add_layer(alv_network_maker *m, alv_yaml_layer *y)
{
    int kind = 0;
    int64_t repeat = 1;
    ALV_TRY(find_kind(&kind, m, y));
    ALV_TRY(check_keys(m, y, kind));
    ALV_TRY(alv_network_name_schemes(m, y));
    ALV_TRY(alv_network_size(&repeat, m, "repeat", y->repeat, ALV_MAX_LAYERS));
    alv_network_mark(m);
    for (m->again = 0; m->again < repeat; m->again++) ALV_TRY(add_once(m, y, kind));
    return ALV_OK;
}

/* Item `m->item` of the list; the last one's last layer ends the network. */
static alv_status add_item(alv_network_maker *m, alv_yaml_layer *y, bool last)
{
    int64_t repeat = 1;
    m->inner = -1;
    m->turn = 0, m->times = 1, m->again = 0;
    m->start = -1;
    m->ends = last;
    if (!y->layers) return add_layer(m, y);
    if (y->layer || y->name || y->from)
        return alv_network_fail(m, ALV_ERR_ARGUMENT, NULL,
                                "a block has 'repeat' and 'layers', and nothing else");
    ALV_TRY(alv_network_size(&repeat, m, "repeat", y->repeat, ALV_MAX_LAYERS));
    m->times = repeat;
    for (m->turn = 0; m->turn < repeat; m->turn++) {
        m->start = m->b.at;
        for (m->inner = 0; m->inner < (int64_t)y->n_layers; m->inner++) {
            m->ends = last && m->turn + 1 == repeat && m->inner + 1 == (int64_t)y->n_layers;
            ALV_TRY(add_layer(m, &y->layers[m->inner]));
        }
        m->inner = -1;
    }
    return ALV_OK;
}

static alv_status add_all(alv_network_maker *m)
{
    const alv_yaml_network *net = m->yaml;
    size_t room = net->n_layers;
    for (uint32_t i = 0; i < net->n_layers; i++) room += net->layers[i].n_layers;
    m->labels = alv_new_array(room, sizeof *m->labels);
    if (!m->labels) return alv_fail(m->error, ALV_ERR_MEMORY, m->name, "no memory for a network");
    for (m->item = 0; m->item < (int64_t)net->n_layers; m->item++)
        ALV_TRY(add_item(m, &net->layers[m->item], m->item + 1 == (int64_t)net->n_layers));
    return ALV_OK;
}

static alv_status make(alv_network_maker *m)
{
    ALV_TRY(alv_network_begin(m));
    ALV_TRY(add_all(m));
    return alv_network_check(m);
}

alv_status alv_network_read(alv_model **out, char **canonical, const char *bytes, size_t size,
                            const char *name, const alv_model_hints *hints, alv_error *error)
{
    alv_network_maker m = {.name = name, .error = error};
    void *yaml;
    char *text = NULL;
    if (hints) m.hints = *hints;
    ALV_TRY(alv_yaml_parse(&yaml, &alv_network_kind, bytes, size, name, error));
    m.yaml = yaml;
    m.map = alv_yaml_map_new(bytes, size);
    alv_status status =
        m.map ? make(&m) : alv_fail(error, ALV_ERR_MEMORY, name, "no memory for a network");
    if (status == ALV_OK) status = alv_network_describe(&text, &m);
    if (status == ALV_OK) status = alv_network_keep_fixed(&m);
    if (status == ALV_OK)
        *out = m.b.model;
    else
        alv_model_free(m.b.model);
    if (status == ALV_OK && canonical)
        *canonical = text;
    else
        free(text);
    alv_network_free_fixed(&m);
    free(m.labels);
    alv_yaml_map_free(m.map);
    alv_yaml_release(&alv_network_kind, yaml);
    return status;
}
