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

/* Inside the room: a value of the graph as alvor sees it. */
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
} alv_onnx_value;

/* A graph being read. */
typedef struct alv_onnx {
    alv_checkpoint *model;
    alv_model *graph;
    int room_nodes, room_params;
    int *tensor_of;                   /* of each parameter: its initializer */
    const AlvOnnx__NodeProto *node;   /* the one that is being read */
    const alv_onnx_value *inputs[16]; /* its inputs, NULL where left out */
    int n_inputs;
    alv_error *error;
    alv_status status; /* the first failure stays */
} alv_onnx;

/* What an operator does to the model; returns the value of all its outputs. */
typedef alv_onnx_value alv_onnx_rule(alv_onnx *g);
/* NULL for an operator without a rule. */
alv_onnx_rule *alv_onnx_rule_of(const char *op_type);

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
/* Copies at most n of a list; returns how many it has. */
int alv_onnx_ints(int64_t *out, int n, const alv_onnx *g, const char *name);
/* An operator kept by its name, reading all inputs that are nodes; those that are weights of
 * several axes are taken as dense ones. */
alv_onnx_value alv_onnx_other(alv_onnx *g);

#endif
