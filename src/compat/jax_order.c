/* jax.random.randint and permutation.
 *
 * jax/_src/random/core.py: a whole number takes twice the bits of its type, from two keys, and the
 * remainder of both together; an order comes of sorting by random words of 32 bits, once or more,
 * stably, since words may be equal. */
#include "base/base.h"
#include "compat/jax.h"
#include "compat/order.h"

/* The two keys of a split. */
static void halves(alv_compat_rng out[2], const alv_compat_rng *rng)
{
    (void)alv_jax_split(out, 2, rng, NULL); /* cannot fail */
}

/* Unsigned arithmetic of the type's width, overflow included. */
void alv_jax_integers(int64_t *out, int64_t n, int64_t lo, int64_t hi, alv_compat_rng *rng)
{
    const int width = alv_jax_rules_of(rng)->wide ? 64 : 32;
    const uint64_t mask = UINT64_MAX >> (64 - width);
    const uint64_t span = ((uint64_t)hi - (uint64_t)lo) & mask;
    uint64_t factor = (UINT64_C(1) << width / 2) % span;
    factor = (factor * factor & mask) % span;
    alv_compat_rng keys[2];
    halves(keys, rng);
    for (int64_t i = 0; i < n; i++) {
        const uint64_t high = alv_jax_bits(&keys[0], i, n, width);
        const uint64_t low = alv_jax_bits(&keys[1], i, n, width);
        const uint64_t offset = (((high % span * factor & mask) + low % span) & mask) % span;
        out[i] = (int64_t)((uint64_t)lo + offset);
    }
}

/* Sorts so often that no two elements are likely to have met equal words each time:
 * ceil(3 log n / log(2^32 - 1)). */
static int rounds_of(int64_t n)
{
    return n < 2 ? 0 : n <= 1625 ? 1 : n <= 2642245 ? 2 : 3;
}

/* The upper half of a number is its key while it is sorted; n below 2^32. */
void alv_jax_permutation(int64_t *out, int64_t n, alv_compat_rng *rng)
{
    alv_compat_rng keys[2] = {*rng, *rng};
    for (int64_t i = 0; i < n; i++) out[i] = i;
    for (int round = rounds_of(n); round > 0; round--) {
        halves(keys, &keys[0]);
        for (int64_t i = 0; i < n; i++) out[i] |= (int64_t)(alv_jax_bits(&keys[1], i, n, 32) << 32);
        alv_sort_by_key(out, n);
        for (int64_t i = 0; i < n; i++) out[i] &= UINT32_MAX;
    }
}
