/* The atomic writer: the path holds the old file or the whole new one, and nothing is left over. */
#include "test.h"

#include <dirent.h>
#include <sys/stat.h>
#include <unistd.h>

#include "io/file.h"

static char directory[64];

static int make_directory(void **state)
{
    (void)state;
    strcpy(directory, "/tmp/alvor-test-XXXXXX");
    return mkdtemp(directory) ? chdir(directory) : -1;
}

static int remove_directory(void **state)
{
    (void)state;
    const char *const names[] = {"a", "b", "link", "sub"};
    for (int i = 0; i < 4; i++) remove(names[i]);
    return chdir("/") == 0 ? rmdir(directory) : -1;
}

static int count_entries(void)
{
    int n = 0;
    DIR *dir = opendir(".");
    while (readdir(dir)) n++;
    closedir(dir);
    return n - 2;
}

static void assert_content(const char *path, const char *wanted)
{
    char text[64];
    FILE *file = fopen(path, "rb");
    assert_non_null(file);
    size_t n = fread(text, 1, sizeof text - 1, file);
    fclose(file);
    text[n] = '\0';
    assert_string_equal(text, wanted);
}

static void writes_and_replaces(void **state)
{
    (void)state;
    struct stat info;
    assert_int_equal(alv_file_write("a", "first", 5, NULL), ALV_OK);
    assert_content("a", "first");
    assert_int_equal(chmod("a", 0640), 0);
    assert_int_equal(alv_file_write("a", "2nd", 3, NULL), ALV_OK);
    assert_content("a", "2nd");
    assert_int_equal(stat("a", &info), 0);
    assert_int_equal(info.st_mode & 0777, 0640);
    assert_int_equal(alv_file_write("b", NULL, 0, NULL), ALV_OK);
    assert_content("b", "");
    assert_int_equal(count_entries(), 2);
}

static void a_link_stays_a_link(void **state)
{
    (void)state;
    struct stat info;
    assert_int_equal(symlink("a", "link"), 0);
    assert_int_equal(alv_file_write("link", "by link", 7, NULL), ALV_OK);
    assert_content("a", "by link");
    assert_int_equal(lstat("link", &info), 0);
    assert_true(S_ISLNK(info.st_mode));
}

static void until_commit_the_old_file_stands(void **state)
{
    (void)state;
    alv_writer *writer;
    assert_int_equal(alv_file_write("a", "old", 3, NULL), ALV_OK);
    int before = count_entries();
    assert_int_equal(alv_writer_open(&writer, "a", NULL), ALV_OK);
    assert_int_equal(alv_writer_put(writer, "new", 3, NULL), ALV_OK);
    assert_content("a", "old");
    assert_int_equal(count_entries(), before + 1);
    alv_writer_abort(writer);
    assert_content("a", "old");
    assert_int_equal(count_entries(), before);
    alv_writer_abort(NULL);
}

/* A commit that cannot rename leaves no temporary file. */
static void a_failed_commit_cleans_up(void **state)
{
    (void)state;
    alv_writer *writer;
    alv_error error;
    int before = count_entries();
    assert_int_equal(alv_writer_open(&writer, "later", NULL), ALV_OK);
    assert_int_equal(alv_writer_put(writer, "x", 1, NULL), ALV_OK);
    assert_int_equal(mkdir("later", 0700), 0);
    assert_int_equal(alv_writer_commit(writer, &error), ALV_ERR_IO);
    assert_non_null(strstr(error.where, "later"));
    assert_int_equal(rmdir("later"), 0);
    assert_int_equal(count_entries(), before);
}

static void errors_name_the_path(void **state)
{
    (void)state;
    alv_error error;
    assert_int_equal(mkdir("sub", 0700), 0);
    assert_int_equal(alv_file_write("sub", "x", 1, &error), ALV_ERR_IO);
    assert_string_equal(error.where, "sub");
    assert_int_equal(alv_file_write("none/x", "x", 1, &error), ALV_ERR_IO);
    assert_string_equal(error.where, "none/x");
    char longer[8192];
    memset(longer, 'n', sizeof longer);
    longer[sizeof longer - 1] = '\0';
    assert_int_equal(alv_file_write(longer, "x", 1, &error), ALV_ERR_ARGUMENT);
}

/* A full device is an error when it is written, and the device is still a device afterwards. */
static void a_full_device(void **state)
{
    (void)state;
    struct stat info;
    if (stat("/dev/full", &info) != 0) skip();
    alv_error error;
    assert_int_equal(alv_file_write("/dev/full", "x", 1, &error), ALV_ERR_IO);
    assert_string_equal(error.where, "/dev/full");
    assert_int_equal(stat("/dev/full", &info), 0);
    assert_true(S_ISCHR(info.st_mode));
    assert_int_equal(alv_file_write("/dev/null", "x", 1, &error), ALV_OK);
    assert_int_equal(stat("/dev/null", &info), 0);
    assert_true(S_ISCHR(info.st_mode));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(writes_and_replaces),
        cmocka_unit_test(a_link_stays_a_link),
        cmocka_unit_test(until_commit_the_old_file_stands),
        cmocka_unit_test(a_failed_commit_cleans_up),
        cmocka_unit_test(errors_name_the_path),
        cmocka_unit_test(a_full_device),
    };
    return cmocka_run_group_tests(tests, make_directory, remove_directory);
}
