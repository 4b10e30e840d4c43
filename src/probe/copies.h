/* Which units are copies of another, and which of them descent can never separate.
 *
 * Two units are *locked* where swapping them leaves every parameter as it is. The argument: let P
 * be the permutation of the parameters that swaps two units everywhere, in the weights that make
 * them, the gains and shifts that scale them and the weights that read them. The loss does not
 * change under P, whatever the data: a unit has no name but the parameters that it meets. So the
 * gradient at P w is P times the gradient at w; and where P w = w it is a fixed point of P as well.
 * Optimizers treat all numbers of a parameter alike, each by its own gradients, and so do
 * penalties: w stays a fixed point of P for ever, and the two units remain copies.
 *
 * What may be swapped is a unit of a *space*: of a layer's outputs, and of all nodes that keep its
 * units apart (normalizations, activations, pools, the last position) or add other outputs to them,
 * as every branch of a residual stream does, or multiply them by others, as gates do. A space meets
 *
 *     rows and biases     of the dense layers and convolutions that end in it; columns of tables
 *     gains and shifts    of its normalizations
 *     columns             of the layers that read it, one for each place of their kernels, or of
 *                         the image that a dense layer takes whole
 *     gates               of an LSTM: four rows of the weights on its inputs and of those on its
 *                         state, and a column of the latter
 *
 * and two units are found locked if all of these are equal. The swap of two units alone is looked
 * for: pairs that could only be swapped together with others of the next space are not counted.
 * Nothing is said (NaN) of the outputs, whose labels tell them apart, of streams that the data
 * enter, and of queries, keys and values, of which only those of one head could be swapped. Where
 * dropout acts on a space its masks break the symmetry, and none is locked. */
#ifndef ALV_PROBE_COPIES_H
#define ALV_PROBE_COPIES_H

#include <stdbool.h>

#include "nn/net.h"

/* What each unit u has of a parameter: at[u unit + i step + j pace], i < n, j < m. */
typedef struct alv_strip {
    const float *at;
    int64_t unit, n, step, m, pace;
} alv_strip;

/* The share of units that equal another in all strips, to 1e-6 of the largest of their numbers.
 * False without memory. */
bool alv_share_of_equal(double *share, const alv_strip *strips, int n, int64_t units);

/* Of a layer: the share of units that equal another in incoming weights and bias. */
bool alv_share_of_copies(double *share, const alv_net_f32 *net, int layer);
/* Of the units that a layer makes: the share that is locked. NaN where nothing is said, and in nets
 * without an engine's state that are no chain. False without memory. */
bool alv_share_of_locked(double *share, const alv_net_f32 *net, int layer);

#endif
