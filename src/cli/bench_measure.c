/* Measuring fills: rounds of the same work by a team of threads, timed together.
 *
 * A round's time runs from before the team wakes to after its last task ends, so a thread that is
 * late counts. Slow schemes fill less, so that each round takes about as long; the first, which
 * finds out how fast the scheme is, does not count. */
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/base.h"
#include "cli/bench.h"
#include "team/team.h"

enum { ROUNDS = 5, TRIAL = 1 << 14, GRAIN = 1024 };
static const double ROUND_SECONDS = 0.006;

/* Matrices, kernels and vectors, from which a scheme takes the first that it can fill. */
static const alv_tensor shapes[] = {
    {.rank = 2, .shape = {1, 1024}},
    {.rank = 2, .shape = {512, 512}},
    {.rank = 2, .shape = {1, 1024}, .depth = 24},
    {.rank = 4, .shape = {1, 64, 3, 3}, .layer = ALV_LAYER_CONV},
    {.rank = 4, .shape = {128, 128, 3, 3}, .layer = ALV_LAYER_CONV},
    {.rank = 1, .shape = {1}},
    {.rank = 1, .shape = {1}, .role = ALV_ROLE_BIAS, .fan_in = 1024},
    {.rank = 1, .shape = {1}, .role = ALV_ROLE_BIAS, .fan_in = 1024, .parts = {1, 1, 1, 1}},
};

/* Makes the tensor as large as the bytes allow, by its first axis where that is 1, and its parts
 * with it. */
static alv_tensor grown(const alv_tensor *shape, alv_reach reach, alv_dtype dtype, int64_t bytes)
{
    alv_tensor t = *shape;
    int64_t unit = 1, most = bytes / (int64_t)alv_dtype_size(dtype);
    if (reach == ALV_REACH_TENSOR && most > 512 * 512) most = 512 * 512;
    for (int axis = 1; axis < t.rank; axis++) unit *= t.shape[axis];
    if (t.shape[0] == 1 && most > unit) t.shape[0] = most / unit;
    if (t.parts[0] == 1) {
        t.shape[0] -= t.shape[0] % 4;
        for (int i = 0; i < 4; i++) t.parts[i] = t.shape[0] / 4;
    }
    strcpy(t.name, "bench.weight");
    t.dtype = dtype;
    return t;
}

alv_status bench_tensor(alv_tensor *out, const alv_scheme *scheme, alv_dtype dtype, int64_t bytes,
                        alv_error *error)
{
    double mean, variance;
    int64_t count;
    alv_status status = ALV_ERR_SHAPE;
    for (int i = 0; i < ALV_COUNT(shapes); i++) {
        alv_tensor t = grown(&shapes[i], scheme->init->reach, dtype, bytes);
        status = alv_init_moments(&mean, &variance, scheme, &t, error);
        if (status != ALV_OK || alv_tensor_count(&count, &t, NULL) != ALV_OK) continue;
        if (count * (int64_t)alv_dtype_size(dtype) > bytes) continue;
        *out = t;
        return ALV_OK;
    }
    return status == ALV_OK
               ? alv_fail(error, ALV_ERR_RANGE, "size", "%lld bytes are too few", bytes)
               : status;
}

static double seconds(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

/* One thread's part: elements, or for memset bytes. */
typedef struct share {
    const bench_setting *setting;
    const alv_scheme *scheme; /* NULL: memset */
    const alv_tensor *tensor;
    alv_fill how;
    int64_t lo, hi;
    alv_status status;
    alv_error error;
} share;

static void work(void *shares, int i)
{
    share *s = (share *)shares + i;
    char *to = s->setting->buffer;
    if (!s->scheme)
        memset(to + s->lo, 1, (size_t)(s->hi - s->lo));
    else
        s->status = alv_init_fill(to + (size_t)s->lo * alv_dtype_size(s->tensor->dtype), s->lo,
                                  s->hi, s->scheme, s->tensor, 42, &s->how, &s->error);
}

/* Cuts [0, n) into one share for each thread. */
static void cut(share *shares, int threads, int64_t n)
{
    const int64_t grains = n / GRAIN;
    for (int i = 0; i < threads; i++) {
        shares[i].lo = grains * i / threads * GRAIN;
        shares[i].hi = i + 1 < threads ? grains * (i + 1) / threads * GRAIN : n;
    }
}

static int ascending(const void *a, const void *b)
{
    const double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

/* All shares at once. */
static double median_seconds(share *shares, int threads)
{
    double times[ROUNDS];
    alv_team team;
    alv_team_begin(&team, threads);
    for (int i = 0; i < ROUNDS; i++) {
        const double start = seconds();
        alv_team_run(&team, work, shares, threads);
        times[i] = seconds() - start;
    }
    alv_team_end(&team);
    qsort(times, ROUNDS, sizeof *times, ascending);
    return times[ROUNDS / 2];
}

/* How many elements a round fills: all where a slice costs all, else as many as the time takes. */
static int64_t round_size(share *shares, const alv_tensor *tensor, alv_reach reach, int threads)
{
    int64_t count = 0;
    alv_tensor_count(&count, tensor, NULL);
    if (reach == ALV_REACH_TENSOR || count <= TRIAL) return count;
    cut(shares, 1, TRIAL);
    work(shares, 0); /* the code and its pages are there from the second time on */
    const double start = seconds();
    work(shares, 0);
    const double wanted = ROUND_SECONDS / (seconds() - start + 1e-9) * TRIAL * threads;
    return wanted < (double)count ? (wanted > TRIAL ? (int64_t)wanted : TRIAL) : count;
}

alv_status bench_fill(double *out, const alv_scheme *scheme, const alv_tensor *tensor,
                      const bench_setting *setting, alv_error *error)
{
    static share shares[BENCH_MOST_THREADS];
    const int threads = setting->threads;
    int64_t scratch;
    ALV_TRY(alv_init_scratch(&scratch, scheme, tensor, error));
    alv_status status = ALV_OK;
    for (int i = 0; i < threads; i++) {
        shares[i] = (share){.setting = setting, .scheme = scheme, .tensor = tensor};
        shares[i].how = (alv_fill){.scratch_size = scratch, .kernels = setting->kernels};
        if (scratch > 0 && !(shares[i].how.scratch = malloc((size_t)scratch)))
            status =
                alv_fail(error, ALV_ERR_MEMORY, "scratch", "no memory for %lld bytes", scratch);
    }
    if (status == ALV_OK) {
        const int64_t n = round_size(shares, tensor, scheme->init->reach, threads);
        cut(shares, threads, n);
        const double time = median_seconds(shares, threads);
        *out = 1e-9 * (double)n * (double)alv_dtype_size(tensor->dtype) / time;
    }
    for (int i = 0; i < threads; i++) {
        if (status == ALV_OK && (status = shares[i].status) != ALV_OK && error)
            *error = shares[i].error;
        free(shares[i].how.scratch);
    }
    return status;
}

double bench_memset(const bench_setting *setting)
{
    static share shares[BENCH_MOST_THREADS];
    const int threads = setting->threads;
    for (int i = 0; i < threads; i++) shares[i] = (share){.setting = setting};
    cut(shares, threads, setting->bytes);
    return 1e-9 * (double)setting->bytes / median_seconds(shares, threads);
}
