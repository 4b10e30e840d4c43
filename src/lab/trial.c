/* One trial: fill, train, look.
 *
 * Looking changes nothing: probes run forward and backward over samples of their own and no random
 * number is drawn for them. */
#include "lab/trial.h"

#include <math.h>
#include <time.h>

#include "base/base.h"
#include "train/trainer.h"

enum { STEPS_BETWEEN_REPORTS = 8 };

typedef struct trainer {
    const alv_setup *setup;
    const alv_job *job;
    alv_control *control;
    alv_trial *out;
    const alv_recipe *recipe;
    alv_plateau plateau;
    alv_trainer *core;
    alv_net_f32 *net;          /* the core's */
    float *before;             /* parameters before the last step */
    int n_schedule;            /* of setup->probes, how many */
    double row_sum, final_sum; /* of mini-batch losses */
    int64_t row_n, final_n;
    int64_t reported; /* steps told to control */
} trainer;

static double now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

static const alv_model *model_of(const trainer *t)
{
    return t->setup->acts[t->setup->settings[t->job->setting].act].model;
}

static alv_status take_memory(trainer *t, alv_error *error)
{
    const alv_setup *setup = t->setup;
    t->recipe = setup->settings[t->job->setting].recipe;
    alv_net_options options = {.batch =
                                   setup->batch > setup->probe.n ? setup->batch : setup->probe.n,
                               .loss = setup->loss,
                               .backend = setup->backend,
                               .optimizer = t->recipe->optimizer,
                               .regularizer = t->recipe->regularizer,
                               .seed = t->job->seed};
    options.optimizer.lr = t->job->lr;
    ALV_TRY(
        alv_trainer_new(&t->core, model_of(t), &options, &setup->data->train, setup->batch, error));
    t->core->stream = setup->stream;
    t->net = t->core->net;
    alv_trial *out = t->out;
    out->n_layers = t->net->n_layers;
    t->n_schedule = t->job->light ? 1 : setup->n_probes;
    size_t probes = (size_t)t->n_schedule, layers = (size_t)out->n_layers;
    t->before = alv_new_array((size_t)t->net->n_params, sizeof *t->before);
    out->curve = alv_new_array((size_t)setup->n_curve + 1, sizeof *out->curve);
    out->probe_steps = alv_new_array(probes, sizeof *out->probe_steps);
    out->stats = alv_new_array(probes * layers, sizeof *out->stats);
    out->histograms = alv_new_array(t->job->histograms ? probes * layers * ALV_HIST_KINDS : 0,
                                    sizeof *out->histograms);
    if (t->before && out->curve && out->probe_steps && out->stats && out->histograms) return ALV_OK;
    return alv_fail(error, ALV_ERR_MEMORY, "trial", "out of memory");
}

static alv_status fill(trainer *t, alv_error *error)
{
    return alv_trainer_fill(t->out->reason, sizeof t->out->reason, t->core, &t->job->scheme.scheme,
                            t->setup->has_bias ? &t->setup->bias.scheme : NULL, error);
}

static void keep_histograms(trainer *t, int64_t step)
{
    alv_trial *out = t->out;
    for (int layer = 0; layer < out->n_layers; layer++)
        for (int kind = 0; kind < ALV_HIST_KINDS; kind++) {
            alv_histogram_row *row = &out->histograms[out->n_histograms++];
            *row =
                (alv_histogram_row){.step = step, .layer = layer, .kind = (alv_histogram_kind)kind};
            alv_probe_histogram(&row->bins, t->net, layer, row->kind);
        }
}

static alv_status probe(trainer *t, int64_t step, alv_error *error)
{
    double start = now();
    alv_trial *out = t->out;
    const alv_samples *samples = &t->setup->probe;
    alv_net_forward_f32(t->net, samples->x, samples->n);
    double loss = alv_net_loss_f32(t->net, samples->y, NULL);
    alv_net_backward_f32(t->net, samples->y);
    alv_layer_stats *stats = out->stats + (int64_t)out->n_probes * out->n_layers;
    if (!alv_probe_layers(stats, t->net, step > 0 ? t->before : NULL))
        return alv_fail(error, ALV_ERR_MEMORY, "probe", "out of memory");
    if (t->job->histograms) keep_histograms(t, step);
    if (step == 0) {
        out->initial_loss = loss;
        alv_probe_drift(&out->drift, t->net, stats);
        alv_forecast_make(&out->forecast, stats, out->n_layers, &out->drift, model_of(t));
    }
    out->probe_steps[out->n_probes++] = step;
    out->probe_seconds += now() - start;
    return ALV_OK;
}

/* Mean loss and accuracy over samples, in batches of what the net can hold. */
static void evaluate(trainer *t, const alv_samples *samples, double *loss, double *accuracy)
{
    double start = now(), sum = 0;
    int64_t correct = 0, most = t->net->options.batch, dim = t->setup->data->dim;
    for (int64_t i = 0; i < samples->n; i += most) {
        int64_t rows = samples->n - i < most ? samples->n - i : most, hits = 0;
        alv_net_evaluate_f32(t->net, samples->x + i * dim, rows);
        sum += alv_net_loss_f32(t->net, samples->y + i, &hits) * (double)rows;
        correct += hits;
    }
    *loss = sum / (double)samples->n;
    *accuracy = isfinite(*loss) ? (double)correct / (double)samples->n : NAN;
    t->out->test_seconds += now() - start;
}

/* Rows of the curve are tested counted from its end. */
static bool is_tested(const trainer *t)
{
    const int every = t->setup->test_every, left = t->setup->n_curve - 1 - t->out->n_curve;
    return !t->job->light && every > 0 && left % every == 0;
}

/* What a trial ends with. */
static const alv_samples *last_test(const alv_setup *setup)
{
    return setup->last_test.n > 0 ? &setup->last_test : &setup->data->test;
}

/* Ends a row of the curve at `step`. */
static void end_row(trainer *t, int64_t step)
{
    alv_trial *out = t->out;
    alv_curve_row row = {step, NAN, NAN, NAN};
    bool last = step == t->setup->steps;
    double accuracy;
    row.train_loss = t->row_n > 0 ? t->row_sum / (double)t->row_n : out->initial_loss;
    if (last && t->job->tunes)
        evaluate(t, &t->setup->validation, &out->final_validation_loss, &accuracy);
    else if (last || is_tested(t))
        evaluate(t, last ? last_test(t->setup) : &t->setup->quick_test, &row.test_loss,
                 &row.test_accuracy);
    t->row_sum = 0;
    t->row_n = 0;
    out->curve[out->n_curve++] = row;
}

static bool is_probed(const trainer *t, int64_t step)
{
    return t->out->n_probes < t->n_schedule && t->setup->probes[t->out->n_probes] == step;
}

/* Takes step number `step` (from 1); false if its loss is not finite. */
static bool take_step(trainer *t, int64_t step)
{
    if (is_probed(t, step))
        memcpy(t->before, t->net->params, (size_t)t->net->n_params * sizeof *t->before);
    const double factor =
        alv_schedule_factor(&t->recipe->schedule, &t->plateau, step - 1, t->setup->steps);
    const double loss = alv_trainer_step(t->core, step - 1, t->job->lr * factor);
    alv_schedule_watch(&t->plateau, &t->recipe->schedule, loss, step - 1, t->setup->steps);
    t->out->steps = step;
    t->row_sum += loss;
    t->row_n++;
    if (step > t->setup->steps - t->setup->final_window) {
        t->final_sum += loss;
        t->final_n++;
    }
    return isfinite(loss);
}

static void diverge(trainer *t, int64_t step)
{
    t->out->diverged_at = step;
    t->out->curve[t->out->n_curve++] = (alv_curve_row){step, NAN, NAN, NAN};
    alv_text_format(t->out->reason, sizeof t->out->reason, "the loss was not finite at step %lld",
                    step);
}

static void report_steps(trainer *t, int64_t step)
{
    atomic_fetch_add_explicit(&t->control->steps, step - t->reported, memory_order_relaxed);
    t->reported = step;
}

static alv_status train(trainer *t, alv_error *error)
{
    const alv_setup *setup = t->setup;
    for (int64_t step = 0; step <= setup->steps; step++) {
        if (atomic_load_explicit(&t->control->stop, memory_order_relaxed))
            return alv_fail(error, ALV_ERR_INTERRUPTED, "trial", "stopped on request");
        if (step > 0 && !take_step(t, step)) return diverge(t, step), ALV_OK;
        if (is_probed(t, step)) ALV_TRY(probe(t, step, error));
        if (setup->curve[t->out->n_curve] == step) end_row(t, step);
        if (step - t->reported >= STEPS_BETWEEN_REPORTS) report_steps(t, step);
    }
    return ALV_OK;
}

/* Reads the end off the curve; a trial that took no step ends where it began. */
static void conclude(trainer *t)
{
    alv_trial *out = t->out;
    const alv_curve_row *last = &out->curve[out->n_curve - 1];
    out->final_train_loss = out->initial_loss;
    if (out->diverged_at >= 0)
        out->final_train_loss = NAN;
    else if (t->final_n > 0)
        out->final_train_loss = t->final_sum / (double)t->final_n;
    out->final_test_loss = last->test_loss;
    out->final_test_accuracy = last->test_accuracy;
    if (out->diverged_at < 0 && !isfinite(out->final_test_loss) && !t->job->tunes)
        alv_text_format(out->reason, sizeof out->reason, "the test loss was not finite");
    alv_curve_summary summary = {.initial_loss = out->initial_loss,
                                 .final_loss = out->final_train_loss,
                                 .chance_loss = t->setup->chance_loss,
                                 .steps = out->steps,
                                 .diverged_at = out->diverged_at};
    out->outcome = alv_outcome_read(&summary);
    out->verdict = alv_verdict_primary(&out->forecast, out->outcome);
}

alv_status alv_trial_run(alv_trial *out, const alv_setup *setup, const alv_job *job,
                         alv_control *control, alv_error *error)
{
    double start = now();
    *out = (alv_trial){.diverged_at = -1, .final_validation_loss = NAN};
    trainer t = {.setup = setup, .job = job, .control = control, .out = out};
    alv_status status = take_memory(&t, error);
    if (status == ALV_OK) status = fill(&t, error);
    if (status == ALV_OK) status = train(&t, error);
    if (status == ALV_OK) conclude(&t);
    if (status == ALV_OK) report_steps(&t, setup->steps); /* those not taken will not be */
    alv_trainer_free(t.core);
    free(t.before);
    out->seconds = now() - start;
    return status;
}

void alv_trial_lighten(alv_trial *trial, const alv_setup *setup)
{
    trial->n_histograms = 0;
    if (trial->n_probes > 1) trial->n_probes = 1;
    for (int i = 0; i < trial->n_curve; i++)
        if (trial->curve[i].step < setup->steps)
            trial->curve[i].test_loss = trial->curve[i].test_accuracy = NAN;
}

void alv_trial_free(alv_trial *trial)
{
    free(trial->curve);
    free(trial->probe_steps);
    free(trial->stats);
    free(trial->histograms);
    *trial = (alv_trial){0};
}
