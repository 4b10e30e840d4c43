/* What the files of src/audit/engine*.c share: an engine being made. */
#ifndef ALV_AUDIT_ENGINE_PARTS_H
#define ALV_AUDIT_ENGINE_PARTS_H

#include "audit/engine.h"
#include "model/nodes.h"

enum {
    ALV_ENGINE_VALUES = 1 << 26,
    ALV_ENGINE_PARAMS = 1 << 28,
    ALV_ENGINE_NODES = 10000,
    ALV_ENGINE_POSITIONS = 1 << 13 /* of attention */
};

typedef struct alv_making {
    alv_engine *e;
    alv_unrun *unrun;
    bool *wanted;   /* (graph nodes) that the result hangs on */
    int *readers;   /* (graph nodes) how many wanted nodes read each */
    int *cell;      /* (graph nodes) the recurrent layer that reads it; 0: none */
    bool *waits;    /* (graph nodes) attention that is written out reads it */
    bool *sequence; /* (engine nodes) positions in time, not of an image */
} alv_making;

/* What feeds a node: units and positions. */
typedef struct alv_fed {
    int node; /* -1: the data */
    int64_t units;
    int height, width;
    bool sequence;
} alv_fed;

/* Notes why; false. */
bool alv_engine_refuse(alv_making *m, alv_unrun_why why, const char *node);
/* What node `graph` gives, where all its units are those of one node of the engine; -1: the data.
 */
bool alv_engine_fed(alv_fed *out, alv_making *m, int graph);
/* Appends the engine's node, for the graph's nodes of `source`. */
void alv_engine_put(alv_making *m, alv_node node, bool sequence, alv_engine_source source);
/* Puts what node `graph` does; false where it cannot. */
bool alv_engine_put_node(alv_making *m, int graph);

/* For the files that put layers: */
const alv_node *alv_engine_node(const alv_making *m, int graph);
const char *alv_engine_weight_name(const alv_making *m, const alv_node *n); /* "": none */
/* Adds a parameter to the engine's model; returns its index. */
int alv_engine_put_param(alv_making *m, alv_tensor what);
alv_tensor alv_engine_tensor(const char *name, alv_role role, alv_layer layer, int rank,
                             const int64_t *shape);
/* Counts what a node keeps and multiplies; saturates. */
void alv_engine_count(alv_making *m, int64_t values, double products);
/* The tensor of a graph's parameter; false where it cannot be loaded. */
bool alv_engine_param(const alv_checkpoint_tensor **t, alv_making *m, int index);
/* A parameter with one value for each unit; -1 where the graph has none. */
bool alv_engine_put_vector(int *out, alv_making *m, int index, int64_t units, alv_role role);
/* Rows of a (rows, columns) matrix in either layout. */
bool alv_engine_matrix(int64_t *out, int64_t *in, alv_making *m, int index);
/* The dense layer of `source.n` weights side by side, each (units, in), on what feeds them. */
bool alv_engine_put_dense(alv_making *m, int graph, alv_fed from, int64_t units, int64_t in,
                          alv_engine_source source);
/* What each kind of node, or operator, puts. */
bool alv_engine_put_weights(alv_making *m, int graph);
bool alv_engine_put_same(alv_making *m, int graph);
bool alv_engine_put_add(alv_making *m, int graph);
bool alv_engine_put_embed(alv_making *m, int graph);
bool alv_engine_put_attend(alv_making *m, int graph);
bool alv_engine_put_product(alv_making *m, int graph); /* of shares and values */
bool alv_engine_put_places(alv_making *m, int graph);
bool alv_engine_put_lstm(alv_making *m, int graph);
bool alv_engine_put_last(alv_making *m, int graph);
bool alv_engine_put_move(alv_making *m, int graph);

/* For these (engine_moves.c): what a graph's node does beside its kind; of a chain nothing. */
const alv_move *alv_engine_move(const alv_making *m, int graph);
/* Gates of a recurrent layer of the graph; 0: it is none. */
int alv_engine_gates(const alv_node *n);
/* Units [first, first + out) times a scale, behind `from`, for no node of the graph; its place. */
alv_fed alv_engine_put_units(alv_making *m, alv_fed from, int64_t first, int64_t out, double scale);
/* The same signal from a node, where it is the data's. */
alv_fed alv_engine_solid(alv_making *m, alv_fed from);
/* The convolution that undoes a spread-out one's strides, behind its inputs with zeros between. */
bool alv_engine_put_spread(alv_making *m, int graph, alv_fed from, alv_engine_source source);
/* The units of both, side by side, for no node of the graph. */
alv_fed alv_engine_put_beside(alv_making *m, alv_fed a, alv_fed b);

/* The parameter of a graph's node that adds a row of a table to each position, and in *signal the
 * node that it is added to; -1: it does no such thing. */
int alv_engine_table(int *signal, const alv_model *graph, int node);

static inline int64_t alv_fed_positions(alv_fed f)
{
    return f.height > 0 ? (int64_t)f.height * f.width : 1;
}

#endif
