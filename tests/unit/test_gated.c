/* Gated units against closed forms and against layers that are really run. If this failed, a
 * network of SwiGLU blocks would be started at a scale that shrinks or blows up its signal. */
#include "test.h"

#include "alvor/act.h"
#include "stream/rng.h"

static alv_act_spec gate_of(const char *text)
{
    alv_act_spec spec;
    alv_error error;
    if (alv_act_parse(&spec, text, &error)) fail_msg("%s", error.message);
    return spec;
}

static alv_gated_moments moments_of(const char *gate)
{
    alv_gated_moments m;
    alv_error error;
    if (alv_gated_gain(&m, gate_of(gate), &error)) fail_msg("%s", error.message);
    return m;
}

static void closed_forms(void **state)
{
    (void)state;
    alv_gated_moments bilinear = moments_of("identity"), reglu = moments_of("relu");
    assert_near(bilinear.second, 1, 1e-13);
    assert_near(bilinear.forward, 1, 1e-13);
    assert_near(bilinear.forward_both, 1, 1e-13);
    assert_near(bilinear.backward, sqrt(0.5), 1e-13);
    assert_near(reglu.second, 0.5, 1e-13);
    assert_near(reglu.slope_gate, 0.5, 1e-13);
    assert_near(reglu.slope_value, 0.5, 1e-13);
    assert_near(reglu.forward, sqrt(2), 1e-13);
    assert_near(reglu.forward_both, pow(2, 0.25), 1e-13);
    assert_near(reglu.backward, 1, 1e-13);
    /* relu^2: E y^2 = g^2 (3 / 2) g^4 and E f'^2 = 2. */
    alv_gated_moments squared = moments_of("relu2");
    assert_near(squared.forward_both, pow(2.0 / 3, 1.0 / 6), 1e-13);
    assert_near(squared.backward, 1 / sqrt(3.5), 1e-13);
    /* erf: E erf(g z)^2 = (2 / pi) asin(2 g^2 / (1 + 2 g^2)). */
    double g = moments_of("erf").forward_both, v = 2 * g * g;
    assert_near(g * g * M_2_PI * asin(v / (1 + v)), 1, 1e-12);
    /* hardtanh: E min(|g z|, 1)^2 with kinks that move with g. */
    g = moments_of("hardtanh").forward_both;
    double t = 1 / g, outside = erfc(t * M_SQRT1_2);
    double inside = 1 - outside - 2 * t * exp(-t * t / 2) / sqrt(2 * M_PI);
    assert_near(g * g * (g * g * inside + outside), 1, 1e-12);
}

/* The same integrals as plain activations, and by mpmath with 25 digits. */
static void high_precision(void **state)
{
    (void)state;
    static const struct {
        const char *name;
        double second, slope, both, backward;
    } rows[] = {
        {"glu", 0.2933790359, 0.04483624135, 1.726735889, 1.719504789},
        {"geglu", 0.4252214826, 0.4558508656, 1.222495335, 1.065354671},
        {"swiglu", 0.3557755198, 0.3794823516, 1.268816261, 1.166219124},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        alv_gated_moments m = moments_of(alv_gated_find(rows[i].name)->gate);
        assert_near(m.second, rows[i].second, 6e-11);
        assert_near(m.slope_gate, rows[i].slope, 6e-11);
        assert_near(m.forward_both, rows[i].both, 6e-10);
        assert_near(m.backward, rows[i].backward, 6e-10);
    }
}

/* Sums and squares of samples that are independent of one another. */
typedef struct sample {
    double n, sum, squares;
} sample;

static void add(sample *s, double x)
{
    s->n++;
    s->sum += x;
    s->squares += x * x;
}

/* The mean is `wanted` within six standard errors and a bias: with a true mean of `wanted`, a
 * normal mean fails once in 5e8. */
static void expect_mean(const sample *s, double wanted, double bias, const char *what,
                        const char *name)
{
    double mean = s->sum / s->n, error = sqrt((s->squares / s->n - mean * mean) / s->n);
    assert_true(error < 0.025 * wanted);
    if (fabs(mean - wanted) > 6 * error + bias)
        fail_msg("%s of %s is %g, not %g; standard error %g", what, name, mean, wanted, error);
}

enum { INPUTS = 64, UNITS = 4000 };

/* Runs a layer of gated units on an input of second moment 1 with weights of variance gain^2 /
 * INPUTS. Adds each unit's y^2, and the sum over inputs of (dy/dx)^2: what it hands back of an
 * error of 1, which weights of variance gain^2 / UNITS would divide by UNITS / INPUTS. */
static void run(sample *forward, sample *backward, alv_act_spec gate, double gain, alv_rng *rng)
{
    double x[INPUTS], w[INPUTS], v[INPUTS], norm = 0, scale = gain / sqrt(INPUTS);
    for (int j = 0; j < INPUTS; j++) x[j] = alv_rng_normal(rng), norm += x[j] * x[j];
    for (int j = 0; j < INPUTS; j++) x[j] *= sqrt(INPUTS / norm);
    for (int i = 0; i < UNITS; i++) {
        double a = 0, b = 0, back = 0;
        for (int j = 0; j < INPUTS; j++) {
            w[j] = scale * alv_rng_normal(rng), v[j] = scale * alv_rng_normal(rng);
            a += w[j] * x[j], b += v[j] * x[j];
        }
        double f = gate.act->f(a, gate.param), slope = gate.act->df(a, gate.param);
        for (int j = 0; j < INPUTS; j++) {
            double d = slope * b * w[j] + f * v[j];
            back += d * d;
        }
        add(forward, f * b * f * b);
        add(backward, back);
    }
}

static void layers_behave_as_predicted(void **state)
{
    (void)state;
    alv_rng rng = alv_rng_make(2026, "gated units");
    for (int i = 0; i < alv_gated_count(); i++) {
        const alv_gated *unit = alv_gated_at(i);
        alv_act_spec gate = gate_of(unit->gate);
        alv_gated_moments m = moments_of(unit->gate);
        sample forward = {0}, backward = {0}, unused = {0}, both = {0};
        for (int r = 0; r < 16; r++) run(&forward, &backward, gate, 1, &rng);
        for (int r = 0; r < 16; r++) run(&both, &unused, gate, m.forward_both, &rng);
        expect_mean(&forward, m.second, 0, "E y^2", unit->name);
        expect_mean(&both, 1, 0, "E y^2 with the shared gain", unit->name);
        /* a is made of the same w: a^2 / INPUTS in place of 1 / INPUTS of |w|^2, and the product of
         * the two terms, make a bias of order 1 / INPUTS. */
        double total = 1 / (m.backward * m.backward);
        expect_mean(&backward, total, 4 * total / INPUTS, "the gradient", unit->name);
    }
}

static void names_and_bad_input(void **state)
{
    (void)state;
    for (int i = 0; i < alv_gated_count(); i++) {
        const alv_gated *unit = alv_gated_at(i);
        assert_ptr_equal(alv_gated_find(unit->name), unit);
        assert_true(*unit->formula && *unit->citation);
        for (int k = 0; k < alv_act_count(); k++)
            assert_string_not_equal(unit->name, alv_act_at(k)->name);
    }
    assert_null(alv_gated_at(-1));
    assert_null(alv_gated_at(alv_gated_count()));
    assert_null(alv_gated_find("relu"));
    assert_null(alv_gated_find(""));
    assert_null(alv_gated_find(NULL));
    assert_ptr_equal(alv_gated_find("silu_glu"), alv_gated_find("swiglu"));
    alv_error error;
    alv_gated_moments m = {.second = 7};
    assert_int_equal(alv_gated_gain(NULL, gate_of("relu"), &error), ALV_ERR_ARGUMENT);
    alv_act_spec bad = gate_of("leaky_relu");
    bad.param = NAN;
    assert_int_equal(alv_gated_gain(&m, bad, &error), ALV_ERR_RANGE);
    assert_true(m.second == 7);
    assert_int_equal(alv_gated_gain(&m, (alv_act_spec){0}, &error), ALV_OK);
    assert_near(m.second, 1, 1e-13);
}

/* Any activation may be a gate. */
static void every_activation_has_a_shared_gain(void **state)
{
    (void)state;
    for (int i = 0; i < alv_act_count(); i++) {
        alv_gated_moments m = moments_of(alv_act_at(i)->name);
        if (!(m.forward_both > 0.1 && m.forward_both < 4))
            fail_msg("%s: %g", alv_act_at(i)->name, m.forward_both);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(closed_forms),
        cmocka_unit_test(high_precision),
        cmocka_unit_test(layers_behave_as_predicted),
        cmocka_unit_test(names_and_bad_input),
        cmocka_unit_test(every_activation_has_a_shared_gain),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
