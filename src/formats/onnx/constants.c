/* Constants laid over a signal, which they multiply or are added to. */
#include "base/base.h"
#include "formats/onnx/moves.h"

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
    const int64_t places = *each ? alv_node_places(&node) : 1;
    if (c.per < 1 || places > ALV_ONNX_FLOATS / node.out) return false;
    *out = alv_onnx_floats(g, places * node.out);
    bool fine = *out != NULL;
    for (int64_t i = 0; fine && i < places * node.out; i++) {
        double value = 0;
        const int64_t at = place_in(&c, i / node.out, i % node.out, &fine);
        if (at < 0 || at >= t->count) fine = false;
        if (fine) alv_checkpoint_decode(&value, t, at, at + 1);
        (*out)[i] = (float)value;
    }
    if (fine) alv_onnx_tensor(g, k)->laid = true;
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
    alv_onnx_map m, out;
    if (!alv_onnx_make_solid(v, g) || !alv_onnx_map_of(&m, g, v->index)) return false;
    out = m;
    if (!alv_onnx_map_begin(&out, g, m.terms, m.out)) return false;
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
    v->index = alv_onnx_map_put(g, &out);
    return g->status == ALV_OK;
}

/* Constants are added to it, at each position or at all alike. */
bool alv_onnx_shift(alv_onnx_value *v, alv_onnx *g, const float *by, bool each)
{
    if (!alv_onnx_make_solid(v, g)) return false;
    const alv_node from = alv_onnx_node_at(g, v->index);
    const int64_t places = alv_node_places(&from), n = places * from.out;
    float *table = places <= ALV_ONNX_FLOATS / from.out ? alv_onnx_floats(g, n) : NULL;
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
