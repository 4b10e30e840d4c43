/* run.db: making, opening and matching against a plan.
 *
 * Each commit waits for the disk four times or so, and trials can be shorter than that: what is
 * made together is committed together. SQLite's rollback journal with its default synchronous =
 * FULL keeps every committed trial through a kill or a power cut; a torn transaction is rolled back
 * by whoever opens the file next. */
#include <errno.h>
#include <unistd.h>

#include "base/base.h"
#include "lab/file.h"
#include "lab/json.h"
#include "lab/statement.h"
#include "theory/inputs.h"

enum { FORMAT_VERSION = ALV_RUN_FORMAT, BUSY_MILLISECONDS = 5000 };

static const char schema[] =
    "CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL);"
    "CREATE TABLE trial (id INTEGER PRIMARY KEY, key TEXT NOT NULL UNIQUE, purpose TEXT NOT NULL,"
    " scheme TEXT NOT NULL, setting TEXT NOT NULL, activation TEXT NOT NULL,"
    " optimizer TEXT NOT NULL, lr REAL NOT NULL, schedule TEXT NOT NULL, regularizer TEXT NOT NULL,"
    " seed INTEGER NOT NULL,"
    " steps INTEGER NOT NULL, initial_loss REAL, final_train_loss REAL, final_test_loss REAL,"
    " final_test_accuracy REAL, final_validation_loss REAL, forward_gain REAL, backward_gain REAL, "
    "forward_drift REAL,"
    " backward_drift REAL, forecast TEXT NOT NULL, outcome TEXT NOT NULL, verdict TEXT NOT NULL,"
    " diverged_at INTEGER, seconds REAL NOT NULL, reason TEXT, probe_seconds REAL NOT NULL,"
    " test_seconds REAL NOT NULL);"
    "CREATE TABLE curve (trial INTEGER NOT NULL REFERENCES trial, step INTEGER NOT NULL,"
    " train_loss REAL, test_loss REAL, test_accuracy REAL, PRIMARY KEY (trial, step))"
    " WITHOUT ROWID;"
    "CREATE TABLE layer (trial INTEGER NOT NULL REFERENCES trial, step INTEGER NOT NULL,"
    " layer INTEGER NOT NULL, z_mean REAL, z_std REAL, a_mean REAL, a_std REAL, saturated REAL,"
    " dead REAL, forward_gain REAL, backward_gain REAL, delta_rms REAL, grad_rms REAL,"
    " weight_std REAL, update_ratio REAL, symmetry REAL, locked REAL,"
    " PRIMARY KEY (trial, step, layer)) WITHOUT ROWID;"
    "CREATE TABLE histogram (trial INTEGER NOT NULL REFERENCES trial, step INTEGER NOT NULL,"
    " layer INTEGER NOT NULL, kind TEXT NOT NULL, lo REAL NOT NULL, hi REAL NOT NULL,"
    " counts BLOB NOT NULL, nonfinite INTEGER NOT NULL, PRIMARY KEY (trial, step, layer, kind))"
    " WITHOUT ROWID;"
    "CREATE TABLE finding (trial INTEGER NOT NULL REFERENCES trial, ordinal INTEGER NOT NULL,"
    " kind TEXT NOT NULL, severity TEXT NOT NULL, layer_lo INTEGER NOT NULL,"
    " layer_hi INTEGER NOT NULL, quantity TEXT NOT NULL, measured REAL, threshold REAL,"
    " PRIMARY KEY (trial, ordinal)) WITHOUT ROWID;"
    "PRAGMA user_version = 2;";

/* Mean square and, feature by feature, variance of the samples that probes look at: what the first
 * layer's signal follows from. */
static void describe_inputs(double *mean_square, double *variance, const alv_setup *setup)
{
    const alv_samples *probe = &setup->probe;
    const double n = (double)probe->n;
    *mean_square = *variance = 0;
    for (int64_t j = 0; j < setup->data->dim; j++) {
        double sum = 0, squares = 0;
        for (int64_t i = 0; i < probe->n; i++) {
            const double x = (double)probe->x[i * setup->data->dim + j];
            sum += x, squares += x * x;
        }
        *mean_square += squares / n / (double)setup->data->dim;
        *variance += (squares / n - sum / n * (sum / n)) / (double)setup->data->dim;
    }
}

static void write_reals(alv_json *json, const char *key, const double *x, int64_t n, int step)
{
    alv_json_open(json, key, '[');
    for (int64_t i = 0; i < n; i++) alv_json_real(json, NULL, x[i * step]);
    alv_json_close(json);
}

/* The moments that theory follows (theory/inputs.h), as JSON; NULL without memory. */
static alv_status describe_pairs(char **out, const alv_setup *setup, alv_error *error)
{
    const alv_model *model = setup->acts[0].model;
    alv_json json = {0};
    alv_flow_input in = {0};
    double *lags = NULL;
    ALV_TRY(alv_inputs_measure(&in, &lags, model, setup->probe.x, setup->probe.n, error));
    const int64_t places =
        model->tokens > 0 ? model->inputs : (int64_t)model->height * model->width;
    alv_json_open(&json, NULL, '{');
    alv_json_int(&json, "samples", in.samples);
    alv_json_real(&json, "mean", in.mean);
    alv_json_real(&json, "square", in.square);
    alv_json_real(&json, "same", in.same.product);
    alv_json_real(&json, "overlap", in.overlap);
    alv_json_real(&json, "end", in.end);
    write_reals(&json, "sizes", in.sizes, ALV_FAR, 1);
    write_reals(&json, "far", &in.far[0].product, ALV_FAR, 2);
    write_reals(&json, "far_sizes", &in.far[0].size, ALV_FAR, 2);
    if (lags) write_reals(&json, "lags", lags, places, 1);
    alv_json_close(&json);
    free(lags);
    *out = alv_json_take(&json);
    return *out ? ALV_OK : alv_fail(error, ALV_ERR_MEMORY, "run.db", "out of memory");
}

static alv_status write_rows(alv_store *store, const char *(*rows)[2], int n, alv_error *error)
{
    sqlite3_stmt *statement;
    ALV_TRY(
        alv_store_prepare(&statement, store, "INSERT OR REPLACE INTO meta VALUES (?, ?)", error));
    alv_status status = ALV_OK;
    for (int i = 0; status == ALV_OK && i < n; i++) {
        alv_store_bind_text(statement, 1, rows[i][0]);
        alv_store_bind_text(statement, 2, rows[i][1]);
        status = alv_store_execute(store, statement, error);
    }
    sqlite3_finalize(statement);
    return status;
}

static alv_status write_meta(alv_store *store, const alv_setup *setup, alv_error *error)
{
    char engine[96], *pairs;
    alv_engine_text(engine, sizeof engine);
    double x, v;
    char mean_square[32], variance[32];
    describe_inputs(&x, &v, setup);
    alv_number_print(mean_square, x, 17);
    alv_number_print(variance, v, 17);
    ALV_TRY(describe_pairs(&pairs, setup, error));
    const char *rows[][2] = {{"spec", setup->spec},        {"digest", setup->digest},
                             {"engine", engine},           {"input_mean_square", mean_square},
                             {"input_variance", variance}, {"inputs", pairs}};
    const alv_status status = write_rows(store, rows, ALV_COUNT(rows), error);
    free(pairs);
    return status;
}

/* The first column of the first row, as text of at most size - 1 bytes; "" where there is none. */
static alv_status read_text(char **out, alv_store *store, const char *sql, alv_error *error)
{
    sqlite3_stmt *statement;
    ALV_TRY(alv_store_prepare(&statement, store, sql, error));
    int code = sqlite3_step(statement);
    const char *text = code == SQLITE_ROW ? (const char *)sqlite3_column_text(statement, 0) : NULL;
    size_t n = text ? strlen(text) : 0;
    bool lost = code == SQLITE_ROW && !text && alv_db_no_memory(store->db);
    alv_status status = (code == SQLITE_ROW && !lost) || code == SQLITE_DONE
                            ? ALV_OK
                            : alv_store_fail(store, error);
    *out = status == ALV_OK ? alv_new_array(n + 1, 1) : NULL;
    if (*out && n) memcpy(*out, text, n);
    sqlite3_finalize(statement);
    if (status == ALV_OK && !*out)
        return alv_fail(error, ALV_ERR_MEMORY, "run.db", "out of memory");
    return status;
}

static alv_status check_same(alv_store *store, const alv_setup *setup, const char *directory,
                             alv_error *error)
{
    char *spec;
    ALV_TRY(read_text(&spec, store, "SELECT value FROM meta WHERE key = 'spec'", error));
    bool same = strcmp(spec, setup->spec) == 0;
    free(spec);
    if (same) return ALV_OK;
    return alv_fail(error, ALV_ERR_ARGUMENT, "output",
                    "%s holds another comparison: give another directory, or --fresh to start over",
                    directory);
}

static alv_status prepare_tables(alv_store *store, const alv_setup *setup, const char *directory,
                                 alv_error *error)
{
    char *version;
    ALV_TRY(alv_store_sql(store, "BEGIN IMMEDIATE", error));
    ALV_TRY(read_text(&version, store, "PRAGMA user_version", error));
    int found = atoi(version);
    free(version);
    if (found != 0 && found != FORMAT_VERSION)
        return alv_fail(error, ALV_ERR_FORMAT, "run.db",
                        "its format is version %d and this alvor writes version %d: give another "
                        "directory, or --fresh to start over",
                        found, FORMAT_VERSION);
    if (found == 0) ALV_TRY(alv_store_sql(store, schema, error));
    if (found != 0) ALV_TRY(check_same(store, setup, directory, error));
    return write_meta(store, setup, error);
}

static alv_status forget(const char *path, alv_error *error)
{
    char journal[ALV_MAX_PATH + 16];
    alv_text_format(journal, sizeof journal, "%s-journal", path);
    if ((unlink(path) != 0 && errno != ENOENT) || (unlink(journal) != 0 && errno != ENOENT))
        return alv_fail(error, ALV_ERR_IO, "run.db", "cannot remove %s: %s", path, strerror(errno));
    return ALV_OK;
}

static alv_status open_locked(alv_store *store, const char *directory, const alv_setup *setup,
                              bool fresh, alv_error *error)
{
    char path[ALV_MAX_PATH];
    ALV_TRY(alv_run_path(path, sizeof path, directory, "run.db", error));
    ALV_TRY(alv_directory_lock(&store->lock, directory, error));
    if (fresh) ALV_TRY(forget(path, error));
    if (sqlite3_open_v2(path, &store->db, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE, NULL) !=
        SQLITE_OK)
        return alv_db_no_memory(store->db)
                   ? alv_fail(error, ALV_ERR_MEMORY, "run.db", "out of memory")
                   : alv_fail(error, ALV_ERR_IO, "run.db", "cannot open %s: %s", path,
                              sqlite3_errmsg(store->db));
    sqlite3_busy_timeout(store->db, BUSY_MILLISECONDS);
    return prepare_tables(store, setup, directory, error);
}

alv_status alv_store_open(alv_store **out, const char *directory, const alv_setup *setup,
                          bool fresh, alv_error *error)
{
    alv_store *store = alv_new_array(1, sizeof *store);
    if (!store) return alv_fail(error, ALV_ERR_MEMORY, "run.db", "out of memory");
    store->lock = -1;
    alv_status status = open_locked(store, directory, setup, fresh, error);
    if (status == ALV_OK)
        *out = store;
    else
        alv_store_close(store);
    return status;
}

void alv_store_close(alv_store *store)
{
    if (!store) return;
    sqlite3_close(store->db); /* rolls back what was not committed */
    alv_directory_unlock(store->lock);
    free(store);
}

static alv_status find_job(bool *found, alv_store *store, sqlite3_stmt *statement,
                           const alv_job *job, alv_error *error)
{
    sqlite3_bind_int64(statement, 1, job->id);
    alv_store_bind_text(statement, 2, job->key);
    int code = sqlite3_step(statement);
    alv_status status =
        code == SQLITE_ROW || code == SQLITE_DONE ? ALV_OK : alv_store_fail(store, error);
    *found = code == SQLITE_ROW;
    sqlite3_reset(statement);
    return status;
}

/* Keys in the plan go to a temporary table; whatever is not among them is dropped. */
static alv_status drop_others(alv_store *store, const alv_plan *plan, alv_error *error)
{
    static const char *const tables[] = {"curve", "layer", "histogram", "finding"};
    sqlite3_stmt *statement;
    ALV_TRY(alv_store_begin(store, error));
    ALV_TRY(alv_store_sql(store,
                          "CREATE TEMP TABLE IF NOT EXISTS planned "
                          "(id INTEGER PRIMARY KEY, key TEXT); DELETE FROM planned",
                          error));
    ALV_TRY(alv_store_prepare(&statement, store, "INSERT INTO planned VALUES (?, ?)", error));
    alv_status status = ALV_OK;
    for (int i = 0; status == ALV_OK && i < plan->n; i++) {
        sqlite3_bind_int64(statement, 1, plan->jobs[i].id);
        alv_store_bind_text(statement, 2, plan->jobs[i].key);
        status = alv_store_execute(store, statement, error);
    }
    sqlite3_finalize(statement);
    ALV_TRY(status);
    ALV_TRY(alv_store_sql(store,
                          "DELETE FROM trial WHERE NOT EXISTS (SELECT 1 FROM planned WHERE "
                          "planned.id = trial.id AND planned.key = trial.key)",
                          error));
    for (int i = 0; i < ALV_COUNT(tables); i++) {
        char sql[96];
        alv_text_format(sql, sizeof sql, "DELETE FROM %s WHERE trial NOT IN (SELECT id FROM trial)",
                        tables[i]);
        ALV_TRY(alv_store_sql(store, sql, error));
    }
    return ALV_OK;
}

alv_status alv_store_match(int64_t *done, alv_store *store, alv_plan *plan, alv_error *error)
{
    sqlite3_stmt *statement;
    *done = 0;
    ALV_TRY(drop_others(store, plan, error));
    ALV_TRY(alv_store_prepare(&statement, store, "SELECT 1 FROM trial WHERE id = ? AND key = ?",
                              error));
    alv_status status = ALV_OK;
    for (int i = 0; status == ALV_OK && i < plan->n; i++) {
        status = find_job(&plan->jobs[i].done, store, statement, &plan->jobs[i], error);
        *done += plan->jobs[i].done;
    }
    sqlite3_finalize(statement);
    return status;
}

alv_status alv_store_begin(alv_store *store, alv_error *error)
{
    return sqlite3_get_autocommit(store->db) ? alv_store_sql(store, "BEGIN IMMEDIATE", error)
                                             : ALV_OK;
}

alv_status alv_store_commit(alv_store *store, alv_error *error)
{
    return sqlite3_get_autocommit(store->db) ? ALV_OK : alv_store_sql(store, "COMMIT", error);
}

alv_status alv_store_tunings(alv_tuning **out, int *n, alv_store *store, alv_error *error)
{
    return alv_tunings_load(out, n, store->db, error);
}
