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
#define ALV_MAX_NAME 128 /* bytes of a parameter's name, with the final NUL */
/* Limits of the short text of a network: layers with weights, and units of one layer. */
#define ALV_MAX_LAYERS 10000
#define ALV_MAX_WIDTH INT64_C(2147483647)

typedef enum alv_role { ALV_ROLE_WEIGHT = 0, ALV_ROLE_BIAS = 1 } alv_role;

/* How a weight's axes are ordered. TORCH: (out, in, kernel ...). KERAS: (kernel ..., in, out). */
typedef enum alv_layout { ALV_LAYOUT_TORCH = 0, ALV_LAYOUT_KERAS = 1 } alv_layout;

/* Kinds of layers; the table in src/model/layer.c says how each counts its fans. */
typedef enum alv_layer { ALV_LAYER_DENSE = 0 } alv_layer;

/* A parameter. Zero means default everywhere, so {.name = "w", .rank = 2, .shape = {256, 784}} is
 * a dense f32 weight in torch layout. Fills take this, not a bare shape. Plain values. */
typedef struct alv_tensor {
    char name[ALV_MAX_NAME]; /* any bytes, NUL-terminated; it chooses the stream */
    alv_role role;
    alv_layer layer;
    alv_layout layout;
    alv_dtype dtype;
    int rank;
    int64_t shape[ALV_MAX_RANK];
    double fan_in, fan_out; /* 0: derived from layer, layout and shape; a bias needs them given */
    alv_act_spec act;       /* the activation that follows; .act == NULL: none */
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
 * has no activation. hints may be NULL. The caller owns *out: alv_model_free. ALV_ERR_SYNTAX,
 * ALV_ERR_UNKNOWN_NAME (of an activation), ALV_ERR_RANGE (a width, the number of layers, a
 * parameter) and ALV_ERR_SHAPE (the text and the hints disagree) give the byte position in the text
 * where it is at fault; ALV_ERR_MEMORY. Sizes are checked before anything is allocated, and the
 * memory follows the number of layers, not their widths: no weight is stored. */
ALV_API alv_status alv_model_new(alv_model **out, const char *text, const alv_model_hints *hints,
                                 alv_error *error);
ALV_API void alv_model_free(alv_model *model); /* NULL is fine */

/* Writes the canonical text, "mlp 784-100x12-10 tanh", with its NUL; alv_model_new reads it back.
 * ALV_ERR_RANGE if `size` is too small. */
ALV_API alv_status alv_model_print(char *out, size_t size, const alv_model *model,
                                   alv_error *error);

/* Elements of a tensor: 1 for rank 0, and 0 if a dimension is zero, which is valid.
 * ALV_ERR_OVERFLOW beyond 2^62 bytes, ALV_ERR_SHAPE for a rank outside [0, ALV_MAX_RANK] or a
 * negative dimension, ALV_ERR_DTYPE, ALV_ERR_ARGUMENT for a name without its NUL. */
ALV_API alv_status alv_tensor_count(int64_t *out, const alv_tensor *tensor, alv_error *error);

/* The fans that the tensor states, else those that its layer kind, layout and shape imply: a dense
 * weight of more than two axes counts the rest as a kernel. A bias must state its fan_in. Zero is a
 * valid answer, for an empty axis. ALV_ERR_SHAPE where a fan is neither stated nor implied,
 * ALV_ERR_OVERFLOW where it exceeds 63 bits, and the statuses of alv_tensor_count but overflow. */
ALV_API alv_status alv_tensor_fans(double *fan_in, double *fan_out, const alv_tensor *tensor,
                                   alv_error *error);

#ifdef __cplusplus
}
#endif
#endif
