/* Bounds and tails in bulk: no draw of a bounded law leaves its bounds once rounded, and normals of
 * every type reach beyond 5 deviations as often as they should.
 *
 *     test-stat-tails                    2^26 draws of each law and type, fixed seed (CTest)
 *     test-stat-tails --soak 32 [SEED]   2^32 draws, fresh seed: minutes
 *
 * False alarms: suite.h. */
#include "suite.h"

#include "alvor/dist.h"
#include "dist/round.h"

/* Deviations beyond which draws are counted. */
enum { LEVELS = 2 };
static const float levels[LEVELS] = {4.5f, 5};

/* What 2^bits draws reached. */
typedef struct extent {
    double least, most;
    double beyond[LEVELS]; /* how many lie beyond each level, in either direction */
    double edge[LEVELS];   /* what rounds beyond a level lies beyond this */
} extent;

static void look_at_values(extent *e, const void *room, bool f64, int n)
{
    double least = INFINITY, most = -INFINITY;
    int beyond[LEVELS] = {0}, bad = 0;
    for (int i = 0; i < n; i++) {
        const double x = f64 ? ((const double *)room)[i] : (double)((const float *)room)[i];
        most = x > most ? x : most;
        least = x < least ? x : least;
        for (int k = 0; k < LEVELS; k++) beyond[k] += x > levels[k] || x < -levels[k];
        bad += x != x;
    }
    assert_int_equal(bad, 0);
    e->least = fmin(e->least, least), e->most = fmax(e->most, most);
    for (int k = 0; k < LEVELS; k++) e->beyond[k] += beyond[k];
}

/* Half way from the last value of a type up to `level` to the next one. */
static double edge_of(alv_dtype dtype, float level)
{
    uint32_t code = alv_round_one(dtype, level);
    if (alv_widen(dtype, code) > level) code--;
    return ((double)alv_widen(dtype, code) + (double)alv_widen(dtype, code + 1)) / 2;
}

static void look_at_codes(extent *e, const double *codes, alv_dtype dtype)
{
    for (int k = 0; k < LEVELS; k++) e->edge[k] = edge_of(dtype, levels[k]);
    for (uint32_t code = 0; code < 1u << (8 * alv_dtype_size(dtype)); code++) {
        if (codes[code] == 0) continue;
        double x = alv_widen(dtype, code);
        assert_true(x == x);
        e->least = fmin(e->least, x), e->most = fmax(e->most, x);
        for (int k = 0; k < LEVELS; k++)
            if (fabs(x) > levels[k]) e->beyond[k] += codes[code];
    }
}

static extent draw(const alv_dist *law, alv_dtype dtype, int bits, uint64_t seed)
{
    enum { CHUNK = 1 << 20 };
    static uint64_t room[CHUNK];
    static double codes[1 << 16];
    const uint16_t *halves = (const uint16_t *)room;
    const uint8_t *bytes = (const uint8_t *)room;
    const bool wide = dtype == ALV_F32 || dtype == ALV_F64; /* too many values to count each */
    alv_stream stream = alv_stream_make(seed, "tail", NULL);
    extent e = {.least = INFINITY, .most = -INFINITY};
    for (int k = 0; k < LEVELS; k++) e.edge[k] = levels[k];
    alv_error error;
    memset(codes, 0, sizeof codes);
    for (int64_t at = 0; at < 1ll << bits; at += CHUNK) {
        if (alv_dist_fill(room, dtype, at, at + CHUNK, law, stream, NULL, &error))
            fail_msg("%s", error.message);
        if (wide)
            look_at_values(&e, room, dtype == ALV_F64, CHUNK);
        else if (alv_dtype_size(dtype) == 2)
            for (int i = 0; i < CHUNK; i++) codes[halves[i]]++;
        else
            for (int i = 0; i < CHUNK; i++) codes[bytes[i]]++;
    }
    if (!wide) look_at_codes(&e, codes, dtype);
    return e;
}

/* Normals: how many lie beyond each level, and how far the farthest. */
static void judge_reach(ledger *l, const extent *e, alv_dtype dtype, int bits)
{
    const char *type = alv_dtype_name(dtype);
    /* docs/stream.md, section 10; the narrow types round to nearest. */
    double reach = dtype == ALV_F32 ? 6.57 : dtype == ALV_F64 ? 8.58 : 7;
    for (int k = 0; k < LEVELS; k++) {
        double expected = (double)(1ll << bits) * erfc(e->edge[k] * M_SQRT1_2);
        judge(l, p_poisson(e->beyond[k], expected), "normal %s, %g beyond %g, expected %g", type,
              e->beyond[k], levels[k], expected);
    }
    judge(l, e->most <= reach && e->least >= -reach, "normal %s within %g", type, reach);
}

static void judge_tail(ledger *l, const alv_dist *law, alv_dtype dtype, int bits)
{
    const char *kind = alv_dist_name(law->kind), *type = alv_dtype_name(dtype);
    extent e = draw(law, dtype, bits, l->seed);
    print_message("  2^%d %-16s %-10s in [%.9g, %.9g], %.0f beyond 4.5, %.0f beyond 5\n", bits,
                  kind, type, e.least, e.most, e.beyond[0], e.beyond[1]);
    if (law->kind == ALV_DIST_NORMAL)
        judge_reach(l, &e, dtype, bits);
    else
        judge(l, e.least >= law->lo && e.most <= law->hi, "%s %s within bounds", kind, type);
}

static int tails(uint64_t seed, int bits)
{
    const alv_dist laws[] = {alv_dist_normal(0, 1), alv_dist_uniform(-0.1, 0.3),
                             alv_dist_truncated(0, 1, -1.7, 2.3)};
    ledger l = ledger_make(seed, 1);
    for (size_t k = 0; k < sizeof laws / sizeof *laws; k++)
        for (alv_dtype dtype = ALV_F32; dtype <= ALV_F8_E5M2; dtype++)
            judge_tail(&l, &laws[k], dtype, bits);
    report(&l);
    assert_true(l.comparisons <= OTHERS);
    return l.failures;
}

static void nothing_leaves_its_bounds(void **state)
{
    (void)state;
    assert_int_equal(tails(20260101, 26), 0);
}

/* Normals cut off at 4.5 deviations, 7 in a million, or at 5, one in two million: 2^17 of them look
 * right to any test of their distribution (anderson.h), 2^26 do not. */
static void a_cut_tail_is_refused(void **state)
{
    (void)state;
    static const alv_dtype types[] = {ALV_F32, ALV_F64, ALV_F16, ALV_BF16};
    for (int i = 0; i < 4; i++)
        for (int k = 0; k < LEVELS; k++) {
            const alv_dist cut = alv_dist_truncated(0, 1, -(double)levels[k], (double)levels[k]);
            const extent e = draw(&cut, types[i], 26, 3);
            const double expected = (double)(1 << 26) * erfc(e.edge[k] * M_SQRT1_2);
            assert_true(p_poisson(e.beyond[k], expected) < ledger_make(3, 1).limit);
        }
}

int main(int argc, char **argv)
{
    if (argc >= 3 && strcmp(argv[1], "--soak") == 0) {
        int bits = atoi(argv[2]);
        if (bits < 20 || bits > 40) return 2;
        return tails(seed_of(argc > 3 ? argv[3] : NULL), bits) > 0;
    }
    const struct CMUnitTest tests[] = {cmocka_unit_test(nothing_leaves_its_bounds),
                                       cmocka_unit_test(a_cut_tail_is_refused)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
