/* Schoenholz et al. (2017), figure 5: nets train about as deep as their correlations reach. */
#include <math.h>
#include <string.h>

#include "base/base.h"
#include "reproduce/trainings.h"

enum { COLUMNS = 9, ROWS = 4, SEEDS = 3, CRITICAL = 4 };

static const double variances[COLUMNS] = {0.7, 1, 1.3, 1.5, 1.76, 2, 2.5, 3, 4};
static const int depths[ROWS] = {20, 30, 40, 60};

/* As the lab's document has it. */
static alv_status scheme_of(char out[ALV_MAX_NAME], double variance, alv_error *error)
{
    char text[96];
    alv_scheme scheme;
    alv_text_format(text, sizeof text,
                    "variance_scaling(scale=%g, mode=fan_in, distribution=normal)", variance);
    ALV_TRY(alv_scheme_parse(&scheme, text, error));
    return alv_scheme_print(out, ALV_MAX_NAME, &scheme, error);
}

/* Median test accuracies of the nets of one depth, by weight variance. */
static alv_status train(double out[COLUMNS], int depth, const alv_watch *watch, alv_error *error)
{
    char hidden[32], schemes[COLUMNS * ALV_MAX_NAME] = "", scheme[ALV_MAX_NAME];
    json_t *document = NULL;
    alv_compare what = alv_trainings_defaults("schoenholz2017_depth");
    for (int i = 0; i < COLUMNS; i++) {
        const size_t n = strlen(schemes);
        ALV_TRY(scheme_of(scheme, variances[i], error));
        alv_text_format(schemes + n, sizeof schemes - n, "%s%s", i > 0 ? "," : "", scheme);
    }
    alv_text_format(hidden, sizeof hidden, "100x%d", depth);
    what.data = "blobs";
    what.hidden = hidden;
    what.activations = "tanh";
    what.schemes = schemes;
    what.bias = "normal(std=0.22360679774997896)";
    what.optimizers = "momentum";
    what.rates = "0.01";
    what.batch = 64;
    what.steps = 400;
    what.seeds = SEEDS;
    ALV_TRY(alv_trainings_run(&document, &what, watch, error));
    alv_status status = ALV_OK;
    for (int i = 0; status == ALV_OK && i < COLUMNS; i++) {
        double values[SEEDS];
        status = scheme_of(scheme, variances[i], error);
        if (status != ALV_OK) break;
        const int n =
            alv_trainings_values(values, SEEDS, document, "tanh", scheme, "final_test_accuracy");
        out[i] = alv_trainings_median(values, n);
    }
    json_decref(document);
    return status;
}

static double best_variance(const double row[COLUMNS])
{
    int best = 0;
    for (int i = 1; i < COLUMNS; i++)
        if (row[i] > row[best]) best = i;
    return variances[best];
}

/* xi_c: how deep correlations reach. */
static alv_status reach(double *out, double variance, alv_error *error)
{
    alv_mean_field_limit limit;
    alv_mean_field net = {.weight_variance = variance, .bias_variance = 0.05};
    ALV_TRY(alv_act_parse(&net.act, "tanh", error));
    ALV_TRY(alv_mean_field_converge(&limit, &net, 1, error));
    *out = limit.c_depth;
    return ALV_OK;
}

/* The best accuracy among nets deeper than 12 xi_c. */
static alv_status beyond(double *out, double grid[ROWS][COLUMNS], alv_error *error)
{
    *out = 0;
    for (int i = 0; i < COLUMNS; i++) {
        double depth;
        ALV_TRY(reach(&depth, variances[i], error));
        for (int row = 0; row < ROWS; row++)
            if (depths[row] > 12 * depth && !(grid[row][i] <= *out)) *out = grid[row][i];
    }
    return ALV_OK;
}

/* The map, and over it 6 xi_c, where the paper sees training end. */
static alv_status draw(alv_outcome *out, double grid[ROWS][COLUMNS], alv_error *error)
{
    for (int row = 0; row < ROWS; row++)
        for (int i = 0; i < COLUMNS; i++)
            alv_draw_cell(out, 0, 0, variances[i], depths[row], grid[row][i]);
    for (double variance = 0.6; variance < 4.5; variance += 0.05) {
        double depth;
        ALV_TRY(reach(&depth, variance, error));
        alv_draw(out, 0, 1, variance, fmin(6 * depth, 1000));
    }
    return ALV_OK;
}

static alv_status run(alv_outcome *out, const alv_watch *watch, alv_error *error)
{
    double grid[ROWS][COLUMNS];
    for (int row = 0; row < ROWS; row++) ALV_TRY(train(grid[row], depths[row], watch, error));
    out->measured[0] = best_variance(grid[1]);
    out->measured[1] = best_variance(grid[2]);
    out->measured[2] = grid[1][CRITICAL] - grid[1][0];
    out->measured[3] = grid[1][CRITICAL] - grid[1][COLUMNS - 1];
    ALV_TRY(draw(out, grid, error));
    return beyond(&out->measured[4], grid, error);
}

const alv_experiment alv_experiment_schoenholz2017_depth = {
    .name = "schoenholz2017_depth",
    .title = {"The deepest nets that train lie at the edge of chaos",
              "As redes mais profundas que treinam ficam na borda do caos"},
    .paper = "Schoenholz, Gilmer, Ganguli & Sohl-Dickstein (2017), Deep information propagation, "
             "arXiv:1611.01232, section 5 and figure 5",
    .setting = {"Tanh layers of 100 units, 20 to 60 of them, on blobs; bias variance 0.05, nine "
                "weight variances from 0.7 to 4 (the edge of chaos is at 1.76), the head's too; "
                "SGD with momentum 0.9 at rate 0.01, batch 64, 400 steps; median test accuracy of "
                "3 seeds. The paper trains 300 units on MNIST and CIFAR-10, up to 300 layers.",
                "Camadas tanh de 100 unidades, de 20 a 60 delas, sobre blobs; variância dos vieses "
                "0,05, nove variâncias dos pesos de 0,7 a 4 (a borda do caos está em 1,76), também "
                "na saída; SGD com momento 0,9 e taxa 0,01, lote 64, 400 passos; mediana da "
                "acurácia de teste de 3 sementes. O artigo treina 300 unidades em MNIST e "
                "CIFAR-10, até 300 camadas."},
    .claims = {{{"30 layers: weight variance that trains best",
                 "30 camadas: variância dos pesos que treina melhor"},
                1.76,
                1.3,
                2},
               {{"40 layers: the same", "40 camadas: o mesmo"}, 1.76, 1.3, 2},
               {{"30 layers: accuracy at 1.76 less that at 0.7 (order)",
                 "30 camadas: acurácia em 1,76 menos a em 0,7 (ordem)"},
                (double)NAN,
                0.4,
                1},
               {{"30 layers: accuracy at 1.76 less that at 4 (chaos)",
                 "30 camadas: acurácia em 1,76 menos a em 4 (caos)"},
                (double)NAN,
                0.4,
                1},
               {{"nets deeper than twice 6 xi_c: the best accuracy (chance: 0.1)",
                 "redes mais fundas que duas vezes 6 xi_c: a melhor acurácia (acaso: 0,1)"},
                (double)NAN,
                0,
                0.3}},
    .figure = {{"Test accuracy after 400 steps, by weight variance and depth, as in figure 5",
                "Acurácia de teste após 400 passos, por variância dos pesos e profundidade, como "
                "na figura 5"},
               {{.title = {"tanh, 100 units", "tanh, 100 unidades"},
                 .x = {{"weight variance", "variância dos pesos"}},
                 .y = {{"layers", "camadas"}},
                 .shade = {"accuracy", "acurácia"},
                 .series = {{{"accuracy", "acurácia"}, ALV_CELLS},
                            {{"theory: 6 xi_c", "teoria: 6 xi_c"}, ALV_THEORY}}}}},
    .run = run,
};
