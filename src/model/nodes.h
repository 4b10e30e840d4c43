/* What a node is, reads and gives. */
#ifndef ALV_MODEL_NODES_H
#define ALV_MODEL_NODES_H

#include "alvor/model.h"
#include "base/libc.h"

/* Whether it is a file's operator of this name. */
static inline bool alv_node_is(const alv_node *node, const char *op)
{
    return node->op == ALV_OP_OTHER && strcmp(node->what, op) == 0;
}

/* Positions of what it gives, at least 1. */
static inline int64_t alv_node_places(const alv_node *node)
{
    return node->height > 0 ? (int64_t)node->height * (node->width > 0 ? node->width : 1) : 1;
}

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
