/* The gains of an activation of your own, and weights that use them. */
#include <alvor/alvor.h>
#include <math.h>
#include <stdio.h>

/* Nearly |x|, smooth at 0: x tanh(s x). */
static double smooth_abs(double x, const void *context)
{
    const double *sharpness = context;
    return x * tanh(*sharpness * x);
}

int main(void)
{
    const double sharpness = 4;
    alv_act_function function = {.f = smooth_abs, .context = &sharpness};
    alv_gain gain;
    alv_error error;
    if (alv_act_gain_of(&gain, &function, &error)) {
        fprintf(stderr, "%s\n", error.message);
        return 1;
    }
    printf("E f = %.6f, forward gain %.6f, backward gain %.6f\n", gain.mean, gain.forward,
           gain.backward);

    /* std = gain / sqrt(fan_in) keeps the second moment of the pre-activations at 1. */
    static float weight[256 * 512];
    alv_tensor w = {.name = "fc.weight", .rank = 2, .shape = {256, 512}};
    alv_scheme scheme;
    char text[64];
    snprintf(text, sizeof text, "normal(std=%.17g)", gain.forward / sqrt(512));
    if (alv_scheme_parse(&scheme, text, &error) ||
        alv_init_fill(weight, 0, 256 * 512, &scheme, &w, 42, NULL, &error)) {
        fprintf(stderr, "%s\n", error.message);
        return 1;
    }

    double sum = 0;
    for (int j = 0; j < 512; j++) sum += (double)weight[j] * (double)weight[j];
    printf("|row|^2 = %.3f, expected %.3f\n", sum, gain.forward * gain.forward);
    return 0;
}
