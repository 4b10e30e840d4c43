/* Small training runs on the portable backend, the same source natively and in the browser: the
 * two must give the same bits (contracts C5 and C7). */
#include "base/base.h"
#include "data/data.h"
#include "nn/net.h"
#include "stream/rng.h"
#include "selftest.h"

#include "golden/fills.h"

enum { SAMPLES = 96, BATCH = 32, MOST_INPUTS = 32 * 32, TOKENS = 9 };

static uint64_t mix(uint64_t hash, double loss)
{
    uint64_t bits;
    memcpy(&bits, &loss, sizeof bits);
    return (hash ^ bits) * 0x9e3779b97f4a7c15u + (hash >> 29);
}

static bool fill(alv_net_f32 *net, const alv_model *model, const char *text)
{
    alv_scheme scheme;
    if (alv_scheme_parse(&scheme, text, NULL)) return false;
    for (int i = 0; i < model->n_nodes; i++) {
        const int weight = model->nodes[i].weight;
        int64_t count = 0;
        if (weight < 0 || model->params[weight].role != ALV_ROLE_WEIGHT) continue;
        if (alv_tensor_count(&count, &model->params[weight], NULL) ||
            alv_init_fill(alv_net_weight_f32(net, i), 0, count, &scheme, &model->params[weight], 42,
                          NULL, NULL))
            return false;
    }
    return true;
}

static uint64_t train(alv_net_f32 *net, const float *x, const int32_t *y, int64_t dim, int steps)
{
    uint64_t hash = 0;
    for (int step = 0; step < steps; step++) {
        int64_t first = (int64_t)(step * BATCH) % SAMPLES;
        hash = mix(hash, alv_net_train_f32(net, x + first * dim, y + first, BATCH, NULL));
    }
    alv_net_evaluate_f32(net, x, BATCH);
    return mix(hash, alv_net_loss_f32(net, y, NULL));
}

/* Numbers between -1 and 1 to as many steps; nothing for 0 tokens. */
static bool to_tokens(float *x, int64_t n, int tokens)
{
    for (int64_t i = 0; tokens > 0 && i < n; i++)
        x[i] = (float)(int)((x[i] + 1) * (float)tokens / 2);
    return true;
}

uint64_t alvor_selftest(int which)
{
    static float x[SAMPLES * MOST_INPUTS];
    static const struct {
        const char *data, *model, *scheme;
        alv_optimizer_kind optimizer;
        double dropout;
        int steps, tokens;
    } cases[] = {
        {"spirals", "2-16x4-3 relu", "he_normal", ALV_SGD, 0, 60},
        {"spirals", "2-16x4-3 tanh", "xavier_uniform", ALV_ADAM, 0, 60},
        {"spirals", "2-16x4-3 gelu", "trunc_normal_rel(std=0.3)", ALV_NESTEROV, 0, 60},
        {"spirals", "2-16x5-3 norm=layer residual=2 branch=0.5", "he_normal", ALV_ADAM, 0.2, 40},
        {"shapeset", "resnet 8 width=2", "he_normal", ALV_SGD, 0, 4},
        {"spirals", "transformer d=8 L=2 h=2 gelu", "xavier_normal", ALV_ADAM, 0, 20, TOKENS},
        {"spirals", "lstm 8x2", "xavier_uniform", ALV_SGD, 0, 20, TOKENS},
    };
    if (which < 0 || which >= ALV_COUNT(cases)) return 0;
    const alv_source *source = alv_source_find(cases[which].data);
    if (!source || source->dim > MOST_INPUTS) return 0;
    const alv_model_hints hints = {.inputs = source->dim,
                                   .outputs = source->classes,
                                   .height = source->height,
                                   .width = source->width,
                                   .tokens = cases[which].tokens};
    const alv_net_options options = {.batch = BATCH,
                                     .backend = ALV_BACKEND_PORTABLE,
                                     .optimizer = {.kind = cases[which].optimizer, .lr = 0.01},
                                     .regularizer.dropout = cases[which].dropout,
                                     .seed = 42};
    alv_model *model = NULL;
    alv_net_f32 *net = NULL;
    int32_t y[SAMPLES];
    uint64_t hash = 0;
    if (source->generate(x, y, 0, SAMPLES, 42, NULL) == ALV_OK &&
        to_tokens(x, SAMPLES * source->dim, cases[which].tokens) &&
        alv_model_new(&model, cases[which].model, &hints, NULL) == ALV_OK &&
        alv_net_new_f32(&net, model, &options, NULL) == ALV_OK &&
        fill(net, model, cases[which].scheme))
        hash = train(net, x, y, source->dim, cases[which].steps);
    alv_net_free_f32(net);
    alv_model_free(model);
    return hash;
}

uint64_t alvor_fill_hash(int line, int dtype)
{
    static double out[SUITED_MOST];
    static _Alignas(16) unsigned char scratch[1 << 20];
    const alv_fill how = {.scratch = scratch, .scratch_size = sizeof scratch};
    const char *text = golden_text(line);
    alv_scheme scheme;
    alv_tensor tensor;
    int64_t count;
    if (!text) return 0;
    if (golden_make(&scheme, &tensor, text, (alv_dtype)dtype, NULL) ||
        alv_tensor_count(&count, &tensor, NULL) ||
        alv_init_fill(out, 0, count, &scheme, &tensor, GOLDEN_SEED, &how, NULL))
        return 1;
    return golden_hash(out, count, alv_dtype_size(tensor.dtype));
}
