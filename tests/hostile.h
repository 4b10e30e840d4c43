/* Tensors made of any bytes, and what must hold whatever they are: for the fuzz target and for the
 * unit test that tries the whole registry. */
#ifndef ALV_TEST_HOSTILE_H
#define ALV_TEST_HOSTILE_H

#include <math.h>
#include <stdbool.h>
#include <string.h>

#include "alvor/alvor.h"
#include "model/matrix.h"

typedef struct hostile_bytes {
    const uint8_t *at;
    size_t left;
} hostile_bytes;

static inline unsigned hostile_take(hostile_bytes *bytes)
{
    if (bytes->left == 0) return 0;
    bytes->left--;
    return *bytes->at++;
}

/* Small sizes above all, empty ones, and those that overflow something. */
static inline int64_t hostile_size(hostile_bytes *bytes)
{
    static const int64_t small[] = {1, 2, 3, 4, 6, 8, 12, 16, 5, 7, 24, 64, 0};
    static const int64_t nasty[] = {1000,      -1,       (int64_t)1 << 31, (int64_t)1 << 40,
                                    INT64_MAX, INT64_MIN};
    unsigned byte = hostile_take(bytes);
    return byte < 240 ? small[byte % 13] : nasty[byte % 6];
}

/* A small number, mostly zero, as most fields are; sometimes -1. */
static inline int hostile_number(hostile_bytes *bytes, int most)
{
    unsigned byte = hostile_take(bytes);
    return byte < 128 ? 0 : byte == 255 ? -1 : (int)(byte - 128) % (most + 1);
}

/* A set of axes, mostly of those that there are. */
static inline unsigned hostile_axes(hostile_bytes *bytes, int rank)
{
    unsigned axes = hostile_take(bytes) & hostile_take(bytes);
    return rank < 0 || hostile_number(bytes, 20) > 18 ? axes : axes & ((1u << rank) - 1);
}

static inline void hostile_tensor(alv_tensor *out, hostile_bytes *bytes)
{
    static const double fans[] = {3, 0.5, 1e300, -1, NAN, INFINITY};
    alv_tensor t = {.name = "hostile"};
    t.rank = (int)(hostile_take(bytes) % 11) - 1;
    for (int axis = 0; axis < ALV_MAX_RANK; axis++) t.shape[axis] = hostile_size(bytes);
    t.role = (alv_role)hostile_number(bytes, 2);
    t.layer = (alv_layer)hostile_number(bytes, ALV_LAYER_TIED_HEAD + 1);
    t.layout = (alv_layout)hostile_number(bytes, ALV_LAYOUT_AXES + 1);
    t.dtype = (alv_dtype)hostile_number(bytes, ALV_F8_E5M2 + 1);
    if (hostile_number(bytes, 2) > 1) t.groups = hostile_size(bytes);
    if (hostile_number(bytes, 2) > 1)
        for (int i = 0; i < 3; i++) t.stride[i] = hostile_number(bytes, 4);
    if (t.layout == ALV_LAYOUT_AXES || hostile_number(bytes, 20) > 18) {
        t.in_axes = hostile_axes(bytes, t.rank);
        t.out_axes = hostile_axes(bytes, t.rank) & ~t.in_axes;
    }
    if (hostile_number(bytes, 2) > 1)
        t.copy_axes = hostile_axes(bytes, t.rank) & ~(t.in_axes | t.out_axes);
    int parts = hostile_number(bytes, ALV_MAX_PARTS);
    for (int i = 0; i < parts; i++) t.parts[i] = hostile_size(bytes);
    if (parts > 3 && t.shape[0] > 1) { /* two parts that add up, if the outputs come first */
        memset(t.parts, 0, sizeof t.parts);
        t.parts[0] = t.shape[0] / parts + 1, t.parts[1] = t.shape[0] - t.parts[0];
    }
    if (hostile_number(bytes, 2) > 1) t.head = hostile_size(bytes);
    t.depth = hostile_number(bytes, 6);
    if (hostile_number(bytes, 4) > 0) t.fan_in = fans[hostile_take(bytes) % 6];
    if (hostile_number(bytes, 4) > 0) t.fan_out = fans[hostile_take(bytes) % 6];
    if (hostile_number(bytes, 4) > 0)
        t.act.act = alv_act_at((int)hostile_take(bytes) % alv_act_count());
    if (hostile_number(bytes, 40) > 38) memset(t.name, 'n', sizeof t.name);
    *out = t;
}

/* A scheme of the registry with its defaults, or with one argument changed. */
static inline void hostile_scheme(alv_scheme *out, int index, hostile_bytes *bytes)
{
    static const double values[] = {0, 1, -1, 0.5, 2, 1e9, 1e300, -1e300, NAN, INFINITY};
    alv_scheme scheme = {.init = alv_init_at(index)};
    int n = 0;
    for (; n < ALV_MAX_INIT_ARGS && scheme.init->args[n].name; n++)
        scheme.args[n] = scheme.init->args[n].value;
    if (n > 0 && hostile_number(bytes, 8) > 0)
        scheme.args[(int)hostile_take(bytes) % n] = values[hostile_take(bytes) % 10];
    *out = scheme;
}

#define HOSTILE_EXPECT(condition)                                                                  \
    do {                                                                                           \
        if (!(condition)) return #condition;                                                       \
    } while (0)

/* Every element near both ends has a place in a matrix, and the place has that element. */
static inline const char *hostile_matrices(const alv_tensor *tensor, int64_t count)
{
    alv_matrix_view view;
    if (alv_matrix_view_make(&view, tensor, NULL) != ALV_OK) return NULL;
    for (int64_t i = 0; i < count && i < 64; i++)
        for (int end = 0; end < 2; end++) {
            const int64_t index = end ? count - 1 - i : i;
            const alv_matrix_place at = alv_matrix_locate(&view, index);
            HOSTILE_EXPECT(at.matrix >= 0 && at.matrix < view.count);
            HOSTILE_EXPECT(at.row >= 0 && at.row < alv_matrix_rows(&view, at.matrix));
            HOSTILE_EXPECT(at.column >= 0 && at.column < view.columns);
            HOSTILE_EXPECT(alv_matrix_index(&view, at.matrix, at.row, at.column) == index);
        }
    return NULL;
}

enum { HOSTILE_ELEMENTS = 48, HOSTILE_SCRATCH = 1 << 20 };

static inline bool hostile_untouched(const unsigned char *bytes, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (bytes[i] != 0xA5) return false;
    return true;
}

/* What can be filled in this test's time: elements by themselves, rows and tensors that are small.
 */
static inline bool hostile_affordable(const alv_scheme *scheme, int64_t count)
{
    const int64_t most = scheme->init->reach == ALV_REACH_TENSOR ? 512 : 4000;
    return scheme->init->reach == ALV_REACH_ELEMENT || count <= most;
}

/* Moments that exist promise a fill, and the slices of a fill are those of any other. */
static inline const char *hostile_fill(const alv_scheme *scheme, const alv_tensor *tensor,
                                       int64_t count)
{
    static _Alignas(16) unsigned char scratch[HOSTILE_SCRATCH], whole[HOSTILE_ELEMENTS * 8 + 8],
        piece[HOSTILE_ELEMENTS * 8];
    const size_t size = alv_dtype_size(tensor->dtype);
    const int64_t n = count < HOSTILE_ELEMENTS ? count : HOSTILE_ELEMENTS, lo = count - n;
    double mean = 7, variance = 7;
    int64_t need = 0;
    alv_fill how = {.scratch = scratch, .scratch_size = sizeof scratch};
    alv_error error = {0};
    alv_status status = alv_init_moments(&mean, &variance, scheme, tensor, &error);
    HOSTILE_EXPECT(alv_init_fill(NULL, 0, 0, scheme, tensor, 1, NULL, NULL) == ALV_OK);
    HOSTILE_EXPECT(alv_init_fill(NULL, count, count, scheme, tensor, 1, NULL, NULL) == ALV_OK);
    memset(whole, 0xA5, sizeof whole);
    HOSTILE_EXPECT(alv_init_fill(whole, -1, 0, scheme, tensor, 1, &how, NULL) == ALV_ERR_RANGE);
    HOSTILE_EXPECT(alv_init_fill(whole, 0, count + 1, scheme, tensor, 1, &how, NULL) ==
                   ALV_ERR_RANGE);
    if (status != ALV_OK) {
        HOSTILE_EXPECT(error.code == status && error.where[0] && error.message[0]);
        HOSTILE_EXPECT(mean == 7 && variance == 7);
        alv_status filled = alv_init_fill(whole, lo, count, scheme, tensor, 1, &how, NULL);
        HOSTILE_EXPECT(filled == (n == 0 ? ALV_OK : status));
        HOSTILE_EXPECT(hostile_untouched(whole, sizeof whole));
        return NULL;
    }
    HOSTILE_EXPECT(isfinite(mean) && variance >= 0);
    status = alv_init_scratch(&need, scheme, tensor, NULL);
    HOSTILE_EXPECT(status == ALV_OK || status == ALV_ERR_OVERFLOW);
    if (status != ALV_OK || need > HOSTILE_SCRATCH || !hostile_affordable(scheme, count) || n == 0)
        return NULL;
    if (size > 1)
        HOSTILE_EXPECT(alv_init_fill(whole + 1, lo, count, scheme, tensor, 1, &how, NULL) ==
                       ALV_ERR_ARGUMENT);
    HOSTILE_EXPECT(hostile_untouched(whole, sizeof whole));
    HOSTILE_EXPECT(alv_init_fill(whole, lo, count, scheme, tensor, 1, &how, NULL) == ALV_OK);
    HOSTILE_EXPECT(hostile_untouched(whole + (size_t)n * size, sizeof whole - (size_t)n * size));
    const int64_t cut = lo + n / 3;
    HOSTILE_EXPECT(alv_init_fill(piece, cut, count, scheme, tensor, 1, &how, NULL) == ALV_OK);
    HOSTILE_EXPECT(memcmp(piece, whole + (size_t)(cut - lo) * size, (size_t)(count - cut) * size) ==
                   0);
    return NULL;
}

/* NULL, or the expectation that does not hold. */
static inline const char *hostile_check(const alv_scheme *scheme, const alv_tensor *tensor)
{
    int64_t count = -7, scratch;
    double in = -7, out = -7;
    unsigned char byte[8] = {0};
    alv_error error = {0};
    alv_status status = alv_tensor_count(&count, tensor, &error);
    if (status != ALV_OK) {
        HOSTILE_EXPECT(count == -7 && error.code == status && error.where[0] && error.message[0]);
        HOSTILE_EXPECT(alv_init_fill(byte, 0, 0, scheme, tensor, 1, NULL, NULL) != ALV_OK);
        HOSTILE_EXPECT(alv_init_scratch(&scratch, scheme, tensor, NULL) != ALV_OK);
        return NULL;
    }
    HOSTILE_EXPECT(count >= 0);
    if (alv_tensor_fans(&in, &out, tensor, NULL) == ALV_OK)
        HOSTILE_EXPECT(in >= 0 && in < INFINITY && out >= 0 && out < INFINITY);
    else
        HOSTILE_EXPECT(in == -7 && out == -7);
    const char *broken = hostile_matrices(tensor, count);
    if (broken) return broken;
    const alv_tensor plain = {.rank = 0};
    status = alv_init_fill(NULL, 0, 0, scheme, &plain, 1, NULL, NULL);
    if (status != ALV_OK) { /* the scheme's own arguments are refused, whatever the tensor */
        HOSTILE_EXPECT(status == ALV_ERR_ARGUMENT || status == ALV_ERR_RANGE);
        HOSTILE_EXPECT(alv_init_fill(NULL, 0, 0, scheme, tensor, 1, NULL, NULL) == status);
        return NULL;
    }
    return hostile_fill(scheme, tensor, count);
}

#endif
