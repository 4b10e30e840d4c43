/* Looks up every name of a comparison, fills in its defaults, loads its data, checks its sizes. */
#include "lab/setup.h"

#include <stdio.h>

#include "base/base.h"
#include "formats/network.h"
#include "init/fixed.h"
#include "lab/file.h"
#include "lab/list.h"
#include "train/fill.h"
#include "train/follow.h"
#include "train/samples.h"

enum { MAX_SEEDS = 10000, MAX_STEPS = 1000000000, MAX_BATCH = 1 << 24 };
/* Of the training samples, one in so many is set aside where rates are chosen. */
enum { VALIDATION_SHARE = 5 };

/* Deep enough that the choice decides between training and not (12 hidden layers), small enough
 * that all of it takes less than half a minute on two cores. */
alv_compare alv_compare_defaults(void)
{
    return (alv_compare){
        .data = "spirals",
        .hidden = "100x12",
        .schemes = "zeros,normal(std=0.01),uniform(r=1),torch_default,xavier_uniform,he_normal",
        .optimizers = "sgd",
        .schedules = "constant",
        .regularizers = "none",
        .loss = "cross_entropy",
        .backend = "onednn",
        .batch = 64,
        .steps = 800,
        .seeds = 5,
        .seed = 42,
        .extra = true,
    };
}

static alv_status no_memory(alv_error *error)
{
    return alv_fail(error, ALV_ERR_MEMORY, "lab", "out of memory");
}

static alv_status parse_scheme(alv_arm_scheme *out, const char *text, alv_error *error)
{
    ALV_TRY(alv_scheme_parse(&out->scheme, text, error));
    return alv_scheme_print(out->text, sizeof out->text, &out->scheme, error);
}

static alv_status parse_schemes(alv_setup *setup, const char *text, alv_error *error)
{
    setup->schemes = alv_new_array(alv_list_room(text), sizeof *setup->schemes);
    if (!setup->schemes) return no_memory(error);
    for (alv_list list = alv_list_make("init", text); list.at;) {
        char item[ALV_MAX_TEXT];
        ALV_TRY(alv_list_next(item, sizeof item, &list, error));
        alv_arm_scheme *arm = &setup->schemes[setup->n_schemes];
        ALV_TRY(alv_list_blame(parse_scheme(arm, item, error), &list, error));
        for (int i = 0; i < setup->n_schemes; i++)
            if (strcmp(setup->schemes[i].text, arm->text) == 0)
                return alv_fail(error, ALV_ERR_ARGUMENT, "init", "%s is given twice", arm->text);
        setup->n_schemes++;
    }
    return ALV_OK;
}

static alv_status make_model(alv_model **out, alv_setup *setup, const alv_compare *what,
                             const char *act, alv_error *error)
{
    alv_model_hints hints = {.inputs = setup->data->dim,
                             .outputs = setup->data->classes,
                             .height = setup->data->height,
                             .width = setup->data->width,
                             .tokens = setup->data->tokens,
                             .hidden_only = what->model == NULL,
                             .act = act};
    if (what->model && alv_network_is_path(what->model)) {
        char *network;
        ALV_TRY(alv_network_load(out, &network, what->model, &hints, error));
        free(setup->network);
        setup->network = network;
        return ALV_OK;
    }
    const alv_status status =
        alv_model_new(out, what->model ? what->model : what->hidden, &hints, error);
    /* Positions count in the text that was given, so the argument named is the one that gave it. */
    if (status != ALV_OK && error && !what->model && strcmp(error->where, "model") == 0)
        strcpy(error->where, "hidden");
    return status;
}

/* The network's text under a hint, and the first activation in it. */
static alv_status hidden_act(char text[ALV_MAX_MODEL_TEXT], char *out, size_t size,
                             alv_setup *setup, const alv_compare *what, const char *hint,
                             alv_error *error)
{
    alv_model *model;
    ALV_TRY(make_model(&model, setup, what, hint, error));
    alv_act_spec act = {0};
    for (int i = 0; i < model->n_nodes && !act.act; i++) act = model->nodes[i].act;
    alv_status status = alv_act_print(out, size, act, error);
    if (status == ALV_OK) status = alv_model_print(text, ALV_MAX_MODEL_TEXT, model, error);
    alv_model_free(model);
    return status;
}

/* The activation that the model itself names, where no hint changes it. "" if none. */
static alv_status named_act(char *out, size_t size, alv_setup *setup, const alv_compare *what,
                            alv_error *error)
{
    char one[ALV_MAX_MODEL_TEXT], two[ALV_MAX_MODEL_TEXT], other[ALV_MAX_TEXT];
    ALV_TRY(hidden_act(one, out, size, setup, what, "relu", error));
    ALV_TRY(hidden_act(two, other, sizeof other, setup, what, "tanh", error));
    if (strcmp(one, two) != 0) out[0] = '\0';
    return ALV_OK;
}

static alv_status parse_act(alv_arm_act *out, const char *text, alv_error *error)
{
    alv_act_spec act;
    ALV_TRY(alv_act_parse(&act, text, error));
    return alv_act_print(out->text, sizeof out->text, act, error);
}

static alv_status add_act(alv_setup *setup, const alv_compare *what, alv_error *error)
{
    alv_arm_act *arm = &setup->acts[setup->n_acts];
    for (int i = 0; i < setup->n_acts; i++)
        if (strcmp(setup->acts[i].text, arm->text) == 0)
            return alv_fail(error, ALV_ERR_ARGUMENT, "act", "%s is given twice", arm->text);
    ALV_TRY(make_model(&arm->model, setup, what, arm->text, error));
    setup->n_acts++;
    return ALV_OK;
}

static alv_status parse_acts(alv_setup *setup, const alv_compare *what, alv_error *error)
{
    char named[ALV_MAX_TEXT];
    ALV_TRY(named_act(named, sizeof named, setup, what, error));
    if (named[0] && what->activations)
        return alv_fail(error, ALV_ERR_ARGUMENT, "act",
                        "the model's text already names %s, or has activations of its own: leave "
                        "one of them out",
                        named);
    const char *text = what->activations ? what->activations : named[0] ? named : "relu,tanh";
    setup->acts = alv_new_array(alv_list_room(text), sizeof *setup->acts);
    if (!setup->acts) return no_memory(error);
    for (alv_list list = alv_list_make("act", text); list.at;) {
        char item[ALV_MAX_TEXT];
        alv_arm_act *arm = &setup->acts[setup->n_acts];
        ALV_TRY(alv_list_next(item, sizeof item, &list, error));
        ALV_TRY(alv_list_blame(parse_act(arm, item, error), &list, error));
        ALV_TRY(add_act(setup, what, error));
    }
    return ALV_OK;
}

/* What a setting is called after: its activation, or where no layer has one (an lstm's gates have
 * their own) the network's family. */
static void name_arm(char out[ALV_MAX_TEXT], const alv_arm_act *arm)
{
    const alv_model *model = arm->model;
    bool named = model->family[0] == '\0';
    for (int i = 0; i < model->n_nodes; i++) named = named || model->nodes[i].act.act;
    const size_t word = strcspn(model->family, " ");
    alv_text_format(out, named || word >= ALV_MAX_TEXT ? ALV_MAX_TEXT : word + 1, "%s",
                    named ? arm->text : model->family);
}

static alv_status make_settings(alv_setup *setup, alv_error *error)
{
    const alv_recipes *recipes = &setup->recipes;
    setup->settings =
        alv_new_array((size_t)setup->n_acts * (size_t)recipes->n, sizeof *setup->settings);
    if (!setup->settings) return no_memory(error);
    for (int act = 0; act < setup->n_acts; act++) {
        char name[ALV_MAX_TEXT];
        name_arm(name, &setup->acts[act]);
        for (int i = 0; i < recipes->n; i++) {
            alv_setting *setting = &setup->settings[setup->n_settings++];
            setting->act = act;
            setting->recipe = &recipes->list[i];
            ALV_TRY(alv_setting_print(setting->text, recipes, i, name, error));
        }
    }
    return ALV_OK;
}

static alv_status check_range(const char *name, double value, double lo, double hi,
                              alv_error *error)
{
    if (value >= lo && value <= hi) return ALV_OK;
    return alv_fail(error, ALV_ERR_RANGE, name, "%g is not between %g and %g", value, lo, hi);
}

static alv_status check_numbers(const alv_compare *what, alv_error *error)
{
    ALV_TRY(check_range("momentum", what->momentum, 0, 1, error));
    ALV_TRY(check_range("weight-decay", what->weight_decay, 0, 1e6, error));
    ALV_TRY(check_range("batch", (double)what->batch, 1, MAX_BATCH, error));
    ALV_TRY(check_range("steps", (double)what->steps, 0, MAX_STEPS, error));
    ALV_TRY(check_range("epochs", (double)what->epochs, 0, MAX_STEPS, error));
    ALV_TRY(check_range("seeds", (double)what->seeds, 1, MAX_SEEDS, error));
    ALV_TRY(check_range("train", (double)what->n_train, 0, INT32_MAX, error));
    ALV_TRY(check_range("context", (double)what->context, 0, INT32_MAX, error));
    ALV_TRY(check_range("target", what->target, 0, 1e300, error));
    return check_range("test", (double)what->n_test, 0, INT32_MAX, error);
}

static alv_status try_scheme(const alv_setup *setup, const alv_scheme *scheme,
                             const alv_tensor *tensor, alv_error *error)
{
    double mean, variance;
    alv_scheme suited;
    if (setup->stream) ALV_TRY(alv_follow_check_scheme(setup->stream, scheme, tensor, error));
    ALV_TRY(alv_scheme_for(&suited, scheme, tensor, error));
    return alv_init_moments(&mean, &variance, &suited, tensor, error);
}

/* An error says which scheme cannot fill which parameter. */
static alv_status check_scheme(const alv_setup *setup, const alv_arm_scheme *arm,
                               const alv_tensor *tensor, const char *option, alv_error *error)
{
    alv_error own;
    const alv_status status = try_scheme(setup, &arm->scheme, tensor, &own);
    if (status == ALV_OK || status == ALV_ERR_MEMORY) {
        if (status != ALV_OK && error) *error = own;
        return status;
    }
    return alv_fail(error, status, option, "%s of %s: %s", arm->text, tensor->name, own.message);
}

/* A scheme that the network's file fixes, on its parameter. */
static alv_status check_fixed(const alv_model *model, int param, const char *file, alv_error *error)
{
    alv_scheme scheme;
    alv_error own;
    double mean, variance;
    const alv_fixed *fixed = &model->fixed[param];
    alv_status status = alv_scheme_fixed(&scheme, model, param, &own);
    if (status == ALV_OK)
        status = alv_init_moments(&mean, &variance, &scheme, &model->params[param], &own);
    if (status == ALV_OK) return ALV_OK;
    return alv_fail(error, status, file, "line %d, column %d: %s of %s: %s", fixed->line,
                    fixed->column, fixed->scheme, model->params[param].name, own.message);
}

/* Schemes compared on a network that leaves them nothing to fill would all be the same. */
static alv_status check_free(const alv_setup *setup, const alv_model *model, const char *file,
                             alv_error *error)
{
    for (int p = 0; p < model->n_params; p++)
        if (model->params[p].role == ALV_ROLE_WEIGHT && !alv_is_fixed(model, p)) return ALV_OK;
    if (setup->n_schemes == 1) return ALV_OK;
    return alv_fail(error, ALV_ERR_ARGUMENT, file,
                    "it fixes the scheme of all its weights, so that there are none for --init to "
                    "compare: leave some of them free, or name one scheme");
}

/* Tries every scheme on every parameter, so that no trial fails half-way through the run. */
static alv_status check_schemes(const alv_setup *setup, const char *file, alv_error *error)
{
    for (int a = 0; a < setup->n_acts; a++) {
        const alv_model *model = setup->acts[a].model;
        if (setup->stream) ALV_TRY(alv_follow_check_model(setup->stream, model, error));
        ALV_TRY(check_free(setup, model, file, error));
        for (int p = 0; p < model->n_params; p++) {
            const alv_tensor *tensor = &model->params[p];
            if (alv_is_fixed(model, p)) {
                ALV_TRY(check_fixed(model, p, file, error));
                continue;
            }
            if (tensor->role == ALV_ROLE_BIAS && setup->has_bias)
                ALV_TRY(check_scheme(setup, &setup->bias, tensor, "bias", error));
            for (int s = 0; tensor->role == ALV_ROLE_WEIGHT && s < setup->n_schemes; s++)
                ALV_TRY(check_scheme(setup, &setup->schemes[s], tensor, "init", error));
        }
    }
    return ALV_OK;
}

static alv_status parse_stream(alv_setup *setup, const alv_compare *what, alv_error *error)
{
    const char *bias = what->bias ? what->bias : what->stream ? "torch_default" : NULL;
    setup->stream = alv_compat_find(what->stream);
    setup->has_bias = bias != NULL;
    if (bias) ALV_TRY(alv_blame(parse_scheme(&setup->bias, bias, error), "bias", error));
    if (what->stream && !setup->stream)
        return alv_fail(error, ALV_ERR_UNKNOWN_NAME, "stream",
                        "unknown stream '%s'; `alvor list --streams` shows those", what->stream);
    for (int i = 0; setup->stream && i < setup->recipes.n; i++)
        if (setup->recipes.list[i].regularizer.dropout > 0)
            return alv_fail(error, ALV_ERR_UNSUPPORTED, "stream",
                            "dropout's masks are not those of %s, which draws them between the "
                            "orders of the samples: leave one of the two out",
                            setup->stream->name);
    return ALV_OK;
}

static alv_status parse_training(alv_setup *setup, const alv_compare *what, alv_error *error)
{
    ALV_TRY(alv_recipes_make(&setup->recipes, what, error));
    for (int i = 0; i < setup->recipes.n; i++)
        setup->tuned = setup->tuned || setup->recipes.list[i].own_rate;
    ALV_TRY(alv_blame(alv_loss_parse(&setup->loss, what->loss, error), "loss", error));
    ALV_TRY(alv_blame(alv_backend_parse(&setup->backend, what->backend, error), "backend", error));
    setup->seeds = (int)what->seeds;
    setup->seed = what->seed;
    setup->extra = what->extra;
    setup->light = what->light;
    return parse_stream(setup, what, error);
}

static alv_status load_data(alv_setup *setup, const alv_compare *what, alv_error *error)
{
    alv_data_options options = {.seed = what->seed,
                                .n_train = what->n_train,
                                .n_test = what->n_test,
                                .context = what->context,
                                .normalize = true};
    ALV_TRY(alv_data_load(&setup->data, what->data, &options, error));
    if (setup->tuned)
        ALV_TRY(alv_split_hold_out(&setup->validation, setup->data, VALIDATION_SHARE, what->seed,
                                   "validation", error));
    int64_t n = setup->data->train.n;
    if (n < 1 || setup->data->test.n < 1)
        return alv_fail(error, ALV_ERR_FORMAT, "data", "it has no %s samples",
                        n < 1 ? "training" : "test");
    setup->batch = what->batch < n ? what->batch : n;
    setup->epoch_steps = (n + setup->batch - 1) / setup->batch;
    setup->steps = what->steps;
    if (what->epochs > MAX_STEPS / setup->epoch_steps)
        return alv_fail(error, ALV_ERR_RANGE, "epochs", "more than %d steps", MAX_STEPS);
    if (what->epochs > 0) setup->steps = what->epochs * setup->epoch_steps;
    ALV_TRY(alv_chance_loss(&setup->chance_loss, setup->data, setup->loss, error));
    setup->target = what->target > 0 ? what->target : setup->chance_loss / 2;
    return ALV_OK;
}

/* oneDNN rounds by processor and by version; the portable kernels round alike everywhere. */
static void describe_rounding(alv_setup *setup)
{
    char processor[128], version[64];
    if (setup->backend == ALV_BACKEND_PORTABLE) return;
    alv_processor_text(processor, sizeof processor);
    alv_backend_version(version, sizeof version, setup->backend);
    alv_text_format(setup->rounding, sizeof setup->rounding, "onednn %s, %s", version, processor);
}

alv_status alv_setup_make(alv_setup *out, const alv_compare *what, alv_error *error)
{
    *out = (alv_setup){0};
    ALV_TRY(check_numbers(what, error));
    ALV_TRY(parse_training(out, what, error));
    ALV_TRY(parse_schemes(out, what->schemes, error));
    ALV_TRY(load_data(out, what, error));
    ALV_TRY(parse_acts(out, what, error));
    ALV_TRY(make_settings(out, error));
    ALV_TRY(alv_setup_fits(out, what, error));
    describe_rounding(out);
    ALV_TRY(check_schemes(out, what->model, error));
    ALV_TRY(alv_setup_looks(out, what, error));
    return alv_setup_describe(out, error);
}

void alv_setup_free(alv_setup *setup)
{
    for (int i = 0; setup->acts && i < setup->n_acts; i++) alv_model_free(setup->acts[i].model);
    alv_split_free(setup->data);
    alv_recipes_free(&setup->recipes);
    free(setup->settings);
    free(setup->schemes);
    free(setup->acts);
    free(setup->validation.x);
    free(setup->validation.y);
    free(setup->probe.x);
    free(setup->probe.y);
    free(setup->quick_test.x);
    free(setup->quick_test.y);
    free(setup->last_test.x);
    free(setup->last_test.y);
    free(setup->curve);
    free(setup->probes);
    free(setup->network);
    free(setup->spec);
    *setup = (alv_setup){0};
}

void alv_engine_text(char *out, size_t size)
{
    alv_text_format(out, size, "alvor %s, stream %d, trainer %s", ALV_VERSION, ALV_STREAM_VERSION,
                    ALV_TRAINER);
}

void alv_processor_text(char *out, size_t size)
{
    alv_text_format(out, size, "unknown");
    FILE *file = fopen("/proc/cpuinfo", "r");
    char line[256];
    while (file && fgets(line, sizeof line, file)) {
        char *colon = strchr(line, ':');
        if (strncmp(line, "model name", 10) != 0 || !colon) continue;
        colon[strcspn(colon, "\n")] = '\0';
        alv_text_format(out, size, "%s", colon + 1 + strspn(colon + 1, " "));
        break;
    }
    if (file) fclose(file);
}
