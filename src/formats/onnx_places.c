/* Rules for what moves values and leaves them as they are. The graph takes them for nothing; how
 * the axes stand afterwards is told by the value's form. */
#include "base/base.h"
#include "formats/onnx_graph.h"
#include "math/math.h"

/* What does not change the values, or only their places. */
alv_onnx_value alv_onnx_alias(alv_onnx *g)
{
    return g->n_inputs > 0 && g->inputs[0] ? *g->inputs[0] : (alv_onnx_value){.is = ALV_ONNX_CONST};
}

/* The same in another form; ALV_FORM_NONE: no layer moves them so. */
static alv_onnx_value moved(alv_onnx *g, alv_form form)
{
    alv_onnx_value value = alv_onnx_alias(g);
    alv_onnx_need(g, value.is != ALV_ONNX_NODE || form != ALV_FORM_NONE, ALV_STOP_PLACES);
    value.form = form;
    return value;
}

/* A sample's values side by side. */
static alv_form flat(alv_form form)
{
    if (form == ALV_FORM_FEATURES) return form;
    const bool whole = form == ALV_FORM_IMAGE || form == ALV_FORM_SEQUENCE || form == ALV_FORM_FLAT;
    return whole ? ALV_FORM_FLAT : ALV_FORM_NONE;
}

alv_onnx_value alv_onnx_flatten(alv_onnx *g)
{
    const bool usual = alv_onnx_int(g, "axis", 1) == 1;
    return moved(g, usual ? flat(alv_onnx_form(g, 0)) : ALV_FORM_NONE);
}

/* Positions that stay positions, and units that are shared among heads or gathered from them. */
alv_onnx_value alv_onnx_reshape(alv_onnx *g)
{
    const alv_form form = alv_onnx_form(g, 0);
    const alv_onnx_numbers to = alv_onnx_numbers_of(g, 1);
    const int from = alv_onnx_from(g, 0);
    alv_node *node = from >= 0 ? &g->graph->nodes[from] : NULL;
    if (to.n == 2 || to.n == 0) return moved(g, flat(form));
    if (!node || to.n < 3) return moved(g, ALV_FORM_NONE);
    const double units = (double)node->out, rows = to.at[1], heads = to.at[2];
    const bool keeps = rows == 0 || rows == node->height || (rows == -1 && heads > 0);
    const double last = to.n == 4 ? to.at[3] : ALV_NAN;
    const bool splits = heads >= 1 && heads <= units && (last == units / heads || last == -1) &&
                        units / heads == (double)(node->out / (int64_t)heads);
    if (form == ALV_FORM_SEQUENCE && to.n == 4 && keeps && splits) {
        node->heads = (int)heads;
        return moved(g, ALV_FORM_HEADS);
    }
    const bool joins = form == ALV_FORM_HEADS && to.n == 3 && keeps;
    return moved(g, joins && (heads == units || heads == -1) ? ALV_FORM_SEQUENCE : ALV_FORM_NONE);
}

static const struct {
    alv_form from, to;
    int64_t perm[4];
} turns[] = {
    {ALV_FORM_SEQUENCE, ALV_FORM_TIME_FIRST, {1, 0, 2}},
    {ALV_FORM_TIME_FIRST, ALV_FORM_SEQUENCE, {1, 0, 2}},
    {ALV_FORM_HEADS, ALV_FORM_HEADS_FIRST, {0, 2, 1, 3}},
    {ALV_FORM_HEADS, ALV_FORM_HEADS_ACROSS, {0, 2, 3, 1}},
    {ALV_FORM_HEADS_FIRST, ALV_FORM_HEADS, {0, 2, 1, 3}},
    {ALV_FORM_HEADS_FIRST, ALV_FORM_HEADS_ACROSS, {0, 1, 3, 2}},
};

/* Of a weight: exchanges its axes if they are two, else it is another thing. */
alv_onnx_value alv_onnx_transpose(alv_onnx *g)
{
    int64_t perm[4] = {1, 0, 2, 3};
    alv_onnx_value value = alv_onnx_alias(g);
    const int n = alv_onnx_ints(perm, 4, g, "perm");
    if (value.is == ALV_ONNX_PARAM) {
        const bool two = (n == 2 || n == 0) && perm[0] == 1;
        alv_onnx_need(g, two, ALV_STOP_PLACES);
        value.flipped ^= two;
        return value;
    }
    for (int i = 0; i < ALV_COUNT(turns); i++)
        if (turns[i].from == value.form && n >= 2 && n <= 4 &&
            memcmp(perm, turns[i].perm, (size_t)n * sizeof *perm) == 0)
            return moved(g, turns[i].to);
    return moved(g, ALV_FORM_NONE);
}

/* The last position of a sequence. */
static alv_onnx_value last(alv_onnx *g)
{
    const alv_node node = {.op = ALV_OP_LAST, .height = 1, .width = 1, .weight = -1, .bias = -1};
    return alv_onnx_node(alv_onnx_add(g, node, alv_onnx_from(g, 0)), ALV_FORM_FEATURES);
}

/* The axis that a node takes away; -100 where it is not one. */
static int64_t axis_of(const alv_onnx *g)
{
    int64_t axes[1] = {0};
    const int n = alv_onnx_ints(axes, 1, g, "axes");
    const double told = alv_onnx_number_of(g, 1);
    if (n == 1) return axes[0];
    return n == 0 && told >= -8 && told <= 8 ? (int64_t)told : -100;
}

alv_onnx_value alv_onnx_squeeze(alv_onnx *g)
{
    const alv_form form = alv_onnx_form(g, 0);
    const int64_t axis = axis_of(g);
    const int from = alv_onnx_from(g, 0);
    const alv_node *node = from >= 0 ? &g->graph->nodes[from] : NULL;
    if (form == ALV_FORM_DIRECTIONS && axis == 1) return moved(g, ALV_FORM_TIME_FIRST);
    if (form == ALV_FORM_STATE && axis == 0) return last(g);
    const bool dot = form == ALV_FORM_IMAGE && node && node->height == 1 && node->width == 1;
    return moved(g, dot ? ALV_FORM_FLAT : ALV_FORM_NONE);
}

alv_onnx_value alv_onnx_slice(alv_onnx *g)
{
    return moved(g, ALV_FORM_NONE);
}

/* One place of a signal: of a sequence the last, which alone the engine chooses. */
static alv_onnx_value choose(alv_onnx *g)
{
    const alv_form form = alv_onnx_form(g, 0);
    const int64_t axis = alv_onnx_int(g, "axis", 0);
    const double place = alv_onnx_number_of(g, 1);
    const int from = alv_onnx_from(g, 0);
    const int rows = from >= 0 ? g->graph->nodes[from].height : 0;
    const bool is_last = place == -1 || (rows > 0 && place == rows - 1);
    const bool one_row = alv_onnx_is_kind(g, 1, ALV_ONNX_CONST);
    if (form == ALV_FORM_STATE && axis == 0 && (place == 0 || place == -1) && one_row)
        return last(g);
    if (from >= 0 && is_last && one_row && axis == (form == ALV_FORM_SEQUENCE ? 1 : 0) &&
        (form == ALV_FORM_SEQUENCE || form == ALV_FORM_TIME_FIRST))
        return last(g);
    return moved(g, ALV_FORM_NONE);
}

/* Rows of a table; of signals only a choice of places. */
alv_onnx_value alv_onnx_gather(alv_onnx *g)
{
    const alv_checkpoint_tensor *t = alv_onnx_tensor(g, 0);
    if (!t) return choose(g);
    if (t->rank != 2 || t->dtype < 0) return alv_onnx_other(g);
    const alv_tensor table = {.layer = ALV_LAYER_EMBEDDING};
    alv_node node = {.op = ALV_OP_EMBED, .in = t->shape[0], .out = t->shape[1], .bias = -1};
    const alv_form form = alv_onnx_form(g, 1);
    const bool tokens =
        alv_onnx_is_kind(g, 1, ALV_ONNX_NODE) && g->inputs[1]->index == -1 && g->graph->inputs == 0;
    alv_onnx_need(g, alv_onnx_int(g, "axis", 0) == 0, ALV_STOP_OPTION);
    alv_onnx_need(g, tokens && (form == ALV_FORM_SEQUENCE || form == ALV_FORM_TIME_FIRST),
                  ALV_STOP_PLACES);
    node.weight = alv_onnx_param(g, 0, "embedding", table);
    return alv_onnx_node(alv_onnx_add(g, node, alv_onnx_from(g, 1)), form);
}
