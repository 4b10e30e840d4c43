/* Which of a graph's inputs is its data, and of what sizes. */
#include "base/base.h"
#include "formats/onnx_graph.h"

static int by_text(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* The data: the first input that is no initializer, as those of IR version 3 may be; 0 also where
 * there is none. */
static size_t data_of(const AlvOnnx__GraphProto *graph)
{
    const char **list = alv_new_array(graph->n_initializer + 1, sizeof *list);
    size_t at = 0;
    for (size_t i = 0; list && i < graph->n_initializer; i++) list[i] = graph->initializer[i]->name;
    if (list) qsort(list, graph->n_initializer, sizeof *list, by_text);
    while (list && at < graph->n_input && graph->input[at]->name &&
           bsearch(&graph->input[at]->name, list, graph->n_initializer, sizeof *list, by_text))
        at++;
    free(list);
    return at < graph->n_input ? at : 0;
}

static bool is_among(const char *op, const char *const *list, int n)
{
    for (int i = 0; op && i < n; i++)
        if (strcmp(op, list[i]) == 0) return true;
    return false;
}

/* Whether what reads the data first takes their second axis for units. */
static bool is_read_by_channels(const AlvOnnx__GraphProto *graph, size_t data)
{
    static const char *const by_channels[] = {
        "Conv",          "ConvTranspose",        "MaxPool",
        "AveragePool",   "BatchNormalization",   "GlobalAveragePool",
        "GlobalMaxPool", "InstanceNormalization"};
    static const char *const passes[] = {"Identity", "Cast", "Dropout", "Pad",
                                         "Sub",      "Add",  "Mul",     "Div"};
    const char *name = graph->input[data]->name;
    for (size_t i = 0; i < graph->n_node; i++) {
        const AlvOnnx__NodeProto *n = graph->node[i];
        if (n->n_input < 1 || n->n_output < 1 || strcmp(n->input[0], name) != 0) continue;
        if (!is_among(n->op_type, passes, ALV_COUNT(passes)))
            return is_among(n->op_type, by_channels, ALV_COUNT(by_channels));
        name = n->output[0];
    }
    return false;
}

/* The sizes of the first input: (samples, channels, height, width) are an image, (samples, tokens)
 * of whole numbers and (samples, positions, units) a sequence, whose positions come first where
 * theirs alone is said; 0 where the file does not say. Returns the number of samples. */
int64_t alv_onnx_read_sizes(alv_checkpoint *model, const AlvOnnx__GraphProto *graph)
{
    const AlvOnnx__ValueInfoProto *input = graph->input[model->data_input = data_of(graph)];
    enum { FLOATS = 1, HALVES = 10, DOUBLES = 11 };
    alv_model *m = model->graph;
    int64_t size[5] = {0};
    const AlvOnnx__TypeProto__Tensor *t =
        input->type && input->type->value_case == ALV_ONNX__TYPE_PROTO__VALUE_TENSOR_TYPE
            ? input->type->tensor_type
            : NULL;
    const size_t n = t && t->shape ? t->shape->n_dim : 0;
    for (size_t i = 0; i < n && i < ALV_COUNT(size); i++) {
        const AlvOnnx__TensorShapeProto__Dimension *d = t->shape->dim[i];
        const bool known =
            d->value_case == ALV_ONNX__TENSOR_SHAPE_PROTO__DIMENSION__VALUE_DIM_VALUE;
        size[i] = known && d->dim_value > 0 && d->dim_value < INT32_MAX ? d->dim_value : 0;
    }
    const bool floats =
        t && (t->elem_type == FLOATS || t->elem_type == HALVES || t->elem_type == DOUBLES);
    model->channels_first = floats && n == 3 && is_read_by_channels(graph, model->data_input);
    const bool last = n == 3 && !model->channels_first;
    m->inputs = floats && n >= 2 ? last ? size[2] : size[1] : 0;
    m->height = (int)(n == 4 || model->channels_first ? size[2] : n == 3 || !floats ? size[1] : 0);
    model->data_rank = n <= ALV_COUNT(size) ? (int)n : 0;
    model->time_first = (last || (!floats && n == 2)) && m->height == 0 && size[0] > 0;
    if (model->time_first) m->height = (int)size[0];
    m->width = (int)(n == 4 ? size[3] : m->height > 0);
    return size[model->time_first ? 1 : 0];
}

alv_form alv_onnx_data_axes(const alv_checkpoint *m, const AlvOnnx__GraphProto *graph, size_t i)
{
    const AlvOnnx__ValueInfoProto *input = graph->input[i];
    const bool known = input->type &&
                       input->type->value_case == ALV_ONNX__TYPE_PROTO__VALUE_TENSOR_TYPE &&
                       input->type->tensor_type->shape;
    const size_t rank = known ? input->type->tensor_type->shape->n_dim : 0;
    const bool tokens = known && m->graph->inputs == 0 && rank == 2;
    if (i != m->data_input || rank < 2 || rank > 4) return alv_form_of("");
    if (rank == 4) return alv_form_of("n,u,h,w");
    if (tokens) return alv_form_of(m->time_first ? "t,n" : "n,t");
    if (rank == 3 && m->channels_first) return alv_form_of("n,u,t");
    return alv_form_of(rank == 2 ? "n,u" : m->time_first ? "t,n,u" : "n,t,u");
}
