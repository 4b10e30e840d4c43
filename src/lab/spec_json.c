/* spec.json: everything that decides a comparison's results, and the digest that names it.
 *
 * Keys stand in a fixed order and numbers are the shortest text that reads back the same, so that
 * equal comparisons have equal bytes. The digest covers these bytes and the engine; jobs, language
 * and output are not in them. */
#include "base/base.h"
#include "lab/json.h"
#include "lab/setup.h"
#include "model/build.h"

void alv_text_digest(char out[17], const char *text)
{
    uint64_t hash = alv_stream_make(0, text, NULL).name;
    for (int i = 0; i < 16; i++) out[i] = "0123456789abcdef"[hash >> (60 - 4 * i) & 15];
    out[16] = '\0';
}

static void write_data(alv_json *json, const alv_setup *setup)
{
    const alv_split *data = setup->data;
    char digest[17];
    for (int i = 0; i < 16; i++) digest[i] = "0123456789abcdef"[data->digest >> (60 - 4 * i) & 15];
    digest[16] = '\0';
    alv_json_open(json, "data", '{');
    alv_json_string(json, "name", data->name);
    alv_json_string(json, "digest", digest);
    alv_json_int(json, "train", data->train.n);
    alv_json_int(json, "validation", setup->validation.n);
    alv_json_int(json, "test", data->test.n);
    if (setup->last_test.n > 0) alv_json_int(json, "tested", setup->last_test.n);
    alv_json_int(json, "inputs", data->dim);
    alv_json_int(json, "classes", data->classes);
    alv_json_real(json, "chance_loss", setup->chance_loss);
    alv_json_close(json);
}

static void write_recipe(alv_json *json, const alv_recipe *recipe)
{
    const alv_optimizer *o = &recipe->optimizer;
    alv_json_open(json, NULL, '{');
    alv_json_string(json, "optimizer", recipe->optimizer_text);
    alv_json_real(json, "lr", o->lr);
    alv_json_real(json, "momentum", o->momentum);
    alv_json_real(json, "weight_decay", o->weight_decay);
    alv_json_string(json, "schedule", recipe->schedule_text);
    alv_json_string(json, "regularizer", recipe->regularizer_text);
    if (recipe->own_rate) {
        double rates[ALV_RATES];
        alv_rates_grid(rates, o->kind);
        alv_json_open(json, "own_rate_of", '[');
        for (int i = 0; i < ALV_RATES; i++) alv_json_real(json, NULL, rates[i]);
        alv_json_close(json);
        alv_json_int(json, "rate_seeds", ALV_RATE_SEEDS);
    }
    alv_json_close(json);
}

static void write_training(alv_json *json, const alv_setup *setup)
{
    alv_json_open(json, "recipes", '[');
    for (int i = 0; i < setup->recipes.n; i++) write_recipe(json, &setup->recipes.list[i]);
    alv_json_close(json);
    alv_json_string(json, "loss", alv_loss_name(setup->loss));
    alv_json_real(json, "target", setup->target);
    alv_json_int(json, "batch", setup->batch);
    alv_json_int(json, "steps", setup->steps);
    alv_json_int(json, "steps_per_epoch", setup->epoch_steps);
    alv_json_int(json, "seeds", setup->seeds);
    alv_json_seed(json, "seed", setup->seed);
    if (setup->stream) alv_json_string(json, "stream", setup->stream->name);
    alv_json_string(json, "backend", alv_backend_name(setup->backend));
    alv_json_string(json, "probes", setup->light ? "initialization" : "all");
    alv_json_bool(json, "extra", setup->extra);
}

alv_status alv_setup_model_text(char *out, size_t size, const alv_setup *setup, alv_error *error)
{
    ALV_TRY(alv_model_print(out, size, setup->acts[0].model, error));
    size_t n = strlen(out), act = strlen(setup->acts[0].text);
    if (n > act && out[n - act - 1] == ' ' && strcmp(out + n - act, setup->acts[0].text) == 0)
        out[n - act - 1] = '\0';
    return ALV_OK;
}

/* The names of the layers, where they are not fc1, fc2, ... */
static void write_layers(alv_json *json, const alv_model *model)
{
    if (alv_model_is_chain(model)) return;
    alv_json_open(json, "layers", '[');
    for (int i = 0; i < model->n_nodes; i++) {
        char name[ALV_MAX_NAME];
        if (model->nodes[i].op != ALV_OP_WEIGHTS) continue;
        alv_model_layer_name(name, model, i);
        alv_json_string(json, NULL, name);
    }
    alv_json_close(json);
}

/* What the network fixes, whatever scheme fills the rest. */
static void write_fixed(alv_json *json, const alv_model *model)
{
    if (!model->fixed) return;
    alv_json_open(json, "fixed", '[');
    for (int p = 0; p < model->n_params; p++) {
        if (!model->fixed[p].scheme) continue;
        alv_json_open(json, NULL, '{');
        alv_json_string(json, "parameter", model->params[p].name);
        alv_json_string(json, "scheme", model->fixed[p].scheme);
        alv_json_close(json);
    }
    alv_json_close(json);
}

alv_status alv_setup_describe(alv_setup *setup, alv_error *error)
{
    char model[512], engine[96], *whole;
    alv_json json = {0};
    ALV_TRY(alv_setup_model_text(model, sizeof model, setup, error));
    alv_json_open(&json, NULL, '{');
    alv_json_string(&json, "schema", "alvor.spec/1");
    write_data(&json, setup);
    alv_json_string(&json, "model", model);
    write_layers(&json, setup->acts[0].model);
    if (setup->network) alv_json_string(&json, "network", setup->network);
    write_fixed(&json, setup->acts[0].model);
    alv_json_open(&json, "activations", '[');
    for (int i = 0; i < setup->n_acts; i++) alv_json_string(&json, NULL, setup->acts[i].text);
    alv_json_close(&json);
    alv_json_open(&json, "schemes", '[');
    for (int i = 0; i < setup->n_schemes; i++) alv_json_string(&json, NULL, setup->schemes[i].text);
    alv_json_close(&json);
    alv_json_string(&json, "bias", setup->has_bias ? setup->bias.text : NULL);
    write_training(&json, setup);
    alv_json_close(&json);
    setup->spec = alv_json_take(&json);
    alv_engine_text(engine, sizeof engine);
    size_t room = setup->spec ? strlen(setup->spec) + sizeof engine : 0;
    whole = setup->spec ? alv_new_array(room, 1) : NULL;
    if (!whole) return alv_fail(error, ALV_ERR_MEMORY, "spec", "out of memory");
    alv_text_format(whole, room, "%s%s", setup->spec, engine);
    alv_text_digest(setup->digest, whole);
    free(whole);
    return ALV_OK;
}
