/* The choice of learning rates, from run.db: a resumed run finds it there as well. */
#include "lab/rates.h"

#include <math.h>
#include <sqlite3.h>

#include "base/base.h"
#include "lab/statement.h"
#include "lab/stats.h"

void alv_rates_grid(double out[ALV_RATES], alv_optimizer_kind kind)
{
    for (int i = 0; i < ALV_RATES; i++) {
        char text[32];
        const double power = (i - ALV_RATES / 2) / 2.0;
        alv_number_print(text, alv_optimizer_middle_rate(kind) * pow(10, power), 3);
        alv_number_parse(&out[i], text, strlen(text));
    }
}

/* One trial's row. */
typedef struct row {
    double rate, loss;
} row;

/* Adds the rows of one rate: the last `n` read. */
static void add_rate(alv_tuning *t, const row *rows, int n)
{
    double losses[ALV_RATE_SEEDS];
    if (n == 0 || t->n == ALV_RATES) return;
    if (n > ALV_RATE_SEEDS) n = ALV_RATE_SEEDS;
    for (int i = 0; i < n; i++) losses[i] = rows[i].loss;
    t->rates[t->n] = rows[0].rate;
    t->losses[t->n++] = alv_stats_quartiles(losses, n, INFINITY).median;
}

static void choose(alv_tuning *t)
{
    t->best = -1;
    for (int i = 0; i < t->n; i++)
        if (isfinite(t->losses[i]) && (t->best < 0 || t->losses[i] < t->losses[t->best]))
            t->best = i;
}

static bool belongs(const alv_tuning *t, sqlite3_stmt *s)
{
    const char *setting = (const char *)sqlite3_column_text(s, 0);
    const char *scheme = (const char *)sqlite3_column_text(s, 1);
    return setting && scheme && strcmp(t->setting, setting) == 0 && strcmp(t->scheme, scheme) == 0;
}

static alv_tuning *append(alv_tuning **list, int *n, sqlite3_stmt *s)
{
    alv_tuning *grown = realloc(*list, (size_t)(*n + 1) * sizeof *grown);
    if (!grown) return NULL;
    *list = grown;
    alv_tuning *t = &grown[(*n)++];
    *t = (alv_tuning){0};
    alv_text_format(t->setting, sizeof t->setting, "%s", sqlite3_column_text(s, 0));
    alv_text_format(t->scheme, sizeof t->scheme, "%s", sqlite3_column_text(s, 1));
    return t;
}

/* Rows come by setting, scheme, rate. */
static alv_status read_rows(alv_tuning **list, int *n, sqlite3_stmt *s, alv_error *error)
{
    row rows[ALV_RATE_SEEDS];
    int code, held = 0;
    alv_tuning *t = NULL;
    while ((code = sqlite3_step(s)) == SQLITE_ROW) {
        const bool same = t && belongs(t, s);
        const double rate = sqlite3_column_double(s, 2);
        if (t && (!same || rate != rows[0].rate)) add_rate(t, rows, held), held = 0;
        if (!same && !(t = append(list, n, s)))
            return alv_fail(error, ALV_ERR_MEMORY, "run.db", "out of memory");
        const bool lost = sqlite3_column_type(s, 3) == SQLITE_NULL;
        if (held < ALV_RATE_SEEDS)
            rows[held++] = (row){rate, lost ? (double)INFINITY : sqlite3_column_double(s, 3)};
        t->trials++;
        t->seconds += sqlite3_column_double(s, 4);
    }
    if (t) add_rate(t, rows, held);
    if (code == SQLITE_DONE) return ALV_OK;
    if (alv_db_no_memory(sqlite3_db_handle(s)))
        return alv_fail(error, ALV_ERR_MEMORY, "run.db", "out of memory");
    return alv_fail(error, ALV_ERR_FORMAT, "run.db", "cannot read the trials of learning rates");
}

alv_status alv_tunings_load(alv_tuning **out, int *n, struct sqlite3 *db, alv_error *error)
{
    sqlite3_stmt *s;
    alv_tuning *list = NULL;
    *out = NULL;
    *n = 0;
    if (sqlite3_prepare_v2(db,
                           "SELECT setting, scheme, lr, final_validation_loss, seconds FROM trial "
                           "WHERE purpose = 'tune' ORDER BY min(id) OVER (PARTITION BY setting, "
                           "scheme), lr, seed",
                           -1, &s, NULL) != SQLITE_OK)
        return alv_fail(error, alv_db_no_memory(db) ? ALV_ERR_MEMORY : ALV_ERR_FORMAT, "run.db",
                        "cannot read the trials of learning rates");
    int count = 0;
    const alv_status status = read_rows(&list, &count, s, error);
    sqlite3_finalize(s);
    if (status != ALV_OK) return free(list), status;
    for (int i = 0; i < count; i++) choose(&list[i]);
    *out = list;
    *n = count;
    return ALV_OK;
}

const alv_tuning *alv_tuning_find(const alv_tuning *tunings, int n, const char *setting,
                                  const char *scheme)
{
    for (int i = 0; i < n; i++)
        if (strcmp(tunings[i].setting, setting) == 0 && strcmp(tunings[i].scheme, scheme) == 0)
            return &tunings[i];
    return NULL;
}

bool alv_tuning_at_edge(const alv_tuning *t)
{
    return t->best >= 0 && (t->best == 0 || t->best == t->n - 1);
}
