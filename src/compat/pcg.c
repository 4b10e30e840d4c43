/* NumPy's default_rng: SeedSequence (O'Neill's seed_seq_fe), PCG64 and PCG64DXSM (O'Neill 2014).
 *
 * The state is 128 bits, s = s M + inc; it is kept as high and low half of s, then of inc. */
#include "compat/numpy.h"

#include "base/base.h"

static const alv_u128 multiplier = {0x2360ed051fc65da4, 0x4385df649fccf645};
static const uint64_t cheap_multiplier = 0xda942042e4dd58b5;

static uint32_t hash(uint32_t value, uint32_t *h)
{
    value ^= *h;
    *h *= 0x931e8875u;
    value *= *h;
    return value ^ value >> 16;
}

static uint32_t mix(uint32_t x, uint32_t y)
{
    uint32_t r = 0xca01f9ddu * x - 0x4973f715u * y;
    return r ^ r >> 16;
}

/* What a generator keeps of its SeedSequence, in words that PCG64 does not use: the seed, then how
 * long its spawn key is, then the key. */
enum { SEED = 0, KEYS = 2, KEY = 3, MOST_KEYS = ALV_MERSENNE_WORDS - KEY };

/* Eight words of SeedSequence(seed, spawn_key=...).generate_state; the key stands after four words
 * of entropy. */
static void seed_sequence(uint32_t out[8], const alv_compat_rng *rng)
{
    const uint32_t *kept = rng->mt.state, entropy[4] = {kept[SEED], kept[SEED + 1], 0, 0};
    uint32_t pool[4], h = 0x43b0d7e5u;
    for (int i = 0; i < 4; i++) pool[i] = hash(entropy[i], &h);
    for (int from = 0; from < 4; from++)
        for (int to = 0; to < 4; to++)
            if (from != to) pool[to] = mix(pool[to], hash(pool[from], &h));
    for (uint32_t k = 0; k < kept[KEYS]; k++)
        for (int to = 0; to < 4; to++) pool[to] = mix(pool[to], hash(kept[KEY + k], &h));
    h = 0x8b51f9ddu;
    for (int i = 0; i < 8; i++) {
        uint32_t value = pool[i % 4] ^ h;
        h *= 0x58f38dedu;
        value *= h;
        out[i] = value ^ value >> 16;
    }
}

static alv_u128 add(alv_u128 a, alv_u128 b)
{
    uint64_t low = a.low + b.low;
    return (alv_u128){a.high + b.high + (low < a.low), low};
}

static void step(alv_compat_rng *rng, alv_u128 m)
{
    const alv_u128 s = {rng->state[0], rng->state[1]}, inc = {rng->state[2], rng->state[3]};
    alv_u128 product = alv_multiply64(s.low, m.low);
    product.high += s.high * m.low + s.low * m.high;
    product = add(product, inc);
    rng->state[0] = product.high;
    rng->state[1] = product.low;
}

/* Both generators seed with the same multiplier. */
static void begin(alv_compat_rng *rng)
{
    uint32_t w[8];
    uint64_t word[4];
    seed_sequence(w, rng);
    rng->state[0] = rng->state[1] = 0;
    rng->has_half = false;
    for (int i = 0; i < 4; i++) word[i] = (uint64_t)w[2 * i + 1] << 32 | w[2 * i];
    rng->state[2] = word[2] << 1 | word[3] >> 63;
    rng->state[3] = word[3] << 1 | 1;
    step(rng, multiplier);
    alv_u128 s = add((alv_u128){rng->state[0], rng->state[1]}, (alv_u128){word[0], word[1]});
    rng->state[0] = s.high;
    rng->state[1] = s.low;
    step(rng, multiplier);
}

void alv_numpy_seed(alv_compat_rng *rng, uint64_t seed)
{
    rng->mt.state[SEED] = (uint32_t)seed;
    rng->mt.state[SEED + 1] = (uint32_t)(seed >> 32);
    rng->mt.state[KEYS] = 0;
    begin(rng);
}

alv_status alv_numpy_split(alv_compat_rng *outs, int64_t n, const alv_compat_rng *from,
                           alv_error *error)
{
    const alv_compat_rng parent = *from;
    const uint32_t keys = parent.mt.state[KEYS];
    if (keys >= MOST_KEYS)
        return alv_fail(error, ALV_ERR_RANGE, "split", "spawned %d times already", (int)keys);
    for (int64_t i = 0; i < n; i++) {
        outs[i] = parent;
        outs[i].mt.state[KEYS] = keys + 1;
        outs[i].mt.state[KEY + keys] = (uint32_t)i;
        begin(&outs[i]);
    }
    return ALV_OK;
}

uint64_t alv_pcg64_next(alv_compat_rng *rng)
{
    step(rng, multiplier);
    const uint64_t x = rng->state[0] ^ rng->state[1];
    const int turn = (int)(rng->state[0] >> 58);
    return x >> turn | x << (-turn & 63);
}

uint64_t alv_pcg64dxsm_next(alv_compat_rng *rng)
{
    uint64_t high = rng->state[0];
    const uint64_t low = rng->state[1] | 1;
    high ^= high >> 32;
    high *= cheap_multiplier;
    high ^= high >> 48;
    high *= low;
    step(rng, (alv_u128){0, cheap_multiplier});
    return high;
}
