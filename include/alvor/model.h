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
#define ALV_MAX_NAME 128    /* bytes of a parameter's name, with the final NUL */
#define ALV_MAX_PARTS 8     /* matrices fused into one parameter */
#define ALV_MAX_OPERATOR 32 /* bytes of an operator's own name, with the final NUL */
/* Limits of the short text of a network: layers with weights, and units of one layer. */
#define ALV_MAX_LAYERS 10000
#define ALV_MAX_WIDTH INT64_C(2147483647)

/* GAIN: a factor of each unit (of a normalization) or of a whole branch; like a bias it has one
 * value per output and no fans of its own. */
typedef enum alv_role { ALV_ROLE_WEIGHT = 0, ALV_ROLE_BIAS = 1, ALV_ROLE_GAIN = 2 } alv_role;

/* How a weight's axes are ordered; the table in src/model/layer.c has every kind's. For a dense
 * layer or a convolution, TORCH is (out, in, kernel ...), KERAS and FLAX are (kernel ..., in, out);
 * those two differ for transposed and depthwise convolutions. AXES: as in_axes and out_axes say. */
typedef enum alv_layout {
    ALV_LAYOUT_TORCH = 0,
    ALV_LAYOUT_KERAS = 1,
    ALV_LAYOUT_FLAX = 2,
    ALV_LAYOUT_AXES = 3
} alv_layout;

/* Kinds of layers. What a kind needs to count its fans stands in src/model/layer.c. Gates of a
 * recurrent layer, queries, keys and values, and experts are dense layers with parts or copies. */
typedef enum alv_layer {
    ALV_LAYER_DENSE = 0,           /* more than two axes count as a kernel */
    ALV_LAYER_CONV = 1,            /* one kernel axis or more */
    ALV_LAYER_CONV_TRANSPOSED = 2, /* inputs are spread, `stride` outputs apart */
    ALV_LAYER_DEPTHWISE = 3,       /* each channel has kernels of its own */
    ALV_LAYER_EMBEDDING = 4,       /* (tokens, units): a row is looked up */
    ALV_LAYER_TIED_HEAD = 5        /* (tokens, units): an embedding that is also the output layer */
} alv_layer;

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
    double fan_in, fan_out; /* 0: derived from what follows; a bias needs fan_in given */
    alv_act_spec act;       /* the activation that follows; .act == NULL: none */
    /* Independent matrices, channels of one to channels of the same one; they divide the outputs,
     * of a transposed convolution the inputs. 0: 1; of a depthwise layer, every channel. */
    int64_t groups;
    int64_t stride[ALV_MAX_RANK]; /* of a convolution, along its kernel axes in order; 0: 1 */
    /* Sets of axes, bit a for axis a. Copies count independent matrices of one shape (experts,
     * stacked layers), in every layout: the layout is that of the remaining axes. in_axes and
     * out_axes belong to ALV_LAYOUT_AXES, where axes in none of the three are the kernel's. */
    unsigned in_axes, out_axes, copy_axes;
    /* Sizes, along the (first) output axis, of matrices that are fused into this one: {h, h, h, h}
     * for the gates of an LSTM, {q, k, k} for queries, keys and values. They end at the first zero;
     * all zero: one matrix. Also of a bias. Each part has the fan_out of its own size. Refused
     * together with groups: a part of whole groups has the fans of these without being named, and
     * no framework cuts through a group. */
    int64_t parts[ALV_MAX_PARTS];
    int64_t head; /* outputs of one attention head, where schemes make a matrix of each; 0: parts */
    int depth;    /* residual branches in the network that this is a parameter of; 0: unknown */
} alv_tensor;

/* What a node does to the values that it is fed, before its activation. */
typedef enum alv_op {
    ALV_OP_WEIGHTS = 0, /* a dense layer or a convolution, by its kind */
    ALV_OP_NORM = 1,    /* x / its deviation, times a gain, plus a shift */
    ALV_OP_ADD = 2,     /* other + gain input: the end of a residual branch */
    ALV_OP_POOL = 3,    /* the mean or the largest of each window */
    ALV_OP_ACT = 4,     /* an activation by itself; before it, a row of a table for each position */
    ALV_OP_EMBED = 5,   /* a row of a table for each token, plus one for each position */
    ALV_OP_ATTEND = 6,  /* queries, keys and values, side by side, to what the queries find */
    ALV_OP_LSTM = 7,    /* what the inputs add to the gates, to the outputs of a recurrent layer */
    ALV_OP_LAST = 8,    /* the last position of a sequence */
    ALV_OP_OTHER = 9,   /* of a file: an operator without a rule, which nothing here can run */
    /* What files have beside these; only the engine knows them, but for products: */
    ALV_OP_CELLS = 10,  /* a recurrent layer of any kind and direction */
    ALV_OP_UNITS = 11,  /* sums of chosen units, weighed by constants */
    ALV_OP_PLACES = 12, /* chosen positions, or zeros */
    ALV_OP_JOIN = 13,   /* the units of two nodes side by side, or the positions */
    ALV_OP_TIMES = 14,  /* the product of two nodes: gates (Dauphin et al. 2017) */
    ALV_OP_ROWS = 15    /* rows that are the same in every sample, one for each position */
} alv_op;

/* Over what a normalization takes its moments: of each unit over the samples and positions (Ioffe
 * and Szegedy 2015); of each sample and position over the units (Ba et al. 2016); the same without
 * taking the mean off (Zhang and Sennrich 2019). */
typedef enum alv_norm {
    ALV_NORM_NONE = 0,
    ALV_NORM_BATCH = 1,
    ALV_NORM_LAYER = 2,
    ALV_NORM_RMS = 3
} alv_norm;

/* Windows of a convolution along one axis: places of the kernel, how far apart they are (1: side by
 * side, as the engine wants them), zeros before the image and after it, and how far it is from one
 * window to the next (0: the node's stride). */
typedef struct alv_window {
    int kernel, spread, before, after, stride;
} alv_window;

/* One step of a network. Values are (sample, position, unit): an image has height x width positions
 * with a unit for each channel, a sequence has height = its length and width = 1, plain features
 * have one position.
 *
 * ATTEND (Vaswani et al. 2017, eq. 1), causal unless both_ways: of 3 out units that are fed to it,
 * one head has out / heads of the queries, as many of the keys and of the values, and position i
 * gives sum_j softmax_j(q_i . k_j / sqrt(out / heads)) v_j over j <= i (all j, if both_ways). LSTM
 * (Hochreiter and Schmidhuber 1997, with the forget gates of Gers et al. 2000): of 4 out units, in
 * the order input, forget, cell, output, z = fed + W h, where h and c begin at 0: c = sigmoid(z_f)
 * c + sigmoid(z_i) tanh(z_c),   h = sigmoid(z_o) tanh(c).
 *
 * What stands in `weight` and `bias` of the engine's other kinds, trained only where it says so:
 * CELLS (an LSTM in the order above, GRU and RNN as ONNX has them, by `what`; `heads` directions
 * side by side) (gates of all directions, units of one), trained, and (3, out), the bias of a late
 * reset and the first h and c, trained; UNITS (2 heads, out), the units of each of `heads` terms
 * and what they are multiplied by, and (heads, positions, out), more such factors; PLACES
 * (positions), which; ROWS (positions, out), trained. */
typedef struct alv_node {
    alv_op op;
    alv_layer kind;     /* of ALV_OP_WEIGHTS: dense or conv */
    int input;          /* index of the node that feeds it; -1: the data */
    int other;          /* of ALV_OP_ADD: the start of the branch; -1: the data; of ALV_OP_OTHER the
                           second node that it reads, the first again where there is one; of JOIN
                           and TIMES the second; of ATTEND, if it is fed queries alone (in = out),
                           the keys and values side by side, of any number of positions */
    int64_t in, out;    /* units; a dense layer that ends an image takes all of its values */
    int height, width;  /* positions of its output; 0: one position */
    int kernel, stride; /* a convolution of odd side `kernel` pads with zeros to ceil(size / stride)
                           positions; a pool takes size / stride windows of as many, kernel 0 the
                           whole image */
    bool one_axis;      /* a convolution along the height alone, of a sequence (width 1): its
                           weights are (out, in, kernel); of JOIN: positions, not units */
    bool own_padding;   /* of a convolution or a pool, whose `padding` each side of the image gets
                           instead: (size + 2 padding - kernel) / stride + 1 positions, kernels of
                           any side; the mean of a pool is that of the places inside the image */
    int padding;
    alv_window
        windows[2];      /* of a convolution or a pool that no `kernel` and `padding` describe:
                            along the height and the width, for weights (out, in, rows, columns) */
    bool largest;        /* of ALV_OP_POOL: not the mean */
    bool counts_padding; /* of ALV_OP_POOL: the mean of all places, zeros outside the image too */
    bool backward;       /* of ALV_OP_CELLS in one direction: from the last position on */
    bool late;           /* of a GRU: its reset comes behind the weight */
    bool places;         /* of a file's ALV_OP_EMBED: position chooses the row, not a token */
    int heads;           /* of ALV_OP_ATTEND */
    bool both_ways;      /* of ALV_OP_ATTEND: positions see those after them, too */
    alv_norm norm;       /* of ALV_OP_NORM */
    double epsilon;      /* of a norm, added to the variance; 0: 1e-5 */
    alv_act_spec act;    /* applied to its output */
    int weight, bias;    /* indices into params, -1: none; of a norm its gain and shift, of an
                            addition the gain of the branch, of an embedding (tokens, out) and
                            (positions, out), of an LSTM (4 out, out) and none, of an activation none
                            and (positions, out); of attention none and what is added to the scores,
                            (heads, positions, positions), infinities too */
    double start;        /* of a gain: its first value */
    int line, column;    /* of what it was read from, from 1; 0: unknown */
    char what[ALV_MAX_OPERATOR]; /* of ALV_OP_OTHER: its name in the file, cut to fit. A "GRU" or an
                                    "RNN" with an `act` is one as ONNX has it, forward from zeros,
                                    fed as an LSTM is, of weight (gates out, out); its bias is that
                                    of the gates, if the reset comes behind the weight, else none */
} alv_node;

/* A scheme that the network itself fixes for one of its parameters, whatever fills the others. */
typedef struct alv_fixed {
    char *scheme;     /* as alv_scheme_parse reads it; NULL: none */
    int line, column; /* of what it was read from, from 1; 0: unknown */
} alv_fixed;

/* A network. Its text is what alv_model_print writes. */
#define ALV_MAX_MODEL_TEXT 256
typedef struct alv_model {
    int n_nodes, n_params;
    alv_node *nodes;    /* in order of evaluation; the last one gives the logits */
    alv_tensor *params; /* "fc1.weight", "fc1.bias", ... */
    int64_t inputs, outputs;
    int height, width; /* of the data, if an image: channel after channel, row after row; else 0 */
    int64_t tokens;    /* each input is a whole number in [0, tokens); 0: features */
    char family[ALV_MAX_MODEL_TEXT]; /* text of a network that is no plain chain; else "" */
    alv_fixed *fixed;                /* (n_params), freed with the model; NULL: it fixes none */
} alv_model;

/* A layer as one speaks of it: weights, and what follows them as long as one node alone reads it:
 * to the first activation; where there is none before the signal forks or meets other weights, to
 * the last end of a branch, else the weights' node itself. */
typedef struct alv_model_layer {
    int weights, end; /* nodes */
} alv_model_layer;

/* Writes the layers in order; out may be NULL, else it has room for n_nodes. Returns how many. */
ALV_API int alv_model_layers(alv_model_layer *out, const alv_model *model);
/* One of them, from 0; false if there is none. */
ALV_API bool alv_model_layer_at(alv_model_layer *out, const alv_model *model, int layer);
/* Dense layers only, each fed by the one before. */
ALV_API bool alv_model_is_chain(const alv_model *model);

/* What a short text may leave out, and what it must agree with. */
typedef struct alv_model_hints {
    int64_t inputs, outputs; /* of the data; 0: whatever the text says */
    int height, width;       /* of the data, if images; inputs / (height width) are the channels */
    int64_t tokens;          /* each input of the data is a token in [0, tokens); 0: a feature */
    bool hidden_only;        /* "256-100x12" means inputs-256-100x12-outputs */
    const char *act;         /* of hidden layers where the text names none; NULL: relu */
} alv_model_hints;

/* Parses "784-256-128-10", "mlp 784-100x12-10 tanh", or with hidden_only "256-100x12"; sizes
 * without a dash, "mlp 100x12 tanh", are hidden layers alone wherever the hints give inputs and
 * outputs. The last layer has no activation. Other families, with options in any order, and the
 * activation anywhere among them (* marks what is taken where nothing is said; images come from the
 * hints or in= and out=):
 *
 *   mlp SIZES        norm=batch, layer, rms or *none after every hidden layer's weights;
 *                    residual=K: after the first, branches of K hidden layers each; branch=G: each
 *                    ends in a learned gain that begins at G (0: ReZero, SkipInit); order=*pre,
 *                    post
 *   conv 16,32x10    convolutions of kernel=*3, the image halved where the channels change, then
 *                    the mean of each channel and a dense layer; the same options; in=3x32x32
 *                    out=10
 *   conv1d 16,32x10  the same along a sequence: of in=CHANNELSxLENGTH values (other data are one
 *                    channel), or of tokens, embed=*16 units each, of which the last position's
 *                    channels go to the dense layer
 *   resnet 20        6 n + 2 layers in stages of width=*16, 32 and 64 channels (He et al. 2015,
 *                    section 4.2): norm=*batch, order=*post
 *   transformer      of tokens: d=*64 units, L=*2 blocks of attention with h=*4 heads and of two
 *                    layers, the first ff=*4 times wider; gated=yes: times a gate of as many units
 *                    through the activation (Shazeer 2020); norm=*layer, order=*pre, branch=G;
 *                    in=32 tokens=65 out=65
 *   lstm SIZES       of tokens: recurrent layers; embed=*16 units of a token, as in an mlp of
 *                    tokens
 *
 * hints may be NULL. The caller owns *out: alv_model_free. ALV_ERR_SYNTAX,
 * ALV_ERR_UNKNOWN_NAME (of an activation), ALV_ERR_RANGE (a width, the number of layers, a
 * parameter, a hint) and ALV_ERR_SHAPE (the text and the hints disagree) give the byte position in
 * the text where it is at fault; ALV_ERR_MEMORY. Sizes are checked before anything is allocated,
 * and the memory follows the number of layers, not their widths: no weight is stored. */
ALV_API alv_status alv_model_new(alv_model **out, const char *text, const alv_model_hints *hints,
                                 alv_error *error);
ALV_API void alv_model_free(alv_model *model); /* NULL is fine */

/* Writes the canonical text, "mlp 784-100x12-10 tanh", with its NUL; alv_model_new reads it back.
 * ALV_ERR_RANGE if `size` is too small. */
ALV_API alv_status alv_model_print(char *out, size_t size, const alv_model *model,
                                   alv_error *error);

/* Elements of a tensor: 1 for rank 0, and 0 if a dimension is zero, which is valid. Checks all
 * fields but the stated fans. ALV_ERR_OVERFLOW beyond 2^62 bytes, ALV_ERR_SHAPE for a rank outside
 * [0, ALV_MAX_RANK], a negative dimension, and where the shape contradicts the layer: axes that it
 * has not got, groups that do not divide, parts that do not add up, heads that do not divide the
 * parts; ALV_ERR_DTYPE; ALV_ERR_ARGUMENT for a name without its NUL, a kind, layout or role that
 * there is not, sets of axes that overlap, and negative numbers; ALV_ERR_UNSUPPORTED for parts and
 * groups at once. */
ALV_API alv_status alv_tensor_count(int64_t *out, const alv_tensor *tensor, alv_error *error);

/* The fans that the tensor states, else those that follow from its layer, layout and shape:
 *
 *   fan_in    inputs that one output adds up
 *   fan_out   outputs that one input reaches
 *
 * of one matrix: one copy, group or part. With kernels of k places, stride s (both products over
 * the axes) and g groups, that is
 *
 *   dense, convolution        in k              out k / (g s)      per in = shape[in axis]
 *   transposed convolution    in k / (g s)      out k              per out = shape[out axis]
 *   depthwise, m per channel  k                 m k / s
 *   embedding                 1                 units
 *   tied head                 units             tokens
 *
 * Strides make fractions: the average over positions. At the borders of an image, where part of the
 * kernel sees padding, the numbers are smaller; that is not counted. A bias must state its fan_in,
 * its weight's. Zero is a valid answer, for an empty axis. Either pointer may be NULL.
 * ALV_ERR_SHAPE where a fan is neither stated nor implied, among them the fan_out of parts of
 * unequal sizes: ask for that of alv_tensor_part. ALV_ERR_OVERFLOW where it exceeds 63 bits, and
 * the statuses of alv_tensor_count but its overflow. */
ALV_API alv_status alv_tensor_fans(double *fan_in, double *fan_out, const alv_tensor *tensor,
                                   alv_error *error);

/* How many parts a tensor is fused of: 1 where it states none. */
ALV_API int alv_tensor_part_count(const alv_tensor *tensor);

/* Part `index` as a tensor of its own: the same name, the part's size along the output axis. Its
 * fans are those of the part; its elements lie elsewhere in the whole. ALV_ERR_RANGE for an index
 * outside [0, parts), and the statuses of alv_tensor_count. */
ALV_API alv_status alv_tensor_part(alv_tensor *out, const alv_tensor *tensor, int index,
                                   alv_error *error);

/* "conv_transposed", "flax"; NULL for a number that is none. */
ALV_API const char *alv_layer_name(alv_layer layer);
ALV_API const char *alv_layout_name(alv_layout layout);

#ifdef __cplusplus
}
#endif
#endif
