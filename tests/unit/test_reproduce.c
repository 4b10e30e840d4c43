/* The table of experiments: complete in both languages, with criteria that can be met and missed.
 */
#include "test.h"

#include "reproduce/document.h"
#include "reproduce/shape.h"

static void every_experiment_is_whole(void **state)
{
    (void)state;
    assert_true(alv_experiment_count() >= 9);
    assert_null(alv_experiment_at(-1));
    assert_null(alv_experiment_at(alv_experiment_count()));
    assert_null(alv_experiment_find("nothing"));
    for (int i = 0; i < alv_experiment_count(); i++) {
        const alv_experiment *e = alv_experiment_at(i);
        assert_ptr_equal(alv_experiment_find(e->name), e);
        assert_non_null(e->run);
        assert_non_null(strchr(e->paper, '('));
        assert_non_null(e->claims[0].text[ALV_EN]);
        for (int lang = 0; lang < ALV_LANGS; lang++)
            assert_true(strlen(e->title[lang]) > 10 && strlen(e->setting[lang]) > 50);
        assert_string_not_equal(e->title[ALV_EN], e->title[ALV_PT]);
        for (const alv_claim *c = e->claims; c->text[0]; c++) {
            assert_non_null(c->text[ALV_PT]);
            assert_true((c->why[ALV_EN] == NULL) == (c->why[ALV_PT] == NULL));
            assert_true(c->lo <= c->hi);
            assert_true(isfinite(c->lo)); /* some measurement would fail it */
        }
    }
}

/* Every panel has axes in both languages and something measured; what is named cells has a shade.
 */
static void every_experiment_has_a_figure(void **state)
{
    (void)state;
    for (int i = 0; i < alv_experiment_count(); i++) {
        const alv_figure *figure = &alv_experiment_at(i)->figure;
        assert_non_null(figure->title[ALV_PT]);
        assert_string_not_equal(figure->title[ALV_EN], figure->title[ALV_PT]);
        assert_non_null(figure->panels[0].title[ALV_EN]);
        for (const alv_panel *p = figure->panels; p->title[ALV_EN]; p++) {
            int measured = 0;
            assert_non_null(p->x.label[ALV_EN]);
            assert_non_null(p->y.label[ALV_EN]);
            for (const alv_series *s = p->series; s->name[ALV_EN]; s++) {
                measured += s->drawing <= ALV_CELLS;
                assert_true(s->drawing != ALV_CELLS || p->shade[ALV_PT]);
            }
            assert_true(measured > 0);
        }
    }
}

/* he2015 runs in no time: points of its series, theory beside what was measured. */
static void figures_reach_the_document(void **state)
{
    (void)state;
    alv_reproduced he = {.experiment = alv_experiment_find("he2015")};
    assert_int_equal(he.experiment->run(&he.outcome, NULL, NULL), ALV_OK);
    assert_false(he.outcome.lost);
    for (int paired = 0; paired < 2; paired++) {
        json_t *document = alv_reproduce_document(&he, 1, paired);
        json_t *one = json_array_get(json_object_get(document, "experiments"), 0);
        json_t *panel =
            json_array_get(json_object_get(json_object_get(one, "figure"), "panels"), 0);
        json_t *series = json_object_get(panel, "series");
        assert_int_equal(json_array_size(series), 6);
        const json_t *points = json_object_get(json_array_get(series, 3), "points");
        assert_int_equal(json_array_size(points), 20);
        const json_t *third = json_array_get(points, 2);
        assert_true(json_number_value(json_array_get(third, 0)) == 3);
        assert_true(json_number_value(json_array_get(third, 1)) == 0.25);
        assert_int_equal(json_is_array(json_object_get(one, "title")), paired);
        json_decref(document);
    }
    alv_outcome_free(&he.outcome);
}

/* Shapes solve their conditions: published solutions for tanh and softplus (C'(1) of 50 layers
 * 1.5), by another program. */
static void shapes_meet_their_conditions(void **state)
{
    static const struct {
        const char *act;
        double in_scale, in_shift, out_shift, out_scale;
    } known[] = {{"tanh", 0.128440, 0.570780, -0.509807, 10.604448},
                 {"softplus", 0.326625, 0.409374, -0.931284, 5.094843},
                 {"silu", 0.184429, 0.348818, -0.212465, 8.081396},
                 {"gelu", 0.121361, 0.257743, -0.160541, 11.751428}};
    (void)state;
    for (size_t i = 0; i < sizeof known / sizeof *known; i++) {
        alv_act_spec act;
        alv_shape shape;
        assert_int_equal(alv_act_parse(&act, known[i].act, NULL), ALV_OK);
        assert_int_equal(alv_shape_dks(&shape, act, pow(1.5, 1.0 / 50), NULL), ALV_OK);
        assert_true(fabs(shape.in_scale - known[i].in_scale) < 1e-5);
        assert_true(fabs(shape.in_shift - known[i].in_shift) < 1e-5);
        assert_true(fabs(shape.out_shift - known[i].out_shift) < 1e-5);
        assert_true(fabs(shape.out_scale - known[i].out_scale) < 1e-4);
        /* The engine's slope is the derivative of its value. */
        const alv_act_spec shaped = alv_shape_act(&shape);
        const float x[3] = {-1.5f, 0.1f, 2}, dy[3] = {1, 1, 1};
        float y[3], dx[3];
        shaped.act->forward_f32(y, x, 3, 0);
        shaped.act->backward_f32(dx, dy, x, y, 3, 0);
        for (int k = 0; k < 3; k++) {
            const double at = (double)x[k], h = 1e-5;
            const double slope = (shaped.act->f(at + h, 0) - shaped.act->f(at - h, 0)) / (2 * h);
            assert_true(fabs((double)dx[k] - slope) < 1e-4);
            assert_true(fabs((double)y[k] - shaped.act->f(at, 0)) < 1e-4);
        }
    }
}

static void claims_hold_within_their_bounds(void **state)
{
    (void)state;
    const alv_claim claim = {.lo = 1, .hi = 2};
    assert_true(alv_claim_holds(&claim, 1) && alv_claim_holds(&claim, 2));
    assert_false(alv_claim_holds(&claim, 0.999) || alv_claim_holds(&claim, 2.001));
    assert_false(alv_claim_holds(&claim, (double)NAN));
    assert_false(alv_claim_holds(&claim, (double)INFINITY));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_experiment_is_whole),
        cmocka_unit_test(every_experiment_has_a_figure),
        cmocka_unit_test(figures_reach_the_document),
        cmocka_unit_test(shapes_meet_their_conditions),
        cmocka_unit_test(claims_hold_within_their_bounds),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
