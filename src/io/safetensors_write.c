/* Writes the header of a safetensors file: where everything goes is decided before the first byte.
 *
 * The reference writer sorts by element size, then name. Here wide elements come first too, so that
 * a reader may map any tensor in place, but within a size the order is the model's own, so that
 * reading the file front to back meets the layers in the order in which they run. */
#include "io/safetensors.h"

#include "io/json.h"

static const char where[] = "safetensors";

enum { PREFIX = 8, ALIGNMENT = 8 };

static const size_t items[] = {8, 4, 2, 1}; /* element sizes, in the order of the file */

alv_status alv_safetensors_layout(int64_t *offsets, int64_t *total, const alv_tensor *tensors,
                                  int64_t n, alv_error *error)
{
    if (!total || n < 0 || (!tensors && n > 0))
        return alv_fail(error, ALV_ERR_ARGUMENT, where, "NULL argument, or n = %lld", n);
    int64_t at = 0, count;
    for (int64_t i = 0; i < n; i++) { /* all checks, before anything is written */
        ALV_TRY(alv_tensor_count(&count, &tensors[i], error));
        count *= (int64_t)alv_dtype_size(tensors[i].dtype);
        if (count > (INT64_C(1) << 62) - at)
            return alv_fail(error, ALV_ERR_OVERFLOW, tensors[i].name,
                            "the tensors up to this one have more than 2^62 bytes");
        at += count;
    }
    *total = at;
    at = 0;
    for (int k = 0; offsets && k < ALV_COUNT(items); k++)
        for (int64_t i = 0; i < n; i++) {
            if (alv_dtype_size(tensors[i].dtype) != items[k]) continue;
            alv_tensor_count(&count, &tensors[i], NULL);
            offsets[i] = at;
            at += count * (int64_t)items[k];
        }
    return ALV_OK;
}

/* Appends to a text that may be shorter than what goes into it. */
typedef struct sink {
    char *out;
    size_t size, length;
} sink;

static void put(sink *s, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    char piece[256];
    size_t n = alv_text_vformat(piece, sizeof piece, format, args);
    va_end(args);
    if (s->length + n <= s->size) memcpy(s->out + s->length, piece, n);
    s->length += n;
}

static void put_quoted(sink *s, const char *text)
{
    size_t n = alv_json_quote(NULL, text);
    if (s->length + n <= s->size) alv_json_quote(s->out + s->length, text);
    s->length += n;
}

static void put_notes(sink *s, const alv_safetensors_note *notes, int64_t n)
{
    for (int64_t i = 0; i < n; i++) {
        put(s, i == 0 ? "\"%s\":{" : ",", alv_safetensors_metadata);
        put_quoted(s, notes[i].key);
        put(s, ":");
        put_quoted(s, notes[i].value);
    }
    if (n > 0) put(s, "}");
}

static void put_tensor(sink *s, const alv_tensor *t, int64_t begin, int64_t end)
{
    put_quoted(s, t->name);
    put(s, ":{\"dtype\":\"%s\",\"shape\":[", alv_safetensors_type_of(t->dtype)->name);
    for (int i = 0; i < t->rank; i++) put(s, i ? ",%lld" : "%lld", t->shape[i]);
    put(s, "],\"data_offsets\":[%lld,%lld]}", begin, end);
}

/* The JSON, tensors in the order of their data. */
static void put_header(sink *s, const alv_tensor *tensors, int64_t n,
                       const alv_safetensors_note *notes, int64_t n_notes)
{
    int64_t at = 0, count;
    bool first = n_notes == 0;
    put(s, "{");
    put_notes(s, notes, n_notes);
    for (int k = 0; k < ALV_COUNT(items); k++)
        for (int64_t i = 0; i < n; i++) {
            if (alv_dtype_size(tensors[i].dtype) != items[k]) continue;
            alv_tensor_count(&count, &tensors[i], NULL);
            if (!first) put(s, ",");
            first = false;
            put_tensor(s, &tensors[i], at, at + count * (int64_t)items[k]);
            at += count * (int64_t)items[k];
        }
    put(s, "}");
}

static int by_text(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static alv_status check_name(const char *name, alv_error *error)
{
    const char *why = !*name                                        ? "a tensor has no name"
                      : strcmp(name, alv_safetensors_metadata) == 0 ? "the format keeps this name"
                      : !alv_utf8_valid(name) ? "the name is not UTF-8, which the format asks for"
                                              : NULL;
    return why ? alv_fail(error, ALV_ERR_ARGUMENT, *name ? name : where, "%s", why) : ALV_OK;
}

/* Every name sound, and none twice. */
static alv_status check_names(const alv_tensor *tensors, int64_t n, alv_error *error)
{
    for (int64_t i = 0; i < n; i++) ALV_TRY(check_name(tensors[i].name, error));
    const char **names = alv_new_array((size_t)n, sizeof *names);
    if (!names) return alv_fail(error, ALV_ERR_MEMORY, where, "no memory for %lld names", n);
    for (int64_t i = 0; i < n; i++) names[i] = tensors[i].name;
    qsort(names, (size_t)n, sizeof *names, by_text);
    const char *twice = NULL;
    for (int64_t i = 1; i < n && !twice; i++)
        if (strcmp(names[i - 1], names[i]) == 0) twice = names[i];
    free(names);
    return twice ? alv_fail(error, ALV_ERR_ARGUMENT, twice, "two tensors have this name") : ALV_OK;
}

static alv_status check_notes(const alv_safetensors_note *notes, int64_t n, alv_error *error)
{
    for (int64_t i = 0; i < n; i++) {
        if (!notes[i].key || !notes[i].value || !alv_utf8_valid(notes[i].key) ||
            !alv_utf8_valid(notes[i].value))
            return alv_fail(error, ALV_ERR_ARGUMENT, where, "note %lld is not UTF-8 text", i);
        for (int64_t j = 0; j < i; j++)
            if (strcmp(notes[i].key, notes[j].key) == 0)
                return alv_fail(error, ALV_ERR_ARGUMENT, where, "two notes are called '%s'",
                                notes[i].key);
    }
    return ALV_OK;
}

alv_status alv_safetensors_header(char *out, size_t size, size_t *length, const alv_tensor *tensors,
                                  int64_t n, const alv_safetensors_note *notes, int64_t n_notes,
                                  alv_error *error)
{
    int64_t total;
    if (!length || n_notes < 0 || (!notes && n_notes > 0))
        return alv_fail(error, ALV_ERR_ARGUMENT, where, "NULL argument");
    ALV_TRY(alv_safetensors_layout(NULL, &total, tensors, n, error));
    ALV_TRY(check_names(tensors, n, error));
    ALV_TRY(check_notes(notes, n_notes, error));
    sink count = {0};
    put_header(&count, tensors, n, notes, n_notes);
    size_t json = (count.length + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT, whole = PREFIX + json;
    if (json > (size_t)ALV_SAFETENSORS_MAX)
        return alv_fail(error, ALV_ERR_RANGE, where,
                        "a header of %lld bytes is beyond the format's limit, %lld", (int64_t)json,
                        ALV_SAFETENSORS_MAX);
    if (out && whole > size)
        return alv_fail(error, ALV_ERR_RANGE, "size", "the header needs %lld bytes",
                        (int64_t)whole);
    if (out) {
        sink text = {out + PREFIX, json, 0};
        put_header(&text, tensors, n, notes, n_notes);
        memset(out + PREFIX + count.length, ' ', json - count.length);
        for (int i = 0; i < PREFIX; i++) out[i] = (char)(json >> (8 * i) & 0xff);
    }
    *length = whole;
    return ALV_OK;
}
