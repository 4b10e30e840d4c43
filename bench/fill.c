/* How fast does a fill write? Gigabytes per second of alv_dist_fill on one core, beside memset of
 * the same buffer in the same run: the most that memory could take; and nanoseconds per element,
 * which compare types of different sizes: all fill the same number of elements, as many as f32
 * takes to fill the buffer (f64 half as many). Everything takes its turn in each of several rounds,
 * so that other work on the machine disturbs all alike; medians of each, and of the rounds' ratios
 * to f32.
 *
 *     bench-fill [megabytes]     (default 64: beyond the caches, as a large layer is) */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "alvor/dist.h"

enum { ROUNDS = 9, TYPES = ALV_F8_E5M2 + 1 };

static double seconds(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

static int ascending(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

/* Sorts them. */
static double median(double *values)
{
    qsort(values, ROUNDS, sizeof *values, ascending);
    return values[ROUNDS / 2];
}

/* Nanoseconds per element. */
static double time_fill(void *out, size_t bytes, alv_dtype dtype, const alv_dist *dist, int round)
{
    alv_error error;
    size_t size = alv_dtype_size(dtype);
    int64_t n = (int64_t)(bytes / (size < sizeof(float) ? sizeof(float) : size));
    double start = seconds();
    alv_stream stream = alv_stream_make((uint64_t)round, "bench", NULL);
    if (alv_dist_fill(out, dtype, 0, n, dist, stream, NULL, &error)) {
        fprintf(stderr, "%s\n", error.message);
        exit(1);
    }
    return 1e9 * (seconds() - start) / (double)n;
}

/* Gigabytes per second. */
static double time_memset(void *out, size_t bytes, int round)
{
    double start = seconds();
    memset(out, round, bytes);
    double speed = 1e-9 * (double)bytes / (seconds() - start);
    return ((volatile char *)out)[bytes / 2] == round ? speed : 0;
}

static void print_law(double time[TYPES][ROUNDS], const alv_dist *dist)
{
    for (int t = 0; t < TYPES; t++) {
        double ratio[ROUNDS], own[ROUNDS];
        for (int r = 0; r < ROUNDS; r++) {
            own[r] = time[t][r];
            ratio[r] = time[t][r] / time[ALV_F32][r];
        }
        const double ns = median(own);
        printf("%-18s %10s %8.2f %10.3f %9.2f\n", alv_dist_name(dist->kind),
               alv_dtype_name((alv_dtype)t), (double)alv_dtype_size((alv_dtype)t) / ns, ns,
               median(ratio));
    }
}

int main(int argc, char **argv)
{
    size_t bytes = (argc > 1 ? strtoul(argv[1], NULL, 10) : 64) << 20;
    void *out = bytes ? malloc(bytes) : NULL;
    if (!out) {
        fprintf(stderr, "usage: bench-fill [megabytes]\n");
        return 2;
    }
    memset(out, 1, bytes);
    const alv_dist dists[] = {
        alv_dist_constant(0.5),
        alv_dist_uniform(-0.1, 0.1),
        alv_dist_normal(0, 0.1),
        alv_dist_truncated_to_std(0, 0.1, -2, 2),
    };
    enum { LAWS = sizeof dists / sizeof *dists };
    static double time[LAWS][TYPES][ROUNDS], set[ROUNDS];
    for (int r = 0; r < ROUNDS; r++) {
        set[r] = time_memset(out, bytes, r);
        for (int i = 0; i < LAWS; i++)
            for (int t = 0; t < TYPES; t++)
                time[i][t][r] = time_fill(out, bytes, (alv_dtype)t, &dists[i], r);
    }
    printf("%-18s %10s %8s %10s %9s\n", "fill", "type", "GB/s", "ns/element", "times f32");
    printf("%-18s %10s %8.2f\n", "memset", "", median(set));
    for (int i = 0; i < LAWS; i++) print_law(time[i], &dists[i]);
    free(out);
    return 0;
}
