/* A net of the engine for an experiment: drawn by the registry, fed normal inputs, or tokens
 * any of which is as likely. On the portable
 * backend, so that experiments measure the same everywhere. */
#ifndef ALV_REPRODUCE_SPECIMEN_H
#define ALV_REPRODUCE_SPECIMEN_H

#include "nn/net.h"
#include "reproduce/reproduce.h"

typedef struct alv_specimen {
    alv_model *model;
    alv_net_f32 *net;
    float *x; /* (batches, rows, inputs) */
    int64_t rows, batches;
} alv_specimen;

/* The network of a text, for batches of `rows` samples. Free with alv_specimen_free, also after an
 * error. */
alv_status alv_specimen_make(alv_specimen *out, const char *text, int64_t rows, int64_t batches,
                             alv_error *error);
/* The same with `act` wherever the text has an activation. */
alv_status alv_specimen_make_with(alv_specimen *out, const char *text, const alv_act_spec *act,
                                  int64_t rows, int64_t batches, alv_error *error);
/* Weights by the scheme and inputs, both of this seed; biases are zero. */
alv_status alv_specimen_draw(alv_specimen *specimen, const char *scheme, uint64_t seed,
                             alv_error *error);
/* Plain SGD on `steps` batches of blobs, a network of at most 64 inputs, the
 * first of their features, and 10 outputs; *loss is the mean
 * of the last tenth, infinite where it diverged. Draws the means of every twentieth of the steps if
 * panel >= 0. ALV_ERR_INTERRUPTED after watch->stop. */
alv_status alv_specimen_train(double *loss, alv_specimen *specimen, double rate, int steps,
                              uint64_t seed, alv_outcome *out, int panel, int series,
                              const alv_watch *watch, alv_error *error);
/* The lowest of the losses at each of the rates, drawn anew and trained as above: series
 * `series` + i is rate i's. */
alv_status alv_specimen_best(double *best, alv_specimen *specimen, const char *scheme,
                             const double *rates, int n_rates, int steps, uint64_t seed,
                             alv_outcome *out, int panel, int series, const alv_watch *watch,
                             alv_error *error);
/* Steps of plain SGD on blobs until the mean loss of the last five is below `target`: *steps,
 * `most` where it never is. ALV_ERR_INTERRUPTED after watch->stop. */
alv_status alv_specimen_reach(int *steps, alv_specimen *specimen, double rate, double target,
                              int most, uint64_t seed, const alv_watch *watch, alv_error *error);
/* The share of `batches` batches of blobs, from sample `from` on, that the network gets right. */
alv_status alv_specimen_test(double *accuracy, alv_specimen *specimen, int64_t from, int batches,
                             uint64_t seed, alv_error *error);
void alv_specimen_free(alv_specimen *specimen);

/* Mean square of `values` of a layer, (rows, out): its y, z or delta. */
double alv_specimen_mean_square(const alv_specimen *specimen, const alv_net_layer_f32 *layer,
                                const float *values);

#endif
