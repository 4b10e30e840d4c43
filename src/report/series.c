/* What changes with the steps: curves with quartile bands over seeds, layers as medians over seeds.
 *
 * Rows arrive ordered by step (and layer); the values of all seeds at one place are collected in a
 * bucket and reduced when the place changes. A seed without a row there (it diverged earlier)
 * counts as missing, see lab/stats.h. */
#include "report/parts.h"

#include <math.h>

#include "lab/stats.h"

enum { MAX_STEPS = 160 };

typedef struct column {
    const char *name;
    double missing;
} column;

typedef struct bucket {
    const column *columns;
    int n_columns, n, filled; /* n: seeds of the group */
    double *values;           /* (n_columns, n) */
} bucket;

static alv_status bucket_make(bucket *b, const column *columns, int n_columns, int n,
                              alv_error *error)
{
    *b = (bucket){.columns = columns, .n_columns = n_columns, .n = n};
    b->values = alv_new_array((size_t)n_columns * (size_t)n, sizeof *b->values);
    return b->values ? ALV_OK : alv_report_no_memory(error);
}

static void bucket_clear(bucket *b)
{
    for (int i = 0; i < b->n_columns * b->n; i++) b->values[i] = (double)NAN;
    b->filled = 0;
}

static void bucket_add(bucket *b, sqlite3_stmt *statement, int first)
{
    if (b->filled >= b->n) return;
    for (int i = 0; i < b->n_columns; i++)
        b->values[i * b->n + b->filled] = alv_report_real(statement, first + i);
    b->filled++;
}

static alv_quartiles bucket_quartiles(bucket *b, int i)
{
    return alv_stats_quartiles(b->values + i * b->n, b->n, b->columns[i].missing);
}

/* ---- curves ---- */

static const column curve_columns[] = {
    {"train_loss", (double)INFINITY},
    {"test_loss", (double)INFINITY},
    {"test_accuracy", -(double)INFINITY},
};
static const char *const band_names[] = {"median", "q1", "q3"};

static const char curve_sql[] =
    "SELECT c.step, c.train_loss, c.test_loss, c.test_accuracy FROM curve c "
    "JOIN trial t ON t.id = c.trial "
    "WHERE t.purpose = ?1 AND t.scheme = ?2 AND t.setting = ?3 ORDER BY c.step, t.seed";

static json_t *curves_new(void)
{
    json_t *curves = json_object();
    alv_report_set(curves, "step", json_array());
    for (int i = 0; i < ALV_COUNT(curve_columns); i++) {
        json_t *bands = json_object();
        for (int k = 0; k < ALV_COUNT(band_names); k++)
            alv_report_set(bands, band_names[k], json_array());
        alv_report_set(curves, curve_columns[i].name, bands);
    }
    return curves;
}

static void curves_flush(json_t *curves, bucket *b, int64_t step)
{
    if (b->filled == 0) return;
    alv_report_append(json_object_get(curves, "step"), json_integer(step));
    for (int i = 0; i < b->n_columns; i++) {
        json_t *bands = json_object_get(curves, b->columns[i].name);
        alv_quartiles q = bucket_quartiles(b, i);
        const double band[] = {q.median, q.q1, q.q3};
        for (int k = 0; k < ALV_COUNT(band_names); k++)
            alv_report_append(json_object_get(bands, band_names[k]), alv_report_number(band[k]));
    }
    bucket_clear(b);
}

static void thin_array(json_t *array, size_t stride)
{
    size_t n = json_array_size(array), kept = 0;
    for (size_t i = 0; i < n; i++)
        if (i % stride == 0 || i == n - 1) json_array_set(array, kept++, json_array_get(array, i));
    while (json_array_size(array) > kept) json_array_remove(array, json_array_size(array) - 1);
}

/* Keeps every k-th point and the last, so that a long run still fits in a page. */
static void curves_thin(json_t *curves)
{
    size_t stride = json_array_size(json_object_get(curves, "step")) / MAX_STEPS + 1;
    if (stride == 1) return;
    thin_array(json_object_get(curves, "step"), stride);
    for (int i = 0; i < ALV_COUNT(curve_columns); i++)
        for (int k = 0; k < ALV_COUNT(band_names); k++)
            thin_array(
                json_object_get(json_object_get(curves, curve_columns[i].name), band_names[k]),
                stride);
}

static alv_status read_curves(json_t *curves, bucket *b, sqlite3_stmt *statement, alv_error *error)
{
    int64_t step = -1;
    bool more;
    bucket_clear(b);
    for (;;) {
        ALV_TRY(alv_report_step(&more, statement, error));
        if (!more) break;
        int64_t next = sqlite3_column_int64(statement, 0);
        if (next != step) curves_flush(curves, b, step);
        step = next;
        bucket_add(b, statement, 1);
    }
    curves_flush(curves, b, step);
    return ALV_OK;
}

alv_status alv_report_curves(json_t *entry, const report_run *run, const report_group *group,
                             alv_error *error)
{
    bucket b;
    sqlite3_stmt *statement = NULL;
    json_t *curves = curves_new();
    alv_report_set(entry, "curves", curves);
    ALV_TRY(bucket_make(&b, curve_columns, ALV_COUNT(curve_columns), group->n, error));
    alv_status status = alv_report_query(&statement, run, curve_sql, group, error);
    if (status == ALV_OK) status = read_curves(curves, &b, statement, error);
    sqlite3_finalize(statement);
    free(b.values);
    curves_thin(curves);
    return status;
}

/* ---- layers ---- */

static const column layer_columns[] = {
    {"z_mean", (double)INFINITY},       {"z_std", (double)INFINITY},
    {"a_mean", (double)INFINITY},       {"a_std", (double)INFINITY},
    {"saturated", (double)INFINITY},    {"dead", (double)INFINITY},
    {"forward_gain", (double)INFINITY}, {"backward_gain", (double)INFINITY},
    {"delta_rms", (double)INFINITY},    {"grad_rms", (double)INFINITY},
    {"weight_std", (double)INFINITY},   {"update_ratio", (double)INFINITY},
    {"symmetry", (double)INFINITY},     {"locked", (double)INFINITY},
};

static const char layer_sql[] =
    "SELECT l.step, l.layer, l.z_mean, l.z_std, l.a_mean, l.a_std, l.saturated, l.dead, "
    "l.forward_gain, l.backward_gain, l.delta_rms, l.grad_rms, l.weight_std, l.update_ratio, "
    "l.symmetry, l.locked FROM layer l JOIN trial t ON t.id = l.trial "
    "WHERE t.purpose = ?1 AND t.scheme = ?2 AND t.setting = ?3 "
    "ORDER BY l.step, l.layer, t.seed";

/* Appends the medians of one (step, layer): a new step begins a new row in every column. */
static void layers_flush(json_t *layers, bucket *b, int64_t step, bool new_step)
{
    if (new_step) alv_report_append(json_object_get(layers, "step"), json_integer(step));
    for (int i = 0; i < b->n_columns; i++) {
        json_t *rows = json_object_get(layers, b->columns[i].name);
        if (new_step) alv_report_append(rows, json_array());
        json_t *row = json_array_get(rows, json_array_size(rows) - 1);
        alv_report_append(row, alv_report_number(bucket_quartiles(b, i).median));
    }
    bucket_clear(b);
}

static alv_status read_layers(json_t *layers, bucket *b, sqlite3_stmt *statement, alv_error *error)
{
    int64_t step = -1, layer = -1, flushed = -1;
    bool more = true;
    bucket_clear(b);
    while (more) {
        ALV_TRY(alv_report_step(&more, statement, error));
        int64_t next_step = more ? sqlite3_column_int64(statement, 0) : -1;
        int64_t next_layer = more ? sqlite3_column_int64(statement, 1) : -1;
        if (b->filled > 0 && (next_step != step || next_layer != layer)) {
            layers_flush(layers, b, step, step != flushed);
            flushed = step;
        }
        step = next_step, layer = next_layer;
        if (more) bucket_add(b, statement, 2);
    }
    return ALV_OK;
}

alv_status alv_report_layers(json_t *entry, const report_run *run, const report_group *group,
                             alv_error *error)
{
    bucket b;
    sqlite3_stmt *statement = NULL;
    json_t *layers = json_object();
    alv_report_set(entry, "layers", layers);
    alv_report_set(layers, "step", json_array());
    for (int i = 0; i < ALV_COUNT(layer_columns); i++)
        alv_report_set(layers, layer_columns[i].name, json_array());
    ALV_TRY(bucket_make(&b, layer_columns, ALV_COUNT(layer_columns), group->n, error));
    alv_status status = alv_report_query(&statement, run, layer_sql, group, error);
    if (status == ALV_OK) status = read_layers(layers, &b, statement, error);
    sqlite3_finalize(statement);
    free(b.values);
    return status;
}
