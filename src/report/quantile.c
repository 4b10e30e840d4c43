/* Quantiles over seeds that count what is missing. */
#include "report/parts.h"

#include <math.h>

static int by_value(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

double report_quantile(double *values, int n, double p, double missing)
{
    if (n <= 0) return (double)NAN;
    for (int i = 0; i < n; i++)
        if (!isfinite(values[i])) values[i] = missing;
    qsort(values, (size_t)n, sizeof *values, by_value);
    double position = p * (n - 1);
    int below = (int)position;
    double weight = position - below;
    double q = values[below];
    if (weight > 0) q += weight * (values[below + 1] - values[below]);
    return isfinite(q) ? q : (double)NAN;
}

json_t *report_quartiles(double *values, int n, double missing)
{
    static const double at[] = {0.5, 0.25, 0.75};
    json_t *out = json_array();
    for (int i = 0; i < ALV_COUNT(at); i++)
        json_array_append_new(out, report_number(report_quantile(values, n, at[i], missing)));
    return out;
}
