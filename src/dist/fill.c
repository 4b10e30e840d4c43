/* Fills: from words of the stream to elements of a tensor (docs/stream.md defines every bit).
 *
 * Elements are made in groups of sixteen Philox blocks: 64 floats, or 32 doubles of two words each.
 * Lane l of a group is block 16 g + l, and elements of one word position lie side by side, so that
 * sixteen lanes of any vector width write without a transpose. A normal takes two word positions of
 * the same lane (Box and Muller 1958): radius from the first, angle from the second, cosine to the
 * even position and sine to the odd. Every element knows its block, so slices need nothing else.
 * The 16- and 8-bit types are the f32 tensor, rounded. */
#include "base/base.h"
#include "dist/dist.h"
#include "dist/round.h"
#include "math/math.h"
#include "math/mathf.h"
#include "stream/philox.h"

/* A narrow type's floats wait for rounding on the stack, this many at a time. */
enum { LANES = ALV_LANES, CHUNK = 1024 };

/* Elements of a sequence: as many as a tensor of 2^62 bytes has at most. Far enough from 2^63 that
 * the index of a group's end does not overflow. */
static const int64_t MAX_INDEX = INT64_C(1) << 62;

/* What the kernels need, worked out once per fill. Floats hold values rounded to float once. */
typedef struct plan {
    double value;    /* constant, or mean, or middle of a uniform */
    double scale;    /* std, or half the width of a uniform */
    double lo, hi;   /* every result lies in [lo, hi]; representable in the element type */
    alv_tails tails; /* truncated normal */
} plan;

typedef void kernel(void *out, uint32_t w[4][LANES], const plan *p);

static void constant_f32(void *out, uint32_t w[4][LANES], const plan *p)
{
    (void)w;
    float *y = out, value = (float)p->value;
    for (int i = 0; i < 4 * LANES; i++) y[i] = value;
}

static void constant_f64(void *out, uint32_t w[4][LANES], const plan *p)
{
    (void)w;
    double *y = out;
    for (int i = 0; i < 2 * LANES; i++) y[i] = p->value;
}

/* v = (2 k + 1 - 2^24) 2^-24 with k the word's upper 24 bits: odd multiples of 2^-24 in (-1, 1),
 * symmetric about 0 and exact. */
ALV_CLONES static void uniform_f32(void *out, uint32_t w[4][LANES], const plan *p)
{
    float *y = out, mid = (float)p->value, half = (float)p->scale;
    const float lo = (float)p->lo, hi = (float)p->hi;
    const uint32_t *words = &w[0][0];
    for (int i = 0; i < 4 * LANES; i++) {
        float v = (float)((int32_t)(words[i] >> 8 << 1 | 1) - 0x1000000) * 0x1p-24f;
        y[i] = alv_minf(alv_maxf(mid + half * v, lo), hi);
    }
}

/* The same with 53 bits, from two words: an odd multiple of 2^-53. */
ALV_CLONES static void uniform_f64(void *out, uint32_t w[4][LANES], const plan *p)
{
    double *y = out;
    for (int j = 0; j < 2; j++)
        for (int l = 0; l < LANES; l++) {
            uint32_t low = w[2 * j][l] >> 11, high = w[2 * j + 1][l];
            double v = (double)(int32_t)(high ^ 0x80000000) * 0x1p-31 +
                       (double)(int32_t)(2 * low + 1) * 0x1p-53;
            y[j * LANES + l] = alv_min(alv_max(p->value + p->scale * v, p->lo), p->hi);
        }
}

/* u = (w + 1/2) 2^-32 rounded to float: both halves of the sum are exact, so it rounds once. */
ALV_CLONES static void normal_f32(void *out, uint32_t w[4][LANES], const plan *p)
{
    float *y = out, mean = (float)p->value, std = (float)p->scale;
    for (int j = 0; j < 4; j += 2)
        for (int l = 0; l < LANES; l++) {
            uint32_t a = w[j][l];
            float u =
                ((float)(int32_t)(a >> 16) * 0x1p16f + ((float)(int32_t)(a & 0xffff) + 0.5f)) *
                0x1p-32f;
            float radius = __builtin_sqrtf(-2 * alv_log_normalf(u)), s, c;
            alv_sincos_turnf(&s, &c, w[j + 1][l]);
            y[j * LANES + l] = mean + std * (radius * c);
            y[(j + 1) * LANES + l] = mean + std * (radius * s);
        }
}

/* The 53 upper bits of two words, low word first. */
static inline uint64_t bits53(uint32_t low, uint32_t high)
{
    return (uint64_t)high << 21 | low >> 11;
}

/* (k + 1/2) 2^-53, rounded once. */
static inline double unit53(uint64_t k)
{
    return ((double)(k >> 21) * 0x1p21 + ((double)(k & 0x1fffff) + 0.5)) * 0x1p-53;
}

static void normal_f64(void *out, uint32_t w[4][LANES], const plan *p)
{
    double *y = out;
    for (int l = 0; l < LANES; l++) {
        double radius = alv_sqrt(-2 * alv_log(unit53(bits53(w[0][l], w[1][l])))), s, c;
        alv_sincos_turn(&s, &c, bits53(w[2][l], w[3][l]));
        y[l] = p->value + p->scale * (radius * c);
        y[LANES + l] = p->value + p->scale * (radius * s);
    }
}

static inline double truncated(const plan *p, double u, double complement)
{
    return p->value + p->scale * alv_truncated_quantile(&p->tails, u, complement);
}

/* By inversion in double, one word to an element, so that an element costs the same draws whatever
 * the bounds; rounded to float, then held inside the bounds. */
static void truncated_f32(void *out, uint32_t w[4][LANES], const plan *p)
{
    float *y = out;
    const uint32_t *words = &w[0][0];
    for (int i = 0; i < 4 * LANES; i++) {
        double u = ((double)words[i] + 0.5) * 0x1p-32;
        float x = (float)truncated(p, u, 1 - u);
        y[i] = alv_minf(alv_maxf(x, (float)p->lo), (float)p->hi);
    }
}

static void truncated_f64(void *out, uint32_t w[4][LANES], const plan *p)
{
    double *y = out;
    for (int j = 0; j < 2; j++)
        for (int l = 0; l < LANES; l++) {
            uint64_t k = bits53(w[2 * j][l], w[2 * j + 1][l]);
            double x = truncated(p, unit53(k), unit53((1ull << 53) - 1 - k));
            y[j * LANES + l] = alv_min(alv_max(x, p->lo), p->hi);
        }
}

/* By kind, then by whether the draw is in f64. */
static kernel *const kernels[][2] = {
    [ALV_DIST_CONSTANT] = {constant_f32, constant_f64},
    [ALV_DIST_UNIFORM] = {uniform_f32, uniform_f64},
    [ALV_DIST_NORMAL] = {normal_f32, normal_f64},
    [ALV_DIST_TRUNCATED_NORMAL] = {truncated_f32, truncated_f64},
};

/* No normal draw is farther from the mean, in deviations: sqrt(-2 log 2^-33) and
 * sqrt(-2 log 2^-54), rounded up. */
static double reach_of(alv_dtype dtype)
{
    return dtype == ALV_F64 ? 8.7 : 6.8;
}

static bool has_bounds(const alv_dist *d)
{
    return d->kind == ALV_DIST_UNIFORM || d->kind == ALV_DIST_TRUNCATED_NORMAL;
}

/* Where the largest magnitude comes from, for the message. */
static const char *culprit(const alv_dist *d, double most)
{
    if (has_bounds(d)) return alv_fabs(d->lo) > alv_fabs(d->hi) ? "lo" : "hi";
    if (d->kind == ALV_DIST_CONSTANT) return "value";
    return alv_fabs(d->mean) > most ? "mean" : "std";
}

alv_status alv_dist_fits(const alv_dist *d, alv_dtype dtype, alv_error *error)
{
    if (!d || !alv_dist_name(d->kind))
        return alv_fail(error, ALV_ERR_ARGUMENT, "dist", "no distribution given");
    if (alv_dtype_size(dtype) == 0)
        return alv_fail(error, ALV_ERR_DTYPE, "dtype", "there is no element type %d", (int)dtype);
    double far = alv_fabs(d->mean), most = alv_dtype_max(dtype);
    if (d->kind == ALV_DIST_NORMAL) far += reach_of(dtype) * d->std;
    if (has_bounds(d)) far = alv_max(alv_fabs(d->lo), alv_fabs(d->hi));
    if (!(far <= most))
        return alv_fail(error, ALV_ERR_OVERFLOW, culprit(d, most),
                        "%s values up to %.3g do not fit %s, whose largest is %.6g",
                        alv_dist_name(d->kind), far, alv_dtype_name(dtype), most);
    if (alv_is_narrow(dtype) && has_bounds(d) && d->lo < d->hi &&
        alv_dtype_bound(dtype, d->lo, true) > alv_dtype_bound(dtype, d->hi, false))
        return alv_fail(error, ALV_ERR_RANGE, "lo", "%s has no value between %g and %g",
                        alv_dtype_name(dtype), d->lo, d->hi);
    return ALV_OK;
}

/* Works out the constants. The bounds are values of the element type itself, so that the narrow
 * types need no second look after rounding: rounding keeps order and leaves the bounds as they are,
 * hence to hold the float inside and round gives what rounding and then holding would. */
static plan make_plan(alv_dtype dtype, const alv_dist *d)
{
    const double most = alv_dtype_max(dtype);
    plan p = {.value = d->mean, .scale = d->std, .lo = -most, .hi = most};
    if (has_bounds(d)) {
        p.lo = dtype == ALV_F64 ? d->lo : alv_dtype_bound(dtype, d->lo, true);
        p.hi = dtype == ALV_F64 ? d->hi : alv_dtype_bound(dtype, d->hi, false);
        if (p.lo > p.hi) /* no float between the bounds: the nearest to their middle */
            p.lo = p.hi = (float)(d->lo / 2 + d->hi / 2);
    }
    if (d->kind == ALV_DIST_UNIFORM) {
        p.value = d->lo / 2 + d->hi / 2;
        p.scale = d->hi / 2 - d->lo / 2;
    }
    if (d->kind == ALV_DIST_TRUNCATED_NORMAL) p.tails = alv_dist_tails(d);
    return p;
}

static alv_status check_fill(const void *out, alv_dtype dtype, int64_t lo, int64_t hi,
                             const alv_dist *dist, alv_error *error)
{
    if (alv_dtype_size(dtype) == 0)
        return alv_fail(error, ALV_ERR_DTYPE, "dtype", "there is no element type %d", (int)dtype);
    if (lo < 0 || hi < lo || hi > MAX_INDEX)
        return alv_fail(error, ALV_ERR_RANGE, "lo", "[%lld, %lld) is not a slice of [0, 2^62)", lo,
                        hi);
    if (!out && hi > lo) return alv_fail(error, ALV_ERR_ARGUMENT, "out", "no place for the values");
    return alv_dist_check(dist, error);
}

ALV_CLONES static void draw_group(uint32_t w[4][LANES], uint64_t group, alv_stream stream)
{
    alv_philox_group(w, group, stream);
}

/* Elements [lo, hi) as the kernel draws them, floats or doubles. */
static void draw(char *to, bool f64, int64_t lo, int64_t hi, alv_dist_kind kind, const plan *p,
                 alv_stream stream)
{
    const int64_t group = f64 ? 2 * LANES : 4 * LANES;
    const size_t size = f64 ? sizeof(double) : sizeof(float);
    kernel *run = kernels[kind][f64];
    for (int64_t first = lo - lo % group; first < hi && lo < hi; first += group) {
        uint32_t w[4][LANES] = {{0}};
        if (kind != ALV_DIST_CONSTANT) draw_group(w, (uint64_t)(first / group), stream);
        int64_t skip = lo > first ? lo - first : 0, end = hi - first < group ? hi - first : group;
        if (skip == 0 && end == group) {
            run(to, w, p);
        } else {
            union {
                float f32[4 * LANES];
                double f64[2 * LANES];
                char bytes[16 * LANES];
            } whole;
            run(&whole, w, p);
            memcpy(to, whole.bytes + (size_t)skip * size, (size_t)(end - skip) * size);
        }
        to += (size_t)(end - skip) * size;
    }
}

/* The same as floats of a chunk, each rounded once to a narrow type. */
static void draw_narrow(char *to, alv_dtype dtype, int64_t lo, int64_t hi, alv_dist_kind kind,
                        const plan *p, alv_stream stream)
{
    float chunk[CHUNK];
    while (lo < hi) {
        int64_t left = CHUNK - lo % (4 * LANES), n = hi - lo < left ? hi - lo : left;
        draw((char *)chunk, false, lo, lo + n, kind, p, stream);
        alv_round_array(to, dtype, chunk, n);
        to += (size_t)n * alv_dtype_size(dtype);
        lo += n;
    }
}

alv_status alv_dist_fill(void *out, alv_dtype dtype, int64_t lo, int64_t hi, const alv_dist *dist,
                         alv_stream stream, alv_error *error)
{
    ALV_TRY(check_fill(out, dtype, lo, hi, dist, error));
    alv_dist d = alv_dist_settled(dist);
    ALV_TRY(alv_dist_fits(&d, dtype, error));
    plan p = make_plan(dtype, &d);
    if (alv_is_narrow(dtype))
        draw_narrow(out, dtype, lo, hi, d.kind, &p, stream);
    else
        draw(out, dtype == ALV_F64, lo, hi, d.kind, &p, stream);
    return ALV_OK;
}
