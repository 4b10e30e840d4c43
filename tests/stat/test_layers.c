/* The fans of every layer kind, by sending signals through real layers.
 *
 * Weights of variance 1 / fan_in must keep the second moment of what goes forward, weights of
 * variance 1 / fan_out that of the gradient which comes back: both 1.00 +- 0.02 here. The layers
 * are plain loops over units, kernel places and positions that share no code with src/model; the
 * images wrap around, so that every position is an inner one. Inputs and gradients are random
 * signs. Each figure is a mean over weight draws of fixed seeds, with a standard error below 0.6 %,
 * which is checked, too. Fans that other libraries compute for the same layer are seen to fail.
 *
 * A storage order is a word: o output unit (all groups), j the same within its group or part, n
 * and i likewise for inputs, g the group, a b c the kernel. "oiab" is PyTorch's convolution. */
#include "test.h"

#include "alvor/alvor.h"

enum { MOST = 1 << 14, MOST_PATHS = 1 << 12 };

typedef struct layer {
    const char *name;
    int groups, outs[4], ins;            /* units of each group; groups of unequal outs are parts */
    int kernel[3], places[3], stride[3]; /* places: of the smaller side of each axis */
    bool transposed;                     /* the inputs are the smaller side */
    bool shared; /* all groups see the same input: gates, queries, keys and values */
    struct {
        const char *order;
        alv_tensor tensor;
    } stored[3];
    double wrong_in, wrong_out; /* what a peer divides by, where it differs */
} layer;

static float forward_weight[MOST], backward_weight[MOST];
static double x[MOST], z[MOST], dz[MOST], dx[MOST];
static int small_side[MOST_PATHS], large_side[MOST_PATHS]; /* position of each (tap, place) */

static uint32_t state_of_signs = 12345;

static void random_signs(double *out, int n)
{
    for (int i = 0; i < n; i++) {
        state_of_signs = state_of_signs * 1664525u + 1013904223u;
        out[i] = state_of_signs >> 31 ? 1 : -1;
    }
}

static int volume(const int size[3])
{
    return size[0] * size[1] * size[2];
}

static int all_outs(const layer *l)
{
    int n = 0;
    for (int g = 0; g < l->groups; g++) n += l->outs[g];
    return n;
}

/* Kernel place t at position p of the smaller side touches place stride * p + t of the larger. */
static void list_paths(const layer *l)
{
    int n = 0, at[6];
    int *k = at, *p = at + 3;
    for (k[0] = 0; k[0] < l->kernel[0]; k[0]++)
        for (k[1] = 0; k[1] < l->kernel[1]; k[1]++)
            for (k[2] = 0; k[2] < l->kernel[2]; k[2]++)
                for (p[0] = 0; p[0] < l->places[0]; p[0]++)
                    for (p[1] = 0; p[1] < l->places[1]; p[1]++)
                        for (p[2] = 0; p[2] < l->places[2]; p[2]++, n++) {
                            int small = 0, large = 0;
                            for (int axis = 0; axis < 3; axis++) {
                                int size = l->places[axis] * l->stride[axis];
                                int touched = (p[axis] * l->stride[axis] + k[axis]) % size;
                                small = small * l->places[axis] + p[axis];
                                large = large * size + touched;
                            }
                            assert_true(n < MOST_PATHS);
                            small_side[n] = small, large_side[n] = large;
                        }
}

/* Where a weight is stored: the letters of the word are the digits of its index. */
static int stored_at(const char *order, const layer *l, int g, int j, int i, int tap)
{
    const int *k = l->kernel;
    int index = 0, first = 0;
    for (int h = 0; h < g; h++) first += l->outs[h];
    for (; *order; order++) {
        int value = 0, size = 1;
        switch (*order) {
        case 'o':
            value = first + j, size = all_outs(l);
            break;
        case 'j':
            value = j, size = l->outs[0];
            break;
        case 'n':
            value = g * l->ins + i, size = l->groups * l->ins;
            break;
        case 'i':
            value = i, size = l->ins;
            break;
        case 'g':
            value = g, size = l->groups;
            break;
        case 'a':
            value = tap / (k[1] * k[2]), size = k[0];
            break;
        case 'b':
            value = tap / k[2] % k[1], size = k[1];
            break;
        default:
            value = tap % k[2], size = k[2];
        }
        index = index * size + value;
    }
    return index;
}

/* Adds what one weight does, at every position, to the outputs and to the gradients of inputs. */
static void apply(double forward, double backward, int out, int in, int in_value, const int *out_at,
                  const int *in_at, int places)
{
    for (int p = 0; p < places; p++) {
        z[out + out_at[p]] += forward * x[in_value + in_at[p]];
        dx[in + in_at[p]] += backward * dz[out + out_at[p]];
    }
}

/* One pass both ways; z and dx begin at zero. */
static void run(const layer *l, const char *order, int out_places, int in_places)
{
    const int places = volume(l->places), taps = volume(l->kernel);
    const int *out_at = l->transposed ? large_side : small_side;
    const int *in_at = l->transposed ? small_side : large_side;
    for (int g = 0, first = 0; g < l->groups; first += l->outs[g++])
        for (int j = 0; j < l->outs[g]; j++)
            for (int i = 0; i < l->ins; i++)
                for (int tap = 0; tap < taps; tap++) {
                    int w = stored_at(order, l, g, j, i, tap);
                    int in = (g * l->ins + i) * in_places;
                    apply((double)forward_weight[w], (double)backward_weight[w],
                          (first + j) * out_places, in, l->shared ? i * in_places : in,
                          out_at + tap * places, in_at + tap * places, places);
                }
}

static void draw(float *out, const char *text, const alv_tensor *tensor, int64_t n, uint64_t seed)
{
    alv_scheme scheme;
    alv_error error = {0};
    assert_int_equal(alv_scheme_parse(&scheme, text, NULL), ALV_OK);
    if (alv_init_fill(out, 0, n, &scheme, tensor, seed, NULL, &error) != ALV_OK)
        print_error("%s\n", error.message);
    assert_int_equal(error.code, ALV_OK);
}

static double second_moment(const double *values, int n)
{
    double sum = 0;
    for (int i = 0; i < n; i++) sum += values[i] * values[i];
    return sum / n;
}

/* A mean over draws, with its standard error. */
typedef struct figure {
    double sum, squares;
    int n;
} figure;

static void add(figure *f, double value)
{
    f->sum += value;
    f->squares += value * value;
    f->n++;
}

static double mean_of(const figure *f)
{
    double mean = f->sum / f->n;
    assert_true(sqrt((f->squares / f->n - mean * mean) / f->n) < 0.006 * mean);
    return mean;
}

static const char by_in[] = "lecun_normal";
static const char by_out[] = "variance_scaling(mode=fan_out, distribution=normal)";

/* Second moments of outputs and of gradients, over enough draws. */
static void measure(double *forward, double *backward, const layer *l, const char *order,
                    const alv_tensor *tensor)
{
    const int small = volume(l->places), large = small * volume(l->stride);
    const int out_places = l->transposed ? large : small, in_places = l->transposed ? small : large;
    const int outs = all_outs(l) * out_places, ins = l->groups * l->ins * in_places;
    int64_t weights;
    assert_int_equal(alv_tensor_count(&weights, tensor, NULL), ALV_OK);
    assert_int_equal(weights, all_outs(l) * l->ins * volume(l->kernel));
    assert_true(outs <= MOST && ins <= MOST && weights <= MOST);
    int least = outs < ins ? outs : ins;
    if (weights < least) least = (int)weights;
    figure f = {0}, b = {0};
    list_paths(l);
    for (uint64_t seed = 0; seed * (uint64_t)least < 120000; seed++) {
        draw(forward_weight, by_in, tensor, weights, seed);
        draw(backward_weight, by_out, tensor, weights, seed);
        random_signs(x, ins);
        random_signs(dz, outs);
        memset(z, 0, sizeof z), memset(dx, 0, sizeof dx);
        run(l, order, out_places, in_places);
        add(&f, second_moment(z, outs));
        add(&b, second_moment(dx, ins));
    }
    *forward = mean_of(&f);
    *backward = mean_of(&b);
}

#define CONV .layer = ALV_LAYER_CONV
#define TRANSPOSED .layer = ALV_LAYER_CONV_TRANSPOSED
#define DEPTHWISE .layer = ALV_LAYER_DEPTHWISE
#define KERAS .layout = ALV_LAYOUT_KERAS
#define FLAX .layout = ALV_LAYOUT_FLAX
#define AXES .layout = ALV_LAYOUT_AXES
#define NO_KERNEL .kernel = {1, 1, 1}, .places = {1, 1, 1}, .stride = {1, 1, 1}

static const layer layers[] = {
    {.name = "dense",
     .groups = 1,
     .outs = {90},
     .ins = 60,
     NO_KERNEL,
     .stored = {{"oi", {.rank = 2, .shape = {90, 60}}},
                {"io", {KERAS, .rank = 2, .shape = {60, 90}}},
                {"io", {AXES, .rank = 2, .shape = {60, 90}, .in_axes = 1, .out_axes = 2}}},
     .wrong_in = 90, /* a Keras kernel read as torch's */
     .wrong_out = 60},
    {.name = "conv 1-d",
     .groups = 1,
     .outs = {16},
     .ins = 12,
     .kernel = {5, 1, 1},
     .places = {16, 1, 1},
     .stride = {1, 1, 1},
     .stored = {{"oia", {CONV, .rank = 3, .shape = {16, 12, 5}}},
                {"aio", {CONV, KERAS, .rank = 3, .shape = {5, 12, 16}}},
                {"iao",
                 {CONV, AXES, .rank = 3, .shape = {12, 5, 16}, .in_axes = 1, .out_axes = 4}}},
     .wrong_out = 16}, /* tinygrad: fan_out without the kernel */
    {.name = "conv 2-d, 3 groups",
     .groups = 3,
     .outs = {8, 8, 8},
     .ins = 6,
     .kernel = {3, 3, 1},
     .places = {5, 5, 1},
     .stride = {1, 1, 1},
     .stored = {{"oiab", {CONV, .rank = 4, .shape = {24, 6, 3, 3}, .groups = 3}},
                {"abio", {CONV, FLAX, .rank = 4, .shape = {3, 3, 6, 24}, .groups = 3}},
                {"iaob",
                 {CONV, AXES, .rank = 4, .shape = {6, 3, 24, 3}, .in_axes = 1, .out_axes = 4,
                  .groups = 3}}},
     .wrong_in = 6 * 3 * 9,   /* MLX and tinygrad ignore the groups, */
     .wrong_out = 8 * 3 * 9}, /* PyTorch does so in fan_out */
    {.name = "conv 2-d, stride 2 x 3",
     .groups = 1,
     .outs = {16},
     .ins = 6,
     .kernel = {4, 4, 1},
     .places = {4, 4, 1},
     .stride = {2, 3, 1},
     .stored = {{"oiab", {CONV, .rank = 4, .shape = {16, 6, 4, 4}, .stride = {2, 3}}},
                {"abio", {CONV, KERAS, .rank = 4, .shape = {4, 4, 6, 16}, .stride = {2, 3}}},
                {"obia",
                 {CONV, AXES, .rank = 4, .shape = {16, 4, 6, 4}, .in_axes = 4, .out_axes = 1,
                  .stride = {3, 2}}}},
     .wrong_out = 16 * 16}, /* everyone but tiny-dnn */
    {.name = "conv 3-d, 2 groups, stride 2 x 1 x 2",
     .groups = 2,
     .outs = {6, 6},
     .ins = 3,
     .kernel = {3, 2, 3},
     .places = {4, 4, 4},
     .stride = {2, 1, 2},
     .stored =
         {{"oiabc", {CONV, .rank = 5, .shape = {12, 3, 3, 2, 3}, .groups = 2, .stride = {2, 1, 2}}},
          {"abcio",
           {CONV, KERAS, .rank = 5, .shape = {3, 2, 3, 3, 12}, .groups = 2, .stride = {2, 1, 2}}},
          {"oiabc",
           {CONV, AXES, .rank = 5, .shape = {12, 3, 3, 2, 3}, .in_axes = 2, .out_axes = 1,
            .groups = 2, .stride = {2, 1, 2}}}},
     .wrong_out = 12 * 18},
    {.name = "transposed 2-d, stride 2",
     .groups = 1,
     .outs = {6},
     .ins = 16,
     .kernel = {4, 4, 1},
     .places = {4, 4, 1},
     .stride = {2, 2, 1},
     .transposed = true,
     .stored = {{"njab", {TRANSPOSED, .rank = 4, .shape = {16, 6, 4, 4}, .stride = {2, 2}}},
                {"abjn", {TRANSPOSED, KERAS, .rank = 4, .shape = {4, 4, 6, 16}, .stride = {2, 2}}},
                {"abnj", {TRANSPOSED, FLAX, .rank = 4, .shape = {4, 4, 16, 6}, .stride = {2, 2}}}},
     .wrong_in = 6 * 16,    /* PyTorch and Keras swap the two, */
     .wrong_out = 16 * 16}, /* and the stride is nobody's */
    {.name = "transposed 1-d, 3 groups, stride 2",
     .groups = 3,
     .outs = {5, 5, 5},
     .ins = 8,
     .kernel = {5, 1, 1},
     .places = {16, 1, 1},
     .stride = {2, 1, 1},
     .transposed = true,
     .stored = {{"nja", {TRANSPOSED, .rank = 3, .shape = {24, 5, 5}, .groups = 3, .stride = {2}}},
                {"ajn",
                 {TRANSPOSED, KERAS, .rank = 3, .shape = {5, 5, 24}, .groups = 3, .stride = {2}}},
                {"anj",
                 {TRANSPOSED, AXES, .rank = 3, .shape = {5, 24, 5}, .in_axes = 2, .out_axes = 4,
                  .groups = 3, .stride = {2}}}},
     .wrong_in = 25,
     .wrong_out = 120},
    {.name = "depthwise, multiplier 2, stride 2",
     .groups = 4,
     .outs = {2, 2, 2, 2},
     .ins = 1,
     .kernel = {3, 3, 1},
     .places = {4, 4, 1},
     .stride = {2, 2, 1},
     .stored =
         {{"oiab", {DEPTHWISE, .rank = 4, .shape = {8, 1, 3, 3}, .groups = 4, .stride = {2, 2}}},
          {"abgj", {DEPTHWISE, KERAS, .rank = 4, .shape = {3, 3, 4, 2}, .stride = {2, 2}}},
          {"abio",
           {DEPTHWISE, FLAX, .rank = 4, .shape = {3, 3, 1, 8}, .groups = 4, .stride = {2, 2}}}},
     .wrong_in = 4 * 9,   /* Keras */
     .wrong_out = 8 * 9}, /* PyTorch */
    {.name = "tied head: logits of 80 tokens",
     .groups = 1,
     .outs = {80},
     .ins = 30,
     NO_KERNEL,
     .stored = {{"oi", {.layer = ALV_LAYER_TIED_HEAD, .rank = 2, .shape = {80, 30}}},
                {"oi", {.layer = ALV_LAYER_TIED_HEAD, KERAS, .rank = 2, .shape = {80, 30}}},
                {"oi",
                 {.layer = ALV_LAYER_TIED_HEAD,
                  AXES,
                  .rank = 2,
                  .shape = {80, 30},
                  .in_axes = 2,
                  .out_axes = 1}}},
     .wrong_in = 1}, /* PyTorch and candle: the embedding's N(0, 1) */
    {.name = "gates of an LSTM, each",
     .groups = 4,
     .outs = {40, 40, 40, 40},
     .ins = 25,
     NO_KERNEL,
     .shared = true,
     .stored = {{"oi", {.rank = 2, .shape = {160, 25}, .parts = {40, 40, 40, 40}}},
                {"io", {KERAS, .rank = 2, .shape = {25, 160}, .parts = {40, 40, 40, 40}}},
                {"igj",
                 {AXES, .rank = 3, .shape = {25, 4, 40}, .in_axes = 1, .out_axes = 4,
                  .copy_axes = 2}}},
     .wrong_out = 160}, /* Keras: the fused matrix */
    {.name = "queries, keys and values",
     .groups = 3,
     .outs = {48, 48, 48},
     .ins = 48,
     NO_KERNEL,
     .shared = true,
     .stored = {{"oi", {.rank = 2, .shape = {144, 48}, .parts = {48, 48, 48}, .head = 12}},
                {"io", {FLAX, .rank = 2, .shape = {48, 144}, .parts = {48, 48, 48}}},
                {"oi",
                 {AXES, .rank = 4, .shape = {3, 4, 12, 48}, .copy_axes = 1, .out_axes = 6,
                  .in_axes = 8}}},
     .wrong_out = 144}, /* PyTorch */
    {.name = "grouped-query attention",
     .groups = 3,
     .outs = {64, 16, 16},
     .ins = 48,
     NO_KERNEL,
     .shared = true,
     .stored = {{"oi", {.rank = 2, .shape = {96, 48}, .parts = {64, 16, 16}}},
                {"io", {KERAS, .rank = 2, .shape = {48, 96}, .parts = {64, 16, 16}}},
                {"io",
                 {AXES, .rank = 3, .shape = {48, 24, 4}, .in_axes = 1, .out_axes = 6,
                  .parts = {16, 4, 4}}}},
     .wrong_out = 96},
    {.name = "experts",
     .groups = 4,
     .outs = {20, 20, 20, 20},
     .ins = 30,
     NO_KERNEL,
     .stored = {{"gji", {.rank = 3, .shape = {4, 20, 30}, .copy_axes = 1}},
                {"gij", {KERAS, .rank = 3, .shape = {4, 30, 20}, .copy_axes = 1}},
                {"igj",
                 {AXES, .rank = 3, .shape = {30, 4, 20}, .in_axes = 1, .out_axes = 4,
                  .copy_axes = 2}}},
     .wrong_in = 4 * 20,   /* the first axis taken for the outputs, the second for the inputs, */
     .wrong_out = 4 * 30}, /* the third for a kernel: torch.nn.init of a 3-d tensor */
};

static void signals_keep_their_size(void **state)
{
    (void)state;
    for (size_t n = 0; n < sizeof layers / sizeof *layers; n++)
        for (int s = 0; s < 3; s++) {
            const layer *l = &layers[n];
            alv_tensor tensor = l->stored[s].tensor;
            double forward, backward;
            snprintf(tensor.name, sizeof tensor.name, "%s", l->name);
            measure(&forward, &backward, l, l->stored[s].order, &tensor);
            if (fabs(forward - 1) > 0.02 || fabs(backward - 1) > 0.02)
                print_error("%s, %s: forward %.3f, backward %.3f\n", l->name,
                            alv_layout_name(tensor.layout), forward, backward);
            assert_near(forward, 1, 0.02);
            assert_near(backward, 1, 0.02);
        }
}

/* The second moment is off by the ratio of the fans, and the measurement sees it. */
static void wrong_fans_are_seen(void **state)
{
    (void)state;
    for (size_t n = 0; n < sizeof layers / sizeof *layers; n++) {
        const layer *l = &layers[n];
        alv_tensor tensor = l->stored[0].tensor;
        double forward, backward;
        tensor.fan_in = l->wrong_in, tensor.fan_out = l->wrong_out;
        measure(&forward, &backward, l, l->stored[0].order, &tensor);
        print_message("%s: wrong fans give %.2f forward, %.2f backward\n", l->name, forward,
                      backward);
        assert_true(l->wrong_in == 0 || fabs(forward - 1) > 0.15);
        assert_true(l->wrong_out == 0 || fabs(backward - 1) > 0.15);
        if (l->wrong_in == 0) assert_near(forward, 1, 0.02);
        if (l->wrong_out == 0) assert_near(backward, 1, 0.02);
    }
}

/* A lookup adds nothing up: a row has unit variance, and a token's gradient sums its units. */
static void lookups(void **state)
{
    (void)state;
    enum { TOKENS = 50, UNITS = 40, LENGTH = 64 };
    for (int layout = 0; layout < 3; layout++) {
        const alv_tensor tensor = {.layer = ALV_LAYER_EMBEDDING,
                                   .layout = (alv_layout)layout,
                                   .rank = 2,
                                   .shape = {TOKENS, UNITS}};
        figure f = {0}, b = {0};
        for (uint64_t seed = 0; seed < 2000; seed++) {
            draw(forward_weight, by_in, &tensor, TOKENS * UNITS, seed);
            draw(backward_weight, by_out, &tensor, TOKENS * UNITS, seed);
            random_signs(dz, LENGTH * UNITS);
            double out = 0, back = 0;
            for (int t = 0; t < LENGTH; t++) {
                const int token = (int)((seed + 7u * (unsigned)t * (unsigned)t) % TOKENS);
                double gradient = 0;
                for (int u = 0; u < UNITS; u++) {
                    const double w = (double)forward_weight[token * UNITS + u];
                    out += w * w;
                    gradient += (double)backward_weight[token * UNITS + u] * dz[t * UNITS + u];
                }
                back += gradient * gradient;
            }
            add(&f, out / (LENGTH * UNITS));
            add(&b, back / LENGTH);
        }
        assert_near(mean_of(&f), 1, 0.02);
        assert_near(mean_of(&b), 1, 0.02);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(signals_keep_their_size),
        cmocka_unit_test(wrong_fans_are_seen),
        cmocka_unit_test(lookups),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
