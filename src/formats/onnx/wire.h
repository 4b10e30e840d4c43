/* The wire format of protobuf, as far as a reader of ONNX needs it before protobuf-c can read.
 *
 * protobuf-c copies what it unpacks and follows any depth of nesting. So a file is first filtered
 * into a skeleton: only fields that alvor reads, nested no deeper than a table says, and instead of
 * the weights' data the place in the file where they lie, from which they stay mapped. */
#ifndef ALV_FORMATS_ONNX_WIRE_H
#define ALV_FORMATS_ONNX_WIRE_H

#include "alvor/error.h"
#include "base/libc.h"

/* Where the data of one initializer, or of a tensor in an attribute, lie in the file. */
typedef struct alv_wire_place {
    int field;        /* of TensorProto: 4 floats, 9 raw, 10 doubles; 0: it has none */
    int64_t at, size; /* bytes */
} alv_wire_place;

typedef struct alv_wire {
    unsigned char *bytes; /* the skeleton, a ModelProto */
    size_t n, room;
    int64_t n_tensors, tensor_room;
    alv_wire_place *places; /* of the initializers, in order */
    int64_t n_constants, constant_room;
    alv_wire_place *constants; /* of the tensors in attributes, in order */
    int64_t messages;          /* in the skeleton */
} alv_wire;

/* `where` is the file's name. ALV_ERR_FORMAT with the byte position; ALV_ERR_UNSUPPORTED for more
 * nodes and names than MOST bytes or messages hold; ALV_ERR_MEMORY. Free with alv_wire_free. */
alv_status alv_wire_filter(alv_wire *out, const unsigned char *bytes, size_t size,
                           const char *where, alv_error *error);
void alv_wire_free(alv_wire *wire);

/* Whether the bytes begin as a ModelProto does: an ir_version, then fields that it has. */
bool alv_wire_is_model(const unsigned char *bytes, size_t size);

#endif
