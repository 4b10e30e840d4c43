/* Looks for the mistakes of src/audit/mistakes.c in what one pass has measured. Every test either
 * compares bytes, or has a probability of chance that is stated beside it. */
#include "base/base.h"
#include "audit/inspect.h"
#include "math/math.h"

static alv_status add(alv_inspection *all, const char *key, int64_t tensor, int64_t other,
                      double measured, double expected, alv_error *error)
{
    if (all->n_found == all->found_room) {
        const int64_t room = all->found_room ? 2 * all->found_room : 16;
        alv_found *found = realloc(all->found, (size_t)room * sizeof *found);
        if (!found) return alv_fail(error, ALV_ERR_MEMORY, "inspect", "no memory for the findings");
        all->found = found;
        all->found_room = room;
    }
    all->found[all->n_found++] =
        (alv_found){alv_mistake_named(key), tensor, other, measured, expected};
    return ALV_OK;
}

#define NONE __builtin_nan("")

static bool is_weight(const alv_inspected *t)
{
    return t->measured && t->tensor->kind->drawn && t->tensor->kind->is_matrix;
}

/* Zero on purpose, by its name. */
static bool begins_at_zero(const alv_inspected *t)
{
    static const char *const names[] = {"*lora_B*", "*lora_b*", "*zero_conv*", "*zero_init*"};
    for (int i = 0; i < ALV_COUNT(names); i++)
        if (alv_name_match(names[i], t->tensor->name)) return true;
    return false;
}

static alv_status find_constant(alv_inspection *all, int64_t i, alv_error *error)
{
    const alv_inspected *t = &all->tensors[i];
    const alv_moments *m = &t->moments;
    const bool is_mask = strcmp(t->tensor->kind->name, "mask") == 0; /* infinities hide */
    if (m->nonfinite > 0 && !is_mask)
        return add(all, "not_finite", i, -1, (double)m->nonfinite, 0, error);
    if (!is_weight(t) || m->n < 2 || m->lo != m->hi) return ALV_OK;
    if (m->lo == 0)
        return begins_at_zero(t) ? ALV_OK : add(all, "never_initialized", i, -1, 0, NONE, error);
    return add(all, "all_equal", i, -1, m->lo, NONE, error);
}

/* Where the middle half of the values lies below 1e-30, and others do not. */
static alv_status find_memory(alv_inspection *all, int64_t i, alv_error *error)
{
    const alv_inspected *t = &all->tensors[i];
    const double size = alv_max(t->moments.hi, -t->moments.lo);
    const double inner = alv_max(alv_fabs(t->quartile_lo), alv_fabs(t->quartile_hi));
    if (!is_weight(t) || t->moments.zeros * 2 > t->moments.n || !(size > 0)) return ALV_OK;
    if (!(inner < 1e-30 || size > 1e30)) return ALV_OK;
    return add(all, "uninitialized_memory", i, -1, size, NONE, error);
}

static alv_status find_law(alv_inspection *all, int64_t i, alv_error *error)
{
    enum { ENOUGH = 500 }; /* below, laws are hard to tell apart */
    const alv_inspected *t = &all->tensors[i];
    const alv_explanation *e = &t->explained;
    if (!is_weight(t) || !e->mistake || e->p < 0.001 || t->moments.n < ENOUGH) return ALV_OK;
    return add(all, e->mistake, i, -1, t->std, t->std * e->times, error);
}

/* Deviation of the middle half, as if normal: outliers do not move it. */
static double robust_std(const alv_inspected *t)
{
    return (t->quartile_hi - t->quartile_lo) / 1.3489795003921634;
}

/* Extremes that are taken several times, or are a round bound, at 20 deviations and more. */
static alv_status find_bounds(alv_inspection *all, int64_t i, alv_error *error)
{
    const alv_inspected *t = &all->tensors[i];
    const double std = robust_std(t), lo = t->moments.lo, hi = t->moments.hi;
    if (!is_weight(t) || !(std > 0) || t->moments.n < 500) return ALV_OK;
    const bool at_lo = -lo > 20 * std && (t->at_lo > 1 || lo == alv_round(lo));
    const bool at_hi = hi > 20 * std && (t->at_hi > 1 || hi == alv_round(hi));
    if (!at_lo && !at_hi) return ALV_OK;
    return add(all, "absolute_bounds", i, -1, at_lo ? lo : hi, std, error);
}

/* A normal of n values stays within k deviations with probability (1 - 2 Phi(-k))^n, here below
 * 1e-9: the largest of 8 random bits is 3.33 deviations out, that of 11 bits 3.90. */
static alv_status find_clip(alv_inspection *all, int64_t i, alv_error *error)
{
    static const double ends[][2] = {{3.28, 3.40}, {3.85, 3.95}};
    const alv_inspected *t = &all->tensors[i];
    const double std = t->std, most = alv_max(t->moments.hi, -t->moments.lo) / std;
    if (!is_weight(t) || !(std > 0) || alv_fabs(t->kurtosis - 3) > 0.15) return ALV_OK;
    for (int k = 0; k < ALV_COUNT(ends); k++) {
        const double tail = 2 * alv_normal_cdf(-ends[k][1]);
        if (most < ends[k][0] || most > ends[k][1]) continue;
        if ((double)t->moments.n * alv_log1p(-tail) > alv_log(1e-9)) continue;
        return add(all, "clipped_normal", i, -1, most, NONE, error);
    }
    return ALV_OK;
}

/* Two places of a file at once. */
typedef struct pair {
    const alv_inspect_how *how;
    alv_reader reader[2];
} pair;

/* Whether `size` bytes from a of one tensor are those from b of another. What differs mostly
 * differs at once, so that only a page of each is read at first. */
static bool are_equal(pair *p, const alv_checkpoint_tensor *s, int64_t a,
                      const alv_checkpoint_tensor *t, int64_t b, int64_t size)
{
    int64_t n = 1 << 12;
    for (int64_t at = 0; at < size; at += n, n = ALV_READER_BYTES) {
        n = size - at < n ? size - at : n;
        const unsigned char *left = alv_reader_span(&p->reader[0], s, a + at, n);
        const unsigned char *right = alv_reader_span(&p->reader[1], t, b + at, n);
        if (!left || !right || memcmp(left, right, (size_t)n) != 0) return false;
    }
    return true;
}

/* Blocks along the first two axes: halves, thirds, quarters and eighths. */
static bool has_equal_blocks(pair *p, const alv_checkpoint_tensor *t, int axis, int64_t blocks)
{
    int64_t inner = t->item, outer = 1;
    for (int a = axis + 1; a < t->rank; a++) inner *= t->shape[a];
    for (int a = 0; a < axis; a++) outer *= t->shape[a];
    if (blocks > t->shape[axis] || t->shape[axis] % blocks != 0) return false;
    const int64_t block = t->shape[axis] / blocks * inner;
    if (block < 16 * t->item) return false;
    for (int64_t o = 0; o < outer; o++) {
        const int64_t first = o * t->shape[axis] * inner;
        for (int64_t k = 1; k < blocks; k++)
            if (!are_equal(p, t, first, t, first + k * block, block)) return false;
    }
    return true;
}

static alv_status find_parts(alv_inspection *all, pair *p, int64_t i, alv_error *error)
{
    static const int counts[] = {8, 4, 3, 2};
    const alv_inspected *t = &all->tensors[i];
    if (!is_weight(t) || t->signs == 0) return ALV_OK;
    for (int axis = 0; axis < t->tensor->rank && axis < 2; axis++)
        for (int k = 0; k < ALV_COUNT(counts); k++)
            if (has_equal_blocks(p, t->tensor, axis, counts[k]))
                return add(all, "identical_parts", i, -1, counts[k], 1, error);
    return ALV_OK;
}

/* Of the same signs: equal bytes, or the same stream. Compared with the first of them only, so that
 * ten copies are nine findings. */
static alv_status find_twins(alv_inspection *all, pair *p, const int64_t *order, int64_t n,
                             alv_error *error)
{
    for (int64_t k = 1, first = 0; k < n; k++) {
        const alv_inspected *a = &all->tensors[order[first]], *b = &all->tensors[order[k]];
        if (a->signs != b->signs) {
            first = k;
            continue;
        }
        ALV_TRY(alv_inspect_goes_on(p->how, error));
        const bool equal = a->tensor->size == b->tensor->size &&
                           a->moments.hash == b->moments.hash &&
                           a->tensor->dtype == b->tensor->dtype &&
                           are_equal(p, a->tensor, 0, b->tensor, 0, a->tensor->size);
        ALV_TRY(add(all, equal ? "identical_tensors" : "same_stream", order[k], order[first], NONE,
                    NONE, error));
    }
    return ALV_OK;
}

/* Sifts order[at] down a heap by (signs, place). */
static void sift(int64_t *order, int64_t at, int64_t n, const alv_inspected *t)
{
    for (int64_t child; (child = 2 * at + 1) < n; at = child) {
        const int64_t other = child + 1;
#define BEFORE(x, y) (t[x].signs < t[y].signs || (t[x].signs == t[y].signs && (x) < (y)))
        if (other < n && BEFORE(order[child], order[other])) child = other;
        if (!BEFORE(order[at], order[child])) return;
#undef BEFORE
        const int64_t held = order[at];
        order[at] = order[child];
        order[child] = held;
    }
}

static void sort_by_signs(int64_t *order, int64_t n, const alv_inspected *t)
{
    for (int64_t i = n / 2; i-- > 0;) sift(order, i, n, t);
    for (int64_t end = n - 1; end > 0; end--) {
        const int64_t held = order[0];
        order[0] = order[end];
        order[end] = held;
        sift(order, 0, end, t);
    }
}

static alv_status find_copies(alv_inspection *all, pair *p, alv_error *error)
{
    int64_t *order = alv_new_array((size_t)all->n, sizeof *order), n = 0;
    if (!order) return alv_fail(error, ALV_ERR_MEMORY, "inspect", "no memory");
    for (int64_t i = 0; i < all->n; i++)
        if (all->tensors[i].signs && is_weight(&all->tensors[i])) order[n++] = i;
    sort_by_signs(order, n, all->tensors);
    const alv_status status = find_twins(all, p, order, n, error);
    free(order);
    return status;
}

/* GPT-2's projections: the names are its own, and the deviation is that of the layer which feeds
 * the branch, though the depth asks for less. */
static alv_status find_projection(alv_inspection *all, int64_t i, alv_error *error)
{
    const alv_inspected *t = &all->tensors[i];
    const alv_checkpoint_tensor *s = t->tensor;
    const double scaled = 0.02 / alv_sqrt(s->what.depth > 0 ? s->what.depth : 1);
    if (!s->ends_branch || !alv_name_match("*c_proj.weight", s->name) || s->what.depth < 4)
        return ALV_OK;
    if (strcmp(t->explained.scheme, "normal(std=0.02)") != 0) return ALV_OK;
    return add(all, "gpt2_projection", i, -1, t->std, scaled, error);
}

static alv_status find_all(alv_inspection *all, pair *p, alv_error *error)
{
    static alv_status (*const searches[])(alv_inspection *, int64_t, alv_error *) = {
        find_constant, find_memory, find_law, find_bounds, find_clip, find_projection};
    for (int64_t i = 0; i < all->n; i++) {
        if (!all->tensors[i].measured) continue;
        ALV_TRY(alv_inspect_goes_on(p->how, error));
        for (int k = 0; k < ALV_COUNT(searches); k++) ALV_TRY(searches[k](all, i, error));
        ALV_TRY(find_parts(all, p, i, error));
    }
    return find_copies(all, p, error);
}

alv_status alv_find_mistakes(alv_inspection *all, const alv_inspect_how *how, alv_error *error)
{
    pair p = {.how = how};
    ALV_TRY(alv_reader_begin(&p.reader[0], all->model, error));
    alv_status status = alv_reader_begin(&p.reader[1], all->model, error);
    if (status == ALV_OK) {
        status = find_all(all, &p, error);
        const alv_status second = alv_reader_end(&p.reader[1], status == ALV_OK ? error : NULL);
        status = status == ALV_OK ? second : status;
    }
    const alv_status first = alv_reader_end(&p.reader[0], status == ALV_OK ? error : NULL);
    return status == ALV_OK ? first : status;
}
