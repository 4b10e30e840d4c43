/* Rules for what moves values and leaves them as they are. The graph takes them for nothing; how
 * the axes stand afterwards is told by the value (onnx_axes.c). */
#include "base/base.h"
#include "formats/onnx_graph.h"
#include "math/math.h"

/* What does not change the values, or only their places. */
alv_onnx_value alv_onnx_alias(alv_onnx *g)
{
    return g->n_inputs > 0 && g->inputs[0] ? *g->inputs[0] : (alv_onnx_value){.is = ALV_ONNX_CONST};
}

/* The same with its axes as they are now, or, unless `known`, as no layer moves them. */
static alv_onnx_value moved(alv_onnx *g, alv_onnx_value value, bool known)
{
    alv_onnx_need(g, value.is != ALV_ONNX_NODE || known, ALV_STOP_PLACES);
    if (!known) value.axes = (alv_form){0};
    return value;
}

/* Joins axes [from, rank) into one. */
static bool flatten(alv_form *a, int from)
{
    while (a->rank > from + 1) {
        char *to = a->axis[from];
        const char *next = a->axis[from + 1];
        if (strcmp(next, "1") != 0) {
            if (strcmp(to, "1") == 0) *to = 0;
            if (strlen(to) + strlen(next) > ALV_AXIS_ATOMS) return false;
            memcpy(to + strlen(to), next, strlen(next));
        }
        alv_form_remove(a, from + 1);
    }
    return a->rank == from + 1;
}

/* A sample's values side by side. */
static alv_onnx_value flat(alv_onnx *g, int64_t axis)
{
    alv_onnx_value value = alv_onnx_alias(g);
    if (axis < 0) axis += value.axes.rank;
    return moved(g, value, axis == 1 && value.axes.rank > 1 && flatten(&value.axes, 1));
}

alv_onnx_value alv_onnx_flatten(alv_onnx *g)
{
    return flat(g, alv_onnx_int(g, "axis", 1));
}

/* Into a shape that is worked out; one that is not known is taken for (samples, all the rest). */
alv_onnx_value alv_onnx_reshape(alv_onnx *g)
{
    alv_onnx_value value = alv_onnx_alias(g);
    const alv_onnx_numbers to = alv_onnx_numbers_of(g, 1);
    const bool known = alv_form_reshape(&value, g, to);
    const bool unknown = to.n == 0 || (to.n == 2 && to.at[0] != to.at[0]);
    return !known && unknown ? flat(g, 1) : moved(g, value, known);
}

/* Of a weight: exchanges its axes if they are two, else it is another thing. */
alv_onnx_value alv_onnx_transpose(alv_onnx *g)
{
    int64_t perm[ALV_AXES];
    alv_onnx_value value = alv_onnx_alias(g);
    int n = alv_onnx_ints(perm, ALV_AXES, g, "perm");
    if (n == 0) /* the other way round */
        for (n = value.axes.rank > 0 ? value.axes.rank : 2; n > 0; n--)
            perm[n - 1] = (value.axes.rank > 0 ? value.axes.rank : 2) - n;
    if (n == 0) n = value.axes.rank > 0 ? value.axes.rank : 2;
    if (value.is == ALV_ONNX_PARAM) {
        const bool two = n == 2 && perm[0] == 1;
        alv_onnx_need(g, two, ALV_STOP_PLACES);
        value.flipped ^= two;
        return value;
    }
    return moved(g, value, alv_form_turn(&value, perm, n));
}

/* The last position of a sequence, or the `state` in which a recurrent layer ends. */
static alv_onnx_value last(alv_onnx *g, alv_form axes, bool state)
{
    alv_node node = {.op = ALV_OP_LAST, .height = 1, .width = 1, .weight = -1, .bias = -1};
    node.backward = state && alv_onnx_source(g, 0).backward;
    alv_onnx_need(g, g->inputs[0]->parts == 0, ALV_STOP_PLACES);
    alv_onnx_need(g, alv_onnx_factor(g, 0) == 1, ALV_STOP_NUMBER);
    return alv_onnx_node(alv_onnx_add(g, node, alv_onnx_from(g, 0)), axes);
}

/* The axis that a node names; -1 where it names none that there is, or several. */
static int axis_of(const alv_onnx *g, const char *name, int rank)
{
    int64_t axes[1] = {0};
    const int n = alv_onnx_ints(axes, 1, g, name);
    const double told = alv_onnx_number_of(g, 1);
    double axis = n == 1 ? (double)axes[0] : n == 0 ? told : ALV_NAN;
    if (axis < 0) axis += rank;
    return axis >= 0 && axis < rank ? (int)axis : -1;
}

alv_onnx_value alv_onnx_squeeze(alv_onnx *g)
{
    alv_onnx_value value = alv_onnx_alias(g);
    const int axis = axis_of(g, "axes", value.axes.rank);
    if (axis < 0) { /* all of one place, or several */
        const bool all = g->n_inputs < 2 && !alv_onnx_attribute(g, "axes");
        bool dot = alv_form_are(value.axes, "n,u,h,w");
        for (int a = 2; a < 4; a++) dot = dot && alv_form_size(g, &value, a) == 1;
        if (dot) return moved(g, value, flatten(&value.axes, 1));
        for (int a = value.axes.rank - 1; a >= 0; a--)
            if (strcmp(value.axes.axis[a], "1") == 0) alv_form_remove(&value.axes, a);
        return moved(g, value, all && value.axes.rank > 0);
    }
    const bool state = strcmp(value.axes.axis[axis], "z") == 0;
    const bool one = state || strcmp(value.axes.axis[axis], "1") == 0 ||
                     (alv_form_size(g, &value, axis) == 1 && !strchr(value.axes.axis[axis], 'n'));
    alv_form_remove(&value.axes, axis);
    return state ? last(g, value.axes, true) : moved(g, value, one);
}

alv_onnx_value alv_onnx_unsqueeze(alv_onnx *g)
{
    alv_onnx_value value = alv_onnx_alias(g);
    const int axis = axis_of(g, "axes", value.axes.rank + 1);
    return moved(g, value, value.axes.rank > 0 && alv_form_insert(&value.axes, axis));
}

/* Of a parameter: the same for as many samples as there are. */
alv_onnx_value alv_onnx_expand(alv_onnx *g)
{
    return alv_onnx_tensor(g, 0) ? alv_onnx_alias(g) : alv_onnx_other(g);
}

/* [lo, hi) of an axis of `size`. */
typedef struct range {
    int axis;
    double lo, hi;
} range;

/* What a slice takes, along one axis by steps of one; false where that is not known. */
static bool read_range(range *out, const alv_onnx *g, const alv_onnx_value *v)
{
    int64_t lo[1] = {0}, hi[1] = {0};
    const bool by_inputs = g->n_inputs > 1;
    const double axis = g->n_inputs > 3 ? alv_onnx_number_of(g, 3) : 0;
    out->lo = alv_onnx_number_of(g, 1);
    out->hi = alv_onnx_number_of(g, 2);
    out->axis = !(axis >= -ALV_AXES && axis <= ALV_AXES) ? -1
                : (int)axis < 0                          ? (int)axis + v->axes.rank
                                                         : (int)axis;
    if (!by_inputs) {
        if (alv_onnx_ints(lo, 1, g, "starts") != 1 || alv_onnx_ints(hi, 1, g, "ends") != 1)
            return false;
        out->axis = alv_onnx_attribute(g, "axes") ? axis_of(g, "axes", v->axes.rank) : 0;
        out->lo = (double)lo[0];
        out->hi = (double)hi[0];
    }
    if ((g->n_inputs > 4 && alv_onnx_number_of(g, 4) != 1) || out->axis < 0 ||
        out->axis >= v->axes.rank)
        return false;
    const double size = alv_form_size(g, v, out->axis);
    if (out->lo < 0) out->lo += size;
    if (out->hi < 0) out->hi += size;
    out->hi = alv_min(out->hi, size);
    return out->lo >= 0 && out->hi > out->lo;
}

/* Part k, from 0, of three along an axis of units in one piece, or of parts. */
static bool choose_part(alv_onnx_value *v, int axis, int k)
{
    const char *name = v->axes.axis[axis];
    const bool units = strcmp(name, "u") == 0 && v->parts == 0 && v->heads == 0;
    const bool parts = strcmp(name, "p") == 0 && v->part == 0;
    if (k < 0 || k > 2 || !(units || (parts && v->parts == 3))) return false;
    if (parts) v->axes.axis[axis][0] = '1';
    v->parts = 3;
    v->part = k + 1;
    return true;
}

/* The rows of a weight from the first on: what reads them sees that there are enough. */
static alv_onnx_value cut_weight(alv_onnx *g)
{
    const alv_onnx_numbers starts = alv_onnx_numbers_of(g, 1);
    bool first = starts.n > 0;
    for (int i = 0; i < starts.n; i++) first &= starts.at[i] == 0;
    alv_onnx_need(g, first, ALV_STOP_PLACES);
    return alv_onnx_alias(g);
}

alv_onnx_value alv_onnx_slice(alv_onnx *g)
{
    alv_onnx_value value = alv_onnx_alias(g);
    range r;
    if (value.is == ALV_ONNX_PARAM) return cut_weight(g);
    if (value.is != ALV_ONNX_NODE || !read_range(&r, g, &value)) return moved(g, value, false);
    const double size = alv_form_size(g, &value, r.axis), n = r.hi - r.lo;
    char *axis = value.axes.axis[r.axis];
    if (r.lo == 0 && r.hi == size) return value;
    if (strcmp(axis, "t") == 0 && n == 1 && r.hi == size) {
        axis[0] = '1';
        return last(g, value.axes, false);
    }
    const double k = r.lo / n; /* at most 2 where n is a third */
    const bool third = n * 3 == size && k == (double)(int)alv_min(k, 3);
    return moved(g, value, third && choose_part(&value, r.axis, (int)k));
}

/* Three equal parts: queries, keys and values. */
alv_onnx_value alv_onnx_split(alv_onnx *g)
{
    alv_onnx_value value = alv_onnx_alias(g);
    int64_t sizes[3] = {0}, axis = alv_onnx_int(g, "axis", 0);
    int n = alv_onnx_ints(sizes, 3, g, "split");
    const alv_onnx_numbers told = alv_onnx_numbers_of(g, 1);
    for (int i = 0; n == 0 && i < told.n && i < 3; i++)
        sizes[i] = told.at[i] > 0 && told.at[i] < 0x1p52 ? (int64_t)told.at[i] : -1 - i;
    if (n == 0) n = told.n;
    if (axis < 0) axis += value.axes.rank;
    const bool equal = n == 0 || (n == 3 && sizes[0] == sizes[1] && sizes[1] == sizes[2]);
    const bool fine = value.is == ALV_ONNX_NODE && g->node->n_output == 3 && equal && axis >= 0 &&
                      axis < value.axes.rank && choose_part(&value, (int)axis, 0);
    g->splits = fine;
    return moved(g, value, fine);
}

/* One place of a signal: a part of its units, of a sequence the last position. */
static alv_onnx_value choose(alv_onnx *g)
{
    alv_onnx_value value = alv_onnx_alias(g);
    int64_t axis = alv_onnx_int(g, "axis", 0);
    double place = alv_onnx_number_of(g, 1);
    const bool one = alv_onnx_is_kind(g, 1, ALV_ONNX_CONST) && place == place;
    if (axis < 0) axis += value.axes.rank;
    if (value.is != ALV_ONNX_NODE || !one || axis < 0 || axis >= value.axes.rank)
        return moved(g, value, false);
    const char *name = value.axes.axis[axis];
    const double size = alv_form_size(g, &value, (int)axis);
    if (place < 0) place += size;
    const bool is_last = place == size - 1;
    const bool state = strcmp(name, "z") == 0 && is_last;
    const bool sequence = strcmp(name, "t") == 0 && is_last && alv_onnx_from(g, 0) >= 0;
    const bool part = strcmp(name, "p") == 0 && place >= 0 && place < 3 &&
                      choose_part(&value, (int)axis, (int)place);
    const bool only = strcmp(name, "1") == 0 && place == 0;
    alv_form_remove(&value.axes, (int)axis);
    return state || sequence ? last(g, value.axes, state) : moved(g, value, part || only);
}

/* Rows of a table; of signals only a choice of places. */
alv_onnx_value alv_onnx_gather(alv_onnx *g)
{
    const alv_checkpoint_tensor *t = alv_onnx_tensor(g, 0);
    if (!t) return choose(g);
    if (t->rank != 2 || t->dtype < 0) return alv_onnx_other(g);
    const alv_tensor table = {.layer = ALV_LAYER_EMBEDDING};
    alv_node node = {.op = ALV_OP_EMBED, .in = t->shape[0], .out = t->shape[1], .bias = -1};
    const bool tokens =
        alv_onnx_is_kind(g, 1, ALV_ONNX_NODE) && g->inputs[1]->index == -1 && g->graph->inputs == 0;
    const bool time_first = alv_onnx_has(g, 1, "t,n");
    node.places = !tokens && alv_onnx_mask(g, 1) == ALV_MASK_PLACES;
    alv_onnx_need(g, alv_onnx_int(g, "axis", 0) == 0, ALV_STOP_OPTION);
    alv_onnx_need(g, node.places || (tokens && (time_first || alv_onnx_has(g, 1, "n,t"))),
                  ALV_STOP_PLACES);
    node.weight = alv_onnx_param(g, 0, "embedding", table);
    return alv_onnx_node(alv_onnx_add(g, node, alv_onnx_from(g, 1)),
                         alv_form_of(time_first ? "t,n,u" : "n,t,u"));
}
