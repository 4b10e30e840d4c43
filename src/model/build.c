/* Adds nodes and parameters to arrays that grow. */
#include "model/build.h"

#include "base/base.h"

void alv_build_begin(alv_builder *b, int64_t channels, int height, int width, alv_error *error)
{
    *b = (alv_builder){
        .at = -1, .units = channels, .height = height, .width = width, .error = error};
    b->model = alv_new_array(1, sizeof *b->model);
    if (!b->model) b->status = alv_fail(error, ALV_ERR_MEMORY, "model", "no memory for a network");
    if (!b->model) return;
    b->model->inputs = channels * (height > 0 ? (int64_t)height * width : 1);
    b->model->height = height;
    b->model->width = width;
}

/* Room for `wanted` elements of `size` bytes; the rest is zero. */
static void *grow(void *array, int *room, int wanted, size_t size)
{
    if (wanted <= *room) return array;
    const int larger = 2 * *room > wanted ? 2 * *room : wanted;
    void *grown = alv_new_array((size_t)larger, size);
    if (!grown) return NULL;
    if (array) memcpy(grown, array, (size_t)*room * size);
    free(array);
    *room = larger;
    return grown;
}

/* Room for one more node with two parameters. */
static bool has_room(alv_builder *b)
{
    if (b->status != ALV_OK) return false;
    alv_model *m = b->model;
    void *nodes = grow(m->nodes, &b->room_nodes, m->n_nodes + 1, sizeof *m->nodes);
    if (nodes) m->nodes = nodes;
    void *params = grow(m->params, &b->room_params, m->n_params + 2, sizeof *m->params);
    if (params) m->params = params;
    if (!nodes || !params)
        b->status =
            alv_fail(b->error, ALV_ERR_MEMORY, "model", "no memory for %d nodes", m->n_nodes + 1);
    return nodes && params;
}

/* Adds a parameter "<name>.<part>"; returns its index. */
static int add_param(alv_builder *b, const char *name, const char *part, alv_tensor tensor)
{
    alv_tensor *t = &b->model->params[b->model->n_params];
    *t = tensor;
    t->depth = b->depth;
    alv_text_format(t->name, sizeof t->name, "%s.%s", name, part);
    return b->model->n_params++;
}

static void add_node(alv_builder *b, alv_node node)
{
    alv_model *m = b->model;
    node.input = b->at;
    node.line = b->line;
    node.column = b->column;
    m->nodes[m->n_nodes] = node;
    b->at = m->n_nodes++;
    b->units = node.out;
    b->height = node.height;
    b->width = node.width;
    m->outputs = node.out;
}

/* A node that keeps the sizes of what it is fed. */
static alv_node same(const alv_builder *b, alv_op op, alv_act_spec act)
{
    return (alv_node){.op = op,
                      .in = b->units,
                      .out = b->units,
                      .height = b->height,
                      .width = b->width,
                      .act = act,
                      .weight = -1,
                      .bias = -1};
}

static int add_bias(alv_builder *b, const char *name, const alv_tensor *weight, double fan_in,
                    double fan_out)
{
    return add_param(b, name, "bias",
                     (alv_tensor){.role = ALV_ROLE_BIAS,
                                  .rank = 1,
                                  .shape = {weight->shape[0]},
                                  .fan_in = fan_in,
                                  .fan_out = fan_out,
                                  .act = weight->act});
}

void alv_build_dense(alv_builder *b, const char *name, int64_t out, bool each, bool bias,
                     alv_act_spec follows, alv_act_spec act)
{
    if (!has_room(b)) return;
    const int64_t in = each || b->height == 0 ? b->units : b->units * b->height * b->width;
    const alv_tensor w = {.rank = 2,
                          .shape = {out, in},
                          .fan_in = (double)in,
                          .fan_out = (double)out,
                          .act = follows};
    alv_node node = same(b, ALV_OP_WEIGHTS, act);
    node.in = in;
    node.out = out;
    if (!each) node.height = node.width = 0;
    node.weight = add_param(b, name, "weight", w);
    if (bias) node.bias = add_bias(b, name, &w, w.fan_in, w.fan_out);
    add_node(b, node);
}

/* `w`: the weight, but for what all convolutions share. */
static void add_conv(alv_builder *b, const char *name, int64_t out, int kernel, int stride,
                     bool bias, alv_tensor w, alv_act_spec act)
{
    if (!has_room(b)) return;
    w.layer = ALV_LAYER_CONV;
    alv_node node = same(b, ALV_OP_WEIGHTS, act);
    node.kind = ALV_LAYER_CONV;
    node.out = out;
    node.kernel = kernel;
    node.stride = stride;
    node.one_axis = w.rank == 3;
    node.height = (b->height + stride - 1) / stride;
    node.width = node.one_axis ? b->width : (b->width + stride - 1) / stride;
    node.weight = add_param(b, name, "weight", w);
    if (bias) {
        double fan_in = 0, fan_out = 0;
        b->status = alv_tensor_fans(&fan_in, &fan_out, &w, b->error);
        if (b->status != ALV_OK) return;
        node.bias = add_bias(b, name, &w, fan_in, fan_out);
    }
    add_node(b, node);
}

void alv_build_conv(alv_builder *b, const char *name, int64_t out, int kernel, int stride,
                    bool bias, alv_act_spec follows, alv_act_spec act)
{
    const alv_tensor w = {.rank = 4,
                          .shape = {out, b->units, kernel, kernel},
                          .stride = {stride, stride},
                          .act = follows};
    add_conv(b, name, out, kernel, stride, bias, w, act);
}

void alv_build_conv1d(alv_builder *b, const char *name, int64_t out, int kernel, int stride,
                      bool bias, alv_act_spec follows, alv_act_spec act)
{
    const alv_tensor w = {
        .rank = 3, .shape = {out, b->units, kernel}, .stride = {stride}, .act = follows};
    add_conv(b, name, out, kernel, stride, bias, w, act);
}

void alv_build_norm(alv_builder *b, const char *name, alv_norm norm, alv_act_spec act)
{
    if (!has_room(b)) return;
    alv_node node = same(b, ALV_OP_NORM, act);
    const alv_tensor gain = {.role = ALV_ROLE_GAIN, .rank = 1, .shape = {b->units}, .fan_in = 1};
    alv_tensor shift = gain;
    shift.role = ALV_ROLE_BIAS;
    node.norm = norm;
    node.start = 1;
    node.weight = add_param(b, name, "weight", gain);
    if (norm != ALV_NORM_RMS) node.bias = add_param(b, name, "bias", shift);
    add_node(b, node);
}

void alv_build_act(alv_builder *b, alv_act_spec act)
{
    if (has_room(b)) add_node(b, same(b, ALV_OP_ACT, act));
}

void alv_build_pool(alv_builder *b, int window, bool largest)
{
    if (!has_room(b)) return;
    alv_node node = same(b, ALV_OP_POOL, (alv_act_spec){0});
    node.kernel = node.stride = window;
    node.height = window > 0 ? b->height / window : 0;
    node.width = window > 0 ? b->width / window : 0;
    node.largest = largest;
    add_node(b, node);
}

void alv_build_embed(alv_builder *b, const char *name, int64_t tokens, int64_t out, bool positions)
{
    if (!has_room(b)) return;
    alv_node node = same(b, ALV_OP_EMBED, (alv_act_spec){0});
    alv_tensor table = {.layer = ALV_LAYER_EMBEDDING, .rank = 2, .shape = {tokens, out}};
    node.in = tokens;
    node.out = out;
    node.height = (int)(b->units * (b->height > 0 ? (int64_t)b->height * b->width : 1));
    node.width = 1;
    node.weight = add_param(b, name, "weight", table);
    table.shape[0] = node.height;
    if (positions) node.bias = add_param(b, name, "position", table);
    b->model->tokens = tokens;
    add_node(b, node);
}

void alv_build_attend(alv_builder *b, int heads)
{
    if (!has_room(b)) return;
    alv_node node = same(b, ALV_OP_ATTEND, (alv_act_spec){0});
    node.out = b->units / 3;
    node.heads = heads;
    add_node(b, node);
}

/* Makes the last layer's weight and bias one of `n` matrices side by side, which schemes see one by
 * one; `head`: of attention. */
static void fuse(alv_builder *b, int n, int64_t head)
{
    if (b->status != ALV_OK) return;
    for (int i = 1; i <= 2; i++) {
        alv_tensor *t = &b->model->params[b->model->n_params - i];
        const int64_t units = t->shape[0] / n;
        for (int part = 0; part < n; part++) t->parts[part] = units;
        t->fan_out = (double)units;
        t->head = head;
    }
}

void alv_build_qkv(alv_builder *b, const char *name, int64_t out, int heads)
{
    alv_build_dense(b, name, 3 * out, true, true, (alv_act_spec){0}, (alv_act_spec){0});
    fuse(b, 3, out / heads);
}

void alv_build_lstm(alv_builder *b, const char *name, int64_t out)
{
    char input[ALV_MAX_NAME];
    alv_text_format(input, sizeof input, "%s.input", name);
    alv_build_dense(b, input, 4 * out, true, true, (alv_act_spec){0}, (alv_act_spec){0});
    if (!has_room(b)) return;
    const alv_tensor w = {.rank = 2, .shape = {4 * out, out}, .parts = {out, out, out, out}};
    fuse(b, 4, 0);
    alv_node node = same(b, ALV_OP_LSTM, (alv_act_spec){0});
    node.out = out;
    alv_text_format(input, sizeof input, "%s.hidden", name);
    node.weight = add_param(b, input, "weight", w);
    add_node(b, node);
}

void alv_build_last(alv_builder *b)
{
    if (!has_room(b)) return;
    alv_node node = same(b, ALV_OP_LAST, (alv_act_spec){0});
    node.height = node.width = 0;
    add_node(b, node);
}

void alv_build_add(alv_builder *b, int start, const char *name, double gain, alv_act_spec act)
{
    if (!has_room(b)) return;
    alv_node node = same(b, ALV_OP_ADD, act);
    node.other = start;
    node.start = gain;
    if (name)
        node.weight =
            add_param(b, name, "gain",
                      (alv_tensor){.role = ALV_ROLE_GAIN, .rank = 1, .shape = {1}, .fan_in = 1});
    add_node(b, node);
}

void alv_build_multiply(alv_builder *b, int other, alv_act_spec act)
{
    if (!has_room(b)) return;
    alv_node node = same(b, ALV_OP_TIMES, act);
    node.other = other;
    add_node(b, node);
}

void alv_build_go_to(alv_builder *b, int node)
{
    if (b->status != ALV_OK) return;
    const int positions = b->model->height > 0 ? b->model->height * b->model->width : 1;
    const alv_node data = {
        .out = b->model->inputs / positions, .height = b->model->height, .width = b->model->width};
    const alv_node *to = node < 0 ? &data : &b->model->nodes[node];
    b->at = node;
    b->units = to->out;
    b->height = to->height;
    b->width = to->width;
}

alv_status alv_build_end(alv_model **out, alv_builder *b)
{
    if (b->status == ALV_OK)
        *out = b->model;
    else
        alv_model_free(b->model);
    return b->status;
}
