/* Fills: from words of the stream to elements of a tensor (docs/stream.md defines every bit).
 *
 * Elements are made in groups of eight Philox blocks by the kernels of an instruction set; a slice
 * that begins or ends inside a group takes its part of a copy. Every element knows its block, so
 * slices need nothing else. The 16- and 8-bit types are the f32 tensor, rounded. */
#include "base/base.h"
#include "dist/kernels.h"
#include "dist/round.h"
#include "math/math.h"

/* A narrow type's floats wait for rounding on the stack, this many at a time. */
enum { CHUNK = 2048 };

/* A fill of so many bytes, more than a core's part of most caches, is written past them: memory
 * then need not be read before it is written, and takes twice as much from several threads. */
static const size_t BEYOND_CACHE = (size_t)1 << 24;

/* Elements of a sequence: as many as a tensor of 2^62 bytes has at most. Far enough from 2^63 that
 * the index of a group's end does not overflow. */
static const int64_t MAX_INDEX = INT64_C(1) << 62;

/* Groups whose blocks share the upper half of their number. */
static const int64_t RUN = (INT64_C(1) << 32) / ALV_GROUP_BLOCKS;

/* No normal draw is farther from the mean, in deviations: sqrt(62 log 2) = 6.56 and
 * sqrt(106 log 2) = 8.58, rounded up. */
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

/* The least and the largest value of the element type that a draw may have. */
static void find_hold(alv_plan *p, const alv_dist *d, alv_dtype dtype)
{
    p->hi = has_bounds(d) ? d->hi : alv_dtype_max(dtype);
    p->lo = has_bounds(d) ? d->lo : -p->hi;
    if (!has_bounds(d) || dtype == ALV_F64) return;
    const bool even = p->lo == -p->hi;
    p->hi = alv_dtype_bound(dtype, p->hi, false);
    p->lo = even ? -p->hi : alv_dtype_bound(dtype, p->lo, true);
}

/* alv_dist_fits of a distribution and type that there are; of p, only the hold. */
static alv_status check_fits(const alv_dist *d, alv_dtype dtype, const alv_plan *p,
                             alv_error *error)
{
    double far = alv_fabs(d->mean), most = alv_dtype_max(dtype);
    if (d->kind == ALV_DIST_NORMAL) far += reach_of(dtype) * d->std;
    if (has_bounds(d)) far = alv_max(alv_fabs(d->lo), alv_fabs(d->hi));
    if (!(far <= most))
        return alv_fail(error, ALV_ERR_OVERFLOW, culprit(d, most),
                        "%s values up to %.3g do not fit %s, whose largest is %.6g",
                        alv_dist_name(d->kind), far, alv_dtype_name(dtype), most);
    if (alv_is_narrow(dtype) && has_bounds(d) && d->lo < d->hi && p->lo > p->hi)
        return alv_fail(error, ALV_ERR_RANGE, "lo", "%s has no value between %g and %g",
                        alv_dtype_name(dtype), d->lo, d->hi);
    return ALV_OK;
}

alv_status alv_dist_fits(const alv_dist *d, alv_dtype dtype, alv_error *error)
{
    if (!d || !alv_dist_name(d->kind))
        return alv_fail(error, ALV_ERR_ARGUMENT, "dist", "no distribution given");
    if (alv_dtype_size(dtype) == 0)
        return alv_fail(error, ALV_ERR_DTYPE, "dtype", "there is no element type %d", (int)dtype);
    alv_plan p = {.lo = 0, .hi = 0};
    if (alv_is_narrow(dtype)) find_hold(&p, d, dtype); /* else it is not asked for */
    return check_fits(d, dtype, &p, error);
}

/* Works out the other constants. The bounds are values of the element type itself, so that the
 * narrow types need no second look after rounding: rounding keeps order and leaves the bounds as
 * they are, hence to hold the float inside and round gives what rounding and then holding would. */
static void complete(alv_plan *p, const alv_dist *d)
{
    const bool uniform = d->kind == ALV_DIST_UNIFORM;
    const double middle = d->lo / 2 + d->hi / 2;
    p->value = uniform ? middle : d->mean;
    p->scale = uniform ? d->hi / 2 - d->lo / 2 : d->std;
    if (p->lo > p->hi) /* no float between the bounds: the nearest to their middle */
        p->lo = p->hi = (float)middle;
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
    if (hi > lo && ((uintptr_t)out & (alv_dtype_size(dtype) - 1)) != 0)
        return alv_fail(error, ALV_ERR_ARGUMENT, "out",
                        "out is not aligned to the %lld bytes of an element of %s",
                        (int64_t)alv_dtype_size(dtype), alv_dtype_name(dtype));
    return alv_dist_check(dist, error);
}

/* True if half the width of a uniform times 2^-24 is a float without rounding. */
static bool step_is_exact(const alv_plan *p)
{
    return (float)p->scale >= 0x1p-100f;
}

/* An f32 as an element of the type. */
static float as_element(alv_dtype dtype, float x)
{
    return alv_is_narrow(dtype) ? alv_widen(dtype, alv_round_one(dtype, x)) : x;
}

/* True if the middle is 0 and the bounds are -hi and hi. */
static bool is_even(const alv_plan *p)
{
    return p->value == 0 && p->lo == -p->hi;
}

/* True if no draw of a uniform leaves the bounds before it is held: rounding keeps order, so the
 * two ends decide; and if the step, half the width times 2^-24 or 2^-53, is exact. */
static bool uniform_is_plain(const alv_plan *p, alv_dtype dtype)
{
    if (dtype == ALV_F64) {
        double far = p->scale * (1 - 0x1p-53);
        return p->scale >= 0x1p-960 && p->value + far <= p->hi && p->value - far >= p->lo;
    }
    float mid = (float)p->value, half = (float)p->scale, far = half * (1 - 0x1p-24f);
    return step_is_exact(p) && as_element(dtype, mid + far) <= (float)p->hi &&
           (is_even(p) || as_element(dtype, mid - far) >= (float)p->lo);
}

/* How a truncated normal is drawn, by its bounds a and b in deviations. Where even the farthest
 * normal is inside, it is one. Near the middle, and where the interval is wide enough that floats
 * resolve it, the distribution function 2 P(X <= x) - 1 is uniform between its values at the bounds
 * and its inverse is found in f32. All else is inverted in f64. */
static alv_draw choose_truncated(alv_plan *p, const alv_dist *d, bool f64)
{
    const double a = (d->lo - d->mean) / d->std, b = (d->hi - d->mean) / d->std;
    const double reach = reach_of(f64 ? ALV_F64 : ALV_F32);
    if (a <= -reach && b >= reach) return f64 ? ALV_DRAW_NORMAL_HELD_F64 : ALV_DRAW_NORMAL_HELD_F32;
    alv_dist_tails(&p->tails, d);
    if (f64) return ALV_DRAW_TRUNCATED_F64;
    if (!(a >= -3.1 && b <= 3.1 && b - a >= 0.0625)) return ALV_DRAW_TRUNCATED_F32;
    const double lo = p->tails.below_lo - p->tails.above_lo;
    const double hi = p->tails.below_hi - p->tails.above_hi;
    p->mid = (float)((lo + hi) / 2);
    p->step = (float)((hi - lo) / 2) * 0x1p-24f;
    return ALV_DRAW_CENTRAL_F32;
}

/* May complete the plan. */
static alv_draw choose(alv_plan *p, const alv_dist *d, alv_dtype dtype)
{
    const bool f64 = dtype == ALV_F64;
    if (d->kind == ALV_DIST_TRUNCATED_NORMAL) return choose_truncated(p, d, f64);
    if (d->kind == ALV_DIST_NORMAL) return f64 ? ALV_DRAW_NORMAL_F64 : ALV_DRAW_NORMAL_F32;
    const bool plain = uniform_is_plain(p, dtype);
    if (f64) return plain ? ALV_DRAW_UNIFORM_F64 : ALV_DRAW_UNIFORM_HELD_F64;
    if (!step_is_exact(p)) return ALV_DRAW_UNIFORM_TINY_F32;
    if (plain) return ALV_DRAW_UNIFORM_F32;
    return is_even(p) ? ALV_DRAW_UNIFORM_EVEN_F32 : ALV_DRAW_UNIFORM_HELD_F32;
}

/* A fill under way. Groups are counted by shifting: to divide by a number that is not known until
 * then would take as long as some groups. */
typedef struct task {
    alv_fill_kernel *kernel;
    const alv_plan *plan;
    size_t size;       /* of an element */
    int bits;          /* a group has 2^bits elements */
    alv_stream stream; /* and its constants in the run of groups that was drawn last */
    int64_t run;       /* -1 before the first */
    alv_words words;
} task;

static void enter_run(task *t, int64_t run)
{
    if (t->run != run) alv_words_make(&t->words, t->stream, (uint32_t)run);
    t->run = run;
}

/* `groups` whole groups from `first` on. */
static void draw_groups(char *to, task *t, int64_t first, int64_t groups)
{
    const size_t bytes = (size_t)(groups << t->bits) * t->size;
    const bool past = bytes >= BEYOND_CACHE && (uintptr_t)to % 64 == 0;
    while (groups > 0) {
        int64_t left = RUN - first % RUN, n = groups < left ? groups : left;
        enter_run(t, first / RUN);
        t->kernel(to, &t->words, (uint32_t)(first % RUN * ALV_GROUP_BLOCKS), n, t->plan, past);
        to += (size_t)(n << t->bits) * t->size;
        first += n;
        groups -= n;
    }
}

/* Elements [lo, hi) of one group; returns their bytes. */
static size_t draw_part(char *to, task *t, int64_t lo, int64_t hi)
{
    double whole[ALV_GROUP_F64];
    const int64_t group = lo >> t->bits;
    draw_groups((char *)whole, t, group, 1);
    size_t skip = (size_t)(lo - (group << t->bits)) * t->size, bytes = (size_t)(hi - lo) * t->size;
    memcpy(to, (char *)whole + skip, bytes);
    return bytes;
}

static void draw(char *to, task *t, int64_t lo, int64_t hi)
{
    const int64_t size = INT64_C(1) << t->bits;
    int64_t first = (lo + size - 1) >> t->bits, end = hi >> t->bits;
    if (lo < hi && (lo & (size - 1) || first > end)) {
        int64_t stop = first << t->bits < hi ? first << t->bits : hi;
        to += draw_part(to, t, lo, stop);
        lo = stop;
    }
    if (first < end) {
        draw_groups(to, t, first, end - first);
        to += (size_t)((end - first) << t->bits) * t->size;
        lo = end << t->bits;
    }
    if (lo < hi) draw_part(to, t, lo, hi);
}

/* The same as floats of a chunk, each rounded once to a narrow type. */
static void draw_narrow(char *to, task *t, int64_t lo, int64_t hi, size_t size,
                        alv_narrow_kernel *narrow)
{
    _Alignas(64) float chunk[CHUNK]; /* no vector lies across two lines of the cache */
    while (lo < hi) {
        int64_t left = CHUNK - lo % ALV_GROUP_F32, n = hi - lo < left ? hi - lo : left;
        draw((char *)chunk, t, lo, lo + n);
        narrow(to, chunk, n);
        to += (size_t)n * size;
        lo += n;
    }
}

/* n copies of the first element, by doubling; 0 as the C library clears. */
static void repeat(char *to, size_t size, int64_t n)
{
    static const char zero[sizeof(double)];
    size_t all = (size_t)n * size, most = 4096;
    if (memcmp(to, zero, size) == 0) {
        memset(to, 0, all);
        return;
    }
    for (size_t done = size; done < all;) {
        size_t now = done < most ? done : most, step = all - done < now ? all - done : now;
        memcpy(to + done, to, step);
        done += step;
    }
}

static void fill_constant(void *out, alv_dtype dtype, int64_t n, double value)
{
    float f32 = (float)value;
    const size_t size = alv_dtype_size(dtype);
    if (dtype == ALV_F64)
        memcpy(out, &value, size);
    else if (dtype == ALV_F32)
        memcpy(out, &f32, size);
    else
        alv_fill_kernels_of(NULL)->narrow[dtype](out, &f32, 1);
    repeat(out, size, n);
}

static alv_fill_kernel *rounding_kernel(const alv_fill_kernels *set, alv_draw drawn,
                                        alv_dtype dtype, const alv_plan *p)
{
    return dtype == ALV_F16    ? set->f16[drawn]
           : dtype == ALV_BF16 ? alv_fill_bf16(set, drawn, p)
                               : NULL;
}

/* By the kernel that the law, the type and the set choose. The law has spread; p has its hold, and
 * is completed. */
static void draw_spread(void *out, alv_dtype dtype, int64_t lo, int64_t hi, const alv_dist *d,
                        alv_plan *p, const alv_stream *stream, const alv_kernels *kernels)
{
    const bool f64 = dtype == ALV_F64;
    complete(p, d);
    const alv_fill_kernels *set = alv_fill_kernels_of(kernels);
    const alv_draw drawn = choose(p, d, dtype);
    task t;
    t.plan = p;
    t.bits = f64 ? ALV_GROUP_BITS_F64 : ALV_GROUP_BITS_F32;
    t.stream.key = stream->key;
    t.stream.name = stream->name;
    t.run = -1;
    t.kernel = rounding_kernel(set, drawn, dtype, p);
    const bool narrow = alv_is_narrow(dtype) && !t.kernel;
    t.size = t.kernel ? sizeof(uint16_t) : f64 ? sizeof(double) : sizeof(float);
    if (!t.kernel) t.kernel = set->draw[drawn];
    if (narrow)
        draw_narrow(out, &t, lo, hi, alv_dtype_size(dtype), set->narrow[dtype]);
    else
        draw(out, &t, lo, hi);
}

void alv_dist_draw(void *out, alv_dtype dtype, int64_t lo, int64_t hi, const alv_dist *dist,
                   alv_stream stream, const alv_kernels *kernels)
{
    double value;
    alv_plan p;
    if (alv_dist_is_constant(&value, dist)) {
        fill_constant(out, dtype, hi - lo, value);
        return;
    }
    find_hold(&p, dist, dtype);
    draw_spread(out, dtype, lo, hi, dist, &p, &stream, kernels);
}

alv_status alv_dist_fill(void *out, alv_dtype dtype, int64_t lo, int64_t hi, const alv_dist *dist,
                         alv_stream stream, const alv_kernels *kernels, alv_error *error)
{
    double value;
    alv_plan p;
    ALV_TRY(check_fill(out, dtype, lo, hi, dist, error));
    if (alv_dist_is_constant(&value, dist)) {
        const alv_dist constant = alv_dist_constant(value);
        ALV_TRY(check_fits(&constant, dtype, &p, error));
        if (lo < hi) fill_constant(out, dtype, hi - lo, value);
        return ALV_OK;
    }
    find_hold(&p, dist, dtype);
    ALV_TRY(check_fits(dist, dtype, &p, error));
    if (lo < hi) draw_spread(out, dtype, lo, hi, dist, &p, &stream, kernels);
    return ALV_OK;
}
