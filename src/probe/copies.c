/* Finds units that are copies of each other without comparing every pair.
 *
 * A unit is the vector v of its strips. Each is projected on one fixed pseudo-random direction c
 * with components in [1/2, 1), signs included: p = sum c_k v_k. Equal vectors have equal
 * projections; vectors that differ nowhere by more than eps = 1e-6 max |v| have projections that
 * differ by at most eps * length. So units are sorted by projection and compared in full only with
 * the last few distinct units ("leaders") whose projection lies that near. n units of length m cost
 * O(n m + n log n); a layer of constants costs one comparison a unit. Two copies further than
 * LEADERS distinct near units apart would be missed; for random weights that has no chance, and a
 * miss can only understate the share. */
#include "probe/copies.h"

#include "base/base.h"
#include "math/math.h"

enum { LEADERS = 8 };

static const double tolerance = 1e-6;

typedef struct unit {
    double projection, scale; /* scale: the largest magnitude in its vector */
    int64_t index;
} unit;

typedef struct view {
    const alv_strip *strips;
    int n_strips;
    int64_t length; /* of a unit's vector */
} view;

/* Component k of the direction: the splitmix64 finalizer (Steele, Lea and Flood 2014) of k. */
static double direction(int64_t k)
{
    uint64_t x = (uint64_t)k + UINT64_C(0x9e3779b97f4a7c15);
    x = (x ^ (x >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
    x = (x ^ (x >> 27)) * UINT64_C(0x94d049bb133111eb);
    x ^= x >> 31;
    double size = 0.5 + (double)(x >> 12) * 0x1p-53;
    return x & 1 ? size : -size;
}

/* Adds sum c_k v_k of a strip of unit u, and takes its largest magnitude; returns c behind it. */
static const double *project(unit *u, const alv_strip *strip, const double *c)
{
    const float *row = strip->at + u->index * strip->unit;
    for (int64_t i = 0; i < strip->n; i++, row += strip->step)
        for (int64_t j = 0; j < strip->m; j++, c++) {
            const double value = row[j * strip->pace], size = alv_fabs(value);
            u->projection += *c * value;
            if (size > u->scale) u->scale = size;
        }
    return c;
}

static void project_all(unit *units, int64_t n, const view *v, const double *c)
{
    for (int64_t i = 0; i < n; i++) {
        const double *at = c;
        units[i] = (unit){.index = i};
        for (int k = 0; k < v->n_strips; k++) at = project(&units[i], &v->strips[k], at);
    }
}

/* Heapsort: no recursion, no worst case, and not in the few libc functions that we may use. */
static void sift(unit *units, int64_t root, int64_t n)
{
    for (int64_t child = 2 * root + 1; child < n; child = 2 * root + 1) {
        if (child + 1 < n && units[child].projection < units[child + 1].projection) child++;
        if (!(units[root].projection < units[child].projection)) return;
        unit swap = units[root];
        units[root] = units[child];
        units[child] = swap;
        root = child;
    }
}

static void sort(unit *units, int64_t n)
{
    for (int64_t i = n / 2 - 1; i >= 0; i--) sift(units, i, n);
    for (int64_t last = n - 1; last > 0; last--) {
        unit swap = units[0];
        units[0] = units[last];
        units[last] = swap;
        sift(units, 0, last);
    }
}

static bool near(double a, double b, double allowed)
{
    return alv_fabs(a - b) <= allowed;
}

static bool equal_in(const alv_strip *strip, int64_t a, int64_t b, double allowed)
{
    const float *x = strip->at + a * strip->unit, *y = strip->at + b * strip->unit;
    for (int64_t i = 0; i < strip->n; i++, x += strip->step, y += strip->step)
        for (int64_t j = 0; j < strip->m; j++)
            if (!near(x[j * strip->pace], y[j * strip->pace], allowed)) return false;
    return true;
}

static bool equal(const view *v, const unit *a, const unit *b)
{
    const double allowed = tolerance * (a->scale > b->scale ? a->scale : b->scale);
    for (int k = 0; k < v->n_strips; k++)
        if (!equal_in(&v->strips[k], a->index, b->index, allowed)) return false;
    return true;
}

/* A leader is a unit that none before it equals; `copied` once a later one equals it. */
typedef struct leader {
    unit unit;
    bool copied;
} leader;

static leader *find_leader(leader *leaders, int64_t count, const unit *u, const view *v)
{
    int64_t oldest = count > LEADERS ? count - LEADERS : 0;
    for (int64_t i = count - 1; i >= oldest; i--) {
        leader *l = &leaders[i % LEADERS];
        double scale = l->unit.scale > u->scale ? l->unit.scale : u->scale;
        double reach = tolerance * scale * (double)v->length;
        if (near(l->unit.projection, u->projection, reach) && equal(v, &l->unit, u)) return l;
    }
    return NULL;
}

static int64_t count_copies(const unit *units, int64_t n, const view *v)
{
    leader leaders[LEADERS];
    int64_t distinct = 0, copies = 0;
    for (int64_t i = 0; i < n; i++) {
        leader *same = find_leader(leaders, distinct, &units[i], v);
        if (!same) {
            leaders[distinct++ % LEADERS] = (leader){.unit = units[i]};
            continue;
        }
        copies += same->copied ? 1 : 2; /* the second of a kind makes the first a copy too */
        same->copied = true;
    }
    return copies;
}

/* Units with a NaN or an ALV_INFINITY equal nothing: they go, and the rest closes up. */
static int64_t keep_finite(unit *units, int64_t n)
{
    int64_t kept = 0;
    for (int64_t i = 0; i < n; i++)
        if (units[i].projection - units[i].projection == 0) units[kept++] = units[i];
    return kept;
}

/* The share, given scratch for n units and v->length components. */
static double share(const view *v, int64_t n, unit *units, double *c)
{
    for (int64_t k = 0; k < v->length; k++) c[k] = direction(k);
    project_all(units, n, v, c);
    int64_t finite = keep_finite(units, n);
    sort(units, finite);
    return (double)count_copies(units, finite, v) / (double)n;
}

bool alv_share_of_equal(double *out, const alv_strip *strips, int n, int64_t n_units)
{
    view v = {.strips = strips, .n_strips = n};
    for (int k = 0; k < n; k++) v.length += strips[k].n * strips[k].m;
    unit *units = alv_new_array((size_t)n_units, sizeof *units);
    double *c = alv_new_array((size_t)v.length, sizeof *c);
    const bool fine = units && c;
    *out = fine ? share(&v, n_units, units, c) : ALV_NAN;
    free(units);
    free(c);
    return fine;
}

bool alv_share_of_copies(double *out, const alv_net_f32 *net, int layer)
{
    const alv_net_layer_f32 *l = &net->layers[layer];
    const alv_strip strips[] = {{l->w, l->in, 1, 0, l->in, 1}, {l->b, 1, 1, 0, 1, 0}};
    return alv_share_of_equal(out, strips, l->b ? 2 : 1, l->out);
}
