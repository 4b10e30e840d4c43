/* What training adds to the loss, or does to the activations, so that a net does not learn its
 * samples by heart. */
#ifndef ALV_NN_REGULARIZER_H
#define ALV_NN_REGULARIZER_H

#include "nn/term.h"

/* {0}: none. The loss grows by l1 sum |w| + l2/2 sum w^2 over all weights, biases left out, so that
 * l2 is the weight decay of plain SGD (Keras's l2 is half of it). Each activation of a hidden layer
 * is zero with probability `dropout` in every step of training, and multiplied by
 * 1 / (1 - dropout) where it is not (Srivastava et al., JMLR 15, 2014, section 10, inverted). */
typedef struct alv_regularizer {
    double l1, l2;  /* >= 0 */
    double dropout; /* in [0, 1) */
} alv_regularizer;

/* "none", "l2(0.001)", "l1(1e-5)+dropout(0.2)": alv_term_parse's statuses, ALV_ERR_ARGUMENT for one
 * that is named twice. */
alv_status alv_regularizer_parse(alv_regularizer *out, const char *text, alv_error *error);
void alv_regularizer_print(char out[ALV_TERM_TEXT], const alv_regularizer *regularizer);

#endif
