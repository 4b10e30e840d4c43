/* A forecast from measurements of somebody else's network: records in, JSON out.
 *
 * The records are laid out as a net of the engine's own, which borrows the caller's arrays, so that
 * the probes and rules see what they always see; nothing is computed here. */
#include <stdlib.h>

#include "alvor/lab.h"
#include "base/base.h"
#include "lab/json.h"
#include "math/math.h"
#include "probe/probe.h"
#include "verdict/verdict.h"

typedef struct subject {
    alv_net_f32 net;
    alv_model model; /* the activations, one node a layer */
    alv_layer_stats *stats;
    float *no_gradient; /* the weights' gradient is not asked for: zeros */
    alv_drift drift;
    alv_forecast forecast;
} subject;

static alv_status check_layer(const alv_pass_record *pass, int l, alv_error *error)
{
    const alv_layer_record *r = &pass->layers[l];
    int64_t size;
    if (!r->z || !r->delta || !r->weights)
        return alv_fail(error, ALV_ERR_ARGUMENT, "layers", "layer %d: z, delta or weights is NULL",
                        l);
    if (r->rows < 1 || r->units < 1 || r->fan < 1 || r->rows % pass->samples != 0)
        return alv_fail(error, ALV_ERR_ARGUMENT, "layers",
                        "layer %d has %lld rows of %lld units of fan %lld: sizes are positive, and "
                        "rows a multiple of the %lld samples",
                        l, r->rows, r->units, r->fan, pass->samples);
    if (!alv_mul_i64(&size, r->rows, r->units) || !alv_mul_i64(&size, r->units, r->fan))
        return alv_fail(error, ALV_ERR_OVERFLOW, "layers", "layer %d is too large", l);
    if (pass->chain && l > 0 && r->fan != pass->layers[l - 1].units)
        return alv_fail(error, ALV_ERR_SHAPE, "layers",
                        "layer %d of the chain has fan %lld, and %lld units feed it", l, r->fan,
                        pass->layers[l - 1].units);
    return ALV_OK;
}

static alv_status check(const alv_pass_record *pass, alv_error *error)
{
    if (!pass || !pass->layers || !pass->x)
        return alv_fail(error, ALV_ERR_ARGUMENT, "pass", "pass, layers or x is NULL");
    if (pass->n_layers < 1 || pass->n_layers > ALV_MAX_RECORDS || pass->samples < 1 ||
        pass->features < 1)
        return alv_fail(error, ALV_ERR_ARGUMENT, "pass",
                        "%d layers, %lld samples of %lld features: 1 to %d layers, and positive "
                        "sizes",
                        pass->n_layers, pass->samples, pass->features, ALV_MAX_RECORDS);
    for (int l = 0; l < pass->n_layers; l++) ALV_TRY(check_layer(pass, l, error));
    return ALV_OK;
}

static void subject_free(subject *s)
{
    free(s->net.layers);
    free(s->model.nodes);
    free(s->stats);
    free(s->no_gradient);
}

static bool take_memory(subject *s, const alv_pass_record *pass)
{
    const size_t n = (size_t)pass->n_layers;
    int64_t most = 1;
    for (int l = 0; l < pass->n_layers; l++) {
        const int64_t size = pass->layers[l].units * pass->layers[l].fan;
        if (size > most) most = size;
    }
    s->net.layers = alv_new_array(n, sizeof *s->net.layers);
    s->model.nodes = alv_new_array(n, sizeof *s->model.nodes);
    s->stats = alv_new_array(n, sizeof *s->stats);
    s->no_gradient = alv_new_array((size_t)most, sizeof *s->no_gradient);
    return s->net.layers && s->model.nodes && s->stats && s->no_gradient;
}

/* The probes only read, whatever the pointers of the engine's layers allow. */
static void borrow(subject *s, const alv_pass_record *pass, int l)
{
    const alv_layer_record *r = &pass->layers[l];
    s->net.layers[l] = (alv_net_layer_f32){.in = r->fan,
                                           .out = r->units,
                                           .positions = r->rows / pass->samples,
                                           .act = s->model.nodes[l].act,
                                           .w = (float *)(uintptr_t)r->weights,
                                           .b = (float *)(uintptr_t)r->biases,
                                           .dw = s->no_gradient,
                                           .z = (float *)(uintptr_t)r->z,
                                           .a = (float *)(uintptr_t)r->z,
                                           .delta = (float *)(uintptr_t)r->delta};
}

static alv_status lay_out(subject *s, const alv_pass_record *pass, alv_error *error)
{
    if (!take_memory(s, pass))
        return alv_fail(error, ALV_ERR_MEMORY, "layers", "no memory for %d layers", pass->n_layers);
    s->model.n_nodes = s->net.n_layers = pass->n_layers;
    s->net.x = pass->x;
    s->net.rows = pass->samples;
    s->net.inputs = pass->features;
    s->net.chain = pass->chain;
    s->net.pooled = pass->pooled;
    for (int l = 0; l < pass->n_layers; l++) {
        s->model.nodes[l] = (alv_node){.op = ALV_OP_WEIGHTS, .input = l - 1};
        if (pass->layers[l].act)
            ALV_TRY(alv_act_parse(&s->model.nodes[l].act, pass->layers[l].act, error));
        borrow(s, pass, l);
    }
    return ALV_OK;
}

static bool is_zero(const alv_net_layer_f32 *layer)
{
    for (int64_t i = 0; i < layer->in * layer->out; i++)
        if (layer->w[i] != 0) return false;
    return true;
}

/* Without a last layer of zeros: what its drift would need is a pass of its own. */
static alv_status judge(subject *s, alv_error *error)
{
    const int n = s->net.n_layers;
    const bool zero_last = n > 1 && is_zero(&s->net.layers[n - 1]);
    if (!alv_probe_layers(s->stats, &s->net, NULL))
        return alv_fail(error, ALV_ERR_MEMORY, "layers", "no memory to look for copies");
    s->net.n_layers = n - zero_last;
    s->net.pooled &= !zero_last;
    alv_probe_drift(&s->drift, &s->net, s->stats);
    s->net.n_layers = n;
    s->drift.zero_last = zero_last;
    if (zero_last) s->drift.backward = s->drift.backward_per_layer = ALV_NAN;
    alv_forecast_make(&s->forecast, s->stats, n, &s->drift, &s->model);
    return ALV_OK;
}

static void write_texts(alv_json *json, const char *key, const char *(*text)(alv_verdict, alv_lang),
                        alv_verdict kind)
{
    alv_json_open(json, key, '{');
    alv_json_string(json, "en", text(kind, ALV_EN));
    alv_json_string(json, "pt", text(kind, ALV_PT));
    alv_json_close(json);
}

static void write_finding(alv_json *json, const alv_finding *f)
{
    static const char *const langs[ALV_LANGS] = {"en", "pt"};
    alv_json_open(json, NULL, '{');
    alv_json_string(json, "kind", alv_verdict_key(f->kind));
    alv_json_string(json, "severity", alv_severity_key(f->severity));
    alv_json_open(json, "layers", '[');
    alv_json_int(json, NULL, f->layer_lo);
    alv_json_int(json, NULL, f->layer_hi);
    alv_json_close(json);
    alv_json_string(json, "quantity", f->quantity);
    alv_json_real(json, "measured", f->measured);
    alv_json_real(json, "threshold", f->threshold);
    alv_json_open(json, "text", '{');
    for (int lang = 0; lang < ALV_LANGS; lang++) {
        char text[512];
        alv_finding_text(text, sizeof text, f, (alv_lang)lang);
        alv_json_string(json, langs[lang], text);
    }
    alv_json_close(json);
    write_texts(json, "word", alv_verdict_word, f->kind);
    write_texts(json, "why", alv_finding_why, f->kind);
    write_texts(json, "try", alv_finding_try, f->kind);
    alv_json_string(json, "pytorch", alv_finding_pytorch(f->kind));
    alv_json_close(json);
}

/* What the tables show of a layer. */
static const struct {
    const char *key;
    size_t offset;
} columns[] = {
    {"z_mean", offsetof(alv_layer_stats, z_mean)},
    {"z_std", offsetof(alv_layer_stats, z_std)},
    {"forward_gain", offsetof(alv_layer_stats, forward_gain)},
    {"backward_gain", offsetof(alv_layer_stats, backward_gain)},
    {"delta_rms", offsetof(alv_layer_stats, delta_rms)},
    {"saturated", offsetof(alv_layer_stats, saturated)},
    {"dead", offsetof(alv_layer_stats, dead)},
    {"weight_std", offsetof(alv_layer_stats, weight_std)},
    {"symmetry", offsetof(alv_layer_stats, symmetry)},
    {"locked", offsetof(alv_layer_stats, locked)},
    {"nonfinite", offsetof(alv_layer_stats, nonfinite)},
};

static void write_layer(alv_json *json, const alv_layer_stats *stats)
{
    alv_json_open(json, NULL, '{');
    for (int i = 0; i < ALV_COUNT(columns); i++) {
        double value;
        memcpy(&value, (const char *)stats + columns[i].offset, sizeof value);
        alv_json_real(json, columns[i].key, value);
    }
    alv_json_close(json);
}

static void write_forecast(alv_json *json, const alv_forecast *forecast)
{
    char text[ALV_LANGS][512];
    for (int lang = 0; lang < ALV_LANGS; lang++)
        alv_forecast_text(text[lang], sizeof text[lang], forecast, (alv_lang)lang);
    alv_json_string(json, "verdict", alv_verdict_key(alv_forecast_verdict(forecast)));
    alv_json_bool(json, "trains", forecast->trains);
    alv_json_open(json, "forecast", '{');
    alv_json_string(json, "en", text[ALV_EN]);
    alv_json_string(json, "pt", text[ALV_PT]);
    alv_json_close(json);
    alv_json_open(json, "caveat", '{');
    alv_json_string(json, "en", alv_forecast_caveat(ALV_EN));
    alv_json_string(json, "pt", alv_forecast_caveat(ALV_PT));
    alv_json_close(json);
    alv_json_open(json, "findings", '[');
    for (int i = 0; i < forecast->n; i++) write_finding(json, &forecast->findings[i]);
    alv_json_close(json);
}

static char *write(const subject *s)
{
    alv_json json = {0};
    alv_json_open(&json, NULL, '{');
    alv_json_string(&json, "schema", "alvor.diagnosis/1");
    write_forecast(&json, &s->forecast);
    alv_json_open(&json, "drift", '{');
    alv_json_real(&json, "forward", s->drift.forward);
    alv_json_real(&json, "backward", s->drift.backward);
    alv_json_bool(&json, "zero_last", s->drift.zero_last);
    alv_json_close(&json);
    alv_json_open(&json, "layers", '[');
    for (int l = 0; l < s->net.n_layers; l++) write_layer(&json, &s->stats[l]);
    alv_json_close(&json);
    alv_json_close(&json);
    return alv_json_take(&json);
}

alv_status alv_diagnose(char **out, const alv_pass_record *pass, alv_error *error)
{
    subject s = {0};
    char *text = NULL;
    if (!out) return alv_fail(error, ALV_ERR_ARGUMENT, "out", "NULL argument");
    ALV_TRY(check(pass, error));
    alv_status status = lay_out(&s, pass, error);
    if (status == ALV_OK) status = judge(&s, error);
    if (status == ALV_OK && !(text = write(&s)))
        status = alv_fail(error, ALV_ERR_MEMORY, "out", "no memory for the document");
    subject_free(&s);
    if (status == ALV_OK) *out = text;
    return status;
}
