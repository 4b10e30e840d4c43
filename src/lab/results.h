/* What a run directory holds, read back and summarised over seeds. */
#ifndef ALV_LAB_RESULTS_H
#define ALV_LAB_RESULTS_H

#include "lab/setup.h"
#include "lab/stats.h"
#include "verdict/verdict.h"

enum { ALV_SPARK = 8, ALV_KEY = 24 };

/* The rows of a trial, without its layers. NaN where run.db holds NULL. */
typedef struct alv_trial_row {
    int64_t id, steps, diverged_at; /* -1: did not */
    uint64_t seed;
    char scheme[ALV_MAX_TEXT], setting[ALV_MAX_SETTING], activation[ALV_MAX_TEXT];
    char optimizer[ALV_TERM_TEXT], schedule[ALV_TERM_TEXT], regularizer[ALV_TERM_TEXT];
    double lr;
    double initial_loss, final_train_loss, final_test_loss, final_test_accuracy;
    double forward_gain, backward_gain, forward_drift, backward_drift, seconds;
    char forecast[ALV_KEY], outcome[ALV_KEY], verdict[ALV_KEY], reason[96];
    double steps_to_target; /* first row of the curve at or below the target; inf: never */
    double spark[ALV_SPARK];
} alv_trial_row;

/* One scheme in one setting, over seeds. A trial that diverged counts as the worst. */
typedef struct alv_arm {
    const char *scheme, *setting, *activation;
    int first, n; /* its trials: trials[first .. first + n), by seed */
    int failed;   /* of them, stuck or diverged */
    alv_quartiles initial_loss, final_train_loss, final_test_loss, final_test_accuracy;
    alv_quartiles forward_gain, backward_gain, steps_to_target;
    const char *verdict, *outcome; /* the most frequent; the worse of two as frequent */
    int verdict_n, outcome_n;      /* how many trials have it */
    double spark[ALV_SPARK];       /* medians of the training loss along the run */
    int place;                     /* 1: the best of its setting */
    alv_interval behind;           /* final training loss minus that of the best, paired by seed */
    int order;                     /* 1: the first of its setting to the target, by median */
    alv_interval slower;           /* times as many steps to the target as the first, by seed; 1
                                    * where neither gets there, infinite where it alone does not */
} alv_arm;

typedef struct alv_results {
    int n_trials, n_arms;
    alv_trial_row *trials; /* purpose 'compare', by id */
    alv_arm *arms;         /* in the order of the command line, setting by setting */
    int *ranking;          /* (n_arms) arms, best first, setting by setting */
    int n_settings;        /* of which there are trials */
    int n_tunings;
    alv_tuning *tunings;        /* of the settings with rates of their own; NULL: none */
    double chance_loss, target; /* target: half of chance, or what was asked */
    uint64_t seed;
    char model[512]; /* its text */
    char stream[32]; /* of a framework; "": alvor's own */
    char fixed[256]; /* "fc2.weight zeros, ...": what the network fixes, cut to fit; "": nothing */
    int planned;     /* trials that the spec asks for */
    char *spec;      /* spec.json's text */
} alv_results;

/* Reads a run directory. Free with alv_results_free. Statistics need all seeds of an arm that are
 * there; an unfinished run gives what it has. Pairs are trials of equal seed. */
alv_status alv_results_load(alv_results **out, const char *directory, alv_error *error);
void alv_results_free(alv_results *results); /* NULL is fine */

/* The arms of a setting, [*lo, *hi): the first where *hi is 0, then the next. False at the end. */
bool alv_results_next(int *lo, int *hi, const alv_results *results);
/* What was tried for the arm's rate; NULL where its rate was given. */
const alv_tuning *alv_arm_tuning(const alv_results *results, const alv_arm *arm);

bool alv_trial_trained(const alv_trial_row *row);
bool alv_trial_failed(const alv_trial_row *row); /* stuck or diverged */
/* The word of an arm's verdict. */
const char *alv_arm_verdict_word(const alv_arm *arm, alv_lang lang);

/* Width and number of the hidden layers; false where they are not all alike. */
bool alv_results_hidden(int64_t *width, int64_t *depth, const alv_results *results);

/* summary.c: arms, ranking and intervals from trials. */
alv_status alv_results_summarise(alv_results *results, alv_error *error);

/* One paragraph that says who trained, who did not and why, and how far the best is ahead; every
 * word of it computed. Returns the length that the whole text needs. */
size_t alv_conclusion_write(char *out, size_t size, const alv_results *results, alv_lang lang);
/* A number for people: `digits` significant digits, with the language's decimal mark. */
void alv_number_for_people(char out[32], double x, int digits, alv_lang lang);

#endif
