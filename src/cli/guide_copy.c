/* Copies the guide's site, and takes away what an older guide left.
 *
 * A site has a list of its files, .alvor-guide, with the start page last. The same list in the
 * reader's directory says which files there are the guide's: only they are replaced or removed. It
 * is written before the first of them, with the old names and the new, and once more at the end, so
 * that a copy that was interrupted is mended by the next one. Each file is replaced whole. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/base.h"
#include "cli/guide.h"
#include "data/load.h"
#include "io/file.h"
#include "lab/file.h"

enum { FILES = 500 };

static const char list_name[] = ".alvor-guide";
static const char head[] = "alvor guide: files that it wrote here and may replace or remove";

typedef struct list {
    alv_file file; /* holds the names */
    const char *names[2 * FILES];
    int n;
} list;

static alv_status path_of(char out[ALV_PATH_SIZE], const char *directory, const char *name,
                          alv_error *error)
{
    if (alv_path_join(out, directory, name)) return ALV_OK;
    return alv_fail(error, ALV_ERR_IO, name, "the path of its directory is too long");
}

static bool is_there(const char *path)
{
    struct stat info;
    return lstat(path, &info) == 0;
}

static bool has(const list *files, const char *name)
{
    for (int i = 0; i < files->n; i++)
        if (strcmp(files->names[i], name) == 0) return true;
    return false;
}

/* --- the list ------------------------------------------------------------------------------- */

/* "page.html" or "pt/page.html": below the directory, and nothing hidden. */
static bool is_name(const char *name)
{
    const char *slash = strchr(name, '/');
    if (!*name || *name == '.' || slash == name) return false;
    return !slash || (slash[1] && slash[1] != '.' && !strchr(slash + 1, '/'));
}

/* Parts the text into its lines; false if it is no such list. */
static bool parse(list *files)
{
    files->file.bytes[files->file.size] = '\0';
    char *rest = (char *)files->file.bytes, *line = strsep(&rest, "\n");
    if (strcmp(line, head) != 0) return false;
    while ((line = strsep(&rest, "\n")) && *line) {
        if (!is_name(line) || files->n == FILES) return false;
        files->names[files->n++] = line;
    }
    return true;
}

static alv_status read_list(list *out, const char *directory, alv_error *error)
{
    char path[ALV_PATH_SIZE];
    ALV_TRY(path_of(path, directory, list_name, error));
    ALV_TRY(alv_file_read(&out->file, path, error));
    if (parse(out)) return ALV_OK;
    return alv_fail(error, ALV_ERR_FORMAT, path, "is no list of a guide's files");
}

static alv_status write_list(const list *files, const char *directory, alv_error *error)
{
    char path[ALV_PATH_SIZE];
    alv_writer *writer;
    ALV_TRY(path_of(path, directory, list_name, error));
    ALV_TRY(alv_writer_open(&writer, path, error));
    alv_status status = alv_writer_put(writer, head, strlen(head), error);
    for (int i = 0; i < files->n && status == ALV_OK; i++) {
        status = alv_writer_put(writer, "\n", 1, error);
        if (status == ALV_OK)
            status = alv_writer_put(writer, files->names[i], strlen(files->names[i]), error);
    }
    if (status == ALV_OK) status = alv_writer_put(writer, "\n", 1, error);
    if (status == ALV_OK) return alv_writer_commit(writer, error);
    alv_writer_abort(writer);
    return status;
}

/* --- the files ------------------------------------------------------------------------------ */

/* The directory of `name`, which has at most one. */
static alv_status parent_of(char out[ALV_PATH_SIZE], const char *directory, const char *name,
                            alv_error *error)
{
    ALV_TRY(path_of(out, directory, name, error));
    *strrchr(out, '/') = '\0';
    return ALV_OK;
}

static alv_status copy_file(const char *to, const char *from, const char *name, alv_error *error)
{
    char source[ALV_PATH_SIZE], target[ALV_PATH_SIZE], parent[ALV_PATH_SIZE];
    alv_file file;
    ALV_TRY(path_of(source, from, name, error));
    ALV_TRY(path_of(target, to, name, error));
    ALV_TRY(parent_of(parent, to, name, error));
    ALV_TRY(alv_directory_make(parent, error));
    ALV_TRY(alv_file_read(&file, source, error));
    alv_status status = alv_file_write(target, file.bytes, file.size, error);
    alv_file_free(&file);
    return status;
}

/* A directory that is a link leads to what is not the guide's. */
static alv_status remove_file(const char *directory, const char *name, alv_error *error)
{
    char path[ALV_PATH_SIZE], parent[ALV_PATH_SIZE];
    struct stat info;
    ALV_TRY(path_of(path, directory, name, error));
    ALV_TRY(parent_of(parent, directory, name, error));
    if (strchr(name, '/') && (lstat(parent, &info) != 0 || !S_ISDIR(info.st_mode))) return ALV_OK;
    if (unlink(path) != 0 && errno != ENOENT)
        return alv_fail(error, ALV_ERR_IO, path, "cannot be removed: %s", strerror(errno));
    if (strchr(name, '/')) rmdir(parent); /* if it was the last one there */
    return ALV_OK;
}

static alv_status check_free(const char *to, const list *made, const list *old, alv_error *error)
{
    char path[ALV_PATH_SIZE];
    for (int i = 0; i < made->n; i++) {
        ALV_TRY(path_of(path, to, made->names[i], error));
        if (is_there(path) && !has(old, made->names[i]))
            return alv_fail(error, ALV_ERR_IO, path,
                            "is there and was not written by alvor guide: move it away, or name "
                            "another directory with -o");
    }
    return ALV_OK;
}

static alv_status replace(const char *to, const char *from, const list *made, const list *old,
                          alv_error *error)
{
    list both = *made;
    ALV_TRY(check_free(to, made, old, error));
    for (int i = 0; i < old->n; i++)
        if (!has(made, old->names[i])) both.names[both.n++] = old->names[i];
    ALV_TRY(alv_directory_make(to, error));
    ALV_TRY(write_list(&both, to, error));
    for (int i = 0; i < made->n; i++) ALV_TRY(copy_file(to, from, made->names[i], error));
    for (int i = made->n; i < both.n; i++) ALV_TRY(remove_file(to, both.names[i], error));
    return write_list(made, to, error);
}

alv_status cli_guide_copy(const char *to, const char *from, alv_error *error)
{
    list made = {0}, old = {0};
    char path[ALV_PATH_SIZE];
    ALV_TRY(path_of(path, to, list_name, error));
    alv_status status = read_list(&made, from, error);
    if (status == ALV_OK && is_there(path)) status = read_list(&old, to, error);
    if (status == ALV_OK) status = replace(to, from, &made, &old, error);
    alv_file_free(&made.file);
    alv_file_free(&old.file);
    return status;
}
