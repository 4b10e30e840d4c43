/* What a graph moves and weighs beside its layers, as nodes with a move (checkpoint.h).
 *
 * Units that are chosen, put in another order, negated or multiplied by constants are one kind of
 * node, a sum of few terms c_j x_i(j); a chain of such operators becomes one node. So the two
 * halves that rotary positions exchange, the parts of a matrix in any order, and heads that are
 * repeated are all the same thing. What is left over on the way is taken out at the end. */
#include "formats/onnx/moves.h"

#include "base/base.h"
#include "math/math.h"

/* Floats of one array. */
enum { MOST_ARRAY = 1 << 22 };

float *alv_onnx_floats(alv_onnx *g, int64_t n)
{
    if (n < 1 || n > MOST_ARRAY || n > ALV_ONNX_FLOATS - g->n_floats) return NULL;
    g->n_floats += n;
    float *floats = alv_checkpoint_keep(g->model, (size_t)n * sizeof *floats);
    if (!floats) alv_onnx_lacks_memory(g);
    return floats;
}

alv_node alv_onnx_node_at(const alv_onnx *g, int at)
{
    const alv_model *m = g->graph;
    return at >= 0 ? m->nodes[at] : alv_onnx_data_node(m);
}

bool alv_onnx_map_begin(alv_onnx_map *out, alv_onnx *g, int terms, int64_t n)
{
    out->terms = terms;
    out->out = n;
    out->table = NULL;
    out->which = n > 0 && n < MOST_ARRAY ? alv_onnx_floats(g, 2 * terms * n) : NULL;
    return out->which != NULL;
}

/* What the node does, if it is such a sum; else one term that leaves all as it is. */
bool alv_onnx_map_of(alv_onnx_map *out, alv_onnx *g, int at)
{
    const alv_node node = alv_onnx_node_at(g, at);
    const alv_move *move = at >= 0 ? &g->model->moves[at] : NULL;
    const bool sum = move && move->kind == ALV_MOVE_UNITS;
    *out = (alv_onnx_map){.from = sum ? node.input : at, .in = sum ? node.in : node.out};
    out->places = alv_node_places(&node);
    if (!alv_onnx_map_begin(out, g, sum ? move->terms : 1, node.out)) return false;
    if (sum) memcpy(out->which, move->which, (size_t)move->n_which * sizeof(float));
    for (int64_t j = 0; !sum && j < node.out; j++)
        out->which[j] = (float)j, out->which[node.out + j] = 1;
    if (sum) out->table = (float *)(uintptr_t)move->table;
    return true;
}

static bool is_all(const alv_onnx_map *m)
{
    if (m->terms != 1 || m->table || m->in != m->out) return false;
    for (int64_t j = 0; j < m->out; j++)
        if (m->which[j] != (float)j || m->which[m->out + j] != 1) return false;
    return true;
}

/* The node that does it, by this name. */
static int put_named(alv_onnx *g, const alv_onnx_map *m, const char *name)
{
    alv_node node = {
        .op = ALV_OP_OTHER, .other = m->from, .in = m->in, .out = m->out, .weight = -1, .bias = -1};
    if (is_all(m)) return m->from;
    alv_text_format(node.what, sizeof node.what, "%s", m->terms > 1 ? "Rotary" : name);
    const int at = alv_onnx_add(g, node, m->from);
    if (g->status != ALV_OK) return 0;
    alv_move *move = &g->model->moves[at];
    move->kind = ALV_MOVE_UNITS;
    move->terms = m->terms;
    move->n_which = 2 * m->terms * m->out;
    move->which = m->which;
    move->n_table = m->table ? m->terms * m->places * m->out : 0;
    move->table = m->table;
    return at;
}

/* By that of the operator at hand. */
int alv_onnx_map_put(alv_onnx *g, const alv_onnx_map *m)
{
    return put_named(g, m, g->node->op_type ? g->node->op_type : "");
}

/* Units `units` (n) of it. */
static bool choose(alv_onnx_map *out, alv_onnx *g, const alv_onnx_map *m, const int64_t *units,
                   int64_t n)
{
    *out = *m;
    if (!alv_onnx_map_begin(out, g, m->terms, n)) return false;
    for (int r = 0; r < 2 * m->terms; r++)
        for (int64_t j = 0; j < n; j++) out->which[r * n + j] = m->which[r * m->out + units[j]];
    if (!m->table) return true;
    out->table = alv_onnx_floats(g, m->terms * m->places * n);
    for (int64_t r = 0; out->table && r < m->terms * m->places; r++)
        for (int64_t j = 0; j < n; j++) out->table[r * n + j] = m->table[r * m->out + units[j]];
    return out->table != NULL;
}

bool alv_onnx_choose(alv_onnx_value *v, alv_onnx *g, const int64_t *units, int64_t n)
{
    alv_onnx_map m, chosen;
    const double factor = v->factor;
    if (v->is != ALV_ONNX_NODE || n < 1 || !alv_onnx_map_of(&m, g, v->index) ||
        !choose(&chosen, g, &m, units, n))
        return false;
    v->index = alv_onnx_map_put(g, &chosen);
    v->factor = factor;
    return g->status == ALV_OK;
}

/* The unit that this is in the order of the node: parts before heads, or inside of them. */
static int64_t unit_at(const alv_onnx_value *v, int64_t per, int part, int head, int64_t u)
{
    const int parts = v->parts > 0 ? v->parts : 1, heads = v->heads > 0 ? v->heads : 1;
    return v->inside ? ((int64_t)head * parts + part) * per + u
                     : ((int64_t)part * heads + head) * per + u;
}

int64_t *alv_onnx_indices(alv_onnx *g, int64_t n)
{
    if (n < 1 || n >= MOST_ARRAY) return NULL;
    int64_t *places = alv_new_array((size_t)n, sizeof *places);
    if (!places) alv_onnx_lacks_memory(g);
    return places;
}

/* Along the atom 'p', 'g' or 'u': places `at` (n), in that order. */
static bool choose_along(alv_onnx_value *v, alv_onnx *g, char atom, const int64_t *at, int64_t n)
{
    const alv_node node = alv_onnx_node_at(g, v->index);
    const int parts = v->parts > 0 ? v->parts : 1, heads = v->heads > 0 ? v->heads : 1;
    const int64_t per = node.out / parts / heads;
    const int64_t many[3] = {atom == 'p' ? n : parts, atom == 'g' ? n : heads,
                             atom == 'u' ? n : per};
    const int64_t all = many[0] * many[1] * many[2];
    int64_t *units =
        many[0] < 1 << 20 && many[1] < 1 << 20 && many[2] < 1 << 24 && many[0] * many[1] < 1 << 24
            ? alv_onnx_indices(g, all)
            : NULL;
    for (int64_t i = 0; units && i < all; i++) {
        const int64_t u = i % many[2], rest = i / many[2];
        const int64_t h = v->inside ? rest / many[0] : rest % many[1];
        const int64_t p = v->inside ? rest % many[0] : rest / many[1];
        units[i] = unit_at(v, per, (int)(atom == 'p' ? at[p] : p), (int)(atom == 'g' ? at[h] : h),
                           atom == 'u' ? at[u] : u);
    }
    const bool done = units && alv_onnx_choose(v, g, units, all);
    free(units);
    if (v->parts > 0) v->parts = (int)many[0];
    if (v->heads > 0) v->heads = (int)many[1];
    return done;
}

/* The axis that has all atoms of units, in another order than the node; -1: none. */
static int shuffled_axis(const alv_onnx_value *v)
{
    for (int a = 0; a < v->axes.rank; a++) {
        const char *name = v->axes.axis[a];
        const size_t n = strlen(name);
        const char *u = strchr(name, 'u'), *h = strchr(name, 'g'), *p = strchr(name, 'p');
        const bool all = u && !h == (v->heads == 0) && !p == (v->parts == 0 || v->part > 0);
        if (n < 2 || strspn(name, "gpu") != n || !all || v->part > 0) continue;
        const bool usual = (!h || h < u) && (!p || p < u) && (!h || !p || (h < p) == v->inside);
        if (!usual) return a;
    }
    return -1;
}

bool alv_onnx_line_up(alv_onnx_value *v, alv_onnx *g)
{
    const int axis = v->is == ALV_ONNX_NODE ? shuffled_axis(v) : -1;
    if (axis < 0) return true;
    const int64_t n = alv_onnx_node_at(g, v->index).out;
    const int parts = v->parts > 0 ? v->parts : 1, heads = v->heads > 0 ? v->heads : 1;
    const int64_t per = n / parts / heads;
    const char *name = v->axes.axis[axis];
    int64_t *units = per > 0 ? alv_onnx_indices(g, n) : NULL;
    for (int64_t i = 0; units && i < n; i++) {
        int64_t at[3] = {0}, rest = i; /* of u, g and p, the last atom first */
        for (size_t k = strlen(name); k-- > 0;) {
            const int64_t size = name[k] == 'u' ? per : name[k] == 'g' ? heads : parts;
            at[name[k] == 'u' ? 0 : name[k] == 'g' ? 1 : 2] = rest % size;
            rest /= size;
        }
        units[i] = unit_at(v, per, (int)at[2], (int)at[1], at[0]);
    }
    const bool done = units && alv_onnx_choose(v, g, units, n);
    free(units);
    v->heads = v->parts = 0;
    v->inside = false;
    v->axes.axis[axis][0] = 'u';
    v->axes.axis[axis][1] = 0;
    return done;
}

/* As a node of its own: a part by itself, not times a factor. */
bool alv_onnx_make_solid(alv_onnx_value *v, alv_onnx *g)
{
    alv_onnx_map m, scaled;
    if (v->is != ALV_ONNX_NODE) return false;
    if (v->parts > 0 && v->part > 0) {
        const int64_t at = v->part - 1;
        if (!choose_along(v, g, 'p', &at, 1)) return false;
        v->parts = v->part = 0;
        v->inside = false;
    }
    if (v->factor == 0 || v->factor == 1) return true;
    if (!alv_onnx_map_of(&m, g, v->index) || !alv_onnx_map_begin(&scaled, g, m.terms, m.out))
        return false;
    memcpy(scaled.which, m.which, (size_t)(2 * m.terms * m.out) * sizeof(float));
    for (int64_t j = m.terms * m.out; j < 2 * m.terms * m.out; j++)
        scaled.which[j] *= (float)v->factor;
    m.which = scaled.which;
    v->index = put_named(g, &m, "Mul"); /* wherever the factor came from */
    v->factor = 0;
    return g->status == ALV_OK;
}

bool alv_onnx_solid(alv_onnx *g, int k)
{
    if (k >= g->n_inputs || !g->inputs[k] || k >= ALV_COUNT(g->own)) return false;
    g->own[k] = *g->inputs[k];
    if (!alv_onnx_make_solid(&g->own[k], g)) return false;
    g->inputs[k] = &g->own[k];
    return true;
}

/* Positions `at` (n) of a signal, -1 for zeros, which then are height x width. */
bool alv_onnx_choose_places(alv_onnx_value *v, alv_onnx *g, const int64_t *at, int height,
                            int width)
{
    const int64_t n = (int64_t)height * width;
    const alv_node from = alv_onnx_node_at(g, v->index);
    float *which = alv_onnx_floats(g, n);
    if (v->is != ALV_ONNX_NODE || !which) return false;
    for (int64_t i = 0; i < n; i++) which[i] = (float)at[i];
    alv_node node = {.op = ALV_OP_OTHER,
                     .other = v->index,
                     .in = from.out,
                     .out = from.out,
                     .height = height,
                     .width = width,
                     .weight = -1,
                     .bias = -1};
    alv_text_format(node.what, sizeof node.what, "%s", g->node->op_type ? g->node->op_type : "");
    v->index = alv_onnx_add(g, node, v->index);
    if (g->status != ALV_OK) return false;
    alv_move *move = &g->model->moves[v->index];
    move->kind = ALV_MOVE_PLACES;
    move->n_which = n;
    move->which = which;
    return true;
}

/* Along positions: of a sequence, or the rows or columns of an image. */
static bool choose_positions(alv_onnx_value *v, alv_onnx *g, char atom, const int64_t *at,
                             int64_t n)
{
    const alv_node from = alv_onnx_node_at(g, v->index);
    const int64_t width = from.width > 0 ? from.width : 1;
    const int64_t rows = atom == 'w' ? from.height : n, columns = atom == 'w' ? n : width;
    if (from.height < 1 || n < 1 || n >= 1 << 24 || (atom == 't' && width > 1) || rows < 1)
        return false;
    int64_t *all = alv_onnx_indices(g, rows * columns);
    for (int64_t i = 0; all && i < rows * columns; i++) {
        const int64_t r = i / columns, c = i % columns;
        const int64_t y = atom == 'w' ? r : at[r], x = atom == 'w' ? at[c] : c;
        all[i] = y < 0 || x < 0 ? -1 : y * width + x;
    }
    const bool done = all && alv_onnx_choose_places(v, g, all, (int)rows, (int)columns);
    free(all);
    return done;
}

bool alv_onnx_choose_axis(alv_onnx_value *v, alv_onnx *g, int axis, const int64_t *at, int64_t n)
{
    char *name = v->axes.axis[axis];
    if (v->is != ALV_ONNX_NODE || v->shares) return false;
    if (strcmp(name, "hw") == 0) { /* all of an image: a sequence from now on */
        if (n > INT32_MAX || !alv_onnx_choose_places(v, g, at, (int)n, 1)) return false;
        memcpy(name, "t", 2);
        return true;
    }
    if (strlen(name) != 1) return false;
    if (v->part > 0 && !alv_onnx_make_solid(v, g)) return false;
    for (int64_t i = 0; i < n; i++)
        if (!strchr("thw", *name) && at[i] < 0) return false;
    if (strchr("pgu", *name)) return choose_along(v, g, *name, at, n);
    return strchr("thw", *name) && choose_positions(v, g, *name, at, n);
}

/* Rows of a parameter (positions, units), the same in every sample. */
bool alv_onnx_put_rows(alv_onnx_value *out, alv_onnx *g, int k, int64_t rows, int64_t units)
{
    const alv_tensor what = {.role = ALV_ROLE_BIAS, .fan_in = 1};
    const alv_checkpoint_tensor *t = alv_onnx_tensor(g, k);
    if (!t || t->dtype < 0 || rows < 1 || rows > INT32_MAX || t->count != rows * units)
        return false;
    alv_node node = {.op = ALV_OP_OTHER,
                     .other = -1,
                     .in = units,
                     .out = units,
                     .width = 1,
                     .height = (int)rows,
                     .bias = -1};
    node.weight = alv_onnx_param(g, k, "bias", what);
    alv_text_format(node.what, sizeof node.what, "%s", g->node->op_type ? g->node->op_type : "");
    const int at = alv_onnx_add(g, node, -1);
    if (g->status != ALV_OK) return false;
    g->model->moves[at].kind = ALV_MOVE_ROWS;
    alv_onnx_tensor(g, k)->laid = true;
    *out = alv_onnx_node(at, alv_form_of("n,t,u"));
    return true;
}

/* Takes out nodes with a move that nothing reads and that are not the `result`. */
bool alv_onnx_sweep(alv_onnx *g, int result)
{
    alv_model *m = g->graph;
    int *to = alv_new_array((size_t)m->n_nodes + 1, sizeof *to);
    int *readers = alv_new_array((size_t)m->n_nodes + 1, sizeof *readers);
    for (int i = m->n_nodes - 1; to && readers && i >= 0; i--) {
        const alv_node *n = &m->nodes[i];
        const bool two = alv_node_reads_two(n);
        const bool moves = n->op == ALV_OP_OTHER && g->model->moves[i].kind != ALV_MOVE_NONE;
        to[i] = moves && readers[i] == 0 && i != result ? -1 : 0;
        if (to[i] < 0) continue;
        if (n->input >= 0) readers[n->input]++;
        if (two && n->other >= 0) readers[n->other]++;
    }
    int n = 0;
    for (int i = 0; to && readers && i < m->n_nodes; i++) {
        alv_node node = m->nodes[i];
        if (to[i] < 0) continue;
        to[i] = n;
        if (node.input >= 0) node.input = to[node.input];
        if (alv_node_reads_two(&node) && node.other >= 0) node.other = to[node.other];
        m->nodes[n] = node;
        g->model->moves[n++] = g->model->moves[i];
    }
    const bool swept = to && readers;
    if (swept) m->n_nodes = n;
    free(to);
    free(readers);
    return swept;
}
