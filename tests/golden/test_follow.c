/* Losses of PyTorch trainings, followed: golden/follow.txt, made by tools/gen_follow_golden.py.
 *
 * If one differs, `alvor compare --stream torch` no longer starts from PyTorch's weights, or no
 * longer sees its mini-batches: another draw changes the first epoch's loss in its second digit.
 * What is allowed is what 35 steps make of sums that are rounded in another order. */
#include "test.h"

#include "base/base.h"
#include "train/trainer.h"

enum { SAMPLES = 200, SIDE = 8, DIM = SIDE * SIDE, CLASSES = 3, BATCH = 32, EPOCHS = 5 };

/* data() of the generator. */
static void make_data(float *x, int32_t *y)
{
    for (int i = 0; i < SAMPLES; i++) {
        for (int j = 0; j < DIM; j++) {
            const int value = (i * 131 + j * 71 + i * j * 13) % 128;
            x[i * DIM + j] = (float)(value + 64 * ((j + i % CLASSES) % CLASSES == 0)) / 128 - 0.75f;
        }
        y[i] = i % CLASSES;
    }
}

/* One line of the file. */
typedef struct training {
    char model[64], weights[64], biases[64];
    uint64_t seed;
    double losses[EPOCHS];
} training;

/* Mean losses of the epochs. */
static void follow(double *losses, const training *wanted)
{
    static float x[SAMPLES * DIM];
    static int32_t y[SAMPLES];
    const alv_samples samples = {x, y, SAMPLES};
    const alv_model_hints hints = {
        .inputs = DIM, .outputs = CLASSES, .height = SIDE, .width = SIDE};
    const alv_net_options options = {.batch = BATCH,
                                     .backend = ALV_BACKEND_PORTABLE,
                                     .optimizer = {.kind = ALV_SGD, .lr = 0.1},
                                     .seed = wanted->seed};
    alv_model *model;
    alv_trainer *trainer;
    alv_scheme weights, biases;
    alv_error error;
    char reason[96];
    make_data(x, y);
    assert_int_equal(alv_model_new(&model, wanted->model, &hints, &error), ALV_OK);
    assert_int_equal(alv_scheme_parse(&weights, wanted->weights, &error), ALV_OK);
    assert_int_equal(alv_scheme_parse(&biases, wanted->biases, &error), ALV_OK);
    assert_int_equal(alv_trainer_new(&trainer, model, &options, &samples, BATCH, &error), ALV_OK);
    trainer->stream = alv_compat_find("torch");
    assert_int_equal(alv_trainer_fill(reason, sizeof reason, trainer, &weights, &biases, &error),
                     ALV_OK);
    for (int64_t epoch = 0, step = 0; epoch < EPOCHS; epoch++) {
        losses[epoch] = 0;
        for (int64_t i = 0; i < trainer->epoch_steps; i++, step++)
            losses[epoch] += alv_trainer_step(trainer, step, 0.1) / (double)trainer->epoch_steps;
    }
    alv_trainer_free(trainer);
    alv_model_free(model);
}

static void check(const training *wanted)
{
    double losses[EPOCHS];
    follow(losses, wanted);
    for (int i = 0; i < EPOCHS; i++) {
        const double off = fabs(losses[i] - wanted->losses[i]) / wanted->losses[i];
        if (off > (i == 0 ? 1e-6 : 1e-4))
            fail_msg("%s, %s, %s, seed %llu, epoch %d: %.9g, PyTorch had %.9g", wanted->model,
                     wanted->weights, wanted->biases, (unsigned long long)wanted->seed, i + 1,
                     losses[i], wanted->losses[i]);
    }
}

static void trainings_are_pytorchs(void **state)
{
    (void)state;
    char line[512];
    int n = 0;
    FILE *file = fopen(ALV_TEST_DIR "/golden/follow.txt", "r");
    assert_non_null(file);
    while (fgets(line, sizeof line, file)) {
        training wanted;
        unsigned long long seed;
        if (line[0] == '#') continue;
        assert_int_equal(sscanf(line, "%63[^;]; %63[^;]; %63[^;]; %llu; %lf %lf %lf %lf %lf",
                                wanted.model, wanted.weights, wanted.biases, &seed,
                                &wanted.losses[0], &wanted.losses[1], &wanted.losses[2],
                                &wanted.losses[3], &wanted.losses[4]),
                         9);
        wanted.seed = seed;
        check(&wanted);
        n++;
    }
    fclose(file);
    assert_int_equal(n, 14);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(trainings_are_pytorchs)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
