/* Bounds and tails in bulk: no draw of a bounded law leaves its bounds once rounded, and normals of
 * every type reach beyond 5 deviations as often as they should.
 *
 *     test-stat-tails                    2^25 draws of each law and type, fixed seed (CTest)
 *     test-stat-tails --soak 32 [SEED]   2^32 draws, fresh seed: minutes
 *
 * False alarms: suite.h. */
#include "suite.h"

#include "alvor/dist.h"
#include "dist/round.h"

/* What 2^bits draws reached. */
typedef struct extent {
    double least, most, beyond; /* the last: how many lie beyond 5 in either direction */
    double edge;                /* what rounds beyond 5 lies beyond this */
} extent;

static void look_at_floats(extent *e, const float *x, int n)
{
    float least = x[0], most = x[0];
    int beyond = 0, bad = 0;
    for (int i = 0; i < n; i++) {
        most = x[i] > most ? x[i] : most;
        least = x[i] < least ? x[i] : least;
        beyond += x[i] > 5 || x[i] < -5;
        bad += x[i] != x[i];
    }
    assert_int_equal(bad, 0);
    e->least = fmin(e->least, least), e->most = fmax(e->most, most), e->beyond += beyond;
}

static void look_at_codes(extent *e, const double *codes, alv_dtype dtype)
{
    e->edge = (5 + alv_widen(dtype, alv_round_one(dtype, 5) + 1)) / 2;
    for (uint32_t code = 0; code < 1u << (8 * alv_dtype_size(dtype)); code++) {
        if (codes[code] == 0) continue;
        double x = alv_widen(dtype, code);
        assert_true(x == x);
        e->least = fmin(e->least, x), e->most = fmax(e->most, x);
        if (fabs(x) > 5) e->beyond += codes[code];
    }
}

static extent draw(const alv_dist *law, alv_dtype dtype, int bits, uint64_t seed)
{
    enum { CHUNK = 1 << 20 };
    static uint32_t room[CHUNK];
    static double codes[1 << 16];
    const uint16_t *halves = (const uint16_t *)room;
    const uint8_t *bytes = (const uint8_t *)room;
    alv_stream stream = alv_stream_make(seed, "tail", NULL);
    extent e = {.least = INFINITY, .most = -INFINITY, .edge = 5};
    alv_error error;
    memset(codes, 0, sizeof codes);
    for (int64_t at = 0; at < 1ll << bits; at += CHUNK) {
        if (alv_dist_fill(room, dtype, at, at + CHUNK, law, stream, NULL, &error))
            fail_msg("%s", error.message);
        if (dtype == ALV_F32)
            look_at_floats(&e, (const float *)room, CHUNK);
        else if (alv_dtype_size(dtype) == 2)
            for (int i = 0; i < CHUNK; i++) codes[halves[i]]++;
        else
            for (int i = 0; i < CHUNK; i++) codes[bytes[i]]++;
    }
    if (dtype != ALV_F32) look_at_codes(&e, codes, dtype);
    return e;
}

static void judge_tail(ledger *l, const alv_dist *law, alv_dtype dtype, int bits)
{
    const char *kind = alv_dist_name(law->kind), *type = alv_dtype_name(dtype);
    extent e = draw(law, dtype, bits, l->seed);
    print_message("  2^%d %-16s %-10s in [%.9g, %.9g], %.0f beyond 5\n", bits, kind, type, e.least,
                  e.most, e.beyond);
    if (law->kind != ALV_DIST_NORMAL) {
        judge(l, e.least >= law->lo && e.most <= law->hi, "%s %s within bounds", kind, type);
        return;
    }
    double expected = (double)(1ll << bits) * erfc(e.edge * M_SQRT1_2);
    double reach = dtype == ALV_F32 ? 6.8 : 7; /* rounded to nearest */
    judge(l, p_poisson(e.beyond, expected), "normal %s, %g beyond 5, expected %g", type, e.beyond,
          expected);
    judge(l, e.most <= reach && e.least >= -reach, "normal %s within %g", type, reach);
}

static int tails(uint64_t seed, int bits)
{
    static const alv_dtype types[] = {ALV_F32, ALV_F16, ALV_BF16, ALV_F8_E4M3FN, ALV_F8_E5M2};
    const alv_dist laws[] = {alv_dist_normal(0, 1), alv_dist_uniform(-0.1, 0.3),
                             alv_dist_truncated(0, 1, -1.7, 2.3)};
    ledger l = ledger_make(seed, 1);
    for (size_t k = 0; k < sizeof laws / sizeof *laws; k++)
        for (size_t i = 0; i < sizeof types / sizeof *types; i++)
            judge_tail(&l, &laws[k], types[i], bits);
    report(&l);
    return l.failures;
}

static void nothing_leaves_its_bounds(void **state)
{
    (void)state;
    assert_int_equal(tails(20260101, 25), 0);
}

int main(int argc, char **argv)
{
    if (argc >= 3 && strcmp(argv[1], "--soak") == 0) {
        int bits = atoi(argv[2]);
        if (bits < 20 || bits > 40) return 2;
        return tails(seed_of(argc > 3 ? argv[3] : NULL), bits) > 0;
    }
    const struct CMUnitTest tests[] = {cmocka_unit_test(nothing_leaves_its_bounds)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
