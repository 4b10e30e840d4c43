/* What does a fill cost in the cache? Nanoseconds per call of alv_dist_fill, for a small tensor,
 * where setting up counts, and for one of 65536 elements, where drawing does: the fastest of many
 * rounds, which other work on the machine disturbs least; all types take turns within a round. Each
 * round writes elsewhere within a page: where the result and the stack lie alike, modulo 4096,
 * processors take some stores for others, and a small fill a quarter longer. Then the same through
 * the registry, alv_init_fill, which checks scheme and tensor and finds fans: what that adds to the
 * law's own fill.
 *
 *     bench-small [elements]     (default 64) */
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "alvor/init.h"

enum { ROUNDS = 320, MOST = 1 << 16, PAGE = 4096, LINE = 64 };

static double nanoseconds(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec * 1e9 + (double)t.tv_nsec;
}

static _Alignas(LINE) char out[MOST * sizeof(double) + PAGE];

static void *place(int round)
{
    return out + round * LINE % PAGE;
}

static double time_fill(int n, alv_dtype dtype, const alv_dist *dist, int round)
{
    void *to = place(round);
    const int calls = n < 4096 ? 500 : 2;
    const double start = nanoseconds();
    for (int i = 0; i < calls; i++) {
        const alv_stream stream = alv_stream_make((uint64_t)i, "bench", NULL);
        if (alv_dist_fill(to, dtype, 0, n, dist, stream, NULL, NULL)) exit(1);
    }
    return (nanoseconds() - start) / calls;
}

static double time_init(int n, const alv_tensor *tensor, const alv_scheme *scheme, int round)
{
    void *to = place(round);
    const int calls = n < 4096 ? 500 : 2;
    const double start = nanoseconds();
    for (int i = 0; i < calls; i++)
        if (alv_init_fill(to, 0, n, scheme, tensor, (uint64_t)i, NULL, NULL)) exit(1);
    return (nanoseconds() - start) / calls;
}

/* A weight of one row. */
static void print_registry(int n)
{
    static const char *const names[] = {"uniform",        "normal",    "trunc_normal_rel",
                                        "xavier_uniform", "he_normal", "variance_scaling"};
    const alv_tensor w = {.name = "bench", .rank = 2, .shape = {1, n}};
    printf("\n%-22s %10s %12s\n", "scheme, f32", "ns a call", "beyond law");
    for (size_t k = 0; k < sizeof names / sizeof *names; k++) {
        alv_scheme scheme;
        alv_dist law;
        double whole = 1e300, bare = 1e300;
        if (alv_scheme_parse(&scheme, names[k], NULL) || alv_init_law(&law, &scheme, &w, NULL))
            exit(1);
        for (int r = 0; r < ROUNDS; r++) {
            const double a = time_init(n, &w, &scheme, r);
            const double b = time_fill(n, ALV_F32, &law, r);
            whole = a < whole ? a : whole;
            bare = b < bare ? b : bare;
        }
        printf("%-22s %10.1f %12.1f\n", names[k], whole, whole - bare);
    }
}

int main(int argc, char **argv)
{
    static const alv_dtype dtypes[] = {ALV_F32, ALV_F16, ALV_BF16, ALV_F64};
    enum { TYPES = sizeof dtypes / sizeof *dtypes };
    const int n = argc > 1 ? atoi(argv[1]) : 64;
    const struct {
        const char *name;
        alv_dist dist;
    } laws[] = {{"uniform", alv_dist_uniform(-0.1, 0.1)},
                {"normal", alv_dist_normal(0, 0.1)},
                {"normal cut at 2 std", alv_dist_truncated(0, 0.1, -0.2, 0.2)},
                {"normal cut elsewhere", alv_dist_truncated(0, 0.1, -0.15, 0.25)}};
    if (n < 1 || n > MOST) {
        fprintf(stderr, "usage: bench-small [elements, 1 to %d]\n", MOST);
        return 2;
    }
    printf("%-22s %6s %10s %12s %12s\n", "law", "type", "ns a call", "ns/element", "times f32");
    for (size_t l = 0; l < sizeof laws / sizeof *laws; l++) {
        double best[TYPES];
        for (int t = 0; t < TYPES; t++) best[t] = 1e300;
        for (int r = 0; r < ROUNDS; r++)
            for (int t = 0; t < TYPES; t++) {
                const double now = time_fill(n, dtypes[t], &laws[l].dist, r);
                best[t] = now < best[t] ? now : best[t];
            }
        for (int t = 0; t < TYPES; t++)
            printf("%-22s %6s %10.1f %12.4f %12.2f\n", laws[l].name, alv_dtype_name(dtypes[t]),
                   best[t], best[t] / n, best[t] / best[0]);
    }
    print_registry(n);
    return 0;
}
