/* What an experiment leaves: measurements and the points of its figure. */
#include <math.h>

#include "base/base.h"
#include "reproduce/reproduce.h"

void alv_draw_cell(alv_outcome *out, int panel, int series, double x, double y, double shade)
{
    if (out->n == out->room) {
        const int64_t room = 2 * out->room + 64;
        alv_point *grown = realloc(out->points, (size_t)room * sizeof *grown);
        out->lost = out->lost || !grown;
        if (!grown) return;
        out->points = grown;
        out->room = room;
    }
    out->points[out->n++] = (alv_point){panel, series, x, y, shade};
}

void alv_draw(alv_outcome *out, int panel, int series, double x, double y)
{
    alv_draw_cell(out, panel, series, x, y, (double)NAN);
}

void alv_outcome_free(alv_outcome *out)
{
    free(out->points);
    *out = (alv_outcome){0};
}
