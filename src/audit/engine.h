/* A file's network as the engine (src/nn) runs it: its graph in the engine's layers, its weights
 * loaded into them. */
#ifndef ALV_AUDIT_ENGINE_H
#define ALV_AUDIT_ENGINE_H

#include "formats/checkpoint.h"
#include "nn/net.h"

/* Why it cannot be run. */
typedef enum alv_unrun_why {
    ALV_RUNS,
    ALV_UNRUN_OPERATOR, /* the engine has no such layer */
    ALV_UNRUN_OPTION,   /* it has it without an option that is set */
    ALV_UNRUN_NUMBER,   /* a number that is not known, or not applied */
    ALV_UNRUN_PLACES,   /* values moved as no layer moves them */
    ALV_UNRUN_INPUT,    /* the file does not say how large its inputs are */
    ALV_UNRUN_WEIGHTS,  /* weights that cannot be read or put into the layer */
    ALV_UNRUN_SIZE,     /* too many values or products */
    ALV_UNRUN_ENGINE,   /* refused by the engine, in its words */
    ALV_UNRUN_WHYS
} alv_unrun_why;

typedef struct alv_unrun {
    alv_unrun_why why;
    char node[192]; /* "Resize 'up1'", a tensor's name, or the engine's message; may be "" */
} alv_unrun;

/* Where a node of the file's graph is in the engine: units [first, first + units) of a node. */
typedef struct alv_engine_place {
    int node; /* -1: nowhere */
    int64_t first, units;
} alv_engine_place;

/* What an engine's node is made of: nodes of the graph, three where queries, keys and values became
 * one. */
typedef struct alv_engine_source {
    int n, graph[3];
    int gates,
        ways;  /* of a recurrent layer's weights, in ONNX's order: gates of a direction; 0: none */
    bool late; /* of a GRU: the reset comes behind the weight, and a part of the bias with it */
    const float *which, *table; /* constants of UNITS and PLACES; NULL: from `first` on */
    int64_t first;
    double scale;  /* of UNITS without their own: what they are multiplied by; 0: 1 */
    int spread[2]; /* of a convolution: how far apart its own places are in a kernel with zeros
                      between them; 0: as in the file */
    int64_t outer, inner; /* a dense layer on a whole sample: its inputs are (outer, inner) in the
                             file and (inner, outer) here; 0: as in the file */
} alv_engine_source;

typedef struct alv_engine {
    const alv_checkpoint *file;
    const alv_model *graph;     /* the file's, or the doctor's chain */
    alv_model *model;           /* the engine's */
    alv_engine_place *places;   /* (graph->n_nodes) */
    alv_engine_source *sources; /* (model->n_nodes) */
    bool sequence;              /* samples are (positions, units) in the file, not images */
    bool expanded;            /* groups or kernels became zeros of larger ones, or a mask numbers of
                                 each head, which training would change */
    const char *expanded_by;  /* the operator, if one of them did; else NULL */
    bool tied;                /* a tensor is in two nodes, which training would change apart */
    int64_t values, products; /* of one sample, forward: numbers kept, multiplications */
    int64_t n_params;
    int n_kept;
    float **kept; /* constants that sources point to */
} alv_engine;

/* ALV_OK also where it cannot be run: then *out is NULL and *unrun says why. ALV_ERR_MEMORY. The
 * file and the graph must outlive *out, the caller's: alv_engine_free. */
alv_status alv_engine_new(alv_engine **out, alv_unrun *unrun, const alv_checkpoint *file,
                          const alv_model *graph, alv_error *error);
void alv_engine_free(alv_engine *engine); /* NULL is fine */

/* Gives all values of a tensor of the file, in its order. */
typedef alv_status alv_engine_read(float *out, const alv_checkpoint_tensor *tensor, void *user,
                                   alv_error *error);
/* The values that the file has; `user` is not looked at. */
alv_engine_read alv_engine_read_file;

/* Puts every parameter into a net of engine->model, as `read` gives it. ALV_ERR_MEMORY, and the
 * statuses of `read`. */
alv_status alv_engine_load(alv_net_f32 *net, const alv_engine *engine, alv_engine_read *read,
                           void *user, alv_error *error);

#endif
