/* Mean products of pairs of rows: what a node does to one pair it does to all.
 *
 * Lags are kept without signs: of all pairs of places that lie so many rows and columns apart, in
 * either direction, the mean. An image of h rows has 2 (h - d) ordered pairs of rows d > 0 apart.
 */
#include "math/math.h"
#include "theory/flow_parts.h"

static int64_t least(int64_t a, int64_t b)
{
    return a < b ? a : b;
}

static void line(double *x, double factor, double shift)
{
    *x = factor * *x + shift;
}

void alv_pairs_line(alv_level *x, double factor, double shift)
{
    line(&x->square, factor, shift);
    line(&x->same.product, factor, shift);
    line(&x->same.size, factor, shift);
    for (int k = 0; k < ALV_FAR; k++) {
        line(&x->sizes[k], factor, shift);
        line(&x->far[k].product, factor, shift);
        line(&x->far[k].size, factor, shift);
    }
    for (int64_t i = 0; x->lags && i < (int64_t)x->height * x->width; i++)
        line(&x->lags[i], factor, shift);
}

double alv_pairs_far(const alv_level *x)
{
    double sum = 0;
    for (int k = 0; k < ALV_FAR; k++) sum += x->far[k].product;
    return sum / ALV_FAR;
}

double alv_pairs_lag(const alv_level *x, int64_t rows, int64_t columns)
{
    if (rows == 0 && columns == 0) return x->square;
    if (!x->lags) return alv_pairs_far(x);
    return x->lags[least(rows, x->height - 1) * x->width + least(columns, x->width - 1)];
}

double alv_pairs_together(const alv_level *x, double n)
{
    if (!x->lags || !(n > 1)) return alv_pairs_far(x);
    return (alv_pairs_in_sample(x, n) * n - x->square) / (n - 1);
}

void alv_pairs_set(alv_level *x, double square, double far, double same)
{
    x->square = square;
    x->same = (alv_pair){same, square};
    for (int k = 0; k < ALV_FAR; k++) {
        x->sizes[k] = square;
        x->far[k] = (alv_pair){far, square};
    }
}

static double weight(int64_t distance, int64_t size)
{
    return (double)(size - distance) * (distance > 0 ? 2 : 1) / ((double)size * (double)size);
}

double alv_pairs_in_window(const alv_level *x, int64_t rows, int64_t columns)
{
    double sum = 0;
    for (int64_t i = 0; i < rows; i++)
        for (int64_t j = 0; j < columns; j++)
            sum += weight(i, rows) * weight(j, columns) * alv_pairs_lag(x, i, j);
    return sum;
}

double alv_pairs_squared(const alv_level *x, int64_t rows, int64_t columns, double shared)
{
    double sum = 0;
    for (int64_t i = 0; i < rows; i++)
        for (int64_t j = 0; j < columns; j++) {
            const double own = alv_pairs_lag(x, i, j) - shared;
            sum += weight(i, rows) * weight(j, columns) * own * own;
        }
    return sum;
}

double alv_pairs_in_sample(const alv_level *x, double positions)
{
    if (x->lags) return alv_pairs_in_window(x, x->height, x->width);
    return alv_pairs_far(x) + (x->square - alv_pairs_far(x)) / positions;
}

double alv_pairs_in_batch(const alv_level *x, double positions, double samples)
{
    const double far = alv_pairs_far(x);
    return far + (alv_pairs_in_sample(x, positions) - far) / samples;
}

void alv_pairs_stride(alv_level *x, int height, int width, int stride)
{
    if (height > x->height || width > x->width) x->lags = NULL; /* there is no room for more */
    if (!x->lags) return;
    for (int64_t i = 0; i < height; i++)
        for (int64_t j = 0; j < width; j++)
            x->lags[i * width + j] = alv_pairs_lag(x, i * stride, j * (x->width > 1 ? stride : 1));
    x->height = height, x->width = width;
}
