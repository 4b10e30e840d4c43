/* What the engine's own files share: checked options, the memory of a net, its private state. */
#ifndef ALV_NN_PARTS_H
#define ALV_NN_PARTS_H

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

#define ALV_STATE_TYPE(real, suffix)                                                               \
    typedef struct alv_state_##suffix {                                                            \
        void *memory; /* what calloc gave: all arrays lie in it */                                 \
        const alv_gemm_##suffix *gemm;                                                             \
        alv_workspace_##suffix work;                                                               \
        real *prob;      /* (batch, outputs): softmax of the last forward */                       \
        real *top, *sum; /* (batch): a row's largest output, and its sum of exp(a - top) */        \
        bool prob_ready; /* prob belongs to the last forward */                                    \
        real *slots[ALV_MAX_SLOTS];                                                                \
        bool training;       /* the last forward was a step's: dropout acts */                     \
        float *chance;       /* (batch, widest hidden layer): uniform draws of one mask */         \
        alv_stream *streams; /* (n_layers) of the masks; NULL without dropout */                   \
        double power1, power2;                                                                     \
    } alv_state_##suffix;

ALV_STATE_TYPE(float, f32)
ALV_STATE_TYPE(double, f64)

#endif
