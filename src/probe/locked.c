/* The spaces of a net's units and what meets them; copies.h has the rule and its proof. */
#include "base/base.h"
#include "math/math.h"
#include "model/nodes.h"
#include "probe/copies.h"

/* Spaces are trees of nodes: `parent` leads to the root, which is its own. */
typedef struct spaces {
    const alv_net_f32 *net;
    int n;
    int *parent;
    bool *open; /* of roots: something here knows nothing of them */
    alv_strip *strips;
    int n_strips, room;
} spaces;

static const alv_node *node_of(const spaces *s, int i)
{
    return alv_net_node_f32(s->net, i);
}

static int root_of(const spaces *s, int i)
{
    while (s->parent[i] != i) i = s->parent[i];
    return i;
}

static void leave_open(const spaces *s, int i)
{
    if (i >= 0) s->open[root_of(s, i)] = true;
}

/* Node i has the units of node j; -1: of the data. */
static void join(const spaces *s, int i, int j)
{
    const int a = root_of(s, i), b = j >= 0 ? root_of(s, j) : a;
    s->open[b] |= s->open[a] || j < 0;
    s->parent[a] = b;
}

/* Gates are rows of one layer of weights, that nothing else reads. */
static bool has_own_weights(const spaces *s, const alv_node *lstm)
{
    int readers = 0;
    for (int i = 0; i < s->n; i++) readers += alv_node_reads(node_of(s, i), lstm->input);
    const alv_node *fed = lstm->input >= 0 ? node_of(s, lstm->input) : NULL;
    return readers == 1 && fed && fed->op == ALV_OP_WEIGHTS && !fed->act.act;
}

static bool keeps_units(alv_op op)
{
    return op == ALV_OP_ADD || op == ALV_OP_TIMES || op == ALV_OP_NORM || op == ALV_OP_POOL ||
           op == ALV_OP_ACT || op == ALV_OP_LAST;
}

/* One unit that multiplies all says nothing of them. */
static void join_other(const spaces *s, int i)
{
    const alv_node *node = node_of(s, i);
    if (node->other < 0 || node_of(s, node->other)->out == node->out)
        join(s, i, node->other);
    else
        leave_open(s, node->other);
}

static void place(const spaces *s, int i)
{
    const alv_node *node = node_of(s, i);
    if (node->op == ALV_OP_WEIGHTS || node->op == ALV_OP_EMBED) return;
    if (keeps_units(node->op)) {
        if (alv_node_reads_two(node)) join_other(s, i);
        join(s, i, node->input);
    } else if (node->op == ALV_OP_LSTM && has_own_weights(s, node)) {
        join(s, i, node->input);
    } else {
        leave_open(s, i), leave_open(s, node->input);
    }
}

static void meet(spaces *s, alv_strip strip)
{
    if (!strip.at) return;
    if (s->strips) s->strips[s->n_strips] = strip;
    s->n_strips++;
}

/* Units of a space: of an LSTM's a quarter of what its weights give. */
static int64_t units_of(const spaces *s, int space)
{
    int64_t units = INT64_MAX;
    for (int i = 0; i < s->n; i++)
        if (root_of(s, i) == space && node_of(s, i)->out < units) units = node_of(s, i)->out;
    return units;
}

static int64_t places_of(const alv_node *node)
{
    return node->op == ALV_OP_WEIGHTS && node->kind == ALV_LAYER_CONV
               ? node->kernel * (node->one_axis ? 1 : node->kernel)
               : 1;
}

/* What makes or scales the units of a space. */
static void meet_makers(spaces *s, int i, int64_t units)
{
    const alv_node *node = node_of(s, i);
    const float *w = alv_net_weight_f32(s->net, i), *b = alv_net_bias_f32(s->net, i);
    const int64_t in = node->in * places_of(node), fused = node->out / units;
    const int64_t positions = node->height > 0 ? node->height : 1;
    switch (node->op) {
    case ALV_OP_WEIGHTS:
        meet(s, (alv_strip){w, in, fused, units * in, in, 1});
        meet(s, (alv_strip){b, 1, fused, units, 1, 0});
        break;
    case ALV_OP_EMBED:
        meet(s, (alv_strip){w, 1, node->in, units, 1, 0});
        meet(s, (alv_strip){b, 1, positions, units, 1, 0});
        break;
    case ALV_OP_LSTM:
        meet(s, (alv_strip){w, units, 4, units * units, units, 1});
        meet(s, (alv_strip){w, 1, 4 * units, units, 1, 0});
        break;
    case ALV_OP_NORM:
        meet(s, (alv_strip){w, 1, 1, 0, 1, 0});
        meet(s, (alv_strip){b, 1, 1, 0, 1, 0});
        break;
    default:
        break;
    }
}

/* The columns of weights that read it; those of a whole image have its positions one after another,
 * with their units side by side. */
static void meet_readers(spaces *s, int i, int64_t units)
{
    const alv_node *node = node_of(s, i);
    if (node->op != ALV_OP_WEIGHTS) return;
    const float *w = alv_net_weight_f32(s->net, i);
    const int64_t places = places_of(node), row = node->in * places;
    if (node->kind == ALV_LAYER_CONV)
        meet(s, (alv_strip){w, places, node->out, row, places, 1});
    else
        meet(s, (alv_strip){w, 1, node->out, row, row / units, units});
}

static void meet_all(spaces *s, int space, int64_t units)
{
    s->n_strips = 0;
    for (int i = 0; i < s->n; i++) {
        const int from = node_of(s, i)->input;
        if (root_of(s, i) == space) meet_makers(s, i, units);
        if (from >= 0 && root_of(s, from) == space) meet_readers(s, i, units);
    }
}

static bool is_masked(const spaces *s, int space)
{
    for (int i = 0; i < s->n; i++)
        if (root_of(s, i) == space && alv_net_is_dropped_f32(s->net, i)) return true;
    return false;
}

static bool share_of_space(double *out, spaces *s, int space)
{
    *out = ALV_NAN;
    if (s->open[space]) return true;
    *out = 0;
    if (is_masked(s, space)) return true;
    const int64_t units = units_of(s, space);
    meet_all(s, space, units);
    s->strips = alv_new_array((size_t)s->n_strips, sizeof *s->strips);
    if (!s->strips) return false;
    meet_all(s, space, units);
    const bool fine = alv_share_of_equal(out, s->strips, s->n_strips, units);
    free(s->strips);
    return fine;
}

/* The node of layer number `layer`. */
static int weights_of(const spaces *s, int layer)
{
    int i = 0;
    while (node_of(s, i)->op != ALV_OP_WEIGHTS || layer-- > 0) i++;
    return i;
}

static bool share_of_graph(double *out, const alv_net_f32 *net, int layer)
{
    spaces s = {.net = net};
    while (node_of(&s, s.n)) s.n++;
    *out = ALV_NAN;
    if (s.n == 0) return true;
    s.parent = alv_new_array((size_t)s.n, sizeof *s.parent);
    s.open = alv_new_array((size_t)s.n, sizeof *s.open);
    bool fine = s.parent && s.open;
    for (int i = 0; fine && i < s.n; i++) s.parent[i] = i;
    for (int i = 0; fine && i < s.n; i++) place(&s, i);
    if (fine) {
        leave_open(&s, s.n - 1); /* the outputs */
        fine = share_of_space(out, &s, root_of(&s, weights_of(&s, layer)));
    }
    free(s.parent);
    free(s.open);
    return fine;
}

/* Layers one after another: each is a space of its own. */
static bool share_of_chain(double *out, const alv_net_f32 *net, int layer)
{
    const alv_net_layer_f32 *l = &net->layers[layer], *next = l + 1;
    *out = layer + 1 < net->n_layers ? 0 : ALV_NAN;
    if (layer + 1 == net->n_layers || l->mask) return true;
    const alv_strip strips[] = {{l->w, l->in, 1, 0, l->in, 1},
                                {next->w, 1, next->out, l->out, 1, 0},
                                {l->b, 1, 1, 0, 1, 0}};
    return alv_share_of_equal(out, strips, l->b ? 3 : 2, l->out);
}

bool alv_share_of_locked(double *out, const alv_net_f32 *net, int layer)
{
    return net->chain ? share_of_chain(out, net, layer) : share_of_graph(out, net, layer);
}
