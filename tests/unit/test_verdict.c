/* The rules: forecasts from signals, outcomes from curves, and the verdict that joins them. */
#include "handmade.h"
#include "verdict/score.h"

static void forecast(alv_forecast *out, hand_net *h)
{
    alv_layer_stats stats[HAND_LAYERS];
    alv_drift drift;
    hand_pass(h);
    alv_probe_layers(stats, &h->net, NULL);
    hand_drift(&drift, h, stats);
    alv_forecast_make(out, stats, h->net.n_layers, &drift, &h->model);
}

static hand_net *deep(const alv_act *act, double scale)
{
    int64_t sizes[14] = {2, 0};
    for (int l = 1; l < 13; l++) sizes[l] = 40;
    sizes[13] = 3;
    return hand_new(sizes, 13, 32, act, scale);
}

static alv_verdict judge(const alv_act *act, double scale)
{
    hand_net *h = deep(act, scale);
    alv_forecast f;
    forecast(&f, h);
    hand_free(h);
    assert_int_equal(f.trains, alv_forecast_verdict(&f) == ALV_VERDICT_HEALTHY);
    return alv_forecast_verdict(&f);
}

/* Twelve hidden layers of forty: He's bound is sqrt(6 / 40) = 0.39. */
static void names_what_is_wrong_with_deep_nets(void **state)
{
    (void)state;
    assert_int_equal(judge(&hand_act_relu, 0.39), ALV_VERDICT_HEALTHY);
    assert_int_equal(judge(&hand_act_relu, 0), ALV_VERDICT_SYMMETRIC);
    assert_int_equal(judge(&hand_act_relu, 0.05), ALV_VERDICT_VANISHING);
    assert_int_equal(judge(&hand_act_relu, 4), ALV_VERDICT_EXPLODING);
    assert_int_equal(judge(&hand_act_tanh, 0.3), ALV_VERDICT_HEALTHY);
    assert_int_equal(judge(&hand_act_tanh, 0.02), ALV_VERDICT_VANISHING);
}

static void a_zero_last_layer_is_intended(void **state)
{
    (void)state;
    hand_net *h = deep(&hand_act_relu, 0.39);
    memset(h->layers[12].w, 0, 120 * sizeof(float));
    alv_forecast f;
    forecast(&f, h);
    assert_true(f.trains);
    assert_string_equal(alv_forecast_key(&f), "trains");
    hand_free(h);
}

static void nan_explodes(void **state)
{
    (void)state;
    hand_net *h = deep(&hand_act_relu, 0.39);
    h->layers[3].w[7] = NAN;
    alv_forecast f;
    forecast(&f, h);
    assert_false(f.trains);
    assert_string_equal(alv_forecast_key(&f), "exploding");
    assert_string_equal(f.findings[0].quantity, "nonfinite");
    assert_int_equal(f.findings[0].layer_lo, 0); /* delta, from layer 3 down */
    assert_int_equal(f.findings[0].layer_hi, 3);
    hand_free(h);
}

static void findings_name_their_layers(void **state)
{
    (void)state;
    hand_net *h = deep(&hand_act_relu, 0.39);
    for (int64_t i = 0; i < 40; i++) h->layers[5].b[i] = -1e6f; /* the sixth layer is dead */
    alv_forecast f;
    forecast(&f, h);
    const alv_finding *dead = NULL;
    for (int i = 0; i < f.n; i++)
        if (f.findings[i].kind == ALV_VERDICT_DEAD) dead = &f.findings[i];
    assert_non_null(dead);
    assert_int_equal(dead->severity, ALV_CRITICAL);
    assert_true(dead->measured == 1 && dead->layer_lo == 5);
    for (int i = 1; i < f.n; i++) assert_true(f.findings[i - 1].kind <= f.findings[i].kind);
    hand_free(h);
}

/* Saturation is the mean over the hidden layers that can saturate, the others the largest; the
 * last layer counts in none, and what could not be measured is left out. */
static void signals_sum_up_hidden_layers(void **state)
{
    (void)state;
    hand_net *h = deep(&hand_act_tanh, 0.39);
    int n = h->net.n_layers;
    alv_layer_stats stats[HAND_LAYERS] = {{0}};
    for (int l = 0; l < n; l++) stats[l].saturated = stats[l].dead = stats[l].locked = (double)NAN;
    stats[0].saturated = 0.25, stats[1].saturated = 0.75, stats[2].saturated = 0.8;
    stats[1].locked = 0.5, stats[2].locked = 0.25;
    stats[0].dead = 1; /* tanh has no dead units */
    stats[n - 1].saturated = stats[n - 1].locked = 1;
    alv_signals s;
    const alv_drift drift = {.forward = 2, .backward = 3};
    alv_signals_read(&s, stats, n, &drift, &h->model);
    assert_near(s.saturated, 0.6, 1e-15);
    assert_near(s.locked, 0.5, 0);
    assert_true(isnan(s.dead));
    assert_near(s.forward, 2, 0);
    assert_near(s.backward, 3, 0);
    hand_free(h);
}

/* One signal at a time passes its bound; at the bound itself shares fail and drifts pass. */
static void judges_by_its_bounds(void **state)
{
    (void)state;
    const alv_bounds *b = &alv_bounds_of[ALV_CRITICAL];
    const alv_signals fine = {1, 1, 0.1, 0.1, 0, 0};
    const struct {
        alv_signals signals;
        alv_verdict wanted;
    } cases[] = {
        {fine, ALV_VERDICT_HEALTHY},
        {{b->forward_lo, b->backward_lo, NAN, NAN, NAN, 0}, ALV_VERDICT_HEALTHY},
        {{b->forward_hi, b->backward_hi, NAN, NAN, NAN, 0}, ALV_VERDICT_HEALTHY},
        {{b->forward_lo / 2, 1, 0, 0, 0, 0}, ALV_VERDICT_VANISHING},
        {{1, b->backward_lo / 2, 0, 0, 0, 0}, ALV_VERDICT_VANISHING},
        {{b->forward_hi * 2, b->backward_lo / 2, 0, 0, 0, 0}, ALV_VERDICT_EXPLODING},
        {{1, INFINITY, 0, 0, 0, 0}, ALV_VERDICT_EXPLODING},
        {{1, 1, b->saturated, 0, 0, 0}, ALV_VERDICT_SATURATED},
        {{1, 1, 0, 1, 0, 0}, ALV_VERDICT_DEAD},
        {{1, 1, 1, 1, 1, 0}, ALV_VERDICT_SYMMETRIC},
        {{1, 1, 0, 0, 0, 1}, ALV_VERDICT_EXPLODING},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        assert_int_equal(alv_signals_judge(&cases[i].signals, b), cases[i].wanted);
}

static void reads_outcomes_from_curves(void **state)
{
    (void)state;
    const struct {
        double initial, final;
        int64_t diverged_at;
        alv_outcome wanted;
    } cases[] = {
        {1.1, 0.4, -1, ALV_OUTCOME_TRAINED},  {1.1, 0.8, -1, ALV_OUTCOME_SLOW},
        {1.1, 1.0, -1, ALV_OUTCOME_STUCK},    {300, 5, -1, ALV_OUTCOME_STUCK},
        {300, 0.4, -1, ALV_OUTCOME_TRAINED},  {1.1, NAN, -1, ALV_OUTCOME_DIVERGED},
        {1.1, 0.4, 17, ALV_OUTCOME_DIVERGED}, {1.1, INFINITY, -1, ALV_OUTCOME_DIVERGED},
        {1.1, 2.3, -1, ALV_OUTCOME_DIVERGED}, {2.0, 2.3, -1, ALV_OUTCOME_STUCK},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        alv_curve_summary curve = {cases[i].initial, cases[i].final, 1.0986, 800,
                                   cases[i].diverged_at};
        assert_int_equal(alv_outcome_read(&curve), cases[i].wanted);
    }
}

static void one_verdict_joins_both(void **state)
{
    (void)state;
    const alv_finding warning = {.kind = ALV_VERDICT_EXPLODING, .severity = ALV_WARNING};
    const alv_finding vanishing = {.kind = ALV_VERDICT_VANISHING, .severity = ALV_CRITICAL};
    const alv_finding symmetric = {.kind = ALV_VERDICT_SYMMETRIC, .severity = ALV_CRITICAL};
    const alv_forecast fine = {.trains = true, .n = 1, .findings = {warning}};
    const alv_forecast bad = {.n = 2, .findings = {warning, vanishing}};
    const alv_forecast copies = {.n = 2, .findings = {symmetric, vanishing}};
    assert_int_equal(alv_verdict_primary(&fine, ALV_OUTCOME_TRAINED), ALV_VERDICT_HEALTHY);
    assert_int_equal(alv_verdict_primary(&fine, ALV_OUTCOME_SLOW), ALV_VERDICT_HEALTHY);
    assert_int_equal(alv_verdict_primary(&fine, ALV_OUTCOME_STUCK), ALV_VERDICT_STUCK);
    assert_int_equal(alv_verdict_primary(&bad, ALV_OUTCOME_TRAINED), ALV_VERDICT_HEALTHY);
    assert_int_equal(alv_verdict_primary(&bad, ALV_OUTCOME_SLOW), ALV_VERDICT_VANISHING);
    assert_int_equal(alv_verdict_primary(&bad, ALV_OUTCOME_STUCK), ALV_VERDICT_VANISHING);
    assert_int_equal(alv_verdict_primary(&bad, ALV_OUTCOME_DIVERGED), ALV_VERDICT_DIVERGED);
    assert_int_equal(alv_verdict_primary(&copies, ALV_OUTCOME_STUCK), ALV_VERDICT_SYMMETRIC);
    assert_int_equal(alv_verdict_primary(&copies, ALV_OUTCOME_TRAINED), ALV_VERDICT_SYMMETRIC);
}

static void speaks_both_languages(void **state)
{
    (void)state;
    const alv_finding f = {ALV_VERDICT_VANISHING, ALV_CRITICAL, -1, -1, 0.0000321, 0.0001,
                           "forward_drift"};
    const alv_finding s = {ALV_VERDICT_SATURATED, ALV_CRITICAL, 1, 11, 0.7225, 0.5, "saturated"};
    char text[256];
    alv_finding_text(text, sizeof text, &f, ALV_EN);
    assert_string_equal(text, "From input to output the deviation of the signal is multiplied by "
                              "3.2 × 10⁻⁵ (bound 0.0001).");
    alv_finding_text(text, sizeof text, &f, ALV_PT);
    assert_string_equal(text, "Da entrada à saída, o desvio padrão do sinal é multiplicado por "
                              "3,2 × 10⁻⁵ (limite 0,0001).");
    alv_finding_text(text, sizeof text, &s, ALV_PT);
    assert_string_equal(text, "Em média, 72,2% dos valores das camadas que saturam estão em uma "
                              "região plana (limite 50%; camadas 2 a 12).");
    const alv_finding huge = {ALV_VERDICT_EXPLODING, ALV_CRITICAL, -1, -1, INFINITY, 1000,
                              "backward_drift"};
    alv_finding_text(text, sizeof text, &huge, ALV_PT);
    assert_non_null(strstr(text, "multiplicado por infinito (limite 1000)"));
    char small[10];
    alv_finding_text(small, sizeof small, &s, ALV_EN);
    assert_int_equal(strlen(small), 9);
    assert_non_null(strstr(alv_forecast_caveat(ALV_EN), "Adam"));
    assert_non_null(strstr(alv_forecast_caveat(ALV_PT), "Adam"));
}

static void layers_have_their_names(void **state)
{
    (void)state;
    alv_model *conv, *mlp;
    char text[256];
    assert_int_equal(alv_model_new(&conv, "conv 4,8x2 in=1x8x8 out=3 relu", NULL, NULL), ALV_OK);
    assert_int_equal(alv_model_new(&mlp, "mlp 2-8x3-3 relu", NULL, NULL), ALV_OK);
    alv_finding f = {ALV_VERDICT_DEAD, ALV_WARNING, 0, 0, 0.75, 0.5, "dead"};
    alv_finding_text_in(text, sizeof text, &f, conv, ALV_EN);
    assert_non_null(strstr(text, "(bound 50%; layer 1, conv1)."));
    f.layer_hi = 3;
    alv_finding_text_in(text, sizeof text, &f, conv, ALV_EN);
    assert_non_null(strstr(text, "; layers 1 to 4, conv1 to fc)."));
    alv_finding_text_in(text, sizeof text, &f, conv, ALV_PT);
    assert_non_null(strstr(text, "; camadas 1 a 4, conv1 a fc)."));
    /* fc1 of layer 1 says nothing more; a layer that the network lacks has no name. */
    alv_finding_text_in(text, sizeof text, &f, mlp, ALV_EN);
    assert_non_null(strstr(text, "; layers 1 to 4)."));
    f.layer_lo = f.layer_hi = 77;
    alv_finding_text_in(text, sizeof text, &f, conv, ALV_EN);
    assert_non_null(strstr(text, "; layer 78)."));
    f.layer_lo = 0;
    alv_finding_text_in(text, sizeof text, &f, conv, ALV_EN);
    assert_non_null(strstr(text, "; layers 1 to 78)."));
    alv_model_free(conv);
    alv_model_free(mlp);
}

/* Powers of ten as people write them; and no number is ever "nan". */
static void numbers_are_for_people(void **state)
{
    (void)state;
    static const struct {
        double value;
        const char *text[ALV_LANGS];
    } cases[] = {
        {4.1e-6, {"by 4.1 × 10⁻⁶ (", "por 4,1 × 10⁻⁶ ("}},
        {3e-15, {"by 3 × 10⁻¹⁵ (", "por 3 × 10⁻¹⁵ ("}},
        {1e7, {"by 10⁷ (", "por 10⁷ ("}},
        {1.26e120, {"by 1.3 × 10¹²⁰ (", "por 1,3 × 10¹²⁰ ("}},
        {0.0043, {"by 0.0043 (", "por 0,0043 ("}},
        {0.0001, {"by 0.0001 (", "por 0,0001 ("}},
        {99.4, {"by 99 (", "por 99 ("}},
        {99.7, {"by 100 (", "por 100 ("}},
        {99999.4, {"by 99999 (", "por 99999 ("}},
        {99999.7, {"by 10⁵ (", "por 10⁵ ("}},
        {0, {"by 0 (", "por 0 ("}},
        {NAN, {"by infinity (", "por infinito ("}},
        {INFINITY, {"by infinity (", "por infinito ("}},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const alv_finding f = {ALV_VERDICT_EXPLODING, ALV_CRITICAL, -1, -1, cases[i].value, 1000,
                               "forward_drift"};
        for (alv_lang lang = ALV_EN; lang < ALV_LANGS; lang++) {
            char text[256];
            alv_finding_text(text, sizeof text, &f, lang);
            if (!strstr(text, cases[i].text[lang])) print_error("%s\n", text);
            assert_non_null(strstr(text, cases[i].text[lang]));
        }
    }
    const alv_finding share = {ALV_VERDICT_DEAD, ALV_WARNING, 0, 0, 2.5e-7, 0.5, "dead"};
    char text[256];
    alv_finding_text(text, sizeof text, &share, ALV_PT);
    assert_non_null(strstr(text, "Até 2,5 × 10⁻⁵% dos"));
}

static void every_kind_has_every_word(void **state)
{
    (void)state;
    assert_int_equal(alv_verdict_find("nonsense"), -1);
    assert_int_equal(alv_outcome_find(NULL), -1);
    for (int i = 0; i < ALV_VERDICTS; i++) {
        alv_verdict v = (alv_verdict)i;
        assert_int_equal(alv_verdict_find(alv_verdict_key(v)), i);
        assert_true(strlen(alv_verdict_key(v)) > 0 && strlen(alv_finding_pytorch(v)) > 0);
        assert_memory_equal(alv_finding_command(v), "alvor ", 6);
        for (alv_lang lang = ALV_EN; lang < ALV_LANGS; lang++)
            assert_true(strlen(alv_verdict_word(v, lang)) > 0 &&
                        strlen(alv_finding_why(v, lang)) > 0 &&
                        strlen(alv_finding_try(v, lang)) > 0);
    }
    for (int i = 0; i < ALV_OUTCOMES; i++) {
        alv_outcome o = (alv_outcome)i;
        assert_int_equal(alv_outcome_find(alv_outcome_key(o)), i);
        assert_true(strlen(alv_outcome_word(o, ALV_PT)) > 0);
    }
    for (int i = 0; i < ALV_SEVERITIES; i++) {
        alv_severity s = (alv_severity)i;
        assert_int_equal(alv_severity_find(alv_severity_key(s)), i);
        assert_true(strlen(alv_severity_word(s, ALV_PT)) > 0);
    }
}

/* P(X >= k) for X ~ Binomial(n, p), by the recursion over n: one row of probabilities a trial. */
static double upper_tail(int k, int n, double p)
{
    double *row = calloc((size_t)n + 2, sizeof *row), sum = 0;
    row[0] = 1;
    for (int trial = 1; trial <= n; trial++)
        for (int i = trial; i >= 0; i--) row[i] = row[i] * (1 - p) + (i > 0 ? row[i - 1] * p : 0);
    for (int i = k; i <= n; i++) sum += row[i];
    free(row);
    return sum;
}

/* At each end of an exact interval the observed count is just 2.5 % likely or rarer. */
static void check_interval(const double bounds[2], int k, int n)
{
    assert_true(bounds[0] <= (double)k / n && (double)k / n <= bounds[1]);
    if (k == 0)
        assert_true(bounds[0] == 0);
    else
        assert_near(upper_tail(k, n, bounds[0]), 0.025, 2e-3);
    if (k == n)
        assert_true(bounds[1] == 1);
    else
        assert_near(1 - upper_tail(k + 1, n, bounds[1]), 0.025, 2e-3);
}

static void the_score_has_exact_intervals(void **state)
{
    (void)state;
    const alv_score *parts[] = {alv_scores, alv_scores_chosen_on};
    for (int p = 0; p < 2; p++)
        for (int g = 0; g < ALV_SCORE_GROUPS; g++) {
            const alv_score *s = &parts[p][g];
            assert_true(s->failing > 0 && s->learning > 0);
            check_interval(s->missed_share, s->missed, s->failing);
            check_interval(s->alarm_share, s->alarmed, s->learning);
        }
    assert_string_equal(alv_scores[0].group, "all");
    char text[512];
    for (alv_lang lang = ALV_EN; lang < ALV_LANGS; lang++) {
        alv_score_text(text, sizeof text, lang);
        assert_true(strlen(text) > 100 && strlen(text) < 400);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(names_what_is_wrong_with_deep_nets),
        cmocka_unit_test(a_zero_last_layer_is_intended),
        cmocka_unit_test(nan_explodes),
        cmocka_unit_test(findings_name_their_layers),
        cmocka_unit_test(signals_sum_up_hidden_layers),
        cmocka_unit_test(judges_by_its_bounds),
        cmocka_unit_test(reads_outcomes_from_curves),
        cmocka_unit_test(one_verdict_joins_both),
        cmocka_unit_test(speaks_both_languages),
        cmocka_unit_test(layers_have_their_names),
        cmocka_unit_test(numbers_are_for_people),
        cmocka_unit_test(every_kind_has_every_word),
        cmocka_unit_test(the_score_has_exact_intervals),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
