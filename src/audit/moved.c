/* What a file's graph moves and weighs beside its layers, in the numbers that theory goes by. */
#include "audit/moved.h"

#include "base/base.h"
#include "math/math.h"
#include "model/nodes.h"

/* Sums over one unit's constants, position by position. */
typedef struct unit_sums {
    double sum, squares;
    double far; /* of products of two unlike positions */
} unit_sums;

/* Of `terms` constants at each of n positions, the one of term r at position p being table[(r n +
 * p) stride], times weight[r stride]; either may be NULL, for ones. */
static unit_sums sum_up(const float *weight, const float *table, int terms, int64_t n,
                        int64_t stride)
{
    unit_sums out = {0};
    for (int r = 0; r < terms; r++) {
        const double w = weight ? (double)weight[r * stride] : 1;
        double sum = 0, squares = 0;
        for (int64_t p = 0; p < n; p++) {
            const double c = w * (table ? (double)table[(r * n + p) * stride] : 1);
            sum += c;
            squares += c * c;
        }
        out.sum += sum;
        out.squares += squares;
        out.far += sum * sum - squares;
    }
    return out;
}

/* The means over units and positions. */
static alv_moved of_units(alv_moved_kind kind, const float *weight, const float *table, int terms,
                          int64_t n, int64_t units)
{
    alv_moved out = {.kind = kind};
    double fourth = 0;
    for (int64_t j = 0; j < units; j++) {
        const unit_sums s =
            sum_up(weight ? weight + j : NULL, table ? table + j : NULL, terms, n, units);
        const double square = s.squares / (double)n / (double)units;
        out.mean += s.sum / (double)n / (double)units;
        out.square += square;
        out.far += n > 1 ? s.far / ((double)n * (double)(n - 1)) / (double)units : square;
        fourth += square * square * (double)units;
    }
    if (out.square > 0) out.unlike = alv_max(fourth / (out.square * out.square) - 1, 0);
    return out;
}

/* Chosen positions, zeros among them. */
static alv_moved of_places(const alv_move *move)
{
    int64_t there = 0;
    for (int64_t i = 0; i < move->n_which; i++) there += move->which[i] >= 0;
    const double share = (double)there / (double)move->n_which;
    return (alv_moved){ALV_MOVED_WEIGHED, share, share, share * share, 0};
}

static alv_moved of_move(const alv_move *move, const alv_node *node)
{
    static const alv_moved_kind kinds[] = {[ALV_MOVE_JOIN_UNITS] = ALV_MOVED_UNITS,
                                           [ALV_MOVE_JOIN_PLACES] = ALV_MOVED_PLACES,
                                           [ALV_MOVE_TIMES] = ALV_MOVED_TIMES,
                                           [ALV_MOVE_ROWS] = ALV_MOVED_ROWS,
                                           [ALV_MOVE_SCORES] = ALV_MOVED_SCORES};
    const int64_t units = node->out;
    if (move->kind == ALV_MOVE_UNITS && units > 0) {
        const int64_t positions = move->table ? move->n_table / move->terms / units : 1;
        return of_units(ALV_MOVED_WEIGHED, move->which + move->terms * units, move->table,
                        move->terms, positions > 0 ? positions : 1, units);
    }
    if (move->kind == ALV_MOVE_SHIFT && units > 0)
        return of_units(ALV_MOVED_LAID, NULL, move->table, 1, move->n_table / units, units);
    if (move->kind == ALV_MOVE_PLACES && move->n_which > 0) return of_places(move);
    return (alv_moved){.kind = move->kind < ALV_COUNT(kinds) ? kinds[move->kind] : ALV_MOVED_NOT,
                       .mean = move->scale};
}

alv_status alv_moved_read(alv_moved **out, const alv_checkpoint *file, alv_error *error)
{
    const alv_model *m = file->graph;
    *out = NULL;
    if (!m || !file->moves) return ALV_OK;
    *out = alv_new_array((size_t)m->n_nodes + 1, sizeof **out);
    if (!*out) return alv_fail(error, ALV_ERR_MEMORY, "doctor", "no memory for its constants");
    for (int i = 0; i < m->n_nodes; i++) (*out)[i] = of_move(&file->moves[i], &m->nodes[i]);
    return ALV_OK;
}
