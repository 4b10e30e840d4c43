/* Fails each allocation of a call in turn, in a directory of the test's own: what both programs of
 * this room share. */
#ifndef ALLOC_EACH_H
#define ALLOC_EACH_H

#include "test.h"

#include <dirent.h>
#include <ftw.h>
#include <sys/stat.h>
#include <unistd.h>

#include "alloc/failing.h"
#include "alvor/error.h"

static char root[] = "/tmp/alvor-alloc-XXXXXX"; /* a directory of this test alone */
static void *volatile untouched = root;         /* what a result holds before a call that fails */

/* Paths below the test's own directory; four at a time. */
static inline const char *path(const char *name)
{
    static char text[4][4096];
    static int next;
    next = (next + 1) % 4;
    snprintf(text[next], sizeof text[next], "%s/%s", root, name);
    return text[next];
}

static inline void write_file(const char *name, const void *bytes, size_t size)
{
    FILE *out = fopen(path(name), "wb");
    assert_non_null(out);
    assert_int_equal(fwrite(bytes, 1, size, out), size);
    fclose(out);
}

static inline int entries_of(const char *directory)
{
    int n = 0;
    DIR *dir = opendir(directory);
    assert_non_null(dir);
    while (readdir(dir)) n++;
    closedir(dir);
    return n;
}

typedef alv_status act(alv_error *error);

/* SQLite and jansson can do without some memory, so long as nothing is missing after. */
static inline bool suits(alv_status status, failing_owner whose)
{
    if (whose == FAILING_NONE) return status == ALV_OK;
    if (status == ALV_OK) return whose != FAILING_OURS;
    return status == ALV_ERR_MEMORY;
}

/* Fails allocations first, first + 1, ... of one call each until the call needs no more of them.
 * `after` is called, without failures, after each. Returns how many it needs. */
static inline long fail_from(long first, const char *name, act *call,
                             void (*after)(alv_status status))
{
    long k = first - 1, needed = 0;
    for (bool more = true; more;) {
        long live = failing_live();
        alv_error error = {0};
        failing_arm(++k);
        alv_status status = call(&error);
        needed = failing_count();
        failing_owner whose = failing_whose();
        failing_arm(0);
        more = needed >= k;
        if (!suits(status, whose))
            fail_msg("%s, allocation %ld of %ld: status %d: %s: %s", name, k, needed, (int)status,
                     error.where, error.message);
        if (status != ALV_OK && (error.code != status || !*error.message))
            fail_msg("%s, allocation %ld: no message", name, k);
        if (failing_live() != live)
            fail_msg("%s, allocation %ld: %ld blocks are lost", name, k, failing_live() - live);
        if (after) after(status);
    }
    assert_in_range(k, 2, 100000); /* something was allocated */
    print_message("%s: %ld allocations\n", name, needed);
    return needed;
}

static inline long fail_each(const char *name, act *call, void (*after)(alv_status status))
{
    return fail_from(1, name, call, after);
}

static inline int remove_one(const char *name, const struct stat *info, int kind, struct FTW *at)
{
    (void)info, (void)kind, (void)at;
    return remove(name);
}

/* Runs the tests, and removes the directory if they pass. */
static inline int in_own_directory(const struct CMUnitTest *tests, size_t n)
{
    failing_adopt_libraries();
    if (!mkdtemp(root)) {
        perror(root);
        return 1;
    }
    const int failed = _cmocka_run_group_tests("alloc", tests, n, NULL, NULL);
    if (!failed) nftw(root, remove_one, 8, FTW_DEPTH | FTW_PHYS);
    return failed;
}

#endif
