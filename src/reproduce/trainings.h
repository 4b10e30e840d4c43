/* Comparisons run for an experiment, and what their trials say. */
#ifndef ALV_REPRODUCE_TRAININGS_H
#define ALV_REPRODUCE_TRAININGS_H

#include <jansson.h>

#include "reproduce/reproduce.h"

/* A small comparison of an experiment: light, without the extra trials; `name` is the experiment's.
 */
alv_compare alv_trainings_defaults(const char *name);
/* Runs it in runs/, or finds it there; *out is its document ("alvor.compare/1"), and besides the
 * "directory": json_decref. */
alv_status alv_trainings_run(json_t **out, const alv_compare *what, const alv_watch *watch,
                             alv_error *error);
/* The values of one key of the trials of a scheme in a setting, by seed: at most `most`; a missing
 * number is infinite. Returns how many. */
int alv_trainings_values(double *out, int most, const json_t *document, const char *setting,
                         const char *scheme, const char *key);
/* Draws the mean over seeds of a column of the curves ("train_loss", "test_accuracy"), step by
 * step. */
alv_status alv_trainings_draw(alv_outcome *out, int panel, int series, const json_t *document,
                              const char *setting, const char *scheme, const char *column,
                              alv_error *error);
/* Sorts; infinite where most are. NaN for none. */
double alv_trainings_median(double *values, int n);

#endif
