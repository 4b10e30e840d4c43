/* Enough of cmocka to compile a test whose --print is all that is wanted, for machines that have
 * only a cross compiler and its libc. */
#ifndef STUB_CMOCKA_H
#define STUB_CMOCKA_H

#include <stdio.h>
#include <stdlib.h>

struct CMUnitTest {
    const char *name;
    void (*run)(void **state);
};

#define cmocka_unit_test(function) {#function, function}
#define cmocka_run_group_tests(tests, setup, teardown) ((tests)->run ? 2 : 2)
#define print_error(...) fprintf(stderr, __VA_ARGS__)
#define _fail(file, line) exit(2)
#define fail() exit(2)
#define fail_msg(...) (fprintf(stderr, __VA_ARGS__), exit(2))
#define assert_true(x) ((x) ? (void)0 : exit(2))
#define assert_non_null(p) assert_true((p) != NULL)
#define assert_int_equal(a, b) assert_true((a) == (b))

#endif
