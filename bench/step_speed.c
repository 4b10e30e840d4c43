/* Times single training steps of one network, on one thread.
 *
 *     bench-step MODEL BATCH BACKEND SECONDS     "resnet 20 in=3x32x32 out=10" 64 onednn 2
 *
 * Prints the median and the lower quartile of a step in microseconds, the products of the weights
 * in it (their GFLOP/s over the median), what this core's fused multiply-adds reach where nothing
 * else is done, and the share: "median=... q1=... steps=... gflops=... peak=... share=...". Weights
 * are he_normal, inputs normal, labels at random, plain SGD: networks.py times PyTorch on the same.
 */
#include "data/data.h"
#include "nn/net.h"
#include "stream/rng.h"

#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#ifdef __x86_64__
#include <immintrin.h>
#endif

enum { MOST_STEPS = 100000, WARM_STEPS = 3 };

static double now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

static void must(alv_status status, const alv_error *error)
{
    if (status == ALV_OK) return;
    fprintf(stderr, "bench-step: %s: %s\n", error->where, error->message);
    exit(1);
}

static alv_net_f32 *make_net(const alv_model *model, int64_t batch, const char *backend)
{
    alv_error error = {0};
    alv_net_options options = {.batch = batch, .optimizer.lr = 0.01};
    alv_net_f32 *net = NULL;
    alv_scheme scheme;
    must(alv_backend_parse(&options.backend, backend, &error), &error);
    must(alv_net_new_f32(&net, model, &options, &error), &error);
    must(alv_scheme_parse(&scheme, "he_normal", &error), &error);
    for (int i = 0; i < model->n_nodes; i++) {
        const int weight = model->nodes[i].weight;
        const alv_tensor *w = weight < 0 ? NULL : &model->params[weight];
        int64_t count = 0;
        if (!w || w->role != ALV_ROLE_WEIGHT) continue;
        must(alv_tensor_count(&count, w, &error), &error);
        must(alv_init_fill(alv_net_weight_f32(net, i), 0, count, &scheme, w, 42, NULL, &error),
             &error);
    }
    return net;
}

static int by_size(const void *a, const void *b)
{
    const double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

/* Multiply-adds of one pass through the weights, for one sample. */
static double products_of(const alv_node *node)
{
    const double positions = node->height > 0 ? (double)node->height * node->width : 1;
    if (node->op == ALV_OP_LSTM) return 4 * positions * (double)node->out * (double)node->out;
    if (node->op != ALV_OP_WEIGHTS) return 0;
    const double places = node->kind != ALV_LAYER_CONV ? 1
                          : node->one_axis             ? node->kernel
                                                       : (double)node->kernel * node->kernel;
    return positions * places * (double)node->in * (double)node->out;
}

/* Floating-point operations of a step: forward, to the weights, and to the inputs. */
static double operations_of(const alv_model *model, int64_t batch)
{
    double sum = 0;
    for (int i = 0; i < model->n_nodes; i++)
        sum += (model->nodes[i].input < 0 ? 2 : 3) * products_of(&model->nodes[i]);
    return 2 * (double)batch * sum;
}

#ifdef __x86_64__
/* Sums that do not wait for each other, more than the latency times the units. */
enum { SUMS = 12, PEAK_TURNS = 100000, PEAK_RUNS = 50 };

#define FUSED(name, isa, vec, set, fma)                                                            \
    __attribute__((target(isa), noinline)) static void name(void)                                  \
    {                                                                                              \
        vec sum[SUMS], x = set(0.999f), y = set(1e-3f);                                            \
        for (int i = 0; i < SUMS; i++) sum[i] = set((float)i);                                     \
        for (int turn = 0; turn < PEAK_TURNS; turn++)                                              \
            _Pragma("GCC unroll 12") for (int i = 0; i < SUMS; i++) sum[i] = fma(sum[i], x, y);    \
        for (int i = 0; i < SUMS; i++) __asm__ volatile("" : : "x"(sum[i]));                       \
    }
FUSED(fused_512, "avx512f", __m512, _mm512_set1_ps, _mm512_fmadd_ps)
FUSED(fused_256, "avx2,fma", __m256, _mm256_set1_ps, _mm256_fmadd_ps)

/* GFLOP/s of the widest fused multiply-adds; 0: none. */
static double peak(void)
{
    const bool wide = __builtin_cpu_supports("avx512f");
    double best = 0;
    if (!wide && !__builtin_cpu_supports("fma")) return 0;
    for (int i = 0; i < PEAK_RUNS; i++) {
        const double start = now();
        (wide ? fused_512 : fused_256)();
        const double rate = 2.0 * PEAK_TURNS * SUMS * (wide ? 16 : 8) / (now() - start) / 1e9;
        if (rate > best) best = rate;
    }
    return best;
}
#else
static double peak(void)
{
    return 0;
}
#endif

int main(int argc, char **argv)
{
    alv_error error = {0};
    alv_model *model = NULL;
    if (argc != 5) return fprintf(stderr, "usage: bench-step MODEL BATCH BACKEND SECONDS\n"), 2;
    const int64_t batch = atoll(argv[2]);
    const double seconds = atof(argv[4]);
    must(alv_model_new(&model, argv[1], NULL, &error), &error);
    alv_backend_prepare_thread();
    alv_net_f32 *net = make_net(model, batch, argv[3]);
    float *x = malloc((size_t)(batch * model->inputs) * sizeof *x);
    int32_t *y = malloc((size_t)batch * sizeof *y);
    double *steps = malloc(MOST_STEPS * sizeof *steps);
    if (!x || !y || !steps) return fprintf(stderr, "bench-step: out of memory\n"), 1;
    alv_rng rng = alv_rng_make(42, "data");
    for (int64_t i = 0; i < batch * model->inputs; i++) x[i] = (float)alv_rng_normal(&rng);
    for (int64_t i = 0; model->tokens > 0 && i < batch * model->inputs; i++)
        x[i] = (float)alv_rng_below(&rng, (uint64_t)model->tokens);
    for (int64_t i = 0; i < batch; i++)
        y[i] = (int32_t)alv_rng_below(&rng, (uint64_t)model->outputs);
    for (int i = 0; i < WARM_STEPS; i++) alv_net_train_f32(net, x, y, batch, NULL);
    int n = 0;
    for (const double start = now(); n < MOST_STEPS && now() - start < seconds; n++) {
        const double before = now();
        alv_net_train_f32(net, x, y, batch, NULL);
        steps[n] = now() - before;
    }
    qsort(steps, (size_t)n, sizeof *steps, by_size);
    const double rate = operations_of(model, batch) / steps[n / 2] / 1e9, most = peak();
    printf("median=%.1f q1=%.1f steps=%d gflops=%.0f peak=%.0f share=%.2f\n", 1e6 * steps[n / 2],
           1e6 * steps[n / 4], n, rate, most, most > 0 ? rate / most : 0);
    free(x);
    free(y);
    free(steps);
    alv_net_free_f32(net);
    alv_model_free(model);
    return 0;
}
