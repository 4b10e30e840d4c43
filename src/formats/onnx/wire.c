/* Filters a ModelProto by tables of its messages. Encoding: protobuf.dev, "Encoding"; the numbers
 * of the fields are those of onnx.proto. */
#include "formats/onnx/wire.h"

#include "base/base.h"

enum { VARINT = 0, FIXED64 = 1, BYTES = 2, FIXED32 = 5 };
enum { LENGTH = 5, MOST_BYTES = 256 << 20, MOST_MESSAGES = 2 << 20, SMALL = 1 << 16 };

typedef enum action { COPY, INTO, PLACE, COPY_SMALL } action;

struct message;
typedef struct field {
    unsigned number;
    action action;
    const struct message *message; /* of INTO */
} field;

typedef struct message {
    bool is_initializer, is_constant;
    field fields[12]; /* ends at number 0 */
} message;

static const message dimension = {.fields = {{1, COPY}, {2, COPY}}};
static const message shape = {.fields = {{1, INTO, &dimension}}};
static const message tensor_type = {.fields = {{1, COPY}, {2, INTO, &shape}}};
static const message type = {.fields = {{1, INTO, &tensor_type}}};
static const message value_info = {.fields = {{1, COPY}, {2, INTO, &type}}};
static const message entry = {.fields = {{1, COPY}, {2, COPY}}};
static const message initializer = {.is_initializer = true,
                                    .fields = {{1, COPY},
                                               {2, COPY},
                                               {4, PLACE},
                                               {5, COPY},
                                               {8, COPY},
                                               {9, PLACE},
                                               {10, PLACE},
                                               {13, INTO, &entry},
                                               {14, COPY}}};
static const message constant = {.is_constant = true,
                                 .fields = {{1, COPY},
                                            {2, COPY},
                                            {4, COPY_SMALL},
                                            {5, COPY_SMALL},
                                            {7, COPY_SMALL},
                                            {9, COPY_SMALL},
                                            {10, COPY_SMALL}}};
static const message attribute = {.fields = {{1, COPY},
                                             {2, COPY},
                                             {3, COPY},
                                             {4, COPY_SMALL},
                                             {5, INTO, &constant},
                                             {7, COPY_SMALL},
                                             {8, COPY_SMALL},
                                             {9, COPY_SMALL},
                                             {20, COPY}}};
static const message node = {
    .fields = {{1, COPY}, {2, COPY}, {3, COPY}, {4, COPY}, {5, INTO, &attribute}, {7, COPY}}};
static const message graph = {.fields = {{1, INTO, &node},
                                         {2, COPY},
                                         {5, INTO, &initializer},
                                         {11, INTO, &value_info},
                                         {12, INTO, &value_info}}};
static const message model = {.fields = {{1, COPY}, {7, INTO, &graph}, {8, INTO, &entry}}};

typedef struct filter {
    const unsigned char *bytes;
    alv_wire *out;
    const char *where;
    alv_error *error;
} filter;

static alv_status broken(const filter *f, size_t at, const char *what)
{
    return alv_fail_at(f->error, ALV_ERR_FORMAT, f->where, (int64_t)at, "%s", what);
}

/* A number in 7-bit groups; false if it does not end before `end`. */
static bool read_varint(uint64_t *out, const unsigned char *bytes, size_t *at, size_t end)
{
    *out = 0;
    for (int shift = 0; shift < 64 && *at < end; shift += 7) {
        const unsigned char byte = bytes[(*at)++];
        *out |= (uint64_t)(byte & 0x7f) << shift;
        if (byte < 0x80) return true;
    }
    return false;
}

/* One field: its value lies in [begin, end) of the file, for BYTES without the length. */
typedef struct piece {
    uint64_t number;
    unsigned wire;
    size_t start, begin, end;
} piece;

static bool read_piece(piece *p, const unsigned char *bytes, size_t *at, size_t end)
{
    uint64_t tag, length;
    p->start = *at;
    if (!read_varint(&tag, bytes, at, end)) return false;
    p->number = tag >> 3;
    p->wire = tag & 7;
    p->begin = *at;
    if (p->wire == VARINT) {
        if (!read_varint(&length, bytes, at, end)) return false;
    } else if (p->wire == FIXED32 || p->wire == FIXED64) {
        const size_t n = p->wire == FIXED32 ? 4 : 8;
        if (end - *at < n) return false;
        *at += n;
    } else if (p->wire == BYTES) {
        if (!read_varint(&length, bytes, at, end) || length > end - *at) return false;
        p->begin = *at;
        *at += (size_t)length;
    } else {
        return false;
    }
    p->end = *at;
    return p->number > 0;
}

static alv_status put(filter *f, const unsigned char *from, size_t n)
{
    alv_wire *w = f->out;
    if (n > MOST_BYTES - w->n)
        return alv_fail(f->error, ALV_ERR_UNSUPPORTED, f->where,
                        "its graph, without the weights, has more than %d MiB", MOST_BYTES >> 20);
    if (w->n + n > w->room) {
        const size_t room = 2 * (w->n + n) + 4096;
        unsigned char *grown = realloc(w->bytes, room);
        if (!grown) return alv_fail(f->error, ALV_ERR_MEMORY, f->where, "no memory for its graph");
        w->bytes = grown;
        w->room = room;
    }
    if (n > 0) memcpy(w->bytes + w->n, from, n);
    w->n += n;
    return ALV_OK;
}

static alv_status add_place(alv_wire_place **all, int64_t *n, int64_t *capacity, filter *f)
{
    if (*n == *capacity) {
        const int64_t room = 2 * *capacity + 64;
        alv_wire_place *grown = realloc(*all, (size_t)room * sizeof *grown);
        if (!grown)
            return alv_fail(f->error, ALV_ERR_MEMORY, f->where, "no memory for its weights");
        *all = grown;
        *capacity = room;
    }
    (*all)[(*n)++] = (alv_wire_place){0};
    return ALV_OK;
}

/* What lies there is copied, if it is small, or found again. */
static void note_constant(filter *f, const piece *p)
{
    const bool data = p->number == 4 || p->number == 9 || p->number == 10;
    if (!data || p->wire != BYTES || p->end == p->begin) return;
    f->out->constants[f->out->n_constants - 1] =
        (alv_wire_place){(int)p->number, (int64_t)p->begin, (int64_t)(p->end - p->begin)};
}

static alv_status set_place(filter *f, const piece *p)
{
    alv_wire_place *place = &f->out->places[f->out->n_tensors - 1];
    if (p->wire != BYTES)
        return alv_fail_at(f->error, ALV_ERR_UNSUPPORTED, f->where, (int64_t)p->start,
                           "weights that are not packed together");
    if (place->field && p->end > p->begin)
        return broken(f, p->start, "a tensor whose data are given twice");
    if (p->end > p->begin)
        *place = (alv_wire_place){(int)p->number, (int64_t)p->begin, (int64_t)(p->end - p->begin)};
    return ALV_OK;
}

static const field *field_of(const message *m, uint64_t number)
{
    const field *found = m->fields;
    while (found->number && found->number != number) found++;
    return found->number ? found : NULL;
}

static alv_status copy_message(filter *f, const message *m, size_t begin, size_t end);

/* A message in the skeleton has a length of five bytes, written when it is known. */
static alv_status copy_into(filter *f, const message *m, const piece *p)
{
    static const unsigned char later[LENGTH] = {0};
    if (p->wire != BYTES) return broken(f, p->start, "a number where a message should be");
    if (++f->out->messages > MOST_MESSAGES)
        return alv_fail_at(f->error, ALV_ERR_UNSUPPORTED, f->where, (int64_t)p->start,
                           "more than %d nodes, weights and attributes", MOST_MESSAGES);
    unsigned char tag[2] = {(unsigned char)(p->number << 3 | BYTES), 0};
    ALV_TRY(put(f, tag, 1));
    const size_t at = f->out->n;
    ALV_TRY(put(f, later, LENGTH));
    alv_wire *w = f->out;
    if (m->is_initializer) ALV_TRY(add_place(&w->places, &w->n_tensors, &w->tensor_room, f));
    if (m->is_constant) ALV_TRY(add_place(&w->constants, &w->n_constants, &w->constant_room, f));
    ALV_TRY(copy_message(f, m, p->begin, p->end));
    size_t length = f->out->n - at - LENGTH;
    for (size_t i = 0; i < LENGTH; i++, length >>= 7)
        f->out->bytes[at + i] = (unsigned char)((length & 0x7f) | (i + 1 < LENGTH ? 0x80 : 0));
    return ALV_OK;
}

static alv_status copy_message(filter *f, const message *m, size_t begin, size_t end)
{
    for (size_t at = begin; at < end;) {
        piece p;
        if (!read_piece(&p, f->bytes, &at, end))
            return broken(f, p.start, "no field of a protobuf message: cut short, or no ONNX");
        const field *known = field_of(m, p.number);
        if (!known) continue;
        if (m->is_constant) note_constant(f, &p);
        if (known->action == INTO)
            ALV_TRY(copy_into(f, known->message, &p));
        else if (known->action == PLACE)
            ALV_TRY(set_place(f, &p));
        else if (known->action == COPY || p.end - p.begin <= SMALL)
            ALV_TRY(put(f, f->bytes + p.start, p.end - p.start));
    }
    return ALV_OK;
}

alv_status alv_wire_filter(alv_wire *out, const unsigned char *bytes, size_t size,
                           const char *where, alv_error *error)
{
    *out = (alv_wire){0};
    filter f = {bytes, out, where, error};
    const alv_status status = copy_message(&f, &model, 0, size);
    if (status != ALV_OK) alv_wire_free(out);
    return status;
}

void alv_wire_free(alv_wire *wire)
{
    free(wire->bytes);
    free(wire->places);
    free(wire->constants);
    *wire = (alv_wire){0};
}

bool alv_wire_is_model(const unsigned char *bytes, size_t size)
{
    piece p;
    size_t at = 0;
    return size > 4 && bytes[0] == 8 && read_piece(&p, bytes, &at, size < 16 ? size : 16);
}
