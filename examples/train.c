/* Plain C training code that takes its first weights from libalvor: a 2-16-1 network learns XOR by
 * gradient descent. Only the initialization is the library's. */
#include <alvor/alvor.h>
#include <math.h>
#include <stdio.h>

enum { IN = 2, UNITS = 16, SAMPLES = 4, STEPS = 2000 };

static const float x[SAMPLES][IN] = {{-1, -1}, {-1, 1}, {1, -1}, {1, 1}}, y[SAMPLES] = {0, 1, 1, 0};
static float w1[UNITS][IN], b1[UNITS], w2[UNITS], b2; /* biases begin at zero */

static int initialize(uint64_t seed, alv_error *error)
{
    alv_tensor first = {.name = "fc1.weight", .rank = 2, .shape = {UNITS, IN}};
    alv_tensor second = {.name = "fc2.weight", .rank = 2, .shape = {1, UNITS}};
    alv_scheme xavier; /* made for tanh */
    return alv_scheme_parse(&xavier, "xavier_uniform", error) ||
           alv_init_fill(w1, 0, UNITS * IN, &xavier, &first, seed, NULL, error) ||
           alv_init_fill(w2, 0, UNITS, &xavier, &second, seed, NULL, error);
}

/* One step on one sample; its squared error before the step. */
static float step(const float *in, float target, float rate)
{
    float h[UNITS], out = b2;
    for (int u = 0; u < UNITS; u++) {
        h[u] = tanhf(b1[u] + w1[u][0] * in[0] + w1[u][1] * in[1]);
        out += w2[u] * h[u];
    }
    float slope = 2 * (out - target);
    for (int u = 0; u < UNITS; u++) {
        float back = slope * w2[u] * (1 - h[u] * h[u]);
        w2[u] -= rate * slope * h[u];
        b1[u] -= rate * back;
        for (int i = 0; i < IN; i++) w1[u][i] -= rate * back * in[i];
    }
    b2 -= rate * slope;
    return (out - target) * (out - target);
}

int main(void)
{
    alv_error error;
    if (initialize(42, &error)) {
        fprintf(stderr, "%s: %s\n", error.where, error.message);
        return 1;
    }
    float first = 0, loss = 0;
    for (int n = 0; n < STEPS; n++) {
        loss = 0;
        for (int s = 0; s < SAMPLES; s++) loss += step(x[s], y[s], 0.05f) / SAMPLES;
        if (n == 0) first = loss;
    }
    printf("mean squared error: %.4f at first, %.6f after %d passes\n", (double)first, (double)loss,
           STEPS);
    return !(loss < 0.001f);
}
