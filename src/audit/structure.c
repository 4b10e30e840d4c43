/* What needs no statistics: constants, identities, orthogonal matrices, exact counts of zeros.
 *
 * Orthogonality is looked for in a sample of the matrix's rows (columns where those are fewer):
 * lengths that agree and products that vanish, to the precision of the type. Rows of a random
 * matrix have cosines of 1 / sqrt(columns), so that fifteen products below a hundredth of that
 * happen with probability below 1e-30. */
#include "audit/explain.h"

#include "base/base.h"
#include "math/math.h"
#include "model/matrix.h"

enum { SAMPLE = ALV_KEPT_LINES, LONGEST = 1 << 16 };

/* A matrix, and how its elements are read. */
typedef struct source {
    alv_reader *reader;
    const alv_checkpoint_tensor *tensor;
    alv_matrix_view view;
} source;

static double element(const source *s, int64_t matrix, int64_t row, int64_t column)
{
    double x;
    const int64_t at = alv_matrix_index(&s->view, matrix, row, column);
    alv_reader_decode(&x, s->reader, s->tensor, at, at + 1);
    return x;
}

static void certain(alv_explanation *out, const char *format, double number)
{
    out->from = ALV_FROM_STRUCTURE;
    out->p = 1;
    out->scale = 1;
    alv_text_format(out->scheme, sizeof out->scheme, format, number);
}

static bool explain_constant(alv_explanation *out, const alv_moments *m)
{
    if (m->lo != m->hi || m->nonfinite > 0) return false;
    certain(out, m->lo == 0 ? "zeros" : m->lo == 1 ? "ones" : "constant(%g)", m->lo);
    return true;
}

/* Ones on a diagonal: of a dense layer, or in the middle of each kernel. */
static bool explain_identity(alv_explanation *out, const source *s, const alv_moments *m)
{
    const alv_matrix_view *view = &s->view;
    const int64_t ones = m->n - m->zeros, rows = view->rows;
    const int64_t diagonal = rows < view->inputs ? rows : view->inputs;
    const double gain = m->hi > 0 ? m->hi : m->lo;
    int64_t found = 0;
    if (view->count == 0 || ones != diagonal * view->count) return false;
    for (int64_t k = 0; k < view->count; k++)
        for (int64_t i = 0; i < diagonal; i++, found++) {
            const int64_t column = i * view->places + view->center;
            if (element(s, k, i, column) != gain) return false;
        }
    if (found != ones) return false;
    certain(out,
            view->places > 1 ? (gain == 1 ? "dirac" : "dirac(gain=%g)")
                             : (gain == 1 ? "identity" : "identity(gain=%g)"),
            gain);
    return true;
}

/* Some of a matrix's lines, evenly spread: `count` of them from the one at `from` of `of`. */
typedef struct choice {
    bool rows; /* or columns */
    int64_t lines;
    int from, count, of;
} choice;

/* Lines of the first matrix, one after another in out. They are read side by side: across the order
 * of the file they take one way through it, not one each. */
static void read_lines(double *out, const source *s, choice c)
{
    const int64_t n = c.rows ? s->view.columns : s->view.rows;
    if (c.rows && alv_matrix_rows_are_runs(&s->view)) {
        for (int i = 0; i < c.count; i++) {
            const int64_t at = alv_matrix_index(&s->view, 0, c.lines * (c.from + i) / c.of, 0);
            alv_reader_decode(out + i * n, s->reader, s->tensor, at, at + n);
        }
        return;
    }
    for (int64_t k = 0; k < n; k++)
        for (int i = 0; i < c.count; i++) {
            const int64_t line = c.lines * (c.from + i) / c.of;
            out[i * n + k] = c.rows ? element(s, 0, line, k) : element(s, 0, k, line);
        }
}

static double product(const double *a, const double *b, int64_t n)
{
    double sum = 0;
    for (int64_t k = 0; k < n; k++) sum += a[k] * b[k];
    return sum;
}

static double precision(alv_dtype dtype)
{
    return dtype == ALV_F64 ? 1e-9 : dtype == ALV_F32 ? 1e-5 : dtype == ALV_F16 ? 1e-3 : 1e-2;
}

/* Whether `lines` of length n are pairwise orthogonal and of one length, which goes to *gain. */
static bool are_orthonormal(double *gain, const double *lines, int count, int64_t n, double eps)
{
    const double square = product(lines, lines, n);
    if (!(square > 0)) return false;
    for (int i = 0; i < count; i++)
        for (int j = 0; j <= i; j++) {
            const double x = product(lines + i * n, lines + j * n, n) / square;
            if (!(alv_fabs(x - (i == j)) < eps)) return false;
        }
    *gain = alv_sqrt(square);
    return true;
}

/* The lines whose products tell an orthogonal matrix; false: nothing would tell it. */
static bool choose_lines(choice *out, int64_t *n, const source *s)
{
    const alv_matrix_view *view = &s->view;
    const bool rows = view->rows <= view->columns;
    const int64_t lines = rows ? view->rows : view->columns;
    const int count = lines < SAMPLE ? (int)lines : SAMPLE;
    *n = rows ? view->columns : view->rows;
    *out = (choice){rows, lines, 0, count, count};
    /* Cosines of chance must be far above the precision. */
    return count >= 3 && *n <= LONGEST &&
           precision(s->tensor->what.dtype) * alv_sqrt((double)*n) <= 0.25;
}

static bool explain_orthogonal(alv_explanation *out, const source *s, const alv_kept *kept)
{
    choice c;
    int64_t n;
    double gain = 0;
    if (!choose_lines(&c, &n, s)) return false;
    double *x = kept ? kept->out : alv_new_array((size_t)(c.count * n), sizeof *x);
    if (!x) return false;
    if (!kept) read_lines(x, s, c);
    const bool found = are_orthonormal(&gain, x, c.count, n, precision(s->tensor->what.dtype));
    if (!kept) free(x);
    if (!found) return false;
    const double whole = alv_round(gain * 1000) / 1000;
    certain(out, alv_fabs(whole - 1) < 1e-9 ? "orthogonal" : "orthogonal(gain=%.4g)", gain);
    return true;
}

/* The same number of zeros in each of a few lines, and many of them. */
static bool explain_sparse(alv_explanation *out, const source *s, const alv_moments *m)
{
    const alv_matrix_view *view = &s->view;
    const double share = (double)m->zeros / (double)m->n;
    if (share < 0.05 || view->places > 1 || view->count != 1) return false;
    for (int per_unit = 1; per_unit >= 0; per_unit--) {
        const int64_t n = per_unit ? view->columns : view->rows;
        const int64_t lines = per_unit ? view->rows : view->columns;
        int64_t first = -1, i = 0;
        if (n > LONGEST || lines < 8) continue;
        double *x = alv_new_array((size_t)n, sizeof *x);
        for (; x && i < 16 && i < lines; i++) {
            int64_t zeros = 0;
            read_lines(x, s, (choice){per_unit, lines, (int)i, 1, 16});
            for (int64_t k = 0; k < n; k++) zeros += x[k] == 0;
            if (first >= 0 && zeros != first) break;
            first = zeros;
        }
        free(x);
        if (!x || i < (lines < 16 ? lines : 16) || first == 0) continue;
        certain(out, per_unit ? "sparse(k=%g)" : "sparse(k=%g, per=input)", (double)(n - first));
        return true;
    }
    return false;
}

/* False where the tensor is no matrix. */
static bool open_source(source *out, alv_reader *reader, const alv_checkpoint_tensor *t)
{
    *out = (source){.reader = reader, .tensor = t};
    return t->kind->is_matrix && !t->fortran && t->rank >= 2 &&
           alv_matrix_view_make(&out->view, &t->what, NULL) == ALV_OK && out->view.count > 0;
}

static int64_t place_on(const source *s, const choice *c, int i, int64_t k)
{
    const int64_t line = c->lines * i / c->of;
    return c->rows ? alv_matrix_index(&s->view, 0, line, k)
                   : alv_matrix_index(&s->view, 0, k, line);
}

bool alv_explain_keeps(alv_kept *out, const alv_checkpoint_tensor *t)
{
    source s;
    choice c;
    int64_t n;
    if (!open_source(&s, NULL, t) || !choose_lines(&c, &n, &s) || n < 2) return false;
    *out = (alv_kept){.count = c.count, .n = n};
    for (int i = 0; i < c.count; i++) out->first[i] = place_on(&s, &c, i, 0);
    out->step = place_on(&s, &c, 0, 1) - out->first[0];
    bool even = out->step > 1;
    for (int64_t k = 0; even && k < n; k++)
        for (int i = 0; even && i < c.count; i++)
            even = place_on(&s, &c, i, k) == out->first[i] + k * out->step;
    return even;
}

bool alv_explain_structure(alv_explanation *out, const alv_kept *kept, alv_reader *reader,
                           const alv_checkpoint_tensor *t, const alv_moments *m)
{
    source s;
    if (explain_constant(out, m)) return true;
    if (m->nonfinite > 0 || !open_source(&s, reader, t)) return false;
    return explain_identity(out, &s, m) || explain_sparse(out, &s, m) ||
           explain_orthogonal(out, &s, kept);
}
