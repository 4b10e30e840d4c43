/* Rules for what puts signals side by side or multiplies them: Concat, Neg, products and sums of
 * two signals or of a signal and constants. */
#include "base/base.h"
#include "formats/onnx/moves.h"
#include "math/math.h"

/* Rows of a parameter that stand before, behind or between those of a signal, as class tokens do:
 * one axis of so many, units last, all others of one place. */
static bool rows_of(alv_onnx_value *out, alv_onnx *g, int k, const alv_onnx_value *like, int axis)
{
    alv_onnx_view v;
    const alv_node node = alv_onnx_node_at(g, like->index);
    const int rank = like->axes.rank;
    if (!alv_onnx_view_of(&v, g, k) || !alv_onnx_is_whole(g, k) || v.rank != rank ||
        axis == rank - 1 || strcmp(like->axes.axis[rank - 1], "u") != 0 || like->heads > 0 ||
        v.shape[rank - 1] != node.out)
        return false;
    for (int a = 0; a < rank - 1; a++)
        if (a != axis && v.shape[a] != 1 && v.stride[a] != 0) return false;
    const bool done = alv_onnx_put_rows(out, g, k, v.shape[axis], node.out);
    out->axes = like->axes;
    return done;
}

/* All axes but one alike. */
static bool match(const alv_onnx_value *a, const alv_onnx_value *b, int axis)
{
    if (a->axes.rank == 0 || a->axes.rank != b->axes.rank || a->parts != b->parts) return false;
    for (int i = 0; i < a->axes.rank; i++)
        if (i != axis && strcmp(a->axes.axis[i], b->axes.axis[i]) != 0) return false;
    return true;
}

static bool join(alv_onnx_value *a, alv_onnx *g, const alv_onnx_value *b, int axis)
{
    char *name = a->axes.axis[axis];
    const alv_node one = alv_onnx_node_at(g, a->index), two = alv_onnx_node_at(g, b->index);
    const bool places = alv_form_is_position(name) && strcmp(name, "s") != 0;
    if (!match(a, b, axis) || a->shares || b->shares || a->parts > 0) return false;
    if (strcmp(name, "u") == 0) return a->heads == b->heads && alv_onnx_join_units(a, g, b, true);
    if (strcmp(name, "g") == 0 && strcmp(b->axes.axis[axis], "g") == 0) {
        const int heads = a->heads + b->heads;
        if (a->heads < 1 || b->heads < 1 || one.out / a->heads != two.out / b->heads) return false;
        a->heads = heads;
        return alv_onnx_join_units(a, g, b, false);
    }
    if (strcmp(name, "h") == 0 && one.width == two.width && a->heads == b->heads)
        return alv_onnx_join_places(a, g, b, true);
    if (!places || a->heads != b->heads) return false;
    memcpy(name, "t", 2);
    return alv_onnx_join_places(a, g, b, false);
}

/* The state in which a recurrent layer ends is a head among those of others. */
static bool end_state(alv_onnx_value *v, alv_onnx *g, int k, int axis)
{
    if (strcmp(v->axes.axis[axis], "z") != 0) return true;
    const alv_onnx_value *before = g->inputs[0];
    g->inputs[0] = v;
    alv_form axes = v->axes;
    memcpy(axes.axis[axis], "g", 2);
    const alv_onnx_value out = alv_onnx_last(g, axes, true);
    g->inputs[0] = before;
    (void)k;
    *v = out;
    v->heads = 1;
    return g->status == ALV_OK;
}

alv_onnx_value alv_onnx_concat(alv_onnx *g)
{
    alv_onnx_value all[ALV_COUNT(g->inputs)], *like = NULL;
    int64_t axis = alv_onnx_int(g, "axis", 0);
    int places = 0; /* inputs that are signals, so that a first one is found */
    bool fine = g->n_inputs > 0 && (size_t)g->n_inputs == g->node->n_input;
    for (int k = 0; k < g->n_inputs; k++) {
        if (!g->inputs[k]) fine = false;
        all[k] = g->inputs[k] ? *g->inputs[k] : (alv_onnx_value){.is = ALV_ONNX_CONST};
        if (all[k].is != ALV_ONNX_NODE) continue;
        fine = fine && all[k].axes.rank > 0 && alv_onnx_make_solid(&all[k], g);
        all[k] = alv_onnx_heads_of(all[k]);
        if (places++ == 0) like = &all[k];
    }
    if (axis < 0 && like) axis += like->axes.rank;
    fine = fine && like && axis >= 0 && axis < like->axes.rank;
    for (int k = 0; fine && k < g->n_inputs; k++)
        fine = all[k].is == ALV_ONNX_NODE    ? end_state(&all[k], g, k, (int)axis)
               : all[k].is == ALV_ONNX_PARAM ? rows_of(&all[k], g, k, like, (int)axis)
                                             : false;
    for (int k = 1; fine && k < g->n_inputs; k++) fine = join(&all[0], g, &all[k], (int)axis);
    if (fine) return all[0];
    return alv_onnx_other(g);
}

alv_onnx_value alv_onnx_negate(alv_onnx *g)
{
    alv_onnx_value value = alv_onnx_alias(g);
    if (value.is != ALV_ONNX_NODE) return alv_onnx_other(g);
    value.factor = -(value.factor == 0 ? 1 : value.factor);
    return value;
}

/* Whether b's axes, from the last on, are a's, or of one place. */
static bool covers(const alv_onnx *g, const alv_onnx_value *a, const alv_onnx_value *b)
{
    const int shift = a->axes.rank - b->axes.rank;
    if (a->axes.rank == 0 || b->axes.rank == 0 || shift < 0) return false;
    for (int i = 0; i < b->axes.rank; i++) {
        const char *name = b->axes.axis[i];
        if (strcmp(name, a->axes.axis[i + shift]) != 0 && strcmp(name, "1") != 0 &&
            !(!strchr(name, 'n') && alv_form_size(g, b, i) == 1))
            return false;
    }
    return a->heads == b->heads && a->parts == b->parts && !a->shares && !b->shares;
}

static int64_t places_at(const alv_onnx *g, const alv_onnx_value *v)
{
    const alv_node n = alv_onnx_node_at(g, v->index);
    return (int64_t)(n.height > 0 ? n.height : 1) * (n.width > 0 ? n.width : 1);
}

/* Both inputs, the one of fewer positions or units second; false where they cannot meet. */
static bool meet(alv_onnx_value *a, alv_onnx_value *b, alv_onnx *g)
{
    if (!alv_onnx_solid(g, 0) || !alv_onnx_solid(g, 1)) return false;
    *a = alv_onnx_heads_of(*g->inputs[0]);
    *b = alv_onnx_heads_of(*g->inputs[1]);
    const alv_node one = alv_onnx_node_at(g, a->index), two = alv_onnx_node_at(g, b->index);
    const bool fewer = places_at(g, a) < places_at(g, b) ||
                       (places_at(g, a) == places_at(g, b) && one.out < two.out);
    if (fewer) {
        const alv_onnx_value first = *a;
        *a = *b;
        *b = first;
    }
    return covers(g, a, b) && (places_at(g, b) == 1 || places_at(g, b) == places_at(g, a));
}

alv_onnx_value alv_onnx_product(alv_onnx *g)
{
    alv_onnx_value a, b;
    const bool times = strcmp(g->node->op_type, "Mul") == 0;
    if (times && meet(&a, &b, g) && alv_onnx_times(&a, g, &b)) return a;
    return alv_onnx_other(g);
}

/* Of two signals: of the same node, of the same sizes, or one is added at all positions. */
alv_onnx_value alv_onnx_sum(alv_onnx *g)
{
    alv_onnx_value a, b;
    const bool minus = strcmp(g->node->op_type, "Sub") == 0;
    if (minus && g->n_inputs > 1 && g->inputs[1]) {
        g->own[1] = *g->inputs[1];
        g->own[1].factor = -(g->own[1].factor == 0 ? 1 : g->own[1].factor);
        g->inputs[1] = &g->own[1];
    }
    bool fine = meet(&a, &b, g);
    if (fine && alv_onnx_merge(&a, g, &b)) return a;
    fine = fine && alv_onnx_node_at(g, a.index).out == alv_onnx_node_at(g, b.index).out &&
           alv_onnx_repeat_place(&b, g, &a);
    alv_onnx_need(g, fine, ALV_STOP_PLACES);
    if (!fine) a = *g->inputs[0], b = *g->inputs[1];
    const int late = a.index > b.index ? a.index : b.index;
    alv_node node = {.op = ALV_OP_ADD, .start = 1, .weight = -1, .bias = -1};
    node.other = a.index > b.index ? b.index : a.index;
    alv_onnx_value out = alv_onnx_node(alv_onnx_add(g, node, late), a.axes);
    out.heads = a.heads;
    out.parts = a.parts;
    out.inside = a.inside;
    return out;
}

/* A signal times, or over, the constants of input k. */
bool alv_onnx_weigh_by(alv_onnx_value *out, alv_onnx *g, int k)
{
    float *by;
    bool each;
    const bool over = strcmp(g->node->op_type, "Div") == 0;
    alv_onnx_value v;
    if ((over && k == 0) || !alv_onnx_is_kind(g, 1 - k, ALV_ONNX_NODE)) return false;
    v = *g->inputs[1 - k];
    if (!alv_onnx_make_solid(&v, g) || !alv_onnx_laid_over(&by, &each, g, k, &v) ||
        !alv_onnx_weigh(&v, g, by, each, over))
        return false;
    g->model->moves[v.index].learned = true;
    *out = v;
    return true;
}

/* The constants of input k, or one number, are added to a signal, or it is taken off them. */
bool alv_onnx_shift_by(alv_onnx_value *out, alv_onnx *g, int k)
{
    float *by;
    bool each = false;
    const bool minus = strcmp(g->node->op_type, "Sub") == 0;
    const double number = alv_onnx_number_of(g, k);
    alv_onnx_value v;
    if (!alv_onnx_is_kind(g, 1 - k, ALV_ONNX_NODE)) return false;
    v = *g->inputs[1 - k];
    if (minus && k == 0) v.factor = -(v.factor == 0 ? 1 : v.factor);
    if (!alv_onnx_make_solid(&v, g)) return false;
    const int64_t n = alv_onnx_node_at(g, v.index).out;
    if (number == number) {
        by = alv_onnx_floats(g, n);
        for (int64_t i = 0; by && i < n; i++) by[i] = (float)number;
    } else if (!alv_onnx_laid_over(&by, &each, g, k, &v)) {
        return false;
    }
    const int64_t all = each ? places_at(g, &v) * n : n;
    for (int64_t i = 0; by && minus && k == 1 && i < all; i++) by[i] = -by[i];
    if (!by || !alv_onnx_shift(&v, g, by, each)) return false;
    g->model->moves[v.index].learned = number != number;
    *out = v;
    return true;
}
