/* One trial, held in the module's own memory, and what the page asks of it. */
#include "playground.h"

#include "catalogue.h"
#include "data/source.h"
#include "json.h"
#include "math/math.h"
#include "spec.h"
#include "theory/expected.h"
#include "train/moments.h"
#include "train/samples.h"
#include "train/trainer.h"
#include "verdict/verdict.h"

enum { MOST_ROWS = 256, ACCURACY_ROWS = 500, TEXT = 768 };

static char spec_text[SPEC_ROOM];

static struct play {
    play_spec spec;
    alv_split *data;
    alv_model *model;
    alv_trainer *trainer;
    alv_net_f32 *net; /* the trainer's */
    alv_samples probe;
    alv_layer_stats *stats; /* (n_layers) of the last look */
    double *look;           /* (n_layers, columns), then the loss */
    float *rows, *shares;   /* (MOST_ROWS, inputs), (MOST_ROWS, classes) */
    int64_t steps;          /* taken */
    double initial_loss, chance_loss;
    double last_error; /* rms of the last layer's gradient, before training */
    char reason[96];
    alv_drift drift;
    alv_forecast forecast;
} play;

char *alvor_spec(void)
{
    return spec_text;
}

int alvor_spec_size(void)
{
    return SPEC_ROOM;
}

int alvor_most_rows(void)
{
    return MOST_ROWS;
}

/* ---- beginning ---- */

static alv_status make_net(alv_error *error)
{
    const play_spec *s = &play.spec;
    const alv_split *data = play.data;
    const alv_model_hints hints = {.inputs = data->dim,
                                   .outputs = data->classes,
                                   .height = data->height,
                                   .width = data->width,
                                   .hidden_only = s->model == NULL,
                                   .act = s->act};
    const alv_net_options options = {.batch = s->batch > MOST_ROWS ? s->batch : MOST_ROWS,
                                     .backend = ALV_BACKEND_PORTABLE,
                                     .optimizer = s->optimizer,
                                     .seed = s->seed + s->trial};
    ALV_TRY(alv_model_new(&play.model, s->model ? s->model : s->hidden, &hints, error));
    ALV_TRY(alv_trainer_new(&play.trainer, play.model, &options, &data->train, s->batch, error));
    play.net = play.trainer->net;
    return ALV_OK;
}

static alv_status take_memory(alv_error *error)
{
    const size_t layers = (size_t)play.net->n_layers;
    play.stats = alv_new_array(layers, sizeof *play.stats);
    play.look = alv_new_array(layers * (size_t)n_look_columns + 1, sizeof *play.look);
    play.rows = alv_new_array((size_t)(MOST_ROWS * play.data->dim), sizeof *play.rows);
    play.shares = alv_new_array((size_t)(MOST_ROWS * play.data->classes), sizeof *play.shares);
    if (play.stats && play.look && play.rows && play.shares) return ALV_OK;
    return alv_fail(error, ALV_ERR_MEMORY, "trial", "out of memory");
}

static double look(void)
{
    alv_net_forward_f32(play.net, play.probe.x, play.probe.n);
    const double loss = alv_net_loss_f32(play.net, play.probe.y, NULL);
    alv_net_backward_f32(play.net, play.probe.y);
    alv_probe_layers(play.stats, play.net, NULL);
    return loss;
}

/* The first look: what it forecasts, and what theory's gradients are told in. */
static void look_first(void)
{
    play.initial_loss = look();
    play.last_error = play.stats[play.net->n_layers - 1].delta_rms;
    alv_probe_drift(&play.drift, play.net, play.stats);
    alv_forecast_make(&play.forecast, play.stats, play.net->n_layers, &play.drift, play.model);
}

static alv_status start(alv_error *error)
{
    ALV_TRY(play_spec_read(&play.spec, spec_text, error));
    const play_spec *s = &play.spec;
    ALV_TRY(alv_source_split(&play.data, s->source, s->n_train, s->n_test, s->seed, error));
    ALV_TRY(make_net(error));
    ALV_TRY(take_memory(error));
    ALV_TRY(alv_trainer_fill(play.reason, sizeof play.reason, play.trainer, &s->scheme,
                             s->has_bias ? &s->bias : NULL, error));
    ALV_TRY(alv_probe_samples(&play.probe, play.data, s->seed, error));
    ALV_TRY(alv_chance_loss(&play.chance_loss, play.data, ALV_LOSS_CROSS_ENTROPY, error));
    look_first();
    return ALV_OK;
}

/* ---- in words ---- */

static void write_band(alv_expected_band band, double unit)
{
    json_open(NULL, '[');
    json_number(NULL, unit * band.mid);
    json_number(NULL, unit * band.lo);
    json_number(NULL, unit * band.hi);
    json_close(']');
}

static alv_status expect(alv_expected *e)
{
    alv_flow_input input;
    double *lags;
    bool independent;
    const alv_scheme *bias = play.spec.has_bias ? &play.spec.bias : NULL;
    *e = (alv_expected){0};
    if (!alv_expected_speaks(play.model)) return ALV_ERR_UNSUPPORTED;
    alv_drawn *moments = alv_new_array((size_t)play.model->n_params + 1, sizeof *moments);
    alv_status status =
        moments ? alv_inputs_measure(&input, &lags, play.model, play.probe.x, play.probe.n, NULL)
                : ALV_ERR_MEMORY;
    if (status == ALV_OK) {
        status = alv_moments_of(moments, &independent, play.model, &play.spec.scheme, bias, NULL);
        if (status == ALV_OK)
            status = alv_expected_make(e, play.model, moments, independent, &input, NULL);
        free(lags);
    }
    free(moments);
    return status;
}

const char *alvor_theory(void)
{
    alv_expected e;
    json_begin();
    json_open(NULL, '{');
    if (expect(&e) == ALV_OK) {
        json_open("signal", '[');
        for (int l = 0; l < e.depth; l++) write_band(e.layers[l].signal, 1);
        json_close(']');
        json_open("error", '[');
        for (int l = 0; l < e.depth; l++) write_band(e.layers[l].gradient, play.last_error);
        json_close(']');
    }
    json_close('}');
    alv_expected_free(&e);
    return json_end();
}

static void write_finding(const alv_finding *finding)
{
    char text[ALV_LANGS][TEXT];
    for (int lang = 0; lang < ALV_LANGS; lang++)
        alv_finding_text_in(text[lang], TEXT, finding, play.model, (alv_lang)lang);
    json_open(NULL, '{');
    json_text("kind", alv_verdict_key(finding->kind));
    json_text("severity", alv_severity_key(finding->severity));
    json_pair("text", (const char *const[]){text[ALV_EN], text[ALV_PT]});
    json_close('}');
}

static void write_forecast(void)
{
    char text[ALV_LANGS][TEXT];
    for (int lang = 0; lang < ALV_LANGS; lang++)
        alv_forecast_text(text[lang], TEXT, &play.forecast, (alv_lang)lang);
    json_open("forecast", '{');
    json_flag("trains", play.forecast.trains);
    json_pair("text", (const char *const[]){text[ALV_EN], text[ALV_PT]});
    json_open("findings", '[');
    for (int i = 0; i < play.forecast.n; i++) write_finding(&play.forecast.findings[i]);
    json_close(']');
    json_close('}');
}

static void write_layers(void)
{
    json_open("layers", '[');
    for (int l = 0; l < play.net->n_layers; l++) {
        json_open(NULL, '{');
        json_text("name", play.model->params[play.net->layers[l].weight].name);
        json_number("in", (double)play.net->layers[l].in);
        json_number("out", (double)play.net->layers[l].out);
        json_close('}');
    }
    json_close(']');
}

static void write_facts(void)
{
    char scheme[128];
    const alv_split *data = play.data;
    alv_scheme_print(scheme, sizeof scheme, &play.spec.scheme, NULL);
    json_text("scheme", scheme);
    json_number("rate", play.spec.optimizer.lr);
    json_number("batch", (double)play.trainer->batch);
    json_number("epoch_steps", (double)play.trainer->epoch_steps);
    json_number("train", (double)data->train.n);
    json_number("test", (double)data->test.n);
    json_number("inputs", (double)data->dim);
    json_number("classes", data->classes);
    json_number("height", data->height);
    json_number("width", data->width);
    json_number("parameters", (double)play.net->n_params);
    json_number("chance", play.chance_loss);
    json_number("initial_loss", play.initial_loss);
    json_number("forward_gain", play.drift.forward_per_layer);
    json_number("backward_gain", play.drift.backward_per_layer);
    json_text("reason", play.reason);
    write_layers();
    write_forecast();
}

const char *alvor_start(void)
{
    alv_error error = {.position = -1};
    const alv_status status = start(&error);
    json_begin();
    json_open(NULL, '{');
    if (status == ALV_OK) {
        write_facts();
    } else {
        json_open("error", '{');
        json_text("where", error.where);
        json_number("position", (double)error.position);
        json_text("message", error.message);
        json_close('}');
    }
    json_close('}');
    return json_end();
}

const char *alvor_verdict(double final_loss)
{
    const alv_curve_summary curve = {.initial_loss = play.initial_loss,
                                     .final_loss = final_loss,
                                     .chance_loss = play.chance_loss,
                                     .steps = play.steps,
                                     .diverged_at = alv_isfinite(final_loss) ? -1 : play.steps};
    const alv_outcome outcome = alv_outcome_read(&curve);
    const alv_verdict verdict = alv_verdict_primary(&play.forecast, outcome);
    const char *words[] = {alv_verdict_word(verdict, ALV_EN), alv_verdict_word(verdict, ALV_PT)};
    const char *ends[] = {alv_outcome_word(outcome, ALV_EN), alv_outcome_word(outcome, ALV_PT)};
    const char *why[] = {alv_finding_why(verdict, ALV_EN), alv_finding_why(verdict, ALV_PT)};
    const char *advice[] = {alv_finding_try(verdict, ALV_EN), alv_finding_try(verdict, ALV_PT)};
    json_begin();
    json_open(NULL, '{');
    json_text("outcome", alv_outcome_key(outcome));
    json_pair("outcome_word", ends);
    json_text("verdict", alv_verdict_key(verdict));
    json_pair("word", words);
    json_pair("why", why);
    json_pair("advice", advice);
    json_text("pytorch", alv_finding_pytorch(verdict));
    json_close('}');
    return json_end();
}

/* ---- training, and looking at it ---- */

double alvor_step(void)
{
    return alv_trainer_step(play.trainer, play.steps++, play.spec.optimizer.lr);
}

const double *alvor_look(void)
{
    double *out = play.look;
    const double loss = look();
    for (int l = 0; l < play.net->n_layers; l++)
        for (int c = 0; c < n_look_columns; c++)
            *out++ =
                *(const double *)(const void *)((const char *)&play.stats[l] + look_columns[c].at);
    *out = loss;
    return play.look;
}

double alvor_accuracy(void)
{
    int64_t correct = 0, n = 0;
    const alv_samples *test = &play.data->test;
    for (int64_t rows; n < test->n && n < ACCURACY_ROWS; n += rows) {
        int64_t hits = 0;
        rows = test->n - n < MOST_ROWS ? test->n - n : MOST_ROWS;
        if (rows > ACCURACY_ROWS - n) rows = ACCURACY_ROWS - n;
        alv_net_evaluate_f32(play.net, test->x + n * play.data->dim, rows);
        alv_net_loss_f32(play.net, test->y + n, &hits);
        correct += hits;
    }
    return (double)correct / (double)n;
}

/* Softmax of one row of logits. */
static void to_shares(float *out, const float *logits, int classes)
{
    double most = (double)logits[0], sum = 0;
    for (int k = 1; k < classes; k++)
        if ((double)logits[k] > most) most = (double)logits[k];
    for (int k = 0; k < classes; k++) {
        const double e = alv_exp((double)logits[k] - most);
        out[k] = (float)e;
        sum += e;
    }
    for (int k = 0; k < classes; k++) out[k] = (float)((double)out[k] / sum);
}

/* Into shares from its start: of x (n, inputs), n at most MOST_ROWS. */
static void predict(float *shares, const float *x, int64_t n)
{
    const int classes = play.data->classes;
    alv_net_evaluate_f32(play.net, x, n);
    const float *logits = play.net->layers[play.net->n_layers - 1].a;
    for (int64_t i = 0; i < n; i++) to_shares(shares + i * classes, logits + i * classes, classes);
}

const float *alvor_predict(int first, int n)
{
    const int64_t left = play.data->test.n - first;
    if (first < 0 || left < 1 || n < 1) return play.shares;
    if (n > left) n = (int)left;
    predict(play.shares, play.data->test.x + first * play.data->dim, n < MOST_ROWS ? n : MOST_ROWS);
    return play.shares;
}

enum { MOST_GRID = 128, MOST_CLASSES = 16 };

const float *alvor_grid(int size, int row, int rows, double span)
{
    static float image[MOST_GRID * MOST_GRID * MOST_CLASSES];
    const int classes = play.data->classes;
    if (size < 2 || size > MOST_GRID || rows < 0 || rows > size || classes > MOST_CLASSES ||
        play.data->dim != 2)
        return image;
    const double cell = 2 * span / size;
    for (int at = 0, n; at < size * rows; at += n) {
        n = size * rows - at < MOST_ROWS ? size * rows - at : MOST_ROWS;
        for (int i = 0; i < n; i++) {
            play.rows[2 * i] = (float)(-span + cell * ((at + i) % size + 0.5));
            play.rows[2 * i + 1] = (float)(span - cell * (row + (at + i) / size + 0.5));
        }
        predict(image + (int64_t)at * classes, play.rows, n);
    }
    return image;
}

static const alv_samples *part(int test)
{
    return test ? &play.data->test : &play.data->train;
}

const float *alvor_samples(int test)
{
    return part(test)->x;
}

const int32_t *alvor_labels(int test)
{
    return part(test)->y;
}
