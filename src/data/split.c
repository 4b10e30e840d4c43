/* The life of a split: memory, checks, digest.
 *
 * The digest covers shape, features and labels as little-endian 32-bit words by value, so it is the
 * same on every machine. It identifies a run, it does not protect against an adversary: each word
 * is xored in, then a multiplication by an odd constant and a rotation spread it. The constant is
 * 2^64 divided by the golden ratio (Knuth, The Art of Computer Programming, vol. 3, 6.4). */
#include "data/split.h"

#include "stream/rng.h"

alv_status alv_split_new(alv_split **out, int64_t n_train, int64_t n_test, int64_t dim,
                         alv_error *error)
{
    int64_t train, test;
    if (n_train < 1 || n_test < 1 || dim < 1)
        return alv_fail(error, ALV_ERR_RANGE, "data",
                        "%lld training and %lld test samples of %lld features: each part needs one",
                        n_train, n_test, dim);
    if (!alv_mul_i64(&train, n_train, dim) || !alv_mul_i64(&test, n_test, dim) ||
        train > INT64_MAX / 8 || test > INT64_MAX / 8)
        return alv_fail(error, ALV_ERR_OVERFLOW, "data", "%lld x %lld features do not fit", n_train,
                        dim);
    alv_split *split = alv_new_array(1, sizeof *split);
    if (split) {
        split->dim = dim;
        split->train = (alv_samples){alv_new_array((size_t)train, sizeof(float)),
                                     alv_new_array((size_t)n_train, sizeof(int32_t)), n_train};
        split->test = (alv_samples){alv_new_array((size_t)test, sizeof(float)),
                                    alv_new_array((size_t)n_test, sizeof(int32_t)), n_test};
    }
    if (!split || !split->train.x || !split->train.y || !split->test.x || !split->test.y) {
        alv_split_free(split);
        return alv_fail(error, ALV_ERR_MEMORY, "data", "no memory for %lld + %lld samples", n_train,
                        n_test);
    }
    *out = split;
    return ALV_OK;
}

void alv_split_free(alv_split *split)
{
    if (!split) return;
    free(split->train.x);
    free(split->train.y);
    free(split->test.x);
    free(split->test.y);
    if (split->class_names)
        for (int i = 0; i < split->classes; i++) free((void *)(uintptr_t)split->class_names[i]);
    free((void *)(uintptr_t)split->class_names);
    free(split);
}

static uint64_t mix(uint64_t hash, uint64_t word)
{
    hash = (hash ^ word) * UINT64_C(0x9e3779b97f4a7c15);
    return hash << 31 | hash >> 33;
}

static uint64_t digest_samples(uint64_t hash, const alv_samples *part, int64_t dim)
{
    hash = mix(hash, (uint64_t)part->n);
    for (int64_t i = 0; i < part->n * dim; i++) {
        uint32_t word;
        memcpy(&word, &part->x[i], sizeof word);
        hash = mix(hash, word);
    }
    for (int64_t i = 0; i < part->n; i++) hash = mix(hash, (uint32_t)part->y[i]);
    return hash;
}

static alv_status check_labels(const alv_split *split, const alv_samples *part, const char *where,
                               alv_error *error)
{
    for (int64_t i = 0; i < part->n; i++)
        if (part->y[i] < 0 || part->y[i] >= split->classes)
            return alv_fail(error, ALV_ERR_FORMAT, where, "sample %lld has the label %d of %d", i,
                            (int)part->y[i], split->classes);
    return ALV_OK;
}

alv_status alv_split_finish(alv_split *split, const char *where, alv_error *error)
{
    ALV_TRY(check_labels(split, &split->train, where, error));
    ALV_TRY(check_labels(split, &split->test, where, error));
    int64_t same = 1;
    while (same < split->train.n && split->train.y[same] == split->train.y[0]) same++;
    if (same == split->train.n)
        return alv_fail(error, ALV_ERR_FORMAT, where,
                        "all %lld training samples are of one class: there is nothing to learn",
                        split->train.n);
    uint64_t hash = mix((uint64_t)split->dim, (uint64_t)split->classes);
    hash = mix(hash, (uint64_t)split->height << 32 | (uint32_t)split->width);
    if (split->tokens > 0) hash = mix(hash, (uint64_t)split->tokens);
    hash = digest_samples(hash, &split->train, split->dim);
    hash = digest_samples(hash, &split->test, split->dim);
    split->digest = mix(hash, hash >> 32);
    return ALV_OK;
}

int64_t alv_split_80(int64_t n)
{
    int64_t train = n / 5 * 4 + n % 5 * 4 / 5;
    return train < 1 ? 1 : train >= n ? n - 1 : train;
}

alv_status alv_split_fifths(int64_t *rows, const int32_t *labels, int64_t n, int classes,
                            alv_error *error)
{
    int64_t *place = alv_new_array((size_t)classes + 1, sizeof *place), train = 0, test = n - n / 5;
    if (!place) return alv_fail(error, ALV_ERR_MEMORY, "data", "no memory for %d classes", classes);
    /* place[c]: where the next sample of class c would stand if the samples were sorted by class */
    for (int64_t i = 0; i < n; i++) place[labels[i] + 1]++;
    for (int c = 1; c < classes; c++) place[c] += place[c - 1];
    for (int64_t i = 0; i < n; i++) {
        if (place[labels[i]]++ % 5 == 4)
            rows[test++] = i;
        else
            rows[train++] = i;
    }
    free(place);
    return ALV_OK;
}

int64_t alv_split_limit(int64_t n, int64_t limit)
{
    return limit > 0 && limit < n ? limit : n;
}

/* Copies sample `from` of one array to place `to` of another, which may be the same. */
static void move(alv_samples *out, int64_t to, const alv_samples *in, int64_t from, int64_t dim)
{
    memmove(out->x + to * dim, in->x + from * dim, (size_t)dim * sizeof *out->x);
    out->y[to] = in->y[from];
}

alv_status alv_split_hold_out(alv_samples *out, alv_split *split, int64_t share, uint64_t seed,
                              const char *name, alv_error *error)
{
    alv_samples *train = &split->train;
    const int64_t n = train->n, held = share > 0 ? n / share : 0;
    if (held < 1 || held == n)
        return alv_fail(error, ALV_ERR_FORMAT, "data",
                        "%lld training samples: too few to set one in %lld aside", n, share);
    int64_t *order = alv_new_array((size_t)n, sizeof *order);
    bool *is_held = alv_new_array((size_t)n, sizeof *is_held);
    alv_samples part = {alv_new_array((size_t)(held * split->dim), sizeof *part.x),
                        alv_new_array((size_t)held, sizeof *part.y), 0};
    const bool fine = order && is_held && part.x && part.y;
    if (fine) {
        alv_rng rng = alv_rng_make(seed, name);
        alv_rng_shuffle(&rng, order, n);
        for (int64_t i = 0; i < held; i++) is_held[order[i]] = true;
        train->n = 0;
        for (int64_t i = 0; i < n; i++)
            if (is_held[i])
                move(&part, part.n++, train, i, split->dim);
            else
                move(train, train->n++, train, i, split->dim);
        *out = part;
    } else {
        free(part.x);
        free(part.y);
    }
    free(order);
    free(is_held);
    return fine ? ALV_OK : alv_fail(error, ALV_ERR_MEMORY, "data", "no memory for %lld samples", n);
}

alv_status alv_samples_choose(alv_samples *out, const alv_samples *from, int64_t dim, int64_t n,
                              uint64_t seed, const char *name, alv_error *error)
{
    if (n > from->n) n = from->n;
    int64_t *order = alv_new_array((size_t)from->n, sizeof *order);
    out->x = alv_new_array((size_t)(n * dim), sizeof *out->x);
    out->y = alv_new_array((size_t)n, sizeof *out->y);
    out->n = n;
    if (!order || !out->x || !out->y) {
        free(order);
        return alv_fail(error, ALV_ERR_MEMORY, "data", "out of memory");
    }
    alv_rng rng = alv_rng_make(seed, name);
    alv_rng_shuffle(&rng, order, from->n);
    for (int64_t i = 0; i < n; i++) move(out, i, from, order[i], dim);
    free(order);
    return ALV_OK;
}
