/* Every operator of the engine against finite differences in double, in networks small enough to
 * try each parameter; and against the same sums written out plainly. */
#include "ops_fixture.h"

static void convolutions(void **state)
{
    (void)state;
    static const struct {
        int channels, height, width, kernel, stride;
    } cases[] = {
        {1, 4, 5, 3, 1}, {2, 5, 4, 3, 2}, {3, 3, 3, 1, 1}, {2, 6, 6, 5, 3}, {1, 2, 2, 3, 1}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        alv_builder b;
        alv_error error;
        alv_build_begin(&b, cases[i].channels, cases[i].height, cases[i].width, &error);
        alv_build_conv(&b, "conv1", 3, cases[i].kernel, cases[i].stride, true, none, act("tanh"));
        alv_build_conv(&b, "conv2", 2, 3, 1, i % 2 == 0, none, act("tanh"));
        check_gradients(finish(&b), "convolution");
    }
}

/* The node that was added last gets a padding of its own. */
static void pad(alv_builder *b, int padding)
{
    alv_node *n = &b->model->nodes[b->at];
    const alv_node *before = n->input >= 0 ? &b->model->nodes[n->input] : NULL;
    n->own_padding = true;
    n->padding = padding;
    n->height =
        ((before ? before->height : b->model->height) + 2 * padding - n->kernel) / n->stride + 1;
    n->width =
        ((before ? before->width : b->model->width) + 2 * padding - n->kernel) / n->stride + 1;
    b->height = n->height;
    b->width = n->width;
}

static void windows_with_a_padding_of_their_own(void **state)
{
    (void)state;
    static const struct {
        int kernel, stride, padding, pool, pool_stride, pool_padding;
    } cases[] = {{5, 1, 0, 3, 2, 1}, {2, 2, 0, 2, 1, 0}, {4, 3, 3, 3, 1, 2}, {3, 1, 4, 3, 2, 0}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        alv_builder b;
        alv_error error;
        alv_build_begin(&b, 2, 7, 6, &error);
        alv_build_conv(&b, "conv1", 3, cases[i].kernel, cases[i].stride, true, none, act("tanh"));
        pad(&b, cases[i].padding);
        alv_build_pool(&b, 1, i % 2);
        b.model->nodes[b.at].kernel = cases[i].pool;
        b.model->nodes[b.at].stride = cases[i].pool_stride;
        pad(&b, cases[i].pool_padding);
        alv_build_conv(&b, "conv2", 2, 3, 1, true, none, act("tanh"));
        check_gradients(finish(&b), "padding of its own");
    }
}

/* A convolution of (channels, height, width) by its definition: what its window leaves of the image
 * before `top` and `left` lies beyond the border. */
typedef struct convolution {
    int channels, height, width, rows, columns, stride, top, left;
} convolution;

static double convolve(const convolution *v, const alv_net_layer_f64 *layer, const double *image,
                       int o, int row, int column)
{
    double sum = layer->b[o];
    for (int c = 0; c < v->channels; c++)
        for (int i = 0; i < v->rows; i++)
            for (int j = 0; j < v->columns; j++) {
                const int y = row * v->stride + i - v->top, x = column * v->stride + j - v->left;
                if (y < 0 || y >= v->height || x < 0 || x >= v->width) continue;
                sum += layer->w[((o * v->channels + c) * v->rows + i) * v->columns + j] *
                       image[(c * v->height + y) * v->width + x];
            }
    return sum;
}

/* Without padding, and strides that leave the last row out, against the sums that define them. */
static void padded_windows_are_their_definition(void **state)
{
    (void)state;
    enum { C = 2, H = 7, W = 6, OUT = 3, K = 4, S = 2, P = 1, OH = 3, OW = 3, PK = 2 };
    alv_builder b;
    alv_error error;
    alv_build_begin(&b, C, H, W, &error);
    alv_build_conv(&b, "conv1", OUT, K, S, true, none, none);
    pad(&b, P);
    alv_build_pool(&b, 1, false);
    b.model->nodes[b.at].kernel = PK;
    pad(&b, 1); /* windows at -1, 0, 1, 2 */
    alv_model *model = finish(&b);
    assert_int_equal(model->nodes[0].height, OH);
    assert_int_equal(model->nodes[0].width, OW);
    alv_net_f64 *net = net_of(model, (alv_optimizer){.kind = ALV_SGD});
    double x[ROWS * C * H * W];
    fixture_normal(x, ROWS * C * H * W, 1, "x");
    fixture_normal(net->params, net->n_params, 1, "params");
    alv_net_forward_f64(net, x, ROWS);
    const alv_net_layer_f64 *layer = &net->layers[0], *head = &net->layers[1];
    const convolution plain = {C, H, W, K, K, S, P, P};
    for (int s = 0; s < ROWS; s++) {
        double of_pools[OUT] = {0};
        for (int p = 0; p < OH * OW; p++)
            for (int o = 0; o < OUT; o++) {
                const double sum = convolve(&plain, layer, x + s * C * H * W, o, p / OW, p % OW);
                assert_near(layer->z[(s * OH * OW + p) * OUT + o], sum, 1e-12);
            }
        for (int o = 0; o < OUT; o++)
            for (int r = 0; r < OH + 1; r++)
                for (int q = 0; q < OW + 1; q++) {
                    double sum = 0;
                    int n = 0;
                    for (int i = r - 1; i <= r; i++)
                        for (int j = q - 1; j <= q; j++)
                            if (i >= 0 && i < OH && j >= 0 && j < OW)
                                sum += layer->z[(s * OH * OW + i * OW + j) * OUT + o], n++;
                    of_pools[o] += sum / n / ((OH + 1) * (OW + 1));
                }
        for (int k = 0; k < CLASSES; k++) {
            double z = head->b[k];
            for (int o = 0; o < OUT; o++) z += head->w[k * OUT + o] * of_pools[o];
            assert_near(head->z[s * CLASSES + k], z, 1e-12);
        }
    }
    alv_net_free_f64(net);
    alv_model_free(model);
}

/* The convolution that was added last gets windows of its own, and weights of that shape. */
static void widen(alv_builder *b, alv_window rows, alv_window columns)
{
    alv_node *n = &b->model->nodes[b->at];
    alv_tensor *w = &b->model->params[n->weight];
    const int h = n->input >= 0 ? b->model->nodes[n->input].height : b->model->height;
    const int v = n->input >= 0 ? b->model->nodes[n->input].width : b->model->width;
    n->windows[0] = rows;
    n->windows[1] = columns;
    w->shape[2] = rows.kernel;
    w->shape[3] = columns.kernel;
    n->height = b->height = (h + rows.before + rows.after - rows.kernel) / n->stride + 1;
    n->width = b->width = (v + columns.before + columns.after - columns.kernel) / n->stride + 1;
}

static void windows_that_differ_by_axis(void **state)
{
    (void)state;
    for (int stride = 1; stride < 3; stride++) {
        alv_builder b;
        alv_error error;
        alv_build_begin(&b, 2, 6, 5, &error);
        alv_build_conv(&b, "conv1", 3, 3, stride, true, none, act("tanh"));
        widen(&b, (alv_window){1, 1, 0, 0}, (alv_window){4, 1, 1, 2});
        alv_build_conv(&b, "conv2", 2, 3, 1, true, none, act("tanh"));
        widen(&b, (alv_window){3, 1, 0, 2}, (alv_window){2, 1, 1, 0});
        check_gradients(finish(&b), "windows that differ by axis");
    }
}

static void windows_by_axis_are_their_definition(void **state)
{
    (void)state;
    enum { C = 2, H = 6, W = 5, OUT = 3, KH = 2, KW = 3, S = 2, TOP = 1, LEFT = 0, OH = 3, OW = 3 };
    alv_builder b;
    alv_error error;
    alv_build_begin(&b, C, H, W, &error);
    alv_build_conv(&b, "conv1", OUT, 3, S, true, none, none);
    widen(&b, (alv_window){KH, 1, TOP, 0}, (alv_window){KW, 1, LEFT, 2});
    alv_model *model = finish(&b);
    assert_int_equal(model->nodes[0].height, OH);
    assert_int_equal(model->nodes[0].width, OW);
    alv_net_f64 *net = net_of(model, (alv_optimizer){.kind = ALV_SGD});
    double x[ROWS * C * H * W];
    fixture_normal(x, ROWS * C * H * W, 1, "x");
    fixture_normal(net->params, net->n_params, 1, "params");
    alv_net_forward_f64(net, x, ROWS);
    const alv_net_layer_f64 *layer = &net->layers[0];
    const convolution wide = {C, H, W, KH, KW, S, TOP, LEFT};
    for (int s = 0; s < ROWS; s++)
        for (int p = 0; p < OH * OW; p++)
            for (int o = 0; o < OUT; o++) {
                const double sum = convolve(&wide, layer, x + s * C * H * W, o, p / OW, p % OW);
                assert_near(layer->z[(s * OH * OW + p) * OUT + o], sum, 1e-12);
            }
    alv_net_free_f64(net);
    alv_model_free(model);
}

static void convolutions_along_a_sequence(void **state)
{
    (void)state;
    static const struct {
        int channels, length, kernel, stride;
    } cases[] = {{1, 7, 3, 1}, {3, 6, 3, 2}, {2, 4, 1, 1}, {2, 9, 5, 3}, {1, 2, 7, 1}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        alv_builder b;
        alv_error error;
        alv_build_begin(&b, cases[i].channels, cases[i].length, 1, &error);
        alv_build_conv1d(&b, "conv1", 3, cases[i].kernel, cases[i].stride, true, none, act("tanh"));
        alv_build_conv1d(&b, "conv2", 2, 3, 1, i % 2 == 0, none, act("tanh"));
        check_gradients(finish(&b), "convolution along a sequence");
    }
}

/* z[s, t, o] = b[o] + sum over c, i of w[o, c, i] x[s, c, t S + i - (K - 1) / 2]. */
static void convolution_along_a_sequence_is_its_definition(void **state)
{
    (void)state;
    enum { C = 3, T = 8, OUT = 2, K = 5, S = 2, OT = 4 };
    alv_builder b;
    alv_error error;
    alv_build_begin(&b, C, T, 1, &error);
    alv_build_conv1d(&b, "conv1", OUT, K, S, true, none, none);
    alv_model *model = finish(&b);
    double fan_in, fan_out;
    assert_int_equal(model->params[0].rank, 3);
    assert_int_equal(alv_tensor_fans(&fan_in, &fan_out, &model->params[0], NULL), ALV_OK);
    assert_true(fan_in == C * K && fan_out == (double)OUT * K / S);
    alv_net_f64 *net = net_of(model, (alv_optimizer){.kind = ALV_SGD});
    double x[ROWS * C * T];
    fixture_normal(x, ROWS * C * T, 1, "x");
    fixture_normal(net->params, net->n_params, 1, "params");
    alv_net_forward_f64(net, x, ROWS);
    const alv_net_layer_f64 *layer = &net->layers[0];
    assert_int_equal(layer->positions, OT);
    for (int s = 0; s < ROWS; s++)
        for (int t = 0; t < OT; t++)
            for (int o = 0; o < OUT; o++) {
                double sum = layer->b[o];
                for (int c = 0; c < C; c++)
                    for (int i = 0; i < K; i++) {
                        const int at = t * S + i - (K - 1) / 2;
                        if (at < 0 || at >= T) continue;
                        sum += layer->w[(o * C + c) * K + i] * x[(s * C + c) * T + at];
                    }
                assert_near(layer->z[(s * OT + t) * OUT + o], sum, 1e-12);
            }
    alv_net_free_f64(net);
    alv_model_free(model);
}

/* The unfolded product against the sum that defines it, with a batch of several chunks' rows. */
static void convolution_is_its_definition(void **state)
{
    (void)state;
    enum { C = 2, H = 5, W = 4, OUT = 3, K = 3, S = 2, OH = 3, OW = 2 };
    alv_builder b;
    alv_error error;
    alv_build_begin(&b, C, H, W, &error);
    alv_build_conv(&b, "conv1", OUT, K, S, true, none, none);
    alv_model *model = finish(&b);
    alv_net_f64 *net = net_of(model, (alv_optimizer){.kind = ALV_SGD});
    double x[ROWS * C * H * W];
    fixture_normal(x, ROWS * C * H * W, 1, "x");
    fixture_normal(net->params, net->n_params, 1, "params");
    alv_net_forward_f64(net, x, ROWS);
    const alv_net_layer_f64 *layer = &net->layers[0];
    assert_int_equal(layer->positions, OH * OW);
    assert_int_equal(layer->in, C * K * K);
    for (int s = 0; s < ROWS; s++)
        for (int p = 0; p < OH * OW; p++)
            for (int o = 0; o < OUT; o++) {
                double sum = layer->b[o];
                for (int c = 0; c < C; c++)
                    for (int i = 0; i < K; i++)
                        for (int j = 0; j < K; j++) {
                            const int r = p / OW * S + i - 1, q = p % OW * S + j - 1;
                            if (r < 0 || r >= H || q < 0 || q >= W) continue;
                            sum += layer->w[((o * C + c) * K + i) * K + j] *
                                   x[((s * C + c) * H + r) * W + q];
                        }
                assert_near(layer->z[(s * OH * OW + p) * OUT + o], sum, 1e-12);
            }
    alv_net_free_f64(net);
    alv_model_free(model);
}

static void normalizations(void **state)
{
    (void)state;
    static const alv_norm norms[] = {ALV_NORM_BATCH, ALV_NORM_LAYER, ALV_NORM_RMS};
    for (int i = 0; i < 3; i++)
        for (int image = 0; image < 2; image++) {
            alv_builder b;
            alv_error error;
            alv_build_begin(&b, image ? 2 : 6, image ? 3 : 0, image ? 4 : 0, &error);
            if (image)
                alv_build_conv(&b, "conv1", 3, 3, 1, false, none, none);
            else
                alv_build_dense(&b, "fc1", 5, false, false, none, none);
            alv_build_norm(&b, "norm1", norms[i], act("tanh"));
            if (!image) alv_build_dense(&b, "fc2", 4, false, true, none, none);
            if (!image) alv_build_norm(&b, "norm2", norms[i], none);
            check_gradients(finish(&b), "normalization");
        }
}

/* Branches with and without gains, a stream that two nodes read, a branch from the data. */
static void residual_branches(void **state)
{
    (void)state;
    for (int gain = 0; gain < 2; gain++) {
        alv_builder b;
        alv_error error;
        alv_build_begin(&b, 5, 0, 0, &error);
        alv_build_dense(&b, "fc0", 5, false, true, none, act("tanh"));
        alv_build_add(&b, -1, gain ? "res0" : NULL, 0.5, none); /* reads the data */
        for (int block = 0; block < 2; block++) {
            const int start = b.at;
            alv_build_norm(&b, "norm", ALV_NORM_LAYER, act("tanh"));
            alv_build_dense(&b, "fc1", 6, false, true, none, act("softplus"));
            alv_build_dense(&b, "fc2", 5, false, false, none, none);
            alv_build_add(&b, start, gain ? "res1" : NULL, 0.3, block ? act("tanh") : none);
        }
        const int stream = b.at;
        alv_build_dense(&b, "left", 4, false, false, none, act("tanh"));
        const int left = b.at;
        alv_build_go_to(&b, stream); /* two dense layers read it: gradients are added */
        alv_build_dense(&b, "right", 4, false, false, none, act("tanh"));
        alv_build_add(&b, left, NULL, 0, none);
        alv_build_act(&b, act("tanh"));
        check_gradients(finish(&b), "residual");
    }
}

/* Gated units of features, an activation of the gate and one of the product; a square; channels of
 * an image that their means gate (Hu et al. 2018). */
static void products(void **state)
{
    (void)state;
    alv_builder b;
    alv_error error;
    alv_build_begin(&b, 5, 0, 0, &error);
    alv_build_dense(&b, "fc0", 5, false, true, none, none);
    const int start = b.at;
    alv_build_dense(&b, "up", 6, false, true, none, none);
    const int up = b.at;
    alv_build_go_to(&b, start);
    alv_build_dense(&b, "gate", 6, false, true, none, act("silu"));
    alv_build_multiply(&b, up, act("tanh"));
    alv_build_multiply(&b, b.at, none);
    check_gradients(finish(&b), "gated");

    alv_build_begin(&b, 2, 3, 4, &error);
    alv_build_conv(&b, "conv1", 3, 3, 1, true, none, act("tanh"));
    const int image = b.at;
    alv_build_pool(&b, 0, false);
    alv_build_dense(&b, "squeeze", 3, false, true, none, act("sigmoid"));
    const int gate = b.at;
    alv_build_go_to(&b, image);
    alv_build_multiply(&b, gate, none);
    check_gradients(finish(&b), "excitation");
}

static void pools(void **state)
{
    (void)state;
    for (int largest = 0; largest < 2; largest++)
        for (int window = 2; window < 4; window++) {
            alv_builder b;
            alv_error error;
            alv_build_begin(&b, 1, 7, 6, &error);
            alv_build_conv(&b, "conv1", 3, 3, 1, true, none, act("tanh"));
            alv_build_pool(&b, window, largest);
            alv_build_conv(&b, "conv2", 2, 3, 1, true, none, none);
            if (largest) alv_build_pool(&b, 0, true);
            check_gradients(finish(&b), largest ? "largest" : "mean");
        }
}

/* Flattened images, and dense layers on each position. */
static void dense_on_images(void **state)
{
    (void)state;
    alv_builder b;
    alv_error error;
    alv_model *model = NULL;
    alv_build_begin(&b, 2, 3, 3, &error);
    alv_build_conv(&b, "conv1", 4, 3, 1, true, none, act("tanh"));
    alv_build_dense(&b, "mix", 3, true, true, none, act("tanh"));
    alv_build_dense(&b, "head", CLASSES, false, true, none, none);
    assert_int_equal(alv_build_end(&model, &b), ALV_OK);
    check_gradients(model, "flattened");
}

/* What evaluation uses: moments that move a tenth of the way each step, variance unbiased. */
static void batch_norm_keeps_moments(void **state)
{
    (void)state;
    alv_builder b;
    alv_error error;
    alv_build_begin(&b, 1, 0, 0, &error);
    alv_build_dense(&b, "fc1", 1, false, false, none, none);
    alv_build_norm(&b, "norm1", ALV_NORM_BATCH, act("tanh"));
    alv_model *model = finish(&b);
    alv_net_f64 *net = net_of(model, (alv_optimizer){.kind = ALV_SGD}); /* a rate of 0 */
    const double x[ROWS] = {1, 2, 4, 9};
    const int32_t y[ROWS] = {0, 1, 2, 0};
    net->layers[0].w[0] = 1;
    const double mean = 4, variance = (9 + 4 + 0 + 25) / 4.0, unbiased = variance * 4 / 3;
    alv_net_evaluate_f64(net, x, 1); /* before any step: 0 and 1 */
    assert_near(net->layers[0].z[0], 1 / sqrt(1 + 1e-5), 1e-12);
    for (int step = 0; step < 2; step++) alv_net_train_f64(net, x, y, ROWS, NULL);
    alv_net_forward_f64(net, x, ROWS); /* looking keeps nothing */
    assert_near(net->layers[0].z[3], (9 - mean) / sqrt(variance + 1e-5), 1e-12);
    alv_net_evaluate_f64(net, x, ROWS);
    const double m = 0.19 * mean, v = 0.81 + 0.19 * unbiased;
    for (int i = 0; i < ROWS; i++)
        assert_near(net->layers[0].z[i], (x[i] - m) / sqrt(v + 1e-5), 1e-12);
    alv_net_free_f64(net);
    alv_model_free(model);
}

/* Plain SGD, which adds gradients straight to the parameters, takes the step that they say. */
static void sgd_takes_the_same_step(void **state)
{
    (void)state;
    alv_net_f64 *nets[2];
    double x[ROWS * 2 * 9];
    int32_t y[ROWS];
    fixture_normal(x, ROWS * 18, 1, "x");
    fixture_labels(y, ROWS, CLASSES);
    for (int i = 0; i < 2; i++) {
        alv_builder b;
        alv_error error;
        alv_build_begin(&b, 2, 3, 3, &error);
        alv_build_conv(&b, "conv1", 3, 3, 1, true, none, none);
        const int start = b.at;
        alv_build_norm(&b, "norm", ALV_NORM_BATCH, act("tanh"));
        alv_build_conv(&b, "conv2", 3, 3, 1, false, none, none);
        alv_build_add(&b, start, "res", 0.5, none);
        alv_model *model = finish(&b);
        nets[i] =
            net_of(model, i ? (alv_optimizer){.kind = ALV_MOMENTUM}
                            : (alv_optimizer){.kind = ALV_SGD, .lr = 0.1, .weight_decay = 0.2});
        fixture_normal(nets[i]->params, nets[i]->n_params, 0.5, "params");
        alv_net_train_f64(nets[i], x, y, ROWS, NULL);
        alv_model_free(model);
    }
    for (int64_t i = 0; i < nets[0]->n_params; i++) {
        const double p = nets[1]->params[i];
        assert_near(nets[0]->params[i], p - 0.1 * (nets[1]->grads[i] + 0.2 * p), 1e-13);
    }
    alv_net_free_f64(nets[0]);
    alv_net_free_f64(nets[1]);
}

/* Layers are weights and the activation that their signal ends in. */
static void layers_end_at_activations(void **state)
{
    (void)state;
    alv_builder b;
    alv_error error;
    alv_build_begin(&b, 2, 0, 0, &error);
    alv_build_dense(&b, "fc1", 4, false, false, none, none);
    alv_build_norm(&b, "norm1", ALV_NORM_LAYER, act("tanh"));
    const int start = b.at;
    alv_build_dense(&b, "fc2", 4, false, false, none, act("relu"));
    alv_build_dense(&b, "fc3", 4, false, false, none, none);
    alv_build_add(&b, start, NULL, 0, none);
    alv_model *model = finish(&b);
    alv_model_layer layers[8];
    assert_int_equal(alv_model_layers(layers, model), 4);
    static const int expected[4][2] = {{0, 1}, {2, 2}, {3, 4}, {5, 5}};
    for (int l = 0; l < 4; l++) {
        assert_int_equal(layers[l].weights, expected[l][0]);
        assert_int_equal(layers[l].end, expected[l][1]);
    }
    assert_false(alv_model_is_chain(model));
    alv_model_free(model);
}

static void refuses(void **state)
{
    (void)state;
    alv_builder b;
    alv_error error;
    alv_build_begin(&b, 2, 4, 4, &error);
    alv_build_conv(&b, "conv1", 3, 3, 1, true, none, act("tanh"));
    alv_build_conv(&b, "conv2", 3, 3, 1, true, none, none);
    alv_build_add(&b, 0, NULL, 0, none);
    alv_build_pool(&b, 2, false);
    alv_model *model = finish(&b);
    const alv_net_options options = {.batch = ROWS};
    alv_net_f64 *net = NULL;
    alv_node *nodes = model->nodes, kept;
#define REFUSED(node, field, value, status)                                                        \
    kept = nodes[node];                                                                            \
    nodes[node].field = value;                                                                     \
    assert_int_equal(alv_net_new_f64(&net, model, &options, &error), status);                      \
    assert_null(net);                                                                              \
    nodes[node] = kept
    REFUSED(0, kernel, 2, ALV_ERR_SHAPE);
    REFUSED(0, kernel, -3, ALV_ERR_SHAPE);
    REFUSED(0, windows[0].kernel, 5, ALV_ERR_SHAPE);
    REFUSED(0, windows[0].kernel, 3, ALV_ERR_SHAPE); /* without one along the width */
    REFUSED(0, stride, 0, ALV_ERR_SHAPE);
    REFUSED(0, height, 3, ALV_ERR_SHAPE);
    REFUSED(0, width, -4, ALV_ERR_SHAPE);
    REFUSED(0, out, 4, ALV_ERR_SHAPE);
    REFUSED(1, input, 1, ALV_ERR_UNSUPPORTED);
    REFUSED(1, input, -2, ALV_ERR_UNSUPPORTED);
    REFUSED(1, weight, 99, ALV_ERR_SHAPE);
    REFUSED(2, other, 2, ALV_ERR_SHAPE);
    REFUSED(2, other, -1, ALV_ERR_SHAPE);
    REFUSED(2, op, (alv_op)77, ALV_ERR_UNSUPPORTED);
    REFUSED(2, op, ALV_OP_NORM, ALV_ERR_SHAPE);
    REFUSED(3, kernel, 5, ALV_ERR_SHAPE);
    REFUSED(3, stride, 9, ALV_ERR_SHAPE);
    REFUSED(4, input, 2, ALV_ERR_UNSUPPORTED); /* the pool feeds no other */
    REFUSED(5, kind, ALV_LAYER_EMBEDDING, ALV_ERR_UNSUPPORTED);
#undef REFUSED
    assert_int_equal(alv_net_new_f64(&net, model, &options, &error), ALV_OK);
    alv_net_free_f64(net);
    alv_model_free(model);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(convolutions),
        cmocka_unit_test(convolution_is_its_definition),
        cmocka_unit_test(windows_with_a_padding_of_their_own),
        cmocka_unit_test(padded_windows_are_their_definition),
        cmocka_unit_test(windows_that_differ_by_axis),
        cmocka_unit_test(windows_by_axis_are_their_definition),
        cmocka_unit_test(convolutions_along_a_sequence),
        cmocka_unit_test(convolution_along_a_sequence_is_its_definition),
        cmocka_unit_test(normalizations),
        cmocka_unit_test(residual_branches),
        cmocka_unit_test(products),
        cmocka_unit_test(pools),
        cmocka_unit_test(dense_on_images),
        cmocka_unit_test(batch_norm_keeps_moments),
        cmocka_unit_test(sgd_takes_the_same_step),
        cmocka_unit_test(layers_end_at_activations),
        cmocka_unit_test(refuses),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
