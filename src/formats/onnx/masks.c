/* Masks of attention: constants from which follows only which positions see which. Exporters give
 * them as initializers, or as a chain of operators from a triangle of ones to what is added to the
 * scores; what such a chain makes is told by what went in, not element by element. */
#include "base/base.h"
#include "formats/onnx/graph.h"
#include "math/math.h"
#include "math/mathf.h"

enum { MOST = 4096 }; /* positions of a mask that is read */

/* What an element of a mask on or below the diagonal, and above it, makes of it. */
static alv_mask named(double seen, double beyond)
{
    if (seen == 1 && beyond == 0) return ALV_MASK_SEEN;
    if (seen == 0 && beyond == 1) return ALV_MASK_HIDDEN;
    return seen == 0 && beyond <= alv_onnx_hidden ? ALV_MASK_ADDED : ALV_MASK_NONE;
}

/* A tensor of the file, or one that stands in an attribute. */
typedef struct source {
    const alv_checkpoint_tensor *tensor;
    const AlvOnnx__TensorProto *proto;
    bool whole; /* of an integer type */
    int rank;
    int64_t shape[ALV_MAX_RANK], count;
} source;

static bool decode(double *out, const source *s, int64_t lo, int64_t n)
{
    enum { FLOAT = 1, INT64 = 7, BOOL = 9 };
    if (s->tensor && s->tensor->dtype < 0)
        return alv_checkpoint_decode_whole(out, s->tensor, lo, lo + n);
    if (s->tensor) return alv_checkpoint_decode(out, s->tensor, lo, lo + n), true;
    const int type = s->proto->data_type, item = type == FLOAT ? 4 : type == INT64 ? 8 : 1;
    const unsigned char *bytes = s->proto->raw_data.data + lo * item;
    for (int64_t i = 0; i < n; i++, bytes += item) {
        uint64_t x = 0;
        for (int k = item; k-- > 0;) x = x << 8 | bytes[k];
        out[i] = type == FLOAT ? (double)alv_from_bitsf((uint32_t)x) : (double)(int64_t)x;
    }
    return true;
}

/* 0, 1, 2, ..., with axes of one place before it. */
static alv_mask places_in(const source *s)
{
    const int64_t n = s->rank > 0 ? s->shape[s->rank - 1] : 0;
    double row[MOST];
    if (!s->whole || n < 2 || n > MOST || s->count != n || !decode(row, s, 0, n))
        return ALV_MASK_NONE;
    for (int64_t j = 0; j < n; j++)
        if (row[j] != (double)j) return ALV_MASK_NONE;
    return ALV_MASK_PLACES;
}

/* Whether all elements of a square of n are the same. */
static bool is_filled(const source *s, int64_t n)
{
    double first, row[MOST];
    if (!decode(&first, s, 0, 1)) return false;
    for (int64_t i = 0; i < n; i++) {
        decode(row, s, i * n, n);
        for (int64_t j = 0; j < n; j++)
            if (row[j] != first) return false;
    }
    return true;
}

/* A square, with axes of one place before it. */
static alv_mask mask_in(const source *s)
{
    const int64_t n = s->rank >= 2 ? s->shape[s->rank - 1] : 0;
    double corner[2], row[MOST];
    if (n < 2 || n > MOST || s->shape[s->rank - 2] != n || s->count != n * n ||
        !decode(corner, s, 0, 2))
        return ALV_MASK_NONE;
    const alv_mask mask = named(corner[0], corner[1]);
    if (corner[0] == corner[1]) return is_filled(s, n) ? ALV_MASK_OF_ONE : ALV_MASK_NONE;
    for (int64_t i = 0; mask != ALV_MASK_NONE && i < n; i++) {
        decode(row, s, i * n, n);
        for (int64_t j = 0; j < n; j++) {
            const bool fine = j <= i                   ? row[j] == corner[0]
                              : mask == ALV_MASK_ADDED ? row[j] <= alv_onnx_hidden
                                                       : row[j] == corner[1];
            if (!fine) return ALV_MASK_NONE;
        }
    }
    return mask;
}

static alv_mask constants_in(const source *s)
{
    const alv_mask mask = mask_in(s);
    return mask != ALV_MASK_NONE ? mask : places_in(s);
}

static alv_mask in_tensor(const alv_checkpoint_tensor *t)
{
    source s = {.tensor = t, .whole = t->dtype < 0, .rank = t->rank, .count = t->count};
    memcpy(s.shape, t->shape, sizeof s.shape);
    return t->fortran ? ALV_MASK_NONE : constants_in(&s);
}

static alv_mask in_attribute(const alv_onnx *g)
{
    enum { FLOAT = 1, INT64 = 7, BOOL = 9 };
    const AlvOnnx__AttributeProto *value = alv_onnx_attribute(g, "value");
    const AlvOnnx__TensorProto *t = value ? value->t : NULL;
    const int type = t && t->has_data_type ? t->data_type : 0;
    source s = {.proto = t, .whole = type == INT64, .count = 1};
    if ((type != FLOAT && type != INT64 && type != BOOL) || t->n_dims < 1 ||
        t->n_dims > ALV_MAX_RANK)
        return ALV_MASK_NONE;
    for (s.rank = 0; s.rank < (int)t->n_dims; s.rank++) {
        s.shape[s.rank] = t->dims[s.rank];
        if (s.shape[s.rank] < 1 || !alv_mul_i64(&s.count, s.count, s.shape[s.rank]))
            return ALV_MASK_NONE;
    }
    const size_t item = type == FLOAT ? 4 : type == INT64 ? 8 : 1;
    const bool raw = t->has_raw_data && (uint64_t)s.count <= (uint64_t)MOST * MOST &&
                     t->raw_data.len == (size_t)s.count * item;
    return raw ? constants_in(&s) : ALV_MASK_NONE;
}

alv_mask alv_onnx_mask(const alv_onnx *g, int k)
{
    const alv_onnx_value *v = k < g->n_inputs ? g->inputs[k] : NULL;
    if (!v) return ALV_MASK_NONE;
    return v->is == ALV_ONNX_PARAM   ? in_tensor(&g->model->tensors[v->index])
           : v->is == ALV_ONNX_CONST ? v->mask
                                     : ALV_MASK_NONE;
}

static alv_mask inverse(alv_mask mask)
{
    return mask == ALV_MASK_SEEN     ? ALV_MASK_HIDDEN
           : mask == ALV_MASK_HIDDEN ? ALV_MASK_SEEN
                                     : ALV_MASK_NONE;
}

static alv_mask same(const alv_onnx *g)
{
    return alv_onnx_mask(g, 0);
}

/* From the first row and column on: the corner of a triangle is one, too. */
static alv_mask cut(const alv_onnx *g)
{
    const alv_onnx_numbers starts = alv_onnx_numbers_of(g, 1);
    int64_t told[ALV_AXES] = {0};
    const int n = g->n_inputs == 1 ? alv_onnx_ints(told, ALV_AXES, g, "starts") : starts.n;
    for (int i = 0; i < n && i < ALV_AXES; i++)
        if (g->n_inputs == 1 ? told[i] != 0 : starts.at[i] != 0) return ALV_MASK_NONE;
    if (n < 1 || (g->n_inputs > 4 && alv_onnx_number_of(g, 4) != 1)) return ALV_MASK_NONE;
    return same(g);
}

static alv_mask filled(const alv_onnx *g)
{
    (void)g;
    return ALV_MASK_OF_ONE;
}

/* Of what is filled with it. */
static double filling(const alv_onnx *g)
{
    const alv_onnx_value *v = g->inputs[0];
    const alv_checkpoint_tensor *t =
        v && v->is == ALV_ONNX_PARAM ? &g->model->tensors[v->index] : NULL;
    source s = {.tensor = t};
    double first;
    return t && decode(&first, &s, 0, 1) ? first : alv_onnx_number_of(g, 0);
}

static alv_mask triangle(const alv_onnx *g)
{
    const bool upper = alv_onnx_int(g, "upper", 1) != 0;
    const double diagonal = g->n_inputs > 1 && g->inputs[1] ? alv_onnx_number_of(g, 1) : 0;
    const double number = filling(g);
    if (same(g) != ALV_MASK_OF_ONE || diagonal != (upper ? 1 : 0)) return ALV_MASK_NONE;
    return upper ? named(0, number) : named(number, 0);
}

static alv_mask negated(const alv_onnx *g)
{
    return inverse(same(g));
}

static alv_mask compared(const alv_onnx *g)
{
    const double with = alv_onnx_number_of(g, 1);
    return with == 0 ? negated(g) : with == 1 ? same(g) : ALV_MASK_NONE;
}

/* 1 - mask */
static alv_mask subtracted(const alv_onnx *g)
{
    return alv_onnx_number_of(g, 0) == 1 ? inverse(alv_onnx_mask(g, 1)) : ALV_MASK_NONE;
}

static alv_mask multiplied(const alv_onnx *g)
{
    for (int k = 0; k < 2; k++)
        if (alv_onnx_mask(g, k) == ALV_MASK_HIDDEN &&
            alv_onnx_number_of(g, 1 - k) <= alv_onnx_hidden)
            return ALV_MASK_ADDED;
    return ALV_MASK_NONE;
}

static alv_mask chosen(const alv_onnx *g)
{
    const alv_mask mask = same(g);
    const double yes = alv_onnx_number_of(g, 1), no = alv_onnx_number_of(g, 2);
    return mask == ALV_MASK_SEEN     ? named(yes, no)
           : mask == ALV_MASK_HIDDEN ? named(no, yes)
                                     : ALV_MASK_NONE;
}

/* From 0 by steps of 1. */
static alv_mask ranged(const alv_onnx *g)
{
    const bool usual = alv_onnx_number_of(g, 0) == 0 && alv_onnx_number_of(g, 2) == 1;
    return usual ? ALV_MASK_PLACES : ALV_MASK_NONE;
}

static const struct {
    const char *op;
    alv_mask (*fold)(const alv_onnx *g);
} folds[] = {{"Constant", in_attribute},
             {"ConstantOfShape", filled},
             {"Range", ranged},
             {"Trilu", triangle},
             {"Slice", cut},
             {"Cast", same},
             {"Identity", same},
             {"Unsqueeze", same},
             {"Squeeze", same},
             {"Expand", same},
             {"Reshape", same},
             {"Not", negated},
             {"Equal", compared},
             {"Sub", subtracted},
             {"Mul", multiplied},
             {"Where", chosen}};

alv_mask alv_onnx_fold_mask(const alv_onnx *g)
{
    const char *op = g->node->op_type ? g->node->op_type : "";
    for (int k = 0; k < g->n_inputs; k++)
        if (g->inputs[k] && g->inputs[k]->is != ALV_ONNX_CONST &&
            g->inputs[k]->is != ALV_ONNX_PARAM)
            return ALV_MASK_NONE;
    for (int i = 0; i < ALV_COUNT(folds); i++)
        if (strcmp(folds[i].op, op) == 0) return folds[i].fold(g);
    return ALV_MASK_NONE;
}
