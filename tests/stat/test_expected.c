/* Bands of theory against the lab's own probes: networks x schemes x data, drawn anew many times.
 *
 * If these failed, the bands in a report would hold fewer networks than they say. Of each kind of
 * network the share of measured layers that lie inside their 95 % bands is counted, for signals and
 * for gradients, and must be 90 % at least. SEED=1000 draws others, NETS=50 more of them,
 * FAMILY=conv looks at one kind, LAYERS=1 at each layer. */
#include "test.h"

#include "data/load.h"
#include "probe/probe.h"
#include "theory/expected.h"
#include "train/moments.h"
#include "train/samples.h"
#include "train/trainer.h"

enum { NETS = 6, MOST_LAYERS = 64 };

typedef struct tally {
    double asked, held, sum, half;
} tally;

typedef struct family {
    const char *name;
    const char *models[6], *data[4];
} family;

static const char *const schemes[] = {"he_normal", "xavier_uniform", "torch_default"};

#define DENSE {"blobs", "spirals", "optdigits"}
#define IMAGES {"shapeset", "mnist"}
#define TEXT "docs/stream.md"

static const family families[] = {
    {"plain", {"64x4 relu", "64x4 tanh", "100x12 relu", "64x6 gelu"}, DENSE},
    {"batch norm", {"mlp 64x4 relu norm=batch", "mlp 64x8 tanh norm=batch"}, DENSE},
    {"layer norm", {"mlp 64x4 relu norm=layer", "mlp 64x8 tanh norm=rms"}, DENSE},
    {"residual",
     {"mlp 64x9 relu residual=2", "mlp 64x9 tanh residual=2 norm=layer",
      "mlp 64x9 relu residual=2 norm=batch", "mlp 64x9 relu residual=2 norm=batch order=post",
      "mlp 64x9 relu residual=2 branch=0.5"},
     DENSE},
    {"conv", {"conv 16,24x3 relu", "conv 16x3 tanh"}, IMAGES},
    {"conv1d", {"conv1d 16x3 relu", "conv1d 16,24 tanh norm=layer"}, {"optdigits"}},
    {"conv norm", {"conv 16,24x3 relu norm=batch", "conv 16x3 relu norm=layer"}, IMAGES},
    {"resnet", {"resnet 8 width=8", "resnet 14 width=8 order=pre"}, IMAGES},
    {"lstm", {"lstm 32", "lstm 24x2", "lstm 32 embed=8"}, {TEXT}},
    {"transformer",
     {"transformer d=32 L=1", "transformer d=32 L=3", "transformer d=32 L=2 order=post",
      "transformer d=64 L=2 norm=rms", "transformer d=32 L=2 branch=0.5",
      "transformer d=32 L=2 gated=yes silu"},
     {TEXT}},
    {"of tokens", {"mlp 64x3 relu embed=8", "conv1d 16x2 relu embed=8"}, {TEXT}},
};

static int64_t asked_for(const char *name, int64_t usual)
{
    const char *text = getenv(name);
    return text ? atoll(text) : usual;
}

static alv_model *model_of(const char *text, const alv_split *data)
{
    alv_model *model;
    alv_error error = {0};
    const alv_model_hints hints = {.inputs = data->dim,
                                   .outputs = data->classes,
                                   .height = data->height,
                                   .width = data->width,
                                   .tokens = data->tokens,
                                   .hidden_only = true};
    if (alv_model_new(&model, text, &hints, &error) != ALV_OK)
        fail_msg("%s: %s", text, error.message);
    return model;
}

static void count(tally *t, double x, alv_expected_band b)
{
    if (!(x > 1e-30 && x < 1e30 && b.mid > 0)) return;
    const double tiny = 1e-3; /* what rounding and a norm's epsilon leave */
    t->asked++;
    t->held += b.lo * (1 - tiny) <= x && x <= b.hi * (1 + tiny);
    t->sum += log(x / b.mid);
    t->half += log(b.hi / b.lo) / 2;
}

static void measure(tally at[2][MOST_LAYERS], alv_trainer *t, const alv_samples *probe,
                    const alv_expected *e)
{
    static alv_layer_stats stats[MOST_LAYERS];
    alv_net_forward_f32(t->net, probe->x, probe->n);
    alv_net_loss_f32(t->net, probe->y, NULL);
    alv_net_backward_f32(t->net, probe->y);
    assert_true(alv_probe_layers(stats, t->net, NULL));
    assert_int_equal(t->net->n_layers, e->depth);
    const double last = stats[e->depth - 1].delta_rms;
    for (int l = 0; l < e->depth; l++) {
        count(&at[0][l], stats[l].z_std, e->layers[l].signal);
        if (l + 1 < e->depth) count(&at[1][l], stats[l].delta_rms / last, e->layers[l].gradient);
    }
}

static void add(tally *sum, const tally *t)
{
    sum->asked += t->asked, sum->held += t->held, sum->sum += t->sum, sum->half += t->half;
}

static void print(const char *what, const tally *t)
{
    if (t->asked > 0)
        print_message("  %-12s %5.1f %% of %5.0f, log bias %+.3f, half %.3f\n", what,
                      100 * t->held / t->asked, t->asked, t->sum / t->asked, t->half / t->asked);
}

static void try_one(tally sum[2], const alv_split *data, const char *text, const char *scheme_text,
                    bool tell)
{
    static tally at[2][MOST_LAYERS];
    alv_error error = {0};
    alv_scheme scheme;
    alv_model *model = model_of(text, data);
    alv_samples probe;
    alv_flow_input input;
    alv_expected e;
    double *lags;
    bool independent;
    char reason[256];
    memset(at, 0, sizeof at);
    alv_drawn *moments = calloc((size_t)model->n_params, sizeof *moments);
    assert_int_equal(alv_scheme_parse(&scheme, scheme_text, &error), ALV_OK);
    assert_int_equal(alv_probe_samples(&probe, data, (uint64_t)asked_for("SEED", 1), &error),
                     ALV_OK);
    assert_int_equal(alv_inputs_measure(&input, &lags, model, probe.x, probe.n, &error), ALV_OK);
    if (alv_moments_of(moments, &independent, model, &scheme, NULL, &error) != ALV_OK ||
        alv_expected_make(&e, model, moments, independent, &input, &error) != ALV_OK)
        fail_msg("%s %s: %s", text, scheme_text, error.message);
    const int64_t nets = asked_for("NETS", NETS), first = asked_for("SEED", 1);
    for (int64_t net = 0; net < nets; net++) {
        alv_trainer *t;
        const alv_net_options options = {
            .batch = probe.n, .optimizer = {.lr = 0.1}, .seed = (uint64_t)(first + net)};
        assert_int_equal(alv_trainer_new(&t, model, &options, &data->train, 32, &error), ALV_OK);
        assert_int_equal(alv_trainer_fill(reason, sizeof reason, t, &scheme, NULL, &error), ALV_OK);
        measure(at, t, &probe, &e);
        alv_trainer_free(t);
    }
    for (int way = 0; way < 2; way++)
        for (int l = 0; l < e.depth; l++) {
            char what[32];
            snprintf(what, sizeof what, "%s %d", way ? "gradient" : "signal", l);
            if (tell) print(what, &at[way][l]);
            add(&sum[way], &at[way][l]);
        }
    alv_expected_free(&e);
    free(lags), free(moments), free(probe.x), free(probe.y);
    alv_model_free(model);
}

static alv_split *load(const char *name)
{
    alv_split *data;
    alv_error error = {0};
    char path[512];
    const char *shared = getenv("ALVOR_SHARED_DATA");
    const alv_data_options options = {.seed = 1, .n_train = 400, .n_test = 8, .normalize = true};
    if (strcmp(name, TEXT) == 0) {
        snprintf(path, sizeof path, "%s/%s", ALV_SOURCE_DIR, name);
        assert_int_equal(alv_load_text(&data, path, &options, &error), ALV_OK);
        return data;
    }
    if (!alv_source_find(name)) {
        if (!shared) {
            print_message("  skipped: %s (set ALVOR_SHARED_DATA)\n", name);
            return NULL;
        }
        snprintf(path, sizeof path, "%s/%s", shared, name), name = path;
    }
    if (alv_data_load(&data, name, &options, &error) != ALV_OK) {
        print_message("  skipped: %s\n", error.message);
        return NULL;
    }
    return data;
}

/* A kind of network on one set of data. */
static void try_data(tally all[2], const family *f, const char *name, bool tell)
{
    alv_split *data = load(name);
    if (!data) return;
    for (int m = 0; m < 6 && f->models[m]; m++)
        for (size_t s = 0; s < sizeof schemes / sizeof *schemes; s++) {
            tally sum[2] = {{0}};
            if (tell) print_message(" %s, %s, %s\n", name, f->models[m], schemes[s]);
            try_one(sum, data, f->models[m], schemes[s], tell && getenv("LAYERS"));
            if (tell) print("signal", &sum[0]), print("gradient", &sum[1]);
            add(&all[0], &sum[0]), add(&all[1], &sum[1]);
        }
    alv_split_free(data);
}

static void bands_hold_what_they_say(void **state)
{
    (void)state;
    bool held = true;
    const char *only = getenv("FAMILY");
    for (size_t i = 0; i < sizeof families / sizeof *families; i++) {
        const family *f = &families[i];
        tally all[2] = {{0}};
        if (only && strcmp(only, f->name) != 0) continue;
        print_message("%s\n", f->name);
        for (int d = 0; d < 4 && f->data[d]; d++) try_data(all, f, f->data[d], only);
        print("signal", &all[0]), print("gradient", &all[1]);
        for (int way = 0; way < 2; way++) held = held && all[way].held >= 0.9 * all[way].asked;
    }
    assert_true(held);
}

/* Weights that depend on each other have no interval, and what theory leaves out is NaN. */
static void what_is_not_known_is_not_told(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        alv_unexpected what;
    } nets[] = {{"conv 4x2 relu in=1x8x8 out=3", ALV_UNEXPECTED_POOLED},
                {"conv 4x2 relu norm=batch in=1x8x8 out=3", ALV_UNEXPECTED_IMAGES},
                {"mlp 5-4x2-3 relu norm=rms", ALV_UNEXPECTED_FEW}};
    for (size_t i = 0; i < sizeof nets / sizeof *nets; i++) {
        alv_model *model;
        alv_error error = {0};
        assert_int_equal(alv_model_new(&model, nets[i].text, NULL, &error), ALV_OK);
        assert_true(alv_expected_lacks(model, nets[i].what));
        assert_true(alv_expected_speaks(model));
        alv_model_free(model);
    }
    alv_split *data = load("shapeset");
    alv_model *model = model_of("conv 4x2 relu norm=batch", data);
    alv_error error = {0};
    alv_samples probe;
    alv_flow_input input;
    alv_scheme scheme;
    alv_expected e;
    double *lags;
    bool independent;
    alv_drawn *moments = calloc((size_t)model->n_params, sizeof *moments);
    assert_int_equal(alv_scheme_parse(&scheme, "orthogonal", &error), ALV_OK);
    assert_int_equal(alv_probe_samples(&probe, data, 1, &error), ALV_OK);
    assert_int_equal(alv_inputs_measure(&input, &lags, model, probe.x, probe.n, &error), ALV_OK);
    assert_int_equal(alv_moments_of(moments, &independent, model, &scheme, NULL, &error), ALV_OK);
    assert_false(independent);
    assert_int_equal(alv_expected_make(&e, model, moments, independent, &input, &error), ALV_OK);
    assert_int_equal(e.depth, 3);
    assert_true(e.layers[0].signal.mid > 0 && isnan(e.layers[0].signal.lo));
    assert_true(isnan(e.layers[0].gradient.mid) && e.layers[1].gradient.mid > 0);
    assert_true(isnan(e.layers[2].signal.mid));
    input.square = 0;
    alv_expected_free(&e);
    assert_int_equal(alv_expected_make(&e, model, moments, independent, &input, &error),
                     ALV_ERR_ARGUMENT);
    alv_expected_free(&e);
    free(lags), free(moments), free(probe.x), free(probe.y);
    alv_model_free(model);
    alv_split_free(data);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(bands_hold_what_they_say),
        cmocka_unit_test(what_is_not_known_is_not_told),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
