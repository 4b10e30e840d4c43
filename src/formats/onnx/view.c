/* Initializers whose axes are exchanged, inserted, cut or repeated before they meet a signal: where
 * each element lies. */
#include "base/base.h"
#include "formats/onnx/moves.h"

/* Elements that are seen, each once. */
static int64_t count_of(const alv_onnx_view *v)
{
    int64_t n = 1;
    for (int a = 0; a < v->rank; a++)
        if (v->stride[a] != 0 && !alv_mul_i64(&n, n, v->shape[a])) return -1;
    return n;
}

/* Strides of elements in order. */
static void lay(alv_onnx_view *v)
{
    int64_t step = 1;
    for (int a = v->rank - 1; a >= 0; a--) {
        v->stride[a] = step;
        step *= v->shape[a] > 0 ? v->shape[a] : 1;
    }
}

bool alv_onnx_view_of(alv_onnx_view *out, const alv_onnx *g, int k)
{
    const alv_checkpoint_tensor *t = alv_onnx_tensor(g, k);
    if (!t) return false;
    if (g->inputs[k]->view > 0) return *out = g->views[g->inputs[k]->view - 1], true;
    *out = (alv_onnx_view){.rank = t->rank};
    memcpy(out->shape, t->shape, sizeof out->shape);
    lay(out);
    if (g->inputs[k]->flipped && t->rank >= 2) {
        const int a = t->rank - 2, b = t->rank - 1;
        const int64_t shape = out->shape[a], stride = out->stride[a];
        out->shape[a] = out->shape[b], out->stride[a] = out->stride[b];
        out->shape[b] = shape, out->stride[b] = stride;
    }
    return true;
}

bool alv_onnx_is_whole(const alv_onnx *g, int k)
{
    alv_onnx_view v;
    const alv_checkpoint_tensor *t = alv_onnx_tensor(g, k);
    return !t || g->inputs[k]->view == 0 ||
           (alv_onnx_view_of(&v, g, k) && count_of(&v) == t->count);
}

bool alv_onnx_is_from_first(const alv_onnx *g, int k)
{
    return !alv_onnx_tensor(g, k) || g->inputs[k]->view == 0 ||
           g->views[g->inputs[k]->view - 1].offset == 0;
}

/* The value that is seen so. */
static alv_onnx_value keep(alv_onnx *g, int k, const alv_onnx_view *v)
{
    alv_onnx_value value = *g->inputs[k];
    if (g->n_views == g->room_views) {
        const int room = 2 * g->room_views + 16;
        alv_onnx_view *grown = realloc(g->views, (size_t)room * sizeof *grown);
        if (!grown) return alv_onnx_lacks_memory(g), value;
        g->views = grown;
        g->room_views = room;
    }
    g->views[g->n_views++] = *v;
    value.view = g->n_views;
    return value;
}

static int axis_at(double axis, int rank)
{
    if (axis < 0) axis += rank;
    return axis >= 0 && axis < rank ? (int)axis : -1;
}

alv_onnx_value alv_onnx_view_insert(alv_onnx *g, const alv_onnx_numbers *axes)
{
    alv_onnx_view v;
    if (!alv_onnx_view_of(&v, g, 0) || v.rank + axes->n > ALV_MAX_RANK) return *g->inputs[0];
    const int rank = v.rank + axes->n;
    bool new[ALV_MAX_RANK] = {false};
    for (int i = 0; i < axes->n; i++) {
        const int a = axis_at(axes->at[i], rank);
        if (a < 0 || new[a]) return *g->inputs[0];
        new[a] = true;
    }
    alv_onnx_view out = {.rank = rank, .offset = v.offset};
    for (int a = 0, from = 0; a < rank; a++) {
        out.shape[a] = new[a] ? 1 : v.shape[from];
        out.stride[a] = new[a] ? 0 : v.stride[from];
        from += !new[a];
    }
    return keep(g, 0, &out);
}

alv_onnx_value alv_onnx_view_remove(alv_onnx *g, const alv_onnx_numbers *axes)
{
    alv_onnx_view v, out = {0};
    bool gone[ALV_MAX_RANK] = {false};
    if (!alv_onnx_view_of(&v, g, 0)) return *g->inputs[0];
    for (int i = 0; i < axes->n; i++) {
        const int a = axis_at(axes->at[i], v.rank);
        if (a >= 0) gone[a] = true;
    }
    out.offset = v.offset;
    for (int a = 0; a < v.rank; a++) {
        if ((axes->n == 0 || gone[a]) && v.shape[a] == 1) continue;
        out.shape[out.rank] = v.shape[a];
        out.stride[out.rank++] = v.stride[a];
    }
    return keep(g, 0, &out);
}

/* Places [lo, lo + n step) of an axis. */
alv_onnx_value alv_onnx_view_cut(alv_onnx *g, const alv_onnx_value *value, int axis, int64_t lo,
                                 int64_t n, int64_t step)
{
    alv_onnx_view v;
    const alv_onnx_value *before = g->inputs[0];
    g->inputs[0] = value;
    const bool fine = alv_onnx_view_of(&v, g, 0) && axis >= 0 && axis < v.rank && lo >= 0 && n > 0;
    alv_onnx_value out = *value;
    if (fine) {
        v.offset += lo * v.stride[axis];
        v.shape[axis] = n;
        v.stride[axis] *= step;
        out = keep(g, 0, &v);
    }
    g->inputs[0] = before;
    return out;
}

alv_onnx_value alv_onnx_view_turn(alv_onnx *g, const int64_t *perm, int n)
{
    alv_onnx_view v, out;
    if (!alv_onnx_view_of(&v, g, 0) || n != v.rank) return *g->inputs[0];
    out = v;
    for (int a = 0; a < n; a++) {
        if (perm[a] < 0 || perm[a] >= n) return *g->inputs[0];
        out.shape[a] = v.shape[perm[a]];
        out.stride[a] = v.stride[perm[a]];
    }
    return keep(g, 0, &out);
}

/* Axes of one place become longer, new ones stand before them. */
alv_onnx_value alv_onnx_view_repeat(alv_onnx *g, const alv_onnx_numbers *to)
{
    alv_onnx_view v, out;
    if (!alv_onnx_view_of(&v, g, 0) || to->n < 1 || to->n > ALV_MAX_RANK) return *g->inputs[0];
    const int rank = to->n > v.rank ? to->n : v.rank;
    out = (alv_onnx_view){.rank = rank, .offset = v.offset};
    for (int a = 0; a < rank; a++) {
        const int from = a - (rank - v.rank), told = a - (rank - to->n);
        const double size = told >= 0 ? to->at[told] : 1;
        const int64_t own = from >= 0 ? v.shape[from] : 1;
        if (!(size >= 1 && size < 0x1p40) || (own != 1 && size != 1 && size != (double)own))
            return *g->inputs[0];
        out.shape[a] = own != 1 ? own : (int64_t)size;
        out.stride[a] = own != 1 ? v.stride[from] : 0;
    }
    return keep(g, 0, &out);
}

/* Only of what lies in order. */
alv_onnx_value alv_onnx_view_reshape(alv_onnx *g, const alv_onnx_numbers *to)
{
    alv_onnx_view v, out = {.rank = to->n}, plain;
    int64_t known = 1;
    int open = -1;
    if (!alv_onnx_view_of(&v, g, 0) || to->n < 1) return *g->inputs[0];
    plain = v;
    lay(&plain);
    for (int a = 0; a < v.rank; a++)
        if (v.shape[a] != 1 && v.stride[a] != plain.stride[a]) return *g->inputs[0];
    for (int a = 0; a < to->n; a++) {
        const double size = to->at[a] == 0 && a < v.rank ? (double)v.shape[a] : to->at[a];
        if (size == -1 && open < 0)
            open = a;
        else if (!(size >= 1 && size < 0x1p40) || !alv_mul_i64(&known, known, (int64_t)size))
            return *g->inputs[0];
        out.shape[a] = size == -1 ? 1 : (int64_t)size;
    }
    const int64_t all = count_of(&v);
    if (open >= 0 && known > 0) out.shape[open] = all / known;
    lay(&out);
    if (count_of(&out) != all) return *g->inputs[0];
    out.offset = v.offset;
    return keep(g, 0, &out);
}
