/* alvor inspect: every tensor of a model measured in one pass and explained, and the mistakes that
 * its weights give away. */
#ifndef ALV_AUDIT_INSPECT_H
#define ALV_AUDIT_INSPECT_H

#include "audit/explain.h"
#include "audit/spectrum.h"

enum { ALV_SKETCH = 32 }; /* bins of the histogram that people see */

typedef struct alv_inspected {
    const alv_checkpoint_tensor *tensor;
    bool measured; /* floats that alvor can read */
    alv_moments moments;
    double std, skewness, kurtosis; /* kurtosis 3 of a normal; NaN where there is none */
    double quartile_lo, median, quartile_hi;
    double fan_in, fan_out;     /* NaN without */
    int64_t at_lo, at_hi;       /* elements that lie in the bins of the extremes */
    int64_t sketch[ALV_SKETCH]; /* elements between sketch_lo and sketch_hi, in equal bins */
    double sketch_lo, sketch_hi;
    uint64_t signs; /* of the first SIGNS elements, as a hash; 0: too few */
    alv_explanation explained;
    alv_spectrum spectrum; /* .rows == 0: it was not asked for, or there is none */
} alv_inspected;

typedef enum alv_weight_of {
    ALV_NOTICE,  /* unusual, perhaps meant */
    ALV_SERIOUS, /* harms training, or is not what was meant */
    ALV_FATAL    /* keeps units or layers from learning */
} alv_weight_of;

/* A mistake that is well known. */
typedef struct alv_mistake {
    const char *key;
    alv_weight_of weight;
    const char *what[ALV_LANGS];
    const char *why[ALV_LANGS];
    const char *fix[ALV_LANGS];
} alv_mistake;

const alv_mistake *alv_mistake_at(int index); /* NULL outside */
const alv_mistake *alv_mistake_named(const char *key);

typedef struct alv_found {
    const alv_mistake *mistake;
    int64_t tensor, other;     /* other: -1 where there is only one */
    double measured, expected; /* NaN where no number says it */
} alv_found;

typedef struct alv_inspection {
    const alv_checkpoint *model;
    int64_t n; /* of tensors, in the file's order */
    alv_inspected *tensors;
    double threshold; /* p-value below which a law is rejected */
    int64_t tests;    /* that share ALV_AUDIT_ALPHA */
    int64_t n_found, found_room;
    alv_found *found;
} alv_inspection;

typedef struct alv_inspect_how {
    int threads; /* 0: 1 */
    bool (*stop)(void *user);
    void *user;
} alv_inspect_how;

/* Reads every byte once, by all threads, in a memory that does not depend on the file.
 * ALV_ERR_MEMORY, ALV_ERR_INTERRUPTED; ALV_ERR_IO where the file cannot be read to its end. The
 * model must outlive *out, the caller's: alv_inspection_free. */
alv_status alv_inspect(alv_inspection **out, const alv_checkpoint *model,
                       const alv_inspect_how *how, alv_error *error);
/* ALV_ERR_INTERRUPTED where somebody asked to stop. */
alv_status alv_inspect_goes_on(const alv_inspect_how *how, alv_error *error);
/* The singular values of every matrix whose smaller side has at most ALV_SPECTRUM_SIDE, and the
 * multiplications of the thread that has most of them. ALV_ERR_MEMORY, ALV_ERR_INTERRUPTED,
 * ALV_ERR_IO. */
double alv_inspect_spectra_cost(const alv_inspection *inspection, int threads);
alv_status alv_inspect_spectra(alv_inspection *inspection, const alv_inspect_how *how,
                               alv_error *error);
void alv_inspection_free(alv_inspection *inspection);

/* Inside the room: looks for every mistake. */
alv_status alv_find_mistakes(alv_inspection *inspection, const alv_inspect_how *how,
                             alv_error *error);

/* A claim about a model: each tensor with the scheme that should have filled it. */
typedef struct alv_verified {
    int64_t tensor;
    const char *scheme; /* text, as long as the plan's */
    bool held;
    double p;
} alv_verified;

/* Tests each tensor of the plan against its scheme in a second pass; *out has plan->n entries, the
 * caller's to free. The statuses of alv_inspect, and ALV_ERR_FORMAT where the model lacks a tensor
 * of the plan or has it in another shape. */
alv_status alv_verify(alv_verified **out, const alv_inspection *inspection,
                      const alv_weight_plan *plan, const alv_inspect_how *how, alv_error *error);

#endif
