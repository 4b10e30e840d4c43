/* Gram matrix, Householder's reduction to tridiagonal form, and bisection with Sturm sequences for
 * the two extreme eigenvalues (Golub and Van Loan, Matrix Computations, 8.3.1 and 8.4.1). n^3 4/3
 * multiplications for a side of n, and n^2 m to form the Gram matrix of n x m. */
#include "audit/spectrum.h"

#include "base/base.h"
#include "math/math.h"
#include "model/matrix.h"

/* The first matrix, its smaller side as rows of length n. */
typedef struct sides {
    alv_reader *reader;
    alv_matrix_view view;
    bool by_rows;
    int64_t small, large;
} sides;

static bool find_sides(sides *out, const alv_checkpoint_tensor *t)
{
    if (!t->kind->is_matrix || t->dtype < 0 || t->item == 0 || !t->bytes || t->fortran ||
        t->rank < 2 || alv_matrix_view_make(&out->view, &t->what, NULL) != ALV_OK ||
        out->view.count == 0)
        return false;
    const int64_t rows = alv_matrix_rows(&out->view, 0), columns = out->view.columns;
    out->by_rows = rows <= columns;
    out->small = out->by_rows ? rows : columns;
    out->large = out->by_rows ? columns : rows;
    return out->small > 0 && out->small <= ALV_SPECTRUM_SIDE && out->large < INT32_MAX;
}

double alv_spectrum_cost(const alv_checkpoint_tensor *tensor)
{
    sides s;
    if (!find_sides(&s, tensor)) return 0;
    const double n = (double)s.small, m = (double)s.large;
    return n * n * m / 2 + 4.0 / 3 * n * n * n;
}

/* Where element (i, k) stands, with i along the smaller side. */
static int64_t place(const sides *s, int64_t i, int64_t k)
{
    return s->by_rows ? alv_matrix_index(&s->view, 0, i, k) : alv_matrix_index(&s->view, 0, k, i);
}

enum { STRIP = 64 };

/* A strip of at most STRIP places along the larger side, in the order of the file. */
static void read_strip(double *strip, const alv_checkpoint_tensor *t, const sides *s, int64_t lo,
                       int64_t width)
{
    const int64_t n = s->small;
    const bool across = n > 1 && width > 1 && place(s, 1, 0) < place(s, 0, 1);
    const int64_t outer = across ? width : n, inner = across ? n : width;
    for (int64_t a = 0; a < outer; a++)
        for (int64_t b = 0; b < inner; b++) {
            const int64_t i = across ? b : a, k = across ? a : b, at = place(s, i, lo + k);
            alv_reader_decode(&strip[i * STRIP + k], s->reader, t, at, at + 1);
        }
}

/* Lanes of sums, which compilers cut to the vectors of each instruction set without changing a bit.
 */
typedef double lanes __attribute__((vector_size(8 * sizeof(double))));

/* Adds the products of a strip's rows to the lower half. */
ALV_CLONES static void add_products(double *gram, const double *strip, int64_t n)
{
    for (int64_t i = 0; i < n; i++)
        for (int64_t j = 0; j <= i; j++) {
            lanes sum = {0};
            for (int k = 0; k < STRIP; k += 8) {
                lanes a, b;
                memcpy(&a, strip + i * STRIP + k, sizeof a);
                memcpy(&b, strip + j * STRIP + k, sizeof b);
                sum += a * b;
            }
            gram[i * n + j] +=
                ((sum[0] + sum[4]) + (sum[1] + sum[5])) + ((sum[2] + sum[6]) + (sum[3] + sum[7]));
        }
}

/* w = A v for the leading k x k part of a symmetric matrix of which the lower half is stored. */
static void multiply(double *w, const double *a, const double *v, int64_t k, int64_t n)
{
    for (int64_t i = 0; i < k; i++) w[i] = 0;
    for (int64_t i = 0; i < k; i++) {
        double sum = a[i * n + i] * v[i];
        for (int64_t j = 0; j < i; j++) {
            sum += a[i * n + j] * v[j];
            w[j] += a[i * n + j] * v[i];
        }
        w[i] += sum;
    }
}

/* One step: row k of the lower half becomes one number beside the diagonal. */
static double reflect(double *a, double *v, double *w, int64_t k, int64_t n)
{
    double norm2 = 0, vtw = 0;
    for (int64_t j = 0; j < k; j++) norm2 += (v[j] = a[k * n + j]) * a[k * n + j];
    const double norm = alv_sqrt(norm2), last = v[k - 1];
    if (norm2 - last * last <= 1e-300) return last;
    const double beta = last > 0 ? -norm : norm;
    v[k - 1] -= beta;
    const double scale = 1 / (norm2 - last * beta); /* 2 / |v|^2 */
    multiply(w, a, v, k, n);
    for (int64_t j = 0; j < k; j++) vtw += v[j] * (w[j] *= scale);
    for (int64_t j = 0; j < k; j++) w[j] -= scale / 2 * vtw * v[j];
    for (int64_t i = 0; i < k; i++)
        for (int64_t j = 0; j <= i; j++) a[i * n + j] -= v[i] * w[j] + w[i] * v[j];
    return beta;
}

/* Eigenvalues below x of the tridiagonal matrix (d, e), by the signs of its Sturm sequence. */
static int64_t count_below(const double *d, const double *e, int64_t n, double x)
{
    int64_t count = 0;
    double q = 1;
    for (int64_t i = 0; i < n; i++) {
        q = d[i] - x - (i > 0 ? e[i] * e[i] / q : 0);
        if (q == 0) q = 1e-300;
        count += q < 0;
    }
    return count;
}

/* The eigenvalue with `rank` others below it, in [lo, hi]. */
static double bisect(const double *d, const double *e, int64_t n, int64_t rank, double lo,
                     double hi)
{
    for (int i = 0; i < 100 && hi - lo > 1e-15 * alv_fabs(hi); i++) {
        const double middle = lo + (hi - lo) / 2;
        if (count_below(d, e, n, middle) > rank)
            hi = middle;
        else
            lo = middle;
    }
    return lo + (hi - lo) / 2;
}

static alv_status stopped(bool (*stop)(void *user), void *user, alv_error *error)
{
    if (!stop || !stop(user)) return ALV_OK;
    return alv_fail(error, ALV_ERR_INTERRUPTED, "spectrum", "interrupted");
}

/* work: n^2 of Gram, 4 n of vectors, n STRIP of strip. */
static alv_status solve(alv_spectrum *out, double *work, const alv_checkpoint_tensor *t,
                        const sides *s, bool (*stop)(void *user), void *user, alv_error *error)
{
    const int64_t n = s->small;
    double *a = work, *d = a + n * n, *e = d + n, *v = e + n, *w = v + n, *strip = w + n;
    double trace = 0;
    for (int64_t lo = 0; lo < s->large; lo += STRIP) {
        const int64_t width = s->large - lo < STRIP ? s->large - lo : STRIP;
        ALV_TRY(stopped(stop, user, error));
        memset(strip, 0, (size_t)(n * STRIP) * sizeof *strip);
        read_strip(strip, t, s, lo, width);
        add_products(a, strip, n);
    }
    for (int64_t i = 0; i < n; i++) trace += a[i * n + i];
    for (int64_t k = n - 1; k > 0; k--) {
        ALV_TRY(stopped(stop, user, error));
        e[k] = reflect(a, v, w, k, n);
    }
    for (int64_t i = 0; i < n; i++) d[i] = a[i * n + i];
    const double most = bisect(d, e, n, n - 1, 0, trace * (1 + 1e-12) + 1e-300);
    const double least = bisect(d, e, n, 0, -1e-12 * trace, most);
    out->rows = alv_matrix_rows(&s->view, 0);
    out->columns = s->view.columns;
    out->largest = alv_sqrt(most);
    out->smallest = least > 1e-16 * most ? alv_sqrt(least) : 0;
    out->stable_rank = most > 0 ? trace / most : 0;
    return ALV_OK;
}

alv_status alv_spectrum_of(alv_spectrum *out, alv_reader *reader,
                           const alv_checkpoint_tensor *tensor, bool (*stop)(void *user),
                           void *user, alv_error *error)
{
    sides s;
    if (!find_sides(&s, tensor))
        return alv_fail(error, ALV_ERR_UNSUPPORTED, "spectrum", "'%s' is no matrix, or too large",
                        tensor->name);
    s.reader = reader;
    const size_t n = (size_t)s.small;
    double *work = alv_new_array(n * (n + 4 + STRIP), sizeof *work);
    if (!work) return alv_fail(error, ALV_ERR_MEMORY, "spectrum", "no memory for %s", tensor->name);
    const alv_status status = solve(out, work, tensor, &s, stop, user, error);
    free(work);
    return status;
}
