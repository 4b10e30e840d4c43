/* Weights whose size does not fit their place: their fan and the activation that follows. */
#ifndef ALV_AUDIT_MISFIT_H
#define ALV_AUDIT_MISFIT_H

#include "audit/inspect.h"

/* What it does to training there. */
typedef enum alv_misfit_why {
    ALV_MISFIT_SIGNAL,    /* the signal grows or shrinks by it */
    ALV_MISFIT_NORMED,    /* a norm hides it from the signal, not from the size of a step */
    ALV_MISFIT_SATURATES, /* too large for the activation or the gates that follow */
    ALV_MISFIT_LOGITS,    /* too large for the softmax of an attention */
    ALV_MISFIT_ODD, /* as no published scheme makes it, in a file where they make the others */
    ALV_MISFIT_WHYS
} alv_misfit_why;

typedef struct alv_misfit {
    int64_t tensor;
    double ratio;      /* of what is there to what is asked: far above or below 1 */
    double rms, asked; /* root mean squares */
    alv_misfit_why why;
} alv_misfit;

/* Of an inspection whose model has a graph, or whose layers are followed by `act` each; (*out)[0,
 * *n) is the caller's to free. ALV_ERR_MEMORY. */
alv_status alv_misfits_find(alv_misfit **out, int64_t *n, const alv_inspection *weights,
                            alv_act_spec act, alv_error *error);

/* Inside the room (odd.c): whether the file is one in which a weight can be odd, and whether this
 * one is; its `asked` is the nearest that the others' schemes would give. */
bool alv_odd_possible(const alv_inspection *weights);
bool alv_odd_find(alv_misfit *out, const alv_inspection *weights, int64_t i);

const char *alv_misfit_key(alv_misfit_why why);
/* What is there, what is asked, and what it does, in two sentences. */
void alv_misfit_text(char *out, size_t size, const alv_misfit *misfit,
                     const alv_inspection *weights, alv_lang lang);

#endif
