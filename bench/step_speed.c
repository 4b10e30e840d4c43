/* Times single training steps of one network, on one thread.
 *
 *     bench-step MODEL BATCH BACKEND SECONDS     "resnet 20 in=3x32x32 out=10" 64 onednn 2
 *
 * Prints the median and the lower quartile of a step in microseconds: "median=... q1=...
 * steps=...". Weights are he_normal, inputs normal, labels at random, plain SGD: networks.py times
 * PyTorch on the same. */
#include "data/data.h"
#include "nn/net.h"
#include "stream/rng.h"

#include <stdio.h>
#include <stdlib.h>
#include <time.h>

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
    printf("median=%.1f q1=%.1f steps=%d\n", 1e6 * steps[n / 2], 1e6 * steps[n / 4], n);
    free(x);
    free(y);
    free(steps);
    alv_net_free_f32(net);
    alv_model_free(model);
    return 0;
}
