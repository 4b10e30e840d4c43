/* run.db: all rows of a trial, or none. What is not finite becomes NULL. */
#include <math.h>

#include "base/base.h"
#include "lab/statement.h"

static void bind_real(sqlite3_stmt *statement, int column, double value)
{
    if (isfinite(value))
        sqlite3_bind_double(statement, column, value);
    else
        sqlite3_bind_null(statement, column);
}

/* One for each column of the table of trials. */
#define TRIAL_PLACES "?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?"

static alv_status add_trial_row(alv_store *store, const alv_setup *setup, const alv_job *job,
                                const alv_trial *trial, alv_error *error)
{
    sqlite3_stmt *s;
    ALV_TRY(alv_store_prepare(&s, store, "INSERT INTO trial VALUES (" TRIAL_PLACES ")", error));
    const alv_setting *setting = &setup->settings[job->setting];
    const alv_recipe *recipe = setting->recipe;
    const char *texts[] = {job->key,
                           job->purpose,
                           job->scheme.text,
                           setting->text,
                           setup->acts[setting->act].text,
                           recipe->optimizer_text};
    const double reals[] = {trial->initial_loss,
                            trial->final_train_loss,
                            trial->final_test_loss,
                            trial->final_test_accuracy,
                            trial->final_validation_loss,
                            trial->drift.forward_per_layer,
                            trial->drift.backward_per_layer,
                            trial->drift.forward,
                            trial->drift.backward};
    const char *keys[] = {alv_forecast_key(&trial->forecast), alv_outcome_key(trial->outcome),
                          alv_verdict_key(trial->verdict)};
    sqlite3_bind_int64(s, 1, job->id);
    for (int i = 0; i < ALV_COUNT(texts); i++) alv_store_bind_text(s, 2 + i, texts[i]);
    int at = 2 + ALV_COUNT(texts);
    sqlite3_bind_double(s, at++, job->lr);
    alv_store_bind_text(s, at++, recipe->schedule_text);
    alv_store_bind_text(s, at++, recipe->regularizer_text);
    sqlite3_bind_int64(s, at++, (int64_t)job->seed);
    sqlite3_bind_int64(s, at++, trial->steps);
    for (int i = 0; i < ALV_COUNT(reals); i++) bind_real(s, at++, reals[i]);
    for (int i = 0; i < ALV_COUNT(keys); i++) alv_store_bind_text(s, at++, keys[i]);
    if (trial->diverged_at >= 0) sqlite3_bind_int64(s, at, trial->diverged_at);
    at++;
    sqlite3_bind_double(s, at++, trial->seconds);
    if (trial->reason[0]) alv_store_bind_text(s, at, trial->reason);
    at++;
    sqlite3_bind_double(s, at++, trial->probe_seconds);
    sqlite3_bind_double(s, at, trial->test_seconds);
    alv_status status = alv_store_execute(store, s, error);
    sqlite3_finalize(s);
    return status;
}

static alv_status add_curve(alv_store *store, const alv_job *job, const alv_trial *trial,
                            alv_error *error)
{
    sqlite3_stmt *s;
    ALV_TRY(alv_store_prepare(&s, store, "INSERT INTO curve VALUES (?,?,?,?,?)", error));
    alv_status status = ALV_OK;
    for (int i = 0; status == ALV_OK && i < trial->n_curve; i++) {
        const alv_curve_row *row = &trial->curve[i];
        sqlite3_bind_int64(s, 1, job->id);
        sqlite3_bind_int64(s, 2, row->step);
        bind_real(s, 3, row->train_loss);
        bind_real(s, 4, row->test_loss);
        bind_real(s, 5, row->test_accuracy);
        status = alv_store_execute(store, s, error);
    }
    sqlite3_finalize(s);
    return status;
}

static void bind_stats(sqlite3_stmt *s, int first, const alv_layer_stats *stats)
{
    const double reals[] = {stats->z_mean,       stats->z_std,         stats->a_mean,
                            stats->a_std,        stats->saturated,     stats->dead,
                            stats->forward_gain, stats->backward_gain, stats->delta_rms,
                            stats->grad_rms,     stats->weight_std,    stats->update_ratio,
                            stats->symmetry,     stats->locked};
    for (int i = 0; i < ALV_COUNT(reals); i++) bind_real(s, first + i, reals[i]);
}

static alv_status add_layers(alv_store *store, const alv_job *job, const alv_trial *trial,
                             alv_error *error)
{
    sqlite3_stmt *s;
    ALV_TRY(alv_store_prepare(
        &s, store, "INSERT INTO layer VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?)", error));
    alv_status status = ALV_OK;
    for (int i = 0; status == ALV_OK && i < trial->n_probes * trial->n_layers; i++) {
        sqlite3_bind_int64(s, 1, job->id);
        sqlite3_bind_int64(s, 2, trial->probe_steps[i / trial->n_layers]);
        sqlite3_bind_int(s, 3, i % trial->n_layers);
        bind_stats(s, 4, &trial->stats[i]);
        status = alv_store_execute(store, s, error);
    }
    sqlite3_finalize(s);
    return status;
}

static void pack_counts(unsigned char out[4 * ALV_BINS], const alv_histogram *bins)
{
    for (int i = 0; i < ALV_BINS; i++)
        for (int byte = 0; byte < 4; byte++)
            out[4 * i + byte] = (unsigned char)(bins->counts[i] >> 8 * byte);
}

static alv_status add_histograms(alv_store *store, const alv_job *job, const alv_trial *trial,
                                 alv_error *error)
{
    sqlite3_stmt *s;
    unsigned char counts[4 * ALV_BINS];
    ALV_TRY(alv_store_prepare(&s, store, "INSERT INTO histogram VALUES (?,?,?,?,?,?,?,?)", error));
    alv_status status = ALV_OK;
    for (int i = 0; status == ALV_OK && i < trial->n_histograms; i++) {
        const alv_histogram_row *row = &trial->histograms[i];
        pack_counts(counts, &row->bins);
        sqlite3_bind_int64(s, 1, job->id);
        sqlite3_bind_int64(s, 2, row->step);
        sqlite3_bind_int(s, 3, row->layer);
        alv_store_bind_text(s, 4, alv_histogram_key(row->kind));
        sqlite3_bind_double(s, 5, row->bins.lo);
        sqlite3_bind_double(s, 6, row->bins.hi);
        sqlite3_bind_blob(s, 7, counts, sizeof counts, SQLITE_STATIC);
        sqlite3_bind_int64(s, 8, row->bins.nonfinite);
        status = alv_store_execute(store, s, error);
    }
    sqlite3_finalize(s);
    return status;
}

static alv_status add_findings(alv_store *store, const alv_job *job, const alv_trial *trial,
                               alv_error *error)
{
    sqlite3_stmt *s;
    ALV_TRY(alv_store_prepare(&s, store, "INSERT INTO finding VALUES (?,?,?,?,?,?,?,?,?)", error));
    alv_status status = ALV_OK;
    for (int i = 0; status == ALV_OK && i < trial->forecast.n; i++) {
        const alv_finding *finding = &trial->forecast.findings[i];
        sqlite3_bind_int64(s, 1, job->id);
        sqlite3_bind_int(s, 2, i);
        alv_store_bind_text(s, 3, alv_verdict_key(finding->kind));
        alv_store_bind_text(s, 4, alv_severity_key(finding->severity));
        sqlite3_bind_int(s, 5, finding->layer_lo);
        sqlite3_bind_int(s, 6, finding->layer_hi);
        alv_store_bind_text(s, 7, finding->quantity);
        bind_real(s, 8, finding->measured);
        bind_real(s, 9, finding->threshold);
        status = alv_store_execute(store, s, error);
    }
    sqlite3_finalize(s);
    return status;
}

static alv_status add_rows(alv_store *store, const alv_setup *setup, const alv_job *job,
                           const alv_trial *trial, alv_error *error)
{
    ALV_TRY(alv_store_begin(store, error));
    ALV_TRY(add_trial_row(store, setup, job, trial, error));
    ALV_TRY(add_curve(store, job, trial, error));
    ALV_TRY(add_layers(store, job, trial, error));
    ALV_TRY(add_histograms(store, job, trial, error));
    return add_findings(store, job, trial, error);
}

alv_status alv_store_add(alv_store *store, const alv_setup *setup, const alv_job *job,
                         const alv_trial *trial, alv_error *error)
{
    alv_status status = add_rows(store, setup, job, trial, error);
    if (status != ALV_OK) sqlite3_exec(store->db, "ROLLBACK", NULL, NULL, NULL);
    return status;
}
