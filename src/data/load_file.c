/* Whole files in memory, and the few questions about paths that the loaders ask. */
#include "data/load.h"

#include <errno.h>
#include <stdio.h>
#include <sys/stat.h>

/* Larger files are refused before anything is allocated. */
static const int64_t file_limit = INT64_C(8) << 30;

void alv_file_where(char out[64], const char *path)
{
    size_t length = strlen(path);
    bool cut = length > 63;
    const char *tail = cut ? path + length - 60 : path;
    while (cut && ((unsigned char)*tail & 0xc0) == 0x80) tail++; /* not inside a UTF-8 letter */
    alv_text_format(out, 64, "%s%s", cut ? "..." : "", tail);
}

bool alv_path_exists(const char *path)
{
    struct stat info;
    return stat(path, &info) == 0;
}

bool alv_path_is_directory(const char *path)
{
    struct stat info;
    return stat(path, &info) == 0 && S_ISDIR(info.st_mode);
}

bool alv_path_join(char out[ALV_PATH_SIZE], const char *directory, const char *name)
{
    size_t length = strlen(directory);
    const char *slash = length && directory[length - 1] == '/' ? "" : "/";
    return alv_text_format(out, ALV_PATH_SIZE, "%s%s%s", directory, slash, name) < ALV_PATH_SIZE;
}

static alv_status read_open(alv_file *out, FILE *stream, alv_error *error)
{
    struct stat info;
    if (fstat(fileno(stream), &info) != 0)
        return alv_fail(error, ALV_ERR_IO, out->where, "cannot read: %s", strerror(errno));
    if (!S_ISREG(info.st_mode))
        return alv_fail(error, ALV_ERR_IO, out->where, "not a regular file");
    if (info.st_size > file_limit)
        return alv_fail(error, ALV_ERR_UNSUPPORTED, out->where, "%lld bytes are more than %lld",
                        (int64_t)info.st_size, file_limit);
    size_t size = (size_t)info.st_size;
    out->bytes = malloc(size + 1);
    if (!out->bytes) return alv_fail(error, ALV_ERR_MEMORY, out->where, "no memory for the file");
    out->size = fread(out->bytes, 1, size, stream);
    if (out->size != size)
        return alv_fail_at(error, ALV_ERR_IO, out->where, (int64_t)out->size,
                           "reading stopped after %llu of %llu bytes%s%s", (uint64_t)out->size,
                           (uint64_t)size, ferror(stream) ? ": " : "",
                           ferror(stream) ? strerror(errno) : "");
    return ALV_OK;
}

alv_status alv_file_read(alv_file *out, const char *path, alv_error *error)
{
    alv_file file = {0};
    alv_file_where(file.where, path);
    FILE *stream = fopen(path, "rb");
    if (!stream) return alv_fail(error, ALV_ERR_IO, file.where, "cannot open: %s", strerror(errno));
    alv_status status = read_open(&file, stream, error);
    fclose(stream);
    if (status != ALV_OK)
        alv_file_free(&file);
    else
        *out = file;
    return status;
}

void alv_file_free(alv_file *file)
{
    free(file->bytes);
    file->bytes = NULL;
}
