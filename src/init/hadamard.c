/* ZerO: identities, and Hadamard matrices where a layer grows; nothing is drawn.
 *
 * A network of identities alone cannot use the units that it gains where layers widen: they stay
 * copies of nothing, and what is learned keeps the rank of the narrowest layer. Zhao, Schaefer &
 * Anandkumar (2022) put a Hadamard matrix there, whose rows all differ. With P outputs and N < P
 * inputs, the layer is the corner of P rows and N columns of H_m / 2^(m/2), m = ceil(log2 P), where
 *
 *     H_0 = 1,   H_m = [ H_(m-1)  H_(m-1) ;  H_(m-1)  -H_(m-1) ],
 *
 * so that element (i, j) of H_m is -1 to the number of ones that i and j share in binary. Columns
 * of the corner have length at most 1, and exactly 1 where P is a power of two, where they are
 * orthonormal. A convolution has the matrix at the middle of its kernel.
 *
 * We depart from algorithm 1 as printed, which has 2^(-(m-1)/2), and follow the code of its
 * authors: gain = sqrt(2) gives the printed scale. */
#include "init/place.h"

#include "base/base.h"
#include "math/math.h"

enum { GAIN, GROUPS };

/* m = ceil(log2 n), n >= 1. */
static int ceil_log2(int64_t n)
{
    int m = 0;
    while (m < 62 && (INT64_C(1) << m) < n) m++;
    return m;
}

/* Whether i and j share an odd number of ones. */
static inline bool odd(int64_t i, int64_t j)
{
    uint64_t x = (uint64_t)(i & j);
    x ^= x >> 32;
    x ^= x >> 16;
    x ^= x >> 8;
    x ^= x >> 4;
    return 0x6996 >> (x & 15) & 1; /* the parity of each number of 4 bits */
}

static inline double element(const alv_matrix_view *view, int64_t rows, double scale,
                             alv_matrix_place at)
{
    const int64_t channel = at.column / view->places;
    if (at.column % view->places != view->center) return 0;
    if (rows <= view->inputs) return at.row == channel ? scale : 0;
    return odd(at.row, channel) ? -scale : scale;
}

/* The value of the elements that are not zero, up to sign. */
static double scale_of(double gain, int64_t rows, int64_t inputs)
{
    return rows <= inputs ? gain : gain * alv_sqrt(alv_ldexp(1, -ceil_log2(rows)));
}

/* The sum of the corner of `rows` and `columns`. The leading h x h block of ones and minus ones,
 * h = 2^k, sums to h, and so does each block of h full rows with any columns, since only column 0
 * does not cancel; what is left is a smaller corner, negative if it is in both lower halves. */
static double corner_sum(int64_t rows, int64_t columns)
{
    double sum = 0, sign = 1;
    while (rows > 0 && columns > 0) {
        const int64_t most = rows > columns ? rows : columns;
        if (most == 1) return sum + sign;
        const int64_t h = INT64_C(1) << (ceil_log2(most) - 1);
        const bool tall = rows > h, wide = columns > h;
        sum += sign * (tall && wide ? 3 : 1) * (double)h;
        if (tall && wide) sign = -sign;
        rows -= tall ? h : 0;
        columns -= wide ? h : 0;
    }
    return sum;
}

static alv_status moments(double *mean, double *variance, const alv_scheme *scheme,
                          const alv_tensor *tensor, alv_error *error)
{
    alv_matrix_view view;
    double sum = 0, squares = 0; /* for gain 1: large gains would overflow in them */
    ALV_TRY(alv_init_view(&view, scheme->args[GROUPS], scheme, tensor, error));
    ALV_TRY(alv_init_fits(scheme->args[GAIN], "gain", scheme, tensor, error));
    *mean = *variance = 0;
    if (view.count == 0) return ALV_OK;
    for (int kind = 0; kind < view.n_parts; kind++) {
        int64_t n, m = alv_matrix_alike(&n, &view, kind);
        const int64_t rows = alv_matrix_rows(&view, m);
        const double w = scale_of(1, rows, view.inputs);
        const bool grows = rows > view.inputs;
        sum += (double)n * w * (grows ? corner_sum(rows, view.inputs) : (double)rows);
        squares += (double)n * w * w * (double)rows * (grows ? (double)view.inputs : 1);
    }
    const double elements = (double)alv_init_elements(&view);
    const double gain = scheme->args[GAIN], share = sum / elements;
    *mean = share * gain;
    *variance = (squares / elements - share * share) * gain * gain;
    return ALV_OK;
}

/* Elements of one row of a matrix that grows, from `column` on: what a run of them costs most. */
static void fill_run(void *out, int64_t n, int64_t row, int64_t column, double scale, bool f64)
{
    if (f64)
        for (int64_t i = 0; i < n; i++) ((double *)out)[i] = odd(row, column + i) ? -scale : scale;
    else
        for (int64_t i = 0; i < n; i++)
            ((float *)out)[i] = odd(row, column + i) ? -(float)scale : (float)scale;
}

/* As many elements from this one on as are of one row and neighbouring columns, without a kernel.
 */
static int64_t run_length(const alv_matrix_view *view, int64_t index, int64_t most)
{
    if (view->n_digits == 0 || view->places > 1 || view->beside) return 1;
    const alv_matrix_digit *last = &view->digits[view->n_digits - 1];
    if (last->column != 1) return 1;
    const int64_t left = last->size - index % last->size;
    return left < most ? left : most;
}

static void fill(void *out, int64_t lo, int64_t hi, const alv_init_job *job)
{
    alv_matrix_view view;
    const bool f64 = job->tensor->dtype == ALV_F64;
    if (alv_init_view(&view, job->scheme->args[GROUPS], job->scheme, job->tensor, NULL) != ALV_OK)
        return;
    for (int64_t e = lo, n; e < hi; e += n) {
        const alv_matrix_place at = alv_matrix_locate(&view, e);
        const int64_t rows = alv_matrix_rows(&view, at.matrix);
        const double scale = scale_of(job->scheme->args[GAIN], rows, view.inputs);
        char *to = (char *)out + (size_t)(e - lo) * (f64 ? sizeof(double) : sizeof(float));
        n = rows > view.inputs ? run_length(&view, e, hi - e) : 1;
        if (n > 1)
            fill_run(to, n, at.row, at.column, scale, f64);
        else
            alv_init_put(to, 0, element(&view, rows, scale, at), f64);
    }
}

const alv_initializer alv_init_zero_hadamard = {
    .name = "zero_hadamard",
    .aliases = "",
    .summary = {[ALV_EN] = "ZerO: identities, and Hadamard matrices where layers widen",
                [ALV_PT] = "ZerO: identidades, e matrizes de Hadamard onde as camadas alargam"},
    .formula = "out <= in: w_ij = gain if i = j, else 0; out > in: w_ij = gain (-1)^(i . j) / "
               "2^(m/2), m = ceil(log2 out), i . j: ones that i and j share in binary",
    .density = "nothing is drawn: the same weights for every seed",
    .when = {[ALV_EN] = "Training that must not depend on a seed, residual networks, and networks "
                        "whose weights should keep a low rank for a while. Convolutions have the "
                        "matrix in the middle of the kernel. The paper starts the last layer, and "
                        "the last convolution of each residual branch, at zeros.",
             [ALV_PT] = "Treinamentos que não devem depender de uma semente, redes residuais e "
                        "redes cujos pesos devem manter posto baixo por algum tempo. Convoluções "
                        "têm a matriz no meio do kernel. O artigo inicia com zeros a última camada "
                        "e a última convolução de cada ramo residual."},
    .dangers = {[ALV_EN] = "Two layers of one shape start equal, and two runs do: nothing can be "
                           "averaged over seeds. Where a layer narrows, the surplus inputs are "
                           "dropped. Only columns of a power-of-two layer are orthonormal; at 65 "
                           "units almost half of each column is cut away. The algorithm printed in "
                           "the paper has a scale sqrt(2) larger than the code of its authors, "
                           "which is followed here: gain=1.41421356 gives it.",
                [ALV_PT] = "Duas camadas de mesma forma começam iguais, e duas execuções também: "
                           "não há o que promediar entre sementes. Onde uma camada estreita, as "
                           "entradas excedentes são descartadas. Só em camadas de tamanho potência "
                           "de dois as colunas são ortonormais; com 65 unidades, quase metade de "
                           "cada coluna é cortada. O algoritmo impresso no artigo tem escala "
                           "sqrt(2) maior que o código dos autores, seguido aqui: gain=1.41421356 "
                           "a obtém."},
    .pytorch = NULL,
    .keras = NULL,
    .jax = NULL,
    .citation = "Zhao, Schaefer & Anandkumar (2022), ZerO initialization: initializing neural "
                "networks with only zeros and ones, TMLR, arXiv:2110.12661, algorithm 1",
    .args = {[GAIN] = {.name = "gain",
                       .value = 1,
                       .lo = -DBL_MAX,
                       .hi = DBL_MAX,
                       .help = {[ALV_EN] = "multiplies every weight",
                                [ALV_PT] = "multiplica todos os pesos"}},
             [GROUPS] = {.name = "groups",
                         .value = 0,
                         .lo = 0,
                         .hi = 1e9,
                         .help = {[ALV_EN] = "groups of the convolution; 0: those of the tensor",
                                  [ALV_PT] = "grupos da convolução; 0: os do tensor"}}},
    .moments = moments,
    .fill = fill,
};
