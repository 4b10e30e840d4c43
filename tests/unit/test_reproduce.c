/* The table of experiments: complete in both languages, with criteria that can be met and missed.
 */
#include "test.h"

#include "reproduce/reproduce.h"

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
        cmocka_unit_test(claims_hold_within_their_bounds),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
