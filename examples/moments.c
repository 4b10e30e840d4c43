/* Predicted and measured moments of every initializer, for each layer of a network. */
#include <alvor/alvor.h>
#include <math.h>
#include <stdio.h>

enum { MOST = 256 * 784 };

static double values[MOST];

static void measure(double *mean, double *std, int64_t n)
{
    double sum = 0, squares = 0;
    for (int64_t i = 0; i < n; i++) sum += values[i];
    *mean = sum / (double)n;
    for (int64_t i = 0; i < n; i++) squares += (values[i] - *mean) * (values[i] - *mean);
    *std = sqrt(squares / (double)n);
}

int main(void)
{
    alv_model *model;
    alv_error error;
    if (alv_model_new(&model, "784-256-128-10", NULL, &error)) return 1;
    printf("%-18s%-12s%10s%10s%10s%10s\n", "scheme", "parameter", "mean", "measured", "std",
           "measured");
    for (int i = 0; i < alv_init_count(); i++) {
        alv_scheme scheme;
        if (alv_scheme_parse(&scheme, alv_init_at(i)->name, &error)) return 1;
        for (int p = 0; p < model->n_params; p++) {
            alv_tensor w = model->params[p];
            int64_t n;
            double expected, variance, mean, std;
            w.dtype = ALV_F64;
            if (w.role == ALV_ROLE_BIAS) continue;
            if (alv_init_moments(&expected, &variance, &scheme, &w, &error)) {
                printf("%-18s%-12s is made for other tensors\n", scheme.init->name, w.name);
                continue;
            }
            if (alv_tensor_count(&n, &w, &error) ||
                alv_init_fill(values, 0, n, &scheme, &w, 42, NULL, &error)) {
                fprintf(stderr, "%s: %s\n", error.where, error.message);
                return 1;
            }
            measure(&mean, &std, n);
            printf("%-18s%-12s%10.6f%10.6f%10.6f%10.6f\n", scheme.init->name, w.name, expected,
                   mean, sqrt(variance), std);
        }
    }
    alv_model_free(model);
    return 0;
}
