/* What the engine has for models of files beside the lab's own layers: every gradient against
 * finite differences in double. What they give is compared with onnxruntime (tests/formats). If
 * this failed, alvor doctor would show gradients that are not those of the network that it runs. */
#include "ops_fixture.h"

enum { STEPS = 4, CHANNELS = 2, MOST_NODES = 12, MOST_PARAMS = 16 };

static alv_model *begin(int64_t units, int height, int width)
{
    alv_model *m = calloc(1, sizeof *m);
    m->nodes = calloc(MOST_NODES, sizeof *m->nodes);
    m->params = calloc(MOST_PARAMS, sizeof *m->params);
    m->inputs = units * height * width;
    m->height = height;
    m->width = width;
    m->outputs = CLASSES;
    return m;
}

static int param(alv_model *m, int rank, int64_t a, int64_t b, int64_t c, int64_t d)
{
    alv_tensor *t = &m->params[m->n_params];
    const int64_t shape[4] = {a, b, c, d};
    snprintf(t->name, sizeof t->name, "p%d", m->n_params);
    t->rank = rank;
    memcpy(t->shape, shape, sizeof shape);
    return m->n_params++;
}

static int put(alv_model *m, alv_node node)
{
    const alv_node *from = node.input >= 0 ? &m->nodes[node.input] : NULL;
    if (node.in == 0) node.in = from ? from->out : m->inputs / (m->height * m->width);
    if (node.out == 0) node.out = node.in;
    m->nodes[m->n_nodes] = node;
    return m->n_nodes++;
}

/* A dense layer on each position of the data. */
static int each(alv_model *m, int64_t out)
{
    const int64_t in = m->inputs / (m->height * m->width);
    return put(m, (alv_node){.kind = ALV_LAYER_CONV,
                             .input = -1,
                             .out = out,
                             .height = m->height,
                             .width = 1,
                             .kernel = 1,
                             .stride = 1,
                             .one_axis = true,
                             .weight = param(m, 3, out, in, 1, 0),
                             .bias = param(m, 1, out, 0, 0, 0)});
}

/* The mean of all positions, if there are any, and the classes. */
static alv_model *end(alv_model *m)
{
    int at = m->n_nodes - 1;
    if (m->nodes[at].height > 0)
        at = put(m, (alv_node){.op = ALV_OP_POOL, .input = at, .weight = -1, .bias = -1});
    put(m, (alv_node){.input = at,
                      .out = CLASSES,
                      .weight = param(m, 2, CLASSES, m->nodes[at].out, 0, 0),
                      .bias = -1});
    return m;
}

typedef struct constants {
    int node;
    const double *weight, *bias;
    int n_weight, n_bias;
} constants;

static void set_constants(alv_net_f64 *net, constants c)
{
    for (int i = 0; i < c.n_weight; i++) alv_net_weight_f64(net, c.node)[i] = c.weight[i];
    for (int i = 0; i < c.n_bias; i++) alv_net_bias_f64(net, c.node)[i] = c.bias[i];
}

static double loss_at(alv_net_f64 *net, const double *x, const int32_t *y, double *p, double to)
{
    *p = to;
    alv_net_forward_f64(net, x, ROWS);
    return alv_net_loss_f64(net, y, NULL);
}

/* By the five-point formula; constants are no parameters. */
static void check(alv_model *model, const constants *all, int n, const char *what)
{
    const double h = 1e-4;
    alv_net_f64 *net = net_of(model, (alv_optimizer){.kind = ALV_SGD, .lr = 0.1});
    double *x = malloc((size_t)(ROWS * model->inputs) * sizeof *x), largest = 0;
    int32_t y[ROWS];
    fixture_normal(x, ROWS * model->inputs, 1, "x");
    fixture_labels(y, ROWS, CLASSES);
    fixture_normal(net->params, net->n_params, 0.7, "params");
    for (int k = 0; k < n; k++) set_constants(net, all[k]);
    alv_net_forward_f64(net, x, ROWS);
    alv_net_backward_f64(net, y);
    double *before = malloc((size_t)net->n_params * sizeof *before);
    double *grads = malloc((size_t)net->n_params * sizeof *grads);
    memcpy(before, net->params, (size_t)net->n_params * sizeof *before);
    memcpy(grads, net->grads, (size_t)net->n_params * sizeof *grads);
    for (int64_t i = 0; i < net->n_params; i++) {
        double *p = &net->params[i], at = *p;
        const double outer = loss_at(net, x, y, p, at - 2 * h) - loss_at(net, x, y, p, at + 2 * h);
        const double inner = loss_at(net, x, y, p, at + h) - loss_at(net, x, y, p, at - h);
        const double slope = (outer + 8 * inner) / (12 * h);
        *p = at;
        if (!(fabs(slope - grads[i]) <= 1e-8 + 1e-6 * fabs(slope)))
            fail_msg("%s: d loss / d p[%d of %d] = %.12g, differences say %.12g", what, (int)i,
                     (int)net->n_params, grads[i], slope);
        largest = fmax(largest, fabs(slope));
    }
    assert_true(largest > 1e-3);
    alv_net_train_f64(net, x, y, ROWS, NULL);
    for (int64_t i = 0; i < net->n_params; i++) {
        const double to = before[i] - 0.1 * grads[i];
        assert_true(fabs(net->params[i] - to) <= 1e-12);
    }
    free(before);
    free(grads);
    free(x);
    alv_net_free_f64(net);
    alv_model_free(model);
}

static void recurrent(const char *what, int gates, int ways, bool backward, bool late, bool begins)
{
    enum { H = 3 };
    alv_model *m = begin(CHANNELS, STEPS, 1);
    const int fed = each(m, gates * ways * H);
    alv_node node = {.op = ALV_OP_CELLS,
                     .input = fed,
                     .out = ways * H,
                     .height = STEPS,
                     .width = 1,
                     .heads = ways,
                     .backward = backward,
                     .late = late,
                     .act = gates == 1 ? act("tanh") : none,
                     .bias = -1};
    node.weight = param(m, 2, gates * ways * H, H, 0, 0);
    if (begins) node.bias = param(m, 2, 3, ways * H, 0, 0);
    strcpy(node.what, what);
    put(m, node);
    check(end(m), NULL, 0, what);
}

static void gradients_of_recurrent_layers(void **state)
{
    (void)state;
    for (int way = 0; way < 3; way++)
        for (int begins = 0; begins < 2; begins++) {
            const int ways = way == 2 ? 2 : 1;
            recurrent("RNN", 1, ways, way == 1, false, begins);
            recurrent("GRU", 3, ways, way == 1, false, begins);
            recurrent("GRU", 3, ways, way == 1, true, begins);
            recurrent("LSTM", 4, ways, way == 1, false, begins);
        }
}

/* Two terms of which one leaves a unit out, weighed at each position. */
static void gradients_of_chosen_units(void **state)
{
    (void)state;
    enum { OUT = 4 };
    const double which[] = {2, 0, 1, 1, 0, -1, 2, 0, 1, -1, 0.5, 2, 1, 3, -2, 1};
    double table[2 * STEPS * OUT];
    for (int i = 0; i < 2 * STEPS * OUT; i++) table[i] = cos(i);
    for (int on_data = 0; on_data < 2; on_data++) {
        alv_model *m = begin(3, STEPS, 1);
        const int from = on_data ? -1 : each(m, 3);
        const int at = put(m, (alv_node){.op = ALV_OP_UNITS,
                                         .input = from,
                                         .out = OUT,
                                         .height = STEPS,
                                         .width = 1,
                                         .heads = 2,
                                         .weight = param(m, 2, 4, OUT, 0, 0),
                                         .bias = param(m, 3, 2, STEPS, OUT, 0)});
        const constants c = {at, which, table, 4 * OUT, 2 * STEPS * OUT};
        check(end(m), &c, 1, "chosen units");
    }
}

/* Positions that are left out, repeated and zero; behind rows of their own; times one unit and one
 * position of others. */
static void gradients_of_moved_positions(void **state)
{
    (void)state;
    const double which[] = {3, -1, 0, 0, 2};
    for (int on_data = 0; on_data < 2; on_data++) {
        alv_model *m = begin(3, STEPS, 1);
        const int from = on_data ? -1 : each(m, 3);
        const int at = put(m, (alv_node){.op = ALV_OP_PLACES,
                                         .input = from,
                                         .height = 5,
                                         .width = 1,
                                         .weight = param(m, 1, 5, 0, 0, 0),
                                         .bias = -1});
        const int rows = put(m, (alv_node){.op = ALV_OP_ROWS,
                                           .input = -1,
                                           .out = 3,
                                           .height = 2,
                                           .width = 1,
                                           .weight = param(m, 2, 2, 3, 0, 0),
                                           .bias = -1});
        const int both = put(m, (alv_node){.op = ALV_OP_JOIN,
                                           .input = rows,
                                           .other = at,
                                           .height = 7,
                                           .width = 1,
                                           .one_axis = true,
                                           .weight = -1,
                                           .bias = -1});
        const int mean = put(
            m, (alv_node){
                   .op = ALV_OP_POOL, .input = both, .act = act("tanh"), .weight = -1, .bias = -1});
        put(m, (alv_node){.op = ALV_OP_TIMES,
                          .input = both,
                          .other = mean,
                          .height = 7,
                          .width = 1,
                          .weight = -1,
                          .bias = -1});
        const constants c = {at, which, NULL, 5, 0};
        check(end(m), &c, 1, "moved positions");
    }
}

static void gradients_of_joined_units(void **state)
{
    (void)state;
    alv_model *m = begin(CHANNELS, STEPS, 1);
    const int a = each(m, 3), b = each(m, 1);
    const int both = put(m, (alv_node){.op = ALV_OP_JOIN,
                                       .input = a,
                                       .other = b,
                                       .out = 4,
                                       .height = STEPS,
                                       .width = 1,
                                       .weight = -1,
                                       .bias = -1});
    const int one = put(m, (alv_node){.op = ALV_OP_TIMES,
                                      .input = both,
                                      .other = b,
                                      .height = STEPS,
                                      .width = 1,
                                      .weight = -1,
                                      .bias = -1});
    put(m, (alv_node){.op = ALV_OP_TIMES,
                      .input = one,
                      .other = one,
                      .height = STEPS,
                      .width = 1,
                      .weight = -1,
                      .bias = -1});
    check(end(m), NULL, 0, "joined units");
}

/* Queries of their own, fewer than the keys. */
static void gradients_of_attention_to_another_signal(void **state)
{
    (void)state;
    enum { D = 4, HEADS = 2, QUERIES = 3 };
    for (int added = 0; added < 2; added++) {
        alv_model *m = begin(CHANNELS, STEPS, 1);
        const int keys = each(m, 2 * D);
        const int rows = put(m, (alv_node){.op = ALV_OP_ROWS,
                                           .input = -1,
                                           .out = D,
                                           .height = QUERIES,
                                           .width = 1,
                                           .weight = param(m, 2, QUERIES, D, 0, 0),
                                           .bias = -1});
        put(m, (alv_node){.op = ALV_OP_ATTEND,
                          .input = rows,
                          .other = keys,
                          .height = QUERIES,
                          .width = 1,
                          .heads = HEADS,
                          .both_ways = true,
                          .weight = -1,
                          .bias = added ? param(m, 3, HEADS, QUERIES, STEPS, 0) : -1});
        check(end(m), NULL, 0, "attention to another signal");
    }
}

/* Strides and paddings that differ by axis, of a convolution and of pools. */
static void gradients_of_windows_by_axis(void **state)
{
    (void)state;
    for (int kind = 0; kind < 3; kind++) {
        alv_model *m = begin(CHANNELS, 6, 7);
        const int conv = put(m, (alv_node){.kind = ALV_LAYER_CONV,
                                           .input = -1,
                                           .out = 3,
                                           .height = 3,
                                           .width = 3,
                                           .kernel = 3,
                                           .stride = 2,
                                           .windows = {{3, 1, 0, 1, 2}, {2, 1, 1, 0, 3}},
                                           .act = act("tanh"),
                                           .weight = param(m, 4, 3, CHANNELS, 3, 2),
                                           .bias = param(m, 1, 3, 0, 0, 0)});
        put(m, (alv_node){.op = ALV_OP_POOL,
                          .input = conv,
                          .height = 2,
                          .width = 3,
                          .kernel = 2,
                          .stride = 1,
                          .windows = {{2, 1, 0, 0, 1}, {3, 1, 1, 1, 1}},
                          .largest = kind == 0,
                          .counts_padding = kind == 1,
                          .act = act("tanh"),
                          .weight = -1,
                          .bias = -1});
        check(end(m), NULL, 0, "windows by axis");
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(gradients_of_recurrent_layers),
        cmocka_unit_test(gradients_of_chosen_units),
        cmocka_unit_test(gradients_of_moved_positions),
        cmocka_unit_test(gradients_of_joined_units),
        cmocka_unit_test(gradients_of_attention_to_another_signal),
        cmocka_unit_test(gradients_of_windows_by_axis),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
