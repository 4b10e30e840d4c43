/* Numbers to text and back, against the C library's strtod and printf, which are correctly rounded
 * (glibc). */
#include "test.h"

#include "base/base.h"

static uint64_t state64 = 0x9e3779b97f4a7c15;

static uint64_t next(void)
{
    state64 ^= state64 << 13;
    state64 ^= state64 >> 7;
    state64 ^= state64 << 17;
    return state64;
}

static double from_bits(uint64_t bits)
{
    double x;
    memcpy(&x, &bits, sizeof x);
    return x;
}

/* Finite doubles of every exponent; a quarter of them subnormal or with few bits set. */
static double random_double(void)
{
    uint64_t bits = next(), kind = next() % 8;
    if (kind == 0) bits &= 0x800fffffffffffff;
    if (kind == 1) bits &= 0xfff0000000000000 | (0xfull << (next() % 49));
    double x = from_bits(bits);
    return isfinite(x) ? x : random_double();
}

static void parses_like(const char *text)
{
    double x = -777, wanted;
    char *end;
    wanted = strtod(text, &end);
    if (end == text) wanted = x; /* untouched where there is no number */
    size_t used = alv_number_parse(&x, text, strlen(text));
    if (used != (size_t)(end - text) || memcmp(&x, &wanted, sizeof x) != 0)
        fail_msg("\"%.60s\": %.17g in %zu bytes, wanted %.17g in %zu", text, x, used, wanted,
                 (size_t)(end - text));
}

static void prints_and_parses_like_libc(void **state)
{
    (void)state;
    char mine[32], libc[32];
    for (int i = 0; i < 40000; i++) {
        double x = random_double();
        int digits = 1 + (int)(next() % 17);
        snprintf(libc, sizeof libc, "%.*g", digits, x);
        assert_int_equal(alv_number_print(mine, x, digits), strlen(libc));
        assert_string_equal(mine, libc);
        parses_like(libc);
    }
}

static void shortest_reads_back_and_is_shortest(void **state)
{
    (void)state;
    for (int i = 0; i < 20000; i++) {
        double x = i < 2098 ? ldexp(1, i - 1074) : random_double(), back;
        if (!isfinite(x)) continue;
        char mine[32], libc[32];
        size_t n = alv_number_print(mine, x, 0);
        assert_int_equal(alv_number_parse(&back, mine, n), n);
        assert_true(back == x && strtod(mine, NULL) == x);
        int shortest = 1, digits = 0;
        for (; shortest < 17; shortest++) {
            snprintf(libc, sizeof libc, "%.*e", shortest - 1, x);
            if (strtod(libc, NULL) == x) break;
        }
        int trailing = 0;
        for (const char *p = mine; *p && *p != 'e'; p++) {
            if (*p < '0' || *p > '9') continue;
            if (digits > 0 || *p != '0') digits++;
            trailing = *p == '0' ? trailing + 1 : 0;
        }
        if (digits - trailing > shortest) fail_msg("%s has more than %d digits", mine, shortest);
    }
}

/* The exact decimal between two neighbouring doubles, and that number with a last digit added far
 * behind, or the one before it. */
static void halfway_cases_round_to_even(void **state)
{
    (void)state;
    static char text[1200];
    for (int i = 0; i < 3000; i++) {
        uint64_t bits = next() & 0x7fffffffffffffff;
        if (i % 3 == 0) bits &= 0x000fffffffffffff;
        if (bits >= 0x7feull << 52) continue;
        /* The midpoint has one bit more than a double: as long double (64 bits) it is exact. */
        long double low = from_bits(bits), high = from_bits(bits + 1), middle = (low + high) / 2;
        int n = snprintf(text, sizeof text, "%.1100Lg", middle);
        parses_like(text);
        if (strchr(text, 'e') || !strchr(text, '.')) continue;
        memcpy(text + n, "000000000000001", 16);
        parses_like(text);
    }
}

static void hard_and_odd_texts(void **state)
{
    (void)state;
    static const char *const texts[] = {
        "0",
        "-0",
        "0.0",
        "00000",
        "1",
        "-1",
        "+1",
        "1.",
        ".5",
        "-.5e-3",
        "1e5",
        "1E5",
        "1e+5",
        "1e-400",
        "1e400",
        "-1e400",
        "1e-323",
        "2.4703282292062327e-324",
        "2.4703282292062328e-324",
        "4.9406564584124654e-324",
        "2.2250738585072011e-308",
        "2.2250738585072012e-308",
        "2.2250738585072014e-308",
        "1.7976931348623157e308",
        "1.7976931348623158e308",
        "1.7976931348623159e308",
        "179769313486231580793e289",
        "9007199254740993",
        "9007199254740992.99999999999999999999999",
        "9007199254740993.00000000000000000000000001",
        "123456789012345678901234567890",
        "0.000000000000000000000000000001",
        "1e99999999999999",
        "1e-99999999999999",
        "0e99999999",
        "5e-1",
        "8.5e22",
        "1e23",
        "1e22",
        "123456789012345e22",
        "inf",
        "-inf",
        "INFINITY",
        "infinit",
        "nan",
        "6.02214076e23xyz",
        "1e",
        "1e+",
        "1e-",
        "1.5e3.5",
        "",
        "-",
        "+",
        ".",
        "-.",
        "e5",
        ".e5",
        "--1",
        "1..2",
        "1,5",
        "abc",
        "12 34",
        "0.1e-5e-5",
    };
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) parses_like(texts[i]);

    /* Not in C's grammar here, on purpose: hexadecimal stops at the x, spaces are not skipped. */
    double x = 7;
    assert_int_equal(alv_number_parse(&x, "0x10", 4), 1);
    assert_true(x == 0);
    assert_int_equal(alv_number_parse(&x, " 1", 2), 0);
    /* The length is respected. */
    assert_int_equal(alv_number_parse(&x, "12345", 3), 3);
    assert_true(x == 123);
    assert_int_equal(alv_number_parse(&x, "1e5", 2), 1);
    assert_int_equal(alv_number_parse(&x, "infinity", 7), 3);
    assert_int_equal(alv_number_parse(&x, "1", 0), 0);
}

static void long_texts_parse(void **state)
{
    (void)state;
    static char text[6000];
    for (int i = 0; i < 400; i++) {
        size_t n = 1 + next() % 5000, point = next() % (2 * n);
        for (size_t k = 0; k < n; k++) text[k] = (char)('0' + (i % 4 == 0 ? 0 : next() % 10));
        if (point < n) text[point] = '.';
        if (n > 1) text[n - 1] = '1';
        sprintf(text + n, "e%d", (int)(next() % 700) - 350 - (int)(n < point ? n : point));
        parses_like(text);
    }
}

static void random_garbage_is_read_like_libc(void **state)
{
    (void)state;
    for (int i = 0; i < 200000; i++) {
        char text[24];
        int n = (int)(next() % 20);
        for (int k = 0; k < n; k++) text[k] = "0123456789999.e-+"[next() % 17];
        text[n] = '\0';
        parses_like(text);
    }
}

static void specials_print(void **state)
{
    (void)state;
    static const struct {
        double x;
        int digits;
        const char *text;
    } rows[] = {
        {0, 0, "0"},
        {-0.0, 0, "-0"},
        {INFINITY, 0, "inf"},
        {-INFINITY, 3, "-inf"},
        {NAN, 0, "nan"},
        {100, 0, "100"},
        {1e16, 0, "10000000000000000"},
        {1e17, 0, "1e+17"},
        {0.1, 0, "0.1"},
        {1e-5, 0, "1e-05"},
        {0.0001, 0, "0.0001"},
        {123456, 3, "1.23e+05"},
        {5e-324, 0, "5e-324"},
        {0x1p-44, 0, "5.684341886080802e-14"},
        {1.7976931348623157e308, 0, "1.7976931348623157e+308"},
        {9.5, 1, "1e+01"},
        {0.5, 1, "0.5"},
        {2.5, 1, "2"},
        {9007199254740993.0, 0, "9007199254740992"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        char out[32];
        assert_int_equal(alv_number_print(out, rows[i].x, rows[i].digits), strlen(rows[i].text));
        assert_string_equal(out, rows[i].text);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(prints_and_parses_like_libc),
        cmocka_unit_test(shortest_reads_back_and_is_shortest),
        cmocka_unit_test(halfway_cases_round_to_even),
        cmocka_unit_test(hard_and_odd_texts),
        cmocka_unit_test(long_texts_parse),
        cmocka_unit_test(random_garbage_is_read_like_libc),
        cmocka_unit_test(specials_print),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
