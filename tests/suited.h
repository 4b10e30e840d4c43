/* A tensor that an initializer can fill, and fills that bring their own scratch: for tests that
 * loop over the registry. */
#ifndef ALV_SUITED_H
#define ALV_SUITED_H

#include "test.h"

#include "alvor/alvor.h"

/* The first of these that the scheme accepts is the one that every test draws: a matrix, a square
 * one, kernels of convolutions, a vector, one of whole gates. The order is part of
 * tests/golden/init.txt. */
static const alv_tensor suited_tensors[] = {
    {.name = "fc1.weight", .rank = 2, .shape = {101, 67}},
    {.name = "fc1.weight", .rank = 2, .shape = {64, 64}},
    {.name = "fc1.weight", .rank = 4, .shape = {22, 16, 3, 5}},
    {.name = "fc1.weight", .rank = 4, .shape = {16, 16, 3, 3}},
    {.name = "fc1.weight", .rank = 1, .shape = {101}},
    {.name = "fc1.weight", .rank = 1, .shape = {96}},
};

enum { SUITED_MOST = 101 * 67 }; /* elements of the largest */

static inline alv_scheme suited_scheme(const char *text)
{
    alv_scheme scheme = {0};
    alv_error error = {0};
    if (alv_scheme_parse(&scheme, text, &error) != ALV_OK)
        print_error("%s: %s\n", text, error.message);
    assert_non_null(scheme.init);
    return scheme;
}

static inline alv_tensor suited_tensor(const alv_scheme *scheme, alv_dtype dtype)
{
    double mean, variance;
    alv_error error = {0};
    for (size_t i = 0; i < sizeof suited_tensors / sizeof *suited_tensors; i++) {
        alv_tensor tensor = suited_tensors[i];
        tensor.dtype = dtype;
        if (alv_init_moments(&mean, &variance, scheme, &tensor, &error) == ALV_OK) return tensor;
    }
    print_error("no tensor of tests/suited.h suits %s: %s\n", scheme->init->name, error.message);
    fail();
    return suited_tensors[0];
}

static inline int64_t suited_count(const alv_tensor *tensor)
{
    int64_t count = 0;
    assert_int_equal(alv_tensor_count(&count, tensor, NULL), ALV_OK);
    return count;
}

/* Scratch of just the size that the scheme asks for; free(how.scratch). */
static inline alv_fill suited_scratch(const alv_scheme *scheme, const alv_tensor *tensor)
{
    alv_fill how = {0};
    assert_int_equal(alv_init_scratch(&how.scratch_size, scheme, tensor, NULL), ALV_OK);
    if (how.scratch_size > 0) assert_non_null(how.scratch = malloc((size_t)how.scratch_size));
    return how;
}

/* alv_init_fill of elements [lo, hi) with scratch. */
static inline void suited_fill(void *out, int64_t lo, int64_t hi, const alv_scheme *scheme,
                               const alv_tensor *tensor, uint64_t seed)
{
    alv_error error = {0};
    alv_fill how = suited_scratch(scheme, tensor);
    alv_status status = alv_init_fill(out, lo, hi, scheme, tensor, seed, &how, &error);
    if (status != ALV_OK) print_error("%s: %s\n", scheme->init->name, error.message);
    assert_int_equal(status, ALV_OK);
    free(how.scratch);
}

#endif
