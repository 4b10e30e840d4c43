/* Nguyen & Widrow: hidden units that share out the interval [-1, 1] of their inputs.
 *
 * A unit tanh(w . x + b) is about linear where |w . x + b| < 1: a slab of the input space of width
 * 2 / |w| along w. H units must tile n dimensions, H^(1/n) of them along each, so a slab should be
 * 2 / H^(1/n) wide: |w| = H^(1/n). The paper takes 0.7 of it, for slabs that overlap, with
 * directions from a uniform cube, and spreads the slabs over the inputs by biases uniform on
 * [-|w|, |w|]. Every unit is exactly as long:
 *
 *     w_ij = beta u_ij / |u_i|,   b_i ~ U(-beta, beta),   u_ij ~ U(-1, 1),   beta = 0.7 H^(1/n).
 *
 * u is what uniform(r=1) draws in the tensor's own type; |u_i| is the root of the sum of squares in
 * f64, by columns in ascending order, so any slice gives the same. Inputs on [-range, range] divide
 * the weights by range.
 *
 * H counts the units of one matrix: of a part, head, group or copy, in weights and biases alike.
 *
 * A slice costs the lengths of all rows that it touches. In layouts whose rows are not runs even a
 * short one touches many (one element each of 1024 units), so narrow types are rounded here and not
 * by the chunk, each of which would measure its rows anew. */
#include "init/laws.h"
#include "init/place.h"

#include "base/base.h"
#include "dist/round.h"
#include "math/math.h"

enum { FACTOR, RANGE };

/* Draws wait here, so many at a time; the sums of as many units. */
enum { CHUNK = 256 };

static double beta_of(const alv_scheme *scheme, double units, double inputs)
{
    return scheme->args[FACTOR] * alv_pow(units, 1 / inputs);
}

/* Units that share out the inputs of a bias in part `kind`, as rows of its weight's matrices do. A
 * bias has no axes of a kernel to cut, so its groups are counted here. */
static alv_status bias_units(int64_t *units, const alv_matrix_view *view, int kind,
                             const alv_tensor *tensor, alv_error *error)
{
    int64_t n;
    *units = view->count > 0 ? alv_matrix_rows(view, alv_matrix_alike(&n, view, kind)) : 0;
    if (*units == 0 || tensor->head > 0) return ALV_OK;
    if (tensor->layer == ALV_LAYER_DEPTHWISE && tensor->groups == 0) return *units = 1, ALV_OK;
    const int64_t groups = tensor->groups > 0 ? tensor->groups : 1;
    if (*units % groups != 0)
        return alv_fail(error, ALV_ERR_SHAPE, "groups", "groups = %lld do not divide %lld outputs",
                        groups, *units);
    *units /= groups;
    return ALV_OK;
}

/* The law of a bias: of each part, where their sizes differ. */
static alv_status bias_laws(alv_laws *out, const alv_scheme *scheme, const alv_tensor *tensor,
                            alv_error *error)
{
    double in;
    alv_axes axes;
    alv_matrix_view view;
    alv_laws laws;
    ALV_TRY(alv_tensor_fans(&in, NULL, tensor, error));
    ALV_TRY(alv_matrix_view_make(&view, tensor, error));
    ALV_TRY(alv_axes_of(&axes, tensor, error));
    if (!(in > 0))
        return alv_fail(error, ALV_ERR_SHAPE, tensor->name,
                        "nguyen_widrow divides by the fan-in, "
                        "which is 0 here");
    alv_parts_of(&laws.parts, tensor, &axes);
    laws.n = laws.parts.equal ? 1 : laws.parts.n;
    for (int kind = 0; kind < laws.n; kind++) {
        int64_t units;
        ALV_TRY(bias_units(&units, &view, kind, tensor, error));
        const double beta = beta_of(scheme, (double)units, in);
        laws.law[kind] = alv_dist_uniform(-beta, beta);
        ALV_TRY(alv_law_check(&laws.law[kind], scheme, tensor, error));
    }
    *out = laws;
    return ALV_OK;
}

static alv_status moments(double *mean, double *variance, const alv_scheme *scheme,
                          const alv_tensor *tensor, alv_error *error)
{
    alv_matrix_view view;
    alv_laws laws;
    if (tensor->role == ALV_ROLE_BIAS) {
        ALV_TRY(bias_laws(&laws, scheme, tensor, error));
        alv_laws_moments(mean, variance, &laws);
        return ALV_OK;
    }
    *mean = 0;
    ALV_TRY(alv_init_view(&view, 0, scheme, tensor, error));
    double squares = 0; /* each row's are beta^2 / range^2, whatever the draws */
    for (int kind = 0; kind < view.n_parts; kind++) {
        int64_t n, m = alv_matrix_alike(&n, &view, kind);
        const double rows = (double)alv_matrix_rows(&view, m);
        const double length = beta_of(scheme, rows, (double)view.columns) / scheme->args[RANGE];
        ALV_TRY(alv_init_fits(length, scheme->args[RANGE] < 1 ? "range" : "factor", scheme, tensor,
                              error));
        squares += (double)n * rows * length * length;
    }
    *variance = view.count > 0 ? squares / (double)alv_init_elements(&view) : 0;
    return ALV_OK;
}

/* The fill under way. */
typedef struct filling {
    const alv_init_job *job;
    alv_matrix_view view;
    alv_stream stream;
    alv_dtype dtype;
    char *out; /* element lo */
    int64_t lo, hi;
} filling;

/* What the law gives elements [from, from + n), in f64 or f32, as doubles. */
static void draw(double u[CHUNK], int64_t from, int64_t n, const alv_dist *law, const filling *f)
{
    float narrow[CHUNK];
    if (f->dtype == ALV_F64) {
        alv_dist_fill(u, ALV_F64, from, from + n, law, f->stream, f->job->kernels, NULL);
        return;
    }
    alv_dist_fill(narrow, ALV_F32, from, from + n, law, f->stream, f->job->kernels, NULL);
    for (int64_t i = 0; i < n; i++) u[i] = narrow[i];
}

/* Stores x as elements [from, from + n), floats rounded where the type is narrower. */
static void store(const double x[CHUNK], int64_t from, int64_t n, const filling *f)
{
    float narrow[CHUNK];
    char *out = f->out + (size_t)(from - f->lo) * alv_dtype_size(f->dtype);
    if (f->dtype == ALV_F64) {
        memcpy(out, x, (size_t)n * sizeof *x);
        return;
    }
    for (int64_t i = 0; i < n; i++) narrow[i] = (float)x[i];
    if (f->dtype == ALV_F32)
        memcpy(out, narrow, (size_t)n * sizeof *narrow);
    else
        alv_round_array(out, f->dtype, narrow, n);
}

/* The length that a row of the matrix gets. */
static double length_of(const filling *f, int64_t matrix)
{
    const alv_scheme *scheme = f->job->scheme;
    return beta_of(scheme, (double)alv_matrix_rows(&f->view, matrix), (double)f->view.columns) /
           scheme->args[RANGE];
}

/* A row whose elements lie side by side, from element `first` on: what of it is in [lo, hi). */
static void fill_row(int64_t first, double length, const filling *f)
{
    const int64_t columns = f->view.columns;
    const alv_dist cube = alv_dist_uniform(-1, 1);
    double u[CHUNK], squares = 0;
    for (int64_t at = 0, n; at < columns; at += n) {
        n = columns - at < CHUNK ? columns - at : CHUNK;
        draw(u, first + at, n, &cube, f);
        for (int64_t i = 0; i < n; i++) squares += u[i] * u[i];
    }
    const double scale = length / alv_sqrt(squares);
    int64_t from = f->lo > first ? f->lo : first;
    const int64_t to = f->hi < first + columns ? f->hi : first + columns;
    for (int64_t n; from < to; from += n) {
        n = to - from < CHUNK ? to - from : CHUNK;
        draw(u, from, n, &cube, f);
        for (int64_t i = 0; i < n; i++) u[i] *= scale;
        store(u, from, n, f);
    }
}

/* Rows row .. row + n - 1, whose elements of one column lie side by side: what is in [lo, hi). */
static void fill_rows(int64_t matrix, int64_t row, int64_t n, double length, const filling *f)
{
    const alv_dist cube = alv_dist_uniform(-1, 1);
    double u[CHUNK], scale[CHUNK] = {0};
    for (int64_t column = 0; column < f->view.columns; column++) {
        draw(u, alv_matrix_index(&f->view, matrix, row, column), n, &cube, f);
        for (int64_t i = 0; i < n; i++) scale[i] += u[i] * u[i];
    }
    for (int64_t i = 0; i < n; i++) scale[i] = length / alv_sqrt(scale[i]);
    for (int64_t column = 0; column < f->view.columns; column++) {
        const int64_t first = alv_matrix_index(&f->view, matrix, row, column);
        const int64_t from = first > f->lo ? first : f->lo;
        const int64_t to = first + n < f->hi ? first + n : f->hi;
        if (from >= to) continue;
        draw(u, from, to - from, &cube, f);
        for (int64_t i = 0; i < to - from; i++) u[i] *= scale[from - first + i];
        store(u, from, to - from, f);
    }
}

/* Of rows row .. row + n - 1, which have elements in [lo, hi): the first and how many from there
 * on, 0 if none. */
static int64_t touched(int64_t *first, int64_t matrix, int64_t row, int64_t n, const filling *f)
{
    int64_t from = n, to = 0;
    for (int64_t column = 0; column < f->view.columns && to - from < n; column++) {
        const int64_t at = alv_matrix_index(&f->view, matrix, row, column);
        if (at >= f->hi || at + n <= f->lo) continue;
        if (at + from > f->lo) from = f->lo > at ? f->lo - at : 0;
        if (at + to < f->hi) to = f->hi - at < n ? f->hi - at : n;
    }
    *first = row + from;
    return to > from ? to - from : 0;
}

/* As many rows from this one on as lie side by side, CHUNK at most. */
static int64_t neighbours(int64_t matrix, int64_t row, const filling *f)
{
    const int64_t left = alv_matrix_rows(&f->view, matrix) - row,
                  most = left < CHUNK ? left : CHUNK;
    const int64_t first = alv_matrix_index(&f->view, matrix, row, 0);
    int64_t n = 1;
    while (n < most && alv_matrix_index(&f->view, matrix, row + n, 0) == first + n) n++;
    return n;
}

static void fill_weight(const filling *f)
{
    const alv_matrix_view *view = &f->view;
    if (alv_matrix_rows_are_runs(view)) {
        for (int64_t e = f->lo; e < f->hi;) {
            const alv_matrix_place at = alv_matrix_locate(view, e);
            fill_row(e - at.column, length_of(f, at.matrix), f);
            e += view->columns - at.column;
        }
        return;
    }
    for (int64_t matrix = 0; matrix < view->count; matrix++)
        for (int64_t row = 0, n; row < alv_matrix_rows(view, matrix); row += n) {
            int64_t first, some;
            n = neighbours(matrix, row, f);
            some = touched(&first, matrix, row, n, f);
            if (some > 0) fill_rows(matrix, first, some, length_of(f, matrix), f);
        }
}

static void fill(void *out, int64_t lo, int64_t hi, const alv_init_job *job)
{
    filling f = {.job = job,
                 .stream = alv_stream_make(job->seed, job->tensor->name, NULL),
                 .dtype = job->tensor->dtype,
                 .out = out,
                 .lo = lo,
                 .hi = hi};
    alv_laws laws;
    if (job->tensor->role == ALV_ROLE_BIAS) {
        if (bias_laws(&laws, job->scheme, job->tensor, NULL) == ALV_OK)
            alv_laws_fill(out, lo, hi, &laws, f.dtype, f.stream, job->kernels);
        return;
    }
    if (alv_init_view(&f.view, 0, job->scheme, job->tensor, NULL) == ALV_OK) fill_weight(&f);
}

const alv_initializer alv_init_nguyen_widrow = {
    .name = "nguyen_widrow",
    .aliases = "",
    .summary = {[ALV_EN] = "random directions of length 0.7 units^(1/inputs); biases to match",
                [ALV_PT] =
                    "direções aleatórias de comprimento 0.7 unidades^(1/entradas), e vieses"},
    .formula =
        "w_ij = (beta / range) u_ij / |u_i|, u ~ U(-1, 1); b ~ U(-beta, beta); beta = factor "
        "units^(1/inputs)",
    .density = "each row is a point of the sphere of radius beta / range; mean square beta^2 / "
               "(inputs range^2)",
    .when = {[ALV_EN] = "The first hidden layer of a small network of tanh units that fits a "
                        "function of a few inputs scaled to [-1, 1]: the units' active regions "
                        "are shared out over the inputs, and training starts with all of them "
                        "useful.",
             [ALV_PT] = "A primeira camada oculta de uma rede pequena de unidades tanh que ajusta "
                        "uma função de poucas entradas, escaladas para [-1, 1]: as regiões ativas "
                        "das unidades se repartem pelas entradas, e o treinamento começa com todas "
                        "úteis."},
    .dangers = {[ALV_EN] =
                    "Inputs must cover [-range, range]; others meet saturated units or none. "
                    "With many inputs units^(1/inputs) is close to 1 and the scheme is only "
                    "a row normalization. Its gradients are large: lower the learning rate. "
                    "FANN's function of this name draws weights on (0, s) only, all "
                    "positive, without normalizing rows, and takes all hidden neurons for "
                    "units. For deep networks see xavier_uniform.",
                [ALV_PT] = "As entradas precisam cobrir [-range, range]; outras encontram unidades "
                           "saturadas ou nenhuma. Com muitas entradas, unidades^(1/entradas) é "
                           "quase 1 e o esquema só normaliza as linhas. Seus gradientes são "
                           "grandes: reduza a taxa de aprendizado. A função de mesmo nome da FANN "
                           "sorteia pesos só em (0, s), todos positivos, sem normalizar as linhas, "
                           "e conta como unidades todos os neurônios ocultos. Para redes "
                           "profundas, veja xavier_uniform."},
    .pytorch = NULL,
    .keras = NULL,
    .jax = NULL,
    .citation =
        "Nguyen & Widrow (1990), Improving the learning speed of 2-layer neural networks by "
        "choosing initial values of the adaptive weights, IJCNN 3:21-26",
    .args = {[FACTOR] = {.name = "factor",
                         .value = 0.7,
                         .lo = 0,
                         .hi = 1e6,
                         .open_lo = true,
                         .help = {[ALV_EN] = "beta over units^(1/inputs): below 1 regions overlap",
                                  [ALV_PT] = "beta sobre unidades^(1/entradas): abaixo de 1 as "
                                             "regiões se sobrepõem"}},
             [RANGE] = {.name = "range",
                        .value = 1,
                        .lo = 0,
                        .hi = 1e12,
                        .open_lo = true,
                        .help = {[ALV_EN] = "inputs lie on [-range, range]",
                                 [ALV_PT] = "as entradas ficam em [-range, range]"}}},
    .reach = ALV_REACH_ROW,
    .biases = true,
    .rounds = true,
    .moments = moments,
    .fill = fill,
};
