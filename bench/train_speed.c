/* Times the training alone: several nets, each on its own thread, data already in memory.
 *
 *     bench-train mnist DIR BACKEND THREADS   the four trainings of the original experiment
 *     bench-train deep BACKEND THREADS        four nets of 12 hidden layers of 100, 400 steps each
 *     bench-train peak THREADS                large square products by oneDNN, in GFLOP/s
 *
 * Prints one line of key=value pairs, read by speed.py. */
#include "data/data.h"
#include "nn/net.h"
#include "stream/rng.h"

#include <oneapi/dnnl/dnnl.h>
#include <pthread.h>
#include <stdio.h>
#include <time.h>

enum { TRAININGS = 4, BATCH = 128, MAX_THREADS = 64 };

/* One training: what goes in, and what came out. */
typedef struct job {
    const alv_samples *data;
    int64_t dim, epochs;
    alv_net_f32 *net;
    double first_loss, last_loss; /* mean over an epoch */
    double flops;
} job;

/* The jobs of one run, handed out to threads: thread t takes t, t + threads, ... */
typedef struct crew {
    job *jobs;
    int threads, index;
    void (*work)(job *job);
    pthread_barrier_t *start;
} crew;

static double read_clock(clockid_t id)
{
    struct timespec t;
    clock_gettime(id, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

static void must(alv_status status, const alv_error *error)
{
    if (status == ALV_OK) return;
    fprintf(stderr, "bench-train: %s: %s\n", error->where, error->message);
    exit(2);
}

static void *run_crew(void *argument)
{
    const crew *c = argument;
    alv_backend_prepare_thread();
    pthread_barrier_wait(c->start);
    for (int i = c->index; i < TRAININGS; i += c->threads) c->work(&c->jobs[i]);
    return NULL;
}

/* Seconds from the moment that every thread is ready until the last is done. */
static double time_jobs(job *jobs, int threads, void (*work)(job *job))
{
    pthread_t ids[MAX_THREADS];
    crew crews[MAX_THREADS];
    pthread_barrier_t start;
    pthread_barrier_init(&start, NULL, (unsigned)threads + 1);
    for (int t = 0; t < threads; t++) {
        crews[t] = (crew){jobs, threads, t, work, &start};
        if (pthread_create(&ids[t], NULL, run_crew, &crews[t])) exit(2);
    }
    pthread_barrier_wait(&start);
    double begin = read_clock(CLOCK_MONOTONIC);
    for (int t = 0; t < threads; t++) pthread_join(ids[t], NULL);
    pthread_barrier_destroy(&start);
    return read_clock(CLOCK_MONOTONIC) - begin;
}

/* Operations of one sample: two per weight forward, two for dW, two for dX but in the first layer.
 */
static double flops_per_sample(const alv_net_f32 *net)
{
    double flops = 0;
    for (int l = 0; l < net->n_layers; l++)
        flops += (double)(net->layers[l].in * net->layers[l].out) * (l ? 6 : 4);
    return flops;
}

static void train(job *j)
{
    int64_t n = j->data->n;
    int64_t *order = calloc((size_t)n, sizeof *order);
    float *x = calloc((size_t)(BATCH * j->dim), sizeof *x);
    int32_t y[BATCH];
    if (!order || !x) exit(2);
    alv_rng rng = alv_rng_make(42, "order");
    for (int64_t epoch = 0; epoch < j->epochs; epoch++) {
        double total = 0;
        alv_rng_shuffle(&rng, order, n);
        for (int64_t at = 0; at < n; at += BATCH) {
            int64_t rows = n - at < BATCH ? n - at : BATCH;
            alv_batch_gather(x, y, j->data->x, j->data->y, order + at, rows, j->dim);
            total += alv_net_train_f32(j->net, x, y, rows, NULL) * (double)rows;
        }
        if (epoch == 0) j->first_loss = total / (double)n;
        j->last_loss = total / (double)n;
    }
    j->flops = flops_per_sample(j->net) * (double)(n * j->epochs);
    free(order);
    free(x);
}

/* Weights by the scheme, biases as PyTorch draws them. */
static alv_net_f32 *make_net(const char *text, const char *scheme_text, alv_backend backend)
{
    alv_error error = {0};
    alv_model *model = NULL;
    alv_net_f32 *net = NULL;
    alv_net_options options = {.batch = BATCH, .backend = backend, .optimizer.lr = 0.01};
    must(alv_model_new(&model, text, NULL, &error), &error);
    must(alv_net_new_f32(&net, model, &options, &error), &error);
    for (int l = 0; l < net->n_layers; l++) {
        const alv_net_layer_f32 *layer = &net->layers[l];
        alv_scheme scheme, random;
        must(alv_scheme_parse(&scheme, scheme_text, &error), &error);
        must(alv_scheme_parse(&random, "torch_default", &error), &error);
        must(alv_init_fill(layer->w, 0, layer->in * layer->out, &scheme,
                           &model->params[layer->weight], 42, NULL, &error),
             &error);
        must(alv_init_fill(layer->b, 0, layer->out, &random, &model->params[layer->bias], 42, NULL,
                           &error),
             &error);
    }
    alv_model_free(model);
    return net;
}

static double accuracy(alv_net_f32 *net, const alv_samples *test, int64_t dim)
{
    int64_t hits = 0, correct;
    for (int64_t at = 0; at < test->n; at += BATCH) {
        int64_t rows = test->n - at < BATCH ? test->n - at : BATCH;
        alv_net_forward_f32(net, test->x + at * dim, rows);
        alv_net_loss_f32(net, test->y + at, &correct);
        hits += correct;
    }
    return (double)hits / (double)test->n;
}

static void time_nets(const char *text, const alv_split *split, int64_t epochs, const char *backend,
                      int threads)
{
    static const char *const schemes[TRAININGS] = {"torch_default", "xavier_uniform", "he_uniform",
                                                   "zeros"};
    alv_error error = {0};
    alv_backend kind;
    job jobs[TRAININGS], warm[TRAININGS];
    must(alv_backend_parse(&kind, backend, &error), &error);
    alv_samples few = split->train;
    if (few.n > 4 * BATCH) few.n = 4 * BATCH;
    for (int i = 0; i < TRAININGS; i++) {
        jobs[i] =
            (job){&split->train, split->dim, epochs, make_net(text, schemes[i], kind), 0, 0, 0};
        warm[i] = (job){&few, split->dim, 1, make_net(text, schemes[i], kind), 0, 0, 0};
    }
    time_jobs(warm, threads, train);
    double cpu = read_clock(CLOCK_PROCESS_CPUTIME_ID);
    double seconds = time_jobs(jobs, threads, train), flops = 0;
    cpu = read_clock(CLOCK_PROCESS_CPUTIME_ID) - cpu;
    for (int i = 0; i < TRAININGS; i++) flops += jobs[i].flops;
    printf("seconds=%.4f cpu=%.4f gflops=%.1f", seconds, cpu, 1e-9 * flops / seconds);
    for (int i = 0; i < TRAININGS; i++) {
        printf(" %s=%.3f:%.3f:%.3f", schemes[i], jobs[i].first_loss, jobs[i].last_loss,
               accuracy(jobs[i].net, &split->test, split->dim));
        alv_net_free_f32(jobs[i].net);
        alv_net_free_f32(warm[i].net);
    }
    printf("\n");
}

static void time_mnist(const char *directory, const char *backend, int threads)
{
    alv_error error = {0};
    alv_split *split = NULL;
    alv_data_options options = {.normalize = true};
    must(alv_data_load(&split, directory, &options, &error), &error);
    time_nets("mlp 784-256-128-10 relu", split, 10, backend, threads);
    alv_split_free(split);
}

static void time_deep(const char *backend, int threads)
{
    alv_error error = {0};
    alv_split *split = NULL;
    alv_data_options options = {.n_train = 100 * BATCH, .n_test = BATCH};
    must(alv_data_load(&split, "spirals", &options, &error), &error);
    char text[64];
    snprintf(text, sizeof text, "mlp %d-100x12-%d relu", (int)split->dim, split->classes);
    time_nets(text, split, 4, backend, threads);
    alv_split_free(split);
}

enum { SIDE = 1536, PRODUCTS = 6 };

static void multiply(job *j)
{
    size_t n = (size_t)SIDE * SIDE;
    float *a = calloc(n, sizeof *a), *b = calloc(n, sizeof *b), *c = calloc(n, sizeof *c);
    if (!a || !b || !c) exit(2);
    for (size_t i = 0; i < n; i++) a[i] = b[i] = 1;
    double begin = 0;
    for (int i = 0; i <= PRODUCTS; i++) {
        if (i == 1) begin = read_clock(CLOCK_MONOTONIC); /* the first warms up */
        dnnl_sgemm('N', 'N', SIDE, SIDE, SIDE, 1, a, SIDE, b, SIDE, 0, c, SIDE);
    }
    j->flops = 2.0 * SIDE * SIDE * SIDE * PRODUCTS / (read_clock(CLOCK_MONOTONIC) - begin);
    free(a);
    free(b);
    free(c);
}

/* The sum over threads of what each reaches while the others run. */
static void time_peak(int threads)
{
    job jobs[TRAININGS] = {{0}};
    time_jobs(jobs, threads, multiply);
    double sum = 0;
    for (int i = 0; i < TRAININGS; i++) sum += jobs[i].flops;
    printf("gflops=%.1f\n", 1e-9 * sum * threads / TRAININGS);
}

int main(int argc, char **argv)
{
    int threads = argc > 2 ? atoi(argv[argc - 1]) : 0;
    alv_backend_prepare_thread();
    bool fits = threads >= 1 && threads <= MAX_THREADS;
    if (fits && argc == 5 && strcmp(argv[1], "mnist") == 0)
        time_mnist(argv[2], argv[3], threads);
    else if (fits && argc == 4 && strcmp(argv[1], "deep") == 0)
        time_deep(argv[2], threads);
    else if (fits && argc == 3 && strcmp(argv[1], "peak") == 0)
        time_peak(threads);
    else {
        fprintf(stderr, "usage: bench-train mnist DIR BACKEND THREADS | deep BACKEND THREADS | "
                        "peak THREADS\n");
        return 2;
    }
    return 0;
}
