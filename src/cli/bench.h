/* Measuring fills: what the verb bench prints, without the printing. */
#ifndef ALV_CLI_BENCH_H
#define ALV_CLI_BENCH_H

#include "alvor/alvor.h"

enum { BENCH_MOST_THREADS = 256 };

/* What one measurement fills, and how. */
typedef struct bench_setting {
    alv_dtype dtype;
    int threads; /* 1 to BENCH_MOST_THREADS */
    const alv_kernels *kernels;
    void *buffer; /* aligned to 64 bytes, touched before */
    int64_t bytes;
} bench_setting;

/* A tensor that the scheme can fill, with at most `bytes` bytes; smaller where a slice costs the
 * whole tensor. The statuses of alv_init_moments where there is none. */
alv_status bench_tensor(alv_tensor *out, const alv_scheme *scheme, alv_dtype dtype, int64_t bytes,
                        alv_error *error);

/* Gigabytes (10^9) per second of alv_init_fill: the median of several rounds over as much of the
 * tensor as takes some milliseconds. */
alv_status bench_fill(double *out, const alv_scheme *scheme, const alv_tensor *tensor,
                      const bench_setting *setting, alv_error *error);

/* The same of memset over the whole buffer: the most that memory takes. */
double bench_memset(const bench_setting *setting);

#endif
