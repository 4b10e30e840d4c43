/* What the page's menus offer, read off the tables of the engine. */
#include "catalogue.h"

#include "data/data.h"
#include "json.h"
#include "nn/net.h"
#include "playground.h"
#include "verdict/verdict.h"

/* The columns of alvor_look. */
const look_column look_columns[] = {
    {"signal", offsetof(alv_layer_stats, z_std)},
    {"error", offsetof(alv_layer_stats, delta_rms)},
    {"gradient", offsetof(alv_layer_stats, grad_rms)},
    {"saturated", offsetof(alv_layer_stats, saturated)},
    {"dead", offsetof(alv_layer_stats, dead)},
    {"symmetry", offsetof(alv_layer_stats, symmetry)},
    {"locked", offsetof(alv_layer_stats, locked)},
    {"weights", offsetof(alv_layer_stats, weight_std)},
};
const int n_look_columns = ALV_COUNT(look_columns);

static void write_columns(void)
{
    json_open("columns", '[');
    for (int i = 0; i < n_look_columns; i++) json_text(NULL, look_columns[i].name);
    json_close(']');
}

static void write_argument(const alv_init_arg *arg)
{
    json_open(NULL, '{');
    json_text("name", arg->name);
    json_number("value", arg->value);
    json_number("lo", arg->lo);
    json_number("hi", arg->hi);
    json_flag("open_lo", arg->open_lo);
    json_flag("shown", arg->shown);
    json_text("choices", arg->choices);
    json_pair("help", arg->help);
    json_close('}');
}

/* True if the scheme fills a dense layer by itself, square and not. */
static bool suits_dense(const alv_initializer *init)
{
    static const int64_t shapes[][2] = {{32, 2}, {32, 32}, {3, 32}};
    alv_scheme scheme;
    double mean, variance;
    if (init->gates || alv_scheme_parse(&scheme, init->name, NULL) != ALV_OK) return false;
    for (int i = 0; i < ALV_COUNT(shapes); i++) {
        const alv_tensor t = {.name = "w", .rank = 2, .shape = {shapes[i][0], shapes[i][1]}};
        if (alv_init_moments(&mean, &variance, &scheme, &t, NULL) != ALV_OK) return false;
    }
    return true;
}

static void write_schemes(void)
{
    json_open("schemes", '[');
    for (int i = 0; i < alv_init_count(); i++) {
        const alv_initializer *init = alv_init_at(i);
        if (!suits_dense(init)) continue;
        json_open(NULL, '{');
        json_text("name", init->name);
        json_pair("summary", init->summary);
        json_text("formula", init->formula);
        json_text("pytorch", init->pytorch);
        json_open("args", '[');
        for (int a = 0; a < ALV_MAX_INIT_ARGS && init->args[a].name; a++)
            write_argument(&init->args[a]);
        json_close(']');
        json_close('}');
    }
    json_close(']');
}

static void write_activations(void)
{
    json_open("activations", '[');
    for (int i = 0; i < alv_act_count(); i++) {
        const alv_act *act = alv_act_at(i);
        alv_gain gain = {0};
        alv_act_gain(&gain, (alv_act_spec){act, act->param_default}, NULL);
        json_open(NULL, '{');
        json_text("name", act->name);
        json_text("formula", act->formula);
        json_flag("dies", act->can_die);
        json_number("gain", gain.forward);
        json_close('}');
    }
    json_close(']');
}

static void write_optimizers(void)
{
    json_open("optimizers", '[');
    for (int i = 0; alv_optimizer_name((alv_optimizer_kind)i); i++) {
        json_open(NULL, '{');
        json_text("name", alv_optimizer_name((alv_optimizer_kind)i));
        json_number("rate", alv_optimizer_rate((alv_optimizer_kind)i));
        json_number("middle", alv_optimizer_middle_rate((alv_optimizer_kind)i));
        json_close('}');
    }
    json_close(']');
}

static void write_sources(void)
{
    json_open("sources", '[');
    for (int i = 0; i < alv_source_count(); i++) {
        const alv_source *source = alv_source_at(i);
        json_open(NULL, '{');
        json_text("name", source->name);
        json_pair("summary", source->summary);
        json_number("dim", (double)source->dim);
        json_number("height", source->height);
        json_number("width", source->width);
        json_number("classes", source->classes);
        json_number("train", (double)source->n_train);
        json_number("test", (double)source->n_test);
        json_open("names", '[');
        for (int c = 0; source->class_names && c < source->classes; c++)
            json_pair(NULL, source->class_names[c]);
        json_close(']');
        json_close('}');
    }
    json_close(']');
}

const char *alvor_catalogue(void)
{
    json_begin();
    json_open(NULL, '{');
    json_text("version", ALV_VERSION);
    write_columns();
    write_schemes();
    write_activations();
    write_optimizers();
    write_sources();
    json_pair("caveat",
              (const char *const[]){alv_forecast_caveat(ALV_EN), alv_forecast_caveat(ALV_PT)});
    json_close('}');
    return json_end();
}
