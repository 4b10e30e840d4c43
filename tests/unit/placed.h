/* Tensors, filled whole and refused, for the tests of initializers that look at places. */
#ifndef PLACED_H
#define PLACED_H

#include "suited.h"

static inline alv_tensor matrix(const char *name, int64_t rows, int64_t columns)
{
    alv_tensor t = {.rank = 2, .shape = {rows, columns}, .dtype = ALV_F64};
    snprintf(t.name, sizeof t.name, "%s", name);
    return t;
}

/* A filled f64 tensor; free it. */
static inline double *filled(const char *text, const alv_tensor *tensor, uint64_t seed)
{
    const alv_scheme scheme = suited_scheme(text);
    double *w = malloc((size_t)suited_count(tensor) * sizeof *w + 1);
    assert_non_null(w);
    assert_int_equal(tensor->dtype, ALV_F64);
    suited_fill(w, 0, suited_count(tensor), &scheme, tensor, seed);
    return w;
}

/* The scheme refuses the tensor with this status, a message that says so, and nothing written. */
static inline void refused(const char *text, const alv_tensor *tensor, alv_status wanted,
                           const char *says)
{
    const alv_scheme scheme = suited_scheme(text);
    double out = 7;
    alv_error error = {0};
    alv_status status = alv_init_fill(&out, 0, 1, &scheme, tensor, 1, NULL, &error);
    if (status != wanted || !strstr(error.message, says))
        print_error("%s: %s: %s\n", text, alv_status_name(status), error.message);
    assert_int_equal(status, wanted);
    assert_non_null(strstr(error.message, says));
    assert_true(out == 7);
}

static inline alv_tensor kernel(const char *name, alv_layout layout, int64_t out, int64_t in,
                                int64_t h, int64_t w)
{
    alv_tensor t = {.rank = 4, .dtype = ALV_F64, .layout = layout, .layer = ALV_LAYER_CONV};
    const int64_t torch[] = {out, in, h, w}, keras[] = {h, w, in, out};
    snprintf(t.name, sizeof t.name, "%s", name);
    memcpy(t.shape, layout == ALV_LAYOUT_KERAS ? keras : torch, sizeof torch);
    return t;
}

#endif
