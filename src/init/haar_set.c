/* Haar matrices into tensors: one for each matrix of the view, drawn whole into the scratch.
 *
 * linalg/haar.h makes matrices that are at least as wide as high; a higher one is drawn lying on
 * its side and read across. Matrix m of the view draws from the elements of the parameter's stream
 * from m times the size of the largest on, so that every matrix has its own. */
#include "init/haar_set.h"

#include "base/base.h"
#include "linalg/haar.h"
#include "math/math.h"

static int64_t least(int64_t a, int64_t b)
{
    return a < b ? a : b;
}

int64_t alv_haar_set_rows(const alv_haar_set *set, int64_t m)
{
    return alv_matrix_rows(&set->view, m) / (set->use.mirror_rows ? 2 : 1);
}

static alv_status check(const alv_haar_use *use, const alv_tensor *tensor, alv_error *error)
{
    if (tensor->role == ALV_ROLE_BIAS || tensor->rank < 2)
        return alv_fail(error, ALV_ERR_SHAPE, tensor->name,
                        "%s is no matrix: orthogonal weights need at least 2 axes", tensor->name);
    if (!(alv_fabs(use->gain) < 0.999 * alv_dtype_max(tensor->dtype)))
        return alv_fail(error, ALV_ERR_OVERFLOW, "gain", "gain = %g does not fit %s", use->gain,
                        alv_dtype_name(tensor->dtype));
    return ALV_OK;
}

static alv_status check_halves(const alv_haar_set *set, const alv_tensor *tensor, alv_error *error)
{
    for (int kind = 0; set->use.mirror_rows && kind < set->view.n_parts; kind++) {
        int64_t n, m = alv_matrix_alike(&n, &set->view, kind);
        if (alv_matrix_rows(&set->view, m) % 2 != 0)
            return alv_fail(error, ALV_ERR_SHAPE, tensor->name,
                            "mirrored outputs come in pairs, and %s has %lld", tensor->name,
                            alv_matrix_rows(&set->view, m));
    }
    if (set->use.mirror_columns && set->view.inputs % 2 != 0)
        return alv_fail(error, ALV_ERR_SHAPE, tensor->name,
                        "mirrored inputs come in pairs, and %s has %lld", tensor->name,
                        set->view.inputs);
    return ALV_OK;
}

/* A slot for each matrix, then the working memory. */
static alv_status lay_out(alv_haar_set *set, const alv_tensor *tensor, alv_error *error)
{
    const int64_t rows = least(set->rows, set->columns), columns = set->rows + set->columns - rows;
    int64_t elements = INT64_MAX;
    if (alv_mul_i64(&set->slot, rows, alv_haar_stride(columns) + 16) &&
        alv_mul_i64(&set->drawn, set->slot, set->view.count) && columns < INT64_MAX / 1024)
        elements = alv_haar_work(rows, columns);
    if (elements > INT64_MAX / 8 - 8 || set->drawn > INT64_MAX / 8 - elements)
        return alv_fail(error, ALV_ERR_OVERFLOW, tensor->name,
                        "the scratch memory for %s does not fit 63 bits", tensor->name);
    set->bytes = (set->drawn + elements) * (tensor->dtype == ALV_F64 ? 8 : 4);
    return ALV_OK;
}

alv_status alv_haar_set_make(alv_haar_set *out, const alv_haar_use *use, const alv_tensor *tensor,
                             alv_error *error)
{
    alv_haar_set set = {.use = *use};
    alv_tensor cut = *tensor;
    if (use->head > 0) cut.head = use->head;
    ALV_TRY(check(use, tensor, error));
    ALV_TRY(alv_matrix_view_make(&set.view, &cut, error));
    ALV_TRY(check_halves(&set, tensor, error));
    set.rows = set.view.rows / (use->mirror_rows ? 2 : 1);
    set.columns = use->center ? set.view.inputs : set.view.columns / (use->mirror_columns ? 2 : 1);
    ALV_TRY(lay_out(&set, tensor, error));
    *out = set;
    return ALV_OK;
}

double alv_haar_set_variance(const alv_haar_set *set)
{
    double sum = 0, elements = 0;
    for (int kind = 0; kind < set->view.n_parts; kind++) {
        int64_t n, m = alv_matrix_alike(&n, &set->view, kind);
        const double rows = (double)alv_haar_set_rows(set, m), columns = (double)set->columns;
        sum += (double)n * alv_min(rows, columns); /* rows columns / max(rows, columns) */
        elements += (double)n * rows * columns;
    }
    const double gain = set->use.gain, places = set->use.center ? (double)set->view.places : 1;
    return elements > 0 ? gain * gain * sum / (elements * places) : 0;
}

static void *at(void *scratch, int64_t element, bool f64)
{
    return (char *)scratch + element * (f64 ? 8 : 4);
}

void alv_haar_set_prepare(const alv_haar_set *set, const alv_init_job *job)
{
    const bool f64 = job->tensor->dtype == ALV_F64;
    for (int64_t m = 0; m < set->view.count; m++) {
        const int64_t rows = alv_haar_set_rows(set, m);
        const alv_haar haar = {
            .rows = least(rows, set->columns),
            .columns = rows > set->columns ? rows : set->columns,
            .f64 = f64,
            .stream = alv_stream_make(job->seed, job->tensor->name, NULL),
            .first = m * set->rows * set->columns,
        };
        alv_haar_fill(at(job->scratch, m * set->slot, f64), at(job->scratch, set->drawn, f64),
                      &haar, job->kernels, job->executor);
    }
}

/* Elements that lie `step` apart in the scratch, times a factor. */
typedef struct run {
    const void *from;
    int64_t step;
    double factor;
} run;

static void copy_run(void *out, int64_t n, const run *r, bool f64)
{
    if (f64) {
        const double *from = r->from;
        for (int64_t j = 0; j < n; j++) ((double *)out)[j] = r->factor * from[j * r->step];
    } else if (r->step == 1) {
        const float *from = r->from, factor = (float)r->factor;
        for (int64_t j = 0; j < n; j++) ((float *)out)[j] = factor * from[j];
    } else {
        const float *from = r->from, factor = (float)r->factor;
        for (int64_t j = 0; j < n; j++) ((float *)out)[j] = factor * from[j * r->step];
    }
}

/* What a fill asks again and again. */
typedef struct reader {
    const alv_haar_set *set;
    const alv_init_job *job;
    alv_matrix_digit digit; /* how the place moves from one element to the next */
    bool f64;
} reader;

/* The places from `place` on that lie in one row or column of one drawn matrix, at most n, and how
 * to read them. */
static int64_t read_run(run *out, int64_t n, alv_matrix_place place, const reader *r)
{
    const int64_t rows = alv_haar_set_rows(r->set, place.matrix), columns = r->set->columns;
    const bool wide = rows <= columns, below = place.row >= rows, beside = place.column >= columns;
    const int64_t row = below ? place.row - rows : place.row,
                  column = beside ? place.column - columns : place.column;
    const int64_t stride = alv_haar_stride(wide ? columns : rows);
    const int64_t from = wide ? row * stride + column : column * stride + row;
    if (r->digit.unit > 0)
        n = least(n, (rows - row + r->digit.unit - 1) / r->digit.unit);
    else if (r->digit.column > 0)
        n = least(n, (columns - column + r->digit.column - 1) / r->digit.column);
    else
        n = 1;
    out->step = wide == (r->digit.unit > 0) ? stride : 1;
    out->step *= r->digit.unit > 0 ? r->digit.unit : r->digit.column;
    out->factor = below != beside ? -r->set->use.gain : r->set->use.gain;
    out->from = at(r->job->scratch, place.matrix * r->set->slot + from, r->f64);
    return n;
}

/* One element of a kernel of which only the middle is not zero. */
static void read_center(void *out, alv_matrix_place place, const reader *r)
{
    const int64_t places = r->set->view.places;
    run one = {0};
    if (place.column % places != r->set->view.center) {
        memset(out, 0, r->f64 ? sizeof(double) : sizeof(float));
        return;
    }
    place.column /= places;
    read_run(&one, 1, place, r);
    copy_run(out, 1, &one, r->f64);
}

void alv_haar_set_fill(void *out, int64_t lo, int64_t hi, const alv_haar_set *set,
                       const alv_init_job *job)
{
    const alv_matrix_view *view = &set->view;
    reader r = {.set = set, .job = job, .f64 = job->tensor->dtype == ALV_F64};
    int64_t size = 1;
    if (view->n_digits > 0) r.digit = view->digits[view->n_digits - 1], size = r.digit.size;
    for (int64_t i = lo, n; i < hi; i += n, out = at(out, n, r.f64)) {
        const alv_matrix_place place = alv_matrix_locate(view, i);
        run next;
        n = 1;
        if (set->use.center) {
            read_center(out, place, &r);
        } else {
            n = read_run(&next, least(hi - i, size - i % size), place, &r);
            copy_run(out, n, &next, r.f64);
        }
    }
}
