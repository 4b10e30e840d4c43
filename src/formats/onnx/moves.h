/* Inside the room: what a graph moves and weighs beside its layers (moves.c, pairs.c, constants.c),
 * and the rules of operators that do (chosen.c, joined.c). What returns false has not done it: the
 * graph cannot be run from there on. */
#ifndef ALV_FORMATS_ONNX_MOVES_H
#define ALV_FORMATS_ONNX_MOVES_H

#include "formats/onnx/graph.h"
#include "model/nodes.h"

/* Floats of all nodes of a graph, and terms of a sum. */
enum { ALV_ONNX_FLOATS = 1 << 26, ALV_ONNX_TERMS = 4 };

/* A sum of terms behind node `from`: which (2 terms, out), table (terms, places, out) or NULL. */
typedef struct alv_onnx_map {
    int from, terms;
    int64_t in, out, places;
    float *which, *table;
} alv_onnx_map;

/* Room for a sum of so many terms, n units. */
bool alv_onnx_map_begin(alv_onnx_map *out, alv_onnx *g, int terms, int64_t n);
/* What the node does, if it is such a sum; else one term that leaves all as it is. */
bool alv_onnx_map_of(alv_onnx_map *out, alv_onnx *g, int at);
/* The node that does it, by the name of the operator at hand. */
int alv_onnx_map_put(alv_onnx *g, const alv_onnx_map *m);
/* The caller's to free(); NULL without memory or beyond what is kept. */
int64_t *alv_onnx_indices(alv_onnx *g, int64_t n);

/* Memory that lives as long as the file's model; NULL beyond 2^26 floats of one graph. */
float *alv_onnx_floats(alv_onnx *g, int64_t n);
/* A node as it is, or the data. */
alv_node alv_onnx_node_at(const alv_onnx *g, int at);
/* Units or positions of a signal, in the order given; along an axis that is one atom. */
bool alv_onnx_choose(alv_onnx_value *v, alv_onnx *g, const int64_t *units, int64_t n);
bool alv_onnx_choose_places(alv_onnx_value *v, alv_onnx *g, const int64_t *at, int height,
                            int width);
/* Units that an axis has in another order than the node, as of channels that are shuffled, in
 * theirs; false where they cannot be. */
bool alv_onnx_line_up(alv_onnx_value *v, alv_onnx *g);
bool alv_onnx_choose_axis(alv_onnx_value *v, alv_onnx *g, int axis, const int64_t *at, int64_t n);
/* Input k as a node of its own: a part by itself, not times a factor. */
bool alv_onnx_make_solid(alv_onnx_value *v, alv_onnx *g);
bool alv_onnx_solid(alv_onnx *g, int k);
bool alv_onnx_join_units(alv_onnx_value *a, alv_onnx *g, const alv_onnx_value *b, bool each);
/* `rows`: of an image, which stays one. */
bool alv_onnx_join_places(alv_onnx_value *a, alv_onnx *g, const alv_onnx_value *b, bool rows);
bool alv_onnx_times(alv_onnx_value *a, alv_onnx *g, const alv_onnx_value *b);
bool alv_onnx_repeat_place(alv_onnx_value *v, alv_onnx *g, const alv_onnx_value *like);
bool alv_onnx_put_rows(alv_onnx_value *out, alv_onnx *g, int k, int64_t rows, int64_t units);
bool alv_onnx_laid_over(float **out, bool *each, alv_onnx *g, int k, const alv_onnx_value *v);
bool alv_onnx_is_fixed(const alv_onnx *g, int k);
bool alv_onnx_weigh(alv_onnx_value *v, alv_onnx *g, const float *by, bool each, bool over);
bool alv_onnx_shift(alv_onnx_value *v, alv_onnx *g, const float *by, bool each);
bool alv_onnx_merge(alv_onnx_value *a, alv_onnx *g, const alv_onnx_value *b);
/* False: no memory. */
bool alv_onnx_sweep(alv_onnx *g, int result);

/* joined.c: two signals multiplied, or added; a signal and the constants of input k. */
alv_onnx_rule alv_onnx_product, alv_onnx_sum, alv_onnx_concat, alv_onnx_negate, alv_onnx_pad,
    alv_onnx_resize;
bool alv_onnx_weigh_by(alv_onnx_value *out, alv_onnx *g, int k);
bool alv_onnx_shift_by(alv_onnx_value *out, alv_onnx *g, int k);

/* view.c: how input k, an initializer, is seen; as it lies, or as value->view says. */
bool alv_onnx_view_of(alv_onnx_view *out, const alv_onnx *g, int k);
/* Whether all of it is seen, or what is seen begins at its first element; true of all else. */
bool alv_onnx_is_whole(const alv_onnx *g, int k);
bool alv_onnx_is_from_first(const alv_onnx *g, int k);
/* Input 0 with axes inserted, removed, exchanged, or put into a shape; the value with n places of
 * an axis from lo on. What cannot be done so is left as it is. */
alv_onnx_value alv_onnx_view_insert(alv_onnx *g, const alv_onnx_numbers *axes);
alv_onnx_value alv_onnx_view_remove(alv_onnx *g, const alv_onnx_numbers *axes);
alv_onnx_value alv_onnx_view_turn(alv_onnx *g, const int64_t *perm, int n);
alv_onnx_value alv_onnx_view_repeat(alv_onnx *g, const alv_onnx_numbers *to);
alv_onnx_value alv_onnx_view_reshape(alv_onnx *g, const alv_onnx_numbers *to);
alv_onnx_value alv_onnx_view_cut(alv_onnx *g, const alv_onnx_value *value, int axis, int64_t lo,
                                 int64_t n, int64_t step);

/* places.c: a value with its axes as they are now, or, unless `known`, as no layer moves them;
 * the last position, or the `state` in which a recurrent layer ends. */
alv_onnx_value alv_onnx_moved(alv_onnx *g, alv_onnx_value value, bool known);
alv_onnx_value alv_onnx_last(alv_onnx *g, alv_form axes, bool state);
/* attention.c: three heads look like three parts, until none of them is chosen. */
alv_onnx_value alv_onnx_heads_of(alv_onnx_value value);

#endif
