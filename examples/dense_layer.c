/* Fills the weights and biases of a dense layer, 784 inputs to 256 units. */
#include <alvor/alvor.h>
#include <stdio.h>

static float weights[256 * 784], biases[256];

int main(void)
{
    alv_tensor w = {.name = "fc1.weight", .rank = 2, .shape = {256, 784}};
    alv_tensor b = {.name = "fc1.bias", .role = ALV_ROLE_BIAS, .rank = 1, .shape = {256}};
    alv_scheme he, zeros;
    alv_error error;
    if (alv_scheme_parse(&he, "he_normal", &error) || alv_scheme_parse(&zeros, "zeros", &error) ||
        alv_init_fill(weights, 0, 256 * 784, &he, &w, 42, NULL, &error) ||
        alv_init_fill(biases, 0, 256, &zeros, &b, 42, NULL, &error)) {
        fprintf(stderr, "%s: %s\n", error.where, error.message);
        return 1;
    }
    printf("fc1.weight starts with %.6f %.6f %.6f\n", weights[0], weights[1], weights[2]);
    printf("fc1.bias starts with %g\n", biases[0]);
    return 0;
}
