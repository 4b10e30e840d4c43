/* The short texts of networks: families with sizes, options and an activation.
 *
 *     784-256-128-10                             mlp 784-100x12-10 tanh
 *     mlp 100x12 norm=layer residual=2 relu      conv 16,32x10 norm=batch tanh
 *     conv1d 16,32x4 norm=batch relu
 *     resnet 20 branch=0 norm=none               (inputs and outputs: from the data, or in= out=)
 *     transformer d=64 L=6 h=4 gelu              lstm 64x2 (of tokens: from the data, or tokens=)
 */
#ifndef ALV_MODEL_FAMILY_H
#define ALV_MODEL_FAMILY_H

#include "model/build.h"
#include "model/widths.h"

typedef enum alv_family_kind {
    ALV_FAMILY_MLP,    /* dense layers */
    ALV_FAMILY_CONV,   /* convolutions, half the image wherever the channels change; mean; head */
    ALV_FAMILY_CONV1D, /* the same along a sequence; of tokens the last position, not the mean */
    ALV_FAMILY_RESNET, /* He et al. 2015, section 4.2: 6 n + 2 layers in three stages */
    ALV_FAMILY_TRANSFORMER, /* Radford et al. 2019: blocks of causal attention and two layers */
    ALV_FAMILY_LSTM         /* recurrent layers; both of these give the last position's outputs */
} alv_family_kind;

typedef struct alv_family {
    alv_family_kind kind;
    const char *text;  /* what was read; positions count in it */
    alv_widths widths; /* of mlp and conv; of an mlp without its inputs and outputs if `inner` */
    bool inner;
    int64_t layers; /* of resnet */
    alv_act_spec act;
    alv_norm norm;
    int residual;           /* layers of one branch; 0: none */
    bool has_gain, is_post; /* is_post: the activation follows the sum, as in the first ResNets */
    double gain;            /* of each branch, at first */
    int kernel, width;      /* width: channels of resnet's first stage */
    int64_t blocks;         /* of transformer */
    int heads, wider;       /* of transformer; its feed-forward layers have wider * embed units */
    bool gated;             /* these are a gate's, through the activation, times those of another */
    int embed;              /* units of a token's row */
    int64_t tokens;         /* of the data; 0: features */
    bool from_data;         /* the hints say what the data are */
    int64_t channels, outputs; /* of the data; features where height is 0 */
    int height, width_in;
} alv_family;

/* By alv_family_kind and alv_norm; NULL at the end. */
extern const char *const alv_family_names[];
extern const char *const alv_norm_names[];

/* ALV_ERR_SYNTAX, ALV_ERR_UNKNOWN_NAME, ALV_ERR_RANGE, ALV_ERR_SHAPE with the byte position. */
alv_status alv_family_parse(alv_family *out, const char *text, const alv_model_hints *hints,
                            alv_error *error);
/* Inside alv_family_parse: what is wrong `at` a place of its text. */
alv_status alv_family_fail(const alv_family *family, const char *at, alv_status code,
                           const char *what, alv_error *error);
/* Whether all of it goes together, and with the data, which are filled in. */
alv_status alv_family_check(alv_family *family, const alv_model_hints *hints, alv_error *error);
/* The canonical text, which says inputs and outputs. */
alv_status alv_family_print(char *out, size_t size, const alv_family *family, alv_error *error);
alv_status alv_family_build(alv_model **out, const alv_family *family, alv_error *error);

#endif
