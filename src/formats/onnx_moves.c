/* What a graph moves and weighs beside its layers, as nodes with a move (checkpoint.h).
 *
 * Units that are chosen, put in another order, negated or multiplied by constants are one kind of
 * node, a sum of few terms c_j x_i(j); a chain of such operators becomes one node. So the two
 * halves that rotary positions exchange, the parts of a matrix in any order, and heads that are
 * repeated are all the same thing. What is left over on the way is taken out at the end. */
#include "formats/onnx_moves.h"

#include "base/base.h"
#include "math/math.h"

/* Floats of all nodes, of one array, and terms of a sum. */
enum { MOST_FLOATS = 1 << 26, MOST_ARRAY = 1 << 22, MOST_TERMS = 4 };

float *alv_onnx_floats(alv_onnx *g, int64_t n)
{
    if (n < 1 || n > MOST_ARRAY || n > MOST_FLOATS - g->n_floats) return NULL;
    g->n_floats += n;
    return alv_checkpoint_keep(g->model, (size_t)n * sizeof(float));
}

static int64_t places_of(const alv_node *n)
{
    return (int64_t)(n->height > 0 ? n->height : 1) * (n->width > 0 ? n->width : 1);
}

alv_node alv_onnx_node_at(const alv_onnx *g, int at)
{
    const alv_model *m = g->graph;
    return at >= 0 ? m->nodes[at]
                   : (alv_node){.out = m->inputs, .height = m->height, .width = m->width};
}

/* A sum of terms behind node `from`: which (2 terms, out), table (terms, places, out) or NULL. */
typedef struct map {
    int from, terms;
    int64_t in, out, places;
    float *which, *table;
} map;

static bool begin(map *out, alv_onnx *g, int terms, int64_t n)
{
    out->terms = terms;
    out->out = n;
    out->table = NULL;
    out->which = n > 0 && n < MOST_ARRAY ? alv_onnx_floats(g, 2 * terms * n) : NULL;
    return out->which != NULL;
}

/* What the node does, if it is such a sum; else one term that leaves all as it is. */
static bool map_of(map *out, alv_onnx *g, int at)
{
    const alv_node node = alv_onnx_node_at(g, at);
    const alv_move *move = at >= 0 ? &g->model->moves[at] : NULL;
    const bool sum = move && move->kind == ALV_MOVE_UNITS;
    *out = (map){.from = sum ? node.input : at, .in = sum ? node.in : node.out};
    out->places = places_of(&node);
    if (!begin(out, g, sum ? move->terms : 1, node.out)) return false;
    if (sum) memcpy(out->which, move->which, (size_t)move->n_which * sizeof(float));
    for (int64_t j = 0; !sum && j < node.out; j++)
        out->which[j] = (float)j, out->which[node.out + j] = 1;
    if (sum) out->table = (float *)(uintptr_t)move->table;
    return true;
}

static bool is_all(const map *m)
{
    if (m->terms != 1 || m->table || m->in != m->out) return false;
    for (int64_t j = 0; j < m->out; j++)
        if (m->which[j] != (float)j || m->which[m->out + j] != 1) return false;
    return true;
}

/* The node that does it, by this name. */
static int put_named(alv_onnx *g, const map *m, const char *name)
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
static int put_map(alv_onnx *g, const map *m)
{
    return put_named(g, m, g->node->op_type ? g->node->op_type : "");
}

/* Units `units` (n) of it. */
static bool choose(map *out, alv_onnx *g, const map *m, const int64_t *units, int64_t n)
{
    *out = *m;
    if (!begin(out, g, m->terms, n)) return false;
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
    map m, chosen;
    const double factor = v->factor;
    if (v->is != ALV_ONNX_NODE || n < 1 || !map_of(&m, g, v->index) ||
        !choose(&chosen, g, &m, units, n))
        return false;
    v->index = put_map(g, &chosen);
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

static int64_t *room_for(int64_t n)
{
    return n > 0 && n < MOST_ARRAY ? alv_new_array((size_t)n, sizeof(int64_t)) : NULL;
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
            ? room_for(all)
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

/* As a node of its own: a part by itself, not times a factor. */
bool alv_onnx_make_solid(alv_onnx_value *v, alv_onnx *g)
{
    map m, scaled;
    if (v->is != ALV_ONNX_NODE) return false;
    if (v->parts > 0 && v->part > 0) {
        const int64_t at = v->part - 1;
        if (!choose_along(v, g, 'p', &at, 1)) return false;
        v->parts = v->part = 0;
        v->inside = false;
    }
    if (v->factor == 0 || v->factor == 1) return true;
    if (!map_of(&m, g, v->index) || !begin(&scaled, g, m.terms, m.out)) return false;
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
    int64_t *all = room_for(rows * columns);
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

/* Two nodes whose values are put side by side, or are multiplied. */
static int put_two(alv_onnx *g, alv_move_kind kind, int a, int b, int64_t out, int64_t width)
{
    const alv_node one = alv_onnx_node_at(g, a), two = alv_onnx_node_at(g, b);
    alv_node node = {.op = ALV_OP_OTHER,
                     .other = b,
                     .in = one.out,
                     .out = out,
                     .height = one.height,
                     .width = one.width,
                     .weight = -1,
                     .bias = -1};
    if (kind == ALV_MOVE_JOIN_PLACES) {
        node.height = (int)((places_of(&one) + places_of(&two)) / width);
        node.width = (int)width;
    }
    alv_text_format(node.what, sizeof node.what, "%s", g->node->op_type ? g->node->op_type : "");
    /* rows of their own stand second, so that the signal is what goes on */
    const bool rows =
        kind == ALV_MOVE_JOIN_PLACES && a >= 0 && g->model->moves[a].kind == ALV_MOVE_ROWS;
    if (rows) node.other = a;
    const int at = alv_onnx_add(g, node, rows ? b : a);
    if (g->status != ALV_OK) return at;
    g->model->moves[at].kind = kind;
    g->model->moves[at].swapped = rows;
    return at;
}

/* Two sums of the same node, side by side. */
static bool beside(map *out, alv_onnx *g, const map *a, const map *b)
{
    if (a->from != b->from || a->terms != b->terms || a->table || b->table) return false;
    *out = *a;
    if (!begin(out, g, a->terms, a->out + b->out)) return false;
    for (int r = 0; r < 2 * a->terms; r++) {
        memcpy(out->which + r * out->out, a->which + r * a->out, (size_t)a->out * sizeof(float));
        memcpy(out->which + r * out->out + a->out, b->which + r * b->out,
               (size_t)b->out * sizeof(float));
    }
    return true;
}

/* The units of b behind those of a, of each head if `each`. */
bool alv_onnx_join_units(alv_onnx_value *a, alv_onnx *g, const alv_onnx_value *b, bool each)
{
    const alv_node one = alv_onnx_node_at(g, a->index), two = alv_onnx_node_at(g, b->index);
    const int64_t n = one.out + two.out, heads = each && a->heads > 1 ? a->heads : 1;
    const int64_t x = one.out / heads, y = two.out / heads;
    map first, second, both;
    if (one.height != two.height || (one.height > 0 && one.width != two.width) || n < 1 ||
        !map_of(&first, g, a->index) || !map_of(&second, g, b->index))
        return false;
    if (beside(&both, g, &first, &second))
        a->index = put_map(g, &both);
    else
        a->index = put_two(g, ALV_MOVE_JOIN_UNITS, a->index, b->index, n, 1);
    if (g->status != ALV_OK || heads == 1) return g->status == ALV_OK;
    int64_t *order = room_for(n);
    for (int64_t i = 0; order && i < n; i++) {
        const int64_t h = i / (x + y), u = i % (x + y);
        order[i] = u < x ? h * x + u : one.out + h * y + u - x;
    }
    const bool done = order && alv_onnx_choose(a, g, order, n);
    free(order);
    return done;
}

bool alv_onnx_join_places(alv_onnx_value *a, alv_onnx *g, const alv_onnx_value *b, bool rows)
{
    const alv_node one = alv_onnx_node_at(g, a->index), two = alv_onnx_node_at(g, b->index);
    const int64_t all = places_of(&one) + places_of(&two);
    if (one.out != two.out || one.out < 1 || all > INT32_MAX) return false;
    a->index = put_two(g, ALV_MOVE_JOIN_PLACES, a->index, b->index, one.out,
                       rows && one.width > 1 ? one.width : 1);
    return g->status == ALV_OK;
}

bool alv_onnx_times(alv_onnx_value *a, alv_onnx *g, const alv_onnx_value *b)
{
    const alv_node one = alv_onnx_node_at(g, a->index), two = alv_onnx_node_at(g, b->index);
    const int64_t places = places_of(&two);
    if (one.out < 1 || (two.out != one.out && two.out != 1) ||
        (places != 1 && places != places_of(&one)))
        return false;
    a->index = put_two(g, ALV_MOVE_TIMES, a->index, b->index, one.out, 1);
    return g->status == ALV_OK;
}

/* As many positions as `like` has, where there is one. */
bool alv_onnx_repeat_place(alv_onnx_value *v, alv_onnx *g, const alv_onnx_value *like)
{
    const alv_node one = alv_onnx_node_at(g, v->index), two = alv_onnx_node_at(g, like->index);
    const int64_t n = places_of(&two);
    if (places_of(&one) == n) return true;
    int64_t *zeros = places_of(&one) == 1 ? room_for(n) : NULL;
    const bool done =
        zeros && alv_onnx_choose_places(v, g, zeros, two.height, two.width > 0 ? two.width : 1);
    free(zeros);
    return done;
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
    *out = alv_onnx_node(at, alv_form_of("n,t,u"));
    return true;
}

/* Where element (position, unit) of a signal is in a constant that is laid over its axes from the
 * last one on; false where one does not cover the other. */
typedef struct cover {
    const alv_onnx *g;
    const alv_onnx_value *v;
    const alv_onnx_view *view;
    int64_t width, per;
    int parts, heads;
} cover;

static int64_t coordinate(const cover *c, int axis, int64_t place, int64_t unit, bool *fine)
{
    int64_t at = 0;
    const int64_t rest = unit / c->per;
    for (const char *a = c->v->axes.axis[axis]; *a; a++) {
        int64_t i = 0;
        if (*a == 'n' || *a == 's' || *a == 'z') *fine = false;
        if (*a == 't') i = place;
        if (*a == 'h') i = place / c->width;
        if (*a == 'w') i = place % c->width;
        if (*a == 'u') i = unit % c->per;
        if (*a == 'g') i = c->v->inside ? rest / c->parts : rest % c->heads;
        if (*a == 'p') i = c->v->inside ? rest % c->parts : rest / c->heads;
        double size = 1;
        const alv_onnx_value one = {.is = ALV_ONNX_NODE,
                                    .index = c->v->index,
                                    .heads = c->v->heads,
                                    .parts = c->v->parts,
                                    .axes = {.rank = 1, .axis = {{*a}}}};
        size = alv_form_size(c->g, &one, 0);
        if (!(size >= 1 && size < 0x1p31)) *fine = false;
        at = at * (int64_t)(*fine ? size : 1) + i;
    }
    return at;
}

static int64_t place_in(const cover *c, int64_t place, int64_t unit, bool *fine)
{
    const int shift = c->v->axes.rank - c->view->rank;
    int64_t at = c->view->offset;
    for (int a = 0; *fine && a < c->view->rank; a++) {
        if (c->view->shape[a] == 1 || c->view->stride[a] == 0) continue;
        const int64_t i = coordinate(c, a + shift, place, unit, fine);
        if (i >= c->view->shape[a]) *fine = false;
        at += i * c->view->stride[a];
    }
    return at;
}

/* A constant over a signal: (places, units), or (units) where it is the same at each position. */
bool alv_onnx_laid_over(float **out, bool *each, alv_onnx *g, int k, const alv_onnx_value *v)
{
    const alv_checkpoint_tensor *t = alv_onnx_tensor(g, k);
    const alv_node node = alv_onnx_node_at(g, v->index);
    alv_onnx_view view;
    if (!t || t->dtype < 0 || t->fortran || !t->bytes || !alv_onnx_view_of(&view, g, k) ||
        v->axes.rank == 0 || view.rank > v->axes.rank || node.out < 1)
        return false;
    cover c = {.g = g,
               .v = v,
               .view = &view,
               .width = node.width > 0 ? node.width : 1,
               .parts = v->parts > 0 ? v->parts : 1,
               .heads = v->heads > 0 ? v->heads : 1};
    c.per = node.out / c.parts / c.heads;
    *each = false;
    for (int a = 0; a < view.rank; a++)
        if (view.shape[a] != 1 && view.stride[a] != 0 &&
            (double)view.shape[a] != alv_form_size(g, v, a + v->axes.rank - view.rank))
            return false;
    for (int a = 0; a < view.rank; a++)
        *each |= view.shape[a] > 1 && view.stride[a] != 0 &&
                 strpbrk(v->axes.axis[a + v->axes.rank - view.rank], "thw") != NULL;
    const int64_t places = *each ? places_of(&node) : 1;
    if (c.per < 1 || places > MOST_FLOATS / node.out) return false;
    *out = alv_onnx_floats(g, places * node.out);
    bool fine = *out != NULL;
    for (int64_t i = 0; fine && i < places * node.out; i++) {
        double value = 0;
        const int64_t at = place_in(&c, i / node.out, i % node.out, &fine);
        if (at < 0 || at >= t->count) fine = false;
        if (fine) alv_checkpoint_decode(&value, t, at, at + 1);
        (*out)[i] = (float)value;
    }
    return fine;
}

/* Whether constants that a signal is multiplied by are no gains of units: they differ between
 * positions, as tables of rotary positions do, or the signal is the data. */
bool alv_onnx_is_fixed(const alv_onnx *g, int k)
{
    alv_onnx_view view;
    const alv_form axes = alv_onnx_form(g, 1 - k);
    if (!alv_onnx_is_kind(g, 1 - k, ALV_ONNX_NODE) || !alv_onnx_view_of(&view, g, k)) return false;
    bool each = alv_onnx_from(g, 1 - k) < 0;
    for (int a = 0; a < view.rank && view.rank <= axes.rank; a++)
        each |= view.shape[a] > 1 && view.stride[a] != 0 &&
                strpbrk(axes.axis[a + axes.rank - view.rank], "thw") != NULL;
    return each;
}

/* Times constants, (places, units) or (units). */
bool alv_onnx_weigh(alv_onnx_value *v, alv_onnx *g, const float *by, bool each, bool over)
{
    map m, out;
    if (!alv_onnx_make_solid(v, g) || !map_of(&m, g, v->index)) return false;
    out = m;
    if (!begin(&out, g, m.terms, m.out)) return false;
    memcpy(out.which, m.which, (size_t)(2 * m.terms * m.out) * sizeof(float));
    out.table = m.table;
    const int64_t n = m.terms * m.places * m.out;
    if (each) out.table = alv_onnx_floats(g, n);
    if (each && !out.table) return false;
    for (int64_t i = 0; i < (each ? n : m.terms * m.out); i++) {
        const float own = by[each ? i % (m.places * m.out) : i % m.out], x = over ? 1 / own : own;
        if (each)
            out.table[i] = (m.table ? m.table[i] : 1) * x;
        else
            out.which[m.terms * m.out + i] *= x;
    }
    v->index = put_map(g, &out);
    return g->status == ALV_OK;
}

/* Constants are added to it, at each position or at all alike. */
bool alv_onnx_shift(alv_onnx_value *v, alv_onnx *g, const float *by, bool each)
{
    if (!alv_onnx_make_solid(v, g)) return false;
    const alv_node from = alv_onnx_node_at(g, v->index);
    const int64_t places = places_of(&from), n = places * from.out;
    float *table = places <= MOST_FLOATS / from.out ? alv_onnx_floats(g, n) : NULL;
    if (!table) return false;
    for (int64_t i = 0; i < n; i++) table[i] = by[each ? i : i % from.out];
    alv_node node = {.op = ALV_OP_OTHER, .other = v->index, .weight = -1, .bias = -1};
    alv_text_format(node.what, sizeof node.what, "%s", g->node->op_type ? g->node->op_type : "");
    v->index = alv_onnx_add(g, node, v->index);
    if (g->status != ALV_OK) return false;
    alv_move *move = &g->model->moves[v->index];
    move->kind = ALV_MOVE_SHIFT;
    move->n_table = n;
    move->table = table;
    return true;
}

/* The sum of two signals that are sums of the same node, in one. */
bool alv_onnx_merge(alv_onnx_value *a, alv_onnx *g, const alv_onnx_value *b)
{
    map x, y, out;
    const bool both = a->index >= 0 && b->index >= 0 &&
                      g->model->moves[a->index].kind == ALV_MOVE_UNITS &&
                      g->model->moves[b->index].kind == ALV_MOVE_UNITS;
    if (!both || !map_of(&x, g, a->index) || !map_of(&y, g, b->index) || x.from != y.from ||
        x.out != y.out || x.terms + y.terms > MOST_TERMS)
        return false;
    out = x;
    const int64_t n = x.out, each = x.places * n;
    if (!begin(&out, g, x.terms + y.terms, n)) return false;
    const map *of[2] = {&x, &y};
    const bool table = x.table || y.table;
    if (table) out.table = alv_onnx_floats(g, out.terms * each);
    if (table && !out.table) return false;
    for (int s = 0, k = 0; s < 2; s++)
        for (int r = 0; r < of[s]->terms; r++, k++) {
            const size_t row = (size_t)n * sizeof(float);
            memcpy(out.which + k * n, of[s]->which + r * n, row);
            memcpy(out.which + (out.terms + k) * n, of[s]->which + (of[s]->terms + r) * n, row);
            for (int64_t i = 0; table && i < each; i++)
                out.table[k * each + i] = of[s]->table ? of[s]->table[r * each + i] : 1;
        }
    a->index = put_map(g, &out);
    return g->status == ALV_OK;
}

/* Takes out nodes with a move that nothing reads and that are not the `result`. */
void alv_onnx_sweep(alv_onnx *g, int result)
{
    alv_model *m = g->graph;
    int *to = alv_new_array((size_t)m->n_nodes + 1, sizeof *to);
    int *readers = alv_new_array((size_t)m->n_nodes + 1, sizeof *readers);
    for (int i = m->n_nodes - 1; to && readers && i >= 0; i--) {
        const alv_node *n = &m->nodes[i];
        const bool two = n->op == ALV_OP_ADD || n->op == ALV_OP_OTHER;
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
        if ((node.op == ALV_OP_ADD || node.op == ALV_OP_OTHER) && node.other >= 0)
            node.other = to[node.other];
        m->nodes[n] = node;
        g->model->moves[n++] = g->model->moves[i];
    }
    if (to && readers) m->n_nodes = n;
    free(to);
    free(readers);
}
