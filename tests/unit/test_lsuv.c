/* LSUV through callbacks: a small network reaches unit variance in every layer, hostile callbacks
 * get the status that they earn, and the lab does it on its own networks. */
#include "lab_fixture.h"

#include "alvor/lsuv.h"

/* -- a network of LAYERS tanh layers in plain loops, which keeps the inputs of each layer -- */

enum { LAYERS = 7, WIDTH = 24, ROWS = 80 };

typedef struct mlp {
    double w[LAYERS][WIDTH][WIDTH], b[LAYERS][WIDTH];
    double x[LAYERS + 1][ROWS][WIDTH]; /* x[l]: the inputs of layer l */
    double z[ROWS][WIDTH];
    int calls[LAYERS], layers_run; /* layers_run counts single layers, not passes */
} mlp;

static void draw(double *out, int n, const char *name, double std)
{
    const alv_dist law = alv_dist_normal(0, std);
    assert_int_equal(
        alv_dist_fill(out, ALV_F64, 0, n, &law, alv_stream_make(11, name, NULL), NULL, NULL),
        ALV_OK);
}

static mlp *new_mlp(double weight_std, double bias_std)
{
    mlp *net = calloc(1, sizeof *net);
    assert_non_null(net);
    draw(&net->w[0][0][0], LAYERS * WIDTH * WIDTH, "weights", weight_std);
    draw(&net->b[0][0], LAYERS * WIDTH, "biases", bias_std);
    draw(&net->x[0][0][0], ROWS * WIDTH, "inputs", 1);
    return net;
}

/* z and the next layer's inputs, of one layer. */
static void run_layer(mlp *net, int layer)
{
    for (int r = 0; r < ROWS; r++)
        for (int i = 0; i < WIDTH; i++) {
            double sum = net->b[layer][i];
            for (int j = 0; j < WIDTH; j++) sum += net->w[layer][i][j] * net->x[layer][r][j];
            net->z[r][i] = sum;
            net->x[layer + 1][r][i] = tanh(sum);
        }
    net->layers_run++;
}

static alv_status mlp_outputs(alv_lsuv_outputs *out, int layer, int attempt, void *user,
                              alv_error *error)
{
    (void)error;
    mlp *net = user;
    assert_int_equal(attempt, net->calls[layer]++);
    run_layer(net, layer); /* its inputs are in place: the layers before are done */
    *out = (alv_lsuv_outputs){.values = net->z, .count = ROWS * WIDTH, .dtype = ALV_F64};
    return ALV_OK;
}

static alv_status mlp_scale(int layer, double factor, void *user, alv_error *error)
{
    (void)error;
    mlp *net = user;
    for (int i = 0; i < WIDTH; i++)
        for (int j = 0; j < WIDTH; j++) net->w[layer][i][j] *= factor;
    return ALV_OK;
}

static alv_lsuv_net callbacks_of(mlp *net)
{
    return (alv_lsuv_net){LAYERS, net, mlp_outputs, mlp_scale};
}

/* Variance of z in a fresh pass, by another formula than the library's: E z^2 - (E z)^2. */
static double variance_at(mlp *net, int layer)
{
    double sum = 0, squares = 0;
    for (int l = 0; l <= layer; l++) run_layer(net, l);
    for (int r = 0; r < ROWS; r++)
        for (int i = 0; i < WIDTH; i++) {
            sum += net->z[r][i];
            squares += net->z[r][i] * net->z[r][i];
        }
    sum /= ROWS * WIDTH;
    return squares / (ROWS * WIDTH) - sum * sum;
}

static void every_layer_reaches_unit_variance(void **state)
{
    (void)state;
    static const double stds[] = {0.001, 0.2, 5};
    for (size_t s = 0; s < sizeof stds / sizeof *stds; s++) {
        mlp *net = new_mlp(stds[s], 0);
        const alv_lsuv_net callbacks = callbacks_of(net);
        const alv_lsuv_options options = {.tolerance = 1e-9};
        alv_lsuv_report reports[LAYERS];
        double weight = net->w[3][1][2];
        assert_int_equal(alv_lsuv_run(reports, &callbacks, &options, NULL), ALV_OK);
        assert_int_equal(net->layers_run, 2 * LAYERS); /* each layer twice, and no full pass */
        for (int l = 0; l < LAYERS; l++) {
            assert_int_equal(reports[l].outcome, ALV_LSUV_REACHED);
            assert_int_equal(reports[l].scalings, 1); /* no biases: one is exact */
            assert_int_equal(net->calls[l], reports[l].scalings + 1);
            assert_near(variance_at(net, l), 1, 1e-9);
            assert_near(reports[l].after, 1, 1e-9);
            assert_near(reports[l].residual, reports[l].after - 1, 1e-15);
            assert_near(reports[l].factor * reports[l].factor * reports[l].before, 1, 1e-12);
        }
        assert_near(net->w[3][1][2] / weight, reports[3].factor, 1e-12);
        free(net);
    }
}

static void options_set_the_target(void **state)
{
    (void)state;
    mlp *net = new_mlp(0.2, 0);
    const alv_lsuv_net callbacks = callbacks_of(net);
    alv_lsuv_options options;
    alv_lsuv_report reports[LAYERS];
    alv_scheme scheme;
    assert_int_equal(
        alv_scheme_parse(&scheme, "lsuv(tolerance=1e-3, attempts=4, variance=0.25)", NULL), ALV_OK);
    assert_int_equal(alv_lsuv_scheme(&options, &scheme, NULL), ALV_OK);
    assert_true(options.attempts == 4 && options.tolerance == 1e-3 && options.variance == 0.25);
    assert_int_equal(alv_lsuv_run(reports, &callbacks, &options, NULL), ALV_OK);
    for (int l = 0; l < LAYERS; l++) assert_near(variance_at(net, l), 0.25, 1e-3);
    assert_int_equal(alv_scheme_parse(&scheme, "he_normal", NULL), ALV_OK);
    assert_int_equal(alv_lsuv_scheme(&options, &scheme, NULL), ALV_ERR_ARGUMENT);
    free(net);
}

/* A layer within the tolerance is left as it is: measured once, not scaled. */
static void what_is_near_enough_stays(void **state)
{
    (void)state;
    mlp *net = new_mlp(0.2, 0);
    const alv_lsuv_net callbacks = callbacks_of(net);
    alv_lsuv_report reports[LAYERS];
    assert_int_equal(
        alv_lsuv_run(reports, &callbacks, &(alv_lsuv_options){.tolerance = 1e-3}, NULL), ALV_OK);
    memset(net->calls, 0, sizeof net->calls);
    assert_int_equal(alv_lsuv_run(reports, &callbacks, NULL, NULL), ALV_OK);
    for (int l = 0; l < LAYERS; l++)
        assert_true(reports[l].scalings == 0 && reports[l].factor == 1 && net->calls[l] == 1);
    free(net);
}

/* Small biases take a few steps. Biases of variance 4 cannot be scaled away: the layer is missed,
 * and the later ones are visited all the same. */
static void biases_take_more_steps_or_miss(void **state)
{
    (void)state;
    mlp *net = new_mlp(0.02, 0.5);
    alv_lsuv_net callbacks = callbacks_of(net);
    alv_lsuv_report reports[LAYERS];
    alv_lsuv_options options = {.tolerance = 0.01, .attempts = 40};
    alv_error error = {0};
    int most = 0;
    assert_int_equal(alv_lsuv_run(reports, &callbacks, &options, &error), ALV_OK);
    for (int l = 0; l < LAYERS; l++) {
        assert_true(fabs(variance_at(net, l) - 1) <= 0.01);
        if (reports[l].scalings > most) most = reports[l].scalings;
    }
    assert_true(most > 1);
    free(net);

    net = new_mlp(0.2, 2);
    callbacks = callbacks_of(net);
    options.attempts = 3;
    assert_int_equal(alv_lsuv_run(reports, &callbacks, &options, &error), ALV_ERR_RANGE);
    assert_non_null(strstr(error.message, "layer 0"));
    assert_non_null(strstr(error.message, "after 3 scalings"));
    for (int l = 0; l < LAYERS; l++) {
        assert_int_equal(reports[l].outcome, ALV_LSUV_MISSED);
        assert_int_equal(reports[l].scalings, 3);
        assert_true(reports[l].residual > 0.01);
    }
    free(net);
}

/* -- callbacks that answer what they are told -- */

typedef struct puppet {
    alv_lsuv_outputs answer;
    int bad_layer; /* from this layer on */
    alv_status outputs_status, scale_status;
    int scaled;
} puppet;

static const float fine[] = {-1, 1, -1, 1};

static alv_status puppet_outputs(alv_lsuv_outputs *out, int layer, int attempt, void *user,
                                 alv_error *error)
{
    (void)attempt;
    const puppet *p = user;
    *out = (alv_lsuv_outputs){.values = fine, .count = 4, .dtype = ALV_F32};
    if (layer < p->bad_layer) return ALV_OK;
    *out = p->answer;
    if (p->outputs_status != ALV_OK && error) {
        error->code = p->outputs_status;
        strcpy(error->message, "the disk is full");
    }
    return p->outputs_status;
}

static alv_status puppet_scale(int layer, double factor, void *user, alv_error *error)
{
    (void)layer, (void)error;
    puppet *p = user;
    assert_true(isfinite(factor) && factor > 0);
    p->scaled++;
    return p->scale_status;
}

static void hostile_answers_have_statuses(void **state)
{
    (void)state;
    static const float zeros[4] = {0}, threes[4] = {3, 3, 3, 3}, nan[4] = {1, NAN, 2, 3};
    static const double inf[3] = {1, INFINITY, 2}, tiny[2] = {-5e-324, 5e-324};
    static const double large[2] = {-1e200, 1e200};
    const struct {
        alv_lsuv_outputs answer;
        alv_status status;
        alv_lsuv_outcome outcome;
        const char *says;
    } cases[] = {
        {{zeros, 4, ALV_F32, 0}, ALV_ERR_RANGE, ALV_LSUV_DEAD, "layer 1 is dead"},
        {{threes, 4, ALV_F32, 0}, ALV_ERR_RANGE, ALV_LSUV_DEAD, "layer 1 is dead"},
        {{zeros, 1, ALV_F32, 0}, ALV_ERR_RANGE, ALV_LSUV_DEAD, "layer 1 is dead"},
        {{tiny, 2, ALV_F64, 0}, ALV_ERR_RANGE, ALV_LSUV_DEAD, "layer 1 is dead"},
        {{nan, 4, ALV_F32, 0}, ALV_ERR_RANGE, ALV_LSUV_NOT_FINITE, "nan"},
        {{inf, 3, ALV_F64, 0}, ALV_ERR_RANGE, ALV_LSUV_NOT_FINITE, "nan"},
        {{large, 2, ALV_F64, 0}, ALV_ERR_RANGE, ALV_LSUV_NOT_FINITE, "inf"},
        {{NULL, 0, ALV_F32, 0}, ALV_ERR_RANGE, ALV_LSUV_DEAD, "layer 1 is dead"},
        {{NULL, 0, ALV_F32, NAN}, ALV_ERR_RANGE, ALV_LSUV_NOT_FINITE, "nan"},
        {{NULL, 0, ALV_F32, INFINITY}, ALV_ERR_RANGE, ALV_LSUV_NOT_FINITE, "inf"},
        {{NULL, 0, ALV_F32, -1}, ALV_ERR_ARGUMENT, ALV_LSUV_REFUSED, "variance is -1"},
        {{fine, 0, ALV_F32, 0}, ALV_ERR_ARGUMENT, ALV_LSUV_REFUSED, "not 0"},
        {{fine, -4, ALV_F32, 0}, ALV_ERR_ARGUMENT, ALV_LSUV_REFUSED, "not -4"},
        {{fine, 4, ALV_BF16, 0}, ALV_ERR_ARGUMENT, ALV_LSUV_REFUSED, "f32 or f64"},
        {{NULL, 0, ALV_F32, 4}, ALV_ERR_RANGE, ALV_LSUV_MISSED, "layer 1 has variance 4"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        puppet p = {.answer = cases[i].answer, .bad_layer = 1};
        const alv_lsuv_net net = {3, &p, puppet_outputs, puppet_scale};
        alv_lsuv_report reports[3];
        alv_error error = {0};
        alv_status status = alv_lsuv_run(reports, &net, NULL, &error);
        if (status != cases[i].status || !strstr(error.message, cases[i].says))
            print_error("case %zu: %s: %s\n", i, alv_status_name(status), error.message);
        assert_int_equal(status, cases[i].status);
        assert_non_null(strstr(error.message, cases[i].says));
        assert_int_equal(reports[0].outcome, ALV_LSUV_REACHED);
        assert_int_equal(reports[1].outcome, cases[i].outcome);
        const bool went_on = cases[i].outcome == ALV_LSUV_MISSED;
        assert_int_equal(reports[2].outcome, went_on ? ALV_LSUV_MISSED : ALV_LSUV_UNTRIED);
        assert_int_equal(p.scaled, went_on ? 20 : 0);
        assert_int_equal(alv_lsuv_run(reports, &net, NULL, NULL), cases[i].status);
    }
}

static void a_callbacks_error_is_passed_through(void **state)
{
    (void)state;
    puppet p = {.bad_layer = 2, .outputs_status = ALV_ERR_IO};
    const alv_lsuv_net net = {3, &p, puppet_outputs, puppet_scale};
    alv_lsuv_report reports[3];
    alv_error error = {0};
    assert_int_equal(alv_lsuv_run(reports, &net, NULL, &error), ALV_ERR_IO);
    assert_string_equal(error.message, "the disk is full");
    assert_int_equal(reports[2].outcome, ALV_LSUV_REFUSED);
    p = (puppet){.answer = {.variance = 9}, .scale_status = ALV_ERR_INTERRUPTED};
    assert_int_equal(alv_lsuv_run(reports, &net, NULL, &error), ALV_ERR_INTERRUPTED);
    assert_true(reports[0].outcome == ALV_LSUV_REFUSED && reports[0].scalings == 0);
    assert_true(reports[0].before == 9 && reports[0].factor == 1 && p.scaled == 1);
}

static void bad_arguments_touch_nothing(void **state)
{
    (void)state;
    puppet p = {0};
    alv_lsuv_net net = {1, &p, puppet_outputs, puppet_scale};
    alv_lsuv_report report = {.scalings = 77};
    const alv_lsuv_options bad[] = {{.variance = -1},    {.variance = NAN},  {.variance = INFINITY},
                                    {.tolerance = -0.1}, {.tolerance = NAN}, {.attempts = -1}};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        assert_int_equal(alv_lsuv_run(&report, &net, &bad[i], NULL), ALV_ERR_ARGUMENT);
    assert_int_equal(alv_lsuv_run(NULL, &net, NULL, NULL), ALV_ERR_ARGUMENT);
    assert_int_equal(alv_lsuv_run(&report, NULL, NULL, NULL), ALV_ERR_ARGUMENT);
    net.layers = 0;
    assert_int_equal(alv_lsuv_run(&report, &net, NULL, NULL), ALV_ERR_ARGUMENT);
    net = (alv_lsuv_net){1, &p, NULL, puppet_scale};
    assert_int_equal(alv_lsuv_run(&report, &net, NULL, NULL), ALV_ERR_ARGUMENT);
    net = (alv_lsuv_net){1, &p, puppet_outputs, NULL};
    assert_int_equal(alv_lsuv_run(&report, &net, NULL, NULL), ALV_ERR_ARGUMENT);
    assert_int_equal(report.scalings, 77);
    assert_string_equal(alv_lsuv_outcome_name(ALV_LSUV_DEAD), "dead");
    assert_null(alv_lsuv_outcome_name((alv_lsuv_outcome)6));
}

/* Before the first step every layer's pre-activations have a deviation near 1 on the probe's
 * samples (within units; for odd activations that is all of it); under He's weights they have
 * not. Training starts there, and the other schemes' trials are as without it. */
static void the_lab_scales_on_the_first_batch(void **state)
{
    (void)state;
    alv_compare what = small_comparison("lsuv");
    what.schemes = "he_normal,lsuv(tolerance=0.001)";
    what.activations = "tanh,softsign";
    what.hidden = "40x6";
    what.batch = 300;
    what.extra = false;
    run_fine(&what);
    const char *off = "SELECT count(*) FROM layer JOIN trial ON trial = id WHERE step = 0 AND "
                      "abs(z_std - 1) > 0.12 AND scheme LIKE '%s%%'";
    char sql[256];
    snprintf(sql, sizeof sql, off, "lsuv");
    assert_int_equal(query_int(what.directory, sql), 0);
    snprintf(sql, sizeof sql, off, "he");
    assert_true(query_int(what.directory, sql) > 20);
    assert_int_equal(query_int(what.directory, "SELECT count(*) FROM trial WHERE scheme LIKE "
                                               "'lsuv%' AND reason IS NULL"),
                     6);

    alv_compare alone = small_comparison("alone");
    alone.activations = what.activations;
    alone.hidden = what.hidden;
    alone.batch = what.batch;
    alone.extra = false;
    alone.schemes = "he_normal";
    run_fine(&alone);
    const char *losses = "SELECT group_concat(final_train_loss) FROM trial WHERE scheme = "
                         "'he_normal' ORDER BY activation, seed";
    char *with = query(what.directory, losses), *without = query(alone.directory, losses);
    assert_string_equal(with, without);
    free(with);
    free(without);
}

/* Biases of variance 9 cannot be scaled away: the trial trains from what LSUV left, and says so. */
static void a_missed_layer_is_told_in_the_results(void **state)
{
    (void)state;
    alv_compare what = small_comparison("missed");
    what.schemes = "lsuv";
    what.bias = "normal(std=3)";
    what.extra = false;
    run_fine(&what);
    assert_int_equal(query_int(what.directory, "SELECT count(*) FROM trial WHERE reason LIKE "
                                               "'lsuv: layer 0 has variance %'"),
                     6);
    assert_int_equal(query_int(what.directory, "SELECT min(steps) FROM trial"), 30);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_layer_reaches_unit_variance),
        cmocka_unit_test(options_set_the_target),
        cmocka_unit_test(what_is_near_enough_stays),
        cmocka_unit_test(biases_take_more_steps_or_miss),
        cmocka_unit_test(hostile_answers_have_statuses),
        cmocka_unit_test(a_callbacks_error_is_passed_through),
        cmocka_unit_test(bad_arguments_touch_nothing),
        cmocka_unit_test(the_lab_scales_on_the_first_batch),
        cmocka_unit_test(a_missed_layer_is_told_in_the_results),
    };
    return cmocka_run_group_tests(tests, make_scratch, remove_scratch);
}
