/* What inspect measured of a file's weights, as the theory takes it (theory/flow.h). */
#ifndef ALV_AUDIT_MEASURED_H
#define ALV_AUDIT_MEASURED_H

#include "audit/inspect.h"
#include "theory/flow.h"

/* Of all parameters of the model, as many and (*out) the caller's to free; what was not measured is
 * not known. ALV_ERR_MEMORY. */
alv_status alv_measured_read(alv_drawn **out, const alv_inspection *weights, const alv_model *model,
                             alv_error *error);

#endif
