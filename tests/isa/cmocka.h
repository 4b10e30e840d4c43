/* As much of cmocka as the tests that are cross-built need: a failure prints where and ends the
 * program. */
#ifndef ALV_ISA_CMOCKA_H
#define ALV_ISA_CMOCKA_H

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct CMUnitTest {
    const char *name;
    void (*run)(void **state);
};

#define print_error(...) fprintf(stderr, __VA_ARGS__)
#define _fail(file, line) (fprintf(stderr, "%s:%d: failed\n", file, line), exit(1))
#define fail() _fail(__FILE__, __LINE__)
#define fail_msg(...) (fprintf(stderr, __VA_ARGS__), fail())
#define assert_true(c) ((c) ? (void)0 : (fprintf(stderr, "%s\n", #c), fail()))
#define assert_int_equal(a, b) assert_true((long long)(a) == (long long)(b))
#define assert_null(p) assert_true((p) == NULL)
#define assert_non_null(p) assert_true((p) != NULL)
#define assert_ptr_equal(a, b) assert_true((const void *)(a) == (const void *)(b))
#define assert_string_equal(a, b) assert_true(strcmp(a, b) == 0)
#define assert_memory_equal(a, b, n) assert_true(memcmp(a, b, n) == 0)
#define cmocka_unit_test(f) {#f, f}
#define cmocka_run_group_tests(tests, setup, teardown)                                             \
    run_all(tests, (int)(sizeof(tests) / sizeof *(tests)))

static inline int run_all(const struct CMUnitTest *tests, int n)
{
    for (int i = 0; i < n; i++) {
        void *state = NULL;
        tests[i].run(&state);
        printf("    %s\n", tests[i].name);
    }
    return 0;
}

#endif
