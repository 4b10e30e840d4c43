/* How the learning rate changes along a run. */
#ifndef ALV_NN_SCHEDULE_H
#define ALV_NN_SCHEDULE_H

#include "nn/term.h"

typedef enum alv_schedule_kind {
    ALV_SCHEDULE_CONSTANT,
    ALV_SCHEDULE_WARMUP,
    ALV_SCHEDULE_STEP,
    ALV_SCHEDULE_EXPONENTIAL,
    ALV_SCHEDULE_COSINE,
    ALV_SCHEDULE_PLATEAU
} alv_schedule_kind;

typedef struct alv_schedule {
    alv_schedule_kind kind;
    double factor; /* of each drop, or what is left at the end */
    double times;  /* drops of a step schedule, windows of patience of a plateau */
    double warmup; /* share of the run in which the rate rises from 0, linearly */
} alv_schedule;

/* What a plateau has seen. Starts as {0}. */
typedef struct alv_plateau {
    double sum, best;
    int64_t n, windows; /* losses of this window; windows that have ended */
    int64_t waited;     /* windows since the best */
    int64_t drops;
} alv_plateau;

/* The rate at `step` (from 0) of a run of `steps`, as a multiple of the run's own: in [0, 1]. */
double alv_schedule_factor(const alv_schedule *schedule, const alv_plateau *plateau, int64_t step,
                           int64_t steps);
/* Tells the loss of the mini-batch of that step; nothing unless the kind is a plateau. */
void alv_schedule_watch(alv_plateau *plateau, const alv_schedule *schedule, double loss,
                        int64_t step, int64_t steps);

/* "constant", "step(factor=0.1, drops=2)", "cosine(warmup=0.05)": alv_term_parse's statuses. */
alv_status alv_schedule_parse(alv_schedule *out, const char *text, alv_error *error);
void alv_schedule_print(char out[ALV_TERM_TEXT], const alv_schedule *schedule);

#endif
