/* The document and the page of a run written here by hand: what the report says must be what an
 * eye can compute from these few rows. The page itself is tested in a browser (tests/web). */
#include "test.h"

#include <jansson.h>
#include <sqlite3.h>
#include <unistd.h>

#include "report/page.h"
#include "report/report.h"
#include "verdict/score.h"

static char directory[] = "/tmp/alvor-report-XXXXXX";

static void path_of(char out[256], const char *name)
{
    snprintf(out, 256, "%s/%s", directory, name);
}

static void write_text(const char *name, const char *text)
{
    char path[256];
    path_of(path, name);
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    fputs(text, file);
    fclose(file);
}

/* The schema as docs/formats.md prints it, so that the two cannot drift apart. */
static char *documented_schema(void)
{
    FILE *file = fopen(ALV_SOURCE_DIR "/docs/formats.md", "r");
    assert_non_null(file);
    char *text = calloc(1, 1 << 18);
    assert_true(fread(text, 1, (1 << 18) - 1, file) > 0);
    fclose(file);
    char *from = strstr(text, "```sql\n");
    assert_non_null(from);
    from += 7;
    *strstr(from, "```") = '\0';
    memmove(text, from, strlen(from) + 1);
    return text;
}

static void run_sql(sqlite3 *db, const char *sql)
{
    char *message = NULL;
    if (sqlite3_exec(db, sql, NULL, NULL, &message) != SQLITE_OK) print_error("%s\n", message);
    assert_null(message);
}

static void add_trial(sqlite3 *db, int id, const char *loss, int diverged)
{
    char sql[512];
    snprintf(sql, sizeof sql,
             "INSERT INTO trial VALUES (%d,'k%d','compare','he_normal','relu','relu','sgd',0.01,"
             "'constant','none',%d,10,1.0,%s,%s,0.5,NULL,0.9,"
             "0.8,0.5,0.25,'trains','%s','%s',%s,0.1,%s,0.0,0.0)",
             id, id, id, loss, loss, diverged ? "diverged" : "trained",
             diverged ? "diverged" : "healthy", diverged ? "5" : "NULL",
             diverged ? "'lost'" : "NULL");
    run_sql(db, sql);
}

static const char spec[] =
    "{\"schema\":\"alvor.spec/1\",\"model\":\"mlp 2-8x2-3\",\"loss\":\"cross_entropy\","
    "\"data\":{\"name\":\"</script>\",\"chance_loss\":1.0986},\"activations\":[\"relu\"],"
    "\"schemes\":[\"he_normal\"],\"recipes\":[{}],\"target\":0.5493,\"seeds\":3,\"seed\":1}";

static int make_run(void **state)
{
    (void)state;
    char path[256];
    sqlite3 *db;
    assert_non_null(mkdtemp(directory));
    path_of(path, "run.db");
    assert_int_equal(sqlite3_open(path, &db), SQLITE_OK);
    char *schema = documented_schema();
    run_sql(db, schema);
    free(schema);
    run_sql(db, "PRAGMA user_version = 2");
    sqlite3_stmt *statement;
    assert_int_equal(
        sqlite3_prepare_v2(db, "INSERT INTO meta VALUES ('spec', ?)", -1, &statement, NULL),
        SQLITE_OK);
    sqlite3_bind_text(statement, 1, spec, -1, SQLITE_STATIC);
    assert_int_equal(sqlite3_step(statement), SQLITE_DONE);
    sqlite3_finalize(statement);
    run_sql(db, "INSERT INTO meta VALUES ('input_mean_square','1.5'),('input_variance','1')");
    add_trial(db, 1, "0.2", 0);
    add_trial(db, 2, "0.4", 0);
    add_trial(db, 3, "NULL", 1);
    /* Losses 0.5 and 0.7 at step 4; the third trial has no row there: the median is 0.7. */
    run_sql(db, "INSERT INTO curve VALUES (1,0,1.0,1.0,0.3),(2,0,1.1,1.0,0.3),(3,0,1.3,1.0,0.3),"
                "(1,4,0.5,0.5,0.6),(2,4,0.7,0.5,0.8)");
    /* Two seeds below the critical bound, one only below that of the warning, one locked. */
    run_sql(db, "INSERT INTO finding VALUES "
                "(1,0,'vanishing','critical',-1,-1,'forward_drift',0.002,0.003),"
                "(2,0,'vanishing','warning',-1,-1,'forward_drift',0.0043,0.05),"
                "(3,0,'vanishing','critical',-1,-1,'forward_drift',0.001,0.003),"
                "(1,1,'saturated','warning',1,1,'saturated',0.4,0.3),"
                "(2,1,'saturated','warning',0,0,'saturated',0.6,0.3),"
                "(3,1,'symmetric','critical',0,1,'locked',1,0.5),"
                "(3,2,'of a later version','critical',0,1,'strange',1,0.5)");
    for (int row = 0; row < 9; row++) {
        char sql[256];
        snprintf(sql, sizeof sql,
                 "INSERT INTO layer VALUES (%d,0,%d,0,1,0,1,NULL,NULL,1,1,0.1,1,1,NULL,0,0)",
                 1 + row / 3, row % 3);
        run_sql(db, sql);
    }
    sqlite3_close(db);
    write_text("spec.json", spec);
    write_text("env.json", "{}");
    return 0;
}

static int remove_run(void **state)
{
    (void)state;
    static const char *const names[] = {"run.db", "spec.json", "env.json", "report.html"};
    char path[256];
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        path_of(path, names[i]);
        unlink(path);
    }
    return rmdir(directory);
}

static json_t *load_document(void)
{
    char *text = NULL;
    alv_error error = {0};
    if (alv_report_document(&text, directory, ALV_EN, &error) != ALV_OK)
        print_error("%s: %s\n", error.where, error.message);
    assert_non_null(text);
    json_t *document = json_loads(text, 0, NULL);
    free(text);
    assert_non_null(document);
    return document;
}

static json_t *first_group(json_t *document)
{
    return json_array_get(json_object_get(document, "groups"), 0);
}

static double number_at(json_t *array, size_t i)
{
    return json_number_value(json_array_get(array, i));
}

static void medians_count_the_lost(void **state)
{
    (void)state;
    json_t *document = load_document(), *group = first_group(document);
    json_t *loss = json_object_get(json_object_get(group, "summary"), "final_train_loss");
    assert_near(number_at(loss, 0), 0.4, 1e-4);         /* of 0.2, 0.4, lost */
    assert_near(number_at(loss, 1), 0.3, 1e-4);         /* halfway between 0.2 and 0.4 */
    assert_true(json_is_null(json_array_get(loss, 2))); /* falls on the lost one */
    json_t *curves = json_object_get(group, "curves");
    json_t *train = json_object_get(json_object_get(curves, "train_loss"), "median");
    assert_int_equal(json_array_size(train), 2);
    assert_near(number_at(train, 0), 1.1, 1e-4);
    assert_near(number_at(train, 1), 0.7, 1e-4);
    json_t *accuracy = json_object_get(json_object_get(curves, "test_accuracy"), "median");
    assert_near(number_at(accuracy, 1), 0.6, 1e-4); /* a lost accuracy is the lowest */
    json_decref(document);
}

/* He normal on fans 2, 8 and 8 with ReLU: sqrt(2 / fan_in); densities of the normal law. */
static void laws_follow_the_fans(void **state)
{
    (void)state;
    json_t *document = load_document(), *laws = json_object_get(first_group(document), "laws");
    static const double fan_in[] = {2, 8, 8};
    assert_int_equal(json_array_size(laws), 3);
    for (size_t i = 0; i < 3; i++) {
        json_t *law = json_array_get(laws, i), *pdf = json_object_get(law, "pdf");
        double sd = sqrt(2 / fan_in[i]);
        assert_near(json_number_value(json_object_get(law, "sd")), sd, 1e-4);
        json_t *y = json_object_get(pdf, "y");
        size_t middle = json_array_size(y) / 2;
        assert_near(number_at(y, middle), 0.3989422804 / sd, 1e-4);
    }
    json_decref(document);
}

/* He normal with ReLU keeps q = 2 1.5; inputs share 0.5 of 1.5, and c goes up by the arc-cosine
 * map; gradients change by the ratio of widths, 3 / 8, and no more. */
static void expectations_are_closed_forms(void **state)
{
    (void)state;
    json_t *document = load_document();
    json_t *expected = json_object_get(first_group(document), "expected");
    json_t *z = json_object_get(expected, "z_std"), *d = json_object_get(expected, "delta_rms");
    double c = 1.0 / 3;
    for (size_t i = 0; i < 3; i++) {
        const double mid = number_at(json_object_get(z, "mid"), i);
        const double lo = number_at(json_object_get(z, "lo"), i),
                     hi = number_at(json_object_get(z, "hi"), i);
        assert_near(mid, sqrt(3 * (1 - c)), 5e-4); /* each layer to 2e-4 */
        assert_true(lo < mid && mid < hi);
        if (i == 0) /* 16 weights on independent inputs: chi-squared of as many */
            assert_near(log(hi / lo), 1.96 * sqrt(2.0 / 16 + 1e-4), 1e-3);
        assert_near(number_at(json_object_get(d, "mid"), i), 0.1 * (i < 2 ? sqrt(3.0 / 8) : 1),
                    1e-5);
        c = (sqrt(1 - c * c) + c * (3.14159265358979 - acos(c))) / 3.14159265358979;
    }
    json_decref(document);
}

/* ln 3 / 2 = 0.549: reached at step 4 by the first trial only; the diverged one never counts. */
static void targets_are_first_crossings(void **state)
{
    (void)state;
    json_t *document = load_document();
    json_t *half = json_array_get(json_object_get(first_group(document), "targets"), 1);
    assert_near(json_number_value(json_object_get(half, "loss")), 0.5 * log(3), 1e-4);
    json_t *steps = json_object_get(half, "steps");
    assert_near(number_at(steps, 0), 4, 0);
    assert_true(json_is_null(json_array_get(steps, 1)));
    assert_true(json_is_null(json_array_get(steps, 2)));
    json_decref(document);
}

static const char *string_at(json_t *object, const char *key)
{
    return json_string_value(json_object_get(object, key));
}

/* By priority, the critical before the warning; each median on its own side of its own bound. */
static void findings_keep_severities_apart(void **state)
{
    (void)state;
    static const struct {
        const char *kind, *severity;
        int seeds, lo, hi;
        double measured, threshold;
    } expected[] = {
        {"symmetric", "critical", 1, 0, 1, 1, 0.5},
        {"vanishing", "critical", 2, -1, -1, 0.0015, 0.003},
        {"vanishing", "warning", 1, -1, -1, 0.0043, 0.05},
        {"saturated", "warning", 2, 0, 1, 0.5, 0.3},
    };
    json_t *document = load_document(), *list = json_object_get(first_group(document), "findings");
    assert_int_equal(json_array_size(list), 4);
    for (size_t i = 0; i < 4; i++) {
        json_t *f = json_array_get(list, i);
        assert_string_equal(string_at(f, "kind"), expected[i].kind);
        assert_string_equal(string_at(f, "severity"), expected[i].severity);
        assert_int_equal(json_integer_value(json_object_get(f, "seeds")), expected[i].seeds);
        assert_int_equal(json_integer_value(json_object_get(f, "layer_lo")), expected[i].lo);
        assert_int_equal(json_integer_value(json_object_get(f, "layer_hi")), expected[i].hi);
        assert_near(json_number_value(json_object_get(f, "measured")), expected[i].measured, 1e-7);
        assert_near(json_number_value(json_object_get(f, "threshold")), expected[i].threshold,
                    1e-7);
    }
    json_decref(document);
}

/* The forecast's mistakes and its limits are in the document, in both languages. */
static void forecast_confesses(void **state)
{
    (void)state;
    json_t *document = load_document(), *forecast = json_object_get(document, "forecast");
    char text[512];
    for (alv_lang lang = ALV_EN; lang < ALV_LANGS; lang++) {
        json_t *score = json_array_get(json_object_get(forecast, "score"), lang);
        json_t *caveat = json_array_get(json_object_get(forecast, "caveat"), lang);
        alv_score_text(text, sizeof text, lang);
        assert_string_equal(json_string_value(score), text);
        assert_string_equal(json_string_value(caveat), alv_forecast_caveat(lang));
    }
    json_decref(document);
}

static void escape_is_inert_json(void **state)
{
    (void)state;
    static const char text[] = "{\"a\":\"</script><!-- & \xe2\x80\xa8 \xe2\x80\xa9 \xe2\x80\xa6\"}";
    char out[256];
    size_t n = alv_report_escape(NULL, text);
    assert_true(n < sizeof out);
    assert_int_equal(alv_report_escape(out, text), n);
    out[n] = '\0';
    assert_null(strpbrk(out, "<>&"));
    assert_null(strstr(out, "\xe2\x80\xa8"));
    json_t *before = json_loads(text, 0, NULL), *after = json_loads(out, 0, NULL);
    assert_non_null(after);
    assert_true(json_equal(before, after));
    json_decref(before);
    json_decref(after);
}

static char *read_report(size_t *size)
{
    char path[256];
    path_of(path, "report.html");
    FILE *file = fopen(path, "rb");
    assert_non_null(file);
    char *bytes = calloc(1, 1 << 21);
    *size = fread(bytes, 1, 1 << 21, file);
    fclose(file);
    return bytes;
}

static int count(const char *text, const char *what)
{
    int n = 0;
    for (const char *at = text; (at = strstr(at, what)); at++) n++;
    return n;
}

static void page_holds_the_document_once(void **state)
{
    (void)state;
    alv_error error = {0};
    size_t size, again;
    assert_int_equal(alv_report_write(directory, NULL, ALV_PT, &error), ALV_OK);
    char *page = read_report(&size);
    assert_non_null(strstr(page, "<html lang=\"pt\">"));
    assert_int_equal(count(page, "</script>"), 2); /* the data's and the script's */
    assert_int_equal(count(page, "@alvor:"), 0);
    assert_non_null(strstr(page, "\"schema\":\"alvor.report/1\""));
    assert_int_equal(alv_report_write(directory, NULL, ALV_PT, &error), ALV_OK);
    char *second = read_report(&again);
    assert_int_equal(size, again);
    assert_memory_equal(page, second, size);
    free(page);
    free(second);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(medians_count_the_lost),
        cmocka_unit_test(laws_follow_the_fans),
        cmocka_unit_test(expectations_are_closed_forms),
        cmocka_unit_test(targets_are_first_crossings),
        cmocka_unit_test(escape_is_inert_json),
        cmocka_unit_test(page_holds_the_document_once),
        cmocka_unit_test(findings_keep_severities_apart),
        cmocka_unit_test(forecast_confesses),
    };
    return cmocka_run_group_tests(tests, make_run, remove_run);
}
