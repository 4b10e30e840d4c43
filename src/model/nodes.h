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

/* What a norm adds to the variance. */
static inline double alv_node_epsilon(const alv_node *node)
{
    return node->epsilon > 0 ? node->epsilon : 1e-5;
}

/* The softmax of an attention by whose shares the node multiplies values; -1: it is no such
 * product. */
static inline int alv_node_shares(const alv_model *model, const alv_node *node)
{
    if (!alv_node_is(node, "MatMul") || node->input < 0 || node->other < 0) return -1;
    return alv_node_is(&model->nodes[node->input], "Softmax")   ? node->input
           : alv_node_is(&model->nodes[node->other], "Softmax") ? node->other
                                                                : -1;
}

#endif
