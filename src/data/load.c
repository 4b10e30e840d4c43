/* Resolves what the user typed to a data set: a source, a download in the cache, or a path.
 *
 * A name always wins over a path; "./mnist" is the path. A file's format is told by its first
 * bytes, a directory's by the names in it; text is what its name says is text. */
#include "data/load.h"

#include <stdio.h>

#include "data/cache.h"
#include "data/source.h"

enum { MOST_CONTEXT = 65536 };

typedef struct format {
    bool (*in_directory)(const char *directory);
    bool (*starts)(const unsigned char *bytes, size_t size);
    alv_status (*load)(alv_split **out, const char *path, const alv_data_options *options,
                       alv_error *error);
} format;

static bool starts_idx(const unsigned char *b, size_t size)
{
    return size >= 2 && ((b[0] == 0 && b[1] == 0) || (b[0] == 0x1f && b[1] == 0x8b));
}

static bool starts_npy(const unsigned char *b, size_t size)
{
    return size >= 6 && memcmp(b, "\x93NUMPY", 6) == 0;
}

/* Of files that do not say what they are. */
static bool starts_none(const unsigned char *b, size_t size)
{
    (void)b, (void)size;
    return false;
}

static bool starts_any(const unsigned char *b, size_t size)
{
    (void)b;
    return size > 0;
}

/* In the order in which they are tried; text comes last. */
static const format formats[] = {
    {alv_dir_has_idx, starts_idx, alv_load_idx},
    {alv_dir_has_npy, starts_npy, alv_load_npy},
    {alv_dir_has_cifar, starts_none, alv_load_cifar},
    {alv_dir_has_csv, starts_any, alv_load_csv},
};

static size_t read_start(unsigned char start[6], const char *path)
{
    FILE *file = fopen(path, "rb");
    if (!file) return 0;
    size_t size = fread(start, 1, 6, file);
    fclose(file);
    return size;
}

/* The last part of a path, without trailing slashes. */
static void name_from_path(char out[64], const char *path)
{
    size_t end = strlen(path);
    while (end > 1 && path[end - 1] == '/') end--;
    size_t start = end;
    while (start > 0 && path[start - 1] != '/') start--;
    size_t length = end - start < 63 ? end - start : 63;
    memcpy(out, path + start, length);
    out[length] = '\0';
}

static alv_status load_path(alv_split **out, const char *path, const alv_data_options *options,
                            alv_error *error)
{
    char where[64];
    unsigned char start[6];
    bool directory = alv_path_is_directory(path);
    size_t size = directory ? 0 : read_start(start, path);
    alv_file_where(where, path);
    for (int i = 0; i < ALV_COUNT(formats); i++)
        if (directory ? formats[i].in_directory(path) : formats[i].starts(start, size)) {
            ALV_TRY(formats[i].load(out, path, options, error));
            name_from_path((*out)->name, path);
            return ALV_OK;
        }
    if (directory)
        return alv_fail(error, ALV_ERR_IO, where,
                        "no data set in this directory: none of train-images-idx3-ubyte, "
                        "t10k-images-idx3-ubyte (or .gz), x.npy, data_batch_1.bin, NAME.tra with "
                        "NAME.tes, train.csv "
                        "with test.csv");
    alv_file file;
    ALV_TRY(alv_file_read(&file, path, error)); /* says why it cannot be read */
    alv_file_free(&file);
    return alv_fail_at(error, ALV_ERR_FORMAT, where, 0, "the file is empty");
}

static alv_status unknown(const char *what, alv_error *error)
{
    const char *names[32];
    int n = 0;
    for (int i = 0; i < alv_source_count() && n < 20; i++) names[n++] = alv_source_at(i)->name;
    for (int i = 0; i < alv_remote_count() && n < 31; i++) names[n++] = alv_remote_at(i)->name;
    names[n] = NULL;
    const char *near = alv_suggest(what, names);
    char where[64];
    alv_file_where(where, what);
    return alv_fail(error, ALV_ERR_UNKNOWN_NAME, where, "no data set or file of this name%s%s%s",
                    near ? "; did you mean '" : "; see: alvor data list", near ? near : "",
                    near ? "'?" : "");
}

alv_status alv_data_load(alv_split **out, const char *what, const alv_data_options *options,
                         alv_error *error)
{
    static const alv_data_options defaults;
    if (!what || !*what) return alv_fail(error, ALV_ERR_ARGUMENT, "data", "no name or path");
    if (!options) options = &defaults;
    if (options->n_train < 0 || options->n_test < 0)
        return alv_fail(error, ALV_ERR_RANGE, "data", "a negative number of samples");
    if (options->context < 0 || options->context > MOST_CONTEXT)
        return alv_fail(error, ALV_ERR_RANGE, "context", "%lld is not between 1 and %d",
                        options->context, MOST_CONTEXT);
    const alv_source *source = alv_source_find(what);
    const alv_remote *remote = alv_remote_find(what);
    if (source)
        return alv_source_split(out, source, options->n_train, options->n_test, options->seed,
                                error);
    if (remote) {
        ALV_TRY(alv_load_remote(out, remote, options, error));
        alv_text_format((*out)->name, sizeof(*out)->name, "%s", remote->name);
        return ALV_OK;
    }
    const char *path = strncmp(what, "text:", 5) == 0 ? what + 5 : what;
    if (alv_path_is_text(what) && (path != what || alv_path_exists(path))) {
        ALV_TRY(alv_load_text(out, path, options, error));
        name_from_path((*out)->name, path);
        return ALV_OK;
    }
    if (!alv_path_exists(what) && !strchr(what, '/')) return unknown(what, error);
    return load_path(out, what, options, error);
}
