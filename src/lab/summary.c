/* Trials summarised: quartiles over seeds, the most frequent verdict, and a ranking.
 *
 * Schemes are ranked within one setting, by the median over seeds of the final training loss:
 * first weights act on optimization, and trials of one seed saw the same mini-batches, so that
 * their training losses pair exactly. A diverged trial counts as infinite loss and comes last. */
#include <math.h>

#include "base/base.h"
#include "lab/results.h"

/* A field of the trials of an arm, copied; the caller frees. */
static double *column(const alv_results *results, const alv_arm *arm, size_t offset)
{
    double *values = alv_new_array((size_t)arm->n, sizeof *values);
    for (int i = 0; values && i < arm->n; i++) {
        const char *row = (const char *)&results->trials[arm->first + i];
        memcpy(&values[i], row + offset, sizeof values[i]);
    }
    return values;
}

typedef struct field {
    size_t from, to; /* offsets into alv_trial_row and alv_arm */
    double missing;
} field;

static bool summarise_fields(const alv_results *results, alv_arm *arm)
{
#define FIELD(name, missing)                                                                       \
    {                                                                                              \
        offsetof(alv_trial_row, name), offsetof(alv_arm, name), missing                            \
    }
    const field fields[] = {
        FIELD(initial_loss, INFINITY),    FIELD(final_train_loss, INFINITY),
        FIELD(final_test_loss, INFINITY), FIELD(final_test_accuracy, -INFINITY),
        FIELD(forward_gain, INFINITY),    FIELD(backward_gain, INFINITY),
        FIELD(steps_to_target, INFINITY),
    };
#undef FIELD
    for (int f = 0; f < ALV_COUNT(fields); f++) {
        double *values = column(results, arm, fields[f].from);
        if (!values) return false;
        alv_quartiles q = alv_stats_quartiles(values, arm->n, fields[f].missing);
        memcpy((char *)arm + fields[f].to, &q, sizeof q);
        free(values);
    }
    for (int c = 0; c < ALV_SPARK; c++) {
        double *values = column(results, arm, offsetof(alv_trial_row, spark) + (size_t)c * 8);
        if (!values) return false;
        arm->spark[c] = alv_stats_quartiles(values, arm->n, INFINITY).median;
        free(values);
    }
    return true;
}

/* The key that most trials of an arm have, of those that `key_at` lists from worst to best; the
 * worse one of two as frequent. */
static const char *most_frequent(int *count, const alv_results *results, const alv_arm *arm,
                                 size_t offset, int n_keys, const char *(*key_at)(int))
{
    const char *best = "";
    *count = 0;
    for (int k = 0; k < n_keys; k++) {
        int n = 0;
        for (int i = 0; i < arm->n; i++)
            n += strcmp((const char *)&results->trials[arm->first + i] + offset, key_at(k)) == 0;
        if (n > *count) *count = n, best = key_at(k);
    }
    return best;
}

static const char *verdict_key(int k)
{
    return alv_verdict_key((alv_verdict)k);
}

static const char *outcome_key(int k)
{
    return alv_outcome_key((alv_outcome)(ALV_OUTCOMES - 1 - k));
}

static bool has_outcome(const alv_trial_row *row, alv_outcome outcome)
{
    return strcmp(row->outcome, alv_outcome_key(outcome)) == 0;
}

bool alv_trial_trained(const alv_trial_row *row)
{
    return has_outcome(row, ALV_OUTCOME_TRAINED);
}

bool alv_trial_failed(const alv_trial_row *row)
{
    return has_outcome(row, ALV_OUTCOME_STUCK) || has_outcome(row, ALV_OUTCOME_DIVERGED);
}

static void judge(const alv_results *results, alv_arm *arm)
{
    arm->verdict = most_frequent(&arm->verdict_n, results, arm, offsetof(alv_trial_row, verdict),
                                 ALV_VERDICTS, verdict_key);
    arm->outcome = most_frequent(&arm->outcome_n, results, arm, offsetof(alv_trial_row, outcome),
                                 ALV_OUTCOMES, outcome_key);
    for (int i = 0; i < arm->n; i++)
        arm->failed += alv_trial_failed(&results->trials[arm->first + i]);
}

static bool same_arm(const alv_trial_row *a, const alv_trial_row *b)
{
    return strcmp(a->scheme, b->scheme) == 0 && strcmp(a->setting, b->setting) == 0;
}

/* Trials come by id, so that those of an arm stand together. */
static void find_arms(alv_results *results)
{
    for (int i = 0; i < results->n_trials; i++) {
        alv_trial_row *row = &results->trials[i];
        if (i == 0 || !same_arm(row, row - 1))
            results->arms[results->n_arms++] = (alv_arm){.scheme = row->scheme,
                                                         .setting = row->setting,
                                                         .activation = row->activation,
                                                         .first = i};
        results->arms[results->n_arms - 1].n++;
    }
}

static bool is_better(const alv_arm *a, const alv_arm *b)
{
    return a->final_train_loss.median < b->final_train_loss.median;
}

/* Orders the arms of one setting, arms[lo .. hi), by insertion: equal ones stay in order. */
static void rank(alv_results *results, int lo, int hi)
{
    for (int i = lo; i < hi; i++) {
        int at = i;
        for (; at > lo && is_better(&results->arms[i], &results->arms[results->ranking[at - 1]]);
             at--)
            results->ranking[at] = results->ranking[at - 1];
        results->ranking[at] = i;
    }
    for (int i = lo; i < hi; i++) results->arms[results->ranking[i]].place = i - lo + 1;
}

static double log_steps(const alv_trial_row *row)
{
    return log(fmax(row->steps_to_target, 1));
}

static double final_loss(const alv_trial_row *row)
{
    return row->final_train_loss;
}

/* How far a quantity of `arm` lies above that of `best`. Pairs by seed; seeds that only one of the
 * two has are left out. */
static alv_status measure_above(alv_interval *out, const alv_results *results, const alv_arm *arm,
                                const alv_arm *best, double (*of)(const alv_trial_row *),
                                alv_error *error)
{
    double *a = alv_new_array((size_t)arm->n, sizeof *a);
    double *b = alv_new_array((size_t)arm->n, sizeof *b);
    int n = 0;
    for (int i = 0; a && b && i < arm->n; i++)
        for (int j = 0; j < best->n; j++) {
            const alv_trial_row *mine = &results->trials[arm->first + i];
            const alv_trial_row *its = &results->trials[best->first + j];
            if (mine->seed != its->seed) continue;
            a[n] = of(mine);
            b[n++] = of(its);
        }
    alv_status status = a && b ? alv_stats_paired(out, a, b, n, results->seed, error)
                               : alv_fail(error, ALV_ERR_MEMORY, "results", "out of memory");
    free(a);
    free(b);
    return status;
}

static bool is_sooner(const alv_arm *a, const alv_arm *b)
{
    if (a->steps_to_target.median != b->steps_to_target.median)
        return a->steps_to_target.median < b->steps_to_target.median;
    return a->place < b->place;
}

/* Who gets to the target first among arms[lo .. hi), and how many times sooner than each other. */
static alv_status race(alv_results *results, int lo, int hi, alv_error *error)
{
    const alv_arm *first = &results->arms[lo];
    for (int i = lo; i < hi; i++) {
        alv_arm *arm = &results->arms[i];
        arm->order = 1;
        for (int j = lo; j < hi; j++) arm->order += is_sooner(&results->arms[j], arm);
        if (arm->order == 1) first = arm;
    }
    for (int i = lo; i < hi; i++) {
        alv_interval *times = &results->arms[i].slower;
        ALV_TRY(measure_above(times, results, &results->arms[i], first, log_steps, error));
        times->median = exp(times->median);
        times->lo = exp(times->lo);
        times->hi = exp(times->hi);
    }
    return ALV_OK;
}

bool alv_results_next(int *lo, int *hi, const alv_results *results)
{
    *lo = *hi;
    if (*lo >= results->n_arms) return false;
    while (*hi < results->n_arms &&
           strcmp(results->arms[*hi].setting, results->arms[*lo].setting) == 0)
        ++*hi;
    return true;
}

const alv_tuning *alv_arm_tuning(const alv_results *results, const alv_arm *arm)
{
    return alv_tuning_find(results->tunings, results->n_tunings, arm->setting, arm->scheme);
}

alv_status alv_results_summarise(alv_results *results, alv_error *error)
{
    size_t room = (size_t)results->n_trials;
    results->arms = alv_new_array(room, sizeof *results->arms);
    results->ranking = alv_new_array(room, sizeof *results->ranking);
    bool fine = results->arms && results->ranking;
    if (fine) find_arms(results);
    for (int i = 0; fine && i < results->n_arms; i++) {
        fine = summarise_fields(results, &results->arms[i]);
        judge(results, &results->arms[i]);
    }
    if (!fine) return alv_fail(error, ALV_ERR_MEMORY, "results", "out of memory");
    for (int lo = 0, hi = 0; alv_results_next(&lo, &hi, results);) {
        results->n_settings++;
        rank(results, lo, hi);
        const alv_arm *best = &results->arms[results->ranking[lo]];
        for (int i = lo; i < hi; i++)
            ALV_TRY(measure_above(&results->arms[i].behind, results, &results->arms[i], best,
                                  final_loss, error));
        ALV_TRY(race(results, lo, hi, error));
    }
    return ALV_OK;
}
