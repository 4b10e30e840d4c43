/* Units that descent can never separate (probe/copies.h), against descent itself.
 *
 * If these failed, a report would call a layer stuck that learns, or leave out why one does not. In
 * every network two units of one space are made equal in all that meets them, and must be equal
 * still after steps; then one number is changed at a time, and they must have come apart. */
#include "model/build.h"
#include "nn_fixture.h"

#include "probe/copies.h"
#include "probe/probe.h"

enum { BATCH = 6, STEPS = 12, FIRST = 1, SECOND = 2 };

/* One axis of a parameter as the space's units meet it: index units * block + u of each block, for
 * all blocks. */
typedef struct meeting {
    const char *param;
    int axis;
    int64_t units; /* 0: all of the axis */
} meeting;

typedef struct subject {
    const char *what, *text;
    int layer;            /* one that ends in the space */
    meeting meetings[12]; /* makers first */
} subject;

static const subject subjects[] = {
    {"dense", "5-6-4-3 tanh", 0, {{"fc1.weight"}, {"fc1.bias"}, {"fc2.weight", 1}}},
    {"dense, batch norm",
     "mlp 5-6-4-3 tanh norm=batch",
     0,
     {{"fc1.weight"}, {"norm1.weight"}, {"norm1.bias"}, {"fc2.weight", 1}}},
    {"dense, layer norm",
     "mlp 5-6-4-3 tanh norm=layer",
     1,
     {{"fc2.weight"}, {"norm2.weight"}, {"norm2.bias"}, {"fc3.weight", 1}}},
    {"channels",
     "conv 4,5 tanh in=2x6x6 out=3",
     0,
     {{"conv1.weight"}, {"conv1.bias"}, {"conv2.weight", 1}}},
    {"pooled channels, batch norm",
     "conv 4,5 tanh norm=batch in=2x6x6 out=3",
     1,
     {{"conv2.weight"}, {"norm2.weight"}, {"norm2.bias"}, {"fc.weight", 1}}},
    {"sequence",
     "conv1d 4,5 tanh in=2x7 out=3",
     0,
     {{"conv1.weight"}, {"conv1.bias"}, {"conv2.weight", 1}}},
    {"stream, post",
     "mlp 5-6x3-3 tanh residual=1 order=post norm=layer",
     1,
     {{"fc1.weight"},
      {"norm1.weight"},
      {"norm1.bias"},
      {"fc2.weight"},
      {"norm2.weight"},
      {"norm2.bias"},
      {"fc2.weight", 1},
      {"fc3.weight"},
      {"norm3.weight"},
      {"norm3.bias"},
      {"fc3.weight", 1},
      {"fc4.weight", 1}}},
    {"inside a branch",
     "mlp 5-6x5-3 tanh residual=2 branch=0.5",
     1,
     {{"fc2.weight"}, {"fc2.bias"}, {"fc3.weight", 1}}},
    {"stream, pre",
     "mlp 5-6x3-3 tanh residual=2 branch=0.5",
     2,
     {{"fc1.weight"},
      {"fc1.bias"},
      {"fc3.weight"},
      {"fc3.bias"},
      {"fc2.weight", 1},
      {"fc4.weight", 1}}},
    {"stream of a transformer",
     "transformer d=4 L=1 h=2 ff=2 in=3 tokens=5 out=3",
     1,
     {{"embed.weight", 1},
      {"embed.position", 1},
      {"block1.norm1.weight"},
      {"block1.norm1.bias"},
      {"block1.qkv.weight", 1},
      {"block1.out.weight"},
      {"block1.norm2.weight"},
      {"block1.up.weight", 1},
      {"block1.down.weight"},
      {"block1.down.bias"},
      {"norm.weight"},
      {"fc.weight", 1}}},
    {"LSTM",
     "lstm 4 in=3 tokens=5 out=3",
     0,
     {{"lstm1.input.weight", 0, 4},
      {"lstm1.input.bias", 0, 4},
      {"lstm1.hidden.weight", 0, 4},
      {"lstm1.hidden.weight", 1},
      {"fc.weight", 1}}},
};

typedef struct trial {
    alv_model *model;
    alv_net_f32 *net;
    float x[BATCH * 80];
    int32_t y[BATCH];
} trial;

static trial begin(const subject *s, const char *optimizer, double dropout)
{
    trial t = {.model = fixture_model(s->text, true)};
    alv_net_options options = {
        .batch = BATCH, .backend = ALV_BACKEND_PORTABLE, .regularizer.dropout = dropout};
    alv_error error = {0};
    assert_int_equal(alv_optimizer_parse(&options.optimizer, optimizer, &error), ALV_OK);
    if (alv_net_new_f32(&t.net, t.model, &options, &error) != ALV_OK) fail_msg("%s", error.message);
    alv_rng rng = alv_rng_make(7, "params");
    for (int64_t i = 0; i < t.net->n_params; i++)
        t.net->params[i] = (float)(0.6 * alv_rng_normal(&rng));
    assert_true(t.model->inputs <= 80);
    for (int64_t i = 0; i < BATCH * t.model->inputs; i++)
        t.x[i] = t.model->tokens > 0 ? (float)alv_rng_below(&rng, (uint64_t)t.model->tokens)
                                     : (float)alv_rng_normal(&rng);
    fixture_labels(t.y, BATCH, 3);
    return t;
}

static void end(trial *t)
{
    alv_net_free_f32(t->net);
    alv_model_free(t->model);
}

static void descend(trial *t)
{
    for (int i = 0; i < STEPS; i++) alv_net_train_f32(t->net, t->x, t->y, BATCH, NULL);
}

static float *find(const trial *t, const char *name, const alv_tensor **tensor)
{
    for (int i = 0; i < t->model->n_nodes; i++) {
        const alv_node *n = &t->model->nodes[i];
        const int of[] = {n->weight, n->bias};
        for (int k = 0; k < 2; k++) {
            if (of[k] < 0 || strcmp(t->model->params[of[k]].name, name) != 0) continue;
            *tensor = &t->model->params[of[k]];
            return k ? alv_net_bias_f32(t->net, i) : alv_net_weight_f32(t->net, i);
        }
    }
    fail_msg("there is no parameter %s", name);
    return NULL;
}

/* Calls `what` with each pair of numbers that the two units have in the parameter. */
static double pairs(const trial *t, const meeting *m, double (*what)(float *a, float *b))
{
    const alv_tensor *tensor;
    float *p = find(t, m->param, &tensor);
    const int64_t axis = tensor->shape[m->axis], units = m->units ? m->units : axis;
    int64_t before = 1, after = 1;
    double sum = 0;
    for (int k = 0; k < m->axis; k++) before *= tensor->shape[k];
    for (int k = m->axis + 1; k < tensor->rank; k++) after *= tensor->shape[k];
    for (int64_t i = 0; i < before; i++)
        for (int64_t block = 0; block < axis; block += units)
            for (int64_t j = 0; j < after; j++)
                sum += what(&p[(i * axis + block + FIRST) * after + j],
                            &p[(i * axis + block + SECOND) * after + j]);
    return sum;
}

static double copy(float *a, float *b)
{
    *b = *a;
    return 0;
}

static double distance(float *a, float *b)
{
    return fabs((double)*a - (double)*b) / (fabs((double)*a) + 0.01);
}

static double all_pairs(const trial *t, const subject *s, double (*what)(float *a, float *b))
{
    double sum = 0;
    for (int k = 0; k < 12 && s->meetings[k].param; k++) sum += pairs(t, &s->meetings[k], what);
    return sum;
}

static double locked(const trial *t, int layer)
{
    double share;
    assert_true(alv_share_of_locked(&share, t->net, layer));
    return share;
}

/* Of the units, those two. */
static double two_of(const trial *t, const subject *s)
{
    const alv_tensor *tensor;
    find(t, s->meetings[0].param, &tensor);
    const meeting *m = &s->meetings[0];
    return 2 / (double)(m->units ? m->units : tensor->shape[m->axis]);
}

static void what_is_locked_stays_equal(void **state)
{
    (void)state;
    static const char *const optimizers[] = {"sgd(lr=0.2)", "adam(lr=0.05)", "momentum(lr=0.1)"};
    for (int i = 0; i < (int)(sizeof subjects / sizeof *subjects); i++)
        for (int k = 0; k < 3; k++) {
            const subject *s = &subjects[i];
            trial t = begin(s, optimizers[k], 0);
            assert_near(locked(&t, s->layer), 0, 0);
            all_pairs(&t, s, copy);
            if (!strcmp(s->text, subjects[9].text)) { /* what the table has no room for */
                static const meeting more[] = {
                    {"block1.out.bias"}, {"block1.norm2.bias"}, {"norm.bias"}};
                for (int m = 0; m < 3; m++) pairs(&t, &more[m], copy);
            }
            assert_near(locked(&t, s->layer), two_of(&t, s), 1e-12);
            descend(&t);
            if (!(all_pairs(&t, s, distance) < 1e-6))
                fail_msg("%s, %s: apart by %g", s->what, optimizers[k], all_pairs(&t, s, distance));
            assert_near(locked(&t, s->layer), two_of(&t, s), 1e-12);
            end(&t);
        }
}

/* One number of one parameter changed: not locked, and what was equal comes apart. */
static void what_is_not_locked_separates(void **state)
{
    (void)state;
    for (int i = 0; i < (int)(sizeof subjects / sizeof *subjects); i++) {
        const subject *s = &subjects[i];
        for (int k = 0; k < 12 && s->meetings[k].param; k++) {
            const alv_tensor *tensor;
            trial t = begin(s, "sgd(lr=0.2)", 0);
            all_pairs(&t, s, copy);
            float *p = find(&t, s->meetings[k].param, &tensor);
            int64_t at = SECOND;
            for (int a = s->meetings[k].axis + 1; a < tensor->rank; a++) at *= tensor->shape[a];
            p[at] += 0.5f;
            assert_near(locked(&t, s->layer), 0, 0);
            descend(&t);
            double apart = 0;
            for (int m = 0; m < 12 && s->meetings[m].param; m++)
                if (m != k) apart += pairs(&t, &s->meetings[m], distance);
            if (!(apart > 1e-3))
                fail_msg("%s: %s changed, the rest is %g apart", s->what, s->meetings[k].param,
                         apart);
            end(&t);
        }
    }
}

static void fill(trial *t, float value)
{
    for (int64_t i = 0; i < t->net->n_params; i++) t->net->params[i] = value;
}

/* Of constants every unit is a copy, before and after training, wherever anything is said. */
static void constants_are_locked_everywhere(void **state)
{
    (void)state;
    static const subject nets[] = {
        {.text = "resnet 8 width=4 in=2x6x6 out=3"},
        {.text = "resnet 8 width=4 norm=none in=2x6x6 out=3"},
        {.text = "conv 4,5x2 relu norm=layer in=2x6x6 out=3"},
        {.text = "mlp 5-6x5-3 relu residual=2 branch=0.5"},
        {.text = "transformer d=4 L=2 h=2 ff=2 in=3 tokens=5 out=3"},
        {.text = "lstm 4x2 in=3 tokens=5 out=3"},
    };
    for (int i = 0; i < (int)(sizeof nets / sizeof *nets); i++) {
        trial t = begin(&nets[i], "momentum(lr=0.1)", 0);
        fill(&t, 0.3f);
        for (int step = 0; step < 2; step++) {
            for (int l = 0; l < t.net->n_layers; l++) {
                const double share = locked(&t, l);
                const bool asks = strstr(t.model->params[t.net->layers[l].weight].name, "qkv");
                if (l + 1 == t.net->n_layers || asks)
                    assert_true(isnan(share));
                else
                    assert_near(share, 1, 0);
            }
            descend(&t);
        }
        end(&t);
    }
}

/* Masks differ from unit to unit. */
static void dropout_separates_copies(void **state)
{
    (void)state;
    for (int i = 0; i < 5; i++) {
        const subject *s = &subjects[i];
        trial t = begin(s, "sgd(lr=0.2)", 0.5);
        all_pairs(&t, s, copy);
        assert_near(locked(&t, s->layer), 0, 0);
        descend(&t);
        assert_true(pairs(&t, &s->meetings[0], distance) > 1e-4);
        end(&t);
    }
}

/* Where the data enter a stream its units are told apart by the features. */
static void nothing_is_said_of_streams_that_the_data_enter(void **state)
{
    (void)state;
    alv_builder b;
    alv_error error = {0};
    alv_net_f32 *net;
    alv_model *model;
    const alv_act_spec none = {0};
    alv_build_begin(&b, 6, 0, 0, &error);
    alv_build_dense(&b, "fc1", 6, false, true, none, none);
    alv_build_add(&b, -1, NULL, 1, none);
    alv_build_dense(&b, "fc2", 3, false, true, none, none);
    assert_int_equal(alv_build_end(&model, &b), ALV_OK);
    const alv_net_options options = {.batch = 2, .optimizer = {.kind = ALV_SGD, .lr = 0.1}};
    assert_int_equal(alv_net_new_f32(&net, model, &options, &error), ALV_OK);
    double share;
    assert_true(alv_share_of_locked(&share, net, 0));
    assert_true(isnan(share));
    alv_net_free_f32(net);
    alv_model_free(model);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_locked_stays_equal),
        cmocka_unit_test(what_is_not_locked_separates),
        cmocka_unit_test(constants_are_locked_everywhere),
        cmocka_unit_test(dropout_separates_copies),
        cmocka_unit_test(nothing_is_said_of_streams_that_the_data_enter),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
