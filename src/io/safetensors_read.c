/* Reads the header of a safetensors file, and believes none of it.
 *
 * The JSON is a subset so small (two levels, strings and whole numbers) that a cursor over the
 * bytes reads it in one pass without recursion; a JSON library would build a tree many times the
 * header's size, and would have to be trusted to see duplicate keys. Names and notes are unescaped
 * into one pool, which is as long as the header and so always long enough. Two sorts then find
 * equal names and show that the ranges tile the data. */
#include "io/safetensors.h"

#include "io/json.h"

static const char where[] = "safetensors";

/* `{"":{"dtype":"I8","shape":[],"data_offsets":[0,0]}}`: no tensor takes fewer bytes. */
enum { PREFIX = 8, LEAST_TENSOR = 45, LEAST_NOTE = 5 };

typedef struct reader {
    alv_json_cursor c;
    alv_safetensors *file;
    char *pool; /* where the next text goes */
    bool noted; /* __metadata__ was seen */
    int64_t file_size;
} reader;

/* What the library allocates for a file, freed as one. */
typedef struct storage {
    alv_safetensors file; /* first: the caller's pointer */
    char *pool;
} storage;

alv_status alv_safetensors_size(int64_t *out, const void *bytes, size_t size, alv_error *error)
{
    if (!out || (!bytes && size > 0))
        return alv_fail(error, ALV_ERR_ARGUMENT, where, "NULL argument");
    if (size < PREFIX)
        return alv_fail_at(error, ALV_ERR_FORMAT, where, (int64_t)size,
                           "the file ends within its first 8 bytes");
    uint64_t length = 0;
    for (int i = PREFIX; i-- > 0;) length = length << 8 | ((const unsigned char *)bytes)[i];
    if (length > (uint64_t)ALV_SAFETENSORS_MAX)
        return alv_fail_at(error, ALV_ERR_FORMAT, where, 0,
                           "no safetensors file: a header of %llu bytes is beyond the format's "
                           "limit, %lld",
                           length, ALV_SAFETENSORS_MAX);
    *out = PREFIX + (int64_t)length;
    return ALV_OK;
}

/* A string into the pool. */
static alv_status read_text(const char **out, reader *r)
{
    size_t length;
    ALV_TRY(alv_cursor_string(r->pool, &length, &r->c));
    *out = r->pool;
    r->pool += length + 1;
    return ALV_OK;
}

/* {"format":"pt", ...}: texts only. */
static alv_status read_notes(reader *r)
{
    if (!alv_cursor_take(&r->c, '{')) return alv_cursor_fail(&r->c, "the '{' of __metadata__");
    while (!alv_cursor_take(&r->c, '}')) {
        alv_safetensors_note *note = &r->file->notes[r->file->n_notes];
        ALV_TRY(read_text(&note->key, r));
        if (!alv_cursor_take(&r->c, ':')) return alv_cursor_fail(&r->c, "':'");
        ALV_TRY(read_text(&note->value, r));
        r->file->n_notes++;
        if (alv_cursor_take(&r->c, ',')) {
            if (alv_cursor_peek(&r->c) != '"') return alv_cursor_fail(&r->c, "another note");
        } else if (alv_cursor_peek(&r->c) != '}') {
            return alv_cursor_fail(&r->c, "',' or '}'");
        }
    }
    return ALV_OK;
}

/* [2, 3]: at most `most` whole numbers. */
static alv_status read_sizes(int64_t *out, int *n, int most, reader *r)
{
    if (!alv_cursor_take(&r->c, '[')) return alv_cursor_fail(&r->c, "'['");
    *n = 0;
    if (alv_cursor_take(&r->c, ']')) return ALV_OK;
    do {
        if (*n == most)
            return alv_fail_at(r->c.error, ALV_ERR_UNSUPPORTED, where, (int64_t)r->c.at,
                               "more than %d numbers", most);
        ALV_TRY(alv_cursor_size(&out[(*n)++], &r->c));
    } while (alv_cursor_take(&r->c, ','));
    return alv_cursor_take(&r->c, ']') ? ALV_OK : alv_cursor_fail(&r->c, "',' or ']'");
}

static alv_status read_type(alv_safetensor *t, reader *r)
{
    const char *name;
    alv_cursor_peek(&r->c);
    int64_t position = (int64_t)r->c.at;
    ALV_TRY(read_text(&name, r));
    const alv_safetensors_type *type = alv_safetensors_type_named(name);
    if (!type || type->item == 0)
        return alv_fail_at(r->c.error, ALV_ERR_UNSUPPORTED, where, position,
                           type ? "elements of type %s share bytes, which alvor does not read"
                                : "there is no element type '%s'",
                           name);
    t->type = type->name;
    t->item = type->item;
    t->dtype = type->dtype;
    return ALV_OK;
}

static alv_status read_offsets(alv_safetensor *t, reader *r)
{
    int64_t range[2];
    int n;
    ALV_TRY(read_sizes(range, &n, 2, r));
    if (n != 2) return alv_cursor_fail(&r->c, "two data_offsets before");
    int64_t data = r->file_size - r->file->data;
    if (range[0] > range[1] || range[1] > data)
        return alv_fail_at(r->c.error, ALV_ERR_FORMAT, where, (int64_t)r->c.at,
                           "'%s': data_offsets %lld, %lld are no range of the file's %lld bytes of "
                           "data",
                           t->name, range[0], range[1], data);
    t->begin = r->file->data + range[0];
    t->end = r->file->data + range[1];
    return ALV_OK;
}

enum { TYPE = 1, SHAPE = 2, OFFSETS = 4, ALL = 7 };

static alv_status read_entry(alv_safetensor *t, unsigned *seen, reader *r)
{
    static const char *const keys[] = {"dtype", "shape", "data_offsets"};
    const char *name;
    alv_cursor_peek(&r->c);
    int64_t position = (int64_t)r->c.at;
    ALV_TRY(read_text(&name, r));
    unsigned flag = 0;
    for (int i = 0; i < ALV_COUNT(keys); i++)
        if (strcmp(name, keys[i]) == 0) flag = 1u << i;
    if (flag == 0 || (*seen & flag))
        return alv_fail_at(r->c.error, ALV_ERR_FORMAT, where, position,
                           flag ? "'%s': the key '%s' comes twice"
                                : "'%s': there should be no key '%s'",
                           t->name, name);
    *seen |= flag;
    if (!alv_cursor_take(&r->c, ':')) return alv_cursor_fail(&r->c, "':'");
    return flag == TYPE    ? read_type(t, r)
           : flag == SHAPE ? read_sizes(t->shape, &t->rank, ALV_MAX_RANK, r)
                           : read_offsets(t, r);
}

/* Elements times item must be the range's bytes. */
static alv_status check_bytes(const alv_safetensor *t, alv_error *error)
{
    int64_t bytes = t->item;
    bool empty = false, fits = true;
    for (int i = 0; i < t->rank; i++) empty |= t->shape[i] == 0;
    for (int i = 0; i < t->rank && !empty; i++)
        fits = fits && alv_mul_i64(&bytes, bytes, t->shape[i]);
    if (empty) bytes = 0;
    if (fits && bytes == t->end - t->begin) return ALV_OK;
    return alv_fail_at(error, ALV_ERR_FORMAT, where, t->position,
                       "'%s': type and shape ask for %s%lld bytes, and data_offsets give %lld",
                       t->name, fits ? "" : "more than ", fits ? bytes : INT64_MAX,
                       t->end - t->begin);
}

static alv_status read_tensor(reader *r, const char *name, int64_t position)
{
    alv_safetensor *t = &r->file->tensors[r->file->n_tensors];
    unsigned seen = 0;
    *t = (alv_safetensor){.name = name, .position = position};
    if (!alv_cursor_take(&r->c, '{')) return alv_cursor_fail(&r->c, "the '{' of a tensor");
    do {
        ALV_TRY(read_entry(t, &seen, r));
    } while (alv_cursor_take(&r->c, ','));
    if (seen != ALL)
        return alv_cursor_fail(&r->c, "the keys dtype, shape and data_offsets before '}'");
    if (!alv_cursor_take(&r->c, '}')) return alv_cursor_fail(&r->c, "',' or '}'");
    ALV_TRY(check_bytes(t, r->c.error));
    r->file->n_tensors++;
    return ALV_OK;
}

/* One key of the header and its value. */
static alv_status read_member(reader *r)
{
    const char *name;
    alv_cursor_peek(&r->c);
    int64_t position = (int64_t)r->c.at;
    ALV_TRY(read_text(&name, r));
    if (!alv_cursor_take(&r->c, ':')) return alv_cursor_fail(&r->c, "':'");
    if (strcmp(name, alv_safetensors_metadata) != 0) return read_tensor(r, name, position);
    if (r->noted)
        return alv_fail_at(r->c.error, ALV_ERR_FORMAT, where, position, "'%s' comes twice", name);
    r->noted = true;
    return read_notes(r);
}

static alv_status read_header(reader *r)
{
    if (r->c.at == r->c.end || r->c.bytes[r->c.at] != '{')
        return alv_cursor_fail(&r->c, "the header's '{'");
    r->c.at++;
    if (!alv_cursor_take(&r->c, '}')) {
        do {
            ALV_TRY(read_member(r));
        } while (alv_cursor_take(&r->c, ','));
        if (!alv_cursor_take(&r->c, '}')) return alv_cursor_fail(&r->c, "',' or '}'");
    }
    alv_cursor_peek(&r->c);
    return r->c.at == r->c.end ? ALV_OK : alv_cursor_fail(&r->c, "nothing but spaces");
}

static int by_name(const void *a, const void *b)
{
    const alv_safetensor *x = a, *y = b;
    int order = strcmp(x->name, y->name);
    return order ? order : (x->position > y->position) - (x->position < y->position);
}

static int by_note(const void *a, const void *b)
{
    return strcmp(((const alv_safetensors_note *)a)->key, ((const alv_safetensors_note *)b)->key);
}

/* An empty tensor stands before the one that begins where it does. */
static int by_range(const void *a, const void *b)
{
    const alv_safetensor *x = a, *y = b;
    if (x->begin != y->begin) return x->begin < y->begin ? -1 : 1;
    if (x->end != y->end) return x->end < y->end ? -1 : 1;
    return (x->position > y->position) - (x->position < y->position);
}

static alv_status check_names(alv_safetensors *file, alv_error *error)
{
    qsort(file->tensors, (size_t)file->n_tensors, sizeof *file->tensors, by_name);
    for (int64_t i = 1; i < file->n_tensors; i++)
        if (strcmp(file->tensors[i - 1].name, file->tensors[i].name) == 0)
            return alv_fail_at(error, ALV_ERR_FORMAT, where, file->tensors[i].position,
                               "the tensor '%s' comes twice", file->tensors[i].name);
    qsort(file->notes, (size_t)file->n_notes, sizeof *file->notes, by_note);
    for (int64_t i = 1; i < file->n_notes; i++)
        if (strcmp(file->notes[i - 1].key, file->notes[i].key) == 0)
            return alv_fail(error, ALV_ERR_FORMAT, where, "__metadata__ has '%s' twice",
                            file->notes[i].key);
    return ALV_OK;
}

/* The ranges must follow one another from the header to the end of the file. */
static alv_status check_ranges(alv_safetensors *file, int64_t file_size, alv_error *error)
{
    qsort(file->tensors, (size_t)file->n_tensors, sizeof *file->tensors, by_range);
    int64_t at = file->data;
    for (int64_t i = 0; i < file->n_tensors; i++) {
        const alv_safetensor *t = &file->tensors[i];
        if (t->begin != at)
            return alv_fail_at(
                error, ALV_ERR_FORMAT, where, t->position,
                "'%s' begins at byte %lld of the data, and what is before it ends at "
                "%lld: ranges must follow one another",
                t->name, t->begin - file->data, at - file->data);
        at = t->end;
    }
    if (at == file_size) return ALV_OK;
    return alv_fail_at(error, ALV_ERR_FORMAT, where, at,
                       "the file has %lld bytes that belong to no tensor", file_size - at);
}

/* Room for as many tensors and notes as the header could hold: no more than it has openings, nor
 * than fit its length. */
static storage *new_storage(const unsigned char *header, int64_t length)
{
    int64_t braces = 0, quotes = 0;
    for (int64_t i = 0; i < length; i++) {
        braces += header[i] == '{';
        quotes += header[i] == '"';
    }
    int64_t tensors = length / LEAST_TENSOR, notes = length / LEAST_NOTE;
    if (tensors > braces) tensors = braces;
    if (notes > quotes / 4) notes = quotes / 4;
    storage *s = alv_new_array(1, sizeof *s);
    if (!s) return NULL;
    s->pool = alv_new_array((size_t)length + 1, 1);
    s->file.tensors = alv_new_array((size_t)tensors + 1, sizeof *s->file.tensors);
    s->file.notes = alv_new_array((size_t)notes + 1, sizeof *s->file.notes);
    if (s->pool && s->file.tensors && s->file.notes) return s;
    alv_safetensors_free(&s->file);
    return NULL;
}

alv_status alv_safetensors_parse(alv_safetensors **out, const void *bytes, size_t size,
                                 int64_t file_size, alv_error *error)
{
    int64_t data;
    if (!out || file_size < 0 || (uint64_t)file_size < size)
        return alv_fail(error, ALV_ERR_ARGUMENT, where, "NULL argument, or file_size below size");
    ALV_TRY(alv_safetensors_size(&data, bytes, size, error));
    if ((uint64_t)data > size)
        return alv_fail_at(error, ALV_ERR_FORMAT, where, (int64_t)size,
                           "the file ends here: its header should have %lld bytes", data - PREFIX);
    storage *s = new_storage((const unsigned char *)bytes + PREFIX, data - PREFIX);
    if (!s) return alv_fail(error, ALV_ERR_MEMORY, where, "no memory for the header");
    s->file.data = data;
    reader r = {
        .c = {.bytes = bytes, .at = PREFIX, .end = (size_t)data, .where = where, .error = error},
        .file = &s->file,
        .pool = s->pool,
        .file_size = file_size};
    alv_status status = read_header(&r);
    if (status == ALV_OK) status = check_names(&s->file, error);
    if (status == ALV_OK) status = check_ranges(&s->file, file_size, error);
    if (status == ALV_OK)
        *out = &s->file;
    else
        alv_safetensors_free(&s->file);
    return status;
}

void alv_safetensors_free(alv_safetensors *file)
{
    if (!file) return;
    free(((storage *)file)->pool);
    free(file->tensors);
    free(file->notes);
    free(file);
}

const alv_safetensor *alv_safetensors_find(const alv_safetensors *file, const char *name)
{
    for (int64_t i = 0; file && name && i < file->n_tensors; i++)
        if (strcmp(file->tensors[i].name, name) == 0) return &file->tensors[i];
    return NULL;
}
