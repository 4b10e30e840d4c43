/* Moments of a batch, of pairs of its samples, and of pairs of places.
 *
 * Features: the products of all pairs of samples, in order of correlation, in eight equal parts. tr
 * S^2 of their covariance S over n samples is the sum of the squares of all products of samples
 * about their mean, over n^2.
 *
 * Images: the mean product of two rows of one channel follows from the channels' means; of two
 * samples at one place, from the places' means. tr S^2 is that of the values under the kernel of
 * the first weights, zeros beyond the border. */
#include "theory/inputs.h"

#include "base/base.h"
#include "math/math.h"
#include "theory/flow_parts.h"

typedef struct batch {
    const float *x;
    int64_t n, dim, places, channels;
    const alv_model *model;
} batch;

static double dot(const float *a, const float *b, int64_t n)
{
    double sum[4] = {0};
    int64_t i = 0;
    for (; i + 4 <= n; i += 4)
        for (int k = 0; k < 4; k++) sum[k] += (double)a[i + k] * (double)b[i + k];
    for (; i < n; i++) sum[0] += (double)a[i] * (double)b[i];
    return sum[0] + sum[1] + (sum[2] + sum[3]);
}

static double mean_of(const float *x, int64_t n)
{
    double sum = 0;
    for (int64_t i = 0; i < n; i++) sum += (double)x[i];
    return sum / (double)n;
}

/* A number that things are put in order by, and what is averaged of them. */
typedef struct item {
    double order, first, second;
} item;

static void sift(item *x, int64_t root, int64_t n)
{
    for (int64_t child = 2 * root + 1; child < n; root = child, child = 2 * root + 1) {
        if (child + 1 < n && x[child].order < x[child + 1].order) child++;
        if (!(x[root].order < x[child].order)) return;
        const item t = x[root];
        x[root] = x[child], x[child] = t;
    }
}

static void sort(item *x, int64_t n)
{
    for (int64_t i = n / 2 - 1; i >= 0; i--) sift(x, i, n);
    for (int64_t last = n - 1; last > 0; last--) {
        const item t = x[0];
        x[0] = x[last], x[last] = t;
        sift(x, 0, last);
    }
}

/* Means of the k-th of eight equal parts of n sorted items. */
static alv_pair part_of(const item *x, int64_t n, int k)
{
    const int64_t lo = n * k / ALV_FAR,
                  hi = n * (k + 1) / ALV_FAR > lo ? n * (k + 1) / ALV_FAR : lo + 1;
    alv_pair sum = {0, 0};
    for (int64_t i = lo; i < hi && i < n; i++) {
        sum.product += x[i].first / (double)(hi - lo);
        sum.size += x[i].second / (double)(hi - lo);
    }
    return sum;
}

/* Products of samples i and k, (n, n), each over their dimension. */
static void products(double *out, const batch *b)
{
    for (int64_t i = 0; i < b->n; i++)
        for (int64_t k = 0; k <= i; k++)
            out[i * b->n + k] = out[k * b->n + i] =
                dot(b->x + i * b->dim, b->x + k * b->dim, b->dim) / (double)b->dim;
}

/* tr S^2 / (tr S)^2 from the products of rows about their mean. */
static double crowding(const double *product, double *row, int64_t n)
{
    double all = 0, squares = 0, trace = 0;
    for (int64_t i = 0; i < n; i++) {
        row[i] = 0;
        for (int64_t k = 0; k < n; k++) row[i] += product[i * n + k] / (double)n;
        all += row[i] / (double)n;
    }
    for (int64_t i = 0; i < n; i++)
        for (int64_t k = 0; k < n; k++) {
            const double g = product[i * n + k] - row[i] - row[k] + all;
            squares += g * g;
            if (i == k) trace += g;
        }
    return trace > 0 ? squares / (trace * trace) : 0;
}

static void measure_pairs(alv_flow_input *out, item *items, const double *product, int64_t n)
{
    int64_t count = 0;
    for (int64_t i = 0; i < n; i++) items[i] = (item){product[i * n + i], product[i * n + i], 0};
    sort(items, n);
    for (int k = 0; k < ALV_FAR; k++) out->sizes[k] = part_of(items, n, k).product;
    for (int64_t i = 0; i < n; i++)
        for (int64_t k = 0; k < i; k++) {
            const double p = product[i * n + k];
            const double size = alv_sqrt(product[i * n + i] * product[k * n + k]);
            items[count++] = (item){size > 0 ? p / size : 0, p, size};
        }
    sort(items, count);
    for (int k = 0; k < ALV_FAR; k++) {
        out->far[k] = part_of(items, count, k);
        out->same.product += out->far[k].product / ALV_FAR;
        out->same.size += out->far[k].size / ALV_FAR;
    }
}

static alv_status measure_features(alv_flow_input *out, const batch *b, alv_error *error)
{
    const size_t n = (size_t)b->n;
    double *product = alv_new_array(n * n, sizeof *product);
    double *row = alv_new_array(n, sizeof *row);
    item *items = alv_new_array(n * n, sizeof *items);
    const bool done = product && row && items;
    if (done) {
        products(product, b);
        out->overlap = crowding(product, row, b->n);
        measure_pairs(out, items, product, b->n);
    }
    free(product);
    free(row);
    free(items);
    return done ? ALV_OK : alv_fail(error, ALV_ERR_MEMORY, "inputs", "no memory for pairs");
}

/* Adds products of places of one channel of a sample to those of their distance. */
static void add_lags(double *lags, const float *x, int64_t height, int64_t width)
{
    for (int64_t i = 0; i < height; i++)
        for (int64_t d = 0; i + d < height; d++) {
            const float *a = x + i * width, *b = x + (i + d) * width;
            for (int64_t e = 0; e < width; e++) {
                double sum = dot(a, b + e, width - e);
                if (d > 0 && e > 0) sum += dot(a + e, b, width - e);
                lags[d * width + e] += sum;
            }
        }
}

static void measure_lags(double *lags, const batch *b)
{
    const int64_t height = b->model->height, width = b->model->width;
    for (int64_t i = 0; i < b->n * b->channels; i++)
        add_lags(lags, b->x + i * b->places, height, width);
    for (int64_t d = 0; d < height; d++)
        for (int64_t e = 0; e < width; e++) {
            const double pairs = (double)((height - d) * (width - e)) * (d > 0 && e > 0 ? 2 : 1);
            lags[d * width + e] /= pairs * (double)(b->n * b->channels);
        }
}

/* Of two samples: at one place, and at any two. */
static void measure_means(alv_flow_input *out, const batch *b, double in_sample)
{
    const double n = (double)b->n;
    double places = 0, channels = 0;
    for (int64_t c = 0; c < b->channels; c++) {
        double sum = 0;
        for (int64_t p = 0; p < b->places; p++) {
            double place = 0;
            for (int64_t i = 0; i < b->n; i++)
                place += (double)b->x[i * b->dim + c * b->places + p] / n;
            places += place * place / (double)b->dim;
            sum += place / (double)b->places;
        }
        channels += sum * sum / (double)b->channels;
    }
    const double far = b->n > 1 ? (channels - in_sample / n) / (1 - 1 / n) : channels;
    for (int k = 0; k < ALV_FAR; k++) {
        out->far[k] = (alv_pair){far, out->square};
        out->sizes[k] = out->square;
    }
    out->same.size = out->square;
    out->same.product = b->n > 1 ? (places - out->square / n) / (1 - 1 / n) : places;
}

/* The values under a kernel at a place of a sample, one channel after another. */
static void gather(float *row, const batch *b, const alv_node *node, int64_t sample, int64_t at)
{
    const int64_t height = b->model->height, width = b->model->width, k = node->kernel;
    const int64_t columns = node->one_axis ? 1 : k, pad = (k - 1) / 2;
    const int64_t top = at / width - pad, left = at % width - (node->one_axis ? 0 : pad);
    for (int64_t c = 0; c < b->channels; c++)
        for (int64_t i = top; i < top + k; i++)
            for (int64_t j = left; j < left + columns; j++, row++) {
                const bool inside = i >= 0 && i < height && j >= 0 && j < width;
                *row = inside ? b->x[sample * b->dim + c * b->places + i * width + j] : 0;
            }
}

/* Rows at places of all samples: enough for moments; of pairs, fewer. */
enum { MOST_ROWS = 4096, PAIRED_ROWS = 160 };

typedef struct kernel {
    const batch *b;
    const alv_node *node;
    int64_t size, rows;
} kernel;

/* Row r lies in sample r of all, again and again, at a place that jumps about (by the golden ratio,
 * as Weyl's sequence), so that rows and columns are met alike. */
static int64_t place_of(int64_t r, int64_t places)
{
    const double turns = 0.6180339887498949 * (double)(r + 1);
    return (int64_t)((turns - alv_floor(turns)) * (double)places);
}

static void fill_rows(float *rows, const kernel *k)
{
    for (int64_t r = 0; r < k->rows; r++)
        gather(rows + r * k->size, k->b, k->node, r % k->b->n, place_of(r, k->b->places));
}

/* tr S^2 / (tr S)^2 over rows. */
static alv_status measure_crowd(alv_flow_input *out, const float *rows, const kernel *k,
                                alv_error *error)
{
    const int64_t size = k->size;
    const double n = (double)k->rows;
    double *s = alv_new_array((size_t)(size * (size + 1)), sizeof *s);
    if (!s) return alv_fail(error, ALV_ERR_MEMORY, "inputs", "no memory for a kernel's values");
    double *mean = s + size * size, squares = 0, trace = 0;
    for (int64_t r = 0; r < k->rows; r++)
        for (int64_t i = 0; i < size; i++) {
            const double value = (double)rows[r * size + i];
            mean[i] += value / n;
            for (int64_t j = 0; j <= i; j++)
                s[i * size + j] += value * (double)rows[r * size + j] / n;
        }
    for (int64_t i = 0; i < size; i++)
        for (int64_t j = 0; j <= i; j++) {
            const double v = s[i * size + j] - mean[i] * mean[j];
            squares += v * v * (i == j ? 1 : 2);
            if (i == j) trace += v;
        }
    out->overlap = trace > 0 ? squares / (trace * trace) : 0;
    free(s);
    return ALV_OK;
}

/* Eight parts of `count` pairs; their mean product is known. */
static void take_pairs(alv_pair out[ALV_FAR], item *items, int64_t count, double known)
{
    double product = 0;
    sort(items, count);
    for (int i = 0; i < ALV_FAR; i++) {
        out[i] = part_of(items, count, i);
        product += out[i].product / ALV_FAR;
    }
    for (int i = 0; i < ALV_FAR; i++) out[i].product += known - product;
}

static item pair_of(const float *a, const float *b, const kernel *k, double scale)
{
    const double product = scale * dot(a, b, k->size);
    const double size = scale * alv_sqrt(dot(a, a, k->size) * dot(b, b, k->size));
    return (item){size > 0 ? product / size : 0, product, size};
}

/* Of rows next to each other, which are of unlike samples. */
static int64_t pair_samples(item *items, const float *rows, const kernel *k, double scale)
{
    int64_t count = 0;
    for (int64_t i = 0; i < k->rows && i < PAIRED_ROWS; i++)
        for (int64_t j = 0; j < i; j++)
            if (i % k->b->n != j % k->b->n)
                items[count++] = pair_of(rows + i * k->size, rows + j * k->size, k, scale);
    return count;
}

/* Sizes and pairs of the rows, in proportion to what all rows have. */
static alv_status measure_rows(alv_flow_input *out, const float *rows, const kernel *k,
                               alv_error *error)
{
    const int64_t most = PAIRED_ROWS * PAIRED_ROWS + k->rows;
    item *items = alv_new_array((size_t)most, sizeof *items);
    double mean = 0;
    if (!items) return alv_fail(error, ALV_ERR_MEMORY, "inputs", "no memory for pairs");
    for (int64_t r = 0; r < k->rows; r++) {
        const float *row = rows + r * k->size;
        const double size = dot(row, row, k->size);
        items[r] = (item){size, size, 0};
        mean += size / (double)k->rows;
    }
    sort(items, k->rows);
    const double scale = mean > 0 ? out->square / mean : 0;
    for (int i = 0; i < ALV_FAR; i++) out->sizes[i] = scale * part_of(items, k->rows, i).product;
    const double far = out->far[0].product;
    take_pairs(out->far, items, pair_samples(items, rows, k, scale), far);
    free(items);
    return ALV_OK;
}

static alv_status measure_kernel(alv_flow_input *out, const batch *b, const alv_node *node,
                                 alv_error *error)
{
    const int64_t all = b->n * b->places;
    const kernel k = {.b = b,
                      .node = node,
                      .size = b->channels * node->kernel * (node->one_axis ? 1 : node->kernel),
                      .rows = all < MOST_ROWS ? all : MOST_ROWS};
    float *rows = alv_new_array((size_t)(k.rows * k.size), sizeof *rows);
    if (!rows) return alv_fail(error, ALV_ERR_MEMORY, "inputs", "no memory for a kernel's values");
    fill_rows(rows, &k);
    alv_status status = measure_crowd(out, rows, &k, error);
    if (status == ALV_OK) status = measure_rows(out, rows, &k, error);
    free(rows);
    return status;
}

static const alv_node *first_weights(const alv_model *model)
{
    for (int i = 0; i < model->n_nodes; i++)
        if (model->nodes[i].op == ALV_OP_WEIGHTS && model->nodes[i].input < 0)
            return &model->nodes[i];
    return NULL;
}

static alv_status measure_image(alv_flow_input *out, double **lags, const batch *b,
                                alv_error *error)
{
    const alv_node *first = first_weights(b->model);
    *lags = alv_new_array((size_t)b->places, sizeof **lags);
    if (!*lags) return alv_fail(error, ALV_ERR_MEMORY, "inputs", "no memory for pairs of places");
    measure_lags(*lags, b);
    out->lags = *lags;
    const alv_level seen = {
        .square = out->square, .lags = *lags, .height = b->model->height, .width = b->model->width};
    measure_means(out, b, alv_pairs_in_window(&seen, seen.height, seen.width));
    if (first && first->kind == ALV_LAYER_CONV) return measure_kernel(out, b, first, error);
    return ALV_OK;
}

alv_status alv_inputs_measure(alv_flow_input *out, double **lags, const alv_model *model,
                              const float *x, int64_t samples, alv_error *error)
{
    const int64_t height = model->height > 0 ? model->height : 1;
    const int64_t width = model->width > 0 ? model->width : 1;
    const batch b = {.x = x,
                     .n = samples,
                     .dim = model->inputs,
                     .places = height * width,
                     .channels = model->inputs / (height * width),
                     .model = model};
    *lags = NULL;
    *out = (alv_flow_input){.samples = samples};
    if (model->tokens > 0) return alv_inputs_tokens(out, lags, model, x, samples, error);
    out->mean = mean_of(x, samples * b.dim);
    out->square = dot(x, x, samples * b.dim) / (double)(samples * b.dim);
    const bool image =
        b.places > 1 && first_weights(model) && first_weights(model)->kind == ALV_LAYER_CONV;
    alv_status status =
        image ? measure_image(out, lags, &b, error) : measure_features(out, &b, error);
    if (model->outputs > 1)
        out->end = 1 / (double)(model->outputs - 1) - 1 / (double)model->outputs;
    return status;
}
