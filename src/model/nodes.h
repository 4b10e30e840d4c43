/* What a node reads. */
#ifndef ALV_MODEL_NODES_H
#define ALV_MODEL_NODES_H

#include "alvor/model.h"

/* Whether it reads `other` beside `input`. */
static inline bool alv_node_reads_two(const alv_node *node)
{
    return node->op == ALV_OP_ADD || node->op == ALV_OP_OTHER || node->op == ALV_OP_JOIN ||
           node->op == ALV_OP_TIMES || (node->op == ALV_OP_ATTEND && node->in == node->out);
}

static inline bool alv_node_reads(const alv_node *node, int i)
{
    return node->input == i || (alv_node_reads_two(node) && node->other == i);
}

#endif
