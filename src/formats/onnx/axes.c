/* How the axes of a value stand for samples, positions, heads and units, followed through what
 * moves them.
 *
 * An axis is a product of atoms, the outer first: n samples, t positions of a sequence, h w of an
 * image, s positions again (the keys, in scores), p parts of a fused matrix, g heads, u what is
 * left of the units; "1" an axis of none of them, z the one state that a recurrent layer ends in. A
 * value of attention goes from (t, n, u) to (t, n g, u) to (n g, t, u).
 *
 * Sizes are numbers. What a file leaves open, above all how many samples there are, has a prime for
 * its size that no layer has: arithmetic on shapes is done with it, and what holds with it holds
 * with all. */
#include "base/base.h"
#include "formats/onnx/graph.h"
#include "math/math.h"

static const double any_samples = 1000003, any_rows = 100003, any_columns = 100043;

alv_form alv_form_of(const char *text)
{
    alv_form a = {.rank = *text != 0};
    for (int n = 0; *text; text++) {
        if (*text == ',')
            a.rank++, n = 0;
        else
            a.axis[a.rank - 1][n++] = *text;
    }
    return a;
}

bool alv_form_are(alv_form a, const char *text)
{
    const alv_form b = alv_form_of(text);
    return a.rank == b.rank && memcmp(a.axis, b.axis, sizeof a.axis) == 0;
}

bool alv_form_same(alv_form a, alv_form b)
{
    return a.rank > 0 && a.rank == b.rank && memcmp(a.axis, b.axis, sizeof a.axis) == 0;
}

bool alv_form_units_last(alv_form a)
{
    bool found = a.rank > 1 && strcmp(a.axis[a.rank - 1], "u") == 0;
    for (int i = 0; i + 1 < a.rank; i++) found &= strspn(a.axis[i], "nthw1") == strlen(a.axis[i]);
    return found;
}

bool alv_form_is_position(const char *axis)
{
    return strcmp(axis, "t") == 0 || strcmp(axis, "hw") == 0;
}

double alv_onnx_samples(const alv_onnx *g)
{
    return g->samples > 0 ? (double)g->samples : any_samples;
}

static double atom(const alv_onnx *g, const alv_onnx_value *v, char what)
{
    const alv_model *m = g->graph;
    const alv_node data = alv_onnx_data_node(m);
    const alv_node *n = v->index >= 0 ? &m->nodes[v->index] : &data;
    const double parts = v->parts > 0 ? v->parts : 1, heads = v->heads > 0 ? v->heads : 1;
    switch (what) {
    case 'n':
        return alv_onnx_samples(g);
    case 's':
        if (n->kernel > 0 && v->index >= 0 && n->op == ALV_OP_OTHER) return n->kernel;
        return n->height > 0 ? (double)n->height * (n->width > 1 ? n->width : 1) : any_rows;
    case 't':
        return n->height > 0 ? (double)n->height * (n->width > 1 ? n->width : 1) : any_rows;
    case 'h':
        return n->height > 0 ? n->height : any_rows;
    case 'w':
        return n->width > 0 ? n->width : any_columns;
    case 'p':
        return parts;
    case 'g':
        return heads;
    case 'u':
        return n->out > 0 ? (double)n->out / parts / heads : ALV_NAN;
    default:
        return 1;
    }
}

double alv_form_size(const alv_onnx *g, const alv_onnx_value *v, int axis)
{
    double size = 1;
    for (const char *a = v->axes.axis[axis]; *a; a++) size *= atom(g, v, *a);
    return size;
}

static bool divides(double a, double b)
{
    const double q = b / a;
    return q >= 1 && q < 0x1p52 && (double)(int64_t)q == q;
}

/* -1 and 0 as the sizes that they stand for; false where they cannot be. */
static bool resolve(alv_onnx_numbers *to, const alv_onnx *g, const alv_onnx_value *v)
{
    double all = 1, known = 1;
    int open = -1;
    for (int i = 0; i < v->axes.rank; i++) all *= alv_form_size(g, v, i);
    for (int i = 0; i < to->n; i++) {
        if (to->at[i] == 0 && i < v->axes.rank) to->at[i] = alv_form_size(g, v, i);
        if (to->at[i] == -1)
            open = i;
        else
            known *= to->at[i];
    }
    if (open >= 0 && divides(known, all)) to->at[open] = all / known, known = all;
    return known == all;
}

/* Takes atoms of `from` for one axis of `size`; splits the units where they are more. */
static bool take(char *axis, char **from, const alv_onnx *g, alv_onnx_value *v, double size,
                 bool later)
{
    int n = 0;
    while (**from && (size > 1 || (n == 0 && atom(g, v, **from) == 1))) {
        const double next = atom(g, v, **from);
        if (n == ALV_AXIS_ATOMS) return false;
        if (divides(next, size)) {
            axis[n++] = *(*from)++;
            size /= next;
        } else if (**from == 'u' && later && divides(size, next) && size < 1 << 20 &&
                   (v->heads == 0 || (size == 3 && v->parts == 0))) {
            const bool parts = size == 3 && v->parts == 0;
            if (parts) v->inside = v->heads > 0; /* of each head */
            axis[n++] = parts ? 'p' : 'g';
            *(parts ? &v->parts : &v->heads) = (int)size;
            size = 1;
        } else {
            return false;
        }
    }
    if (n == 0) axis[n++] = '1';
    return size == 1;
}

/* Pieces of the units that stand side by side again. */
static void join(alv_onnx_value *v)
{
    for (int i = 0; i < v->axes.rank; i++) {
        char *both = strstr(v->axes.axis[i], "gp"), *u = strchr(v->axes.axis[i], 'u');
        if (both && v->inside && v->part == 0) { /* heads that were repeated */
            v->heads *= v->parts;
            v->parts = 0;
            v->inside = false;
            memmove(both + 1, both + 2, strlen(both + 2) + 1);
            u = strchr(v->axes.axis[i], 'u');
        }
        while (u && u > v->axes.axis[i] && (u[-1] == 'g' || u[-1] == 'p')) {
            *(u[-1] == 'g' ? &v->heads : &v->parts) = 0;
            memmove(u - 1, u, strlen(u) + 1);
            u--;
        }
    }
}

bool alv_form_reshape(alv_onnx_value *v, const alv_onnx *g, alv_onnx_numbers to)
{
    char atoms[ALV_AXES * (ALV_AXIS_ATOMS + 1) + 1] = "", *at = atoms;
    alv_onnx_value out = *v;
    if (v->axes.rank == 0 || to.n < 1 || to.n > ALV_AXES || !resolve(&to, g, v)) return false;
    for (int i = 0; i < v->axes.rank; i++)
        for (const char *a = v->axes.axis[i]; *a; a++)
            if (*a != '1') *at++ = *a;
    *at = 0;
    at = atoms;
    out.axes = (alv_form){.rank = to.n};
    for (int i = 0; i < to.n; i++)
        if (!take(out.axes.axis[i], &at, g, &out, to.at[i], i + 1 < to.n)) return false;
    if (*at) return false;
    join(&out);
    for (int i = 1; i < to.n; i++) {
        char *axis = out.axes.axis[i], *before = out.axes.axis[i - 1];
        /* a single sample could stand anywhere: with the positions rather than with the units */
        if (strcmp(axis, "nu") != 0 || strlen(before) == ALV_AXIS_ATOMS) continue;
        memcpy(axis, "u", 2);
        before[strlen(before)] = 'n';
    }
    *v = out;
    return true;
}

bool alv_form_turn(alv_onnx_value *v, const int64_t *perm, int n)
{
    const alv_form old = v->axes;
    if (old.rank == 0 || n != old.rank) return false;
    for (int i = 0; i < n; i++) {
        if (perm[i] < 0 || perm[i] >= n) return false;
        memcpy(v->axes.axis[i], old.axis[perm[i]], sizeof old.axis[0]);
    }
    return true;
}

void alv_form_remove(alv_form *a, int axis)
{
    a->rank--;
    memmove(a->axis[axis], a->axis[axis + 1], (size_t)(a->rank - axis) * sizeof a->axis[0]);
    memset(a->axis[a->rank], 0, sizeof a->axis[0]);
}

bool alv_form_insert(alv_form *a, int axis)
{
    if (a->rank == ALV_AXES || axis < 0 || axis > a->rank) return false;
    memmove(a->axis[axis + 1], a->axis[axis], (size_t)(a->rank - axis) * sizeof a->axis[0]);
    memset(a->axis[axis], 0, sizeof a->axis[0]);
    a->axis[axis][0] = '1';
    a->rank++;
    return true;
}
