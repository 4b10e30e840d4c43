/* Rules for what chooses, cuts, repeats and pads places of an axis: Slice, Split, Gather, Expand,
 * Pad, Resize. Thirds of a matrix and the last position, which attention and recurrent layers are
 * read by, are told from other choices, which are nodes of their own (moves.c). */
#include "base/base.h"
#include "formats/onnx/moves.h"
#include "math/math.h"

enum { MOST_PLACES = 1 << 20 };

/* Places `lo`, `lo` + `step`, ... (n) of an axis, chosen. */
static bool choose_run(alv_onnx_value *v, alv_onnx *g, int axis, int64_t lo, int64_t n,
                       int64_t step)
{
    int64_t *at = n > 0 && n <= MOST_PLACES ? alv_new_array((size_t)n, sizeof *at) : NULL;
    for (int64_t i = 0; at && i < n; i++) at[i] = lo + i * step;
    const bool done = at && alv_onnx_choose_axis(v, g, axis, at, n);
    free(at);
    return done;
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

/* What a slice takes of one axis: n places from lo on. */
typedef struct range {
    int axis;
    int64_t lo, n, step;
} range;

/* Its numbers, each of as many axes; false where one is not known. */
typedef struct bounds {
    alv_onnx_numbers lo, hi, axes, steps;
} bounds;

static alv_onnx_numbers listed(const alv_onnx *g, const char *name)
{
    alv_onnx_numbers out = {.whole = true};
    int64_t all[ALV_ONNX_NUMBERS];
    const int n = alv_onnx_ints(all, ALV_ONNX_NUMBERS, g, name);
    out.n = n <= ALV_ONNX_NUMBERS ? n : 0;
    for (int i = 0; i < out.n; i++) out.at[i] = (double)all[i];
    return out;
}

static bool read_bounds(bounds *b, const alv_onnx *g)
{
    const bool by_inputs = g->n_inputs > 1;
    const bool named =
        by_inputs ? g->n_inputs > 3 && g->inputs[3] != NULL : alv_onnx_attribute(g, "axes") != NULL;
    b->lo = by_inputs ? alv_onnx_numbers_of(g, 1) : listed(g, "starts");
    b->hi = by_inputs ? alv_onnx_numbers_of(g, 2) : listed(g, "ends");
    b->axes = !named ? b->lo : by_inputs ? alv_onnx_numbers_of(g, 3) : listed(g, "axes");
    for (int i = 0; !named && i < b->axes.n; i++) b->axes.at[i] = i;
    b->steps = b->lo;
    for (int i = 0; i < b->steps.n; i++) b->steps.at[i] = 1;
    if (g->n_inputs > 4 && g->inputs[4]) b->steps = alv_onnx_numbers_of(g, 4);
    return b->lo.n > 0 && b->hi.n == b->lo.n && b->axes.n == b->lo.n && b->steps.n == b->lo.n;
}

/* The i-th of them, of an axis whose size is known. */
static bool range_of(range *out, const bounds *b, int i, int rank, double size)
{
    const double axis = b->axes.at[i] < 0 ? b->axes.at[i] + rank : b->axes.at[i];
    const double step = b->steps.at[i];
    double lo = b->lo.at[i] < 0 ? b->lo.at[i] + size : b->lo.at[i];
    double hi = b->hi.at[i] < 0 ? b->hi.at[i] + size : b->hi.at[i];
    if (!(size >= 1 && size < 0x1p31) || !(axis >= 0 && axis < rank) || lo != lo || hi != hi ||
        !(step >= -0x1p30 && step <= 0x1p30) || step == 0)
        return false;
    lo = alv_max(step < 0 ? -1 : 0, alv_min(lo, step < 0 ? size - 1 : size));
    hi = alv_max(-1, alv_min(hi, size));
    if (step < 0 && b->hi.at[i] < -size) hi = -1;
    const double n = step > 0 ? (hi - lo + step - 1) / step : (lo - hi - step - 1) / -step;
    *out = (range){(int)axis, (int64_t)lo, (int64_t)n, (int64_t)step};
    return n >= 1;
}

/* Of a parameter. */
static alv_onnx_value cut_parameter(alv_onnx *g)
{
    alv_onnx_value value = *g->inputs[0];
    bounds b;
    bool fine = read_bounds(&b, g);
    for (int i = 0; fine && i < b.lo.n; i++) {
        alv_onnx_view v;
        range r;
        const alv_onnx_value *before = g->inputs[0];
        g->inputs[0] = &value;
        fine = alv_onnx_view_of(&v, g, 0);
        g->inputs[0] = before;
        const double axis = b.axes.at[i] < 0 ? b.axes.at[i] + v.rank : b.axes.at[i];
        fine = fine && axis >= 0 && axis < v.rank &&
               range_of(&r, &b, i, v.rank, (double)v.shape[(int)axis]);
        if (fine) value = alv_onnx_view_cut(g, &value, r.axis, r.lo, r.n, r.step);
    }
    alv_onnx_need(g, fine, ALV_STOP_PLACES);
    return value;
}

/* Along one axis by steps of one: all of it, the last position, or a third; else false. */
static bool is_usual(alv_onnx_value *out, alv_onnx *g, alv_onnx_value value, range r, double size)
{
    char *axis = value.axes.axis[r.axis];
    *out = value;
    if (r.step != 1) return false;
    if (r.lo == 0 && (double)r.n == size) return true;
    if (strcmp(axis, "t") == 0 && r.n == 1 && (double)r.lo == size - 1 && value.index >= 0 &&
        value.parts == 0 && value.heads == 0 && alv_onnx_factor(g, 0) == 1) {
        axis[0] = '1';
        *out = alv_onnx_last(g, value.axes, false);
        return true;
    }
    const bool third = (double)r.n * 3 == size && r.lo % r.n == 0;
    return third && choose_part(out, r.axis, (int)(r.lo / r.n));
}

alv_onnx_value alv_onnx_slice(alv_onnx *g)
{
    alv_onnx_value value = alv_onnx_alias(g), usual;
    bounds b;
    if (value.is == ALV_ONNX_PARAM) return cut_parameter(g);
    bool fine = value.is == ALV_ONNX_NODE && value.axes.rank > 0 && read_bounds(&b, g);
    const int n = fine ? b.lo.n : 0;
    for (int i = 0; fine && i < n; i++) {
        const double axis = b.axes.at[i] < 0 ? b.axes.at[i] + value.axes.rank : b.axes.at[i];
        const bool there = axis >= 0 && axis < value.axes.rank;
        const double size = there ? alv_form_size(g, &value, (int)axis) : 0;
        range r;
        fine = there && range_of(&r, &b, i, value.axes.rank, size);
        if (!fine || (r.lo == 0 && r.step == 1 && (double)r.n == size)) continue;
        if (n == 1 && is_usual(&usual, g, value, r, size)) return usual;
        fine = choose_run(&value, g, r.axis, r.lo, r.n, r.step);
    }
    return alv_onnx_moved(g, value, fine);
}

/* The sizes of the parts; as many as there are outputs, equal ones where none are told. */
static int read_sizes(int64_t *sizes, const alv_onnx *g, double whole)
{
    const int n = g->node->n_output <= ALV_ONNX_OUTPUTS + 1 ? (int)g->node->n_output : 0;
    const alv_onnx_numbers told =
        alv_onnx_attribute(g, "split") ? listed(g, "split") : alv_onnx_numbers_of(g, 1);
    const bool some = alv_onnx_attribute(g, "split") || (g->n_inputs > 1 && g->inputs[1]);
    double sum = 0;
    if (n < 1 || !(whole >= 1 && whole < 0x1p31) || (some && told.n != n)) return 0;
    const int64_t each = ((int64_t)whole + n - 1) / n;
    for (int i = 0; i < n; i++) {
        const double last = whole - (double)each * (n - 1);
        const double size = some ? told.at[i] : i < n - 1 ? (double)each : last;
        if (!(size >= 1 && size <= whole)) return 0;
        sizes[i] = (int64_t)size;
        sum += size;
    }
    return sum == whole ? n : 0;
}

/* Three equal parts may be queries, keys and values; others are nodes of their own. */
alv_onnx_value alv_onnx_split(alv_onnx *g)
{
    const alv_onnx_value whole = alv_onnx_alias(g);
    int64_t sizes[ALV_ONNX_OUTPUTS + 1], axis = alv_onnx_int(g, "axis", 0), lo = 0;
    alv_onnx_value value = whole;
    if (axis < 0) axis += whole.axes.rank;
    const bool there = whole.is == ALV_ONNX_NODE && axis >= 0 && axis < whole.axes.rank;
    const int n = there ? read_sizes(sizes, g, alv_form_size(g, &whole, (int)axis)) : 0;
    const bool equal = n == 3 && sizes[0] == sizes[1] && sizes[1] == sizes[2];
    g->splits = equal && choose_part(&value, (int)axis, 0);
    if (g->splits) return value;
    bool fine = n > 0;
    for (int i = 0; fine && i < n; lo += sizes[i++]) {
        value = whole;
        fine = choose_run(&value, g, (int)axis, lo, sizes[i], 1);
        if (i > 0) g->more[i - 1] = value;
        if (i == 0) g->more[ALV_ONNX_OUTPUTS - 1] = value;
    }
    if (!fine) return alv_onnx_moved(g, whole, false);
    value = g->more[ALV_ONNX_OUTPUTS - 1];
    g->n_more = n - 1;
    return value;
}

/* Whole numbers of input k, as many as there are (*n), the caller's to free; NULL: not known. */
static int64_t *whole_numbers(int64_t *n, bool *scalar, const alv_onnx *g, int k)
{
    const alv_checkpoint_tensor *t = alv_onnx_tensor(g, k);
    const alv_onnx_numbers few = alv_onnx_numbers_of(g, k);
    const bool many = t && t->dtype < 0 && t->bytes && t->rank == 1 && t->count <= MOST_PLACES &&
                      g->inputs[k]->view == 0;
    *n = few.n > 0 ? few.n : many ? t->count : 0;
    *scalar = few.n == 1 && !few.list;
    int64_t *out = *n > 0 ? alv_new_array((size_t)*n, sizeof *out) : NULL;
    for (int64_t i = 0; out && i < *n; i++) {
        double x = few.n > 0 ? few.at[i] : 0;
        bool fine = few.n > 0 || alv_checkpoint_decode_whole(&x, t, i, i + 1);
        if (!fine || !(x > -0x1p31 && x < 0x1p31)) return free(out), NULL;
        out[i] = (int64_t)x;
    }
    return out;
}

/* Places of a signal: a part of its units, of a sequence the last position, or any others. */
static alv_onnx_value choose(alv_onnx *g)
{
    alv_onnx_value value = alv_onnx_alias(g);
    int64_t axis = alv_onnx_int(g, "axis", 0), n = 0;
    bool scalar = false;
    if (axis < 0) axis += value.axes.rank;
    if (value.is != ALV_ONNX_NODE || axis < 0 || axis >= value.axes.rank)
        return alv_onnx_moved(g, value, false);
    int64_t *at = whole_numbers(&n, &scalar, g, 1);
    const char *name = value.axes.axis[axis];
    const double size = alv_form_size(g, &value, (int)axis);
    bool fine = at != NULL && size < 0x1p31;
    for (int64_t i = 0; fine && i < n; i++) {
        if (at[i] < 0) at[i] += (int64_t)size;
        fine = at[i] >= 0 && (double)at[i] < size;
    }
    const int64_t place = fine ? at[0] : 0;
    const bool is_last = fine && n == 1 && (double)place == size - 1;
    const bool state = strcmp(name, "z") == 0 && is_last;
    const bool sequence = strcmp(name, "t") == 0 && is_last && value.index >= 0 && scalar &&
                          value.parts == 0 && value.heads == 0 && alv_onnx_factor(g, 0) == 1;
    if (state || sequence) {
        free(at);
        if (scalar) alv_form_remove(&value.axes, (int)axis);
        if (!scalar) memcpy(value.axes.axis[axis], "1", 2);
        return alv_onnx_last(g, value.axes, state);
    }
    if (fine && n == 1 && choose_part(&value, (int)axis, (int)(place < 3 ? place : 3)))
        ;
    else if (fine && n == 1 && place == 0 && strcmp(name, "1") == 0)
        ;
    else if (fine)
        fine = alv_onnx_choose_axis(&value, g, (int)axis, at, n);
    free(at);
    if (fine && scalar) {
        if (strcmp(value.axes.axis[axis], "g") == 0) value.heads = 0;
        alv_form_remove(&value.axes, (int)axis);
    }
    return alv_onnx_moved(g, value, fine);
}

/* Rows of a table; of signals a choice of places. */
alv_onnx_value alv_onnx_gather(alv_onnx *g)
{
    const alv_checkpoint_tensor *t = alv_onnx_tensor(g, 0);
    if (!t) return choose(g);
    const bool constant = !alv_onnx_is_kind(g, 1, ALV_ONNX_NODE);
    const bool places = constant && alv_onnx_mask(g, 1) == ALV_MASK_PLACES;
    const double place = alv_onnx_number_of(g, 1);
    if (constant && !places && t->dtype >= 0 && place == place) { /* one row of a parameter */
        alv_onnx_view v;
        double axis = (double)alv_onnx_int(g, "axis", 0);
        const bool seen = alv_onnx_view_of(&v, g, 0);
        if (seen && axis < 0) axis += v.rank;
        const bool there = seen && axis >= 0 && axis < v.rank;
        const double at = there && place < 0 ? place + (double)v.shape[(int)axis] : place;
        const bool fine = there && at >= 0 && at < (double)v.shape[(int)axis];
        alv_onnx_need(g, fine, ALV_STOP_PLACES);
        if (!fine) return alv_onnx_alias(g);
        const alv_onnx_value one = alv_onnx_view_cut(g, g->inputs[0], (int)axis, (int64_t)at, 1, 1);
        const alv_onnx_numbers which = {.n = 1, .at = {axis}};
        const alv_onnx_value *before = g->inputs[0];
        g->inputs[0] = &one;
        const alv_onnx_value out = alv_onnx_view_remove(g, &which);
        g->inputs[0] = before;
        return out;
    }
    if (t->rank != 2 || t->dtype < 0) return alv_onnx_other(g);
    const alv_tensor table = {.layer = ALV_LAYER_EMBEDDING};
    alv_node node = {.op = ALV_OP_EMBED, .in = t->shape[0], .out = t->shape[1], .bias = -1};
    const bool tokens =
        alv_onnx_is_kind(g, 1, ALV_ONNX_NODE) && g->inputs[1]->index == -1 && g->graph->inputs == 0;
    const bool time_first = alv_onnx_has(g, 1, "t,n");
    node.places = !tokens && places;
    alv_onnx_need(g, alv_onnx_int(g, "axis", 0) == 0, ALV_STOP_OPTION);
    alv_onnx_need(g, node.places || (tokens && (time_first || alv_onnx_has(g, 1, "n,t"))),
                  ALV_STOP_PLACES);
    alv_onnx_need(g, alv_onnx_is_whole(g, 0), ALV_STOP_PLACES);
    node.weight = alv_onnx_param(g, 0, "embedding", table);
    return alv_onnx_node(alv_onnx_add(g, node, alv_onnx_from(g, 1)),
                         alv_form_of(time_first ? "t,n,u" : "n,t,u"));
}

static int64_t *new_places(alv_onnx *g, int64_t n)
{
    int64_t *places = alv_new_array((size_t)n, sizeof *places);
    if (!places) alv_onnx_lacks_memory(g);
    return places;
}

/* Heads behind one another, each so often: keys and values that several queries share. */
static bool repeat_heads(alv_onnx_value *v, alv_onnx *g, int axis, int64_t times)
{
    const alv_node node = alv_onnx_node_at(g, v->index);
    const int64_t heads = v->heads > 0 ? v->heads : 1, per = node.out / heads;
    const bool behind = axis > 0 && strcmp(v->axes.axis[axis - 1], "g") == 0;
    const bool alone = v->heads == 0; /* one head for all */
    if (!(behind || alone) || v->parts > 0 || times < 1 || times > 1 << 16 || per < 1 ||
        heads * per > MOST_PLACES / times)
        return false;
    int64_t *units = new_places(g, heads * times * per);
    for (int64_t i = 0; units && i < heads * times * per; i++)
        units[i] = i / per / times * per + i % per;
    const bool done = units && alv_onnx_choose(v, g, units, heads * times * per);
    free(units);
    if (alone)
        v->heads = (int)times;
    else
        v->parts = (int)times, v->inside = true;
    memcpy(v->axes.axis[axis], alone ? "g" : "p", 2);
    return done;
}

/* The same for as many samples as there are; of a signal, heads that are repeated. */
alv_onnx_value alv_onnx_expand(alv_onnx *g)
{
    const alv_onnx_numbers to = alv_onnx_numbers_of(g, 1);
    if (alv_onnx_tensor(g, 0)) return alv_onnx_view_repeat(g, &to);
    alv_onnx_value value = alv_onnx_heads_of(alv_onnx_alias(g));
    bool fine = value.is == ALV_ONNX_NODE && to.n > 0 && to.n == value.axes.rank;
    for (int a = 0; fine && a < to.n; a++) {
        const double size = alv_form_size(g, &value, a);
        if (to.at[a] == 1 || to.at[a] == size) continue;
        fine = size == 1 && to.at[a] == to.at[a] && strcmp(value.axes.axis[a], "1") == 0 &&
               to.at[a] >= 1 && to.at[a] < 0x1p20 && repeat_heads(&value, g, a, (int64_t)to.at[a]);
    }
    return alv_onnx_moved(g, value, fine);
}

/* Which place stands at i of an axis of `size` that has `before` more at its beginning; -1: zeros.
 */
static int64_t padded(const char *mode, int64_t i, int64_t size)
{
    if (i >= 0 && i < size) return i;
    if (strcmp(mode, "edge") == 0) return i < 0 ? 0 : size - 1;
    if (strcmp(mode, "wrap") == 0) return ((i % size) + size) % size;
    if (strcmp(mode, "reflect") != 0 || size < 2) return -1;
    const int64_t turn = 2 * (size - 1), at = ((i % turn) + turn) % turn;
    return at < size ? at : turn - at;
}

static bool pad_axis(alv_onnx_value *v, alv_onnx *g, int axis, const char *mode, double before,
                     double after)
{
    const double size = alv_form_size(g, v, axis), n = before + size + after;
    if (before == 0 && after == 0) return true;
    if (!(n >= 1 && n <= MOST_PLACES && size < MOST_PLACES && before > -MOST_PLACES)) return false;
    int64_t *at = new_places(g, (int64_t)n);
    for (int64_t i = 0; at && i < (int64_t)n; i++)
        at[i] = padded(mode, i - (int64_t)before, (int64_t)size);
    const bool done = at && alv_onnx_choose_axis(v, g, axis, at, (int64_t)n);
    free(at);
    return done;
}

alv_onnx_value alv_onnx_pad(alv_onnx *g)
{
    static const char *const modes[] = {"constant", "reflect", "edge", "wrap"};
    alv_onnx_value value = alv_onnx_alias(g);
    const alv_onnx_numbers pads =
        alv_onnx_attribute(g, "pads") ? listed(g, "pads") : alv_onnx_numbers_of(g, 1);
    const bool filled = g->n_inputs > 2 && g->inputs[2];
    const double with = filled ? alv_onnx_number_of(g, 2) : alv_onnx_float(g, "value", 0);
    const char *mode = alv_onnx_attribute(g, "mode") ? NULL : modes[0];
    for (int i = 0; i < ALV_COUNT(modes); i++)
        if (alv_onnx_says(g, "mode", modes[i])) mode = modes[i];
    alv_onnx_need(g, mode && !(g->n_inputs > 3 && g->inputs[3]), ALV_STOP_OPTION);
    alv_onnx_need(g, mode != modes[0] || with == 0, ALV_STOP_NUMBER);
    const int rank = value.axes.rank;
    bool fine = mode && value.is == ALV_ONNX_NODE && rank > 0 && pads.n == 2 * rank;
    for (int a = 0; fine && a < rank; a++)
        fine = pad_axis(&value, g, a, mode, pads.at[a], pads.at[a + rank]);
    return alv_onnx_moved(g, value, fine);
}

/* The nearest place, of as many times as many: each so often. */
static bool enlarge(alv_onnx_value *v, alv_onnx *g, int axis, double times)
{
    const double size = alv_form_size(g, v, axis), n = size * times;
    if (times == 1) return true;
    if (!(times >= 1 && n <= MOST_PLACES) || times != (double)(int64_t)times) return false;
    int64_t *at = new_places(g, (int64_t)n);
    for (int64_t i = 0; at && i < (int64_t)n; i++) at[i] = i / (int64_t)times;
    const bool done = at && alv_onnx_choose_axis(v, g, axis, at, (int64_t)n);
    free(at);
    return done;
}

/* Resize, and Upsample before it. */
alv_onnx_value alv_onnx_resize(alv_onnx *g)
{
    alv_onnx_value value = alv_onnx_alias(g);
    const bool old = strcmp(g->node->op_type, "Upsample") == 0 || g->n_inputs == 2;
    const alv_onnx_numbers scales = alv_onnx_numbers_of(g, old ? 1 : 2),
                           sizes = alv_onnx_numbers_of(g, 3);
    const bool nearest = !alv_onnx_attribute(g, "mode") || alv_onnx_says(g, "mode", "nearest");
    const int rank = value.axes.rank;
    bool fine = value.is == ALV_ONNX_NODE && rank > 0 && (scales.n == rank || sizes.n == rank);
    alv_onnx_need(g,
                  nearest && !alv_onnx_says(g, "nearest_mode", "ceil") &&
                      !alv_onnx_says(g, "coordinate_transformation_mode", "align_corners") &&
                      !alv_onnx_says(g, "coordinate_transformation_mode", "tf_crop_and_resize") &&
                      !alv_onnx_attribute(g, "axes"),
                  ALV_STOP_OPTION);
    for (int a = 0; fine && a < rank; a++)
        fine = enlarge(&value, g, a,
                       scales.n == rank ? scales.at[a] : sizes.at[a] / alv_form_size(g, &value, a));
    alv_onnx_need(g, fine, ALV_STOP_OPTION);
    return alv_onnx_moved(g, value, fine);
}
