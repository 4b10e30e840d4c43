/* Two signals as one node: side by side, multiplied, or sums of one node added up. */
#include "base/base.h"
#include "formats/onnx/moves.h"

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
        node.height = (int)((alv_node_places(&one) + alv_node_places(&two)) / width);
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
static bool beside(alv_onnx_map *out, alv_onnx *g, const alv_onnx_map *a, const alv_onnx_map *b)
{
    if (a->from != b->from || a->terms != b->terms || a->table || b->table) return false;
    *out = *a;
    if (!alv_onnx_map_begin(out, g, a->terms, a->out + b->out)) return false;
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
    alv_onnx_map first, second, both;
    if (one.height != two.height || (one.height > 0 && one.width != two.width) || n < 1 ||
        !alv_onnx_map_of(&first, g, a->index) || !alv_onnx_map_of(&second, g, b->index))
        return false;
    if (beside(&both, g, &first, &second))
        a->index = alv_onnx_map_put(g, &both);
    else
        a->index = put_two(g, ALV_MOVE_JOIN_UNITS, a->index, b->index, n, 1);
    if (g->status != ALV_OK || heads == 1) return g->status == ALV_OK;
    int64_t *order = alv_onnx_indices(g, n);
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
    const int64_t all = alv_node_places(&one) + alv_node_places(&two);
    if (one.out != two.out || one.out < 1 || all > INT32_MAX) return false;
    a->index = put_two(g, ALV_MOVE_JOIN_PLACES, a->index, b->index, one.out,
                       rows && one.width > 1 ? one.width : 1);
    return g->status == ALV_OK;
}

bool alv_onnx_times(alv_onnx_value *a, alv_onnx *g, const alv_onnx_value *b)
{
    const alv_node one = alv_onnx_node_at(g, a->index), two = alv_onnx_node_at(g, b->index);
    const int64_t places = alv_node_places(&two);
    if (one.out < 1 || (two.out != one.out && two.out != 1) ||
        (places != 1 && places != alv_node_places(&one)))
        return false;
    a->index = put_two(g, ALV_MOVE_TIMES, a->index, b->index, one.out, 1);
    return g->status == ALV_OK;
}

/* As many positions as `like` has, where there is one. */
bool alv_onnx_repeat_place(alv_onnx_value *v, alv_onnx *g, const alv_onnx_value *like)
{
    const alv_node one = alv_onnx_node_at(g, v->index), two = alv_onnx_node_at(g, like->index);
    const int64_t n = alv_node_places(&two);
    if (alv_node_places(&one) == n) return true;
    int64_t *zeros = alv_node_places(&one) == 1 ? alv_onnx_indices(g, n) : NULL;
    const bool done =
        zeros && alv_onnx_choose_places(v, g, zeros, two.height, two.width > 0 ? two.width : 1);
    free(zeros);
    return done;
}

/* The sum of two signals that are sums of the same node, in one. */
bool alv_onnx_merge(alv_onnx_value *a, alv_onnx *g, const alv_onnx_value *b)
{
    alv_onnx_map x, y, out;
    const bool both = a->index >= 0 && b->index >= 0 &&
                      g->model->moves[a->index].kind == ALV_MOVE_UNITS &&
                      g->model->moves[b->index].kind == ALV_MOVE_UNITS;
    if (!both || !alv_onnx_map_of(&x, g, a->index) || !alv_onnx_map_of(&y, g, b->index) ||
        x.from != y.from || x.out != y.out || x.terms + y.terms > ALV_ONNX_TERMS)
        return false;
    out = x;
    const int64_t n = x.out, each = x.places * n;
    if (!alv_onnx_map_begin(&out, g, x.terms + y.terms, n)) return false;
    const alv_onnx_map *of[2] = {&x, &y};
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
    a->index = alv_onnx_map_put(g, &out);
    return g->status == ALV_OK;
}
