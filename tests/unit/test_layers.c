/* Fans by layer kind and layout, and what is refused.
 *
 * The numbers are worked out by hand from the two sentences of model.h: inputs that one output adds
 * up, outputs that one input reaches. tests/stat/test_layers.c sends data through real layers. */
#include "test.h"

#include "alvor/alvor.h"

#define DENSE ALV_LAYER_DENSE
#define CONV ALV_LAYER_CONV
#define TRANSPOSED ALV_LAYER_CONV_TRANSPOSED
#define DEPTHWISE ALV_LAYER_DEPTHWISE
#define KERAS ALV_LAYOUT_KERAS
#define FLAX ALV_LAYOUT_FLAX
#define AXES ALV_LAYOUT_AXES

static void fans_follow_from_the_layer(void **state)
{
    (void)state;
    static const struct {
        alv_tensor tensor;
        double in, out;
    } cases[] = {
        /* convolutions: 1, 2 and 3 axes of kernel; groups; strides */
        {{.layer = CONV, .rank = 3, .shape = {8, 6, 5}}, 30, 40},
        {{.layer = CONV, .rank = 4, .shape = {64, 32, 3, 5}}, 480, 960},
        {{.layer = CONV, .layout = KERAS, .rank = 4, .shape = {3, 5, 32, 64}}, 480, 960},
        {{.layer = CONV, .layout = FLAX, .rank = 5, .shape = {3, 3, 3, 4, 8}}, 108, 216},
        {{.layer = CONV, .rank = 4, .shape = {64, 8, 3, 3}, .groups = 4}, 72, 144},
        {{.layer = CONV, .layout = KERAS, .rank = 4, .shape = {3, 3, 8, 64}, .groups = 4}, 72, 144},
        {{.layer = CONV, .rank = 4, .shape = {64, 32, 3, 3}, .stride = {2, 2}}, 288, 144},
        {{.layer = CONV, .rank = 4, .shape = {768, 3, 16, 16}, .stride = {16, 16}}, 768, 768},
        {{.layer = CONV, .rank = 3, .shape = {8, 6, 5}, .stride = {3}}, 30, 40.0 / 3},
        /* transposed: torch (in, out / g, k), Keras (k, out, in), Flax (k, in, out) */
        {{.layer = TRANSPOSED, .rank = 4, .shape = {16, 8, 4, 4}, .stride = {2, 2}}, 64, 128},
        {{.layer = TRANSPOSED, .layout = KERAS, .rank = 4, .shape = {4, 4, 8, 16}}, 256, 128},
        {{.layer = TRANSPOSED, .layout = FLAX, .rank = 4, .shape = {4, 4, 16, 8}}, 256, 128},
        {{.layer = TRANSPOSED, .rank = 3, .shape = {16, 2, 5}, .groups = 4, .stride = {2}}, 10, 10},
        /* depthwise: m kernels for each channel */
        {{.layer = DEPTHWISE, .rank = 4, .shape = {32, 1, 3, 3}}, 9, 9},
        {{.layer = DEPTHWISE, .rank = 4, .shape = {32, 1, 3, 3}, .groups = 8}, 9, 36},
        {{.layer = DEPTHWISE, .layout = KERAS, .rank = 4, .shape = {3, 3, 8, 4}}, 9, 36},
        {{.layer = DEPTHWISE, .layout = FLAX, .rank = 4, .shape = {3, 3, 1, 32}, .groups = 8},
         9,
         36},
        {{.layer = DEPTHWISE, .layout = KERAS, .rank = 3, .shape = {6, 8, 4}, .stride = {2}},
         6,
         12},
        /* embeddings */
        {{.layer = ALV_LAYER_EMBEDDING, .rank = 2, .shape = {1000, 64}}, 1, 64},
        {{.layer = ALV_LAYER_EMBEDDING, .layout = FLAX, .rank = 2, .shape = {1000, 64}}, 1, 64},
        {{.layer = ALV_LAYER_TIED_HEAD, .rank = 2, .shape = {1000, 64}}, 64, 1000},
        {{.layer = ALV_LAYER_TIED_HEAD, .layout = KERAS, .rank = 2, .shape = {1000, 64}}, 64, 1000},
        /* gates, fused projections, experts, stacked layers, explicit axes */
        {{.rank = 2, .shape = {400, 30}, .parts = {100, 100, 100, 100}}, 30, 100},
        {{.layout = KERAS, .rank = 2, .shape = {30, 300}, .parts = {100, 100, 100}}, 30, 100},
        {{.rank = 3, .shape = {8, 64, 32}, .copy_axes = 1}, 32, 64},
        {{.layout = KERAS, .rank = 3, .shape = {8, 32, 64}, .copy_axes = 1}, 32, 64},
        {{.rank = 4, .shape = {12, 8, 64, 32}, .copy_axes = 3, .parts = {32, 32}}, 32, 32},
        {{.layer = CONV, .rank = 4, .shape = {64, 32, 5, 3}, .copy_axes = 4}, 96, 192},
        {{.layout = AXES, .rank = 3, .shape = {32, 4, 16}, .in_axes = 1, .out_axes = 6}, 32, 64},
        {{.layout = AXES, .rank = 3, .shape = {4, 16, 32}, .in_axes = 3, .out_axes = 4}, 64, 32},
        {{.layout = AXES, .rank = 4, .shape = {3, 5, 32, 64}, .in_axes = 4, .out_axes = 8},
         480,
         960},
        {{.layout = AXES, .rank = 2, .shape = {32, 64}, .in_axes = 1, .copy_axes = 2}, 32, 1},
        {{.layer = CONV,
          .layout = AXES,
          .rank = 3,
          .shape = {6, 8, 5},
          .in_axes = 1,
          .out_axes = 2,
          .groups = 2,
          .stride = {2}},
         30,
         10},
        /* a bias: its fan_out by the same rules, parts included */
        {{.role = ALV_ROLE_BIAS,
          .rank = 1,
          .shape = {400},
          .fan_in = 30,
          .parts = {100, 100, 100, 100}},
         30,
         100},
        {{.role = ALV_ROLE_BIAS,
          .layer = CONV,
          .rank = 2,
          .shape = {8, 9},
          .fan_in = 4,
          .copy_axes = 1},
         4,
         9},
        /* what is stated wins, also where nothing follows from the shape */
        {{.rank = 2, .shape = {6144, 4096}, .parts = {4096, 1024, 1024}, .fan_out = 7}, 4096, 7},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        double in = -7, out = -7;
        alv_error error = {0};
        if (alv_tensor_fans(&in, &out, &cases[i].tensor, &error) != ALV_OK || in != cases[i].in ||
            out != cases[i].out)
            print_error("case %d: %g, %g %s\n", (int)i, in, out, error.message);
        assert_near(in, cases[i].in, 0);
        assert_near(out, cases[i].out, 0);
    }
}

/* Queries, keys and values of grouped-query attention: one fan_in, and a fan_out each. */
static void unequal_parts_have_fans_of_their_own(void **state)
{
    (void)state;
    alv_tensor part,
        t = {.name = "qkv", .rank = 2, .shape = {6144, 4096}, .parts = {4096, 1024, 1024}};
    double in = -7, out = -7;
    assert_int_equal(alv_tensor_fans(&in, &out, &t, NULL), ALV_ERR_SHAPE);
    assert_true(in == -7 && out == -7);
    assert_int_equal(alv_tensor_fans(&in, NULL, &t, NULL), ALV_OK);
    assert_true(in == 4096);
    assert_int_equal(alv_tensor_part_count(&t), 3);
    for (int i = 0; i < 3; i++) {
        assert_int_equal(alv_tensor_part(&part, &t, i, NULL), ALV_OK);
        assert_int_equal(alv_tensor_fans(&in, &out, &part, NULL), ALV_OK);
        assert_true(in == 4096 && out == (i ? 1024 : 4096));
        assert_string_equal(part.name, "qkv");
    }
    assert_int_equal(alv_tensor_part(&part, &t, 3, NULL), ALV_ERR_RANGE);
    assert_int_equal(alv_tensor_part(&part, &t, -1, NULL), ALV_ERR_RANGE);
    t = (alv_tensor){.rank = 2, .shape = {3, 4}};
    assert_int_equal(alv_tensor_part_count(&t), 1);
    assert_int_equal(alv_tensor_part(&part, &t, 0, NULL), ALV_OK);
    assert_memory_equal(&part, &t, sizeof t);
}

static void contradictions_are_refused(void **state)
{
    (void)state;
    static const struct {
        alv_tensor tensor;
        alv_status status;
        const char *where, *says;
    } cases[] = {
        {{.layer = CONV, .rank = 4, .shape = {64, 8, 3, 3}, .groups = 3},
         ALV_ERR_SHAPE,
         "groups",
         "groups = 3 do not divide 64 outputs"},
        {{.layer = TRANSPOSED, .rank = 3, .shape = {9, 8, 3}, .groups = 2},
         ALV_ERR_SHAPE,
         "groups",
         "groups = 2 do not divide 9 inputs"},
        {{.layer = CONV, .rank = 4, .shape = {64, 8, 3, 3}, .groups = -4},
         ALV_ERR_ARGUMENT,
         "groups",
         "groups = -4"},
        {{.layer = ALV_LAYER_EMBEDDING, .rank = 2, .shape = {64, 8}, .groups = 4},
         ALV_ERR_ARGUMENT,
         "groups",
         "embedding"},
        {{.layer = DEPTHWISE, .layout = KERAS, .rank = 4, .shape = {3, 3, 8, 2}, .groups = 8},
         ALV_ERR_ARGUMENT,
         "groups",
         "leave groups 0"},
        {{.layer = CONV, .rank = 2, .shape = {64, 8}, .groups = 2},
         ALV_ERR_SHAPE,
         "rank",
         "needs 3 axes or more"},
        {{.rank = 2, .shape = {8, 8}, .stride = {1, -2}},
         ALV_ERR_ARGUMENT,
         "stride",
         "stride[1] = -2"},
        {{.rank = 2, .shape = {8, 8}, .stride = {2}}, ALV_ERR_SHAPE, "stride", "kernel has 0 axes"},
        {{.layer = CONV, .rank = 4, .shape = {8, 8, 3, 3}, .stride = {1, 1, 2}},
         ALV_ERR_SHAPE,
         "stride",
         "stride[2] = 2"},
        {{.rank = 2, .shape = {8, 8}, .parts = {4, 3}},
         ALV_ERR_SHAPE,
         "parts",
         "up to 7, but axis 0 has 8"},
        {{.rank = 2, .shape = {8, 8}, .parts = {4, 5}}, ALV_ERR_SHAPE, "parts", "add up"},
        {{.rank = 2, .shape = {8, 8}, .parts = {INT64_MAX, INT64_MAX, 10}},
         ALV_ERR_SHAPE,
         "parts",
         "add up"},
        {{.rank = 2, .shape = {8, 8}, .parts = {4, -4, 8}},
         ALV_ERR_ARGUMENT,
         "parts",
         "parts[1] = -4"},
        {{.rank = 2, .shape = {8, 8}, .parts = {4, 0, 4}},
         ALV_ERR_ARGUMENT,
         "parts",
         "parts[2] = 4"},
        {{.rank = 1, .shape = {8}, .parts = {4, 4}}, ALV_ERR_SHAPE, "rank", "not 1"},
        {{.layout = AXES, .rank = 2, .shape = {8, 8}, .in_axes = 3, .parts = {8}},
         ALV_ERR_SHAPE,
         "parts",
         "no output axis"},
        {{.layer = CONV, .rank = 3, .shape = {8, 8, 3}, .groups = 2, .parts = {4, 4}},
         ALV_ERR_UNSUPPORTED,
         "parts",
         "2 groups"},
        {{.rank = 2, .shape = {8, 8}, .head = 3}, ALV_ERR_SHAPE, "head", "head = 3"},
        {{.rank = 2, .shape = {8, 8}, .head = 4, .parts = {6, 2}},
         ALV_ERR_SHAPE,
         "head",
         "does not divide 6"},
        {{.rank = 2, .shape = {8, 8}, .head = -1}, ALV_ERR_ARGUMENT, "head", "-1"},
        {{.rank = 2, .shape = {8, 8}, .depth = -1}, ALV_ERR_ARGUMENT, "depth", "-1"},
        {{.rank = 2, .shape = {8, 8}, .copy_axes = 4}, ALV_ERR_SHAPE, "copy_axes", "2 axes"},
        {{.rank = 2, .shape = {8, 8}, .copy_axes = 1, .parts = {8}},
         ALV_ERR_SHAPE,
         "rank",
         "beside its copies"},
        {{.rank = 2, .shape = {8, 8}, .in_axes = 1}, ALV_ERR_ARGUMENT, "in_axes", "torch"},
        {{.layout = AXES, .rank = 2, .shape = {8, 8}}, ALV_ERR_ARGUMENT, "out_axes", "needs"},
        {{.layout = AXES, .rank = 2, .shape = {8, 8}, .in_axes = 1, .out_axes = 3},
         ALV_ERR_ARGUMENT,
         "out_axes",
         "two of"},
        {{.layout = AXES, .rank = 2, .shape = {8, 8}, .in_axes = 1, .copy_axes = 1},
         ALV_ERR_ARGUMENT,
         "copy_axes",
         "two of"},
        {{.layer = (alv_layer)6, .rank = 2, .shape = {8, 8}}, ALV_ERR_ARGUMENT, "layer", "6"},
        {{.layout = (alv_layout)4, .rank = 2, .shape = {8, 8}}, ALV_ERR_ARGUMENT, "layout", "4"},
        {{.role = (alv_role)3, .rank = 2, .shape = {8, 8}}, ALV_ERR_ARGUMENT, "role", "3"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        int64_t count = -7;
        alv_error error = {0};
        alv_status status = alv_tensor_count(&count, &cases[i].tensor, &error);
        if (status != cases[i].status || strcmp(error.where, cases[i].where) != 0 ||
            !strstr(error.message, cases[i].says))
            print_error("case %d: %s, %s: %s\n", (int)i, alv_status_name(status), error.where,
                        error.message);
        assert_int_equal(status, cases[i].status);
        assert_string_equal(error.where, cases[i].where);
        assert_non_null(strstr(error.message, cases[i].says));
        assert_int_equal(count, -7);
    }
}

/* These have no fans, but elements all the same: zeros, constants and the like fill them. */
static void fans_are_not_needed_to_count(void **state)
{
    (void)state;
    static const struct {
        alv_tensor tensor;
        const char *says;
    } cases[] = {
        {{.layer = CONV, .rank = 2, .shape = {8, 8}}, "needs 3 axes or more"},
        {{.layer = ALV_LAYER_EMBEDDING, .rank = 3, .shape = {8, 8, 2}}, "has 2 axes, not 3"},
        {{.layer = DEPTHWISE, .rank = 3, .shape = {8, 8, 3}}, "1 input a group, not 8"},
        {{.rank = 2, .shape = {8, 8}, .copy_axes = 1}, "beside its copies"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        int64_t count;
        double in, out;
        alv_error error = {0};
        assert_int_equal(alv_tensor_count(&count, &cases[i].tensor, NULL), ALV_OK);
        assert_int_equal(alv_tensor_fans(&in, &out, &cases[i].tensor, &error), ALV_ERR_SHAPE);
        assert_non_null(strstr(error.message, cases[i].says));
    }
}

static void kinds_and_layouts_have_names(void **state)
{
    (void)state;
    assert_string_equal(alv_layer_name(ALV_LAYER_CONV_TRANSPOSED), "conv_transposed");
    assert_string_equal(alv_layer_name(ALV_LAYER_TIED_HEAD), "tied_head");
    assert_null(alv_layer_name((alv_layer)6));
    assert_null(alv_layer_name((alv_layer)-1));
    assert_string_equal(alv_layout_name(ALV_LAYOUT_FLAX), "flax");
    assert_null(alv_layout_name((alv_layout)4));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(fans_follow_from_the_layer),
        cmocka_unit_test(unequal_parts_have_fans_of_their_own),
        cmocka_unit_test(contradictions_are_refused),
        cmocka_unit_test(fans_are_not_needed_to_count),
        cmocka_unit_test(kinds_and_layouts_have_names),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
