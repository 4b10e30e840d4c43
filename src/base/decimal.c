/* Exact decimals: set, double and halve, compare, round. */
#include "base/decimal.h"

enum { BASE = 1000000000, STEP = 29 }; /* 2^29 < 10^9, so that products fit 64 bits */

static const uint32_t tens[] = {1, 10, 100, 1000, 10000, 100000, 1000000, 10000000, 100000000};

/* Drops zeros at either end. */
static void normalize(alv_decimal *d)
{
    int zeros = 0;
    while (zeros < d->n && d->limb[zeros] == 0) zeros++;
    if (zeros > 0) {
        d->n -= zeros;
        d->point -= zeros;
        memmove(d->limb, d->limb + zeros, (size_t)d->n * sizeof *d->limb);
    }
    while (d->n > 0 && d->limb[d->n - 1] == 0) d->n--;
}

static int floor_div(int a, int b)
{
    return a >= 0 ? a / b : -((b - 1 - a) / b);
}

void alv_decimal_set(alv_decimal *d, const uint8_t *digits, int count, int exponent)
{
    d->point = floor_div(exponent - 1, 9) + 1;
    d->n = 0;
    for (int k = 0; k < count; k++) {
        int power = exponent - 1 - k, group = floor_div(power, 9), i = d->point - 1 - group;
        while (d->n <= i) d->limb[d->n++] = 0;
        d->limb[i] += digits[k] * tens[power - 9 * group];
    }
    normalize(d);
}

/* Times 2^k, 0 < k <= STEP. */
static void multiply(alv_decimal *d, int k)
{
    uint64_t carry = 0;
    for (int i = d->n; i-- > 0;) {
        uint64_t t = ((uint64_t)d->limb[i] << k) + carry;
        d->limb[i] = (uint32_t)(t % BASE);
        carry = t / BASE;
    }
    if (carry > 0) {
        memmove(d->limb + 1, d->limb, (size_t)d->n * sizeof *d->limb);
        d->limb[0] = (uint32_t)carry;
        d->n++;
        d->point++;
    }
    normalize(d);
}

/* Divided by 2^k, 0 < k <= STEP: the remainder runs on into new limbs until it is used up. */
static void divide(alv_decimal *d, int k)
{
    uint64_t remainder = 0;
    for (int i = 0; i < d->n || remainder > 0; i++) {
        if (i == d->n) d->limb[d->n++] = 0;
        uint64_t t = remainder * BASE + d->limb[i];
        d->limb[i] = (uint32_t)(t >> k);
        remainder = t & ((1ull << k) - 1);
    }
    normalize(d);
}

void alv_decimal_scale(alv_decimal *d, int shift)
{
    for (int k; shift > 0; shift -= k) multiply(d, k = shift < STEP ? shift : STEP);
    for (int k; shift < 0; shift += k) divide(d, k = -shift < STEP ? -shift : STEP);
}

static uint64_t limb_at(const alv_decimal *d, int i)
{
    return i >= 0 && i < d->n ? d->limb[i] : 0;
}

int alv_decimal_log2(const alv_decimal *d)
{
    uint64_t top = limb_at(d, 0) * BASE + limb_at(d, 1);
    int bits = 63 - __builtin_clzll(top);
    return bits + floor_div((d->point - 2) * 29897353, 1000000); /* log2(10^9) */
}

uint64_t alv_decimal_floor(const alv_decimal *d)
{
    uint64_t value = 0;
    for (int i = 0; i < d->point; i++) value = value * BASE + limb_at(d, i);
    return value;
}

uint64_t alv_decimal_round(const alv_decimal *d)
{
    uint64_t value = alv_decimal_floor(d), first = limb_at(d, d->point);
    if (d->point < 0 || first < BASE / 2) return value;
    bool tie = first == BASE / 2 && d->n <= d->point + 1;
    return value + (tie ? value & 1 : 1);
}

int alv_decimal_compare(const alv_decimal *a, const alv_decimal *b)
{
    if (a->point != b->point) return a->point < b->point ? -1 : 1;
    for (int i = 0; i < a->n || i < b->n; i++) {
        uint64_t x = limb_at(a, i), y = limb_at(b, i);
        if (x != y) return x < y ? -1 : 1;
    }
    return 0;
}

/* Leading zeros of the first limb. */
static int padding(const alv_decimal *d)
{
    int pad = 0;
    while (pad < 8 && d->limb[0] < tens[8 - pad]) pad++;
    return pad;
}

static uint8_t digit_at(const alv_decimal *d, int position)
{
    return (uint8_t)(limb_at(d, position / 9) / tens[8 - position % 9] % 10);
}

/* Raises the last of n digits by one; 999 becomes 100, and the exponent grows. */
static int raise(uint8_t *digits, int n, int exponent)
{
    int i = n - 1;
    while (i >= 0 && digits[i] == 9) digits[i--] = 0;
    if (i >= 0) {
        digits[i]++;
        return exponent;
    }
    digits[0] = 1;
    return exponent + 1;
}

static int cut(uint8_t *digits, int n, const alv_decimal *d)
{
    int pad = padding(d);
    for (int k = 0; k < n; k++) digits[k] = digit_at(d, pad + k);
    return 9 * d->point - pad;
}

int alv_decimal_digits(uint8_t *digits, int n, const alv_decimal *d)
{
    int exponent = cut(digits, n, d), next = padding(d) + n, limb = next / 9;
    uint32_t unit = tens[8 - next % 9]; /* of the first digit left out */
    uint64_t rest = limb_at(d, limb) % (10ull * unit), half = 5ull * unit;
    bool more = d->n > limb + 1;
    bool up = rest > half || (rest == half && (more || digits[n - 1] % 2 == 1));
    return up ? raise(digits, n, exponent) : exponent;
}

int alv_decimal_digits_above(uint8_t *digits, int n, const alv_decimal *d)
{
    return raise(digits, n, cut(digits, n, d));
}
