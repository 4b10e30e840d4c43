/* A network put together node by node. */
#ifndef ALV_MODEL_BUILD_H
#define ALV_MODEL_BUILD_H

#include "alvor/model.h"

/* What the next node is fed. The first failure stays: calls after it do nothing. */
typedef struct alv_builder {
    alv_model *model;
    int room_nodes, room_params;
    int at;            /* node that was added last; -1: the data */
    int64_t units;     /* of what it gives */
    int height, width; /* 0: one position */
    int depth;         /* residual branches, stated by every parameter */
    int line, column;  /* of the text, for the nodes to come */
    alv_status status;
    alv_error *error;
} alv_builder;

/* channels x height x width, or `channels` features where height is 0. */
void alv_build_begin(alv_builder *b, int64_t channels, int height, int width, alv_error *error);
/* Each adds a node behind b->at and moves there. `name` is that of its parameters, "fc1": they are
 * "fc1.weight" and, if it has one, "fc1.bias". `follows` is the activation that the weight should
 * know of; `act` the node's own. Dense layers take a whole image unless `each` position. */
void alv_build_dense(alv_builder *b, const char *name, int64_t out, bool each, bool bias,
                     alv_act_spec follows, alv_act_spec act);
void alv_build_conv(alv_builder *b, const char *name, int64_t out, int kernel, int stride,
                    bool bias, alv_act_spec follows, alv_act_spec act);
/* The same along a sequence: the kernel covers `kernel` positions of the height. */
void alv_build_conv1d(alv_builder *b, const char *name, int64_t out, int kernel, int stride,
                      bool bias, alv_act_spec follows, alv_act_spec act);
void alv_build_norm(alv_builder *b, const char *name, alv_norm norm, alv_act_spec act);
void alv_build_act(alv_builder *b, alv_act_spec act);
/* window 0: the whole image. */
void alv_build_pool(alv_builder *b, int window, bool largest);
/* From data of T tokens to T positions; only behind the data. "<name>.weight" and, if `positions`,
 * "<name>.position". */
void alv_build_embed(alv_builder *b, const char *name, int64_t tokens, int64_t out, bool positions);
/* Queries, keys and values of `out` units each, and causal attention of `heads` heads on them. */
void alv_build_qkv(alv_builder *b, const char *name, int64_t out, int heads);
void alv_build_attend(alv_builder *b, int heads);
/* An LSTM of `out` units: "<name>.input.weight", "<name>.input.bias", "<name>.hidden.weight". */
void alv_build_lstm(alv_builder *b, const char *name, int64_t out);
void alv_build_last(alv_builder *b);
/* Ends the branch that began at node `start`. With a name the branch has a gain, at first `gain`;
 * NULL: none. */
void alv_build_add(alv_builder *b, int start, const char *name, double gain, alv_act_spec act);
/* Times node `other`, which has as many positions, or one that all share. */
void alv_build_multiply(alv_builder *b, int other, alv_act_spec act);
/* Goes back to a node that was added before; -1: to the data. */
void alv_build_go_to(alv_builder *b, int node);
/* The model, or what went wrong, with everything freed. */
alv_status alv_build_end(alv_model **out, alv_builder *b);

/* The name of a layer by its weights' node: its weight's, without what follows the last point. */
void alv_model_layer_name(char out[ALV_MAX_NAME], const alv_model *model, int weights);

#endif
