/* What drawing the layers concerned anew would do: the same maps, with the laws of the recommended
 * schemes in place of what was measured of those layers. */
#include "audit/doctor.h"
#include "base/base.h"
#include "formats/refill.h"

char *alv_doctor_only(const alv_doctor *d, alv_error *error)
{
    const size_t room = ALV_MAX_NAME + 2;
    const int n = d->starts >= 0 ? d->ends - d->starts + 1 : d->n;
    char *only = alv_new_array((size_t)n * room + 1, 1);
    if (!only) alv_fail(error, ALV_ERR_MEMORY, "doctor", "no memory");
    if (!only || n == d->n) return only;
    for (int l = d->starts, at = 0; l <= d->ends; l++) {
        const char *name = d->layers[l].weight->name;
        const bool cut = strlen(name) + 1 >= ALV_MAX_NAME;
        at += (int)alv_text_format(only + at, room, "%s%s%s", at > 0 ? "," : "", name,
                                   cut ? "*" : "");
    }
    return only;
}

/* Of a parameter of the model, if its tensor is drawn anew. */
static alv_status redraw(alv_drawn *out, const alv_refill *refill, alv_error *error)
{
    double mean, variance;
    int64_t count;
    if (!refill->drawn) return ALV_OK;
    ALV_TRY(alv_init_moments(&mean, &variance, &refill->scheme, &refill->tensor, error));
    ALV_TRY(alv_tensor_count(&count, &refill->tensor, error));
    *out = (alv_drawn){.known = true,
                       .mean = mean,
                       .square = variance + mean * mean,
                       .noise = variance > 0 && count > 0 ? 2 / (double)count : 0};
    return ALV_OK;
}

static alv_status follow(alv_doctor *after, const alv_drawn *measured, const alv_refill *refills,
                         alv_error *error)
{
    const alv_model *m = after->model;
    const alv_checkpoint *file = after->weights->model;
    alv_drawn *drawn = alv_new_array((size_t)m->n_params + 1, sizeof *drawn);
    alv_status status = ALV_OK;
    if (!drawn) return alv_fail(error, ALV_ERR_MEMORY, "doctor", "no memory for its weights");
    memcpy(drawn, measured, (size_t)m->n_params * sizeof *drawn);
    for (int i = 0; status == ALV_OK && i < m->n_params; i++) {
        const alv_checkpoint_tensor *t = alv_checkpoint_find(file, m->params[i].name);
        if (t) status = redraw(&drawn[i], &refills[t - file->tensors], error);
    }
    if (status == ALV_OK) status = alv_doctor_follow(after, drawn, error);
    free(drawn);
    return status;
}

alv_status alv_doctor_foresee_cure(alv_doctor *d, const alv_drawn *measured, alv_error *error)
{
    alv_refill *refills = NULL;
    alv_doctor after = *d;
    after.flows = NULL;
    after.layers = NULL;
    char *only = alv_doctor_only(d, error);
    if (!only) return ALV_ERR_MEMORY;
    const alv_refill_how how = {.only = *only ? only : NULL};
    /* What cannot be drawn in its place has no cure to foresee. */
    const bool can = alv_refill_plan(&refills, d->weights->model, &how, NULL) == ALV_OK;
    const alv_status status = can ? follow(&after, measured, refills, error) : ALV_OK;
    if (can && status == ALV_OK)
        d->cure = (alv_cure){true, after.forward, after.backward, after.forecast};
    free(after.flows);
    free(after.layers);
    free(refills);
    free(only);
    return status;
}
