/* Saved plans: bytes against alv_init_fill, whatever the threads, chunks and shards; and that an
 * error, a stop or a full disk leaves nothing behind. */
#include "test.h"

#include <dirent.h>
#include <sched.h>
#include <signal.h>
#include <stdatomic.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/base.h"
#include "formats/plan.h"
#include "formats/save.h"

static const char text[] =
    "preset: gpt2\n"
    "layers: 2\n"
    "width: 24\n"
    "heads: 3\n"
    "vocab: 101\n"
    "context: 7\n"
    "dtype: bf16\n"
    "parameters:\n"
    "- {name: byte, shape: [3, 5], dtype: f8_e4m3fn, scheme: normal(std=2)}\n"
    "- {name: empty, shape: [0, 4], scheme: zeros}\n"
    "- {name: scalar, shape: [], dtype: f64, scheme: normal}\n"
    "- {name: eye, shape: [9, 9], dtype: f16, scheme: identity}\n"
    "- {name: wide, shape: [33, 7], dtype: f64, scheme: uniform(r=1)}\n"
    "- {name: odd, shape: [13], dtype: f8_e5m2, scheme: uniform(r=1)}\n"
    "rules:\n"
    "- {match: '*ln_*', dtype: f32}\n";

static char directory[64];

static int set_up(void **state)
{
    (void)state;
    strcpy(directory, "alvor-save-XXXXXX");
    return mkdtemp(directory) ? chdir(directory) : -1;
}

static int entries(void)
{
    DIR *here = opendir(".");
    int n = 0;
    for (struct dirent *e; (e = readdir(here));) n += e->d_name[0] != '.';
    closedir(here);
    return n;
}

static int clear(void **state)
{
    (void)state;
    DIR *here = opendir(".");
    for (struct dirent *e; (e = readdir(here));)
        if (e->d_name[0] != '.') remove(e->d_name);
    closedir(here);
    return 0;
}

static int tear_down(void **state)
{
    clear(state);
    return chdir("..") == 0 ? rmdir(directory) : -1;
}

static alv_weight_plan *small_plan(void)
{
    alv_weight_plan *plan;
    alv_error error;
    if (alv_plan_read(&plan, text, sizeof text - 1, "plan", NULL, &error) != ALV_OK)
        fail_msg("%s", error.message);
    return plan;
}

/* Bytes of the plan itself, and of where its tensors go. */
static int64_t held_by(const alv_weight_plan *plan)
{
    const size_t each = sizeof(alv_tensor) + sizeof(int32_t) + sizeof(alv_piece);
    return plan->n * (int64_t)each + plan->n_schemes * (int64_t)sizeof(alv_scheme);
}

static char *read_file(const char *path, size_t *size)
{
    FILE *file = fopen(path, "rb");
    if (!file) fail_msg("no %s", path);
    struct stat info;
    fstat(fileno(file), &info);
    *size = (size_t)info.st_size;
    char *bytes = malloc(*size + 1);
    assert_int_equal(fread(bytes, 1, *size, file), *size);
    bytes[*size] = '\0';
    fclose(file);
    return bytes;
}

/* Every tensor of the file has the bytes that alv_init_fill gives; returns how many there are. */
static int64_t check_file(const char *path, const alv_weight_plan *plan, uint64_t seed)
{
    size_t size;
    char *bytes = read_file(path, &size);
    alv_safetensors *file;
    alv_error error;
    if (alv_safetensors_parse(&file, bytes, size, (int64_t)size, &error) != ALV_OK)
        fail_msg("%s", error.message);
    assert_int_equal(file->data % 8, 0);
    for (int64_t i = 0; i < file->n_tensors; i++) {
        const alv_safetensor *t = &file->tensors[i];
        int64_t k = 0, count;
        while (k < plan->n && strcmp(plan->tensors[k].name, t->name) != 0) k++;
        assert_true(k < plan->n);
        assert_int_equal(t->dtype, plan->tensors[k].dtype);
        assert_int_equal(t->begin % t->item, 0);
        assert_int_equal(alv_tensor_count(&count, &plan->tensors[k], NULL), ALV_OK);
        assert_int_equal(t->end - t->begin, count * t->item);
        alv_fill how = {0};
        if (count > 0)
            assert_int_equal(alv_init_scratch(&how.scratch_size, alv_weight_plan_scheme(plan, k),
                                              &plan->tensors[k], NULL),
                             ALV_OK);
        how.scratch = malloc((size_t)how.scratch_size + 1);
        double *expected = malloc((size_t)(count * t->item) + 8);
        assert_int_equal(alv_init_fill(expected, 0, count, alv_weight_plan_scheme(plan, k),
                                       &plan->tensors[k], seed, &how, NULL),
                         ALV_OK);
        if (memcmp(bytes + t->begin, expected, (size_t)(count * t->item)) != 0)
            fail_msg("%s differs", t->name);
        free(expected);
        free(how.scratch);
    }
    int64_t n = file->n_tensors;
    alv_safetensors_free(file);
    free(bytes);
    return n;
}

static void save(const alv_weight_plan *plan, alv_save how)
{
    alv_error error = {0};
    alv_status status = alv_plan_save(plan, &how, &error);
    if (status != ALV_OK) fail_msg("%s: %s", error.where, error.message);
}

static void threads_and_chunks_change_no_byte(void **state)
{
    (void)state;
    alv_weight_plan *plan = small_plan();
    save(plan, (alv_save){.path = "a.safetensors", .seed = 7});
    assert_int_equal(check_file("a.safetensors", plan, 7), plan->n);
    size_t size, other;
    char *first = read_file("a.safetensors", &size);
    static const int64_t chunks[] = {0, 8, 24, 1000, 4096};
    for (int i = 0; i < 16 * 5; i++) {
        alv_save how = {.path = "b.safetensors", .seed = 7};
        how.threads = 1 + i / 5;
        how.chunk = chunks[i % 5];
        save(plan, how);
        char *again = read_file("b.safetensors", &other);
        assert_int_equal(size, other);
        assert_memory_equal(first, again, size);
        free(again);
    }
    save(plan, (alv_save){.path = "b.safetensors", .seed = 8});
    char *seeded = read_file("b.safetensors", &other);
    assert_true(other != size || memcmp(first, seeded, size) != 0);
    free(seeded);
    free(first);
    assert_int_equal(entries(), 2);
    alv_weight_plan_free(plan);
}

static void shards_hold_the_same_tensors(void **state)
{
    (void)state;
    alv_weight_plan *plan = small_plan();
    const int64_t counts[] = {2, 3, 5, plan->n};
    for (int c = 0; c < 4; c++) {
        alv_save how = {
            .path = "m.safetensors", .seed = 3, .shards = counts[c], .threads = 2, .chunk = 64};
        save(plan, how);
        int64_t tensors = 0;
        for (int64_t k = 1; k <= counts[c]; k++) {
            char path[64];
            snprintf(path, sizeof path, "m-%05d-of-%05d.safetensors", (int)k, (int)counts[c]);
            int64_t n = check_file(path, plan, 3);
            assert_true(n > 0);
            tensors += n;
        }
        assert_int_equal(tensors, plan->n);
        assert_int_equal(entries(), counts[c] + 1);
        size_t size;
        char *index = read_file("m.safetensors.index.json", &size), wanted[192];
        for (int64_t i = 0; i < plan->n; i++) {
            snprintf(wanted, sizeof wanted, "    \"%s\": \"m-0", plan->tensors[i].name);
            assert_non_null(strstr(index, wanted));
        }
        alv_save_sizes sizes;
        assert_int_equal(alv_plan_sizes(&sizes, plan, &how, NULL), ALV_OK);
        snprintf(wanted, sizeof wanted, "\"total_size\": %lld\n", (long long)sizes.bytes);
        assert_non_null(strstr(index, wanted));
        free(index);
        clear(NULL);
    }
    alv_weight_plan_free(plan);
}

static void shards_are_of_about_equal_size(void **state)
{
    (void)state;
    alv_weight_plan *plan;
    const char *equal = "parameters: [{name: 'w{i}', shape: [1000], repeat: 12, scheme: zeros}]";
    assert_int_equal(alv_plan_read(&plan, equal, strlen(equal), "p", NULL, NULL), ALV_OK);
    save(plan, (alv_save){.path = "m.safetensors", .shards = 4});
    for (int k = 1; k <= 4; k++) {
        char path[64];
        snprintf(path, sizeof path, "m-%05d-of-00004.safetensors", k);
        assert_int_equal(check_file(path, plan, 0), 3);
    }
    alv_error error;
    alv_save how = {.path = "m", .shards = 13};
    assert_int_equal(alv_plan_save(plan, &how, &error), ALV_ERR_RANGE);
    assert_string_equal(error.where, "shards");
    alv_weight_plan_free(plan);
}

static void the_header_says_what_was_drawn(void **state)
{
    (void)state;
    alv_weight_plan *plan = small_plan();
    save(plan, (alv_save){.path = "a.safetensors", .seed = UINT64_MAX});
    size_t size;
    char *bytes = read_file("a.safetensors", &size), digest[ALV_DIGEST];
    alv_safetensors *file;
    assert_int_equal(alv_safetensors_parse(&file, bytes, size, (int64_t)size, NULL), ALV_OK);
    alv_plan_digest(digest, plan);
    const char *const notes[][2] = {{"format", "pt"},
                                    {"alvor.version", ALV_VERSION},
                                    {"alvor.seed", "18446744073709551615"},
                                    {"alvor.plan", digest}};
    for (int i = 0; i < 4; i++) {
        int64_t k = 0;
        while (k < file->n_notes && strcmp(file->notes[k].key, notes[i][0]) != 0) k++;
        assert_true(k < file->n_notes);
        assert_string_equal(file->notes[k].value, notes[i][1]);
    }
    alv_safetensors_free(file);
    free(bytes);
    alv_weight_plan_free(plan);
}

/* A scheme that needs all of its tensor, as orthogonal matrices do: element i is the number of
 * elements less i, which `prepare` counts into scratch. */
static alv_status whole_moments(double *mean, double *variance, const alv_scheme *of,
                                const alv_tensor *tensor, alv_error *error)
{
    (void)of, (void)tensor, (void)error;
    *mean = *variance = 1;
    return ALV_OK;
}

static alv_status whole_scratch(int64_t *bytes, const alv_scheme *of, const alv_tensor *tensor,
                                alv_error *error)
{
    (void)of;
    if (alv_tensor_count(bytes, tensor, error) != ALV_OK) return ALV_ERR_OVERFLOW;
    *bytes *= (int64_t)sizeof(float);
    return ALV_OK;
}

/* Threads that were in `prepare` at one time, other than as its caller. */
static atomic_int shared_by;

static void meet(void *argument, int i)
{
    (void)i;
    atomic_int *here = argument;
    atomic_fetch_add(here, 1);
    while (atomic_load(here) < 2) sched_yield(); /* two tasks wait for each other: two threads */
    atomic_fetch_add(&shared_by, 1);
}

static void whole_prepare(const alv_init_job *job)
{
    atomic_int here = 0;
    if (job->executor && job->executor->run)
        job->executor->run(job->executor->pool, meet, &here, 2);
    int64_t n = 0;
    float *scratch = job->scratch;
    alv_tensor_count(&n, job->tensor, NULL);
    for (int64_t i = 0; i < n; i++) scratch[i] = (float)(n - i);
}

static void whole_fill(void *out, int64_t lo, int64_t hi, const alv_init_job *job)
{
    memcpy(out, (float *)job->scratch + lo, (size_t)(hi - lo) * sizeof(float));
}

static const alv_initializer whole = {
    .name = "whole",
    .reach = ALV_REACH_TENSOR,
    .moments = whole_moments,
    .scratch = whole_scratch,
    .prepare = whole_prepare,
    .fill = whole_fill,
};

static void whole_tensors_stand_between_the_others(void **state)
{
    (void)state;
    alv_weight_plan *plan = small_plan();
    for (int64_t i = 0; i < plan->n; i += 3)
        if (plan->tensors[i].dtype != ALV_F64 && plan->tensors[i].shape[0] > 0)
            alv_weight_plan_give(plan, i, &(alv_scheme){.init = &whole}, NULL);
    static const alv_save ways[] = {{.chunk = 64}, {.threads = 5}, {.threads = 2, .shards = 1}};
    for (size_t k = 0; k < sizeof ways / sizeof *ways; k++) {
        alv_save how = ways[k];
        how.path = "w.safetensors";
        save(plan, how);
        assert_int_equal(check_file("w.safetensors", plan, 0), plan->n);
    }
    assert_int_equal(atomic_load(&shared_by), 0);
    /* Two threads may hold two such tensors at once, at worst the largest. */
    alv_save_sizes one, two;
    int64_t most = 0, count;
    for (int64_t i = 0; i < plan->n; i++) {
        if (alv_weight_plan_scheme(plan, i)->init != &whole) continue;
        assert_int_equal(alv_tensor_count(&count, &plan->tensors[i], NULL), ALV_OK);
        count *= 4 + (int64_t)alv_dtype_size(plan->tensors[i].dtype);
        most = count > most ? count : most;
    }
    assert_true(most > 0);
    assert_int_equal(alv_plan_sizes(&one, plan, &(alv_save){.path = "w", .chunk = 64}, NULL), 0);
    assert_int_equal(
        alv_plan_sizes(&two, plan, &(alv_save){.path = "w", .chunk = 64, .threads = 2}, NULL), 0);
    assert_int_equal(one.memory, held_by(plan) + 64 + most);
    assert_int_equal(two.memory, held_by(plan) + 2 * (64 + most));
    alv_weight_plan_free(plan);
}

/* A large tensor is made by all threads together, one after another, and held once. */
static void large_tensors_take_all_threads(void **state)
{
    (void)state;
    alv_weight_plan *plan;
    const int64_t bytes = 2 * 600 * 500 * (int64_t)sizeof(float);
    assert_int_equal(alv_weight_plan_new(&plan, NULL), ALV_OK);
    for (int i = 0; i < 3; i++) {
        alv_tensor tensor = {.rank = 2, .shape = {600, 500}};
        alv_text_format(tensor.name, sizeof tensor.name, "w%d", i);
        assert_int_equal(alv_weight_plan_add(plan, &tensor, &(alv_scheme){.init = &whole}, NULL),
                         ALV_OK);
    }
    alv_save how = {.path = "l.safetensors", .chunk = 64, .threads = 2};
    alv_save_sizes sizes;
    atomic_store(&shared_by, 0);
    save(plan, how);
    assert_int_equal(atomic_load(&shared_by), 3 * 2);
    assert_int_equal(check_file("l.safetensors", plan, 0), plan->n);
    assert_int_equal(alv_plan_sizes(&sizes, plan, &how, NULL), ALV_OK);
    assert_int_equal(sizes.memory, held_by(plan) + bytes);
    alv_weight_plan_free(plan);
}

static bool stop_later(void *user)
{
    return --*(int *)user < 0;
}

static void nothing_is_left_after_a_stop(void **state)
{
    (void)state;
    alv_weight_plan *plan = small_plan();
    for (int polls = 0; polls < 40; polls += 13)
        for (int shards = 1; shards <= 3; shards += 2) {
            int left = polls;
            alv_error error;
            alv_save how = {.path = "m.safetensors",
                            .shards = shards,
                            .chunk = 64,
                            .stop = stop_later,
                            .user = &left};
            assert_int_equal(alv_plan_save(plan, &how, &error), ALV_ERR_INTERRUPTED);
            assert_int_equal(entries(), 0);
        }
    alv_weight_plan_free(plan);
}

/* A limit on the size of files stands for a disk that is full: the second shard does not fit. */
static void nothing_is_left_when_there_is_no_room(void **state)
{
    (void)state;
    alv_weight_plan *plan;
    const char *uneven = "parameters: [{name: a, shape: [10], scheme: zeros}, "
                         "{name: b, shape: [100000], scheme: zeros}]";
    assert_int_equal(alv_plan_read(&plan, uneven, strlen(uneven), "p", NULL, NULL), ALV_OK);
    save(plan, (alv_save){.path = "m-00001-of-00002.safetensors"}); /* an older file */
    size_t size, again;
    char *old = read_file("m-00001-of-00002.safetensors", &size), *kept;
    struct rlimit before, small = {50000, 50000};
    assert_int_equal(getrlimit(RLIMIT_FSIZE, &before), 0);
    small.rlim_max = before.rlim_max;
    signal(SIGXFSZ, SIG_IGN);
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &small), 0);
    alv_error error;
    alv_status status = alv_plan_save(
        plan, &(alv_save){.path = "m.safetensors", .shards = 2, .threads = 2}, &error);
    setrlimit(RLIMIT_FSIZE, &before);
    assert_int_equal(status, ALV_ERR_IO);
    assert_string_equal(error.where, "m-00002-of-00002.safetensors");
    assert_non_null(strstr(error.message, "400"));
    assert_int_equal(entries(), 1);
    kept = read_file("m-00001-of-00002.safetensors", &again);
    assert_int_equal(size, again);
    assert_memory_equal(old, kept, size);
    free(old);
    free(kept);
    assert_int_equal(alv_plan_save(plan, &(alv_save){.path = "none/m.safetensors"}, &error),
                     ALV_ERR_IO);
    assert_int_equal(mkdir("m-00002-of-00002.safetensors", 0777), 0);
    assert_int_equal(alv_plan_save(plan, &(alv_save){.path = "m.safetensors", .shards = 2}, &error),
                     ALV_ERR_IO);
    assert_int_equal(entries(), 2);
    rmdir("m-00002-of-00002.safetensors");
    alv_weight_plan_free(plan);
}

static void the_memory_is_told(void **state)
{
    (void)state;
    alv_weight_plan *plan = small_plan();
    alv_save_sizes sizes;
    const int threads[] = {1, 2, 64, 1024};
    for (int i = 0; i < 4; i++) {
        alv_save how = {.path = "m", .threads = threads[i]};
        assert_int_equal(alv_plan_sizes(&sizes, plan, &how, NULL), ALV_OK);
        assert_true(sizes.memory <= held_by(plan) + (32 << 20));
        assert_true(sizes.memory >= 1 << 19);
    }
    alv_weight_plan_free(plan);
    assert_int_equal(alv_weight_plan_new(&plan, NULL),
                     ALV_OK); /* the plan counts, where it is long */
    for (int i = 0; i < ALV_MAX_PLAN; i++) {
        alv_tensor tensor = {.rank = 0};
        alv_text_format(tensor.name, sizeof tensor.name, "w%d", i);
        assert_int_equal(alv_weight_plan_add(plan, &tensor, &(alv_scheme){.init = &whole}, NULL),
                         ALV_OK);
    }
    assert_int_equal(alv_plan_sizes(&sizes, plan, &(alv_save){.path = "m"}, NULL), ALV_OK);
    assert_in_range(sizes.memory, 40 << 20, 50 << 20);
    alv_weight_plan_free(plan);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_teardown(threads_and_chunks_change_no_byte, clear),
        cmocka_unit_test_teardown(shards_hold_the_same_tensors, clear),
        cmocka_unit_test_teardown(shards_are_of_about_equal_size, clear),
        cmocka_unit_test_teardown(the_header_says_what_was_drawn, clear),
        cmocka_unit_test_teardown(whole_tensors_stand_between_the_others, clear),
        cmocka_unit_test_teardown(large_tensors_take_all_threads, clear),
        cmocka_unit_test_teardown(nothing_is_left_after_a_stop, clear),
        cmocka_unit_test_teardown(nothing_is_left_when_there_is_no_room, clear),
        cmocka_unit_test(the_memory_is_told),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
