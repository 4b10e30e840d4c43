/* What the tensors of a checkpoint are, by their names and shapes: one table of rules, which is
 * printed and can be overridden. A graph, where a file has one, knows better and comes first. */
#ifndef ALV_FORMATS_KIND_H
#define ALV_FORMATS_KIND_H

#include "formats/checkpoint.h"

/* How the axes stand: WIDE has more outputs than inputs, NARROW fewer, whichever layout makes that
 * so (GPT-2's Conv1D and nn.Linear have the same names). */
typedef enum alv_orient {
    ALV_ORIENT_TORCH,
    ALV_ORIENT_KERAS,
    ALV_ORIENT_WIDE,
    ALV_ORIENT_NARROW
} alv_orient;

typedef struct alv_kind_rule {
    const char *pattern; /* as alv_name_match, letters in lower case */
    const char *of;      /* whose names: "PyTorch" */
    const char *kind;
    int rank_lo, rank_hi; /* axes */
    alv_orient orient;
    int parts;        /* equal matrices fused along the outputs; 0: one; -1: gates, counted */
    bool ends_branch; /* its output is added to a residual stream */
} alv_kind_rule;

/* Rows of the two tables; NULL outside. */
const alv_kind *alv_kind_at(int index);
const alv_kind *alv_kind_named(const char *name);
const alv_kind_rule *alv_kind_rule_at(int index);

/* Says of every tensor what it is. `rules`: "PATTERN=KIND,...", which win over the table; KIND is a
 * kind's name, with ":keras" behind it where the inputs come first. ALV_ERR_SYNTAX,
 * ALV_ERR_UNKNOWN_NAME. */
alv_status alv_kinds_apply(alv_checkpoint *file, const char *rules, alv_error *error);

#endif
