/* Trains the arms of a counterfactual, seed by seed, and reads the answer off their losses.
 *
 * All arms of a seed see the same mini-batches (train/trainer.h), so they are compared in pairs.
 * The answer is "yes" only where the recommended weights, with nothing else changed, turn the
 * outcome (alv_outcome_read) to a better one, and the bootstrap interval of the gain excludes zero;
 * and only "in part" where another single change does so, too. */
#include "audit/counter.h"

#include "audit/doctor.h"
#include "base/base.h"
#include "formats/refill.h"
#include "math/math.h"
#include "stream/rng.h"
#include "team/team.h"
#include "train/fill.h"
#include "train/trainer.h"

enum { STEPS = 300, BATCH = 64, SEEDS = 5, MOST_VALUES = 1 << 26 };

typedef struct trial {
    double first, final;
    alv_status status;
    alv_error error;
} trial;

typedef struct course {
    alv_counter *out;
    const alv_counter_how *how;
    const alv_engine *engine;
    const alv_refill *recommended; /* by tensor of the file */
    alv_samples plain, standard;
    int32_t *shuffled; /* (seeds, n): labels */
    trial *trials;     /* (ALV_ARMS, seeds) */
} course;

/* One tensor as it is recommended, drawn by a seed; what is not drawn stays. */
typedef struct redraw {
    const course *c;
    uint64_t seed;
} redraw;

static alv_status read_recommended(float *out, const alv_checkpoint_tensor *t, void *user,
                                   alv_error *error)
{
    const redraw *r = user;
    const alv_refill *how = &r->c->recommended[t - r->c->engine->file->tensors];
    alv_tensor tensor = how->tensor;
    if (!how->drawn) return alv_engine_read_file(out, t, NULL, error);
    tensor.dtype = ALV_F32;
    return alv_fill_param(out, &how->scheme, &tensor, r->seed, error);
}

static const struct {
    bool weights, inputs, adam, labels;
    double rate;
} arms[ALV_ARMS] = {
    [ALV_ARM_GIVEN] = {.rate = 1},
    [ALV_ARM_WEIGHTS] = {.weights = true, .rate = 1},
    [ALV_ARM_INPUTS] = {.inputs = true, .rate = 1},
    [ALV_ARM_BOTH] = {.weights = true, .inputs = true, .rate = 1},
    [ALV_ARM_SLOWER] = {.rate = 0.1},
    [ALV_ARM_FASTER] = {.rate = 10},
    [ALV_ARM_CONTROL] = {.weights = true, .inputs = true, .adam = true, .rate = 1},
    [ALV_ARM_LABELS] = {.weights = true, .inputs = true, .adam = true, .labels = true, .rate = 1},
};

static bool is_stopped(const course *c)
{
    return c->how->stop && c->how->stop(c->how->user);
}

static alv_optimizer optimizer_of(const course *c, alv_arm arm)
{
    alv_optimizer adam = {.kind = ALV_ADAM, .lr = 0.001};
    if (arms[arm].adam) return adam;
    adam = c->out->optimizer;
    adam.lr *= arms[arm].rate;
    return adam;
}

/* Steps until the end, or until the loss is no number. */
static alv_status walk(trial *out, const course *c, alv_trainer *t, double lr, alv_error *error)
{
    const int64_t steps = c->out->steps, tail = steps >= 10 ? steps / 10 : 1;
    double sum = 0;
    for (int64_t step = 0; step < steps; step++) {
        if (is_stopped(c)) return alv_fail(error, ALV_ERR_INTERRUPTED, "train", "interrupted");
        const double loss = alv_trainer_step(t, step, lr);
        if (step == 0) out->first = loss;
        if (!alv_isfinite(loss)) return out->final = ALV_INFINITY, ALV_OK;
        if (step >= steps - tail) sum += loss;
    }
    out->final = sum / (double)tail;
    return ALV_OK;
}

static alv_status train(trial *out, const course *c, alv_arm arm, uint64_t seed, alv_error *error)
{
    const alv_optimizer optimizer = optimizer_of(c, arm);
    const alv_net_options options = {.batch = c->out->batch, .optimizer = optimizer, .seed = seed};
    alv_samples samples = arms[arm].inputs ? c->standard : c->plain;
    if (arms[arm].labels) samples.y = c->shuffled + (int64_t)seed * samples.n;
    redraw how = {c, seed};
    alv_trainer *t = NULL;
    alv_status status =
        alv_trainer_new(&t, c->engine->model, &options, &samples, c->out->batch, error);
    if (status == ALV_OK)
        status = alv_engine_load(t->net, c->engine,
                                 arms[arm].weights ? read_recommended : alv_engine_read_file, &how,
                                 error);
    if (status == ALV_OK) status = walk(out, c, t, optimizer.lr, error);
    alv_trainer_free(t);
    return status;
}

static void run_trial(void *argument, int i)
{
    const course *c = argument;
    trial *t = &c->trials[i];
    const alv_arm arm = (alv_arm)(i / c->out->seeds);
    if (!c->out->arms[arm].ran) return;
    alv_backend_prepare_thread();
    t->status = train(t, c, arm, (uint64_t)(i % c->out->seeds), &t->error);
}

/* What the seeds of an arm say together. */
static alv_status sum_up(course *c, alv_arm arm, alv_error *error)
{
    const int n = c->out->seeds;
    alv_arm_result *r = &c->out->arms[arm];
    const trial *own = &c->trials[(int)arm * n], *given = &c->trials[(int)ALV_ARM_GIVEN * n];
    double *values = alv_new_array((size_t)(3 * n), sizeof *values);
    if (!values) return alv_fail(error, ALV_ERR_MEMORY, "train", "no memory");
    double first = 0;
    for (int i = 0; i < n; i++) {
        values[i] = values[n + i] = own[i].final;
        values[2 * n + i] = given[i].final;
        first += own[i].first / n;
    }
    const alv_status status = alv_stats_paired(&r->gain, values + 2 * n, values + n, n, 0, error);
    r->final = alv_stats_quartiles(values, n, ALV_INFINITY);
    const bool diverged = !alv_isfinite(r->final.median);
    const alv_curve_summary curve = {.initial_loss = first,
                                     .final_loss = r->final.median,
                                     .chance_loss = c->out->chance,
                                     .steps = c->out->steps,
                                     .diverged_at = diverged ? 0 : -1};
    r->outcome = alv_outcome_read(&curve);
    free(values);
    return status;
}

static bool learns(const alv_arm_result *r)
{
    return r->ran && (r->outcome == ALV_OUTCOME_TRAINED || r->outcome == ALV_OUTCOME_SLOW);
}

/* Whether labels that belong to the inputs take away more of the loss of chance than the same
 * shuffled, by the tenth that alv_outcome_read calls learning. One permutation may be easier to
 * learn by heart than another, so each seed has its own. */
static bool labels_say_something(const course *c)
{
    const double least = 0.1, control = c->out->arms[ALV_ARM_CONTROL].final.median;
    return c->out->arms[ALV_ARM_LABELS].final.median - control > least * c->out->chance;
}

static alv_answer answer(const course *c)
{
    const alv_arm_result *a = c->out->arms;
    const bool inputs = a[ALV_ARM_INPUTS].mends;
    const bool rate = a[ALV_ARM_SLOWER].mends || a[ALV_ARM_FASTER].mends;
    if (a[ALV_ARM_GIVEN].outcome == ALV_OUTCOME_TRAINED)
        return a[ALV_ARM_WEIGHTS].gain.lo > 0 ? ALV_ANSWER_SOONER : ALV_ANSWER_TRAINS;
    if (a[ALV_ARM_WEIGHTS].mends) return inputs || rate ? ALV_ANSWER_AMONG : ALV_ANSWER_INIT;
    if (inputs) return ALV_ANSWER_INPUTS;
    if (rate) return ALV_ANSWER_RATE;
    if (a[ALV_ARM_BOTH].mends) return ALV_ANSWER_TOGETHER;
    if (!labels_say_something(c)) return ALV_ANSWER_LABELS;
    return a[ALV_ARM_CONTROL].mends ? ALV_ANSWER_OPTIMIZER : ALV_ANSWER_UNKNOWN;
}

static alv_status judge(course *c, alv_error *error)
{
    alv_arm_result *a = c->out->arms;
    for (int i = 0; i < ALV_ARMS * c->out->seeds; i++)
        if (c->trials[i].status != ALV_OK) {
            if (error) *error = c->trials[i].error;
            return c->trials[i].status;
        }
    for (int arm = 0; arm < ALV_ARMS; arm++)
        if (a[arm].ran) ALV_TRY(sum_up(c, (alv_arm)arm, error));
    for (int arm = 1; arm < ALV_ARMS - 1; arm++)
        a[arm].mends =
            learns(&a[arm]) && a[arm].outcome < a[ALV_ARM_GIVEN].outcome && a[arm].gain.lo > 0;
    c->out->answer = answer(c);
    return ALV_OK;
}

static alv_status wrong_data(const char *what, alv_error *error)
{
    return alv_fail(error, ALV_ERR_FORMAT, "data", "%s", what);
}

/* Labels of all samples, each below the network's outputs; their entropy is the loss of chance. */
static alv_status read_labels(course *c, const alv_checkpoint_tensor *t, alv_error *error)
{
    const int64_t n = c->plain.n, classes = c->engine->model->outputs;
    int64_t *counts = alv_new_array((size_t)classes, sizeof *counts);
    c->plain.y = alv_new_array((size_t)n, sizeof *c->plain.y);
    alv_status status =
        counts && c->plain.y ? ALV_OK : alv_fail(error, ALV_ERR_MEMORY, "data", "no memory");
    for (int64_t i = 0; i < n && status == ALV_OK; i++) {
        double y = -1;
        if (t->dtype >= 0)
            alv_checkpoint_decode(&y, t, i, i + 1);
        else if (!alv_checkpoint_decode_whole(&y, t, i, i + 1))
            status = wrong_data("its second array holds no whole numbers as labels", error);
        if (status == ALV_OK && (!(y >= 0 && y < (double)classes) || y != alv_round(y)))
            status = alv_fail(error, ALV_ERR_FORMAT, "data",
                              "label %g of sample %lld: the network tells classes 0 to %lld apart",
                              y, i, classes - 1);
        if (status != ALV_OK) break;
        c->plain.y[i] = (int32_t)y;
        counts[(int64_t)y]++;
    }
    for (int64_t k = 0; counts && k < classes; k++) {
        const double p = (double)counts[k] / (double)n;
        if (p > 0) c->out->chance -= p * alv_log(p);
    }
    free(counts);
    return status;
}

/* Each feature to mean 0 and variance 1; constant ones to 0. */
static void standardize(float *to, const float *x, int64_t n, int64_t dim)
{
    for (int64_t j = 0; j < dim; j++) {
        double mean = 0, squares = 0;
        for (int64_t i = 0; i < n; i++) mean += (double)x[i * dim + j] / (double)n;
        for (int64_t i = 0; i < n; i++) {
            const double d = (double)x[i * dim + j] - mean;
            squares += d * d / (double)n;
        }
        const double scale = squares > 0 ? 1 / alv_sqrt(squares) : 0;
        for (int64_t i = 0; i < n; i++)
            to[i * dim + j] = (float)(((double)x[i * dim + j] - mean) * scale);
    }
}

/* Labels of every seed in an order of its own. */
static void shuffle(course *c, int64_t *order)
{
    const int64_t n = c->plain.n;
    alv_rng rng = alv_rng_make(0, "shuffled labels");
    for (int64_t seed = 0; seed < c->out->seeds; seed++) {
        alv_rng_shuffle(&rng, order, n);
        for (int64_t i = 0; i < n; i++) c->shuffled[seed * n + i] = c->plain.y[order[i]];
    }
}

/* The other arms' data: standardized inputs (tokens stay), and shuffled labels. */
static alv_status make_variants(course *c, alv_error *error)
{
    const int64_t n = c->plain.n, dim = c->engine->model->inputs;
    int64_t *order = alv_new_array((size_t)n, sizeof *order);
    c->shuffled = alv_new_array((size_t)(n * c->out->seeds), sizeof *c->shuffled);
    c->standard = c->plain;
    c->standard.x = alv_new_array((size_t)(n * dim), sizeof *c->standard.x);
    const bool fine = order && c->shuffled && c->standard.x;
    if (fine) shuffle(c, order);
    if (fine && c->engine->model->tokens > 0)
        memcpy(c->standard.x, c->plain.x, (size_t)(n * dim) * sizeof *c->plain.x);
    else if (fine)
        standardize(c->standard.x, c->plain.x, n, dim);
    free(order);
    return fine ? ALV_OK : alv_fail(error, ALV_ERR_MEMORY, "data", "no memory for the samples");
}

static alv_status read_data(course *c, const alv_checkpoint_tensor *data, int64_t n,
                            alv_error *error)
{
    const alv_model *m = c->engine->model;
    int64_t rows = MOST_VALUES / m->inputs;
    if (n < 2)
        return wrong_data("training needs two arrays, inputs and labels, as in numpy.savez", error);
    ALV_TRY(alv_batch_given(&c->plain.x, &rows, c->engine, &data[0], error));
    if (!c->plain.x)
        return wrong_data("its first array has not the shape of the network's inputs", error);
    for (int64_t i = 0; i < rows * m->inputs; i++)
        if (!alv_isfinite((double)c->plain.x[i]))
            return wrong_data("its first array has values that are not finite", error);
    c->plain.n = c->out->samples = rows;
    if (data[1].count < rows || data[1].rank < 1 || data[1].shape[0] != data[1].count)
        return wrong_data("its second array must have one label for each sample", error);
    return read_labels(c, &data[1], error);
}

static void choose_arms(alv_counter *out, const alv_engine *e)
{
    int many = 0;
    for (int arm = 0; arm < ALV_ARMS; arm++) {
        const bool on_inputs = arm == ALV_ARM_INPUTS;
        out->arms[arm].ran = !(on_inputs && e->model->tokens > 0);
        many += out->arms[arm].ran;
    }
    out->products =
        3.0 * (double)e->products * (double)out->steps * (double)out->batch * out->seeds * many;
}

static alv_status run_all(course *c, alv_error *error)
{
    alv_team team;
    const int n = ALV_ARMS * c->out->seeds;
    c->trials = alv_new_array((size_t)n, sizeof *c->trials);
    if (!c->trials) return alv_fail(error, ALV_ERR_MEMORY, "train", "no memory");
    alv_team_begin(&team, c->how->threads > 0 ? c->how->threads : 1);
    alv_team_run(&team, run_trial, c, n);
    alv_team_end(&team);
    return judge(c, error);
}

static alv_status run(course *c, const alv_checkpoint_tensor *data, int64_t n, alv_error *error)
{
    alv_refill *list = NULL;
    const alv_refill_how recommended = {0};
    alv_counter *out = c->out;
    ALV_TRY(alv_refill_plan(&list, c->engine->file, &recommended, error));
    c->recommended = list;
    alv_status status = read_data(c, data, n, error);
    if (status == ALV_OK) status = make_variants(c, error);
    if (status == ALV_OK) {
        if (out->batch > out->samples) out->batch = out->samples;
        choose_arms(out, c->engine);
        if (out->chance > 0)
            status = run_all(c, error);
        else
            out->answer = ALV_ANSWER_LABELS; /* one class */
    }
    free(c->standard.x);
    free(c->shuffled);
    free(c->plain.x);
    free(c->plain.y);
    free(c->trials);
    free(list);
    return status;
}

alv_status alv_counter_run(alv_counter *out, const alv_checkpoint *file, const alv_model *graph,
                           const alv_checkpoint_tensor *data, int64_t n_data,
                           const alv_counter_how *how, alv_error *error)
{
    alv_engine *e;
    *out = (alv_counter){.steps = how->steps > 0 ? how->steps : STEPS,
                         .batch = how->batch > 0 ? how->batch : BATCH,
                         .seeds = how->seeds > 0 ? how->seeds : SEEDS,
                         .optimizer = how->optimizer};
    ALV_TRY(alv_engine_new(&e, &out->unrun, file, graph, error));
    if (!e) return ALV_OK;
    course c = {.out = out, .how = how, .engine = e};
    alv_status status = ALV_OK;
    if (e->expanded)
        out->unrun.why = ALV_UNRUN_OPTION;
    else
        status = run(&c, data, n_data, error);
    if (e->expanded)
        alv_text_format(out->unrun.node, sizeof out->unrun.node, "%s",
                        e->expanded_by ? e->expanded_by : "group");
    alv_engine_free(e);
    return status;
}
