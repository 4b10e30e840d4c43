/* Rules for what moves values and leaves them as they are. The graph takes them for nothing; how
 * the axes stand afterwards is told by the value (axes.c). */
#include "base/base.h"
#include "formats/onnx/moves.h"
#include "math/math.h"

/* What does not change the values, or only their places. */
alv_onnx_value alv_onnx_alias(alv_onnx *g)
{
    return g->n_inputs > 0 && g->inputs[0] ? *g->inputs[0] : (alv_onnx_value){.is = ALV_ONNX_CONST};
}

/* The same with its axes as they are now, or, unless `known`, as no layer moves them. */
alv_onnx_value alv_onnx_moved(alv_onnx *g, alv_onnx_value value, bool known)
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
    return alv_onnx_moved(g, value, axis == 1 && value.axes.rank > 1 && flatten(&value.axes, 1));
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
    if (value.is == ALV_ONNX_PARAM) return alv_onnx_view_reshape(g, &to);
    const bool known = alv_form_reshape(&value, g, to) && alv_onnx_line_up(&value, g);
    const bool unknown = to.n == 0 || (to.n == 2 && to.at[0] != to.at[0]);
    return !known && unknown ? flat(g, 1) : alv_onnx_moved(g, value, known);
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
        if (two && value.view == 0) value.flipped ^= two;
        return two && value.view == 0 ? value : alv_onnx_view_turn(g, perm, n);
    }
    return alv_onnx_moved(g, value, alv_form_turn(&value, perm, n));
}

/* The last position of a sequence, or the `state` in which a recurrent layer ends. */
alv_onnx_value alv_onnx_last(alv_onnx *g, alv_form axes, bool state)
{
    alv_node node = {.op = ALV_OP_LAST, .height = 1, .width = 1, .weight = -1, .bias = -1};
    node.backward = state && alv_onnx_source(g, 0).backward;
    alv_onnx_need(g, g->inputs[0]->parts == 0, ALV_STOP_PLACES);
    alv_onnx_need(g, alv_onnx_factor(g, 0) == 1, ALV_STOP_NUMBER);
    return alv_onnx_node(alv_onnx_add(g, node, alv_onnx_from(g, 0)), axes);
}

/* The axes that a node names, by an attribute or an input. */
static alv_onnx_numbers axes_told(const alv_onnx *g)
{
    int64_t axes[ALV_ONNX_NUMBERS];
    alv_onnx_numbers out = {.whole = true};
    if (!alv_onnx_attribute(g, "axes")) return alv_onnx_numbers_of(g, 1);
    const int n = alv_onnx_ints(axes, ALV_ONNX_NUMBERS, g, "axes");
    out.n = n <= ALV_ONNX_NUMBERS ? n : 0;
    for (int i = 0; i < out.n; i++) out.at[i] = (double)axes[i];
    return out;
}

/* The only one of them; -1 where it names none that there is, or several. */
static int axis_of(const alv_onnx *g, int rank)
{
    const alv_onnx_numbers told = axes_told(g);
    double axis = told.n == 1 ? told.at[0] : ALV_NAN;
    if (axis < 0) axis += rank;
    return axis >= 0 && axis < rank ? (int)axis : -1;
}

/* Several axes of one place, each named. */
static alv_onnx_value squeeze_several(alv_onnx *g, const alv_onnx_numbers *told)
{
    alv_onnx_value value = alv_onnx_alias(g);
    bool gone[ALV_AXES] = {false}, fine = value.axes.rank > 0;
    for (int i = 0; i < told->n; i++) {
        const double a = told->at[i] < 0 ? told->at[i] + value.axes.rank : told->at[i];
        fine = fine && a >= 0 && a < value.axes.rank;
        if (fine) gone[(int)a] = true;
    }
    for (int a = value.axes.rank - 1; fine && a >= 0; a--) {
        if (!gone[a]) continue;
        const char *name = value.axes.axis[a];
        fine = !strpbrk(name, "nz") && alv_form_size(g, &value, a) == 1;
        alv_form_remove(&value.axes, a);
    }
    return alv_onnx_moved(g, value, fine);
}

alv_onnx_value alv_onnx_squeeze(alv_onnx *g)
{
    alv_onnx_value value = alv_onnx_alias(g);
    const alv_onnx_numbers told = axes_told(g);
    const int axis = axis_of(g, value.axes.rank);
    if (value.is == ALV_ONNX_PARAM) return alv_onnx_view_remove(g, &told);
    if (told.n > 1) return squeeze_several(g, &told);
    if (axis < 0) { /* all of one place, or several */
        const bool all = g->n_inputs < 2 && !alv_onnx_attribute(g, "axes");
        bool dot = alv_form_are(value.axes, "n,u,h,w");
        for (int a = 2; a < 4; a++) dot = dot && alv_form_size(g, &value, a) == 1;
        if (dot) return alv_onnx_moved(g, value, flatten(&value.axes, 1));
        for (int a = value.axes.rank - 1; a >= 0; a--)
            if (strcmp(value.axes.axis[a], "1") == 0) alv_form_remove(&value.axes, a);
        return alv_onnx_moved(g, value, all && value.axes.rank > 0);
    }
    const bool state = strcmp(value.axes.axis[axis], "z") == 0;
    const bool one = state || strcmp(value.axes.axis[axis], "1") == 0 ||
                     (alv_form_size(g, &value, axis) == 1 && !strchr(value.axes.axis[axis], 'n'));
    alv_form_remove(&value.axes, axis);
    return state ? alv_onnx_last(g, value.axes, true) : alv_onnx_moved(g, value, one);
}

alv_onnx_value alv_onnx_unsqueeze(alv_onnx *g)
{
    alv_onnx_value value = alv_onnx_alias(g);
    const alv_onnx_numbers told = axes_told(g);
    const int rank = value.axes.rank + told.n;
    bool fine = value.axes.rank > 0 && told.n > 0;
    if (value.is == ALV_ONNX_PARAM) return alv_onnx_view_insert(g, &told);
    for (int a = 0; fine && a < rank; a++) /* the first ones first */
        for (int i = 0; fine && i < told.n; i++)
            if (told.at[i] == a || told.at[i] + rank == a) fine = alv_form_insert(&value.axes, a);
    return alv_onnx_moved(g, value, fine && value.axes.rank == rank);
}
