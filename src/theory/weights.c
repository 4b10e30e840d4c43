/* Of which weights the theory speaks. */
#include "theory/weights.h"

#include "base/base.h"
#include "math/math.h"

alv_status alv_theory_variance(double *variance, const alv_scheme *scheme, const alv_tensor *tensor,
                               alv_error *error)
{
    double mean, v;
    ALV_TRY(alv_init_moments(&mean, &v, scheme, tensor, error));
    if (scheme->init->needs_data)
        return alv_fail(error, ALV_ERR_UNSUPPORTED, scheme->init->name,
                        "its weights are made from data, of which the theory knows nothing");
    if (alv_fabs(mean) > 1e-12 * alv_sqrt(v + mean * mean))
        return alv_fail(error, ALV_ERR_UNSUPPORTED, scheme->init->name,
                        "the theory is for a mean of 0; here it is %g", mean);
    *variance = v;
    return ALV_OK;
}
