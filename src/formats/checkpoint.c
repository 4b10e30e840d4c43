/* Opens model files: maps, asks the table of formats, sorts the names. */
#include "formats/checkpoint.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/base.h"
#include "formats/kind.h"
#include "formats/checkpoint_formats.h"

static const alv_checkpoint_format *const formats[] = {
#define FORMAT(name) &alv_format_##name,
    ALV_CHECKPOINT_FORMATS(FORMAT)
#undef FORMAT
};

const alv_checkpoint_format *alv_checkpoint_format_at(int index)
{
    return index >= 0 && index < ALV_COUNT(formats) ? formats[index] : NULL;
}

typedef struct alv_checkpoint_keep {
    struct alv_checkpoint_keep *next;
    max_align_t bytes[];
} keep;

void *alv_checkpoint_keep(alv_checkpoint *model, size_t size)
{
    size_t all;
    if (__builtin_add_overflow(size, sizeof(keep), &all)) return NULL;
    keep *k = alv_new_array(all, 1);
    if (!k) return NULL;
    k->next = model->kept;
    model->kept = k;
    return k->bytes;
}

const char *alv_checkpoint_text(alv_checkpoint *model, const char *text, size_t length)
{
    char *copy = alv_checkpoint_keep(model, length + 1);
    if (copy && length > 0) memcpy(copy, text, length);
    return copy;
}

/* Room for one more of `size` bytes each, by doubling; NULL without memory. */
static void *grow(void *array, int64_t n, int64_t *capacity, size_t size)
{
    if (n < *capacity) return array;
    const int64_t more = *capacity ? 2 * *capacity : 16;
    void *grown = realloc(array, (size_t)more * size);
    if (grown) *capacity = more;
    return grown;
}

static alv_status no_memory(const char *where, alv_error *error)
{
    return alv_fail(error, ALV_ERR_MEMORY, where, "no memory for the model's tensors");
}

/* A file's place in the list, without its bytes. */
static alv_checkpoint_file *add_file(alv_checkpoint *model, const char *path)
{
    const size_t n = (size_t)model->n_files + 1;
    alv_checkpoint_file *files = realloc(model->files, n * sizeof *files);
    if (!files) return NULL;
    model->files = files;
    char *copy = strdup(path);
    if (!copy) return NULL;
    files[model->n_files] = (alv_checkpoint_file){.path = copy};
    return &files[model->n_files++];
}

/* `index`: the file that names this one; NULL: the caller does. */
static alv_status map_bytes(alv_checkpoint_file *file, int fd, const char *index, alv_error *error)
{
    struct stat info;
    const bool known = fd >= 0 && fstat(fd, &info) == 0;
    if (!known && index)
        return alv_fail(error, ALV_ERR_IO, file->path,
                        "cannot read it: %s; %s names it, and needs it beside itself",
                        strerror(errno), index);
    if (!known)
        return alv_fail(error, ALV_ERR_IO, file->path, "cannot read it: %s", strerror(errno));
    if (S_ISDIR(info.st_mode))
        return alv_fail(error, ALV_ERR_IO, file->path,
                        "it is a directory, and a model is a regular file: name the one in it");
    if (!S_ISREG(info.st_mode))
        return alv_fail(error, ALV_ERR_IO, file->path,
                        "a model is a regular file, which can be mapped; this is none: write the "
                        "stream to a file first");
    file->size = (size_t)info.st_size;
    if (file->size == 0)
        return alv_fail_at(error, ALV_ERR_FORMAT, file->path, 0, "the file is empty");
    void *bytes = mmap(NULL, file->size, PROT_READ, MAP_PRIVATE, fd, 0);
    if (bytes == MAP_FAILED)
        return alv_fail(error, ALV_ERR_IO, file->path, "cannot map it: %s", strerror(errno));
    file->bytes = bytes;
    file->mapped = true;
    file->device = (uint64_t)info.st_dev;
    file->inode = (uint64_t)info.st_ino;
    return ALV_OK;
}

alv_status alv_checkpoint_map(int *index, alv_checkpoint *model, const char *path, alv_error *error)
{
    for (int i = 0; i < model->n_files; i++)
        if (strcmp(model->files[i].path, path) == 0) return *index = i, ALV_OK;
    alv_checkpoint_file *file = add_file(model, path);
    if (!file) return no_memory(path, error);
    const int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    const char *index_path = model->n_files > 1 ? model->files[0].path : NULL;
    const alv_status status = map_bytes(file, fd, index_path, error);
    if (fd >= 0) close(fd);
    *index = model->n_files - 1;
    return status;
}

alv_status alv_checkpoint_beside(const char **out, alv_checkpoint *model, const char *name,
                                 alv_error *error)
{
    const char *path = model->files[0].path, *slash = strrchr(path, '/');
    const size_t directory = slash ? (size_t)(slash - path) + 1 : 0, length = strlen(name);
    if (!model->files[0].mapped)
        return alv_fail(error, ALV_ERR_UNSUPPORTED, "model",
                        "bytes in memory have no files beside them");
    if (length == 0 || name[0] == '/' || strstr(name, ".."))
        return alv_fail(error, ALV_ERR_FORMAT, path,
                        "it names the file '%s', which is not beside it: refused", name);
    char *text = alv_checkpoint_keep(model, directory + length + 1);
    if (!text) return no_memory(path, error);
    memcpy(text, path, directory);
    memcpy(text + directory, name, length);
    *out = text;
    return ALV_OK;
}

/* Elements and bytes of a shape that nobody vouches for. */
static bool count_elements(int64_t *count, const alv_checkpoint_tensor *t)
{
    int64_t n = 1, bytes;
    bool empty = false;
    for (int axis = 0; axis < t->rank; axis++) empty |= t->shape[axis] == 0;
    for (int axis = 0; axis < t->rank; axis++)
        if (t->shape[axis] < 0 || (!empty && !alv_mul_i64(&n, n, t->shape[axis]))) return false;
    *count = empty ? 0 : n;
    return alv_mul_i64(&bytes, *count, 16) && bytes >= 0;
}

alv_status alv_checkpoint_add(alv_checkpoint *model, const alv_checkpoint_tensor *tensor,
                              alv_error *error)
{
    alv_checkpoint_tensor *tensors =
        grow(model->tensors, model->n, &model->capacity, sizeof *tensors);
    const char *where = model->files[0].path;
    if (!tensors) return no_memory(where, error);
    model->tensors = tensors;
    alv_checkpoint_tensor *t = &tensors[model->n];
    *t = *tensor;
    if (!count_elements(&t->count, t))
        return alv_fail_at(error, ALV_ERR_OVERFLOW, where, t->at,
                           "the sizes of '%s' make more elements than there can be", t->name);
    model->n++;
    return ALV_OK;
}

/* Names in order by an own merge sort: no hostile order of names makes it slow, and no allocation
 * but one. */
static void sort_names(int64_t *index, int64_t *spare, int64_t n,
                       const alv_checkpoint_tensor *tensors)
{
    for (int64_t width = 1; width < n; width *= 2) {
        for (int64_t lo = 0; lo < n; lo += 2 * width) {
            const int64_t mid = lo + width < n ? lo + width : n;
            const int64_t hi = lo + 2 * width < n ? lo + 2 * width : n;
            int64_t a = lo, b = mid;
            for (int64_t k = lo; k < hi; k++)
                spare[k] = b == hi || (a < mid &&
                                       strcmp(tensors[index[a]].name, tensors[index[b]].name) <= 0)
                               ? index[a++]
                               : index[b++];
        }
        memcpy(index, spare, (size_t)n * sizeof *index);
    }
}

static alv_status sort(alv_checkpoint *model, alv_error *error)
{
    const alv_checkpoint_tensor *tensors = model->tensors;
    const char *where = model->files[0].path;
    const size_t n = (size_t)model->n;
    if (n == 0) return alv_fail(error, ALV_ERR_FORMAT, where, "the file has no tensors");
    model->sorted = alv_new_array(2 * n, sizeof *model->sorted);
    if (!model->sorted) return no_memory(where, error);
    for (size_t i = 0; i < n; i++) model->sorted[i] = (int64_t)i;
    sort_names(model->sorted, model->sorted + n, model->n, tensors);
    for (size_t i = 1; i < n; i++) {
        const alv_checkpoint_tensor *t = &tensors[model->sorted[i]];
        if (strcmp(t->name, tensors[model->sorted[i - 1]].name) == 0)
            return alv_fail_at(error, ALV_ERR_FORMAT, where, t->at, "two tensors are named '%s'",
                               t->name);
    }
    return ALV_OK;
}

alv_checkpoint_tensor *alv_checkpoint_find(const alv_checkpoint *model, const char *name)
{
    int64_t lo = 0, hi = model->sorted ? model->n : 0;
    while (lo < hi) {
        const int64_t mid = lo + (hi - lo) / 2;
        alv_checkpoint_tensor *t = &model->tensors[model->sorted[mid]];
        const int order = strcmp(name, t->name);
        if (order == 0) return t;
        if (order < 0)
            hi = mid;
        else
            lo = mid + 1;
    }
    return NULL;
}

static alv_status read_any(alv_checkpoint *model, const char *rules, alv_error *error)
{
    const alv_checkpoint_file *file = &model->files[0];
    int i = 0;
    while (i < ALV_COUNT(formats) && !formats[i]->sniff(file->bytes, file->size)) i++;
    if (i == ALV_COUNT(formats))
        return alv_fail_at(error, ALV_ERR_FORMAT, file->path, 0,
                           "no model file that alvor knows: safetensors (or its index.json), npz, "
                           "npy, onnx, gguf");
    model->format = formats[i];
    ALV_TRY(formats[i]->open(model, error));
    ALV_TRY(sort(model, error));
    return alv_kinds_apply(model, rules, error);
}

static alv_status finish(alv_checkpoint **out, alv_checkpoint *model, alv_status status)
{
    if (status == ALV_OK)
        *out = model;
    else
        alv_checkpoint_free(model);
    return status;
}

alv_status alv_checkpoint_open_fed(alv_checkpoint **out, const char *path, const char *rules,
                                   const alv_checkpoint_tensor *fed, alv_error *error)
{
    int first;
    alv_checkpoint *model = alv_new_array(1, sizeof *model);
    if (!model) return no_memory(path, error);
    model->fed = fed;
    alv_status status = alv_checkpoint_map(&first, model, path, error);
    if (status == ALV_OK) status = read_any(model, rules, error);
    model->fed = NULL;
    return finish(out, model, status);
}

alv_status alv_checkpoint_open(alv_checkpoint **out, const char *path, const char *rules,
                               alv_error *error)
{
    return alv_checkpoint_open_fed(out, path, rules, NULL, error);
}

alv_status alv_checkpoint_read(alv_checkpoint **out, const void *bytes, size_t size,
                               alv_error *error)
{
    alv_checkpoint *model = alv_new_array(1, sizeof *model);
    alv_checkpoint_file *file = model ? add_file(model, "model") : NULL;
    if (!file) {
        alv_checkpoint_free(model);
        return no_memory("model", error);
    }
    file->bytes = (unsigned char *)(uintptr_t)bytes;
    file->size = size;
    return finish(out, model, read_any(model, NULL, error));
}

void alv_checkpoint_free(alv_checkpoint *model)
{
    if (!model) return;
    for (int i = 0; i < model->n_files; i++) {
        if (model->files[i].mapped) munmap(model->files[i].bytes, model->files[i].size);
        free(model->files[i].path);
    }
    for (keep *k = model->kept, *next; k; k = next) {
        next = k->next;
        free(k);
    }
    alv_model_free(model->graph);
    free(model->moves);
    free(model->files);
    free(model->tensors);
    free(model->sorted);
    free(model);
}
