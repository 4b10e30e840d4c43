/* alvor init --like: a model file again, with other weights. */
#ifndef ALV_FORMATS_REFILL_H
#define ALV_FORMATS_REFILL_H

#include "formats/checkpoint.h"

/* What becomes of one tensor of a model. */
typedef struct alv_refill {
    bool drawn; /* else its bytes stay */
    alv_tensor tensor;
    alv_scheme scheme;
} alv_refill;

typedef struct alv_refill_how {
    const char *scheme;          /* of every matrix; NULL or "auto": by what each is */
    const alv_weight_plan *plan; /* instead: its tensors with its schemes, all others stay */
    const char *only; /* patterns of names, with commas between; all others stay. NULL: all */
} alv_refill_how;

/* Decides for each tensor, without writing; (*out)[i] belongs to model->tensors[i], the caller's to
 * free(). Everything that is to be drawn has been checked: it can be. ALV_ERR_ARGUMENT where
 * nothing would be drawn; ALV_ERR_FORMAT where the plan has a tensor that the model lacks, or of
 * another shape; ALV_ERR_UNSUPPORTED, by name, for what cannot be written in its place (compressed
 * arrays, column-major or big-endian ones); the statuses of alv_init_moments. */
alv_status alv_refill_plan(alv_refill **out, const alv_checkpoint *model, const alv_refill_how *how,
                           alv_error *error);

/* The text of the scheme that "auto" chooses for a tensor; its rules are those of docs/formats.md.
 */
void alv_refill_auto(char *out, size_t size, const alv_checkpoint *model,
                     const alv_checkpoint_tensor *tensor);

/* Writes the model to `path`, and files that lie beside it under their own names beside `path`. All
 * bytes but those of drawn tensors (and the sums of an archive) are those of the model; each file
 * appears whole or not at all, the one at `path` last. ALV_ERR_ARGUMENT where a file beside it
 * would be written over itself. `stop` is polled and may be NULL. */
alv_status alv_refill_write(const char *path, const alv_checkpoint *model, const alv_refill *list,
                            uint64_t seed, bool (*stop)(void *user), void *user, alv_error *error);

#endif
