/* Fuzzes the reader of text files: what parses has tokens and labels that exist and a name for
 * each; errors point into the text. */
#include "base/base.h"
#include "data/load.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

static void check(const alv_split *split, const alv_samples *part)
{
    for (int64_t i = 0; i < part->n * split->dim; i++)
        if (!(part->x[i] >= 0 && part->x[i] < (float)split->tokens)) abort();
    for (int64_t i = 0; i < part->n; i++)
        if (part->y[i] < 0 || part->y[i] >= split->classes) abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    alv_data_options options = {.context = size > 0 ? bytes[0] % 8 + 1 : 1, .n_train = 100};
    alv_file file = {.bytes = malloc(size ? size : 1), .size = size, .where = "fuzz"};
    alv_split *split = NULL;
    alv_error error;
    if (!file.bytes) return 0;
    memcpy(file.bytes, bytes, size);
    const alv_status status = alv_parse_text(&split, &file, &options, &error);
    if (status != ALV_OK && error.position > (int64_t)size) abort();
    if (status == ALV_OK) {
        check(split, &split->train);
        check(split, &split->test);
        for (int i = 0; i < split->classes; i++)
            if (!split->class_names[i][0]) abort();
    }
    alv_split_free(split);
    alv_file_free(&file);
    return 0;
}
