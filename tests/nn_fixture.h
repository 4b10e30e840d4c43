/* Small nets for the tests of the engine: built from the short text, filled from a stream. */
#ifndef ALV_TEST_NN_FIXTURE_H
#define ALV_TEST_NN_FIXTURE_H

#include "test.h"

#include "nn/net.h"
#include "stream/rng.h"

/* A model from its text; without biases if asked. */
static inline alv_model *fixture_model(const char *text, bool bias)
{
    alv_model *model = NULL;
    alv_error error = {0};
    if (alv_model_new(&model, text, NULL, &error) != ALV_OK) fail_msg("%s", error.message);
    for (int i = 0; i < model->n_nodes && !bias; i++) model->nodes[i].bias = -1;
    return model;
}

/* Normal values of the given deviation. */
static inline void fixture_normal(double *out, int64_t n, double std, const char *name)
{
    alv_rng rng = alv_rng_make(7, name);
    for (int64_t i = 0; i < n; i++) out[i] = std * alv_rng_normal(&rng);
}

/* Labels in [0, classes). */
static inline void fixture_labels(int32_t *y, int64_t n, int classes)
{
    alv_rng rng = alv_rng_make(7, "labels");
    for (int64_t i = 0; i < n; i++) y[i] = (int32_t)alv_rng_below(&rng, (uint64_t)classes);
}

/* A net of float or double whose every parameter is normal with deviation 1 / sqrt(fan_in). */
#define FIXTURE_NET(real, suffix)                                                                  \
    static inline alv_net_##suffix *fixture_net_##suffix(const char *text, bool bias,              \
                                                         const alv_net_options *options)           \
    {                                                                                              \
        alv_model *model = fixture_model(text, bias);                                              \
        alv_net_##suffix *net = NULL;                                                              \
        alv_error error = {0};                                                                     \
        if (alv_net_new_##suffix(&net, model, options, &error) != ALV_OK)                          \
            fail_msg("%s", error.message);                                                         \
        alv_model_free(model);                                                                     \
        alv_rng rng = alv_rng_make(7, "params");                                                   \
        for (int l = 0; l < net->n_layers; l++) {                                                  \
            alv_net_layer_##suffix *layer = &net->layers[l];                                       \
            double std = 1 / sqrt((double)layer->in);                                              \
            for (int64_t i = 0; i < layer->in * layer->out; i++)                                   \
                layer->w[i] = (real)(std * alv_rng_normal(&rng));                                  \
            for (int64_t i = 0; layer->b && i < layer->out; i++)                                   \
                layer->b[i] = (real)(std * alv_rng_normal(&rng));                                  \
        }                                                                                          \
        return net;                                                                                \
    }

FIXTURE_NET(float, f32)
FIXTURE_NET(double, f64)

#endif
