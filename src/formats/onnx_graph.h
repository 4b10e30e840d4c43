/* An ONNX graph as an alv_model, and what it says about each initializer. */
#ifndef ALV_FORMATS_ONNX_GRAPH_H
#define ALV_FORMATS_ONNX_GRAPH_H

#include "formats/checkpoint.h"
#include "onnx.pb-c.h"

/* Builds model->graph, and says of the initializers that the graph uses what they are, with their
 * layouts, groups, the activation that follows them and where they end a residual branch. The
 * graph's operators become nodes of alv_model; those without a rule stay as ALV_OP_OTHER, by name.
 * ALV_ERR_FORMAT for a value that nothing before it gives (a cycle, a missing tensor), or that is
 * given twice. */
alv_status alv_onnx_graph(alv_checkpoint *model, const AlvOnnx__GraphProto *graph,
                          alv_error *error);

/* Inside the room: how the axes of a value stand for samples N, units U, positions of an image H W,
 * positions of a sequence T, and heads with `w` units each. Only what moves or joins axes as the
 * engine does, or undoes what it did, keeps a form; all else has none. */
typedef enum alv_form {
    ALV_FORM_NONE,
    ALV_FORM_FEATURES,     /* (N, U) */
    ALV_FORM_IMAGE,        /* (N, U, H, W) */
    ALV_FORM_SEQUENCE,     /* (N, T, U); of tokens (N, T) */
    ALV_FORM_TIME_FIRST,   /* (T, N, U); of tokens (T, N) */
    ALV_FORM_FLAT,         /* (N, ...): an image or a sequence, its values in their own order */
    ALV_FORM_DIRECTIONS,   /* (T, 1, N, U): what an LSTM gives */
    ALV_FORM_STATE,        /* (1, N, U): the last of it */
    ALV_FORM_HEADS,        /* (N, T, heads, w) */
    ALV_FORM_HEADS_FIRST,  /* (N, heads, T, w) */
    ALV_FORM_HEADS_ACROSS, /* (N, heads, w, T) */
    ALV_FORM_SCORES,       /* (N, heads, T, T): queries times keys */
    ALV_FORM_SHARES,       /* the same after softmax */
    ALV_FORM_ERF           /* of ALV_ONNX_ERF: 1 was added */
} alv_form;

/* A value of the graph as alvor sees it. */
typedef enum alv_onnx_is {
    ALV_ONNX_NODE,  /* what node `index` of the model gives; -1: the data */
    ALV_ONNX_PARAM, /* initializer `index` of the checkpoint */
    ALV_ONNX_CONST, /* a number, a shape, or what follows from such only */
    ALV_ONNX_ERF    /* erf of node `index`, times and plus constants: part of a GELU */
} alv_onnx_is;

typedef struct alv_onnx_value {
    const char *name;
    alv_onnx_is is;
    int index;
    bool flipped; /* of PARAM: its last two axes are exchanged */
    alv_form form;
    int numbers;   /* of CONST: 0 unknown; k > 0: list k - 1 of alv_onnx; -k: initializer k - 1 */
    double factor; /* NODE or ERF times this is the value; 0: not said, so 1 */
} alv_onnx_value;

/* What a constant holds, as far as it is known. */
enum { ALV_ONNX_NUMBERS = 6 };
typedef struct alv_onnx_numbers {
    int n;
    double at[ALV_ONNX_NUMBERS]; /* NaN: nobody knows */
} alv_onnx_numbers;

/* A graph being read. */
typedef struct alv_onnx {
    alv_checkpoint *model;
    alv_model *graph;
    int room_nodes, room_params;
    int *tensor_of;                   /* of each parameter: its initializer */
    const AlvOnnx__NodeProto *node;   /* the one that is being read */
    const alv_onnx_value *inputs[16]; /* its inputs, NULL where left out */
    int n_inputs;
    int n_numbers, room_numbers;
    alv_onnx_numbers *numbers;
    alv_form second; /* the form of a node's outputs after the first, if a rule sets it */
    alv_error *error;
    alv_status status; /* the first failure stays */
} alv_onnx;

/* What an operator does to the model; returns the value of all its outputs. */
typedef alv_onnx_value alv_onnx_rule(alv_onnx *g);
/* NULL for an operator without a rule. *keeps: whether it minds that an input is times a factor. */
alv_onnx_rule *alv_onnx_rule_of(bool *keeps, const char *op_type);

/* For rules: */
/* Adds a node that reads model node `input`; returns its index, 0 after a failure. */
int alv_onnx_add(alv_onnx *g, alv_node node, int input);
/* A parameter made of input k, whose tensor is described by `what` (shape and type are its own); -1
 * where that input is no initializer. */
int alv_onnx_param(alv_onnx *g, int k, const char *kind, alv_tensor what);
/* The tensor that input k is; NULL where it is no initializer. */
alv_checkpoint_tensor *alv_onnx_tensor(const alv_onnx *g, int k);
/* The model node that input k comes from; -1 also where it comes from none. */
int alv_onnx_from(const alv_onnx *g, int k);
bool alv_onnx_is_kind(const alv_onnx *g, int k, alv_onnx_is is);
int64_t alv_onnx_int(const alv_onnx *g, const char *name, int64_t otherwise);
double alv_onnx_float(const alv_onnx *g, const char *name, double otherwise);
/* Whether a text has just this value. */
bool alv_onnx_says(const alv_onnx *g, const char *name, const char *text);
const AlvOnnx__AttributeProto *alv_onnx_attribute(const alv_onnx *g, const char *name);
/* Copies at most n of a list; returns how many it has. */
int alv_onnx_ints(int64_t *out, int n, const alv_onnx *g, const char *name);
/* An operator kept by its name, reading all inputs that are nodes; those that are weights of
 * several axes are taken as dense ones. alv_onnx_other stops what would run the graph, too. */
alv_onnx_value alv_onnx_keep(alv_onnx *g);
alv_onnx_value alv_onnx_other(alv_onnx *g);
/* What the model node gives. */
alv_onnx_value alv_onnx_node(int index, alv_form form);
/* The form of input k, ALV_FORM_NONE where it is no signal; its factor. */
alv_form alv_onnx_form(const alv_onnx *g, int k);
double alv_onnx_factor(const alv_onnx *g, int k);
/* Notes the first node that `graph` does not follow exactly, unless `holds`. */
void alv_onnx_need(alv_onnx *g, bool holds, alv_stop_why why);

/* onnx_numbers.c: what input k holds; n = 0 where nobody knows. */
alv_onnx_numbers alv_onnx_numbers_of(const alv_onnx *g, int k);
/* The only number of input k; NaN where it has not got just one that is known. */
double alv_onnx_number_of(const alv_onnx *g, int k);
/* A node all of whose inputs are constants, or of which only the shape counts. */
alv_onnx_value alv_onnx_fold(alv_onnx *g);

/* onnx_places.c, onnx_weights.c: rules. */
alv_onnx_rule alv_onnx_alias, alv_onnx_flatten, alv_onnx_reshape, alv_onnx_transpose,
    alv_onnx_squeeze, alv_onnx_slice, alv_onnx_gather;
alv_onnx_rule alv_onnx_gemm, alv_onnx_matmul, alv_onnx_conv, alv_onnx_conv_transposed,
    alv_onnx_batch_norm, alv_onnx_layer_norm, alv_onnx_rms_norm, alv_onnx_other_norm, alv_onnx_pool,
    alv_onnx_recurrent, alv_onnx_attention, alv_onnx_softmax;
/* A bias of the weight; -1 where input k is none. */
int alv_onnx_bias(alv_onnx *g, int k, int weight);

/* onnx_describe.c: what follows each weight, told to the initializers. */
alv_status alv_onnx_describe(alv_onnx *g);

#endif
