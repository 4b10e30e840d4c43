/* Comparisons: workers, stopping and resuming, what a run directory refuses, failures as data. */
#include "base/base.h"
#include "lab_fixture.h"

#include <fcntl.h>
#include <sys/file.h>

static void results_do_not_depend_on_the_workers(void **state)
{
    (void)state;
    alv_compare one = small_comparison("one"), two = small_comparison("two");
    alv_compare five = small_comparison("five");
    one.jobs = 1;
    five.jobs = 5;
    run_fine(&one);
    run_fine(&two);
    run_fine(&five);
    assert_same_results(one.directory, two.directory);
    assert_same_results(one.directory, five.directory);
    assert_int_equal(query_int(one.directory, "SELECT count(*) FROM trial"), 18 + 32 + 8);
    assert_int_equal(
        query_int(one.directory, "SELECT count(*) FROM trial WHERE purpose = 'compare'"), 18);
}

/* What a light trial keeps of every mistake with this scheme, and how it ended. Caller frees. */
static char *mistakes(const char *directory)
{
    return query(directory,
                 "SELECT key||'|'||seed||'|'||quote(initial_loss)||quote(final_train_loss)||"
                 "quote(final_test_loss)||quote(forward_drift)||verdict||(SELECT "
                 "group_concat(step||quote(train_loss)||quote(test_loss)||quote(test_accuracy)) "
                 "FROM curve WHERE trial = id)||(SELECT group_concat(step||'/'||layer||"
                 "quote(z_std)||quote(grad_rms)||quote(update_ratio)) FROM layer WHERE trial = id)"
                 "||(SELECT count(*) FROM histogram WHERE trial = id) FROM trial "
                 "WHERE purpose = 'mistake' AND scheme = 'xavier_uniform' ORDER BY seed");
}

/* xavier_uniform is compared and is a mistake's right form: one training gives both their rows,
 * which are those of a training of its own. */
static void one_training_serves_two_purposes(void **state)
{
    (void)state;
    alv_compare both = small_comparison("both"), apart = small_comparison("apart");
    apart.schemes = "zeros";
    run_fine(&both);
    run_fine(&apart);
    char *copied = mistakes(both.directory), *trained = mistakes(apart.directory);
    assert_true(strlen(trained) > 500);
    assert_string_equal(copied, trained);
    const char *pairs = "SELECT count(*) FROM trial a, trial b WHERE a.purpose = 'mistake' AND "
                        "b.purpose = 'compare' AND a.scheme = b.scheme AND a.activation = "
                        "b.activation AND a.seed = b.seed AND a.seconds = b.seconds";
    assert_int_equal(query_int(both.directory, pairs), 2);
    free(query(both.directory, "UPDATE trial SET key = 'lost' WHERE purpose = 'mistake' AND "
                               "scheme = 'xavier_uniform' AND seed = 43"));
    run_fine(&both);
    assert_int_equal(query_int(both.directory, pairs), 1); /* its twin is done: trained alone */
    free(copied);
    copied = mistakes(both.directory);
    assert_string_equal(copied, trained);
    free(copied);
    free(trained);
}

static int stop_after;

static bool stop_soon(void *user)
{
    (void)user;
    return stop_after-- <= 0;
}

static void a_stopped_run_resumes(void **state)
{
    (void)state;
    alv_compare whole = small_comparison("whole"), parts = small_comparison("parts");
    alv_watch watch = {.stop = stop_soon};
    alv_error error;
    char directory[256];
    run_fine(&whole);
    int stops = 0;
    for (stop_after = 1; stops < 100; stops++) {
        alv_status status = alv_compare_run(directory, sizeof directory, &parts, &watch, &error);
        if (status == ALV_OK) break;
        assert_int_equal(status, ALV_ERR_INTERRUPTED);
        stop_after = 3 + stops;
    }
    assert_true(stops > 0);
    run_fine(&parts);
    assert_same_results(whole.directory, parts.directory);
}

static void count(void *user, const alv_progress *progress)
{
    *(alv_progress *)user = *progress;
}

/* A trial of another engine or processor has another key. */
static void only_what_changed_is_trained_again(void **state)
{
    (void)state;
    alv_compare what = small_comparison("stale"), whole = small_comparison("whole2");
    alv_progress progress = {0};
    alv_watch watch = {.user = &progress, .progress = count};
    char directory[256];
    run_fine(&what);
    run_fine(&whole);
    free(query(what.directory, "UPDATE trial SET key = 'other' || id WHERE id IN (3, 7)"));
    assert_int_equal(alv_compare_run(directory, sizeof directory, &what, &watch, NULL), ALV_OK);
    assert_int_equal(progress.resumed, progress.total - 2);
    assert_int_equal(progress.done, progress.total);
    assert_same_results(what.directory, whole.directory);
}

static void a_directory_serves_one_comparison_and_one_process(void **state)
{
    (void)state;
    alv_compare what = small_comparison("taken");
    alv_error error;
    char directory[256];
    what.extra = false;
    run_fine(&what);
    alv_compare other = what;
    other.steps = 31;
    assert_int_equal(alv_compare_run(directory, sizeof directory, &other, NULL, &error),
                     ALV_ERR_ARGUMENT);
    assert_non_null(strstr(error.message, "--fresh"));
    assert_int_equal(query_int(what.directory, "SELECT max(steps) FROM trial"), 30);
    other.fresh = true;
    run_fine(&other);
    assert_int_equal(query_int(what.directory, "SELECT max(steps) FROM trial"), 31);
    int lock = open(what.directory, O_RDONLY | O_DIRECTORY);
    assert_int_equal(flock(lock, LOCK_EX | LOCK_NB), 0);
    assert_int_equal(alv_compare_run(directory, sizeof directory, &other, NULL, &error),
                     ALV_ERR_IO);
    assert_non_null(strstr(error.message, "another alvor"));
    close(lock);
    run_fine(&other);
}

static void a_damaged_database_is_refused(void **state)
{
    (void)state;
    alv_compare what = small_comparison("damaged");
    char path[256], directory[256], noise[4096];
    alv_error error;
    what.extra = false;
    run_fine(&what);
    snprintf(path, sizeof path, "%s/run.db", what.directory);
    FILE *file = fopen(path, "wb");
    memset(noise, 'x', sizeof noise);
    fwrite(noise, 1, sizeof noise, file);
    fclose(file);
    assert_int_equal(alv_compare_run(directory, sizeof directory, &what, NULL, &error),
                     ALV_ERR_FORMAT);
    char *document;
    assert_int_equal(alv_compare_document(&document, what.directory, &error), ALV_ERR_FORMAT);
    what.fresh = true;
    run_fine(&what);
}

static void divergence_is_data(void **state)
{
    (void)state;
    alv_compare what = small_comparison("diverged");
    what.hidden = "40x8";
    what.activations = "relu";
    what.schemes = "uniform(r=1),he_normal";
    what.extra = false;
    run_fine(&what);
    char *row = query(what.directory, "SELECT count(*)||verdict||outcome||(diverged_at = steps)||"
                                      "(final_train_loss IS NULL)||(final_test_accuracy IS NULL)||"
                                      "(initial_loss > 100)||(reason LIKE '%step%') FROM trial "
                                      "WHERE scheme = 'uniform(r=1)'");
    assert_string_equal(row, "3divergeddiverged11111\n");
    free(row);
    assert_int_equal(query_int(what.directory,
                               "SELECT count(*) FROM trial WHERE scheme = 'he_normal' AND "
                               "diverged_at IS NULL AND final_train_loss IS NOT NULL"),
                     3);
}

/* Two schemes that draw almost the same weights have almost the same curves if and only if they
 * see the same mini-batches; another seed is another order and other weights. */
static void schemes_of_one_seed_see_the_same_batches(void **state)
{
    (void)state;
    alv_compare what = small_comparison("paired");
    what.activations = "tanh";
    what.schemes = "normal(std=0.3),normal(std=0.3000001)";
    what.extra = false;
    what.rates = "0.05";
    what.batch = 8;
    run_fine(&what);
    const char *sql =
        "SELECT max(abs(a.train_loss - b.train_loss)) < 1e-4 FROM curve a, curve b, "
        "trial s, trial t WHERE a.trial = s.id AND b.trial = t.id AND a.step = b.step "
        "AND s.scheme < t.scheme AND s.seed %s t.seed";
    char text[512];
    snprintf(text, sizeof text, sql, "=");
    assert_int_equal(query_int(what.directory, text), 1);
    snprintf(text, sizeof text, sql, "<>");
    assert_int_equal(query_int(what.directory, text), 0);
}

/* Losses are means over samples, whatever the batches that they are evaluated in: the probe batch
 * has at most 128 rows, so that 250 test samples take two here and one there. */
static void test_losses_are_means_over_samples(void **state)
{
    (void)state;
    alv_compare parts = small_comparison("in-batches"), whole = small_comparison("at-once");
    parts.steps = whole.steps = 0;
    parts.extra = whole.extra = false;
    parts.n_test = whole.n_test = 250;
    whole.batch = 300;
    run_fine(&parts);
    run_fine(&whole);
    const char *sql = "SELECT printf('%.5f %.6f', final_test_loss, final_test_accuracy) "
                      "FROM trial ORDER BY id";
    char *a = query(parts.directory, sql), *b = query(whole.directory, sql);
    assert_true(strlen(a) > 18 * 15);
    assert_string_equal(a, b);
    free(a);
    free(b);
}

/* Every probe after the first sees the step before it. The steps are large enough for all seven
 * probes to fit into their share. */
static void every_probed_step_has_an_update(void **state)
{
    (void)state;
    alv_compare what = small_comparison("updates");
    what.extra = false;
    what.batch = 240;
    what.schemes = "he_normal";
    run_fine(&what);
    assert_int_equal(query_int(what.directory, "SELECT count(DISTINCT step) FROM layer"), 7);
    assert_int_equal(query_int(what.directory, "SELECT count(*) FROM layer WHERE (step = 0) <> "
                                               "(update_ratio IS NULL)"),
                     0);
    assert_int_equal(query_int(what.directory, "SELECT count(*) FROM layer WHERE update_ratio > 0 "
                                               "AND update_ratio < 0.1"),
                     6 * 4 * 6);
}

static void histograms_are_of_the_first_seed(void **state)
{
    (void)state;
    alv_compare what = small_comparison("histograms");
    run_fine(&what);
    assert_int_equal(query_int(what.directory, "SELECT count(*) FROM trial WHERE id IN (SELECT "
                                               "trial FROM histogram)"),
                     6);
    assert_int_equal(query_int(what.directory, "SELECT count(*) FROM trial WHERE id IN (SELECT "
                                               "trial FROM histogram) AND seed = 42 AND "
                                               "purpose = 'compare'"),
                     6);
}

static void no_steps_and_one_seed(void **state)
{
    (void)state;
    alv_compare what = small_comparison("nothing");
    what.steps = 0;
    what.seeds = 1;
    what.extra = false;
    run_fine(&what);
    assert_int_equal(query_int(what.directory,
                               "SELECT count(*) FROM trial WHERE steps = 0 AND outcome = 'stuck' "
                               "AND final_train_loss = initial_loss"),
                     6);
    char *document;
    assert_int_equal(alv_compare_document(&document, what.directory, NULL), ALV_OK);
    assert_non_null(strstr(document, "one pair has no interval"));
    free(document);
}

/* Every epoch's end is a row, so that the mean loss of an epoch can be read off. */
static void epochs_end_on_rows(void **state)
{
    (void)state;
    alv_compare what = small_comparison("epochs");
    what.epochs = 10; /* of ceil(300 / 32) = 10 steps: the last epoch is the final tenth */
    what.extra = false;
    run_fine(&what);
    assert_int_equal(query_int(what.directory, "SELECT count(DISTINCT step) FROM curve WHERE "
                                               "step % 10 = 0"),
                     11);
    assert_int_equal(
        query_int(what.directory,
                  "SELECT count(*) FROM trial t WHERE abs(final_train_loss - (SELECT "
                  "sum(c.train_loss * (c.step - (SELECT max(step) FROM curve p WHERE p.trial = "
                  "c.trial AND p.step < c.step))) / 10 FROM curve c WHERE c.trial = t.id AND "
                  "c.step > 90)) < 1e-6"),
        18);
}

/* Adam, either loss, one sample a step, without oneDNN: two half circles are learned from good
 * weights and never from equal ones; and the portable kernels add in one order whoever trains. */
static void other_settings_train_too(void **state)
{
    (void)state;
    static const char *const losses[] = {"cross_entropy", "mse"};
    for (int i = 0; i < ALV_COUNT(losses); i++) {
        alv_compare what = small_comparison(losses[i]), again;
        what.optimizers = "adam";
        what.loss = losses[i];
        what.backend = "portable";
        what.batch = 1;
        what.steps = 1500; /* five passes */
        what.data = "moons";
        what.hidden = "24x2";
        what.schemes = "zeros,he_normal";
        what.extra = false;
        what.rates = "0.003";
        run_fine(&what);
        assert_int_equal(query_int(what.directory, "SELECT count(*) FROM trial WHERE scheme = "
                                                   "'he_normal' AND outcome = 'trained' AND "
                                                   "final_test_accuracy > 0.9"),
                         6);
        assert_int_equal(query_int(what.directory, "SELECT count(*) FROM trial WHERE scheme = "
                                                   "'zeros' AND outcome = 'stuck'"),
                         6);
        char directory[256];
        snprintf(directory, sizeof directory, "%s-again", what.directory);
        again = what;
        again.directory = directory;
        again.jobs = 1;
        run_fine(&again);
        assert_same_results(what.directory, again.directory);
    }
}

static void assert_refused(alv_compare what, alv_status status, const char *part)
{
    alv_error error = {0};
    char directory[256];
    assert_int_equal(alv_compare_run(directory, sizeof directory, &what, NULL, &error), status);
    if (!strstr(error.message, part)) fail_msg("'%s' lacks '%s'", error.message, part);
    assert_int_not_equal(access(what.directory, F_OK), 0); /* nothing was made */
}

static void what_cannot_be_is_refused(void **state)
{
    (void)state;
    const alv_compare fine = small_comparison("refused");
    alv_compare what;
#define REFUSED(field, value, status, part)                                                        \
    what = fine;                                                                                   \
    what.field = value;                                                                            \
    assert_refused(what, status, part)
    REFUSED(schemes, "he_norml", ALV_ERR_UNKNOWN_NAME, "he_normal");
    REFUSED(schemes, "zeros,,ones", ALV_ERR_SYNTAX, "empty");
    REFUSED(schemes, "", ALV_ERR_SYNTAX, "empty");
    REFUSED(schemes, "uniform(r=1", ALV_ERR_SYNTAX, "')'");
    REFUSED(schemes, "zeros,zeros", ALV_ERR_ARGUMENT, "twice");
    REFUSED(activations, "rellu", ALV_ERR_UNKNOWN_NAME, "relu");
    REFUSED(data, "blob", ALV_ERR_UNKNOWN_NAME, "blobs");
    REFUSED(optimizers, "adamm", ALV_ERR_UNKNOWN_NAME, "adam");
    REFUSED(backend, "onedn", ALV_ERR_UNKNOWN_NAME, "onednn");
    REFUSED(hidden, "1000000x12", ALV_ERR_RANGE, "GB");
    REFUSED(model, "3-5-2", ALV_ERR_SHAPE, "");
    REFUSED(seeds, 0, ALV_ERR_RANGE, "");
    REFUSED(batch, 0, ALV_ERR_RANGE, "");
    REFUSED(steps, -1, ALV_ERR_RANGE, "");
    REFUSED(epochs, INT64_MAX, ALV_ERR_RANGE, "");
    REFUSED(rates, "nan", ALV_ERR_RANGE, "");
    REFUSED(rates, "0", ALV_ERR_RANGE, "1e-12");
    REFUSED(rates, "0.1,fast", ALV_ERR_SYNTAX, "auto");
    REFUSED(rates, "0.1,0.1", ALV_ERR_ARGUMENT, "twice");
    REFUSED(optimizers, "sgd,adam,sgd", ALV_ERR_ARGUMENT, "twice");
    REFUSED(optimizers, "adam(beta2=1)", ALV_ERR_RANGE, "beta2");
    REFUSED(schedules, "cosin", ALV_ERR_UNKNOWN_NAME, "cosine");
    REFUSED(regularizers, "dropout(1)", ALV_ERR_RANGE, "rate");
    REFUSED(momentum, 0.5, ALV_ERR_UNSUPPORTED, "sgd has no momentum");
    REFUSED(target, -1, ALV_ERR_RANGE, "");
    REFUSED(bias, "he_normal", ALV_ERR_SHAPE, "");
#undef REFUSED
}

static void commas_inside_parentheses_do_not_split(void **state)
{
    (void)state;
    alv_compare what = small_comparison("commas");
    what.schemes = " trunc_normal_rel(std=0.2,a=-1,b=1) , he_normal(mode=fan_out)";
    what.activations = "leaky_relu(0.2)";
    what.extra = false;
    run_fine(&what);
    assert_int_equal(query_int(what.directory, "SELECT count(DISTINCT scheme) FROM trial"), 2);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(results_do_not_depend_on_the_workers),
        cmocka_unit_test(one_training_serves_two_purposes),
        cmocka_unit_test(a_stopped_run_resumes),
        cmocka_unit_test(only_what_changed_is_trained_again),
        cmocka_unit_test(a_directory_serves_one_comparison_and_one_process),
        cmocka_unit_test(a_damaged_database_is_refused),
        cmocka_unit_test(divergence_is_data),
        cmocka_unit_test(schemes_of_one_seed_see_the_same_batches),
        cmocka_unit_test(test_losses_are_means_over_samples),
        cmocka_unit_test(every_probed_step_has_an_update),
        cmocka_unit_test(histograms_are_of_the_first_seed),
        cmocka_unit_test(no_steps_and_one_seed),
        cmocka_unit_test(epochs_end_on_rows),
        cmocka_unit_test(other_settings_train_too),
        cmocka_unit_test(what_cannot_be_is_refused),
        cmocka_unit_test(commas_inside_parentheses_do_not_split),
    };
    return cmocka_run_group_tests(tests, make_scratch, remove_scratch);
}
