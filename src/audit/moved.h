/* What a file's graph moves and weighs beside its layers, in the numbers that theory goes by. */
#ifndef ALV_AUDIT_MOVED_H
#define ALV_AUDIT_MOVED_H

#include "formats/checkpoint.h"
#include "theory/flow.h"

/* Of each node of the file's graph: (graph->n_nodes), the caller's to free(); NULL where it has
 * none. ALV_ERR_MEMORY. */
alv_status alv_moved_read(alv_moved **out, const alv_checkpoint *file, alv_error *error);

#endif
