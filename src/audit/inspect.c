/* The pass over a file: parts of tensors are handed to threads in the order of the file, and
 * whoever ends a tensor explains it. A tensor of one part needs nothing but its thread's own bins;
 * those of a larger one are added up in memory that lives as long as it is under way, of which
 * there are few. A thread takes several parts in a row: then it reads on through the file, and the
 * system reads ahead of it, in large pages. */
#include "audit/inspect.h"

#include <pthread.h>
#include <stdatomic.h>

#include "base/base.h"
#include "math/math.h"
#include "team/team.h"

enum { SIGNS = 128, MOST_RUN = 1 << 26 }; /* bytes that a thread takes at once, or a part more */

/* A part of a tensor. */
typedef struct part_place {
    int64_t tensor, part;
} part_place;

/* A tensor that is under way. */
typedef struct whole {
    bool begun, keeps; /* keeps: lines of it are kept */
    alv_kept kept;
    /* Where it has several parts: */
    alv_bins *bins;
    alv_moments *parts;
    int64_t left; /* parts that are not done */
} whole;

typedef struct work {
    alv_inspection *inspection;
    const alv_inspect_how *how;
    pthread_mutex_t mutex; /* of what follows, and of every whole */
    part_place next;       /* to be taken */
    int64_t left;          /* bytes that it and those after it have */
    whole *wholes;         /* by tensor */
    atomic_bool ended, lost;
    alv_status status; /* of the first reader that failed */
    alv_error error;
} work;

typedef struct means {
    alv_reader reader;
    alv_patterns patterns;
    alv_bins bins;
} means;

static int64_t parts_of(const alv_checkpoint_tensor *t)
{
    return t->count > 0 ? (t->count + ALV_MEASURE_PART - 1) / ALV_MEASURE_PART : 1;
}

static bool can_measure(const alv_checkpoint_tensor *t)
{
    return t->dtype >= 0 && t->item > 0 && t->bytes;
}

static int64_t part_end(const alv_checkpoint_tensor *t, int64_t part)
{
    const int64_t lo = part * ALV_MEASURE_PART;
    return t->count - lo < ALV_MEASURE_PART ? t->count : lo + ALV_MEASURE_PART;
}

static int64_t part_bytes(const alv_checkpoint_tensor *t, int64_t part)
{
    return (part_end(t, part) - part * ALV_MEASURE_PART) * t->item;
}

/* The part at *next, which moves on to the next tensor that can be measured; false at the end. */
static bool step(part_place *at, part_place *next, const alv_inspection *all)
{
    while (next->tensor < all->n && !all->tensors[next->tensor].measured) next->tensor++;
    if (next->tensor == all->n) return false;
    *at = *next;
    if (++next->part == parts_of(all->tensors[next->tensor].tensor))
        *next = (part_place){next->tensor + 1, 0};
    return true;
}

/* Takes parts [*from, *to), fewer of them towards the end, so that threads end together; false
 * where none is left. */
static bool take(work *w, part_place *from, part_place *to)
{
    const alv_inspection *all = w->inspection;
    const int threads = w->how->threads > 1 ? w->how->threads : 1;
    part_place at;
    pthread_mutex_lock(&w->mutex);
    const int64_t share = w->left / (4 * threads), most = share < MOST_RUN ? share : MOST_RUN;
    *from = w->next;
    for (int64_t bytes = 0; bytes <= most && step(&at, &w->next, all);) {
        const int64_t n = part_bytes(all->tensors[at.tensor].tensor, at.part);
        bytes += n;
        w->left -= n;
    }
    *to = w->next;
    pthread_mutex_unlock(&w->mutex);
    return from->tensor != to->tensor || from->part != to->part;
}

/* Adds one part to its tensor; true if it was the last, with everything in *sum and *bins. */
static bool add_part(work *w, part_place at, alv_moments *sum, alv_bins **bins)
{
    whole *all = &w->wholes[at.tensor];
    const int64_t n = parts_of(w->inspection->tensors[at.tensor].tensor);
    bool last = false;
    if (n == 1) return true;
    pthread_mutex_lock(&w->mutex);
    if (!all->bins) {
        all->bins = alv_new_array(1, sizeof *all->bins);
        all->parts = alv_new_array((size_t)n, sizeof *all->parts);
        all->left = n;
    }
    if (all->bins && all->parts) {
        for (int i = 0; i < ALV_FINE_BINS; i++) all->bins->count[i] += (*bins)->count[i];
        all->parts[at.part] = *sum;
        last = --all->left == 0;
    } else {
        atomic_store(&w->lost, true);
    }
    pthread_mutex_unlock(&w->mutex);
    if (!last) return false;
    *sum = all->parts[0];
    for (int64_t i = 1; i < n; i++) alv_moments_merge(sum, &all->parts[i]);
    *bins = all->bins;
    return true;
}

/* Equal bins over the middle of the distribution, out to six deviations. */
static void make_sketch(alv_inspected *t, const alv_bins *bins)
{
    const alv_moments *m = &t->moments;
    t->sketch_lo = alv_max(m->lo, m->mean - 6 * t->std);
    t->sketch_hi = alv_min(m->hi, m->mean + 6 * t->std);
    const double width = (t->sketch_hi - t->sketch_lo) / ALV_SKETCH;
    for (int bin = 0; bin < ALV_FINE_BINS; bin++) {
        if (bins->count[bin] == 0) continue;
        const double at = width > 0 ? (alv_bin_value(bin) - t->sketch_lo) / width : 0;
        const int place = at < 0 ? 0 : at >= ALV_SKETCH ? ALV_SKETCH - 1 : (int)at;
        t->sketch[place] += bins->count[bin];
    }
}

static void count_ends(alv_inspected *t, const alv_bins *bins)
{
    int lo = 0, hi = ALV_FINE_BINS - 1;
    while (lo < hi && bins->count[lo] == 0) lo++;
    while (hi > lo && bins->count[hi] == 0) hi--;
    t->at_lo = bins->count[lo];
    t->at_hi = bins->count[hi];
}

/* Of a random tensor two files agree in 128 signs with probability 3e-39; a constant one has none.
 */
static uint64_t hash_signs(alv_reader *reader, const alv_checkpoint_tensor *t)
{
    double x[SIGNS];
    uint64_t hash = UINT64_C(0xcbf29ce484222325);
    int negative = 0;
    if (t->count < SIGNS || !alv_reader_decode(x, reader, t, 0, SIGNS)) return 0;
    for (int i = 0; i < SIGNS; i++) {
        negative += x[i] < 0;
        hash = (hash ^ (x[i] < 0)) * UINT64_C(0x100000001b3);
    }
    return negative > SIGNS / 4 && negative < SIGNS * 3 / 4 ? hash | 1 : 0;
}

static void end_tensor(const work *w, const alv_kept *kept, alv_reader *reader, int64_t tensor,
                       const alv_moments *m, const alv_bins *bins)
{
    alv_inspected *t = &w->inspection->tensors[tensor];
    const double n = (double)m->n, m2 = m->m2 / n;
    t->moments = *m;
    t->std = alv_sqrt(m2);
    t->skewness = m2 > 0 ? m->m3 / n / (m2 * t->std) : __builtin_nan("");
    t->kurtosis = m2 > 0 ? m->m4 / n / (m2 * m2) : __builtin_nan("");
    if (m->n > 0) {
        t->quartile_lo = alv_bins_quantile(bins, m->n, 0.25);
        t->median = alv_bins_quantile(bins, m->n, 0.5);
        t->quartile_hi = alv_bins_quantile(bins, m->n, 0.75);
        make_sketch(t, bins);
        count_ends(t, bins);
        t->signs = hash_signs(reader, t->tensor);
    }
    alv_explain(&t->explained, kept, reader, t->tensor, m, bins, w->inspection->threshold);
}

/* What is to be kept of a tensor; NULL: nothing. */
static const alv_kept *begin_tensor(work *w, int64_t tensor)
{
    whole *all = &w->wholes[tensor];
    pthread_mutex_lock(&w->mutex);
    if (!all->begun) {
        all->begun = true;
        all->keeps = alv_explain_keeps(&all->kept, w->inspection->tensors[tensor].tensor);
        if (all->keeps) {
            all->kept.out = alv_new_array((size_t)(all->kept.count * all->kept.n), sizeof(double));
            all->keeps = all->kept.out != NULL;
        }
    }
    pthread_mutex_unlock(&w->mutex);
    return all->keeps ? &all->kept : NULL;
}

static void free_whole(whole *all)
{
    free(all->kept.out);
    free(all->bins);
    free(all->parts);
    *all = (whole){0};
}

static void do_part(work *w, part_place at, means *own)
{
    const alv_checkpoint_tensor *t = w->inspection->tensors[at.tensor].tensor;
    const int64_t lo = at.part * ALV_MEASURE_PART;
    alv_moments sum;
    alv_bins *bins = &own->bins;
    const alv_kept *kept = begin_tensor(w, at.tensor);
    memset(bins, 0, sizeof *bins);
    if (!alv_measure_part(&sum, bins, &own->patterns, kept, &own->reader, t, lo,
                          part_end(t, at.part)))
        return;
    if (!add_part(w, at, &sum, &bins)) return;
    end_tensor(w, kept, &own->reader, at.tensor, &sum, bins);
    free_whole(&w->wholes[at.tensor]);
}

/* Ends the reader, and the work of all where it failed. */
static void end_reader(work *w, alv_reader *reader)
{
    alv_error error;
    const alv_status status = alv_reader_end(reader, &error);
    if (status == ALV_OK) return;
    pthread_mutex_lock(&w->mutex);
    if (w->status == ALV_OK) w->status = status, w->error = error;
    pthread_mutex_unlock(&w->mutex);
    atomic_store(&w->ended, true);
}

/* Asked before each part. */
static bool goes_on(work *w, const means *own)
{
    if (alv_inspect_goes_on(w->how, NULL) != ALV_OK) atomic_store(&w->ended, true);
    return !atomic_load(&w->ended) && !atomic_load(&w->lost) && own->reader.status == ALV_OK;
}

static void worker(void *argument, int i)
{
    (void)i;
    work *w = argument;
    means *own = alv_new_array(1, sizeof *own);
    part_place next, end, at;
    if (!own || alv_reader_begin(&own->reader, w->inspection->model, NULL) != ALV_OK) {
        atomic_store(&w->lost, true);
        free(own);
        return;
    }
    while (goes_on(w, own) && take(w, &next, &end))
        while ((next.tensor != end.tensor || next.part != end.part) && goes_on(w, own) &&
               step(&at, &next, w->inspection))
            do_part(w, at, own);
    end_reader(w, &own->reader);
    free(own);
}

static void prepare(alv_inspection *all)
{
    int64_t drawn = 0;
    for (int64_t i = 0; i < all->n; i++) {
        alv_inspected *t = &all->tensors[i];
        t->tensor = &all->model->tensors[i];
        t->measured = can_measure(t->tensor);
        t->fan_in = t->fan_out = __builtin_nan("");
        if (!t->tensor->kind->is_matrix && t->tensor->what.role != ALV_ROLE_BIAS) continue;
        alv_tensor_fans(&t->fan_in, NULL, &t->tensor->what, NULL);
        alv_tensor_fans(NULL, &t->fan_out, &t->tensor->what, NULL);
        drawn += t->measured;
    }
    all->tests = (drawn > 0 ? drawn : 1) * alv_explain_tests();
    all->threshold = ALV_AUDIT_ALPHA / (double)all->tests;
}

static int64_t bytes_of(const alv_inspection *all)
{
    int64_t bytes = 0;
    for (int64_t i = 0; i < all->n; i++)
        if (all->tensors[i].measured)
            bytes += all->tensors[i].tensor->count * all->tensors[i].tensor->item;
    return bytes;
}

static alv_status run(work *w, alv_error *error)
{
    alv_team team;
    const char *where = w->inspection->model->files[0].path;
    alv_team_begin(&team, w->how->threads > 0 ? w->how->threads : 1);
    alv_team_run(&team, worker, w, team.n + 1);
    alv_team_end(&team);
    for (int64_t i = 0; i < w->inspection->n; i++) {
        free_whole(&w->wholes[i]);
    }
    if (atomic_load(&w->lost))
        return alv_fail(error, ALV_ERR_MEMORY, where, "no memory to inspect it");
    if (w->status != ALV_OK) {
        if (error) *error = w->error;
        return w->status;
    }
    if (atomic_load(&w->ended)) return alv_fail(error, ALV_ERR_INTERRUPTED, where, "interrupted");
    return ALV_OK;
}

alv_status alv_inspect_goes_on(const alv_inspect_how *how, alv_error *error)
{
    if (!how->stop || !how->stop(how->user)) return ALV_OK;
    return alv_fail(error, ALV_ERR_INTERRUPTED, "inspect", "interrupted");
}

alv_status alv_inspect(alv_inspection **out, const alv_checkpoint *model,
                       const alv_inspect_how *how, alv_error *error)
{
    static const alv_inspect_how usual = {0};
    alv_inspection *all = alv_new_array(1, sizeof *all);
    work w = {.inspection = all, .how = how ? how : &usual, .mutex = PTHREAD_MUTEX_INITIALIZER};
    const size_t n = (size_t)model->n;
    if (all) all->tensors = alv_new_array(n, sizeof *all->tensors);
    w.wholes = alv_new_array(n, sizeof *w.wholes);
    alv_status status = ALV_OK;
    if (!all || !all->tensors || !w.wholes)
        status = alv_fail(error, ALV_ERR_MEMORY, "inspect", "no memory for %lld tensors", model->n);
    if (status == ALV_OK) {
        all->model = model;
        all->n = model->n;
        prepare(all);
        w.left = bytes_of(all);
        status = run(&w, error);
    }
    free(w.wholes);
    if (status == ALV_OK) status = alv_find_mistakes(all, w.how, error);
    if (status == ALV_OK)
        *out = all;
    else
        alv_inspection_free(all);
    return status;
}

void alv_inspection_free(alv_inspection *inspection)
{
    if (!inspection) return;
    free(inspection->tensors);
    free(inspection->found);
    free(inspection);
}
