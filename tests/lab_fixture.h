/* What tests of the lab share: a directory of their own, a small comparison, run.db as text. */
#ifndef ALV_LAB_FIXTURE_H
#define ALV_LAB_FIXTURE_H

#include <sqlite3.h>
#include <unistd.h>

#include "test.h"

#include "alvor/lab.h"

static char scratch[64];

static int make_scratch(void **state)
{
    (void)state;
    strcpy(scratch, "/tmp/alvor-test-XXXXXX");
    return mkdtemp(scratch) == NULL;
}

static int remove_scratch(void **state)
{
    (void)state;
    char command[96];
    snprintf(command, sizeof command, "rm -rf %s", scratch);
    return system(command);
}

/* A comparison that takes a fraction of a second, in its own directory under scratch. */
static inline alv_compare small_comparison(const char *name)
{
    static char directories[32][128];
    static int used;
    char *directory = directories[used++ % 32];
    snprintf(directory, 128, "%s/%s", scratch, name);
    alv_compare what = alv_compare_defaults();
    what.data = "blobs";
    what.hidden = "12x3";
    what.activations = "relu,tanh";
    what.schemes = "zeros,xavier_uniform,he_normal";
    what.n_train = 300;
    what.n_test = 100;
    what.steps = 30;
    what.batch = 32;
    what.seeds = 3;
    what.jobs = 2;
    what.directory = directory;
    return what;
}

static inline void run_fine(const alv_compare *what)
{
    char directory[256];
    alv_error error = {0};
    if (alv_compare_run(directory, sizeof directory, what, NULL, &error) != ALV_OK)
        fail_msg("%s: %s", error.where, error.message);
}

/* Runs SQL over a directory's run.db; the first column of all rows, one per line. Caller frees. */
static inline char *query(const char *directory, const char *sql)
{
    char path[256], *out = calloc(1, 1);
    sqlite3 *db;
    sqlite3_stmt *s;
    size_t n = 0;
    snprintf(path, sizeof path, "%s/run.db", directory);
    assert_int_equal(sqlite3_open(path, &db), SQLITE_OK);
    if (sqlite3_prepare_v2(db, sql, -1, &s, NULL) != SQLITE_OK) fail_msg("%s", sqlite3_errmsg(db));
    while (sqlite3_step(s) == SQLITE_ROW) {
        const char *text = (const char *)sqlite3_column_text(s, 0);
        size_t length = text ? strlen(text) : 0;
        out = realloc(out, n + length + 2);
        assert_non_null(out);
        memcpy(out + n, text ? text : "", length);
        n += length;
        memcpy(out + n++, "\n", 2);
    }
    sqlite3_finalize(s);
    sqlite3_close(db);
    return out;
}

static inline int query_int(const char *directory, const char *sql)
{
    char *text = query(directory, sql);
    int value = atoi(text);
    free(text);
    return value;
}

/* Every row of every table but the seconds, as text. Caller frees. */
static inline char *dump(const char *directory)
{
    return query(
        directory,
        "SELECT id||'|'||key||'|'||purpose||'|'||scheme||'|'||setting||'|'||lr||'|'||seed||'|'||"
        "steps||'|'||quote(initial_loss)||quote(final_train_loss)||quote(final_test_loss)"
        "||quote(final_test_accuracy)||quote(final_validation_loss)||quote(forward_gain)||quote("
        "backward_drift)||"
        "forecast||outcome||verdict||quote(diverged_at)||quote(reason) AS row, 1 AS part,"
        " id AS a, 0 AS b, 0 AS c FROM trial "
        "UNION ALL SELECT trial||'|'||step||'|'||quote(train_loss)||quote(test_loss)||"
        "quote(test_accuracy), 2, trial, step, 0 FROM curve "
        "UNION ALL SELECT trial||'|'||step||'|'||layer||quote(z_mean)||quote(z_std)||"
        "quote(a_std)||quote(grad_rms)||quote(update_ratio)||quote(symmetry), 3, trial, "
        "step, layer FROM layer "
        "UNION ALL SELECT trial||'|'||step||'|'||layer||kind||lo||hi||hex(counts), 4, "
        "trial, step, layer FROM histogram "
        "UNION ALL SELECT trial||'|'||ordinal||kind||severity||quote(measured), 5, trial, "
        "ordinal, 0 FROM finding ORDER BY 2, 3, 4, 5, 1");
}

static inline void assert_same_results(const char *a, const char *b)
{
    char *x = dump(a), *y = dump(b);
    assert_true(strlen(x) > 1000);
    assert_string_equal(x, y);
    free(x);
    free(y);
}

#endif
