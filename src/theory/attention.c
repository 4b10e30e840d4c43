/* Shares A_ij = softmax_j(q_i k_j / sqrt(d)) of values v_j, and the softmax's Jacobian on the way
 * back.
 *
 * Given a query, logits are normal and independent, of variance v = |q|^2 / d times what keys have
 * of their own, since the softmax takes off what they have in common. With Z the sum of n
 * exponentials, 1 / Z^p = integral of t^(p-1) exp(-t Z) / Gamma(p), so that what is needed of the
 * shares are integrals over t of powers of J_p(t) = E t^p exp(p s - t e^s):
 *
 *     P = E sum A^2,   D = E sum_j A_j^2 ((1 - A_j)^2 + sum over k != j of A_k^2)
 *
 * Out: values have `own` = square - together of their own, of which P is left; but in the one of 1
 * / overlap directions that the query looks along, with logits s = sqrt(v) z there,
 *
 *     E (sum A z)^2 instead of P, and of inputs that all have one size, P less by E sum A^2 (z^2 -
 * 1) in the other directions:  P + overlap (E (sum over j != k of A_j A_k z_j z_k) + sizes E sum
 * A^2 (z^2 - 1))
 *
 * Back, from a gradient g at the output, independent of the weights: dv_j = sum A_ij g_i, and
 * dlogit_ij = A_ij (v_j - sum of A v) g_i, whose sum over j is 0. Queries get the keys' covariance
 * with the values, which for the same inputs x is W_k C W_v', C being the covariance of x under the
 * shares: E tr C^2 / (tr S)^2 = D (1 + overlap) + overlap (1 - P)^2 (for equal shares the moment of
 * Wishart's matrix). Keys get D of each query; where gradients at positions are alike, also the
 * queries' mean under column j of the shares, which leans towards key j by own |k| / sqrt(d).
 *
 * v varies between queries, by |q|^2 and by how W_k stretches them, with a relative variance of
 * 2 / d + 2 overlap: log v at three nodes of Gauss and Hermite. */
#include "theory/attention.h"

#include "math/math.h"

enum { LOGITS = 80, MOST_LOGITS = 1600, TIMES = 512, POWERS = 5, ROWS = 64 };

/* J_p at exp(u) for u of even distance, and the same means with z and z^2. */
typedef struct laplace {
    int n;
    double step;
    double j[POWERS][TIMES], along[TIMES], squares[TIMES]; /* J_1 with z, J_2 with z^2 */
} laplace;

/* Means over rows of m positions. */
typedef struct shares {
    double participation, jacobian;
    double pairs, excess; /* E sum over j != k of A_j A_k z_j z_k; E sum A^2 (z^2 - 1) */
} shares;

static void make_laplace(laplace *l, double variance, double positions)
{
    const double deviation = alv_sqrt(variance), first = -alv_log(positions) - 10 - 8 * deviation;
    const double last = 8 + 8 * deviation;
    const int logits = (int)alv_min(LOGITS * alv_max(1, deviation / 4), MOST_LOGITS);
    l->step = 0.15 * alv_max(1, deviation / 3);
    l->n = (int)alv_min((last - first) / l->step + 1, TIMES);
    for (int i = 0; i < l->n; i++) {
        double sum = 0;
        for (int p = 0; p < POWERS; p++) l->j[p][i] = 0;
        l->along[i] = l->squares[i] = 0;
        for (int k = 0; k <= logits; k++) {
            const double z = -8 + 16.0 * k / logits, weight = alv_normal_pdf(z);
            const double e = alv_exp(first + i * l->step + deviation * z);
            const double first_power = weight * alv_exp(-e);
            double power = first_power;
            sum += weight;
            if (!(power > 0)) continue;
            for (int p = 0; p < POWERS; p++, power *= e) l->j[p][i] += power;
            l->along[i] += first_power * e * z;
            l->squares[i] += first_power * e * e * z * z;
        }
        l->along[i] /= sum;
        l->squares[i] /= sum;
        for (int p = 0; p < POWERS; p++) l->j[p][i] /= sum;
    }
}

static shares shares_of(const laplace *l, double m)
{
    double two = 0, three = 0, four = 0, pairs = 0, along = 0, squares = 0;
    for (int i = 0; i < l->n; i++) {
        const double before = m > 1 ? alv_pow(l->j[0][i], m - 2) : 0; /* the others of a pair */
        const double others = m > 1 ? before * l->j[0][i] : 1;
        two += l->j[2][i] * others;
        three += l->j[3][i] * others;
        four += l->j[4][i] * others;
        pairs += l->j[2][i] * l->j[2][i] * before;
        along += l->along[i] * l->along[i] * before;
        squares += l->squares[i] * others;
    }
    const double each = m * l->step;
    const double participation = each * two;
    const double squared = each * (four + (m - 1) * pairs) / 6; /* E (sum A^2)^2 */
    return (shares){participation, alv_max(participation - each * three + squared, 0),
                    each * (m - 1) * along, each * squares - participation};
}

/* Means over positions of (sum of A_ij over i)^2 without its squares, and over pairs of positions
 * of sum_j A_ij A_i'j, where logits are small. */
static void columns(double *twice, double *pairs, int n, bool causal)
{
    double sum = 0, squares = 0;
    *twice = n > 1 ? 1 - 1.0 / n : 0;
    *pairs = 1.0 / n;
    if (!causal || n < 2) return;
    *twice = *pairs = 0;
    for (int m = n; m > 0; m--) {
        sum += 1.0 / m;
        squares += 1.0 / m / m;
        *twice += (sum * sum - squares) / n;
        *pairs += 2.0 * (m - 1) / m / n / (n - 1);
    }
}

static double own(alv_attended x)
{
    return alv_max(x.square - x.together, 0);
}

/* Adds what a share `weight` of the positions gives, and `back` of the gradient. */
static double add(alv_attention_law *out, const alv_attention_case *in, shares s, double size,
                  double columns, double weight, double back)
{
    const double q = own(in->query), k = own(in->key), each = own(in->value);
    const double here = each * (s.participation + in->overlap * (s.pairs + in->sizes * s.excess));
    const double p = s.participation, d = s.jacobian, rest = alv_max(1 - p, 0);
    const double common =
        rest * (p * q + columns * (in->query.together + q * q * k / alv_max(in->units, 1)));
    out->out.square += weight * here;
    out->leaning += weight * each * in->overlap * alv_max(s.pairs, 0);
    out->query += back * each * k * (d * (1 + in->overlap) + in->overlap * rest * rest);
    out->key += back * each * ((1 - in->near) * d * in->query.square * size + in->near * common);
    out->value += back * p;
    return here;
}

/* From the last rows to the first. */
static void set_parts(alv_attention_law *out, const double *of_rows, int rows, double together)
{
    for (int k = 0; k < ALV_ATTENTION_PARTS; k++) {
        const int lo = rows * k / ALV_ATTENTION_PARTS, hi = rows * (k + 1) / ALV_ATTENTION_PARTS;
        out->parts[k] = together;
        for (int i = lo; i < hi; i++) out->parts[k] += of_rows[rows - 1 - i] / (hi - lo);
        if (hi == lo) out->parts[k] += of_rows[rows - 1 - lo];
    }
}

void alv_attention_law_of(alv_attention_law *out, const alv_attention_case *in)
{
    static const double node[3] = {-1.7320508075688772, 0, 1.7320508075688772},
                        weight[3] = {1.0 / 6, 2.0 / 3, 1.0 / 6};
    enum { LARGEST = 10000 };
    const double mean = in->query.square * own(in->key);
    const double spread =
        alv_sqrt(alv_log(1 + 2 / alv_max(in->units, 1) + 2 * in->overlap)); /* of log v */
    const double shared = alv_min(in->query.together * own(in->key), 3);
    const int n = in->positions > 1 ? in->positions : 1;
    const int rows = !in->causal ? 1 : n < ROWS ? n : ROWS;
    double of_rows[ROWS] = {0};
    double twice, pairs;
    columns(&twice, &pairs, n, in->causal);
    twice *= alv_exp(shared);
    *out = (alv_attention_law){0};
    for (int i = 0; i < 3; i++) {
        laplace l;
        const double size = alv_exp(spread * node[i] - spread * spread / 2);
        const double v = alv_min(mean * size, LARGEST);
        make_laplace(&l, v, n);
        for (int k = 0; k < rows; k++) {
            const double m = in->causal ? 1 + alv_floor((k + 0.5) * n / rows) : n;
            const double back = (1 - in->lone) / rows + (k + 1 == rows ? in->lone : 0);
            of_rows[k] += weight[i] * add(out, in, shares_of(&l, m), size, twice, weight[i] / rows,
                                          weight[i] * back);
        }
    }
    out->out.square += in->value.together;
    out->last = in->value.together + of_rows[rows - 1];
    set_parts(out, of_rows, rows, in->value.together);
    if (out->out.square > 0) out->leaning /= out->out.square;
    out->out.together =
        alv_min(in->value.together + own(in->value) * pairs * alv_exp(shared), out->out.square);
    /* Rows add up to 1, all of them to n. */
    const double p = out->value, both = (1 - in->near) * (1 - p) + in->near * (n - p - twice);
    out->value += in->near * twice;
    out->near = n > 1 ? alv_max(0, alv_min(both / (n - 1) / out->value, 1)) : 1;
}
