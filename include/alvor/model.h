/* What a network is: nodes, and parameters with names, shapes, layouts, roles and fans.
 *
 * This is the hinge of the house: initializers fill it, theory propagates through it, the engine
 * runs it. Nothing else describes a network. */
#ifndef ALVOR_MODEL_H
#define ALVOR_MODEL_H

#include "act.h"
#include "dist.h"

#ifdef __cplusplus
extern "C" {
#endif

#define ALV_MAX_RANK 8
#define ALV_MAX_NAME 64 /* bytes of a parameter's name, with the final NUL */
/* Limits of the short text of a network: layers with weights, and units of one layer. */
#define ALV_MAX_LAYERS 10000
#define ALV_MAX_WIDTH INT64_C(2147483647)

typedef enum alv_role { ALV_ROLE_WEIGHT = 0, ALV_ROLE_BIAS = 1 } alv_role;

/* How a weight's axes are ordered. TORCH: (out, in, kernel ...). KERAS: (kernel ..., in, out). */
typedef enum alv_layout { ALV_LAYOUT_TORCH = 0, ALV_LAYOUT_KERAS = 1 } alv_layout;

/* Kinds of layers; the table in src/model/layer.c says how each counts its fans. */
typedef enum alv_layer { ALV_LAYER_DENSE = 0 } alv_layer;

/* A parameter. Zero means default everywhere, so {.name = "w", .rank = 2, .shape = {256, 784}} is
 * a dense f32 weight in torch layout. Fills take this, not a bare shape. */
typedef struct alv_tensor {
    char name[ALV_MAX_NAME];
    alv_role role;
    alv_layer layer;
    alv_layout layout;
    alv_dtype dtype;
    int rank;
    int64_t shape[ALV_MAX_RANK];
    int64_t fan_in, fan_out; /* 0: derived from layer, layout and shape; a bias needs them given */
    alv_act_spec act;        /* the activation that follows; .act == NULL: none */
} alv_tensor;

/* One layer of a network. */
typedef struct alv_node {
    alv_layer kind;
    int input;        /* index of the node that feeds it; -1: the data */
    int64_t in, out;  /* units */
    alv_act_spec act; /* applied to its output */
    int weight, bias; /* indices into params; -1: none */
} alv_node;

typedef struct alv_model {
    int n_nodes, n_params;
    alv_node *nodes;    /* in order of evaluation */
    alv_tensor *params; /* "fc1.weight", "fc1.bias", ... */
    int64_t inputs, outputs;
} alv_model;

/* What a short text may leave out, and what it must agree with. */
typedef struct alv_model_hints {
    int64_t inputs, outputs; /* of the data; 0: whatever the text says */
    bool hidden_only;        /* "100x12" means inputs-100x12-outputs */
    const char *act;         /* of hidden layers where the text names none; NULL: relu */
} alv_model_hints;

/* Parses "784-256-128-10", "mlp 784-100x12-10 tanh", or with hidden_only "100x12". The last layer
 * has no activation. Errors give the byte position in the text; sizes are checked before anything
 * is allocated. Free with alv_model_free. hints may be NULL. */
ALV_API alv_status alv_model_new(alv_model **out, const char *text, const alv_model_hints *hints,
                                 alv_error *error);
ALV_API void alv_model_free(alv_model *model); /* NULL is fine */

/* The canonical text, "mlp 784-100x12-10 tanh". */
ALV_API alv_status alv_model_print(char *out, size_t size, const alv_model *model,
                                   alv_error *error);

/* Elements of a tensor; ALV_ERR_OVERFLOW beyond 2^62 bytes, ALV_ERR_SHAPE for a bad rank or a
 * negative dimension. A zero dimension is valid and gives 0. */
ALV_API alv_status alv_tensor_count(int64_t *out, const alv_tensor *tensor, alv_error *error);

/* The fans that the tensor states or that its layer kind and layout imply. */
ALV_API alv_status alv_tensor_fans(int64_t *fan_in, int64_t *fan_out, const alv_tensor *tensor,
                                   alv_error *error);

#ifdef __cplusplus
}
#endif
#endif
