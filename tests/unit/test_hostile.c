/* Bad input to the whole registry: every refusal names its argument and writes nothing, and tensors
 * without elements are filled by everything.
 *
 * 3000 pseudo-random tensors for each initializer look for what the tables forget;
 * tests/fuzz/fuzz_tensor.c looks on. */
#include "test.h"

#include <float.h>

#include "hostile.h"

static alv_scheme scheme_at(int index)
{
    alv_scheme scheme = {.init = alv_init_at(index)};
    for (int i = 0; i < ALV_MAX_INIT_ARGS && scheme.init->args[i].name; i++)
        scheme.args[i] = scheme.init->args[i].value;
    return scheme;
}

/* Refused, in the argument's name, with its value, and with nothing written. */
static void check_refused(const alv_scheme *scheme, const alv_tensor *tensor, alv_status want,
                          const char *where, const char *says)
{
    static const unsigned char blank[64];
    unsigned char out[64] = {0};
    alv_error error = {0};
    alv_status status = alv_init_fill(out, 0, 1, scheme, tensor, 1, NULL, &error);
    if (status != want || strcmp(error.where, where) != 0 || !strstr(error.message, says))
        print_error("%s: %s, %s: %s\n", scheme->init->name, alv_status_name(status), error.where,
                    error.message);
    assert_int_equal(status, want);
    assert_string_equal(error.where, where);
    assert_non_null(strstr(error.message, says));
    assert_memory_equal(out, blank, sizeof out);
}

static void arguments_of_every_scheme(void **state)
{
    (void)state;
    const alv_tensor w = {.name = "w", .rank = 2, .shape = {8, 8}};
    for (int index = 0; index < alv_init_count(); index++) {
        const alv_scheme good = scheme_at(index);
        for (int i = 0; i < ALV_MAX_INIT_ARGS && good.init->args[i].name; i++) {
            const alv_init_arg *arg = &good.init->args[i];
            alv_scheme bad = good;
            bad.args[i] = NAN;
            check_refused(&bad, &w, ALV_ERR_ARGUMENT, arg->name, "nan");
            bad.args[i] = INFINITY;
            check_refused(&bad, &w, ALV_ERR_ARGUMENT, arg->name, "inf");
            if (arg->lo > -DBL_MAX) {
                bad.args[i] = arg->lo - 1 - fabs(arg->lo);
                check_refused(&bad, &w, ALV_ERR_RANGE, arg->name, arg->name);
            }
            if (arg->hi < DBL_MAX) {
                bad.args[i] = arg->hi + 1 + fabs(arg->hi);
                check_refused(&bad, &w, ALV_ERR_RANGE, arg->name, arg->name);
            }
            if (arg->choices) {
                bad.args[i] = 0.5;
                check_refused(&bad, &w, ALV_ERR_RANGE, arg->name, "0.5");
            }
        }
    }
}

static void tensors_that_cannot_be(void **state)
{
    (void)state;
    static const struct {
        alv_tensor tensor;
        alv_status status;
        const char *where, *says;
    } cases[] = {
        {{.rank = 9}, ALV_ERR_SHAPE, "rank", "9"},
        {{.rank = -1}, ALV_ERR_SHAPE, "rank", "-1"},
        {{.rank = 2, .shape = {8, -8}}, ALV_ERR_SHAPE, "shape", "axis 1 is -8"},
        {{.rank = 2, .shape = {INT64_MAX, 2}}, ALV_ERR_OVERFLOW, "shape", "2^62"},
        {{.rank = 2, .shape = {8, 8}, .dtype = (alv_dtype)6}, ALV_ERR_DTYPE, "dtype", "6"},
        {{.rank = 2, .shape = {8, 8}, .role = (alv_role)9}, ALV_ERR_ARGUMENT, "role", "9"},
        {{.layer = ALV_LAYER_CONV, .rank = 3, .shape = {8, 8, 3}, .groups = 3},
         ALV_ERR_SHAPE,
         "groups",
         "groups = 3 do not divide 8"},
        {{.rank = 2, .shape = {8, 8}, .groups = -2}, ALV_ERR_ARGUMENT, "groups", "-2"},
        {{.rank = 2, .shape = {8, 8}, .parts = {3, 3}}, ALV_ERR_SHAPE, "parts", "8"},
        {{.rank = 2, .shape = {8, 8}, .copy_axes = 8}, ALV_ERR_SHAPE, "copy_axes", "axis 3"},
    };
    for (int index = 0; index < alv_init_count(); index++) {
        const alv_scheme scheme = scheme_at(index);
        for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
            check_refused(&scheme, &cases[i].tensor, cases[i].status, cases[i].where,
                          cases[i].says);
    }
}

/* Of every rank, role, layer, layout and type: nothing to do is done. */
static void nothing_is_filled_by_everything(void **state)
{
    (void)state;
    for (int index = 0; index < alv_init_count(); index++) {
        const alv_scheme scheme = scheme_at(index);
        for (int rank = 1; rank <= ALV_MAX_RANK; rank++)
            for (int code = 0; code < 6 * 4 * 2 * 6 * 2; code++) {
                alv_tensor t = {.rank = rank,
                                .layer = (alv_layer)(code % 6),
                                .layout = (alv_layout)(code / 6 % 4),
                                .role = (alv_role)(code / 24 % 2),
                                .dtype = (alv_dtype)(code / 48 % 6)};
                for (int axis = 0; axis < rank; axis++) t.shape[axis] = axis % 2 ? 3 : INT64_MAX;
                t.shape[code / 288 ? 0 : rank - 1] = 0;
                if (t.layout == ALV_LAYOUT_AXES) t.out_axes = 1;
                alv_error error = {0};
                const int64_t starts[ALV_MAX_RANK] = {0};
                alv_status status = alv_init_fill(NULL, 0, 0, &scheme, &t, 1, NULL, &error);
                if (status == ALV_OK)
                    status = alv_init_fill_box(NULL, starts, t.shape, &scheme, &t, 1, NULL, &error);
                if (status != ALV_OK) print_error("%s: %s\n", scheme.init->name, error.message);
                assert_int_equal(status, ALV_OK);
            }
    }
}

/* A weight that most can fill, into a place that is not one for its type. */
static void unaligned_results(void **state)
{
    (void)state;
    static _Alignas(16) unsigned char scratch[1 << 16], out[8 * 65], blank[8 * 65];
    const alv_fill how = {.scratch = scratch, .scratch_size = sizeof scratch};
    int refused = 0;
    for (int index = 0; index < alv_init_count(); index++)
        for (int dtype = ALV_F32; dtype <= ALV_F8_E5M2; dtype++) {
            const alv_scheme scheme = scheme_at(index);
            const alv_tensor w = {.rank = 2, .shape = {8, 8}, .dtype = (alv_dtype)dtype};
            alv_error error = {0};
            double mean, variance;
            if (alv_init_moments(&mean, &variance, &scheme, &w, NULL) != ALV_OK) continue;
            if (alv_dtype_size(w.dtype) == 1) continue;
            assert_int_equal(alv_init_fill(out + 1, 0, 64, &scheme, &w, 1, &how, &error),
                             ALV_ERR_ARGUMENT);
            assert_string_equal(error.where, "out");
            assert_non_null(strstr(error.message, alv_dtype_name(w.dtype)));
            assert_memory_equal(out, blank, sizeof out);
            refused++;
        }
    assert_true(refused > 2 * alv_init_count());
}

static void whatever_the_bytes(void **state)
{
    (void)state;
    uint8_t bytes[64];
    uint64_t random = 1;
    int accepted = 0;
    for (int round = 0; round < 3000; round++) {
        for (size_t i = 0; i < sizeof bytes; i++) {
            random = random * 6364136223846793005u + 1442695040888963407u;
            bytes[i] = (uint8_t)(random >> 56);
        }
        for (int index = 0; index < alv_init_count(); index++) {
            hostile_bytes input = {bytes, sizeof bytes};
            alv_scheme scheme;
            alv_tensor tensor;
            int64_t count;
            hostile_tensor(&tensor, &input);
            hostile_scheme(&scheme, index, &input);
            const char *broken = hostile_check(&scheme, &tensor);
            if (broken) print_error("round %d, %s: %s\n", round, scheme.init->name, broken);
            assert_null(broken);
            accepted += alv_tensor_count(&count, &tensor, NULL) == ALV_OK;
        }
    }
    assert_true(accepted > 100 * alv_init_count());
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(arguments_of_every_scheme),
        cmocka_unit_test(tensors_that_cannot_be),
        cmocka_unit_test(nothing_is_filled_by_everything),
        cmocka_unit_test(unaligned_results),
        cmocka_unit_test(whatever_the_bytes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
