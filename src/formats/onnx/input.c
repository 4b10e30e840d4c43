/* Which of a graph's inputs is its data, of what sizes; what is taken for the others. */
#include "base/base.h"
#include "formats/onnx/graph.h"

static int by_text(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* Inputs beside the data that have a usual value, by how their names end: masks that hide nothing,
 * tokens of the first kind, positions in order. */
static const struct beside {
    const char *name;
    double number;
    alv_mask mask;
} besides[] = {{"attention_mask", 1, ALV_MASK_NONE},   {"input_mask", 1, ALV_MASK_NONE},
               {"key_padding_mask", 0, ALV_MASK_NONE}, {"padding_mask", 0, ALV_MASK_NONE},
               {"token_type_ids", 0, ALV_MASK_NONE},   {"segment_ids", 0, ALV_MASK_NONE},
               {"position_ids", 0, ALV_MASK_PLACES}};

/* "bert/attention_mask:0" ends in "attention_mask". */
static const struct beside *beside_of(const char *name)
{
    const char *colon = name ? strrchr(name, ':') : NULL;
    const size_t n = colon ? (size_t)(colon - name) : name ? strlen(name) : 0;
    for (int i = 0; i < ALV_COUNT(besides); i++) {
        const size_t m = strlen(besides[i].name);
        if (m > n || memcmp(name + n - m, besides[i].name, m) != 0) continue;
        if (m == n || strchr("_./", name[n - m - 1])) return &besides[i];
    }
    return NULL;
}

bool alv_onnx_beside(alv_onnx_value *out, alv_onnx *g, const AlvOnnx__GraphProto *graph, size_t i)
{
    const struct beside *known = beside_of(graph->input[i]->name);
    if (!known || i == g->model->data_input) return false;
    *out = known->mask == ALV_MASK_NONE ? alv_onnx_constant(g, known->number)
                                        : (alv_onnx_value){.is = ALV_ONNX_CONST};
    out->mask = known->mask;
    g->model->left_out[ALV_LEFT_INPUT]++;
    return true;
}

/* The data: the first input that is none of these and no initializer, as those of IR version 3 may
 * be; 0 also where there is none. False: no memory. */
static bool find_data(size_t *out, const AlvOnnx__GraphProto *graph)
{
    const char **list = alv_new_array(graph->n_initializer + 1, sizeof *list);
    size_t at = 0;
    if (!list) return false;
    for (size_t i = 0; i < graph->n_initializer; i++) list[i] = graph->initializer[i]->name;
    qsort(list, graph->n_initializer, sizeof *list, by_text);
    while (at < graph->n_input && graph->input[at]->name &&
           (beside_of(graph->input[at]->name) ||
            bsearch(&graph->input[at]->name, list, graph->n_initializer, sizeof *list, by_text)))
        at++;
    free(list);
    *out = at < graph->n_input ? at : 0;
    return true;
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
    for (size_t i = 0; name && i < graph->n_node; i++) {
        const AlvOnnx__NodeProto *n = graph->node[i];
        if (n->n_input < 1 || n->n_output < 1 || strcmp(n->input[0], name) != 0) continue;
        if (!is_among(n->op_type, passes, ALV_COUNT(passes)))
            return is_among(n->op_type, by_channels, ALV_COUNT(by_channels));
        name = n->output[0];
    }
    return false;
}

/* Sizes of a sequence's positions and of an image's sides that neither the file nor the caller
 * says. */
enum { MOST_AXES = 5, OPEN_POSITIONS = 16, OPEN_SIDE = 64 };

/* The data's axes: their sizes, 0 where the file leaves them open. */
typedef struct sizes {
    bool floats;
    int n;
    int64_t at[MOST_AXES];
} sizes;

static sizes read_sizes(const AlvOnnx__ValueInfoProto *input)
{
    enum { FLOATS = 1, HALVES = 10, DOUBLES = 11 };
    sizes out = {0};
    const AlvOnnx__TypeProto__Tensor *t =
        input->type && input->type->value_case == ALV_ONNX__TYPE_PROTO__VALUE_TENSOR_TYPE
            ? input->type->tensor_type
            : NULL;
    const size_t n = t && t->shape ? t->shape->n_dim : 0;
    for (size_t i = 0; i < n && i < MOST_AXES; i++) {
        const AlvOnnx__TensorShapeProto__Dimension *d = t->shape->dim[i];
        const bool known =
            d->value_case == ALV_ONNX__TENSOR_SHAPE_PROTO__DIMENSION__VALUE_DIM_VALUE;
        out.at[i] = known && d->dim_value > 0 && d->dim_value < INT32_MAX ? d->dim_value : 0;
    }
    out.n = n <= MOST_AXES ? (int)n : 0;
    out.floats = t && (t->elem_type == FLOATS || t->elem_type == HALVES || t->elem_type == DOUBLES);
    return out;
}

/* Sizes [from, to) that are open, of the caller's data where they have as many axes, or as usual.
 */
static void close_sizes(sizes *s, alv_checkpoint *model, int from, int to, int64_t usual)
{
    const alv_checkpoint_tensor *data = model->fed;
    for (int i = from; i < to; i++) {
        if (s->at[i] > 0) continue;
        const bool given = data && data->rank == s->n && data->shape[i] < INT32_MAX;
        s->at[i] = given ? data->shape[i] : usual;
        model->left_out[ALV_LEFT_SIZE] += !given && usual > 0;
    }
}

static int64_t places_of(const alv_model *m)
{
    return m->height > 0 && m->width > 0 ? (int64_t)m->height * m->width : 1;
}

/* (samples, channels, height, width) are an image, (samples, tokens) of whole numbers and (samples,
 * positions, units) a sequence, whose positions come first where theirs alone is said. */
bool alv_onnx_read_sizes(int64_t *samples, alv_checkpoint *model, const AlvOnnx__GraphProto *graph)
{
    if (!find_data(&model->data_input, graph)) return false;
    sizes s = read_sizes(graph->input[model->data_input]);
    alv_model *m = model->graph;
    const bool tokens = !s.floats && s.n == 2;
    model->channels_first = s.floats && s.n == 3 && is_read_by_channels(graph, model->data_input);
    const bool last = s.n == 3 && !model->channels_first;
    model->data_rank = s.n;
    model->time_first = (last || tokens) && s.at[1] == 0 && s.at[0] > 1;
    if (model->time_first) {
        s.at[1] = s.at[0];
        s.at[0] = 0;
    }
    if (last || tokens) close_sizes(&s, model, 1, 2, OPEN_POSITIONS);
    if (model->channels_first) close_sizes(&s, model, 2, 3, OPEN_SIDE);
    if (s.n == 4) close_sizes(&s, model, 2, 4, OPEN_SIDE);
    m->height = (int)(s.n == 4 || model->channels_first ? s.at[2]
                      : s.n == 3 || !s.floats           ? s.at[1]
                                                        : 0);
    m->width = (int)(s.n == 4 ? s.at[3] : m->height > 0);
    m->inputs = s.floats && s.n >= 2 ? s.at[last ? 2 : 1] : 0;
    if (!alv_mul_i64(&m->inputs, m->inputs, places_of(m))) m->inputs = 0;
    *samples = s.at[0];
    return true;
}

alv_node alv_onnx_data_node(const alv_model *m)
{
    return (alv_node){.out = m->inputs / places_of(m), .height = m->height, .width = m->width};
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
