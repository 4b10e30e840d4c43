/* Fuzzes the CSV reader: what parses has finite numbers and labels that exist; errors point into
 * the text. */
#include "base/base.h"
#include "data/load.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

static void check(const alv_csv *csv, alv_labels *labels)
{
    for (int64_t i = 0; i < csv->n * csv->dim; i++)
        if (!(csv->x[i] >= -FLT_MAX && csv->x[i] <= FLT_MAX)) abort();
    for (int64_t i = 0; i < csv->n; i++)
        if (csv->y[i] < 0 || csv->y[i] >= labels->count) abort();
    int32_t *order = calloc((size_t)labels->count, sizeof *order);
    if (order && !alv_labels_sort(labels, order)) abort();
    for (int i = 0; order && i < labels->count; i++)
        if (alv_labels_add(labels, labels->text[i], strlen(labels->text[i])) != i) abort();
    free(order);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    static const char *const columns[] = {NULL, "2", "label"};
    for (int i = 0; i < ALV_COUNT(columns); i++) {
        alv_csv csv = {0};
        alv_labels labels = {0};
        alv_error error;
        alv_status status = alv_csv_parse(&csv, &labels, bytes, size, columns[i], "fuzz", &error);
        if (status == ALV_OK)
            check(&csv, &labels);
        else if (error.position > (int64_t)size)
            abort();
        alv_csv_free(&csv);
        alv_labels_free(&labels);
    }
    return 0;
}
