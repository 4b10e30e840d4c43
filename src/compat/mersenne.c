/* MT19937 in blocks: the state is renewed 624 words at a time and tempered on the way out, both in
 * loops that become vector code. Self-check: seed 5489 gives 3499211612 first and 4123659995 as its
 * 10000th word. */
#include "compat/mersenne.h"

#include "base/base.h"

enum { N = ALV_MERSENNE_WORDS, M = 397 };

static uint32_t mix(uint32_t high, uint32_t low)
{
    uint32_t y = (high & 0x80000000u) | (low & 0x7fffffffu);
    return y >> 1 ^ (-(low & 1) & 0x9908b0dfu);
}

static uint32_t temper(uint32_t y)
{
    y ^= y >> 11;
    y ^= y << 7 & 0x9d2c5680u;
    y ^= y << 15 & 0xefc60000u;
    return y ^ y >> 18;
}

void alv_mersenne_seed(alv_mersenne *mt, uint32_t seed)
{
    mt->state[0] = seed;
    for (uint32_t i = 1; i < N; i++)
        mt->state[i] = 1812433253u * (mt->state[i - 1] ^ mt->state[i - 1] >> 30) + i;
    mt->next = N;
}

void alv_mersenne_seed_array(alv_mersenne *mt, const uint32_t *key, int n)
{
    uint32_t *s = mt->state, i = 1;
    int j = 0;
    alv_mersenne_seed(mt, 19650218u);
    for (int k = n > N ? n : N; k > 0; k--) {
        s[i] = (s[i] ^ (s[i - 1] ^ s[i - 1] >> 30) * 1664525u) + key[j] + (uint32_t)j;
        if (++i == N) s[0] = s[N - 1], i = 1;
        if (++j == n) j = 0;
    }
    for (int k = N - 1; k > 0; k--) {
        s[i] = (s[i] ^ (s[i - 1] ^ s[i - 1] >> 30) * 1566083941u) - i;
        if (++i == N) s[0] = s[N - 1], i = 1;
    }
    s[0] = 0x80000000u;
}

/* No iteration of a loop reads what one less than 227 before it wrote. */
ALV_CLONES static void renew(alv_mersenne *mt)
{
    uint32_t *s = mt->state;
    ALV_ELEMENTWISE
    for (int i = 0; i < N - M; i++) s[i] = s[i + M] ^ mix(s[i], s[i + 1]);
    for (int from = N - M, to = 2 * (N - M); from < N - 1; from = to, to = N - 1) {
        ALV_ELEMENTWISE
        for (int i = from; i < to; i++) s[i] = s[i + M - N] ^ mix(s[i], s[i + 1]);
    }
    s[N - 1] = s[M - 1] ^ mix(s[N - 1], s[0]);
    mt->next = 0;
}

uint32_t alv_mersenne_u32(alv_mersenne *mt)
{
    if (mt->next >= N) renew(mt);
    return temper(mt->state[mt->next++]);
}

ALV_CLONES static void temper_all(uint32_t *restrict out, const uint32_t *restrict state, int n)
{
    for (int i = 0; i < n; i++) out[i] = temper(state[i]);
}

void alv_mersenne_words(uint32_t *out, int64_t n, alv_mersenne *mt)
{
    while (n > 0) {
        if (mt->next >= N) renew(mt);
        int run = n < N - mt->next ? (int)n : N - mt->next;
        temper_all(out, mt->state + mt->next, run);
        mt->next += run;
        out += run;
        n -= run;
    }
}
