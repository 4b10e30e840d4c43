/* What the files of src/audit/engine*.c share: an engine being made. */
#ifndef ALV_AUDIT_ENGINE_PARTS_H
#define ALV_AUDIT_ENGINE_PARTS_H

#include "audit/engine.h"

enum { ALV_ENGINE_VALUES = 1 << 26, ALV_ENGINE_PARAMS = 1 << 28, ALV_ENGINE_NODES = 10000 };

typedef struct alv_making {
    alv_engine *e;
    alv_unrun *unrun;
    bool *wanted;   /* (graph nodes) that the result hangs on */
    int *readers;   /* (graph nodes) how many wanted nodes read each */
    bool *gates;    /* (graph nodes) an LSTM reads it */
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

static inline bool alv_node_is(const alv_node *n, const char *op)
{
    return n->op == ALV_OP_OTHER && strcmp(n->what, op) == 0;
}

static inline int64_t alv_fed_positions(alv_fed f)
{
    return f.height > 0 ? (int64_t)f.height * f.width : 1;
}

#endif
