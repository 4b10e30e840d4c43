/* Downloads from a loopback server: good, damaged, cut short, too long, missing, interrupted. */
#include "data/files.h"

#include <signal.h>
#include <sys/wait.h>

#include "data/cache.h"
#include "data/sha256.h"

static char base[64];
static pid_t server;
static char good[9000];
static alv_remote_file file = {.name = "file.bin", .size = sizeof good};
static char file_sum[65];

/* Starts tests/data/server.py, which prints its port once it listens. */
static int start_server(void **state)
{
    int ends[2];
    char line[32] = "";
    if (files_setup(state) != 0 || pipe(ends) != 0) return -1;
    setenv("no_proxy", "127.0.0.1", 1);
    server = fork();
    if (server == 0) {
        dup2(ends[1], STDOUT_FILENO);
        execlp("python3", "python3", ALV_TEST_DIR "/data/server.py", (char *)NULL);
        _exit(127);
    }
    close(ends[1]);
    FILE *in = fdopen(ends[0], "r");
    bool fine = fgets(line, sizeof line, in) != NULL;
    fclose(in);
    snprintf(base, sizeof base, "http://127.0.0.1:%d", atoi(line));
    for (size_t i = 0; i < sizeof good; i++) good[i] = (char)(i * i % 251); /* as server.py */
    alv_sha256 sha;
    alv_sha256_start(&sha);
    alv_sha256_add(&sha, good, sizeof good);
    alv_sha256_end(&sha, file_sum);
    file.sha256 = file_sum;
    return fine ? 0 : -1;
}

static int stop_server(void **state)
{
    kill(server, SIGTERM);
    waitpid(server, NULL, 0);
    return files_teardown(state);
}

typedef struct record {
    int notes;
    char last[512];
    int64_t stop_at; /* bytes after which to say stop; -1: never */
} record;

static bool on_progress(void *context, const char *name, int64_t done, int64_t total)
{
    record *r = context;
    (void)name, (void)total;
    return r->stop_at < 0 || done < r->stop_at;
}

static void on_note(void *context, const char *text)
{
    record *r = context;
    r->notes++;
    snprintf(r->last, sizeof r->last, "%s", text);
}

/* Downloads from mirrors that are folders of the server ("good"), ended by NULL. */
static alv_status download(const char *const *folders, record *r, alv_error *error)
{
    char urls[8][96];
    const char *mirrors[9];
    int n = 0;
    for (; folders[n]; n++) {
        snprintf(urls[n], sizeof urls[n], "%s/%s/", base, folders[n]);
        mirrors[n] = urls[n];
    }
    mirrors[n] = NULL;
    alv_download_watch watch = {on_progress, on_note, r};
    return alv_download(files_root, &file, 1, mirrors, &watch, error);
}

/* The file is there whole, or not at all; nothing else is. */
static void check_directory(bool there)
{
    int files = 0;
    DIR *dir = opendir(files_root);
    for (struct dirent *item; (item = readdir(dir));) files += item->d_name[0] != '.';
    closedir(dir);
    assert_int_equal(files, there);
    if (!there) return;
    alv_file found;
    snprintf(files_path, sizeof files_path, "%s/%s", files_root, file.name);
    assert_int_equal(alv_file_read(&found, files_path, NULL), ALV_OK);
    assert_int_equal(found.size, sizeof good);
    assert_memory_equal(found.bytes, good, sizeof good);
    alv_file_free(&found);
    assert_int_equal(unlink(files_path), 0);
}

static void takes_the_first_good_mirror(void **state)
{
    (void)state;
    record r = {.stop_at = -1};
    const char *all[] = {"missing", "corrupt", "truncated", "long", "good", NULL};
    alv_error error;
    assert_int_equal(download(all, &r, &error), ALV_OK);
    assert_int_equal(r.notes, 5);
    check_directory(true);
}

static void keeps_what_is_there(void **state)
{
    (void)state;
    record r = {.stop_at = -1};
    const char *first[] = {"good", NULL}, *none[] = {"missing", NULL};
    assert_int_equal(download(first, &r, NULL), ALV_OK);
    assert_int_equal(download(none, &r, NULL), ALV_OK);
    assert_non_null(strstr(r.last, "already there"));
    check_directory(true);
    /* A damaged copy is replaced. */
    char bad[sizeof good];
    memset(bad, 1, sizeof bad);
    files_write(file.name, bad, sizeof bad);
    assert_int_equal(download(first, &r, NULL), ALV_OK);
    check_directory(true);
}

static void says_why_it_failed(void **state)
{
    (void)state;
    static const struct {
        const char *folder, *message;
    } cases[] = {{"missing", "404"},
                 {"corrupt", "wrong SHA-256"},
                 {"truncated", "closed"},
                 {"long", "more than the 9000 bytes"}};
    for (int i = 0; i < ALV_COUNT(cases); i++) {
        record r = {.stop_at = -1};
        const char *one[] = {cases[i].folder, NULL};
        alv_error error;
        assert_int_equal(download(one, &r, &error), ALV_ERR_IO);
        if (!strstr(error.message, cases[i].message))
            fail_msg("%s: %s", cases[i].folder, error.message);
        check_directory(false);
    }
}

static void stops_on_request(void **state)
{
    (void)state;
    record r = {.stop_at = 1};
    const char *slow[] = {"slow", "good", NULL};
    alv_error error;
    assert_int_equal(download(slow, &r, &error), ALV_ERR_INTERRUPTED);
    check_directory(false);
}

static void refuses_other_protocols_and_places(void **state)
{
    (void)state;
    alv_error error;
    const char *mirrors[] = {"file:///etc/", NULL}, *none[] = {NULL};
    const alv_remote_file passwd = {"passwd", file_sum, 1 << 20};
    assert_int_equal(alv_download(files_root, &passwd, 1, mirrors, NULL, &error), ALV_ERR_IO);
    assert_int_equal(alv_download(files_root, &file, 1, none, NULL, &error), ALV_ERR_IO);
    check_directory(false);
    assert_int_equal(alv_download("/dev/null/x", &file, 1, mirrors, NULL, &error), ALV_ERR_IO);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(takes_the_first_good_mirror),
        cmocka_unit_test(keeps_what_is_there),
        cmocka_unit_test(says_why_it_failed),
        cmocka_unit_test(stops_on_request),
        cmocka_unit_test(refuses_other_protocols_and_places),
    };
    return cmocka_run_group_tests(tests, start_server, stop_server);
}
