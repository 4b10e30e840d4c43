/* How many units of a layer are copies of another. */
#ifndef ALV_PROBE_COPIES_H
#define ALV_PROBE_COPIES_H

#include <stdbool.h>

#include "nn/net.h"

/* *share of the units of `layer` that equal another unit in incoming weights and bias and, if
 * outgoing, also in the next layer's weights that read them; NaN without a next layer when
 * outgoing. False without memory. */
bool alv_share_of_copies(double *share, const alv_net_f32 *net, int layer, bool outgoing);

#endif
