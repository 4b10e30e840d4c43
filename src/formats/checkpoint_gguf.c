/* GGUF, the files of llama.cpp, as a source of tensors; little-endian, versions 2 and 3.
 *
 * Layout (ggml's docs/gguf.md): magic, version, numbers of tensors and of notes; the notes, each a
 * key, a type and a value; for each tensor a name, its sizes (the fastest first), a type and where
 * its data begin behind the header, which is padded to general.alignment. Quantized types pack
 * blocks of elements: they are named and not measured. */
#include "base/base.h"
#include "formats/checkpoint_formats.h"

enum { MAGIC = 4, USUAL_ALIGNMENT = 32, MOST_NAME = 65535 };

/* Bytes that so many elements take. */
typedef struct gguf_type {
    uint32_t number;
    const char *name;
    int block, bytes, dtype;
} gguf_type;

static const gguf_type types[] = {
    {0, "F32", 1, 4, ALV_F32},    {1, "F16", 1, 2, ALV_F16},
    {30, "BF16", 1, 2, ALV_BF16}, {28, "F64", 1, 8, ALV_F64},
    {24, "I8", 1, 1, -1},         {25, "I16", 1, 2, -1},
    {26, "I32", 1, 4, -1},        {27, "I64", 1, 8, -1},
    {2, "Q4_0", 32, 18, -1},      {3, "Q4_1", 32, 20, -1},
    {6, "Q5_0", 32, 22, -1},      {7, "Q5_1", 32, 24, -1},
    {8, "Q8_0", 32, 34, -1},      {10, "Q2_K", 256, 84, -1},
    {11, "Q3_K", 256, 110, -1},   {12, "Q4_K", 256, 144, -1},
    {13, "Q5_K", 256, 176, -1},   {14, "Q6_K", 256, 210, -1},
    {15, "Q8_K", 256, 292, -1},   {UINT32_MAX, "unknown", 1, 0, -1}, /* the last: newer types */
};

typedef struct reader {
    alv_checkpoint *model;
    const unsigned char *bytes;
    const char *path;
    uint64_t at, size;
    uint64_t alignment;
    alv_error *error;
} reader;

static alv_status broken(const reader *r, const char *what)
{
    return alv_fail_at(r->error, ALV_ERR_FORMAT, r->path, (int64_t)r->at, "%s", what);
}

static alv_status skip(reader *r, uint64_t n)
{
    if (n > r->size - r->at) return broken(r, "the file ends within this field");
    r->at += n;
    return ALV_OK;
}

/* A number of n bytes. */
static alv_status read_number(uint64_t *out, reader *r, unsigned n)
{
    const uint64_t from = r->at;
    ALV_TRY(skip(r, n));
    *out = 0;
    for (unsigned i = n; i-- > 0;) *out = *out << 8 | r->bytes[from + i];
    return ALV_OK;
}

static alv_status read_text(const char **out, uint64_t *length, reader *r)
{
    ALV_TRY(read_number(length, r, 8));
    *out = (const char *)r->bytes + r->at;
    return skip(r, *length);
}

/* Bytes of a value by its type; 0: a text or an array. */
static const unsigned char value_bytes[] = {1, 1, 2, 2, 4, 4, 4, 1, 0, 0, 8, 8, 8};
enum { TEXT = 8, ARRAY = 9 };

static alv_status skip_value(reader *r, uint64_t type)
{
    const char *text;
    uint64_t length;
    if (type >= ALV_COUNT(value_bytes)) return broken(r, "a note of no known type");
    return type == TEXT ? read_text(&text, &length, r) : skip(r, value_bytes[type]);
}

static alv_status skip_array(reader *r)
{
    uint64_t type, n, bytes;
    ALV_TRY(read_number(&type, r, 4));
    ALV_TRY(read_number(&n, r, 8));
    if (type == ARRAY || type >= ALV_COUNT(value_bytes))
        return broken(r, "a list of no known type, or of lists");
    if (type != TEXT) {
        if (__builtin_mul_overflow(n, value_bytes[type], &bytes)) bytes = UINT64_MAX;
        return skip(r, bytes);
    }
    for (uint64_t i = 0; i < n; i++) ALV_TRY(skip_value(r, type));
    return ALV_OK;
}

static alv_status read_note(reader *r)
{
    static const char wanted[] = "general.alignment";
    const char *key;
    uint64_t length, type;
    ALV_TRY(read_text(&key, &length, r));
    ALV_TRY(read_number(&type, r, 4));
    if (type == ARRAY) return skip_array(r);
    if (type != 4 || length != sizeof wanted - 1 || memcmp(key, wanted, length) != 0)
        return skip_value(r, type);
    ALV_TRY(read_number(&r->alignment, r, 4));
    const uint64_t a = r->alignment;
    return a >= 1 && (a & (a - 1)) == 0 ? ALV_OK
                                        : broken(r, "an alignment that is no power of two");
}

static const gguf_type *type_of(uint64_t number)
{
    int i = 0;
    while (i < ALV_COUNT(types) - 1 && types[i].number != number) i++;
    return &types[i];
}

/* Its place is told from the end of the header, which is not known yet. */
static alv_status read_tensor(reader *r)
{
    const char *name;
    uint64_t length, axes, size, number, offset;
    alv_checkpoint_tensor t = {.at = (int64_t)r->at};
    ALV_TRY(read_text(&name, &length, r));
    if (length == 0 || length > MOST_NAME || memchr(name, 0, length))
        return broken(r, "a tensor's name is empty, too long, or has a NUL");
    ALV_TRY(read_number(&axes, r, 4));
    if (axes > ALV_MAX_RANK) return broken(r, "a tensor of more than 8 axes");
    t.rank = (int)axes;
    for (int i = t.rank - 1; i >= 0; i--) {
        ALV_TRY(read_number(&size, r, 8));
        if (size > INT64_MAX) return broken(r, "a size that does not fit 63 bits");
        t.shape[i] = (int64_t)size;
    }
    ALV_TRY(read_number(&number, r, 4));
    ALV_TRY(read_number(&offset, r, 8));
    const gguf_type *type = type_of(number);
    if (offset > r->size) return broken(r, "data beyond the end of the file");
    t.type = type->name;
    t.dtype = type->dtype;
    t.item = type->block == 1 ? type->bytes : 0;
    t.name = alv_checkpoint_text(r->model, name, (size_t)length);
    if (!t.name) return alv_fail(r->error, ALV_ERR_MEMORY, r->path, "no memory for a name");
    ALV_TRY(alv_checkpoint_add(r->model, &t, r->error));
    r->model->tensors[r->model->n - 1].at = (int64_t)offset;
    return ALV_OK;
}

/* From places behind the header to places in the file. */
static alv_status place(const reader *r, uint64_t data, alv_checkpoint_tensor *t)
{
    int type = 0;
    while (strcmp(types[type].name, t->type) != 0) type++;
    const int64_t blocks = t->count / types[type].block;
    const uint64_t at = data + (uint64_t)t->at;
    if (t->count % types[type].block != 0 || !alv_mul_i64(&t->size, blocks, types[type].bytes) ||
        at > r->size || (uint64_t)t->size > r->size - at)
        return alv_fail(r->error, ALV_ERR_FORMAT, r->path,
                        "the data of '%s' leave the file, or are no whole blocks", t->name);
    t->at = (int64_t)at;
    t->bytes = r->bytes + at;
    return ALV_OK;
}

static alv_status open_gguf(alv_checkpoint *model, alv_error *error)
{
    const alv_checkpoint_file *file = &model->files[0];
    reader r = {model, file->bytes, file->path, MAGIC, file->size, USUAL_ALIGNMENT, error};
    uint64_t version, tensors, notes;
    ALV_TRY(read_number(&version, &r, 4));
    if (version != 2 && version != 3)
        return alv_fail_at(error, ALV_ERR_UNSUPPORTED, file->path, MAGIC,
                           "GGUF version %llu (big-endian?): alvor reads 2 and 3", version);
    ALV_TRY(read_number(&tensors, &r, 8));
    ALV_TRY(read_number(&notes, &r, 8));
    for (uint64_t i = 0; i < notes; i++) ALV_TRY(read_note(&r));
    for (uint64_t i = 0; i < tensors; i++) ALV_TRY(read_tensor(&r));
    const uint64_t data = (r.at + r.alignment - 1) / r.alignment * r.alignment;
    for (int64_t i = 0; i < model->n; i++) ALV_TRY(place(&r, data, &model->tensors[i]));
    return ALV_OK;
}

static bool is_gguf(const unsigned char *bytes, size_t size)
{
    return size >= MAGIC && memcmp(bytes, "GGUF", MAGIC) == 0;
}

const alv_checkpoint_format alv_format_gguf = {
    .name = "gguf",
    .summary = {"GGUF: the files of llama.cpp; quantized tensors are named and not measured",
                "GGUF: os arquivos do llama.cpp; tensores quantizados são nomeados, não medidos"},
    .sniff = is_gguf,
    .open = open_gguf,
};
