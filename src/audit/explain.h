/* Which scheme explains a tensor best.
 *
 * Structure that needs no statistics comes first (constant, identity, exact orthogonality, exact
 * counts of zeros). Then every row of a table of laws is tested, and the one with the largest
 * p-value wins if it is not rejected. A tensor that none explains is described by the family that
 * fits it, if one does, with its deviation and its gain, std sqrt(fan_in). */
#ifndef ALV_AUDIT_EXPLAIN_H
#define ALV_AUDIT_EXPLAIN_H

#include "audit/law.h"

/* Probability that anything true is rejected in a whole file; each test gets its share of it
 * (Bonferroni), whatever depends on what. */
#define ALV_AUDIT_ALPHA 0.001

enum { ALV_FEW = 20 }; /* values, below which no law is told */

typedef enum alv_basis {
    ALV_FROM_NOTHING,   /* no law that alvor knows: trained, or drawn by other rules */
    ALV_FROM_STRUCTURE, /* certain */
    ALV_FROM_LAW,       /* a law with no free number */
    ALV_FROM_FAMILY     /* normal or uniform, its scale taken from the data */
} alv_basis;

typedef struct alv_explanation {
    alv_basis from;
    char scheme[96];     /* as alvor list names it; "" for nothing */
    char also[160];      /* other schemes of the very same law, comma-separated */
    char rivals[160];    /* schemes of other laws that fit, too: p > 0.05 */
    const char *mistake; /* key of the mistake that the law is, NULL */
    double times; /* of a mistake: what the deviation should be over what it is; NaN: it varies */
    double p;     /* of the law; 1 where certain; for a family an upper bound */
    double scale; /* deviation over that of the law */
    double gain;  /* root mean square times sqrt(fan_in); NaN without a fan */
} alv_explanation;

/* `threshold`: below it a law is rejected. `kept`: what alv_explain_keeps asked for, or NULL. Where
 * the reader fails, nothing is explained. */
void alv_explain(alv_explanation *out, const alv_kept *kept, alv_reader *reader,
                 const alv_checkpoint_tensor *tensor, const alv_moments *m, const alv_bins *bins,
                 double threshold);

/* What of a tensor the pass should keep (without *out's `out`), because it will be looked at again
 * and lies all over the tensor: lines across the order of the file, which would be another way
 * through it. False: nothing. */
bool alv_explain_keeps(alv_kept *out, const alv_checkpoint_tensor *tensor);

/* Rows of the table of laws: the most that are tested on one tensor. */
int alv_explain_tests(void);

/* The structure of a matrix, "orthogonal(gain=1)"; false if it has none. */
bool alv_explain_structure(alv_explanation *out, const alv_kept *kept, alv_reader *reader,
                           const alv_checkpoint_tensor *tensor, const alv_moments *m);

#endif
