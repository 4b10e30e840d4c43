/* A file's weights in the engine's order: (out, in, kernel), gates as input, forget, cell, output.
 */
#include "audit/engine_parts.h"
#include "base/base.h"

/* Where the rows of an LSTM's gates (input, output, forget, cell), direction after direction, go.
 */
static int64_t gate_row(int64_t row, int64_t rows, const alv_engine_source *s)
{
    static const int to[] = {0, 3, 1, 2};
    const int64_t way = rows / s->ways, each = way / 4, at = row % way;
    return s->gates == 4 ? row / way * way + to[at / each] * each + at % each : row;
}

typedef struct loading {
    const alv_engine *e;
    alv_engine_read *read;
    void *user;
    float *from; /* room for the largest tensor */
    alv_error *error;
} loading;

/* l->from := the tensor of parameter `index` of the graph, which was there before. */
static alv_status fetch(const alv_checkpoint_tensor **out, loading *l, int index)
{
    *out = alv_checkpoint_find(l->e->file, l->e->graph->params[index].name);
    return l->read(l->from, *out, l->user, l->error);
}

/* Rows [first, first + rows) of w, each of `in`. */
static alv_status load_dense(float *w, loading *l, int index, int64_t first, int64_t rows,
                             int64_t in, const alv_engine_source *s)
{
    const alv_checkpoint_tensor *t;
    const bool torch = l->e->graph->params[index].layout == ALV_LAYOUT_TORCH;
    ALV_TRY(fetch(&t, l, index));
    for (int64_t r = 0; r < rows; r++) {
        float *row = w + (first + (s->gates ? gate_row(r, rows, s) : r)) * in;
        for (int64_t c = 0; c < in; c++) {
            const int64_t place = s->outer > 0 ? c % s->inner * s->outer + c / s->inner : c;
            row[place] = torch ? l->from[r * in + c] : l->from[c * rows + r];
        }
    }
    return ALV_OK;
}

/* Of a recurrent layer the sum of both halves: it has one bias for each product; but for what a
 * late reset is for. */
static float gate_bias(const float *from, int64_t i, int64_t n, const alv_engine_source *s)
{
    const int64_t way = n / s->ways, at = i % way;
    const bool apart = s->late && at >= way / 3 * 2;
    from += i / way * 2 * way;
    return from[at] + (apart ? 0 : from[way + at]);
}

static alv_status load_bias(float *b, loading *l, int index, int64_t first, int64_t n,
                            const alv_engine_source *s)
{
    const alv_checkpoint_tensor *t;
    ALV_TRY(fetch(&t, l, index));
    for (int64_t i = 0; i < n; i++)
        if (s->gates > 0 && t->count == 2 * n)
            b[first + gate_row(i, n, s)] = gate_bias(l->from, i, n, s);
        else
            b[first + i] = l->from[i];
    return ALV_OK;
}

/* One kernel with zeros between its places, `columns` of them a row. */
static void place_kernel(float *to, const float *from, const alv_checkpoint_tensor *t, int columns,
                         const alv_engine_source *s)
{
    const int64_t own = t->rank > 3 ? t->shape[3] : 1;
    for (int64_t y = 0; y < t->shape[2]; y++)
        for (int64_t x = 0; x < own; x++)
            to[y * s->spread[0] * columns + x * s->spread[1]] = from[y * own + x];
}

/* (out, in / groups, places) into (out, in, places), zeros elsewhere. */
static alv_status load_conv(float *w, loading *l, const alv_node *node, int index,
                            const alv_engine_source *s)
{
    const alv_checkpoint_tensor *t;
    const int64_t own = l->e->graph->params[index].groups;
    const int64_t groups = own > 1 ? own : 1, in = node->in, each = in / groups;
    ALV_TRY(fetch(&t, l, index));
    const int64_t places = t->count / (node->out * each);
    const alv_window *window = node->windows;
    const int64_t wide =
        window[0].kernel > 0 ? (int64_t)window[0].kernel * window[1].kernel : places;
    memset(w, 0, (size_t)(node->out * in * wide) * sizeof *w);
    for (int64_t o = 0; o < node->out; o++) {
        const int64_t first = o / (node->out / groups) * each;
        for (int64_t i = 0; i < each; i++) {
            float *to = w + (o * in + first + i) * wide;
            const float *from = l->from + (o * each + i) * places;
            if (s->spread[0] > 0)
                place_kernel(to, from, t, window[1].kernel, s);
            else
                memcpy(to, from, (size_t)places * sizeof *w);
        }
    }
    return ALV_OK;
}

/* A transposed convolution's (in, out / groups, places), turned round, into (out, in, places). */
static alv_status load_spread(float *w, loading *l, const alv_node *node, int index,
                              const alv_engine_source *s)
{
    const alv_checkpoint_tensor *t;
    const int64_t own = l->e->graph->params[index].groups;
    const int64_t groups = own > 1 ? own : 1, in = node->in, each = node->out / groups;
    ALV_TRY(fetch(&t, l, index));
    const int64_t rows = t->shape[2], columns = t->rank > 3 ? t->shape[3] : 1;
    const alv_window *window = node->windows;
    const int64_t wide = (int64_t)window[0].kernel * window[1].kernel;
    memset(w, 0, (size_t)(node->out * in * wide) * sizeof *w);
    for (int64_t i = 0; i < in; i++)
        for (int64_t o = 0; o < each; o++) {
            const int64_t at = i / (in / groups) * each + o;
            float *to = w + (at * in + i) * wide;
            const float *from = l->from + (i * each + o) * rows * columns;
            for (int64_t y = 0; y < rows; y++)
                for (int64_t x = 0; x < columns; x++)
                    to[(rows - 1 - y) * s->spread[0] * window[1].kernel +
                       (columns - 1 - x) * s->spread[1]] = from[y * columns + x];
        }
    return ALV_OK;
}

static alv_status load_plain(float *to, loading *l, int index)
{
    const alv_checkpoint_tensor *t;
    if (index < 0 || !to) return ALV_OK;
    ALV_TRY(fetch(&t, l, index));
    memcpy(to, l->from, (size_t)t->count * sizeof *to);
    return ALV_OK;
}

/* The first n values of a tensor, or all of it again and again. */
static alv_status load_some(float *to, loading *l, int index, int64_t n)
{
    const alv_checkpoint_tensor *t;
    if (index < 0) return ALV_OK;
    ALV_TRY(fetch(&t, l, index));
    for (int64_t i = 0; i < n; i++) to[i] = l->from[i % t->count];
    return ALV_OK;
}

/* Of shares times values: the scores that the shares are of. */
static const alv_node *scores_of(const alv_engine *e, const alv_node *found)
{
    return &e->graph->nodes[e->graph->nodes[found->input].input];
}

/* A recurrent layer of the graph, or the one that both its directions are of. */
static const alv_node *cell_of(const alv_engine *e, const alv_node *n)
{
    return alv_node_is(n, "Bidirectional") ? &e->graph->nodes[n->input] : n;
}

/* What a late reset leaves in, and first states: (3, out). */
static alv_status load_begins(float *b, loading *l, const alv_node *cell, int64_t out,
                              const alv_engine_source *s)
{
    const alv_checkpoint_tensor *t;
    const int *begins = l->e->file->moves[s->graph[0]].begins;
    const int64_t units = out / s->ways;
    memset(b, 0, (size_t)(3 * out) * sizeof *b);
    if (s->late && cell->bias >= 0) {
        ALV_TRY(fetch(&t, l, cell->bias));
        for (int64_t i = 0; i < out; i++) b[i] = l->from[(i / units * 6 + 5) * units + i % units];
    }
    for (int k = 0; k < 2; k++) ALV_TRY(load_plain(b + (k + 1) * out, l, begins[k]));
    return ALV_OK;
}

/* Constants that choose units or positions, given or in order. */
static void load_choice(float *w, float *b, const alv_node *node, const alv_engine_source *s)
{
    const int64_t positions = alv_node_places(node);
    const bool units = node->op == ALV_OP_UNITS;
    const int64_t n = units ? 2 * node->heads * node->out : positions;
    for (int64_t i = 0; i < n; i++)
        w[i] = s->which              ? s->which[i]
               : units && i >= n / 2 ? (float)(s->scale != 0 ? s->scale : 1)
                                     : (float)(s->first + i);
    for (int64_t i = 0; b && i < node->heads * positions * node->out; i++) b[i] = s->table[i];
}

static alv_status load_node(alv_net_f32 *net, loading *l, int i)
{
    const alv_node *node = &l->e->model->nodes[i];
    const alv_engine_source *s = &l->e->sources[i];
    float *w = alv_net_weight_f32(net, i), *b = alv_net_bias_f32(net, i);
    if (node->op == ALV_OP_UNITS || node->op == ALV_OP_PLACES)
        return load_choice(w, b, node, s), ALV_OK;
    for (int k = 0; k < s->n; k++) {
        const alv_node *from = &l->e->graph->nodes[s->graph[k]];
        const int64_t rows = node->out / s->n;
        if (from->op == ALV_OP_WEIGHTS && from->kind == ALV_LAYER_CONV_TRANSPOSED) {
            ALV_TRY(load_spread(w, l, node, from->weight, s));
            ALV_TRY(load_plain(b, l, from->bias));
        } else if (from->op == ALV_OP_WEIGHTS && from->kind == ALV_LAYER_CONV) {
            ALV_TRY(load_conv(w, l, node, from->weight, s));
            ALV_TRY(load_plain(b, l, from->bias));
        } else if (node->op == ALV_OP_WEIGHTS) {
            ALV_TRY(load_dense(w, l, from->weight, k * rows, rows, node->in, s));
            if (from->bias >= 0) ALV_TRY(load_bias(b, l, from->bias, k * rows, rows, s));
        } else if (node->op == ALV_OP_LSTM) {
            ALV_TRY(load_dense(w, l, from->weight, 0, node->in, node->out, s));
        } else if (node->op == ALV_OP_CELLS) {
            const alv_node *cell = cell_of(l->e, from);
            ALV_TRY(load_dense(w, l, cell->weight, 0, node->in, node->out / s->ways, s));
            if (b) ALV_TRY(load_begins(b, l, cell, node->out, s));
        } else if (node->op == ALV_OP_ROWS) {
            ALV_TRY(load_plain(w, l, from->weight));
        } else if (s->table) { /* a table that is added */
            memcpy(b, s->table, (size_t)(alv_node_places(node) * node->out) * sizeof *b);
        } else if (node->weight >= 0) {
            ALV_TRY(load_plain(w, l, from->weight));
            ALV_TRY(load_plain(b, l, node->op == ALV_OP_EMBED ? -1 : from->bias));
        } else if (node->bias >= 0) { /* of an activation or of attention */
            int signal;
            const int index = node->op == ALV_OP_ATTEND
                                  ? scores_of(l->e, from)->bias
                                  : alv_engine_table(&signal, l->e->graph, s->graph[k]);
            const alv_tensor *wanted = &l->e->model->params[node->bias];
            int64_t n = 0;
            alv_tensor_count(&n, wanted, NULL);
            ALV_TRY(load_some(b, l, index, n));
        }
    }
    return ALV_OK;
}

alv_status alv_engine_load(alv_net_f32 *net, const alv_engine *e, alv_engine_read *read, void *user,
                           alv_error *error)
{
    loading l = {e, read, user, NULL, error};
    int64_t most = 1;
    for (int i = 0; i < e->model->n_params; i++) {
        int64_t n = 0;
        const alv_checkpoint_tensor *t = alv_checkpoint_find(e->file, e->model->params[i].name);
        alv_tensor_count(&n, &e->model->params[i], NULL);
        if (t && t->count > n) n = t->count;
        if (2 * n > most) most = 2 * n; /* an LSTM has two biases for one here */
    }
    l.from = alv_new_array((size_t)most, sizeof *l.from);
    if (!l.from) return alv_fail(error, ALV_ERR_MEMORY, "doctor", "no memory for a tensor");
    alv_status status = ALV_OK;
    for (int i = 0; i < e->model->n_nodes && status == ALV_OK; i++) status = load_node(net, &l, i);
    free(l.from);
    return status;
}

alv_status alv_engine_read_file(float *out, const alv_checkpoint_tensor *t, void *user,
                                alv_error *error)
{
    enum { CHUNK = 1024 };
    double values[CHUNK];
    (void)user, (void)error;
    for (int64_t lo = 0; lo < t->count; lo += CHUNK) {
        const int64_t hi = lo + CHUNK < t->count ? lo + CHUNK : t->count;
        alv_checkpoint_decode(values, t, lo, hi);
        for (int64_t i = lo; i < hi; i++) out[i] = (float)values[i - lo];
    }
    return ALV_OK;
}
