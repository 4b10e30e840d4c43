/* Numbers to text and back, correctly rounded, without a locale or the C library.
 *
 * A double is an integer times a power of two, and so is exactly a decimal of at most 767
 * significant digits. Here that decimal is written out, in limbs of nine digits, and doubled or
 * halved exactly; rounding happens once, on the exact value. Faster methods exist (Lemire 2021 to
 * read, Adams 2018 to print); this one takes about a microsecond and can be seen to be right. Short
 * numbers, the usual ones, are read by a shortcut in double arithmetic that is exact too (Clinger
 * 1990). */
#include "base/base.h"

#include "base/decimal.h"

/* The value of `bits` as an IEEE double, and back. */
static double from_bits(uint64_t bits)
{
    double x;
    __builtin_memcpy(&x, &bits, sizeof x);
    return x;
}

static uint64_t to_bits(double x)
{
    uint64_t bits;
    __builtin_memcpy(&bits, &x, sizeof bits);
    return bits;
}

/* What was read: digits and where the point stands, value = 0.d1 d2 d3 ... * 10^exponent. */
typedef struct scanned {
    uint8_t digits[ALV_DECIMAL_DIGITS];
    int count;        /* of significant digits kept */
    int64_t exponent; /* may be absurd: the text decides */
} scanned;

/* Adds one digit; what no longer fits only matters as "something more". */
static void take_digit(scanned *s, int digit)
{
    if (s->count < ALV_DECIMAL_DIGITS)
        s->digits[s->count++] = (uint8_t)digit;
    else if (digit != 0)
        s->digits[ALV_DECIMAL_DIGITS - 1] |= 1;
}

/* Digits with at most one point, from `i` on; returns the position after them, or `i` if none. */
static size_t scan_digits(scanned *s, const char *text, size_t i, size_t length)
{
    size_t start = i;
    bool point = false, any = false;
    for (; i < length; i++) {
        if (text[i] == '.' && !point) {
            point = true;
            continue;
        }
        if (text[i] < '0' || text[i] > '9') break;
        any = true;
        if (s->count > 0 || text[i] != '0') {
            take_digit(s, text[i] - '0');
            s->exponent += !point;
        } else {
            s->exponent -= point; /* a zero between the point and the first digit */
        }
    }
    return any ? i : start;
}

/* "e-12" at `i`: returns the position after it and adds to the exponent; `i` if there is none. */
static size_t scan_exponent(scanned *s, const char *text, size_t i, size_t length)
{
    size_t at = i;
    if (at >= length || (text[at] != 'e' && text[at] != 'E')) return i;
    bool negative = ++at < length && text[at] == '-';
    at += at < length && (text[at] == '-' || text[at] == '+');
    if (at >= length || text[at] < '0' || text[at] > '9') return i;
    int64_t e = 0;
    for (; at < length && text[at] >= '0' && text[at] <= '9'; at++)
        if (e < 1000000000) e = e * 10 + (text[at] - '0');
    s->exponent += negative ? -e : e;
    return at;
}

/* Up to 15 digits times or by a power of ten up to 10^22: both are doubles, so the processor's one
 * rounding is the right one. */
static bool shortcut(double *out, const scanned *s)
{
    static const double powers[] = {1e0,  1e1,  1e2,  1e3,  1e4,  1e5,  1e6,  1e7,
                                    1e8,  1e9,  1e10, 1e11, 1e12, 1e13, 1e14, 1e15,
                                    1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22};
    int64_t power = s->exponent - s->count;
    if (s->count > 15 || power < -22 || power > 22) return false;
    int64_t integer = 0;
    for (int i = 0; i < s->count; i++) integer = integer * 10 + s->digits[i];
    *out = power < 0 ? (double)integer / powers[-power] : (double)integer * powers[power];
    return true;
}

/* The double nearest to the decimal, ties to even. */
static double round_to_double(const scanned *s)
{
    if (s->exponent > 310) return from_bits(0x7ffull << 52);
    if (s->exponent < -330) return 0;
    alv_decimal d;
    alv_decimal_set(&d, s->digits, s->count, (int)s->exponent);
    /* Scale by 2^shift until the integer part has 53 bits, or fewer at the subnormal end. */
    int shift = 52 - alv_decimal_log2(&d);
    alv_decimal_scale(&d, shift);
    int correction = __builtin_clzll(alv_decimal_floor(&d)) - 11;
    if (shift + correction > 1074) correction = 1074 - shift;
    alv_decimal_scale(&d, correction);
    shift += correction;
    uint64_t m = alv_decimal_round(&d);
    if (m == 1ull << 53) {
        m >>= 1;
        shift--;
    }
    int exponent = 52 - shift + 1023; /* of a number with the 53rd bit set */
    if (exponent >= 0x7ff) return from_bits(0x7ffull << 52);
    if (m < 1ull << 52) return from_bits(m); /* subnormal or zero */
    return from_bits((m & ((1ull << 52) - 1)) | (uint64_t)exponent << 52);
}

/* "inf", "infinity" and "nan" in any case. */
static size_t scan_word(double *out, const char *text, size_t length)
{
    static const struct {
        const char *word;
        uint64_t bits;
    } words[] = {{"infinity", 0x7ffull << 52}, {"inf", 0x7ffull << 52}, {"nan", 0x7ff8ull << 48}};
    for (int k = 0; k < ALV_COUNT(words); k++) {
        size_t n = strlen(words[k].word), i = 0;
        while (i < n && i < length && (text[i] | 0x20) == words[k].word[i]) i++;
        if (i < n) continue;
        *out = from_bits(words[k].bits);
        return n;
    }
    return 0;
}

size_t alv_number_parse(double *out, const char *text, size_t length)
{
    bool negative = length > 0 && text[0] == '-';
    size_t start = length > 0 && (text[0] == '-' || text[0] == '+'), end;
    double value;
    scanned s = {.count = 0};
    end = scan_digits(&s, text, start, length);
    if (end > start) {
        end = scan_exponent(&s, text, end, length);
        if (s.count == 0)
            value = 0;
        else if (!shortcut(&value, &s))
            value = round_to_double(&s);
    } else {
        size_t word = scan_word(&value, text + start, length - start);
        if (word == 0) return 0;
        end = start + word;
    }
    *out = negative ? -value : value;
    return end;
}

/* Writes digits d[0 .. n) with the point after `exponent` of them, as %g with `precision` does:
 * plain where the decimal exponent is in [-4, precision), else with one. Zeros at the end go. */
static size_t write_digits(char *out, const uint8_t *d, int n, int exponent, int precision)
{
    char *p = out;
    while (n > 1 && d[n - 1] == 0) n--;
    int e = exponent - 1;
    bool plain = e >= -4 && e < precision;
    int point = plain ? exponent : 1;
    if (point <= 0) {
        *p++ = '0';
        *p++ = '.';
        for (int i = point; i < 0; i++) *p++ = '0';
    }
    for (int i = 0; i < n || i < point; i++) {
        if (i == point && i > 0) *p++ = '.';
        *p++ = i < n ? (char)('0' + d[i]) : '0';
    }
    if (!plain) {
        int magnitude = e < 0 ? -e : e;
        *p++ = 'e';
        *p++ = e < 0 ? '-' : '+';
        if (magnitude >= 100) *p++ = (char)('0' + magnitude / 100);
        *p++ = (char)('0' + magnitude / 10 % 10);
        *p++ = (char)('0' + magnitude % 10);
    }
    *p = '\0';
    return (size_t)(p - out);
}

/* m 2^e as a decimal. */
static void expand(alv_decimal *d, uint64_t m, int e)
{
    uint8_t digits[20] = {0};
    int n = 0;
    for (uint64_t rest = m; rest > 0; rest /= 10) n++;
    for (int i = n; i-- > 0; m /= 10) digits[i] = (uint8_t)(m % 10);
    alv_decimal_set(d, digits, n, n);
    alv_decimal_scale(d, e);
}

/* The fewest digits that still read back as m 2^e: between the midpoints to the neighbours, which
 * themselves belong to the number whose significand is even. */
static int shortest(uint8_t digits[18], int *exponent, uint64_t m, int e)
{
    alv_decimal exact, low, high;
    expand(&exact, m, e);
    bool at_power = m == 1ull << 52 && e > -1074; /* the neighbour below is only half as far */
    expand(&low, at_power ? 4 * m - 1 : 2 * m - 1, at_power ? e - 2 : e - 1);
    expand(&high, 2 * m + 1, e - 1);
    int slack = m % 2 == 0;
    for (int n = 1; n < 17; n++) {
        /* The nearest with n digits; next to a power of two perhaps only the one above fits. */
        for (int up = 0; up < 2; up++) {
            *exponent = up ? alv_decimal_digits_above(digits, n, &exact)
                           : alv_decimal_digits(digits, n, &exact);
            alv_decimal candidate;
            alv_decimal_set(&candidate, digits, n, *exponent);
            if (alv_decimal_compare(&candidate, &low) + slack > 0 &&
                alv_decimal_compare(&candidate, &high) - slack < 0)
                return n;
        }
    }
    *exponent = alv_decimal_digits(digits, 17, &exact);
    return 17;
}

size_t alv_number_print(char *out, double x, int digits)
{
    uint64_t bits = to_bits(x), fraction = bits & ((1ull << 52) - 1);
    int biased = (int)(bits >> 52 & 0x7ff), exponent;
    char *p = out;
    if (bits >> 63 && x == x) *p++ = '-';
    if (biased == 0x7ff) {
        memcpy(p, x == x ? "inf" : "nan", 4);
        return (size_t)(p - out) + 3;
    }
    if (x == 0) {
        memcpy(p, "0", 2);
        return (size_t)(p - out) + 1;
    }
    uint64_t m = biased > 0 ? fraction | 1ull << 52 : fraction;
    int e = (biased > 0 ? biased : 1) - 1075, n = digits < 1 ? 0 : digits > 17 ? 17 : digits;
    uint8_t d[18];
    if (n > 0) {
        alv_decimal exact;
        expand(&exact, m, e);
        exponent = alv_decimal_digits(d, n, &exact);
        return (size_t)(p - out) + write_digits(p, d, n, exponent, n);
    }
    n = shortest(d, &exponent, m, e);
    return (size_t)(p - out) + write_digits(p, d, n, exponent, 17);
}
