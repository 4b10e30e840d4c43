/* The training engine: a multi-layer perceptron, its loss, its gradients and its optimizers.
 *
 * The engine is written once for `real` and compiled twice: alv_net_f32 trains, alv_net_f64 exists
 * so that every gradient is checked by finite differences. All memory is taken once, in _new. */
#ifndef ALV_NET_H
#define ALV_NET_H

#include "alvor/alvor.h"

typedef enum alv_loss { ALV_LOSS_CROSS_ENTROPY = 0, ALV_LOSS_MSE = 1 } alv_loss;
typedef enum alv_backend { ALV_BACKEND_ONEDNN = 0, ALV_BACKEND_PORTABLE = 1 } alv_backend;

typedef enum alv_optimizer_kind {
    ALV_SGD,
    ALV_MOMENTUM,
    ALV_NESTEROV,
    ALV_ADAGRAD,
    ALV_RMSPROP,
    ALV_ADAM,
    ALV_ADAMW
} alv_optimizer_kind;

/* Update rules and defaults are PyTorch's (torch.optim), each cited where it is written. */
typedef struct alv_optimizer {
    alv_optimizer_kind kind;
    double lr, momentum, beta2, epsilon, weight_decay; /* 0 in the last four: the kind's default */
} alv_optimizer;

typedef struct alv_net_options {
    int64_t batch; /* rows of the largest batch */
    alv_loss loss;
    alv_backend backend; /* f64 is always portable */
    alv_optimizer optimizer;
} alv_net_options;

/* One dense layer and everything that a probe may read after forward and backward.
 * B is the batch of the last call. */
#define ALV_NET_TYPES(real, suffix)                                                                \
    typedef struct alv_net_layer_##suffix {                                                        \
        int64_t in, out;                                                                           \
        alv_act_spec act;                                                                          \
        int weight, bias; /* indices into the model's params; bias -1: none */                     \
        real *w, *b;      /* (out, in), (out) */                                                   \
        real *dw, *db;    /* gradients of the mean loss, same shapes */                            \
        real *z, *a;      /* (B, out): pre-activations, activations; equal if no act */            \
        real *delta;      /* (B, out): d loss / d z */                                             \
    } alv_net_layer_##suffix;                                                                      \
    typedef struct alv_net_##suffix {                                                              \
        int n_layers;                                                                              \
        alv_net_layer_##suffix *layers;                                                            \
        const real *x;    /* (B, inputs): the batch of the last forward, borrowed */               \
        int64_t rows;     /* B */                                                                  \
        int64_t n_params; /* scalars in all, contiguous at params[] and grads[] */                 \
        real *params, *grads;                                                                      \
        alv_net_options options;                                                                   \
        int64_t steps; /* optimizer steps taken */                                                 \
        void *state;   /* private */                                                               \
    } alv_net_##suffix;

ALV_NET_TYPES(float, f32)
ALV_NET_TYPES(double, f64)

/* `real` versions follow; each exists as alv_net_<verb>_f32 and _f64.
 *
 * new:      takes all memory; the weights are zero until filled (see alv_lab's trial, or tests).
 * forward:  x (rows, inputs), rows <= batch. The logits are layers[n - 1].z afterwards.
 * loss:     mean loss of the last forward against labels y (rows); `correct` (may be NULL) counts
 *           argmax hits. Mean squared error takes one-hot targets, mean over rows and classes.
 * backward: fills delta, dw, db of every layer. Call after forward.
 * step:     one optimizer update from dw, db; last_update() then gives what was added to params.
 * Gradients are means over the batch. Nothing but _new allocates. */
#define ALV_NET_FUNCTIONS(real, suffix)                                                            \
    alv_status alv_net_new_##suffix(alv_net_##suffix **out, const alv_model *model,                \
                                    const alv_net_options *options, alv_error *error);             \
    void alv_net_free_##suffix(alv_net_##suffix *net);                                             \
    void alv_net_forward_##suffix(alv_net_##suffix *net, const real *x, int64_t rows);             \
    double alv_net_loss_##suffix(alv_net_##suffix *net, const int32_t *y, int64_t *correct);       \
    void alv_net_backward_##suffix(alv_net_##suffix *net, const int32_t *y);                       \
    void alv_net_step_##suffix(alv_net_##suffix *net);

ALV_NET_FUNCTIONS(float, f32)
ALV_NET_FUNCTIONS(double, f64)

/* By name: "sgd", "adam", ...; "cross_entropy", "mse"; "onednn", "portable". */
alv_status alv_optimizer_parse(alv_optimizer_kind *out, const char *name, alv_error *error);
const char *alv_optimizer_name(alv_optimizer_kind kind);
alv_status alv_loss_parse(alv_loss *out, const char *name, alv_error *error);
alv_status alv_backend_parse(alv_backend *out, const char *name, alv_error *error);

#endif
