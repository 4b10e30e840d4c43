/* Mean field of softmax attention: what comes out, and what comes back to queries, keys and values.
 */
#ifndef ALV_THEORY_ATTENTION_H
#define ALV_THEORY_ATTENTION_H

#include <stdbool.h>

/* Of one unit over positions and samples. */
typedef struct alv_attended {
    double square, together; /* mean square, and mean product of two positions of a sample */
} alv_attended;

typedef struct alv_attention_case {
    alv_attended query, key, value;
    double units;   /* of one head; logits are divided by its root */
    double overlap; /* tr S^2 / (tr S)^2 of the covariance S over units of the inputs that keys and
                       values are made of: 1 / units where those are independent */
    double sizes;   /* how unlike the inputs' sizes are: 0, a norm made them one; 1, as of normal
                       vectors */
    int positions;  /* at least 1 */
    bool causal;
    double near; /* correlation of the gradients that arrive at two positions */
    double lone; /* share of them that arrives at the last position alone */
} alv_attention_case;

enum { ALV_ATTENTION_PARTS = 8 };

typedef struct alv_attention_law {
    alv_attended out;
    double last;                       /* of out.square at the last position */
    double parts[ALV_ATTENTION_PARTS]; /* means of it over equal parts of the positions, from the
                                          last to the first */
    double leaning;           /* share of its mean square that comes of leaning towards the query */
    double query, key, value; /* mean squares of the gradients there, for 1 at the output */
    double near;              /* correlation of two positions in that at the values */
} alv_attention_law;

/* Means over weights that are independent of each other and of the gradient, and over positions.
 * Within 10 % of simulated mean squares for heads of 16 units, with logits of deviations up to 4
 * (queries' gradients behind a norm within 20 % there); keys' gradients within 30 % where `near` is
 * above 0. */
void alv_attention_law_of(alv_attention_law *out, const alv_attention_case *attention);

#endif
