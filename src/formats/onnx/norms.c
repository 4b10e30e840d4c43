/* Layer norms that are written out, as exporters do below opset 17:
 *
 *   ReduceMean, Sub, Pow 2 (or Mul by itself), ReduceMean, Add epsilon, Sqrt, Div
 *
 * and rms norms, which leave out the first two; also by the inverse of the deviation. Gain and
 * shift that follow are taken by the norm's node, while it is the last. */
#include "base/base.h"
#include "formats/onnx/graph.h"
#include "math/math.h"

static bool is_op(const alv_onnx *g, const char *name)
{
    return g->node->op_type && strcmp(g->node->op_type, name) == 0;
}

static alv_norm_step step_of(const alv_onnx *g, int k)
{
    return alv_onnx_is_kind(g, k, ALV_ONNX_STEP) ? g->inputs[k]->step : ALV_STEP_NONE;
}

/* A signal whose units stand last, in one piece, by itself or less its mean. */
static bool is_subject(const alv_onnx *g, int k)
{
    const bool node = alv_onnx_is_kind(g, k, ALV_ONNX_NODE);
    return (node || step_of(g, k) == ALV_STEP_CENTRED) && alv_onnx_factor(g, k) == 1 &&
           g->inputs[k]->parts == 0 && g->inputs[k]->heads == 0 &&
           alv_form_units_last(g->inputs[k]->axes);
}

/* The axes of a reduction, as an attribute or an input; 0: all, or not known. */
static int axes_of(int64_t *axes, const alv_onnx *g)
{
    const alv_onnx_numbers told = alv_onnx_numbers_of(g, 1);
    int n = alv_onnx_ints(axes, ALV_AXES, g, "axes");
    for (int i = 0; n == 0 && i < told.n && i < ALV_AXES; i++)
        axes[i] = told.at[i] >= -ALV_AXES && told.at[i] < ALV_AXES ? (int64_t)told.at[i] : ALV_AXES;
    n = n > 0 ? n : told.n;
    return n <= ALV_AXES ? n : 0;
}

/* Over the last axis, which stays as one place. */
static bool is_over_units(const alv_onnx *g)
{
    int64_t axes[ALV_AXES];
    const int rank = g->inputs[0] ? g->inputs[0]->axes.rank : 0;
    return axes_of(axes, g) == 1 && (axes[0] == -1 || axes[0] == rank - 1) &&
           alv_onnx_int(g, "keepdims", 1) == 1;
}

static bool next(alv_onnx_value *out, const alv_onnx *g, int k, alv_norm_step step)
{
    *out = *g->inputs[k];
    out->is = ALV_ONNX_STEP;
    out->step = step;
    return true;
}

/* What is divided by its own deviation. */
static bool end(alv_onnx_value *out, alv_onnx *g, int k)
{
    const alv_onnx_value *x = g->inputs[k], *by = g->inputs[1 - k];
    if (!is_subject(g, k) || x->index != by->index || x->centred != by->centred) return false;
    const alv_node node = {.op = ALV_OP_NORM,
                           .norm = x->centred ? ALV_NORM_LAYER : ALV_NORM_RMS,
                           .epsilon = by->epsilon,
                           .start = 1,
                           .weight = -1,
                           .bias = -1};
    *out = alv_onnx_node(alv_onnx_add(g, node, x->index), x->axes);
    return true;
}

static bool squares(const alv_onnx *g)
{
    const bool power = is_op(g, "Pow") && alv_onnx_number_of(g, 1) == 2;
    return is_subject(g, 0) && (power || (is_op(g, "Mul") && g->inputs[0] == g->inputs[1]));
}

static bool centres(const alv_onnx *g)
{
    return is_op(g, "Sub") && is_subject(g, 0) && step_of(g, 1) == ALV_STEP_MEAN &&
           g->inputs[0]->index == g->inputs[1]->index && !g->inputs[0]->centred;
}

bool alv_onnx_norm_step(alv_onnx_value *out, alv_onnx *g)
{
    for (int k = 0; k < 2; k++) { /* inputs in either order */
        const double number = alv_onnx_number_of(g, 1 - k);
        const alv_norm_step step = step_of(g, k), by = step_of(g, 1 - k);
        if (step == ALV_STEP_VARIANCE && is_op(g, "Add")) {
            const bool known = number >= 0 && number <= 1;
            alv_onnx_need(g, known, ALV_STOP_NUMBER);
            next(out, g, k, ALV_STEP_POSITIVE);
            out->epsilon = known ? number : 0;
            return true;
        }
        if (by == ALV_STEP_INVERSE && is_op(g, "Mul")) return end(out, g, k);
    }
    if (step_of(g, 1) == ALV_STEP_DEVIATION && is_op(g, "Div"))
        return alv_onnx_number_of(g, 0) == 1 ? next(out, g, 1, ALV_STEP_INVERSE) : end(out, g, 0);
    if (is_op(g, "ReduceMean") && is_over_units(g)) {
        if (step_of(g, 0) == ALV_STEP_SQUARE) return next(out, g, 0, ALV_STEP_VARIANCE);
        return alv_onnx_is_kind(g, 0, ALV_ONNX_NODE) && is_subject(g, 0) &&
               next(out, g, 0, ALV_STEP_MEAN);
    }
    if (centres(g)) {
        next(out, g, 0, ALV_STEP_CENTRED);
        return out->centred = true;
    }
    if (squares(g)) return next(out, g, 0, ALV_STEP_SQUARE);
    if (step_of(g, 0) == ALV_STEP_POSITIVE && is_op(g, "Sqrt"))
        return next(out, g, 0, ALV_STEP_DEVIATION);
    return step_of(g, 0) == ALV_STEP_DEVIATION && is_op(g, "Reciprocal") &&
           next(out, g, 0, ALV_STEP_INVERSE);
}

/* Over all positions: a pool of the whole. */
alv_onnx_value alv_onnx_mean(alv_onnx *g)
{
    int64_t axes[ALV_AXES];
    const int n = axes_of(axes, g);
    alv_onnx_value value = g->n_inputs > 0 && g->inputs[0] ? *g->inputs[0] : (alv_onnx_value){0};
    alv_form rest = value.axes;
    bool gone[ALV_AXES] = {false}, positions = false, fine = value.is == ALV_ONNX_NODE && n > 0;
    for (int i = 0; fine && i < n; i++) {
        const int64_t a = axes[i] < 0 ? axes[i] + rest.rank : axes[i];
        fine = a >= 0 && a < rest.rank && !gone[a];
        if (fine) gone[a] = true;
    }
    for (int a = rest.rank - 1; fine && a >= 0; a--) {
        const char *axis = value.axes.axis[a];
        const bool place = strspn(axis, "thw") == strlen(axis);
        fine = gone[a] == place;
        positions |= gone[a];
        if (!gone[a]) continue;
        alv_form_remove(&rest, a);
        if (alv_onnx_int(g, "keepdims", 1)) alv_form_insert(&rest, a);
    }
    if (!fine || !positions || value.parts > 0 || value.heads > 0) return alv_onnx_other(g);
    const alv_node node = {.op = ALV_OP_POOL, .height = 1, .width = 1, .weight = -1, .bias = -1};
    return alv_onnx_node(alv_onnx_add(g, node, value.index), rest);
}
