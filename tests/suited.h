/* A tensor that an initializer can fill, and fills that bring their own scratch: for tests that
 * loop over the registry. */
#ifndef ALV_SUITED_H
#define ALV_SUITED_H

#include "test.h"

#include "alvor/alvor.h"

#include "suited_tensors.h"

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
    alv_tensor tensor;
    alv_error error = {0};
    if (suited_find(&tensor, scheme, dtype, &error) != ALV_OK) {
        print_error("nothing in tests/suited_tensors.h suits %s: %s\n", scheme->init->name,
                    error.message);
        fail();
    }
    return tensor;
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
