/* A diagnosis of records is the lab's own forecast of the same network, and hostile records get the
 * status that they earn. If this failed, alvor.torch.diagnose would say other things than the lab.
 */
#include "nn_fixture.h"

#include <jansson.h>

#include "alvor/lab.h"
#include "probe/probe.h"
#include "verdict/verdict.h"

enum { ROWS = 50, INPUTS = 8, CLASSES = 3, MOST = 32 };

/* The engine's net after one pass, the forecast that it makes, and its records. */
typedef struct pass {
    alv_model *model;
    alv_net_f32 *net;
    alv_layer_stats stats[MOST];
    alv_forecast forecast;
    alv_layer_record layers[MOST];
    alv_pass_record record;
    float x[ROWS * INPUTS];
} pass;

static void forecast_of(pass *p)
{
    alv_drift drift;
    assert_true(alv_probe_layers(p->stats, p->net, NULL));
    alv_probe_drift(&drift, p->net, p->stats);
    alv_forecast_make(&p->forecast, p->stats, p->net->n_layers, &drift, p->model);
}

static void run_pass(pass *p, const char *text, const char *act, double scale)
{
    int32_t y[ROWS];
    double x[ROWS * INPUTS];
    const alv_net_options options = {
        .batch = ROWS, .backend = ALV_BACKEND_PORTABLE, .optimizer.lr = 0.1};
    *p = (pass){.model = fixture_model(text, true), .net = fixture_net_f32(text, true, &options)};
    fixture_normal(x, ROWS * INPUTS, 1, "x");
    fixture_labels(y, ROWS, CLASSES);
    for (int i = 0; i < ROWS * INPUTS; i++) p->x[i] = (float)x[i];
    for (int64_t i = 0; i < p->net->n_params; i++) p->net->params[i] *= (float)scale;
    alv_net_forward_f32(p->net, p->x, ROWS);
    alv_net_backward_f32(p->net, y);
    for (int l = 0; l < p->net->n_layers; l++) {
        const alv_net_layer_f32 *from = &p->net->layers[l];
        p->layers[l] = (alv_layer_record){l + 1 < p->net->n_layers ? act : NULL,
                                          from->z,
                                          from->delta,
                                          from->w,
                                          from->b,
                                          ROWS,
                                          from->out,
                                          from->in};
    }
    p->record = (alv_pass_record){.layers = p->layers,
                                  .n_layers = p->net->n_layers,
                                  .x = p->x,
                                  .samples = ROWS,
                                  .features = INPUTS,
                                  .chain = true};
}

static void end_pass(pass *p)
{
    alv_net_free_f32(p->net);
    alv_model_free(p->model);
}

static json_t *diagnosis_of(const pass *p)
{
    char *text = NULL;
    alv_error error = {0};
    if (alv_diagnose(&text, &p->record, &error) != ALV_OK) fail_msg("%s", error.message);
    json_t *document = json_loads(text, 0, NULL);
    assert_non_null(document);
    free(text);
    return document;
}

static const char *string_at(json_t *object, const char *key)
{
    return json_string_value(json_object_get(object, key));
}

static void same_findings(json_t *document, const alv_forecast *wanted)
{
    json_t *findings = json_object_get(document, "findings");
    assert_int_equal((int)json_array_size(findings), wanted->n);
    for (int i = 0; i < wanted->n; i++) {
        json_t *one = json_array_get(findings, (size_t)i);
        char text[512];
        alv_finding_text(text, sizeof text, &wanted->findings[i], ALV_PT);
        assert_string_equal(string_at(json_object_get(one, "text"), "pt"), text);
        assert_string_equal(string_at(one, "severity"),
                            alv_severity_key(wanted->findings[i].severity));
    }
}

static void records_say_what_the_lab_says(void **state)
{
    (void)state;
    const struct {
        const char *text, *act;
        double scale;
        const char *verdict;
    } rows[] = {{"mlp 8-32x8-3 tanh", "tanh", 1.2, "healthy"},
                {"mlp 8-32x8-3 relu", "relu", 0.1, "vanishing"},
                {"mlp 8-32x8-3 relu", "relu", 5, "exploding"},
                {"mlp 8-32x8-3 tanh", "tanh", 40, "saturated"}};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        pass p;
        run_pass(&p, rows[i].text, rows[i].act, rows[i].scale);
        json_t *document = diagnosis_of(&p);
        forecast_of(&p);
        assert_string_equal(string_at(document, "verdict"), rows[i].verdict);
        assert_string_equal(rows[i].verdict, alv_verdict_key(alv_forecast_verdict(&p.forecast)));
        same_findings(document, &p.forecast);
        for (int l = 0; l < p.net->n_layers; l++) {
            json_t *layer = json_array_get(json_object_get(document, "layers"), (size_t)l);
            assert_true(json_real_value(json_object_get(layer, "z_std")) == p.stats[l].z_std);
        }
        json_decref(document);
        end_pass(&p);
    }
}

static void a_last_layer_of_zeros_is_left_out(void **state)
{
    (void)state;
    pass p;
    run_pass(&p, "mlp 8-32x3-3 tanh", "tanh", 1.2);
    alv_net_layer_f32 *last = &p.net->layers[3];
    for (int64_t i = 0; i < last->in * last->out; i++) last->w[i] = 0;
    for (int l = 0; l < 3; l++)
        for (int64_t i = 0; i < ROWS * p.net->layers[l].out; i++) p.net->layers[l].delta[i] = 0;
    json_t *document = diagnosis_of(&p), *drift = json_object_get(document, "drift");
    assert_true(json_is_true(json_object_get(drift, "zero_last")));
    assert_true(json_is_null(json_object_get(drift, "backward")));
    assert_string_equal(string_at(document, "verdict"), "healthy");
    json_decref(document);
    end_pass(&p);
}

static void nonsense_is_refused(void **state)
{
    (void)state;
    pass p;
    char untouched = 'x', *text = &untouched;
    alv_error error;
    run_pass(&p, "mlp 8-32x3-3 tanh", "tanh", 1);
#define REFUSED(member, value, status)                                                             \
    do {                                                                                           \
        pass bad = p;                                                                              \
        bad.record.layers = bad.layers;                                                            \
        bad.member = value;                                                                        \
        assert_int_equal(alv_diagnose(&text, &bad.record, &error), status);                        \
        assert_ptr_equal(text, &untouched);                                                        \
    } while (0)
    REFUSED(record.n_layers, 0, ALV_ERR_ARGUMENT);
    REFUSED(record.n_layers, ALV_MAX_RECORDS + 1, ALV_ERR_ARGUMENT);
    REFUSED(record.x, NULL, ALV_ERR_ARGUMENT);
    REFUSED(record.samples, 7, ALV_ERR_ARGUMENT);
    REFUSED(layers[1].z, NULL, ALV_ERR_ARGUMENT);
    REFUSED(layers[1].units, INT64_MAX, ALV_ERR_OVERFLOW);
    REFUSED(layers[1].fan, 31, ALV_ERR_SHAPE);
    REFUSED(layers[1].act, "thnx", ALV_ERR_UNKNOWN_NAME);
#undef REFUSED
    assert_int_equal(alv_diagnose(&text, NULL, NULL), ALV_ERR_ARGUMENT);
    end_pass(&p);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(records_say_what_the_lab_says),
        cmocka_unit_test(a_last_layer_of_zeros_is_left_out),
        cmocka_unit_test(nonsense_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
