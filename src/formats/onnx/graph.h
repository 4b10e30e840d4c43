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
/* constants: of each node the tensor of the model that it gives, or -1. */
alv_status alv_onnx_graph(alv_checkpoint *model, const AlvOnnx__GraphProto *graph,
                          const int *constants, alv_error *error);

/* Inside the room: how the axes of a value stand for samples, positions, heads and units
 * (axes.c has the atoms). Only what moves or joins axes as the engine does, or undoes what it
 * did, keeps them; all else has none (rank 0). */
enum { ALV_AXES = 6, ALV_AXIS_ATOMS = 4 };
typedef struct alv_form {
    int rank;
    char axis[ALV_AXES][ALV_AXIS_ATOMS + 2]; /* "t", "ng", "u"; zeros after them */
} alv_form;

/* What constants say of positions: of which keys (columns) each query (row) may see, for a square
 * of them. */
typedef enum alv_mask {
    ALV_MASK_NONE,
    ALV_MASK_SEEN,   /* 1 for those up to its own, else 0 */
    ALV_MASK_HIDDEN, /* 1 for those after its own, else 0 */
    ALV_MASK_ADDED,  /* 0 and -infinity, or as good as that: what is added to scores */
    ALV_MASK_OF_ONE, /* one number however often, ready to be cut to a triangle */
    ALV_MASK_PLACES  /* no mask: 0, 1, 2, ... */
} alv_mask;

/* A layer norm that is written out, operator by operator (norms.c). */
typedef enum alv_norm_step {
    ALV_STEP_NONE,
    ALV_STEP_MEAN,
    ALV_STEP_CENTRED,
    ALV_STEP_SQUARE,
    ALV_STEP_VARIANCE,
    ALV_STEP_POSITIVE, /* plus epsilon */
    ALV_STEP_DEVIATION,
    ALV_STEP_INVERSE
} alv_norm_step;

/* A value of the graph as alvor sees it. */
typedef enum alv_onnx_is {
    ALV_ONNX_NODE,  /* what node `index` of the model gives; -1: the data */
    ALV_ONNX_PARAM, /* initializer `index` of the checkpoint */
    ALV_ONNX_CONST, /* a number, a shape, or what follows from such only */
    ALV_ONNX_ERF,   /* erf of node `index`, times and plus constants: part of a GELU */
    ALV_ONNX_STEP   /* of node `index`: part of a layer norm */
} alv_onnx_is;

typedef struct alv_onnx_value {
    const char *name;
    alv_onnx_is is;
    int index;
    bool flipped; /* of PARAM: its last two axes are exchanged */
    alv_form axes;
    int heads, parts; /* sizes of the atoms g and p; 0: the units are in one piece */
    int part;         /* the one of the parts that this is, from 1; 0: all */
    bool inside;      /* the parts are those of each head */
    int view;         /* of PARAM: 1 + the view of it; 0: as it lies */
    bool shares;      /* scores after softmax */
    bool causal;      /* scores with a mask: positions see none after them */
    double
        added_at;   /* of scores: their factor when their node's numbers were added; 0: none were */
    bool one_added; /* of ERF */
    alv_norm_step step;
    bool centred;   /* of STEP: of what the mean was taken off */
    double epsilon; /* of STEP: what was added to the variance */
    alv_mask mask;
    int numbers;   /* of CONST: 0 unknown; k > 0: list k - 1 of alv_onnx; -k: initializer k - 1 */
    double factor; /* NODE or ERF times this is the value; 0: not said, so 1 */
} alv_onnx_value;

/* What a constant holds, as far as it is known. */
enum { ALV_ONNX_NUMBERS = 8 };
typedef struct alv_onnx_numbers {
    int n;
    bool whole;                  /* of an integer type, whose quotients are cut */
    bool list;                   /* an axis of them, even if it is one */
    int columns;                 /* of two axes: how many a row has; 0: it has not got two */
    double at[ALV_ONNX_NUMBERS]; /* NaN: nobody knows */
} alv_onnx_numbers;

enum { ALV_ONNX_INPUTS = 128, ALV_ONNX_OUTPUTS = 31 };

/* How an initializer is seen after what exchanges, inserts or cuts its axes (view.c). */
typedef struct alv_onnx_view {
    int rank;
    int64_t offset, shape[ALV_MAX_RANK], stride[ALV_MAX_RANK];
} alv_onnx_view;

/* A graph being read. */
typedef struct alv_onnx {
    alv_checkpoint *model;
    alv_model *graph;
    int room_nodes, room_params;
    int *tensor_of;                                /* of each parameter: its initializer */
    const AlvOnnx__NodeProto *node;                /* the one that is being read */
    const alv_onnx_value *inputs[ALV_ONNX_INPUTS]; /* its inputs, NULL where left out */
    alv_onnx_value own[ALV_ONNX_INPUTS];           /* of those that became nodes of their own */
    int n_inputs;
    const int *constants; /* of each node the tensor that it gives, or -1 */
    int constant;         /* of the one that is being read */
    int n_views, room_views;
    alv_onnx_view *views;
    int64_t n_floats; /* of moves */
    int n_numbers, room_numbers;
    alv_onnx_numbers *numbers;
    int64_t samples;        /* of the data; 0: any */
    bool flat, units_first; /* of a dense layer to come: on a whole sample, in which order */
    bool splits;            /* a node's outputs are parts of what its first is the first part of */
    int n_more;             /* outputs after the first that a rule has said */
    alv_onnx_value more[ALV_ONNX_OUTPUTS];
    alv_error *error;
    alv_status status; /* the first failure stays */
} alv_onnx;

/* What an operator does to the model; returns the value of all its outputs. */
typedef alv_onnx_value alv_onnx_rule(alv_onnx *g);
/* NULL for an operator without a rule. *keeps: whether it minds that an input is times a factor. */
alv_onnx_rule *alv_onnx_rule_of(bool *keeps, const char *op_type);

/* For rules: */
/* There is no memory: the reading fails after this node. */
void alv_onnx_lacks_memory(alv_onnx *g);
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
alv_onnx_value alv_onnx_node(int index, alv_form axes);
/* The axes of input k, none where it is no signal; whether they are just these; its factor. */
alv_form alv_onnx_form(const alv_onnx *g, int k);
bool alv_onnx_has(const alv_onnx *g, int k, const char *axes);
double alv_onnx_factor(const alv_onnx *g, int k);
/* Notes the first node that `graph` does not follow exactly, unless `holds`. */
void alv_onnx_need(alv_onnx *g, bool holds, alv_stop_why why);

/* axes.c: axes by their text, "n,t,u". */
alv_form alv_form_of(const char *text);
bool alv_form_are(alv_form axes, const char *text);
bool alv_form_same(alv_form a, alv_form b); /* and known */
/* Units side by side, behind samples and positions in any order: what is done to each position. */
bool alv_form_units_last(alv_form axes);
/* Whether one axis has all positions of a sequence or an image. */
bool alv_form_is_position(const char *axis);
/* How many samples there are, or the prime that stands for any number of them; the size of one axis
 * of a value. */
double alv_onnx_samples(const alv_onnx *g);
double alv_form_size(const alv_onnx *g, const alv_onnx_value *value, int axis);
/* The value in this shape, its axes in this order; false where none of its atoms can be put so. */
bool alv_form_reshape(alv_onnx_value *value, const alv_onnx *g, alv_onnx_numbers shape);
bool alv_form_turn(alv_onnx_value *value, const int64_t *perm, int n);
void alv_form_remove(alv_form *axes, int axis);
bool alv_form_insert(alv_form *axes, int axis); /* an axis of size 1 before it */

/* masks.c: what input k is as a mask; what a node of masks and numbers only gives. */
alv_mask alv_onnx_mask(const alv_onnx *g, int k);
alv_mask alv_onnx_fold_mask(const alv_onnx *g);
/* What is added to scores to hide them: below it nothing is left after softmax, in single
 * precision. */
static const double alv_onnx_hidden = -1e4;

/* norms.c: whether the node is a step of a written-out norm, and what it then gives. */
bool alv_onnx_norm_step(alv_onnx_value *out, alv_onnx *g);
alv_onnx_rule alv_onnx_mean;

/* numbers.c: what input k holds; n = 0 where nobody knows. */
alv_onnx_numbers alv_onnx_numbers_of(const alv_onnx *g, int k);
/* The only number of input k; NaN where it has not got just one that is known. */
double alv_onnx_number_of(const alv_onnx *g, int k);
/* One number, however often. */
alv_onnx_value alv_onnx_constant(alv_onnx *g, double number);
/* A node all of whose inputs are constants, or of which only the shape counts. */
alv_onnx_value alv_onnx_fold(alv_onnx *g);

/* places.c, weights.c: rules. */
alv_onnx_rule alv_onnx_alias, alv_onnx_flatten, alv_onnx_reshape, alv_onnx_transpose,
    alv_onnx_squeeze, alv_onnx_unsqueeze, alv_onnx_slice, alv_onnx_split, alv_onnx_gather,
    alv_onnx_expand;
alv_onnx_rule alv_onnx_gemm, alv_onnx_matmul, alv_onnx_conv, alv_onnx_conv_transposed,
    alv_onnx_batch_norm, alv_onnx_layer_norm, alv_onnx_rms_norm, alv_onnx_other_norm, alv_onnx_pool,
    alv_onnx_recurrent;
/* What input k has, from the node that gives it or from the data. */
alv_node alv_onnx_source(const alv_onnx *g, int k);
/* A dense layer behind node `from`. */
alv_onnx_value alv_onnx_add_weights(alv_onnx *g, int from, int weight, int bias, alv_form axes);

/* attention.c: rules; a product of two signals; whether input k is scores, and they with what
 * input k adds to them. */
alv_onnx_rule alv_onnx_attention, alv_onnx_softmax, alv_onnx_where, alv_onnx_multiply;
bool alv_onnx_is_scores(const alv_onnx *g, int k);
alv_onnx_value alv_onnx_add_to_scores(alv_onnx *g, int k);
/* A bias of the weight; -1 where input k is none. */
int alv_onnx_bias(alv_onnx *g, int k, int weight);

/* describe.c: what follows each weight, told to the initializers. */
alv_status alv_onnx_describe(alv_onnx *g);

/* input.c: the sizes of the data into the model and its graph, and the number of samples, 0:
 * the file does not say. False: no memory. */
bool alv_onnx_read_sizes(int64_t *samples, alv_checkpoint *model, const AlvOnnx__GraphProto *graph);
/* The data as if a node gave them. */
alv_node alv_onnx_data_node(const alv_model *model);
/* The axes of input i: those of the data, or none, as nothing else is fed. */
alv_form alv_onnx_data_axes(const alv_checkpoint *m, const AlvOnnx__GraphProto *graph, size_t i);
/* What is taken for input i where it is not the data but of a usual name and value; else false. */
bool alv_onnx_beside(alv_onnx_value *out, alv_onnx *g, const AlvOnnx__GraphProto *graph, size_t i);

#endif
