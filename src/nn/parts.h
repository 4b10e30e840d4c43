/* What the engine's own files share: checked options, the memory of a net, its private state. */
#ifndef ALV_NN_PARTS_H
#define ALV_NN_PARTS_H

#include "model/build.h"
#include "model/nodes.h"
#include "nn/gemm.h"

/* Refuses models and options that the engine cannot run; on success *out holds every default. */
alv_status alv_net_check(alv_net_options *out, const alv_model *model,
                         const alv_net_options *options, alv_error *error);
/* Arrays as long as the parameters that a kind keeps between steps. */
int alv_optimizer_slots(alv_optimizer_kind kind);
/* What the next step needs to know, in doubles; the engine rounds it to `real`. */
typedef struct alv_rates {
    double lr, decay, beta1, beta2, rest1, rest2, epsilon, root2;
} alv_rates;
/* power1 and power2 carry beta1^t and beta2^t: 1 before the first step, updated here. */
alv_rates alv_optimizer_rates(const alv_optimizer *optimizer, double *power1, double *power2);

bool alv_act_is_identity(alv_act_spec spec);

/* One block of memory, measured with base == NULL and then cut into 64-byte aligned pieces. */
typedef struct alv_arena {
    char *base;
    size_t used;
    bool overflow;
} alv_arena;

void *alv_arena_take(alv_arena *arena, int64_t n, int64_t m, size_t size); /* n * m elements */

/* What the last forward pass was for. */
typedef enum alv_pass {
    ALV_PASS_LOOK,    /* the whole net, moments of this batch */
    ALV_PASS_TRAIN,   /* dropout acts, and moments are kept */
    ALV_PASS_EVALUATE /* the whole net, moments that were kept */
} alv_pass;

/* A node at work. Values are (rows, out) with rows = B x positions, units side by side. */
#define ALV_STATE_TYPE(real, suffix)                                                               \
    typedef struct alv_stage_##suffix {                                                            \
        alv_node node;     /* the model's; its params' indices are the model's */                  \
        int64_t in, out;   /* of the matrix product of weights; else units */                      \
        int64_t positions; /* of a sample, at least 1 */                                           \
        int64_t chunk;     /* samples that a convolution unfolds at a time */                      \
        real *w, *b, *dw, *db;                                                                     \
        int64_t n_w, n_b; /* how many */                                                           \
        real *z, *a, *delta, *mask, *fed;                                                          \
        real *mean, *scale; /* of a norm: of each unit, or of each row */                          \
        real *kept;         /* of batch normalization: (2, units), means and variances */          \
        real *work;         /* of batch normalization: (3, units) */                               \
        real *found; /* of attention: (B, heads, T, T), how much each position looks at each */    \
        real *gates, *cells, *hidden; /* recurrent, by time: (T, B, gates), (T + 1, B, out) */     \
        void *conv;                   /* of the backend, where it convolves without unfolding */   \
        bool touched;                 /* delta has a part of its sum in this backward pass */      \
        alv_stream stream;            /* of its masks */                                           \
    } alv_stage_##suffix;                                                                          \
    typedef struct alv_state_##suffix {                                                            \
        void *memory; /* what calloc gave: all arrays lie in it */                                 \
        int n;                                                                                     \
        alv_stage_##suffix *stages;      /* (n), in the order of the model's nodes */              \
        int64_t channels, height, width; /* of the data; 0 unless images */                        \
        const alv_gemm_##suffix *gemm;                                                             \
        alv_act_spec sigmoid, tanh; /* of the gates of an LSTM */                                  \
        alv_workspace_##suffix work;                                                               \
        alv_pass pass;                                                                             \
        real *prob;      /* (batch, outputs): softmax of the last forward */                       \
        real *top, *sum; /* (batch): a row's largest output, and its sum of exp(a - top) */        \
        bool prob_ready; /* prob belongs to the last forward */                                    \
        real *slots[ALV_MAX_SLOTS];                                                                \
        double power1, power2;                                                                     \
        float *chance;  /* uniform draws of one mask */                                            \
        real *unfolded; /* what a convolution's product takes, chunk by chunk */                   \
        real *turned;   /* the weights of a convolution as its product takes them */               \
        real *spare;    /* a gradient on its way to a sum */                                       \
        double *sums;   /* (2, units of the widest norm) */                                        \
        real *heads;    /* scratch of one head of attention, or of one step of an LSTM */          \
    } alv_state_##suffix;

ALV_STATE_TYPE(float, f32)
ALV_STATE_TYPE(double, f64)

/* Whether a node's first parameter is a matrix of weights, which schemes fill and penalties act
 * on, not the gains of a norm or a branch. */
static inline bool alv_holds_weights(const alv_node *node)
{
    return node->op == ALV_OP_WEIGHTS || node->op == ALV_OP_EMBED || node->op == ALV_OP_LSTM ||
           node->op == ALV_OP_CELLS;
}

/* How far it is from one window to the next, down and to the right. */
static inline int alv_stride_down(const alv_node *node)
{
    return node->windows[0].stride > 0 ? node->windows[0].stride : node->stride;
}

static inline int alv_stride_right(const alv_node *node)
{
    return node->windows[1].stride > 0 ? node->windows[1].stride : node->stride;
}

/* Whether windows are told for each axis. */
static inline bool alv_has_windows(const alv_node *node)
{
    return node->windows[0].kernel > 0;
}

/* Rows and columns of a convolution's kernel, and its places in all. */
static inline int64_t alv_kernel_rows(const alv_node *node)
{
    return alv_has_windows(node) ? node->windows[0].kernel : node->kernel;
}

static inline int64_t alv_kernel_columns(const alv_node *node)
{
    if (alv_has_windows(node)) return node->windows[1].kernel;
    return node->one_axis ? 1 : node->kernel;
}

static inline int64_t alv_kernel_places(const alv_node *node)
{
    return alv_kernel_rows(node) * alv_kernel_columns(node);
}

/* Zeros that a convolution puts on each side of an image before its first place; of a pool none,
 * unless it says how many. */
static inline int64_t alv_padding(const alv_node *node)
{
    if (node->own_padding) return node->padding;
    return node->op == ALV_OP_POOL ? 0 : (node->kernel - 1) / 2;
}

/* Those above the first row, and to the left of the first column. */
static inline int64_t alv_padding_above(const alv_node *node)
{
    return alv_has_windows(node) ? node->windows[0].before : alv_padding(node);
}

static inline int64_t alv_padding_left(const alv_node *node)
{
    if (alv_has_windows(node)) return node->windows[1].before;
    return node->one_axis ? 0 : alv_padding(node);
}

/* Positions of a node's output: height x width, or 1. */
static inline int64_t alv_positions(int64_t height, int64_t width)
{
    return height > 0 && width > 0 ? height * width : 1;
}

#endif
