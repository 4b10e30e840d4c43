/* How fast does a fill write? Gigabytes per second of alv_dist_fill on one core, beside memset of
 * the same buffer in the same run: the most that memory could take; and nanoseconds per element,
 * which compare types of different sizes: all fill the same number of elements, as many as f32
 * takes to fill the buffer (f64 half as many). The median of several rounds.
 *
 *     bench-fill [megabytes]     (default 64: beyond the caches, as a large layer is) */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "alvor/dist.h"

enum { ROUNDS = 9 };

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

static double median(double *values)
{
    qsort(values, ROUNDS, sizeof *values, ascending);
    return values[ROUNDS / 2];
}

static double fill_speed(void *out, size_t bytes, alv_dtype dtype, const alv_dist *dist)
{
    double speed[ROUNDS];
    size_t size = alv_dtype_size(dtype);
    int64_t n = (int64_t)(bytes / (size < sizeof(float) ? sizeof(float) : size));
    for (int i = 0; i < ROUNDS; i++) {
        alv_error error;
        double start = seconds();
        alv_stream stream = alv_stream_make((uint64_t)i, "bench", NULL);
        if (alv_dist_fill(out, dtype, 0, n, dist, stream, NULL, &error)) {
            fprintf(stderr, "%s\n", error.message);
            exit(1);
        }
        speed[i] = 1e-9 * (double)n * (double)size / (seconds() - start);
    }
    return median(speed);
}

static double memset_speed(void *out, size_t bytes)
{
    double speed[ROUNDS];
    for (int i = 0; i < ROUNDS; i++) {
        double start = seconds();
        memset(out, i, bytes);
        speed[i] = 1e-9 * (double)bytes / (seconds() - start);
        if (((volatile char *)out)[bytes / 2] != i) return 0;
    }
    return median(speed);
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
    printf("%-18s %10s %8s %10s\n", "fill", "type", "GB/s", "ns/element");
    printf("%-18s %10s %8.2f\n", "memset", "", memset_speed(out, bytes));
    for (size_t i = 0; i < sizeof dists / sizeof *dists; i++)
        for (int dtype = ALV_F32; dtype <= ALV_F8_E5M2; dtype++) {
            double speed = fill_speed(out, bytes, (alv_dtype)dtype, &dists[i]);
            printf("%-18s %10s %8.2f %10.3f\n", alv_dist_name(dists[i].kind),
                   alv_dtype_name((alv_dtype)dtype), speed,
                   (double)alv_dtype_size((alv_dtype)dtype) / speed);
        }
    free(out);
    return 0;
}
