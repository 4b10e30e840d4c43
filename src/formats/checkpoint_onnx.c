/* ONNX as a source of tensors: its initializers, mapped, in the file or in files beside it; then
 * the graph (formats/onnx/graph.h), which knows what they are. */
#include "base/base.h"
#include "formats/checkpoint_formats.h"
#include "formats/onnx/graph.h"
#include "formats/onnx/wire.h"

/* The element types of TensorProto.DataType. */
typedef struct onnx_type {
    int number;
    const char *name;
    int item, dtype;
} onnx_type;

static const onnx_type types[] = {
    {1, "FLOAT", 4, ALV_F32},
    {2, "UINT8", 1, -1},
    {3, "INT8", 1, -1},
    {4, "UINT16", 2, -1},
    {5, "INT16", 2, -1},
    {6, "INT32", 4, -1},
    {7, "INT64", 8, -1},
    {9, "BOOL", 1, -1},
    {10, "FLOAT16", 2, ALV_F16},
    {11, "DOUBLE", 8, ALV_F64},
    {12, "UINT32", 4, -1},
    {13, "UINT64", 8, -1},
    {14, "COMPLEX64", 8, -1},
    {15, "COMPLEX128", 16, -1},
    {16, "BFLOAT16", 2, ALV_BF16},
    {17, "FLOAT8E4M3FN", 1, ALV_F8_E4M3FN},
    {19, "FLOAT8E5M2", 1, ALV_F8_E5M2},
};

static const onnx_type *type_of(const AlvOnnx__TensorProto *from)
{
    for (int i = 0; i < ALV_COUNT(types); i++)
        if (from->has_data_type && types[i].number == from->data_type) return &types[i];
    return NULL;
}

static alv_status wrong(const alv_checkpoint *model, alv_status code, int64_t at,
                        const AlvOnnx__TensorProto *from, const char *what, alv_error *error)
{
    return alv_fail_at(error, code, model->files[0].path, at, "'%s': %s",
                       from->name ? from->name : "", what);
}

static const char *external(const AlvOnnx__TensorProto *from, const char *key)
{
    for (size_t i = 0; i < from->n_external_data; i++)
        if (from->external_data[i]->key && strcmp(from->external_data[i]->key, key) == 0)
            return from->external_data[i]->value;
    return NULL;
}

/* A whole number from 0 in decimal; false for anything else. */
static bool read_number(int64_t *out, const char *text)
{
    *out = 0;
    for (; text && *text; text++)
        if (*text < '0' || *text > '9' || !alv_mul_i64(out, *out, 10) ||
            __builtin_add_overflow(*out, *text - '0', out))
            return false;
    return true;
}

/* Data in a file of their own. */
static alv_status find_external(alv_checkpoint_tensor *t, alv_checkpoint *model,
                                const AlvOnnx__TensorProto *from, int64_t needed, alv_error *error)
{
    const char *name = external(from, "location"), *length = external(from, "length"), *path;
    int64_t offset, told = needed;
    if (!name || !read_number(&offset, external(from, "offset")) ||
        (length && !read_number(&told, length)))
        return wrong(model, ALV_ERR_FORMAT, -1, from, "external data without a place", error);
    ALV_TRY(alv_checkpoint_beside(&path, model, name, error));
    ALV_TRY(alv_checkpoint_map(&t->file, model, path, error));
    const int64_t size = (int64_t)model->files[t->file].size;
    if (told != needed || offset > size || needed > size - offset)
        return wrong(model, ALV_ERR_FORMAT, -1, from,
                     "its external data are not as long as its shape asks for", error);
    t->at = offset;
    t->size = needed;
    t->bytes = model->files[t->file].bytes + offset;
    return ALV_OK;
}

/* 16-bit floats may stand in int32_data, one in each: the only data that are copied. */
static alv_status copy_halves(alv_checkpoint_tensor *t, alv_checkpoint *model,
                              const AlvOnnx__TensorProto *from, alv_error *error)
{
    uint16_t *halves = alv_checkpoint_keep(model, from->n_int32_data * sizeof *halves + 1);
    if (!halves) return wrong(model, ALV_ERR_MEMORY, -1, from, "no memory for its data", error);
    for (size_t i = 0; i < from->n_int32_data; i++) halves[i] = (uint16_t)from->int32_data[i];
    t->bytes = (unsigned char *)halves;
    t->size = (int64_t)(from->n_int32_data * sizeof *halves);
    t->file = -1;
    return ALV_OK;
}

static alv_status find_data(alv_checkpoint_tensor *t, alv_checkpoint *model,
                            const AlvOnnx__TensorProto *from, const alv_wire_place *place,
                            int64_t needed, alv_error *error)
{
    const int own = t->dtype == ALV_F32 ? 4 : t->dtype == ALV_F64 ? 10 : 9;
    if (from->has_data_location &&
        from->data_location == ALV_ONNX__TENSOR_PROTO__DATA_LOCATION__EXTERNAL)
        return find_external(t, model, from, needed, error);
    t->at = place->at;
    t->size = place->size;
    t->bytes = model->files[0].bytes + place->at;
    if (place->field == 0 && t->item == 2 && from->n_int32_data > 0)
        ALV_TRY(copy_halves(t, model, from, error));
    else if (place->field != 9 && place->field != own && needed > 0 && t->dtype >= 0)
        return wrong(model, ALV_ERR_FORMAT, place->at, from, "it has no data of its type", error);
    if (t->size != needed && t->dtype >= 0)
        return wrong(model, ALV_ERR_FORMAT, t->at, from,
                     "its data are not as long as its shape asks for", error);
    if (t->size != needed) t->bytes = NULL, t->size = 0; /* whole numbers in fields of their own */
    return ALV_OK;
}

static bool count(int64_t *bytes, const AlvOnnx__TensorProto *from, int item)
{
    *bytes = item;
    for (size_t i = 0; i < from->n_dims; i++)
        if (from->dims[i] == 0) return *bytes = 0, true;
    for (size_t i = 0; i < from->n_dims; i++)
        if (from->dims[i] < 0 || !alv_mul_i64(bytes, *bytes, from->dims[i])) return false;
    return true;
}

static alv_status add_initializer(alv_checkpoint *model, const AlvOnnx__TensorProto *from,
                                  const alv_wire_place *place, alv_error *error)
{
    const onnx_type *type = type_of(from);
    int64_t needed;
    if (!from->name || !*from->name)
        return wrong(model, ALV_ERR_FORMAT, place->at, from, "an initializer without a name",
                     error);
    if (!type)
        return wrong(model, ALV_ERR_UNSUPPORTED, place->at, from, "a type that alvor does not read",
                     error);
    if (from->n_dims > ALV_MAX_RANK)
        return wrong(model, ALV_ERR_UNSUPPORTED, place->at, from, "more than 8 axes", error);
    if (!count(&needed, from, type->item))
        return wrong(model, ALV_ERR_FORMAT, place->at, from, "sizes that overflow, or below 0",
                     error);
    alv_checkpoint_tensor t = {
        .type = type->name, .dtype = type->dtype, .item = type->item, .rank = (int)from->n_dims};
    for (int i = 0; i < t.rank; i++) t.shape[i] = from->dims[i];
    ALV_TRY(find_data(&t, model, from, place, needed, error));
    t.name = alv_checkpoint_text(model, from->name, strlen(from->name));
    if (!t.name) return wrong(model, ALV_ERR_MEMORY, -1, from, "no memory", error);
    return alv_checkpoint_add(model, &t, error);
}

/* Whether a tensor in a Constant node is one of weights: floats, more than one or of several axes.
 */
static bool is_weight(const AlvOnnx__TensorProto *t, const alv_wire_place *place)
{
    const onnx_type *type = type_of(t);
    int64_t needed = 0;
    const bool out =
        t->has_data_location && t->data_location == ALV_ONNX__TENSOR_PROTO__DATA_LOCATION__EXTERNAL;
    const int own = !type ? 0 : type->dtype == ALV_F32 ? 4 : type->dtype == ALV_F64 ? 10 : 9;
    return type && type->dtype >= 0 && t->n_dims >= 1 && t->n_dims <= ALV_MAX_RANK && !out &&
           count(&needed, t, type->item) && needed == place->size && needed > 0 &&
           (place->field == 9 || place->field == own) &&
           (t->n_dims >= 2 || needed / type->item > 1);
}

/* Weights in Constant nodes become tensors by the names of what these give; of[i] := that of node
 * i, or -1. */
static alv_status add_constants(int *of, alv_checkpoint *model, const AlvOnnx__GraphProto *graph,
                                const alv_wire *wire, alv_error *error)
{
    int64_t k = 0;
    for (size_t i = 0; i < graph->n_node; i++)
        for (size_t a = 0; a < graph->node[i]->n_attribute; a++)
            k += graph->node[i]->attribute[a]->t != NULL;
    const bool found = k == wire->n_constants; /* else an attribute has two */
    k = 0;
    for (size_t i = 0; i < graph->n_node; i++) {
        const AlvOnnx__NodeProto *n = graph->node[i];
        of[i] = -1;
        for (size_t a = 0; found && a < n->n_attribute; a++) {
            AlvOnnx__TensorProto *t = n->attribute[a]->t;
            const alv_wire_place *place = t ? &wire->constants[k++] : NULL;
            if (!t || !n->op_type || strcmp(n->op_type, "Constant") != 0 || n->n_output != 1 ||
                !*n->output[0] || !n->attribute[a]->name ||
                strcmp(n->attribute[a]->name, "value") != 0 || of[i] >= 0 || !is_weight(t, place))
                continue;
            char *name = t->name;
            t->name = n->output[0];
            of[i] = (int)model->n;
            const alv_status status = add_initializer(model, t, place, error);
            t->name = name;
            ALV_TRY(status);
        }
    }
    return ALV_OK;
}

static alv_status read_graph(alv_checkpoint *model, const AlvOnnx__GraphProto *graph,
                             const alv_wire *wire, alv_error *error)
{
    int *constants = alv_new_array(graph->n_node + 1, sizeof *constants);
    if (!constants)
        return alv_fail(error, ALV_ERR_MEMORY, model->files[0].path, "no memory for its nodes");
    alv_status status = add_constants(constants, model, graph, wire, error);
    if (status == ALV_OK) status = alv_onnx_graph(model, graph, constants, error);
    free(constants);
    return status;
}

static alv_status read_model(alv_checkpoint *model, const AlvOnnx__ModelProto *from,
                             const alv_wire *wire, alv_error *error)
{
    const char *path = model->files[0].path;
    const AlvOnnx__GraphProto *graph = from->graph;
    int64_t opset = 0;
    for (size_t i = 0; i < from->n_opset_import; i++) {
        const char *domain = from->opset_import[i]->domain;
        if (!domain || !*domain || strcmp(domain, "ai.onnx") == 0)
            opset = from->opset_import[i]->version;
    }
    if (!graph || (int64_t)graph->n_initializer != wire->n_tensors)
        return alv_fail_at(error, ALV_ERR_FORMAT, path, 0,
                           "no ONNX model: it has no graph, or two");
    if (opset < 7)
        return alv_fail(error, ALV_ERR_UNSUPPORTED, path,
                        "opset %lld: alvor reads 7 and up (onnx.version_converter converts)",
                        opset);
    for (size_t i = 0; i < graph->n_initializer; i++)
        ALV_TRY(add_initializer(model, graph->initializer[i], &wire->places[i], error));
    return read_graph(model, graph, wire, error);
}

static alv_status open_onnx(alv_checkpoint *model, alv_error *error)
{
    const alv_checkpoint_file *file = &model->files[0];
    alv_wire wire;
    ALV_TRY(alv_wire_filter(&wire, file->bytes, file->size, file->path, error));
    AlvOnnx__ModelProto *from = alv_onnx__model_proto__unpack(NULL, wire.n, wire.bytes);
    const alv_status status =
        from
            ? read_model(model, from, &wire, error)
            : alv_fail(error, ALV_ERR_FORMAT, file->path,
                       "no ONNX model: a field that must be there is missing, or has another type");
    if (from) alv_onnx__model_proto__free_unpacked(from, NULL);
    alv_wire_free(&wire);
    return status;
}

const alv_checkpoint_format alv_format_onnx = {
    .name = "onnx",
    .summary = {"ONNX: a graph and its weights, external data too",
                "ONNX: um grafo e os seus pesos, também os dados externos"},
    .sniff = alv_wire_is_model,
    .open = open_onnx,
};
