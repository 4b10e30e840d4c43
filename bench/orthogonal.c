/* How fast is an orthogonal weight made, and how orthogonal is it?
 *
 *     bench-orthogonal [rows] [columns] [threads] [rounds]     (default 2048 2048 2 5)
 *     bench-orthogonal defect [n]                              (default 4096)
 *
 * The first prints seconds, one line per round, of alv_init_fill of an f32 tensor, scratch given.
 * The second prints max |Q^T Q - I| over all pairs of rows, in f32 and f64, summed in doubles. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "alvor/alvor.h"
#include "team/team.h"

static double seconds(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

static void *memory(int64_t bytes)
{
    void *p = aligned_alloc(64, ((size_t)bytes + 63) / 64 * 64);
    if (!p) exit(1);
    return memset(p, 0, (size_t)bytes);
}

/* Draws into `out`; seconds that it took. */
static double draw(void *out, const alv_tensor *w, uint64_t seed, alv_fill *how)
{
    alv_scheme scheme;
    alv_error error;
    if (alv_scheme_parse(&scheme, "orthogonal", &error) ||
        alv_init_scratch(&how->scratch_size, &scheme, w, &error)) {
        fprintf(stderr, "%s\n", error.message);
        exit(2);
    }
    if (!how->scratch) how->scratch = memory(how->scratch_size);
    const double start = seconds();
    if (alv_init_fill(out, 0, w->shape[0] * w->shape[1], &scheme, w, seed, how, &error)) {
        fprintf(stderr, "%s\n", error.message);
        exit(2);
    }
    return seconds() - start;
}

static double dot(const void *q, bool f64, int64_t n, int64_t i, int64_t k)
{
    double sums[8] = {0};
    const double *d = q;
    const float *f = q;
    for (int64_t j = 0; j < n; j++)
        sums[j % 8] += f64 ? d[i * n + j] * d[k * n + j] : (double)f[i * n + j] * f[k * n + j];
    return ((sums[0] + sums[1]) + (sums[2] + sums[3])) +
           ((sums[4] + sums[5]) + (sums[6] + sums[7]));
}

typedef struct gram {
    const void *q;
    bool f64;
    int64_t n;
    double *worst; /* (n) */
} gram;

static void row_defect(void *argument, int i)
{
    const gram *g = argument;
    g->worst[i] = 0;
    for (int64_t k = 0; k <= i; k++)
        g->worst[i] = fmax(g->worst[i], fabs(dot(g->q, g->f64, g->n, i, k) - (i == k)));
}

static void print_defect(int64_t n, bool f64, alv_team *team)
{
    const alv_tensor w = {
        .name = "w", .rank = 2, .shape = {n, n}, .dtype = f64 ? ALV_F64 : ALV_F32};
    alv_fill how = {.executor = alv_team_executor(team)};
    gram g = {memory(n * n * 8), f64, n, memory(n * 8)};
    draw((void *)(uintptr_t)g.q, &w, 1, &how);
    how.executor.run(how.executor.pool, row_defect, &g, (int)n);
    double worst = 0;
    for (int64_t i = 0; i < n; i++) worst = fmax(worst, g.worst[i]);
    printf("n = %lld, %s: max |Q Q^T - I| = %.3g\n", (long long)n, f64 ? "f64" : "f32", worst);
    free(how.scratch);
    free((void *)(uintptr_t)g.q);
    free(g.worst);
}

static int64_t number(int argc, char **argv, int i, int64_t otherwise)
{
    return argc > i ? strtoll(argv[i], NULL, 10) : otherwise;
}

int main(int argc, char **argv)
{
    alv_team team;
    if (argc > 1 && strcmp(argv[1], "defect") == 0) {
        const int64_t n = number(argc, argv, 2, 4096);
        alv_team_begin(&team, 2);
        print_defect(n, false, &team);
        print_defect(n, true, &team);
        alv_team_end(&team);
        return 0;
    }
    const alv_tensor w = {.name = "w",
                          .rank = 2,
                          .shape = {number(argc, argv, 1, 2048), number(argc, argv, 2, 2048)}};
    const int threads = (int)number(argc, argv, 3, 2);
    int64_t count;
    if (alv_tensor_count(&count, &w, NULL) || count < 1) return 2;
    alv_team_begin(&team, threads);
    void *out = memory(count * (int64_t)sizeof(float));
    alv_fill how = {.executor = alv_team_executor(&team)};
    draw(out, &w, 0, &how);
    for (int64_t i = 0; i < number(argc, argv, 4, 5); i++)
        printf("%.5f\n", draw(out, &w, (uint64_t)i, &how));
    free(how.scratch);
    free(out);
    alv_team_end(&team);
    return 0;
}
