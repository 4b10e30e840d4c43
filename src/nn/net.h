/* The training engine: a network of dense layers, convolutions, normalizations, residual branches,
 * pools, embeddings, attention and LSTMs, its loss, its gradients and its optimizers.
 *
 * The engine is written once for `real` and compiled twice: alv_net_f32 trains, alv_net_f64 exists
 * so that every gradient is checked by finite differences. All memory is taken once, in _new.
 *
 * Determinism: the portable backend gives the same bits on every machine and compiler (NaNs alike
 * only in being NaN); oneDNN gives the same bits on one machine and build. */
#ifndef ALV_NET_H
#define ALV_NET_H

#include "nn/regularizer.h"
#include "nn/schedule.h"

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
    double lr;           /* >= 0; must be said */
    double momentum;     /* beta1 of Adam; 0: the default, 0.9; 0 where the kind has none */
    double beta2;        /* alpha of RMSprop, where 0 means 0.99; of Adam, 0.999 */
    double epsilon;      /* 0: the default, 1e-8; of AdaGrad, 1e-10 */
    double weight_decay; /* of weights and biases alike; 0: the default, 0; of AdamW, 0.01 */
} alv_optimizer;

typedef struct alv_net_options {
    int64_t batch; /* rows of the largest batch */
    alv_loss loss;
    alv_backend backend;     /* f64 is always portable */
    alv_optimizer optimizer; /* its lr may be changed between steps: net->options.optimizer.lr */
    alv_regularizer regularizer;
    uint64_t seed; /* of the masks of dropout */
} alv_net_options;

/* One layer, weights and what follows them up to the next ones (alv_model_layers), and everything
 * that a probe may read after forward and backward. Its rows are the B samples of the last call,
 * times the positions of an image. */
#define ALV_NET_TYPES(real, suffix)                                                                \
    typedef struct alv_net_layer_##suffix {                                                        \
        int64_t in, out;   /* of one matrix: a convolution's in counts its kernel */               \
        int64_t positions; /* rows of a sample; 0: 1 */                                            \
        alv_act_spec act;                                                                          \
        int weight, bias; /* indices into the model's params; bias -1: none */                     \
        real *w, *b;      /* (out, in), (out) */                                                   \
        real *dw, *db;    /* gradients of the mean loss, same shapes */                            \
        real *z, *a;      /* (rows, out): pre-activations, activations; equal if no act */         \
        real *delta;      /* (rows, out): d loss / d z */                                          \
        real *mask, *fed; /* (rows, out): of dropout, and a times it; NULL where there is none */  \
        real *y;          /* (rows, out): what the weights give, before norm and sum; else z */    \
    } alv_net_layer_##suffix;                                                                      \
    typedef struct alv_net_##suffix {                                                              \
        int n_layers;                                                                              \
        alv_net_layer_##suffix *layers;                                                            \
        const real *x;        /* (B, inputs): the batch of the last forward, borrowed */           \
        int64_t rows;         /* B */                                                              \
        int64_t inputs;       /* features of a sample */                                           \
        bool chain;           /* dense layers only, each fed by the one before */                  \
        bool pooled;          /* the last layer is fed the mean of a whole image */                \
        int64_t n_params;     /* scalars in all, contiguous at params[] and grads[] */             \
        real *params, *grads; /* layer by layer: weight, then bias */                              \
        alv_net_options options;                                                                   \
        int64_t steps; /* optimizer steps taken */                                                 \
        void *state;   /* private */                                                               \
    } alv_net_##suffix;

ALV_NET_TYPES(float, f32)
ALV_NET_TYPES(double, f64)

/* `real` versions follow; each exists as alv_net_<verb>_f32 and _f64.
 *
 * new:      takes all memory; the weights are zero until the caller fills layers[i].w and .b, gains
 *           and shifts of normalizations and branches as the model begins them. Weights are in
 * torch layout, every node feeds another and none a node before it, else ALV_ERR_UNSUPPORTED or
 *           _SHAPE; ALV_ERR_RANGE for options out of bounds; ALV_ERR_OVERFLOW; ALV_ERR_MEMORY. The
 *           model is not kept.
 * forward:  x (rows, inputs), 1 <= rows <= batch. The logits are layers[n - 1].a afterwards, equal
 *           to .z in models without an activation on the last layer. Batch normalization takes its
 *           moments from these rows, as in training.
 * evaluate: forward, but batch normalization takes the moments that training has kept (0 and 1
 *           before the first step; each step moves them a tenth of the way, as torch.nn.BatchNorm).
 * loss:     mean loss of the last forward against labels y (rows), each in [0, outputs); `correct`
 *           (may be NULL) counts argmax hits. Mean squared error takes one-hot targets, mean over
 *           rows and classes (torch.nn.MSELoss). NaN or inf where the net has diverged.
 * backward: fills delta, dw, db of every layer with the gradients of the mean loss. Call after
 *           forward.
 * send_back: backward for a gradient of random signs, the same at every call, with respect to the
 *           activations of a layer, down from there: what the net does to gradients, whatever the
 *           layers above do. Overwrites delta, dw and db of that layer and those below.
 * step:     one optimizer update from dw, db.
 * train:    forward, loss, backward and step in one call, and returns that loss, without what the
 *           regularizer adds to it. It alone regularizes: forward, loss and backward see the whole
 *           net and the data. Plain SGD adds the weight gradients straight to the weights: dw and
 *           db are then left as they were, and the last bits differ from the separate calls. To
 *           probe a training run, call forward and backward, look, then train on the same batch:
 *           probing then changes nothing.
 * node:     a node of the model, NULL beyond the last and in a net that no _new has made.
 * is_dropped: whether dropout acts on what a node gives.
 * weight, bias: the first and second parameter of a node of the model, NULL where it has none.
 * value, slope: (rows, positions, out), what a node gives before its activation, and d loss / d of
 *           that after a pass back that reached it.
 * Gradients are means over the batch. Nothing but _new allocates. The mask of unit j in row i of
 * node l at step t (steps taken before) is kept where element (t batch + i) out + j of the uniform
 * f32 stream (seed, "dropout/<l + 1>") is at least the rate (docs/stream.md): the same whatever the
 * backend, the precision and the rows of the batches. */
#define ALV_NET_FUNCTIONS(real, suffix)                                                            \
    alv_status alv_net_new_##suffix(alv_net_##suffix **out, const alv_model *model,                \
                                    const alv_net_options *options, alv_error *error);             \
    void alv_net_free_##suffix(alv_net_##suffix *net);                                             \
    void alv_net_forward_##suffix(alv_net_##suffix *net, const real *x, int64_t rows);             \
    void alv_net_evaluate_##suffix(alv_net_##suffix *net, const real *x, int64_t rows);            \
    double alv_net_loss_##suffix(alv_net_##suffix *net, const int32_t *y, int64_t *correct);       \
    void alv_net_backward_##suffix(alv_net_##suffix *net, const int32_t *y);                       \
    void alv_net_send_back_##suffix(alv_net_##suffix *net, int layer);                             \
    void alv_net_step_##suffix(alv_net_##suffix *net);                                             \
    double alv_net_train_##suffix(alv_net_##suffix *net, const real *x, const int32_t *y,          \
                                  int64_t rows, int64_t *correct);                                 \
    const alv_node *alv_net_node_##suffix(const alv_net_##suffix *net, int node);                  \
    bool alv_net_is_dropped_##suffix(const alv_net_##suffix *net, int node);                       \
    real *alv_net_weight_##suffix(const alv_net_##suffix *net, int node);                          \
    real *alv_net_bias_##suffix(const alv_net_##suffix *net, int node);                            \
    const real *alv_net_value_##suffix(const alv_net_##suffix *net, int node);                     \
    const real *alv_net_slope_##suffix(const alv_net_##suffix *net, int node);

ALV_NET_FUNCTIONS(float, f32)
ALV_NET_FUNCTIONS(double, f64)

/* Gathers a mini-batch: row i of x (rows, dim) and y (rows) is sample order[i] of all_x (n, dim)
 * and all_y (n). The next row is fetched from memory while one is copied, which nearly doubles the
 * speed where the samples lie beyond the caches. */
void alv_batch_gather(float *x, int32_t *y, const float *all_x, const int32_t *all_y,
                      const int64_t *order, int64_t rows, int64_t dim);

/* "sgd", "adam(lr=0.001, beta2=0.99)": alv_term_parse's statuses. lr is 0 where it is not said. */
alv_status alv_optimizer_parse(alv_optimizer *out, const char *text, alv_error *error);
void alv_optimizer_print(char out[ALV_TERM_TEXT], const alv_optimizer *optimizer);
const char *alv_optimizer_name(alv_optimizer_kind kind);
/* Every default written out; given may be out. ALV_ERR_ARGUMENT, ALV_ERR_RANGE, and
 * ALV_ERR_UNSUPPORTED for a number that the kind does not take. */
alv_status alv_optimizer_resolve(alv_optimizer *out, const alv_optimizer *given, alv_error *error);
/* The usual rate (PyTorch's or Keras's default, the smaller; of SGD and its kin 0.01), and the
 * middle of those worth trying, which span a hundredfold to both sides. */
double alv_optimizer_rate(alv_optimizer_kind kind);
double alv_optimizer_middle_rate(alv_optimizer_kind kind);
/* By name: "cross_entropy", "mse"; "onednn", "portable". */
alv_status alv_loss_parse(alv_loss *out, const char *name, alv_error *error);
const char *alv_loss_name(alv_loss loss);
alv_status alv_backend_parse(alv_backend *out, const char *name, alv_error *error);
const char *alv_backend_name(alv_backend backend);

/* Holds the calling thread's oneDNN team to that one thread (contract C5). Every thread that trains
 * calls it once, before its first _new. */
void alv_backend_prepare_thread(void);

/* The version of the library that a backend multiplies with: oneDNN's, or alvor's own. */
void alv_backend_version(char *out, size_t size, alv_backend backend);
/* The widest instruction set that the portable kernels found on this processor, "avx512", "avx2" or
 * "base"; it changes the speed and not a bit. */
const char *alv_backend_isa(void);

#endif
