/* Tensors such that every initializer can fill one of them. No libc and no test library, for the
 * browser's self-test draws them too; whoever includes it has the library's headers, or its single
 * one. */
#ifndef ALV_SUITED_TENSORS_H
#define ALV_SUITED_TENSORS_H

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

/* The statuses of alv_init_moments for the last, if the scheme can fill none. */
static inline alv_status suited_find(alv_tensor *out, const alv_scheme *scheme, alv_dtype dtype,
                                     alv_error *error)
{
    double mean, variance;
    alv_status status = ALV_ERR_SHAPE;
    for (size_t i = 0; status && i < sizeof suited_tensors / sizeof *suited_tensors; i++) {
        *out = suited_tensors[i];
        out->dtype = dtype;
        status = alv_init_moments(&mean, &variance, scheme, out, error);
    }
    return status;
}

#endif
