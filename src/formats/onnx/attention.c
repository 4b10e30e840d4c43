/* Rules for attention: written out with products of signals and a softmax, or onnxruntime's own.
 *
 * Scores are queries times keys, shares their softmax. Both stay in the graph by their names; their
 * values tell, by their axes, by which part of a fused matrix they are and by what was added to
 * them, whether the engine's attention does the same. */
#include "base/base.h"
#include "formats/kind.h"
#include "formats/onnx/moves.h"
#include "math/math.h"

/* Queries times keys, (..., t, u) (..., u, t) with the samples and heads before them, or shares
 * times values, (..., t, s) (..., t, u): *axes := of the product. */
static bool attends(alv_form *axes, alv_onnx_value a, alv_onnx_value b)
{
    const int n = a.axes.rank;
    if (n < 3 || n > 4 || b.axes.rank != n || a.heads != b.heads) return false;
    const char *const own[2] = {a.axes.axis[n - 2], a.axes.axis[n - 1]};
    const char *const other[2] = {b.axes.axis[n - 2], b.axes.axis[n - 1]};
    const bool scores = !a.shares && alv_form_is_position(own[0]) && strcmp(own[1], "u") == 0 &&
                        strcmp(other[0], "u") == 0 && strcmp(other[1], own[0]) == 0;
    const bool found = a.shares && strcmp(other[0], own[0]) == 0 && strcmp(other[1], "u") == 0;
    alv_form before = a.axes;
    *axes = a.axes;
    memset(axes->axis[n - 1], 0, sizeof axes->axis[n - 1]);
    axes->axis[n - 1][0] = scores ? 's' : 'u';
    for (int i = 0; i < n - 2; i++)
        if (strcmp(a.axes.axis[i], b.axes.axis[i]) != 0) return false;
    for (int i = n - 1; i >= 0; i--)
        if (i >= n - 2 || strcmp(before.axis[i], "1") == 0) alv_form_remove(&before, i);
    const bool heads = alv_form_are(before, "n,g") || alv_form_are(before, "ng");
    return (scores || found) && (heads || (alv_form_are(before, "n") && a.heads == 0));
}

/* Three heads look like three parts, until none of them is chosen. */
alv_onnx_value alv_onnx_heads_of(alv_onnx_value v)
{
    if (v.parts == 0 || v.part > 0 || v.heads > 0) return v;
    for (int i = 0; i < v.axes.rank; i++)
        for (char *c = v.axes.axis[i]; *c; c++)
            if (*c == 'p') *c = 'g';
    v.heads = v.parts;
    v.parts = 0;
    return v;
}

/* Queries, keys and values of one matrix stand in this order. */
static bool in_order(const alv_onnx *g, alv_onnx_value a, alv_onnx_value b, bool found)
{
    if (!found)
        return a.part == 0 ? b.part == 0 && a.index != b.index
                           : a.part == 1 && b.part == 2 && a.index == b.index;
    const int scores = g->graph->nodes[a.index].input;
    const alv_node *queries = scores >= 0 ? &g->graph->nodes[scores] : NULL;
    const bool one = queries && queries->input == queries->other;
    return one == (b.part == 3) && (!one || queries->input == b.index) && (one || b.part == 0);
}

/* The matrix whose outputs were three parts is one of attention. */
static void tell_parts(alv_onnx *g, int at)
{
    const alv_node *node = &g->graph->nodes[at];
    if (node->op != ALV_OP_WEIGHTS || node->weight < 0) return;
    alv_tensor *param = &g->graph->params[node->weight];
    alv_checkpoint_tensor *t = &g->model->tensors[g->tensor_of[node->weight]];
    for (int i = 0; i < 3; i++) param->parts[i] = t->what.parts[i] = node->out / 3;
    if (t->kind == alv_kind_named("dense")) t->kind = alv_kind_named("attention");
}

static int64_t places_at(const alv_onnx *g, int at)
{
    const alv_node *n = at >= 0 ? &g->graph->nodes[at] : NULL;
    return n && n->height > 0 ? (int64_t)n->height * (n->width > 1 ? n->width : 1) : 0;
}

/* See alv_onnx_softmax. */
alv_onnx_value alv_onnx_multiply(alv_onnx *g)
{
    alv_form axes;
    for (int k = 0; k < 2; k++)
        if (!alv_onnx_is_kind(g, k, ALV_ONNX_NODE)) return alv_onnx_other(g);
    alv_onnx_value a = alv_onnx_heads_of(*g->inputs[0]), b = alv_onnx_heads_of(*g->inputs[1]);
    const double factor = alv_onnx_factor(g, 0) * alv_onnx_factor(g, 1);
    if (a.index < 0 || b.index < 0 || !attends(&axes, a, b)) return alv_onnx_other(g);
    if (!in_order(g, a, b, a.shares)) { /* each by itself */
        const double one = a.factor, two = b.factor;
        a.factor = b.factor = 0;
        alv_onnx_need(g, (a.shares || alv_onnx_make_solid(&a, g)) && alv_onnx_make_solid(&b, g),
                      ALV_STOP_PLACES);
        a.factor = one;
        b.factor = two;
        g->own[0] = a;
        g->own[1] = b;
        g->inputs[0] = &g->own[0];
        g->inputs[1] = &g->own[1];
    }
    alv_onnx_need(g, !a.shares || factor == 1, ALV_STOP_NUMBER);
    if (!a.shares && a.part == 1) tell_parts(g, a.index);
    alv_onnx_value value = alv_onnx_keep(g);
    alv_node *node = &g->graph->nodes[value.index];
    node->in = node->out = g->graph->nodes[b.index].out / (b.parts > 0 ? b.parts : 1);
    node->heads = b.heads > 0 ? b.heads : 1;
    const int64_t keys = places_at(g, a.shares ? -1 : b.index);
    if (keys > 0 && keys != places_at(g, a.index) && keys < INT32_MAX) node->kernel = (int)keys;
    value.axes = axes;
    value.heads = b.heads;
    value.factor = factor;
    return value;
}

/* Softmax over keys, of scores over sqrt(units of a head), is attention as the engine has it; that
 * the queries, keys and values come from one signal is seen to where it is put together. */
alv_onnx_value alv_onnx_softmax(alv_onnx *g)
{
    const alv_form axes = alv_onnx_form(g, 0);
    const alv_node from = alv_onnx_source(g, 0);
    const int64_t axis = alv_onnx_int(g, "axis", -1);
    const bool scores = axes.rank > 0 && strcmp(axes.axis[axes.rank - 1], "s") == 0;
    if (scores) {
        const double wanted = from.heads > 0 ? alv_sqrt((double)from.heads / (double)from.out) : 0;
        const double ratio = alv_onnx_factor(g, 0) / wanted;
        const bool fits = alv_isfinite(ratio) && ratio != 0 && wanted > 0;
        alv_onnx_need(g, fits, ALV_STOP_NUMBER);
        if (fits && !(ratio > 0.9999 && ratio < 1.0001)) {
            alv_move *move = &g->model->moves[alv_onnx_from(g, 0)];
            move->kind = ALV_MOVE_SCORES;
            move->scale = ratio;
        }
        alv_onnx_need(
            g, g->inputs[0]->added_at == 0 || g->inputs[0]->added_at == alv_onnx_factor(g, 0),
            ALV_STOP_NUMBER);
        alv_onnx_need(g, (axis == -1 || axis == axes.rank - 1) && !g->inputs[0]->shares,
                      ALV_STOP_OPTION);
    } else {
        alv_onnx_need(g, alv_onnx_factor(g, 0) == 1, ALV_STOP_NUMBER);
    }
    alv_onnx_value value = alv_onnx_keep(g);
    if (!scores) return value;
    g->graph->nodes[value.index].heads = from.heads;
    g->graph->nodes[value.index].kernel = from.kernel;
    g->graph->nodes[value.index].both_ways = !g->inputs[0]->causal;
    value.axes = axes;
    value.heads = g->inputs[0]->heads;
    value.shares = true;
    return value;
}

bool alv_onnx_is_scores(const alv_onnx *g, int k)
{
    const alv_form axes = alv_onnx_form(g, k);
    return axes.rank > 0 && strcmp(axes.axis[axes.rank - 1], "s") == 0 && !g->inputs[k]->shares;
}

/* (positions, positions), of all heads or of each, with axes of one place before them. */
static bool fits_scores(const alv_onnx *g, int k)
{
    const alv_checkpoint_tensor *t = alv_onnx_tensor(g, k);
    const alv_onnx_value *scores = g->inputs[1 - k];
    const double keys = alv_form_size(g, scores, scores->axes.rank - 1);
    const double places = alv_form_size(g, scores, scores->axes.rank - 2);
    const int heads = scores->heads > 0 ? scores->heads : 1;
    const double each = places * keys;
    return t && t->dtype >= 0 && t->rank >= 2 && (double)t->shape[t->rank - 1] == keys &&
           (double)t->shape[t->rank - 2] == places && scores->added_at == 0 &&
           alv_onnx_is_whole(g, k) &&
           ((double)t->count == each ||
            ((double)t->count == heads * each && t->rank > 2 && t->shape[t->rank - 3] == heads));
}

/* A mask hides what comes later; other numbers are a parameter of the scores' node. */
alv_onnx_value alv_onnx_add_to_scores(alv_onnx *g, int k)
{
    alv_onnx_value scores = *g->inputs[1 - k];
    const alv_tensor what = {.role = ALV_ROLE_BIAS, .fan_in = 1};
    const bool mask = alv_onnx_mask(g, k) == ALV_MASK_ADDED;
    if (alv_onnx_is_kind(g, k, ALV_ONNX_CONST) && alv_onnx_number_of(g, k) == 0) return scores;
    const int param = alv_onnx_param(g, k, mask ? "mask" : "bias", what);
    scores.causal |= mask;
    if (mask) return scores;
    alv_onnx_need(g, fits_scores(g, k), ALV_STOP_NUMBER);
    g->graph->nodes[scores.index].bias = param;
    scores.added_at = alv_onnx_factor(g, 1 - k);
    return scores;
}

/* Scores where they are seen, and what leaves nothing of them elsewhere; either input, where the
 * condition is the same everywhere. */
alv_onnx_value alv_onnx_where(alv_onnx *g)
{
    const alv_mask mask = alv_onnx_mask(g, 0);
    const double always = alv_onnx_number_of(g, 0);
    const int chosen = always != 0 ? 1 : 2;
    if (always == always && alv_onnx_is_kind(g, chosen, ALV_ONNX_NODE)) return *g->inputs[chosen];
    const int k = mask == ALV_MASK_SEEN ? 1 : 2;
    const bool scores = alv_onnx_is_scores(g, k) && alv_onnx_number_of(g, 3 - k) <= alv_onnx_hidden;
    if (!scores || (mask != ALV_MASK_SEEN && mask != ALV_MASK_HIDDEN)) return alv_onnx_other(g);
    alv_onnx_value value = *g->inputs[k];
    value.causal = true;
    return value;
}

/* onnxruntime's fused attention: one (in, 3 units) matrix of queries, keys and values. */
alv_onnx_value alv_onnx_attention(alv_onnx *g)
{
    const alv_checkpoint_tensor *t = alv_onnx_tensor(g, 1);
    const int64_t heads = alv_onnx_int(g, "num_heads", 1);
    if (!t || t->rank != 2 || t->shape[1] % 3 != 0 || heads < 1 || heads > INT32_MAX)
        return alv_onnx_other(g);
    alv_tensor what = {.layout = ALV_LAYOUT_KERAS};
    for (int i = 0; i < 3; i++) what.parts[i] = t->shape[1] / 3;
    if (t->shape[1] / 3 % heads == 0) what.head = t->shape[1] / 3 / heads;
    const int weight = alv_onnx_param(g, 1, "attention", what);
    bool plain = !alv_onnx_attribute(g, "scale");
    for (int k = 3; k < g->n_inputs; k++) plain &= !g->inputs[k];
    alv_onnx_need(g, plain, ALV_STOP_OPTION);
    const alv_form axes = alv_form_of("n,t,u");
    alv_onnx_need(g, alv_onnx_has(g, 0, "n,t,u"), ALV_STOP_PLACES);
    const int projected =
        alv_onnx_add_weights(g, alv_onnx_from(g, 0), weight, alv_onnx_bias(g, 2, weight), axes)
            .index;
    const alv_node node = {.op = ALV_OP_ATTEND,
                           .in = t->shape[1],
                           .out = t->shape[1] / 3,
                           .heads = (int)heads,
                           .both_ways = alv_onnx_int(g, "unidirectional", 0) == 0,
                           .weight = -1,
                           .bias = -1};
    return alv_onnx_node(alv_onnx_add(g, node, projected), axes);
}
