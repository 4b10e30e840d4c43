/* What may become a net: the checks before any memory is taken, and the cutting of one block of
 * memory into aligned arrays. */
#include "nn/parts.h"

bool alv_act_is_identity(alv_act_spec spec)
{
    return !spec.act || strcmp(spec.act->name, "identity") == 0;
}

/* What a node reads: units, and the positions of a sample. */
typedef struct signal {
    int64_t units;
    int height, width;
} signal;

static signal signal_at(const alv_model *model, int i)
{
    if (i >= 0) {
        const alv_node *node = &model->nodes[i];
        return (signal){node->out, node->height, node->width};
    }
    const int64_t positions = alv_positions(model->height, model->width);
    return (signal){model->inputs / positions, model->height, model->width};
}

static bool is_plane(const alv_node *node, signal at)
{
    return node->height == at.height && node->width == at.width;
}

static alv_status wrong(int i, const char *why, alv_error *error)
{
    return alv_fail(error, ALV_ERR_SHAPE, "model", "node %d: %s", i, why);
}

/* The parameter `index` has these sizes. */
static alv_status check_param(const alv_model *model, int index, int rank, const int64_t *shape,
                              const char *what, alv_error *error)
{
    const alv_tensor *t = index >= 0 && index < model->n_params ? &model->params[index] : NULL;
    bool same = t && t->rank == rank;
    for (int axis = 0; same && axis < rank; axis++) same = t->shape[axis] == shape[axis];
    if (!same)
        return alv_fail(error, ALV_ERR_SHAPE, "model", "%s must be (%lld%s", what, shape[0],
                        rank == 1 ? ")" : ", ...)");
    if (t->layout != ALV_LAYOUT_TORCH || t->groups > 1)
        return alv_fail(error, ALV_ERR_UNSUPPORTED, t->name,
                        "the engine takes torch layout without groups");
    return ALV_OK;
}

/* Positions of a kernel along one axis, with so much padding on both sides; 0: none. */
static int windows(int size, int64_t kernel, int64_t padding, int stride)
{
    const int64_t room = size + padding - kernel;
    return stride < 1 || padding < 0 || room < 0 ? 0 : (int)(room / stride + 1);
}

/* The same where a window tells it. */
static int windows_told(int size, alv_window w, int stride)
{
    const bool fine = w.kernel > 0 && w.spread == 1 && w.before >= 0 && w.after >= 0;
    return fine ? windows(size, w.kernel, (int64_t)w.before + w.after, stride) : 0;
}

static int window_rows(const alv_node *node, signal from)
{
    if (alv_has_windows(node))
        return windows_told(from.height, node->windows[0], alv_stride_down(node));
    return windows(from.height, node->kernel, 2 * alv_padding(node), node->stride);
}

static int window_columns(const alv_node *node, signal from)
{
    if (alv_has_windows(node))
        return windows_told(from.width, node->windows[1], alv_stride_right(node));
    return node->one_axis ? windows(from.width, 1, 0, node->stride)
                          : windows(from.width, node->kernel, 2 * alv_padding(node), node->stride);
}

static alv_status check_weights(const alv_model *model, int i, signal from, alv_error *error)
{
    const alv_node *node = &model->nodes[i];
    const int64_t shape[4] = {node->out, node->in, alv_kernel_rows(node), alv_kernel_columns(node)};
    const int rank = node->kind != ALV_LAYER_CONV ? 2 : node->one_axis ? 3 : 4;
    int64_t whole = 0;
    if (node->kind != ALV_LAYER_DENSE && node->kind != ALV_LAYER_CONV)
        return alv_fail(error, ALV_ERR_UNSUPPORTED, "model",
                        "node %d is neither a dense layer nor a convolution", i);
    if (node->kind == ALV_LAYER_DENSE) {
        const bool fits = alv_mul_i64(&whole, from.units, alv_positions(from.height, from.width));
        const bool each = is_plane(node, from) && node->in == from.units;
        if (!each && !(fits && node->height == 0 && node->in == whole))
            return wrong(i, "a dense layer takes all values, or those of each position", error);
        if (i == 0 && each && from.height > 0)
            return wrong(i, "a dense layer takes the whole image of the data", error);
    } else if (from.height < 1 || (node->one_axis && from.width != 1) || node->kernel < 1 ||
               (node->kernel % 2 == 0 && !node->own_padding && !alv_has_windows(node)) ||
               (node->one_axis && alv_has_windows(node)) || node->stride < 1 ||
               node->in != from.units || node->height != window_rows(node, from) ||
               node->width != window_columns(node, from) || node->height < 1 || node->width < 1) {
        return wrong(i, "a convolution takes an image, with an odd kernel", error);
    }
    ALV_TRY(check_param(model, node->weight, rank, shape, "a layer's weight", error));
    return node->bias < 0 ? ALV_OK
                          : check_param(model, node->bias, 1, shape, "a layer's bias", error);
}

static alv_status check_norm(const alv_model *model, int i, signal from, alv_error *error)
{
    const alv_node *node = &model->nodes[i];
    if (node->norm <= ALV_NORM_NONE || node->norm > ALV_NORM_RMS || node->out != from.units ||
        node->in != node->out || !is_plane(node, from) || node->input < 0)
        return wrong(i, "a normalization keeps the units of the node before", error);
    ALV_TRY(check_param(model, node->weight, 1, &node->out, "a norm's gain", error));
    return node->bias < 0 ? ALV_OK
                          : check_param(model, node->bias, 1, &node->out, "a norm's shift", error);
}

static alv_status check_add(const alv_model *model, int i, signal from, alv_error *error)
{
    const alv_node *node = &model->nodes[i];
    static const int64_t one = 1;
    if (node->other < -1 || node->other >= i)
        return wrong(i, "a branch begins before its end", error);
    const signal other = signal_at(model, node->other);
    if (node->out != from.units || node->in != node->out || other.units != from.units ||
        !is_plane(node, from) || !is_plane(node, other) ||
        (from.height > 0 && (node->input < 0 || node->other < 0)))
        return wrong(i, "a branch ends with the sizes that it began with", error);
    return node->weight < 0 ? ALV_OK
                            : check_param(model, node->weight, 1, &one, "a branch's gain", error);
}

static alv_status check_pool(const alv_model *model, int i, signal from, alv_error *error)
{
    const alv_node *node = &model->nodes[i];
    const bool told = alv_has_windows(node), whole = node->kernel == 0 && !told;
    const int height = whole || node->kernel < 0 ? 0 : window_rows(node, from);
    const int width = whole || node->kernel < 0 ? 0 : window_columns(node, from);
    const bool apart = node->kernel == node->stride && node->padding == 0;
    const bool outside = told && (node->windows[0].before >= node->windows[0].kernel ||
                                  node->windows[1].before >= node->windows[1].kernel ||
                                  node->windows[0].after >= node->windows[0].kernel ||
                                  node->windows[1].after >= node->windows[1].kernel);
    if (node->input < 0 || from.height < 1 || outside || node->out != from.units ||
        node->in != node->out || node->height != height || node->width != width ||
        (!whole && !told && (!apart && !node->own_padding)) ||
        (!whole && !told && node->padding >= node->kernel) || (!whole && (height < 1 || width < 1)))
        return wrong(i, "a pool takes an image of at least one window", error);
    return ALV_OK;
}

static alv_status check_act(const alv_model *model, int i, signal from, alv_error *error)
{
    const alv_node *node = &model->nodes[i];
    if (node->out != from.units || node->in != node->out || !is_plane(node, from) ||
        node->input < 0)
        return wrong(i, "an activation keeps the units of the node before", error);
    const int64_t places[2] = {alv_positions(from.height, from.width), node->out};
    return node->bias < 0
               ? ALV_OK
               : check_param(model, node->bias, 2, places, "a table of positions", error);
}

/* A table for the tokens of the data, and one for the positions. */
static alv_status check_embed(const alv_model *model, int i, signal from, alv_error *error)
{
    (void)from;
    const alv_node *node = &model->nodes[i];
    const int64_t tokens[2] = {model->tokens, node->out}, places[2] = {node->height, node->out};
    if (node->input >= 0 || model->tokens < 1 || node->in != model->tokens || node->width != 1 ||
        node->height != model->inputs)
        return wrong(i, "an embedding looks up the tokens of the data", error);
    ALV_TRY(check_param(model, node->weight, 2, tokens, "a table of tokens", error));
    return node->bias < 0
               ? ALV_OK
               : check_param(model, node->bias, 2, places, "a table of positions", error);
}

static alv_status check_attend(const alv_model *model, int i, signal from, alv_error *error)
{
    const alv_node *node = &model->nodes[i];
    const bool apart = node->in == node->out; /* keys and values are another node's */
    const bool read = !apart || (node->both_ways && node->other >= 0 && node->other < i);
    const signal keys = apart && read ? signal_at(model, node->other) : from;
    if (node->input < 0 || node->in != from.units || node->out > INT64_MAX / 3 || !read ||
        keys.units != (apart ? 2 : 3) * node->out || node->heads < 1 ||
        node->out % node->heads != 0 || !is_plane(node, from) || from.height < 1 || keys.height < 1)
        return wrong(i, "attention takes a sequence of queries, keys and values in whole heads",
                     error);
    const int64_t added[3] = {node->heads, alv_positions(from.height, from.width),
                              alv_positions(keys.height, keys.width)};
    return node->bias < 0
               ? ALV_OK
               : check_param(model, node->bias, 3, added, "what is added to scores", error);
}

static alv_status check_lstm(const alv_model *model, int i, signal from, alv_error *error)
{
    const alv_node *node = &model->nodes[i];
    const int64_t shape[2] = {from.units, node->out};
    if (node->input < 0 || node->in != from.units || node->out > INT64_MAX / 4 ||
        from.units != 4 * node->out || !is_plane(node, from) || from.height < 1 || node->bias >= 0)
        return wrong(i, "an LSTM takes a sequence of four gates for each of its units", error);
    return check_param(model, node->weight, 2, shape, "an LSTM's weight", error);
}

static alv_status check_last(const alv_model *model, int i, signal from, alv_error *error)
{
    const alv_node *node = &model->nodes[i];
    if (node->input < 0 || node->out != from.units || node->in != node->out || node->height > 0 ||
        from.height < 1)
        return wrong(i, "only a sequence has a last position", error);
    return ALV_OK;
}

static alv_status check_cells(const alv_model *model, int i, signal from, alv_error *error)
{
    const alv_node *node = &model->nodes[i];
    const bool gru = strcmp(node->what, "GRU") == 0, rnn = strcmp(node->what, "RNN") == 0;
    const int gates = rnn ? 1 : gru ? 3 : 4, ways = node->heads;
    const int64_t units = ways > 0 ? node->out / ways : 0;
    const int64_t shape[2] = {from.units, units}, more[2] = {3, node->out};
    if (node->input < 0 || node->in != from.units || ways < 1 || ways > 2 ||
        node->out % ways != 0 || node->out > INT64_MAX / 4 || from.units != gates * node->out ||
        (rnn && !node->act.act) || !is_plane(node, from) || from.height < 1)
        return wrong(i, "a recurrent layer takes a sequence of its gates", error);
    ALV_TRY(check_param(model, node->weight, 2, shape, "a recurrent layer's weight", error));
    return node->bias < 0 ? ALV_OK
                          : check_param(model, node->bias, 2, more, "what it begins with", error);
}

static alv_status check_units(const alv_model *model, int i, signal from, alv_error *error)
{
    const alv_node *node = &model->nodes[i];
    const int64_t terms = node->heads, shape[2] = {2 * terms, node->out};
    const int64_t more[3] = {terms, alv_positions(node->height, node->width), node->out};
    if (terms < 1 || node->in != from.units || !is_plane(node, from))
        return wrong(i, "units are chosen at each position", error);
    ALV_TRY(check_param(model, node->weight, 2, shape, "what chooses units", error));
    return node->bias < 0 ? ALV_OK
                          : check_param(model, node->bias, 3, more, "what weighs units", error);
}

static alv_status check_places(const alv_model *model, int i, signal from, alv_error *error)
{
    const alv_node *node = &model->nodes[i];
    const int64_t places = alv_positions(node->height, node->width);
    if (from.height < 1 || node->out != from.units || node->in != node->out)
        return wrong(i, "only a sequence or an image has positions to choose from", error);
    return check_param(model, node->weight, 1, &places, "what chooses positions", error);
}

static alv_status check_join(const alv_model *model, int i, signal from, alv_error *error)
{
    const alv_node *node = &model->nodes[i];
    const bool read = node->input >= 0 && node->other >= 0 && node->other < i;
    const signal two = read ? signal_at(model, node->other) : from;
    const int64_t places =
        alv_positions(from.height, from.width) + alv_positions(two.height, two.width);
    const bool units = is_plane(node, from) && is_plane(node, two) &&
                       from.units <= INT64_MAX - two.units && node->out == from.units + two.units;
    const bool positions = from.units == two.units && node->out == from.units && node->height > 0 &&
                           alv_positions(node->height, node->width) == places;
    if (!read || node->in != from.units || !(node->one_axis ? positions : units))
        return wrong(i, "what is put side by side fits in all else", error);
    return ALV_OK;
}

static alv_status check_times(const alv_model *model, int i, signal from, alv_error *error)
{
    const alv_node *node = &model->nodes[i];
    const bool read = node->input >= 0 && node->other >= 0 && node->other < i;
    const signal two = read ? signal_at(model, node->other) : from;
    if (!read || node->out != from.units || node->in != node->out || !is_plane(node, from) ||
        (two.units != 1 && two.units != from.units) ||
        (alv_positions(two.height, two.width) != 1 && !is_plane(node, two)))
        return wrong(i, "a product is one of as many units and positions, or of one", error);
    return ALV_OK;
}

static alv_status check_rows(const alv_model *model, int i, signal from, alv_error *error)
{
    const alv_node *node = &model->nodes[i];
    const int64_t shape[2] = {alv_positions(node->height, node->width), node->out};
    (void)from;
    if (node->input >= 0) return wrong(i, "rows of their own are fed nothing", error);
    return check_param(model, node->weight, 2, shape, "rows of each sample", error);
}

static alv_status (*const checks[])(const alv_model *model, int i, signal from,
                                    alv_error *error) = {
    [ALV_OP_WEIGHTS] = check_weights, [ALV_OP_NORM] = check_norm,   [ALV_OP_ADD] = check_add,
    [ALV_OP_POOL] = check_pool,       [ALV_OP_ACT] = check_act,     [ALV_OP_EMBED] = check_embed,
    [ALV_OP_ATTEND] = check_attend,   [ALV_OP_LSTM] = check_lstm,   [ALV_OP_LAST] = check_last,
    [ALV_OP_CELLS] = check_cells,     [ALV_OP_UNITS] = check_units, [ALV_OP_PLACES] = check_places,
    [ALV_OP_JOIN] = check_join,       [ALV_OP_TIMES] = check_times, [ALV_OP_ROWS] = check_rows,
};

static bool feeds_another(const alv_model *model, int i)
{
    for (int j = i + 1; j < model->n_nodes; j++)
        if (alv_node_reads(&model->nodes[j], i)) return true;
    return false;
}

static alv_status check_nodes(const alv_model *model, alv_error *error)
{
    if (model->n_nodes < 1) return alv_fail(error, ALV_ERR_ARGUMENT, "model", "it has no layers");
    if (model->inputs < 1 || model->height < 0 || model->width < 0 ||
        model->inputs % alv_positions(model->height, model->width) != 0)
        return alv_fail(error, ALV_ERR_SHAPE, "model", "%lld inputs are no images of %d x %d",
                        model->inputs, model->height, model->width);
    for (int i = 0; i < model->n_nodes; i++) {
        const alv_node *node = &model->nodes[i];
        if ((int)node->op < 0 || (int)node->op >= ALV_COUNT(checks) || !checks[node->op] ||
            node->input < -1 || node->input >= i)
            return alv_fail(error, ALV_ERR_UNSUPPORTED, "model",
                            "node %d is of no known kind, or fed by none before it", i);
        if (node->input < 0 && model->tokens > 0 && node->op != ALV_OP_EMBED &&
            node->op != ALV_OP_ROWS)
            return wrong(i, "tokens are looked up in an embedding", error);
        if (node->in < 1 || node->out < 1 || node->height < 0 || node->width < 0 ||
            (node->height == 0) != (node->width == 0))
            return wrong(i, "its sizes are not at least 1", error);
        ALV_TRY(checks[node->op](model, i, signal_at(model, node->input), error));
        if (i + 1 < model->n_nodes && !feeds_another(model, i))
            return alv_fail(error, ALV_ERR_UNSUPPORTED, "model", "node %d feeds no other", i);
    }
    const alv_node *last = &model->nodes[model->n_nodes - 1];
    if (last->height > 0 || last->out != model->outputs || last->out > INT32_MAX)
        return alv_fail(error, ALV_ERR_SHAPE, "model", "the last node gives %lld values",
                        last->out);
    return ALV_OK;
}

static alv_status check_regularizer(const alv_regularizer *r, alv_error *error)
{
    const double huge = 1e6;
    if (!(r->l1 >= 0 && r->l1 <= huge) || !(r->l2 >= 0 && r->l2 <= huge))
        return alv_fail(error, ALV_ERR_RANGE, r->l1 >= 0 && r->l1 <= huge ? "l2" : "l1",
                        "%g and %g are not both in [0, %g]", r->l1, r->l2, huge);
    if (!(r->dropout >= 0 && r->dropout < 1))
        return alv_fail(error, ALV_ERR_RANGE, "dropout", "%g is not in [0, 1)", r->dropout);
    return ALV_OK;
}

alv_status alv_net_check(alv_net_options *out, const alv_model *model,
                         const alv_net_options *options, alv_error *error)
{
    if (!model || !options) return alv_fail(error, ALV_ERR_ARGUMENT, "model", "NULL");
    if (options->batch < 1)
        return alv_fail(error, ALV_ERR_RANGE, "batch", "%lld is not at least 1", options->batch);
    if (!alv_loss_name(options->loss))
        return alv_fail(error, ALV_ERR_ARGUMENT, "loss", "no such loss: %d", (int)options->loss);
    if (!alv_backend_name(options->backend))
        return alv_fail(error, ALV_ERR_ARGUMENT, "backend", "no such backend: %d",
                        (int)options->backend);
    ALV_TRY(check_nodes(model, error));
    ALV_TRY(check_regularizer(&options->regularizer, error));
    alv_optimizer optimizer;
    ALV_TRY(alv_optimizer_resolve(&optimizer, &options->optimizer, error));
    *out = *options;
    out->optimizer = optimizer;
    return ALV_OK;
}

void *alv_arena_take(alv_arena *arena, int64_t n, int64_t m, size_t size)
{
    int64_t count, bytes;
    bool fits = alv_mul_i64(&count, n, m) && alv_mul_i64(&bytes, count, (int64_t)size) &&
                bytes <= INT64_MAX / 4 && (uint64_t)bytes + 64 <= SIZE_MAX / 2 - arena->used;
    if (!fits) {
        arena->overflow = true;
        return NULL;
    }
    void *at = arena->base ? arena->base + arena->used : NULL;
    arena->used += ((size_t)bytes + 63) & ~(size_t)63;
    return at;
}
