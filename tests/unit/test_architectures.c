/* Initializers that know the architecture: scales against the papers' formulas, and networks that
 * behave as the papers say: residual streams that stay where He's blows up, gates that remember. */
#include "test.h"

#include "alvor/alvor.h"

static alv_scheme scheme_of(const char *text)
{
    alv_scheme scheme = {0};
    alv_error error = {0};
    if (alv_scheme_parse(&scheme, text, &error) != ALV_OK)
        print_error("%s: %s\n", text, error.message);
    assert_non_null(scheme.init);
    return scheme;
}

/* Worked out apart from the code, for fan_in 784 and fan_out 256. */
static void scales_follow_the_published_formulas(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        double std, hi; /* hi 0: not bounded */
    } cases[] = {
        {"deepnorm(layers=12)", 0.014009754336503009, 0},          /* 96^(-1/4) Xavier */
        {"deepnorm(layers=1000)", 0.0046368797299267605, 0},       /* 8000^(-1/4) */
        {"deepnorm(layers=18, other=6)", 0.016560178030942393, 0}, /* .87 (18^4 6)^(-1/16) */
        {"deepnorm(layers=18, other=6, stack=decoder)", 0.01143891651539209, 0}, /* 216^(-1/4) */
        {"deepnorm(layers=18, matrix=query_key)", 0.04385290096535146, 0},
        {"t_fixup(layers=6)", 0.018773070810914033, 0.032515912458591374}, /* .67 6^(-1/4) */
        {"t_fixup(layers=6, stack=decoder)", 0.01617707087492108, 0.028019508673006024},
        {"t_fixup(matrix=query_key)", 0.04385290096535146, 0.075955452531275},
        {"fixup(branches=54)", 0.006873217490352687, 0}, /* ResNet-110: 54 blocks of 2 layers */
        {"fixup(branches=16, matrices=3)", 0.025253813613805267, 0}, /* ResNet-50: 16^(-1/4) */
        {"fixup(branches=54, mode=fan_out)", 0.012028130608117204, 0},
        {"fixup(position=last)", 0, 0},
        {"fixup(position=classifier)", 0, 0},
        {"mup", 0.03571428571428571, 0},
        {"mup(kind=input)", 0.03571428571428571, 0},
        {"mup(kind=output)", 0.0012755102040816326, 0}, /* 1 / 784 */
        {"mup(kind=output, base=256, sigma=1.4142135623730951)", 0.02886150127292031, 0},
        {"mup(kind=output, base=784)", 0.03571428571428571, 0}, /* the standard one */
        {"lora", 0.020619652471058063, 0.03571428571428571},
        {"lora(distribution=gaussian)", 0.00390625, 0}, /* 1 / rank */
        {"lora(matrix=b)", 0, 0},
        {"torch_rnn", 0.07216878364870323, 0.125}, /* 256 = 4 x 64 */
        {"torch_rnn(cell=rnn)", 0.036084391824351615, 0.0625},
        {"torch_rnn(hidden=100)", 0.05773502691896258, 0.1},
        {"depth_normal", 0.014142135623730949, 0},
        {"depth_normal(layer=7)", 0.005, 0}, /* 0.02 / sqrt(16) */
    };
    static const alv_tensor weights[] = {
        {.name = "w", .rank = 2, .shape = {256, 784}},
        {.name = "w", .rank = 2, .shape = {784, 256}, .layout = ALV_LAYOUT_KERAS},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        for (int layout = 0; layout < 2; layout++) {
            alv_scheme scheme = scheme_of(cases[i].text);
            alv_dist law;
            assert_int_equal(alv_init_law(&law, &scheme, &weights[layout], NULL), ALV_OK);
            double std = sqrt(alv_dist_variance(&law));
            if (fabs(std - cases[i].std) > 2e-12 * cases[i].std)
                print_error("%s: %.17g, wanted %.17g\n", cases[i].text, std, cases[i].std);
            assert_true(fabs(std - cases[i].std) <= 2e-12 * cases[i].std);
            if (cases[i].hi > 0) assert_true(fabs(law.hi - cases[i].hi) <= 1e-12 * cases[i].hi);
        }
}

static void scales_of_other_shapes(void **state)
{
    (void)state;
    const alv_tensor table = {.name = "w", .rank = 2, .shape = {9, 784}};
    const alv_tensor scalar = {.name = "w"},
                     bias = {.name = "b", .role = ALV_ROLE_BIAS, .rank = 1, .shape = {300}},
                     both_ways = {.name = "w", /* as ONNX keeps a bidirectional GRU's */
                                  .rank = 3,
                                  .shape = {2, 300, 7},
                                  .layout = ALV_LAYOUT_AXES,
                                  .copy_axes = 1,
                                  .out_axes = 2,
                                  .in_axes = 4,
                                  .parts = {100, 100, 100}};
    const struct {
        const char *text;
        const alv_tensor *tensor;
        double std, mean;
    } cases[] = {
        {"t_fixup(layers=6, matrix=embedding)", &table, 0.013174784758337162, 0}, /* 54^-1/4 / 28 */
        {"rezero", &scalar, 0, 0},
        {"skipinit(branches=16)", &scalar, 0, 0.25},
        {"layer_scale(1e-5)", &bias, 0, 1e-5},
        {"torch_rnn(cell=gru)", &bias, 0.05773502691896258, 0}, /* 1 / sqrt(3 100) */
        {"torch_rnn(cell=gru)", &both_ways, 0.05773502691896258, 0},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        alv_scheme scheme = scheme_of(cases[i].text);
        double mean, variance;
        assert_int_equal(alv_init_moments(&mean, &variance, &scheme, cases[i].tensor, NULL),
                         ALV_OK);
        assert_near(sqrt(variance), cases[i].std, 1e-15);
        assert_near(mean, cases[i].mean, 1e-15);
    }
}

/* Arguments of 0 read the number of residual branches off the tensor; a fused tensor's gates say
 * the hidden size. */
static void tensors_state_depth_and_gates(void **state)
{
    (void)state;
    const alv_tensor deep = {.name = "w", .rank = 2, .shape = {256, 784}, .depth = 24};
    const alv_tensor none = {.name = "w", .rank = 2, .shape = {256, 784}};
    const alv_tensor gates = {
        .name = "w", .rank = 2, .shape = {400, 70}, .parts = {100, 100, 100, 100}};
    const alv_tensor gru = {
        .name = "b", .role = ALV_ROLE_BIAS, .rank = 1, .shape = {300}, .parts = {100, 100, 100}};
    static const char *const pairs[][2] = {
        {"residual_normal(layers=0)", "residual_normal(layers=12)"},
        {"deepnorm(layers=0)", "deepnorm(layers=12)"},
        {"fixup(branches=0)", "fixup(branches=24)"},
    };
    alv_dist a, b;
    for (size_t i = 0; i < sizeof pairs / sizeof *pairs; i++) {
        const alv_scheme zero = scheme_of(pairs[i][0]), stated = scheme_of(pairs[i][1]);
        alv_error error = {0};
        assert_int_equal(alv_init_law(&a, &zero, &deep, NULL), ALV_OK);
        assert_int_equal(alv_init_law(&b, &stated, &deep, NULL), ALV_OK);
        assert_true(a.std == b.std && a.std > 0);
        assert_int_equal(alv_init_law(&a, &zero, &none, &error), ALV_ERR_ARGUMENT);
        assert_non_null(strstr(error.message, "states none"));
    }
    const alv_scheme rnn = scheme_of("torch_rnn"), keep = scheme_of("forget_bias(order=zrh)");
    const alv_scheme lstm = scheme_of("forget_bias");
    double mean, variance;
    assert_int_equal(alv_init_law(&a, &rnn, &gates, NULL), ALV_OK);
    assert_near(a.hi, 0.1, 1e-15); /* 1 / sqrt(100), and not of a part's quarter */
    assert_int_equal(alv_init_law(&a, &rnn, &gru, NULL), ALV_ERR_SHAPE);
    assert_int_equal(alv_init_moments(&mean, &variance, &keep, &gru, NULL), ALV_OK);
    assert_int_equal(alv_init_moments(&mean, &variance, &lstm, &gru, NULL), ALV_ERR_SHAPE);
}

static void refusals(void **state)
{
    (void)state;
    const alv_tensor w = {.name = "w", .rank = 2, .shape = {30, 40}};
    const alv_tensor b = {.name = "b", .role = ALV_ROLE_BIAS, .rank = 1, .shape = {30}};
    const struct {
        const char *text;
        const alv_tensor *tensor;
        alv_status status;
        const char *says;
    } cases[] = {
        {"fixup(branches=1.5)", &w, ALV_ERR_ARGUMENT, "branches = 1.5"},
        {"fixup(matrices=2.5)", &w, ALV_ERR_ARGUMENT, "matrices = 2.5"},
        {"fixup", &b, ALV_ERR_SHAPE, "made for weights"},
        {"fixup(position=last)", &b, ALV_ERR_SHAPE, "made for weights"},
        {"lora(matrix=b)", &b, ALV_ERR_SHAPE, "made for weights"},
        {"deepnorm(layers=2.5)", &w, ALV_ERR_ARGUMENT, "layers = 2.5"},
        {"deepnorm(other=2.5)", &w, ALV_ERR_ARGUMENT, "other = 2.5"},
        {"t_fixup(layers=2.5)", &w, ALV_ERR_ARGUMENT, "layers = 2.5"},
        {"t_fixup(matrix=embedding)", &b, ALV_ERR_SHAPE, "(tokens, units)"},
        {"depth_normal(layer=0.5)", &w, ALV_ERR_ARGUMENT, "layer = 0.5"},
        {"rezero", &w, ALV_ERR_SHAPE, "2 axes"},
        {"rezero(alpha=1, branches=4)", &b, ALV_ERR_ARGUMENT, "give one"},
        {"rezero(branches=0.5)", &b, ALV_ERR_ARGUMENT, "branches = 0.5"},
        {"torch_rnn", &w, ALV_ERR_SHAPE, "30 outputs"},
        {"torch_rnn(hidden=2.5)", &w, ALV_ERR_ARGUMENT, "hidden = 2.5"},
        {"forget_bias", &b, ALV_ERR_SHAPE, "4 fused gates"},
        {"forget_bias", &w, ALV_ERR_SHAPE, "one axis"},
        {"forget_bias(1e39, order=rzn)", &b, ALV_ERR_OVERFLOW, "1e+39"},
        {"chrono", &b, ALV_ERR_SHAPE, "4 fused gates"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        alv_scheme scheme = scheme_of(cases[i].text);
        alv_error error = {0};
        double mean, variance;
        alv_status status = alv_init_moments(&mean, &variance, &scheme, cases[i].tensor, &error);
        if (status != cases[i].status || !strstr(error.message, cases[i].says))
            print_error("%s: %s: %s\n", cases[i].text, alv_status_name(status), error.message);
        assert_int_equal(status, cases[i].status);
        assert_non_null(strstr(error.message, cases[i].says));
    }
    assert_int_equal(alv_scheme_parse(&(alv_scheme){0}, "chrono(tmax=2)", NULL), ALV_ERR_RANGE);
    assert_int_equal(alv_scheme_parse(&(alv_scheme){0}, "fixup(matrices=1)", NULL), ALV_ERR_RANGE);
}

/* -- a residual stream of BLOCKS blocks, x + scale W2 relu(W1 x), after each of which it may be
 * normalized: DIM units, 4 DIM within a branch -- */

enum { DIM = 48, WIDE = 4 * DIM, BLOCKS = 100 };

typedef struct residual_net {
    const char *inner, *last; /* schemes of W1 and W2; %d in them is the block's index */
    double skip, branch;      /* what multiplies x, and the branch */
    bool norm;
} residual_net;

/* `seed` is that of the network. */
static void fill_matrix(double *w, const char *scheme_text, const char *name, int64_t rows,
                        int64_t columns, int block, uint64_t seed)
{
    char text[96];
    alv_tensor t = {.rank = 2, .shape = {rows, columns}, .dtype = ALV_F64};
    snprintf(text, sizeof text, scheme_text, block);
    snprintf(t.name, sizeof t.name, "block%d.%s", block, name);
    alv_scheme scheme = scheme_of(text);
    assert_int_equal(alv_init_fill(w, 0, rows * columns, &scheme, &t, seed, NULL, NULL), ALV_OK);
}

static void product(double *y, const double *w, const double *x, int rows, int columns)
{
    for (int i = 0; i < rows; i++) {
        y[i] = 0;
        for (int j = 0; j < columns; j++) y[i] += w[i * columns + j] * x[j];
    }
}

static double mean_square(const double *x)
{
    double sum = 0;
    for (int i = 0; i < DIM; i++) sum += x[i] * x[i];
    return sum / DIM;
}

static void layer_norm(double *x)
{
    double mean = 0;
    for (int i = 0; i < DIM; i++) mean += x[i] / DIM;
    for (int i = 0; i < DIM; i++) x[i] -= mean;
    double scale = 1 / sqrt(mean_square(x));
    for (int i = 0; i < DIM; i++) x[i] *= scale;
}

/* Runs the blocks from x of alternating signs; returns the mean square of the end, and in
 * *cosine that between the start and the end. */
static double run(const residual_net *net, uint64_t seed, double *cosine)
{
    static double w1[WIDE * DIM], w2[DIM * WIDE];
    double x[DIM], start[DIM], h[WIDE], y[DIM], dot = 0;
    for (int i = 0; i < DIM; i++) x[i] = start[i] = i % 2 ? 1 : -1;
    for (int block = 0; block < BLOCKS; block++) {
        fill_matrix(w1, net->inner, "w1", WIDE, DIM, block, seed);
        fill_matrix(w2, net->last, "w2", DIM, WIDE, block, seed);
        product(h, w1, x, WIDE, DIM);
        for (int i = 0; i < WIDE; i++) h[i] = h[i] > 0 ? h[i] : 0;
        product(y, w2, h, DIM, WIDE);
        for (int i = 0; i < DIM; i++) x[i] = net->skip * x[i] + net->branch * y[i];
        if (net->norm) layer_norm(x);
    }
    for (int i = 0; i < DIM; i++) dot += x[i] * start[i];
    *cosine = dot / (DIM * sqrt(mean_square(x)));
    return mean_square(x);
}

/* A branch of mean 0 adds its variance v E x^2 to the stream, exactly, at any width: the mean over
 * networks of the end is (1 + v)^BLOCKS. Returns how many standard errors it is off. */
static double growth_errors(const residual_net *net, double predicted)
{
    enum { NETS = 20 };
    double sum = 0, squares = 0, cosine;
    for (uint64_t seed = 0; seed < NETS; seed++) {
        double end = run(net, seed, &cosine);
        sum += end;
        squares += end * end;
    }
    const double mean = sum / NETS, error = sqrt((squares / NETS - mean * mean) / (NETS - 1));
    print_message("  %s, %s: %.2f +- %.2f, predicted %.2f\n", net->inner, net->last, mean, error,
                  predicted);
    return fabs(mean - predicted) / error;
}

/* He in both matrices gives the branch 2 E x^2 (the second matrix gets its sqrt(2) with no ReLU
 * behind it): the stream triples per block. Fixup, ReZero and SkipInit begin as the identity. */
static void residual_streams_grow_as_predicted(void **state)
{
    (void)state;
    const residual_net he = {"he_normal", "he_normal", 1, 1, false};
    const residual_net fixup = {"fixup(branches=100)", "fixup(branches=100, position=last)", 1, 1,
                                false};
    const residual_net rezero = {"he_normal", "he_normal", 1, 0, false};
    const residual_net skipinit = {"he_normal", "he_normal", 1, 0.1, false}; /* 1 / sqrt(100) */
    double cosine, grown = run(&he, 5, &cosine);
    print_message("  he: 3^%.1f over %d blocks\n", log(grown) / log(3), BLOCKS);
    assert_true(fabs(log(grown) / BLOCKS - log(3)) < 0.1);
    assert_true(run(&fixup, 5, &cosine) == 1 && fabs(cosine - 1) < 1e-15);
    assert_true(run(&rezero, 5, &cosine) == 1 && fabs(cosine - 1) < 1e-15);
    assert_true(growth_errors(&skipinit, pow(1.02, BLOCKS)) < 5); /* 7.24 */
    assert_true(growth_errors(&skipinit, pow(1.03, BLOCKS)) > 5); /* the test can tell */
}

/* The stream's growth is (1 + 1 / L)^L < e whatever the depth with residual_normal, and L + 1 with
 * depth_normal. std = sqrt(2 / fan_in) makes an unscaled branch add He's 2 E x^2. */
static void depth_aware_scales_hold_the_stream(void **state)
{
    (void)state;
    const char *residual = "residual_normal(std=0.10206207261596577, layers=100)"; /* sqrt(2/192) */
    const residual_net gpt2 = {"he_normal", residual, 1, 1, false};
    const residual_net depth = {"he_normal", "depth_normal(std=0.10206207261596577, layer=%d)", 1,
                                1, false};
    double harmonic = 1;
    for (int l = 0; l < BLOCKS; l++) harmonic *= 1 + 2.0 / (2 * (l + 1)); /* = BLOCKS + 1 */
    assert_true(growth_errors(&gpt2, pow(1.01, BLOCKS)) < 5);             /* 2.70 */
    assert_true(growth_errors(&depth, harmonic) < 5);
}

/* Behind a layer norm the stream has unit size at any scale; what differs is how much of the input
 * is left of it. A branch of Xavier matrices with gain b has variance 8/25 b^4 (d -> 4d -> d), so
 * the cosine to the input is (1 + 8/25 b^4 / a^2)^(-L/2). */
static void deepnorm_keeps_the_input(void **state)
{
    (void)state;
    const double alpha = pow(2 * BLOCKS, 0.25), beta = pow(8 * BLOCKS, -0.25);
    const residual_net deep = {"deepnorm(layers=100)", "deepnorm(layers=100)", alpha, 1, true};
    const residual_net plain = {"xavier_normal", "xavier_normal", 1, 1, true};
    double cosine, predicted = pow(1 + 0.32 * pow(beta, 4) / (alpha * alpha), -0.5 * BLOCKS);
    run(&deep, 5, &cosine);
    print_message("  deepnorm: cosine %.5f, predicted %.5f\n", cosine, predicted);
    assert_true(fabs(cosine - predicted) < 0.02 && predicted > 0.99);
    run(&plain, 5, &cosine);
    print_message("  post-norm: cosine %.5f, predicted %.1g\n", cosine, pow(1.32, -0.5 * BLOCKS));
    assert_true(fabs(cosine) < 0.5);
}

/* -- width: f = v . relu(W h) for n features h, and one step of sign descent (Adam's first) -- */

enum { WIDEST = 1024, BASE = 64 };

/* How far the step moves f; `rate` is that of both layers. */
static double moved_once(const char *hidden, const char *output, int n, double rate, uint64_t seed)
{
    static double w[WIDEST * WIDEST], v[WIDEST], h[WIDEST], z[WIDEST];
    double before = 0, after = 0, sum = 0;
    fill_matrix(w, hidden, "hidden", n, n, 0, seed);
    fill_matrix(v, output, "output", 1, n, 0, seed);
    fill_matrix(h, "normal(std=1)", "features", 1, n, 0, seed);
    product(z, w, h, n, n);
    for (int i = 0; i < n; i++) {
        before += z[i] > 0 ? v[i] * z[i] : 0;
        sum += fabs(h[i]); /* what sign(h) does to h */
    }
    for (int i = 0; i < n; i++) {
        if (z[i] <= 0) continue; /* no gradient in v_i nor in row i of W */
        double stepped = z[i] + (v[i] > 0 ? rate : -rate) * sum;
        after += stepped > 0 ? (v[i] + rate) * stepped : 0;
    }
    return after - before;
}

static double moved(const char *hidden, const char *output, int n, double rate)
{
    double sum = 0;
    for (uint64_t seed = 0; seed < 8; seed++) sum += moved_once(hidden, output, n, rate, seed);
    return sum;
}

/* With mup and its learning rates (hidden and output times base / fan_in) a step moves the function
 * equally at every width. With the standard scales and one rate, sum |v| grows like its root and a
 * unit's input like the width: together with the exponent 3/2. */
static void mup_steps_alike_at_every_width(void **state)
{
    (void)state;
    const double rate = 1e-4, factor = (double)WIDEST / BASE;
    const double narrow = moved("mup", "mup(kind=output, base=64)", BASE, rate);
    const double wide = moved("mup", "mup(kind=output, base=64)", WIDEST, rate / factor);
    const double plain = moved("lecun_normal", "lecun_normal", BASE, rate);
    const double plain_wide = moved("lecun_normal", "lecun_normal", WIDEST, rate);
    const double slope = log(wide / narrow) / log(factor);
    const double plain_slope = log(plain_wide / plain) / log(factor);
    print_message("  exponent of the width: mup %.2f, standard %.2f\n", slope, plain_slope);
    assert_true(narrow > 0 && narrow == plain); /* the tuned model itself is unchanged */
    assert_true(fabs(slope) < 0.1 && fabs(plain_slope - 1.5) < 0.1);
}

/* -- gates -- */

static double sigmoid(double z)
{
    return 1 / (1 + exp(-z));
}

/* The cell of an LSTM whose weights are 0: c' = sigmoid(b_f) c + sigmoid(b_i) tanh(b_g). */
static void a_forget_bias_remembers(void **state)
{
    (void)state;
    static const struct {
        const char *order;
        int gates, forget, input;
    } orders[] = {{"ifgo", 4, 1, 0},
                  {"igfo", 4, 2, 0},
                  {"iofc", 4, 2, 0},
                  {"rzn", 3, 1, -1},
                  {"zrh", 3, 0, -1}};
    enum { UNITS = 5 };
    for (size_t i = 0; i < sizeof orders / sizeof *orders; i++) {
        const int gates = orders[i].gates;
        alv_tensor b = {.name = "b", .role = ALV_ROLE_BIAS, .rank = 1, .shape = {gates * UNITS}};
        float out[4 * UNITS];
        char text[64];
        double mean, variance;
        snprintf(text, sizeof text, "forget_bias(order=%s)", orders[i].order);
        alv_scheme scheme = scheme_of(text);
        assert_int_equal(alv_init_fill(out, 0, gates * UNITS, &scheme, &b, 1, NULL, NULL), ALV_OK);
        for (int k = 0; k < gates * UNITS; k++)
            assert_true(out[k] == (k / UNITS == orders[i].forget ? 1 : 0));
        assert_int_equal(alv_init_moments(&mean, &variance, &scheme, &b, NULL), ALV_OK);
        assert_near(mean, 1.0 / gates, 1e-15);
        assert_near(variance, (gates - 1.0) / (gates * gates), 1e-15);
    }
    assert_near(pow(sigmoid(1), 10), 0.043612, 1e-5); /* after 10 steps; at bias 0 it is 0.001 */
}

enum { CHRONO_UNITS = 20000, TMAX = 400 };

static int ascending(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

/* Mean and mean square of n numbers. */
static void sample(double *mean, double *square, const double *x, int n)
{
    *mean = *square = 0;
    for (int i = 0; i < n; i++) {
        *mean += x[i] / n;
        *square += x[i] * x[i] / n;
    }
}

/* Memories 1 / (1 - sigmoid(b_f)) = 1 + u are uniform on [2, tmax] (Kolmogorov-Smirnov, false alarm
 * 1e-6), the input gate mirrors the forget gate, the rest is 0. */
static void chrono_spreads_memories(void **state)
{
    (void)state;
    static double b[4 * CHRONO_UNITS], u[CHRONO_UNITS];
    static const struct {
        const char *text;
        int gates, forget, input;
    } cases[] = {{"chrono(tmax=400)", 4, 1, 0},
                 {"chrono(tmax=400, order=iofc)", 4, 2, 0},
                 {"chrono(tmax=400, order=zrh)", 3, 0, -1}};
    for (size_t c = 0; c < sizeof cases / sizeof *cases; c++) {
        const int n = cases[c].gates * CHRONO_UNITS;
        const alv_tensor t = {
            .name = "b", .role = ALV_ROLE_BIAS, .dtype = ALV_F64, .rank = 1, .shape = {n}};
        alv_scheme scheme = scheme_of(cases[c].text);
        double mean, variance, m, square, sup = 0;
        assert_int_equal(alv_init_fill(b, 0, n, &scheme, &t, 3, NULL, NULL), ALV_OK);
        for (int k = 0; k < CHRONO_UNITS; k++) {
            u[k] = 1 / (1 - sigmoid(b[cases[c].forget * CHRONO_UNITS + k]));
            if (cases[c].input >= 0)
                assert_true(b[cases[c].input * CHRONO_UNITS + k] ==
                            -b[cases[c].forget * CHRONO_UNITS + k]);
        }
        for (int k = 0; k < n; k++)
            if (k / CHRONO_UNITS != cases[c].forget && k / CHRONO_UNITS != cases[c].input)
                assert_true(b[k] == 0);
        assert_int_equal(alv_init_moments(&mean, &variance, &scheme, &t, NULL), ALV_OK);
        sample(&m, &square, b, n);
        assert_true(fabs(m - mean) < 5 * sqrt(variance / n));
        assert_true(fabs(square - m * m - variance) < 0.02 * variance);
        qsort(u, CHRONO_UNITS, sizeof *u, ascending);
        for (int k = 0; k < CHRONO_UNITS; k++)
            sup = fmax(sup, fabs((u[k] - 2) / (TMAX - 2) - (k + 0.5) / CHRONO_UNITS));
        assert_true(sqrt(CHRONO_UNITS) * sup < 2.694);
        assert_true(u[0] >= 2 - 1e-9 && u[CHRONO_UNITS - 1] <= TMAX + 1e-9);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(scales_follow_the_published_formulas),
        cmocka_unit_test(scales_of_other_shapes),
        cmocka_unit_test(tensors_state_depth_and_gates),
        cmocka_unit_test(refusals),
        cmocka_unit_test(residual_streams_grow_as_predicted),
        cmocka_unit_test(depth_aware_scales_hold_the_stream),
        cmocka_unit_test(deepnorm_keeps_the_input),
        cmocka_unit_test(mup_steps_alike_at_every_width),
        cmocka_unit_test(a_forget_bias_remembers),
        cmocka_unit_test(chrono_spreads_memories),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
