/* Constants of a graph, as far as its exactness hangs on them: shapes that values are put into,
 * places that are chosen, numbers that a signal is multiplied by. Few at a time; where more would
 * have to be known, nothing is. */
#include "formats/onnx/moves.h"

#include "base/base.h"
#include "math/math.h"
#include "math/mathf.h"

static const alv_onnx_numbers unknown;

/* The elements of an initializer. */
static alv_onnx_numbers numbers_in(const alv_checkpoint_tensor *t)
{
    alv_onnx_numbers out = {.n = (int)t->count, .whole = t->dtype < 0, .list = t->rank > 0};
    if (t->count < 1 || t->count > ALV_ONNX_NUMBERS || t->rank > 1) return unknown;
    if (t->dtype >= 0)
        alv_checkpoint_decode(out.at, t, 0, t->count);
    else if (!alv_checkpoint_decode_whole(out.at, t, 0, t->count))
        return unknown;
    return out;
}

static uint64_t load(const unsigned char *bytes, size_t n)
{
    uint64_t x = 0;
    for (size_t k = n; k-- > 0;) x = x << 8 | bytes[k];
    return x;
}

alv_onnx_numbers alv_onnx_numbers_of(const alv_onnx *g, int k)
{
    const alv_onnx_value *v = k < g->n_inputs ? g->inputs[k] : NULL;
    if (!v) return unknown;
    if (v->is == ALV_ONNX_PARAM) return numbers_in(&g->model->tensors[v->index]);
    if (v->is != ALV_ONNX_CONST || v->numbers == 0) return unknown;
    return v->numbers > 0 ? g->numbers[v->numbers - 1]
                          : numbers_in(&g->model->tensors[-1 - v->numbers]);
}

double alv_onnx_number_of(const alv_onnx *g, int k)
{
    const alv_onnx_numbers all = alv_onnx_numbers_of(g, k);
    return all.n == 1 ? all.at[0] : ALV_NAN;
}

/* A constant of these numbers. */
static alv_onnx_value keep(alv_onnx *g, alv_onnx_numbers all)
{
    if (all.n < 1) return (alv_onnx_value){.is = ALV_ONNX_CONST};
    if (g->n_numbers == g->room_numbers) {
        const int room = 2 * g->room_numbers + 16;
        alv_onnx_numbers *grown = realloc(g->numbers, (size_t)room * sizeof *grown);
        if (!grown) return alv_onnx_lacks_memory(g), (alv_onnx_value){.is = ALV_ONNX_CONST};
        g->numbers = grown;
        g->room_numbers = room;
    }
    g->numbers[g->n_numbers++] = all;
    return (alv_onnx_value){.is = ALV_ONNX_CONST, .numbers = g->n_numbers};
}

alv_onnx_value alv_onnx_constant(alv_onnx *g, double number)
{
    return keep(g, (alv_onnx_numbers){.n = 1, .at = {number}});
}

enum { FLOAT = 1, INT32 = 6, INT64 = 7, DOUBLE = 11 };

/* The same number however often, as first states of recurrent layers and masks to come are. */
static bool is_filled(double *with, const AlvOnnx__TensorProto *t)
{
    const bool real = t && (t->data_type == FLOAT || t->data_type == DOUBLE);
    if (!real || !t->has_raw_data || t->n_dims < 2) return false;
    const size_t item = t->data_type == FLOAT ? 4 : 8, n = t->raw_data.len;
    const unsigned char *at = t->raw_data.data;
    if (n < item || n % item != 0 || memcmp(at, at + item, n - item) != 0) return false;
    *with = item == 4 ? (double)alv_from_bitsf((uint32_t)load(at, 4)) : alv_from_bits(load(at, 8));
    return true;
}

/* A tensor that stands in an attribute. */
static alv_onnx_numbers numbers_of_proto(const AlvOnnx__TensorProto *t)
{
    alv_onnx_numbers out = {.n = 1};
    if (is_filled(&out.at[0], t)) return out;
    if (!t || t->n_dims > 1 || !t->has_data_type) return unknown;
    const int type = t->data_type;
    if (t->n_dims == 1)
        out.n = t->dims[0] >= 1 && t->dims[0] <= ALV_ONNX_NUMBERS ? (int)t->dims[0] : 0;
    out.list = t->n_dims == 1;
    out.whole = type == INT64 || type == INT32;
    const size_t item = type == INT64 || type == DOUBLE ? 8 : 4;
    const bool raw = t->has_raw_data && t->raw_data.len == (size_t)out.n * item;
    for (int i = 0; i < out.n; i++) {
        const unsigned char *at = raw ? t->raw_data.data + (size_t)i * item : NULL;
        const size_t j = (size_t)i;
        if (type == INT64 && (raw || t->n_int64_data > j))
            out.at[i] = raw ? (double)(int64_t)load(at, 8) : (double)t->int64_data[j];
        else if (type == INT32 && (raw || t->n_int32_data > j))
            out.at[i] = raw ? (double)(int32_t)load(at, 4) : (double)t->int32_data[j];
        else if (type == FLOAT && (raw || t->n_float_data > j))
            out.at[i] =
                raw ? (double)alv_from_bitsf((uint32_t)load(at, 4)) : (double)t->float_data[j];
        else if (type == DOUBLE && (raw || t->n_double_data > j))
            out.at[i] = raw ? alv_from_bits(load(at, 8)) : t->double_data[j];
        else
            return unknown;
    }
    return out;
}

static alv_onnx_numbers constant(const alv_onnx *g)
{
    alv_onnx_numbers out = {.n = 1};
    const AlvOnnx__AttributeProto *value = alv_onnx_attribute(g, "value");
    const AlvOnnx__AttributeProto *whole = alv_onnx_attribute(g, "value_int");
    const AlvOnnx__AttributeProto *real = alv_onnx_attribute(g, "value_float");
    const AlvOnnx__AttributeProto *list = alv_onnx_attribute(g, "value_ints");
    if (value && value->t) return numbers_of_proto(value->t);
    if (whole && whole->has_i) return out.whole = true, out.at[0] = (double)whole->i, out;
    if (real && real->has_f) return out.at[0] = (double)real->f, out;
    if (!list || list->n_ints < 1 || list->n_ints > ALV_ONNX_NUMBERS) return unknown;
    out.n = (int)list->n_ints;
    out.whole = out.list = true;
    for (int i = 0; i < out.n; i++) out.at[i] = (double)list->ints[i];
    return out;
}

/* One value however often; zeros unless it says otherwise. */
static alv_onnx_numbers filled(const alv_onnx *g)
{
    const AlvOnnx__AttributeProto *value = alv_onnx_attribute(g, "value");
    const alv_onnx_numbers shape = alv_onnx_numbers_of(g, 0);
    alv_onnx_numbers out =
        value && value->t ? numbers_of_proto(value->t) : (alv_onnx_numbers){.n = 1};
    if (shape.n != 1 || out.n != 1) return out; /* of several axes: the one value */
    if (!(shape.at[0] >= 1 && shape.at[0] <= ALV_ONNX_NUMBERS)) return unknown;
    for (out.list = true; out.n < (int)shape.at[0]; out.n++) out.at[out.n] = out.at[0];
    return out;
}

static alv_onnx_numbers first(const alv_onnx *g)
{
    return alv_onnx_numbers_of(g, 0);
}

/* Into one axis or two. */
static alv_onnx_numbers reshaped(const alv_onnx *g)
{
    const alv_onnx_numbers to = alv_onnx_numbers_of(g, 1);
    alv_onnx_numbers out = first(g);
    double columns = to.n == 2 ? to.at[1] : 0;
    if (to.n == 2 && columns == -1 && to.at[0] >= 1) columns = (double)out.n / to.at[0];
    const int whole = columns >= 1 && columns <= ALV_ONNX_NUMBERS ? (int)columns : 0;
    out.list = true;
    out.columns = whole > 0 && whole == columns && out.n % whole == 0 ? whole : 0;
    return to.n == 1 || out.columns > 0 || out.n == 1 ? out : unknown;
}

static alv_onnx_numbers turned(const alv_onnx *g)
{
    const alv_onnx_numbers from = first(g);
    alv_onnx_numbers out = from;
    if (from.columns == 0) return unknown;
    out.columns = from.n / from.columns;
    for (int i = 0; i < from.n; i++)
        out.at[i % from.columns * out.columns + i / from.columns] = from.at[i];
    return out;
}

static alv_onnx_numbers listed(const alv_onnx *g)
{
    alv_onnx_numbers out = first(g);
    out.list = true;
    return out;
}

static alv_onnx_numbers single(const alv_onnx *g)
{
    alv_onnx_numbers out = first(g);
    if (out.n == 1) out.list = false;
    return out;
}

/* Number by number, of as many or of one. */
static alv_onnx_numbers equal(const alv_onnx *g)
{
    const alv_onnx_numbers x = first(g), y = alv_onnx_numbers_of(g, 1);
    alv_onnx_numbers out = {.n = x.n > y.n ? x.n : y.n, .whole = true, .list = x.list || y.list};
    if (x.n < 1 || y.n < 1 || (x.n > 1 && y.n > 1 && x.n != y.n)) return unknown;
    for (int i = 0; i < out.n; i++) {
        const double a = x.at[x.n > 1 ? i : 0], b = y.at[y.n > 1 ? i : 0];
        out.at[i] = a == a && b == b ? a == b : ALV_NAN;
    }
    return out;
}

static alv_onnx_numbers negated(const alv_onnx *g)
{
    alv_onnx_numbers out = first(g);
    for (int i = 0; i < out.n; i++) out.at[i] = out.at[i] == out.at[i] ? out.at[i] == 0 : ALV_NAN;
    return out;
}

static alv_onnx_numbers picked(const alv_onnx *g)
{
    const alv_onnx_numbers by = first(g), x = alv_onnx_numbers_of(g, 1),
                           y = alv_onnx_numbers_of(g, 2);
    alv_onnx_numbers out = by;
    if (x.n < 1 || y.n < 1 || (x.n > 1 && x.n != by.n) || (y.n > 1 && y.n != by.n)) return unknown;
    for (int i = 0; i < by.n; i++)
        out.at[i] = by.at[i] != by.at[i] ? ALV_NAN
                    : by.at[i] != 0      ? x.at[x.n > 1 ? i : 0]
                                         : y.at[y.n > 1 ? i : 0];
    out.whole = x.whole;
    return out;
}

static alv_onnx_numbers joined(const alv_onnx *g)
{
    alv_onnx_numbers out = {.list = true};
    for (int k = 0; k < g->n_inputs; k++) {
        const alv_onnx_numbers one = alv_onnx_numbers_of(g, k);
        if (one.n < 1 || out.n + one.n > ALV_ONNX_NUMBERS) return unknown;
        out.whole = one.whole;
        for (int i = 0; i < one.n; i++) out.at[out.n++] = one.at[i];
    }
    return out;
}

static alv_onnx_numbers chosen(const alv_onnx *g)
{
    const alv_onnx_numbers from = first(g), places = alv_onnx_numbers_of(g, 1);
    if (from.columns > 0) return unknown;
    alv_onnx_numbers out = {.n = places.n, .whole = from.whole, .list = places.list};
    for (int i = 0; i < places.n; i++) {
        const double at = places.at[i] < 0 ? places.at[i] + from.n : places.at[i];
        if (!(at >= 0 && at < from.n)) return unknown;
        out.at[i] = from.at[(int)at];
    }
    return out;
}

/* [start, end) of the first axis, by inputs or, before opset 10, attributes. */
static alv_onnx_numbers cut(const alv_onnx *g)
{
    const alv_onnx_numbers from = first(g);
    int64_t bounds[2] = {0, 0};
    double lo = alv_onnx_number_of(g, 1), hi = alv_onnx_number_of(g, 2);
    alv_onnx_numbers out = {.whole = from.whole, .list = true};
    if (from.n == 1 && !from.whole) return from; /* one value however often */
    const double step = g->n_inputs > 4 ? alv_onnx_number_of(g, 4) : 1;
    const int run = from.columns > 0 ? from.columns : 1, rows = from.n / run;
    const double axis = g->n_inputs > 3 && g->inputs[3] ? alv_onnx_number_of(g, 3) : 0;
    if ((step != 1 && step != -1) || (axis != 0 && !(axis == -1 && from.columns == 0)))
        return unknown;
    if (g->n_inputs == 1) {
        if (alv_onnx_ints(&bounds[0], 1, g, "starts") != 1 ||
            alv_onnx_ints(&bounds[1], 1, g, "ends") != 1)
            return unknown;
        lo = (double)bounds[0];
        hi = (double)bounds[1];
    }
    if (lo != lo || hi != hi) return unknown;
    lo = lo < 0 ? lo + rows : lo;
    hi = hi < 0 ? hi + rows : hi;
    lo = step > 0 ? alv_max(0, alv_min(lo, rows)) : alv_max(-1, alv_min(lo, rows - 1));
    hi = step > 0 ? alv_max(0, alv_min(hi, rows)) : alv_max(-1, alv_min(hi, rows - 1));
    out.columns = from.columns;
    for (int i = (int)lo; step > 0 ? i < (int)hi : i > (int)hi; i += (int)step)
        for (int k = 0; k < run; k++) out.at[out.n++] = from.at[i * run + k];
    return out;
}

static alv_onnx_numbers raised(const alv_onnx *g)
{
    alv_onnx_numbers out = first(g);
    const double to = alv_onnx_number_of(g, 1);
    for (int i = 0; i < out.n; i++)
        out.at[i] = out.at[i] > 0 && to == to ? alv_pow(out.at[i], to) : ALV_NAN;
    return out;
}

static double cut_to_whole(double x)
{
    return x > -0x1p52 && x < 0x1p52 ? (double)(int64_t)x : x;
}

static double calculate(const char *op, double x, double y, bool whole)
{
    const double z = *op == 'A' ? x + y : *op == 'S' ? x - y : *op == 'M' ? x * y : x / y;
    return whole ? cut_to_whole(z) : z;
}

static alv_onnx_numbers calculated(const alv_onnx *g)
{
    const alv_onnx_numbers x = first(g), y = alv_onnx_numbers_of(g, 1);
    alv_onnx_numbers out = {
        .n = x.n > y.n ? x.n : y.n, .whole = x.whole && y.whole, .list = x.list || y.list};
    if (x.n < 1 || y.n < 1 || (x.n > 1 && y.n > 1 && x.n != y.n)) return unknown;
    for (int i = 0; i < out.n; i++)
        out.at[i] =
            calculate(g->node->op_type, x.at[x.n > 1 ? i : 0], y.at[y.n > 1 ? i : 0], out.whole);
    return out;
}

static alv_onnx_numbers rooted(const alv_onnx *g)
{
    alv_onnx_numbers out = first(g);
    for (int i = 0; i < out.n; i++) out.at[i] = out.at[i] >= 0 ? alv_sqrt(out.at[i]) : ALV_NAN;
    return out;
}

static alv_onnx_numbers converted(const alv_onnx *g)
{
    alv_onnx_numbers out = first(g);
    const int64_t to = alv_onnx_int(g, "to", 0);
    out.whole = to != 1 && to != 10 && to != 11 && to != 16;
    for (int i = 0; out.whole && i < out.n; i++) out.at[i] = cut_to_whole(out.at[i]);
    return out;
}

static alv_onnx_numbers shape_of(const alv_onnx *g)
{
    alv_onnx_view v;
    if (alv_onnx_view_of(&v, g, 0)) {
        alv_onnx_numbers seen = {.n = v.rank, .whole = true, .list = true};
        for (int i = 0; i < seen.n; i++) seen.at[i] = (double)v.shape[i];
        return seen;
    }
    alv_onnx_numbers out = {.n = alv_onnx_form(g, 0).rank, .whole = true, .list = true};
    for (int i = 0; i < out.n; i++) out.at[i] = alv_form_size(g, g->inputs[0], i);
    return out;
}

static const struct {
    const char *op;
    alv_onnx_numbers (*fold)(const alv_onnx *g);
} folds[] = {{"Constant", constant}, {"ConstantOfShape", filled}, {"Shape", shape_of},
             {"Identity", first},    {"Cast", converted},         {"Squeeze", single},
             {"Unsqueeze", listed},  {"Reshape", reshaped},       {"Transpose", turned},
             {"Expand", first},      {"Concat", joined},          {"Equal", equal},
             {"Not", negated},       {"Where", picked},           {"Gather", chosen},
             {"Slice", cut},         {"Add", calculated},         {"Sub", calculated},
             {"Mul", calculated},    {"Div", calculated},         {"Sqrt", rooted},
             {"Pow", raised}};

alv_onnx_value alv_onnx_fold(alv_onnx *g)
{
    const char *op = g->node->op_type ? g->node->op_type : "";
    for (int i = 0; i < ALV_COUNT(folds); i++)
        if (strcmp(folds[i].op, op) == 0) return keep(g, folds[i].fold(g));
    return keep(g, unknown);
}
