/* Moments of a batch of tokens: how often two are equal.
 *
 * A token stands for a row that is 1 there and 0 elsewhere, of which a table is the first weights.
 * With p_v the share of the token v, the covariance S of these rows is diag(p) - p p', so that tr S
 * = 1 - sum p^2 and tr S^2 = sum p^2 - 2 sum p^3 + (sum p^2)^2. Where what follows a sample is a
 * token, too, its share is taken as p_v; the gradient of the cross-entropy is 1 / n less 1 at that
 * token, over n outputs that all have the same chance, whose tr D = 1 - 1 / n and tr D^2 = (1 - 2 /
 * n) sum p^2 + 1 / n^2. */
#include "theory/inputs.h"

#include "base/base.h"
#include "math/math.h"

typedef struct batch {
    const float *x;
    int64_t n, places, tokens;
    double *count; /* (tokens), for whoever counts */
} batch;

static float at(const batch *b, int64_t sample, int64_t place)
{
    return b->x[sample * b->places + place];
}

/* How many ordered pairs of samples [first, last) and places [from, to) have the same token, with
 * themselves. */
static double equal(const batch *b, int64_t first, int64_t last, int64_t from, int64_t to)
{
    double sum = 0;
    memset(b->count, 0, (size_t)b->tokens * sizeof *b->count);
    for (int64_t i = first; i < last; i++)
        for (int64_t t = from; t < to; t++) sum += 2 * b->count[(int64_t)at(b, i, t)]++ + 1;
    return sum;
}

/* Shares of pairs of tokens, by their distance. */
static void measure_lags(double *lags, const batch *b)
{
    for (int64_t d = 0; d < b->places; d++) {
        double same = 0;
        for (int64_t i = 0; i < b->n; i++)
            for (int64_t t = 0; t + d < b->places; t++) same += at(b, i, t) == at(b, i, t + d);
        lags[d] = same / (double)(b->n * (b->places - d));
    }
}

/* Of two samples: at any two places and at one. */
static void measure_samples(alv_flow_input *out, const batch *b)
{
    const double n = (double)b->n, places = (double)b->places;
    double all = equal(b, 0, b->n, 0, b->places), same = 0;
    for (int64_t i = 0; i < b->n; i++) all -= equal(b, i, i + 1, 0, b->places);
    for (int64_t t = 0; t < b->places; t++) same += equal(b, 0, b->n, t, t + 1) - n;
    const double pairs = alv_max(n * (n - 1), 1), far = all / (pairs * places * places);
    out->same = (alv_pair){same / (pairs * places), 1};
    for (int k = 0; k < ALV_FAR; k++) { /* those that are equal come last */
        const double first = (1 - far) * ALV_FAR;
        out->far[k] = (alv_pair){alv_min(1, alv_max(0, k + 1 - first)), 1};
        out->sizes[k] = 1;
    }
}

static void measure_shares(alv_flow_input *out, const batch *b, int64_t outputs)
{
    const double rows = (double)(b->n * b->places), n = (double)outputs;
    double two = 0, three = 0;
    equal(b, 0, b->n, 0, b->places);
    for (int64_t v = 0; v < b->tokens; v++) {
        const double p = b->count[v] / rows;
        two += p * p, three += p * p * p;
    }
    const double trace = 1 - two;
    out->overlap = trace > 0 ? (two - 2 * three + two * two) / (trace * trace) : 1;
    if (outputs < 2) return;
    const double share = outputs == b->tokens ? two : 1 / n;
    out->end = (share * (1 - 2 / n) + 1 / (n * n)) / ((1 - 1 / n) * (1 - 1 / n)) - 1 / n;
}

alv_status alv_inputs_tokens(alv_flow_input *out, double **lags, const alv_model *model,
                             const float *x, int64_t samples, alv_error *error)
{
    const int64_t tokens = model->tokens, places = model->inputs;
    batch b = {.x = x, .n = samples, .places = places, .tokens = tokens};
    b.count = alv_new_array((size_t)tokens, sizeof *b.count);
    *lags = alv_new_array((size_t)places, sizeof **lags);
    const bool done = b.count && *lags;
    if (done) {
        out->square = 1;
        out->mean = 1 / (double)tokens;
        measure_lags(*lags, &b);
        measure_samples(out, &b);
        measure_shares(out, &b, model->outputs);
        out->lags = *lags;
    } else {
        free(*lags);
        *lags = NULL;
    }
    free(b.count);
    return done ? ALV_OK : alv_fail(error, ALV_ERR_MEMORY, "inputs", "no memory for pairs");
}
