/* Linear interpolation as a kernel: transposed convolutions that begin as an upsampling.
 *
 * A transposed convolution of stride f puts its inputs f apart and sums kernels of size k around
 * them. With the triangle w(x) = 1 - |x - c| / f about the middle c = (k - 1) / 2 the kernels of
 * neighbours overlap so that the sum runs straight from one input to the next: linear
 * interpolation, along each axis on its own (bilinear for images). Long, Shelhamer & Darrell (2015)
 * start the upsampling layers of their networks so, with k = 2 f - f mod 2. */
#include "init/place.h"

#include "base/base.h"
#include "math/math.h"

enum { GAIN, FACTOR, GROUPS };

/* The kernel's axes, in order, and the factor of each. */
typedef struct triangle {
    const alv_matrix_view *view;
    int64_t factor[ALV_MAX_RANK];
    double gain;
} triangle;

/* w(x) of one axis, not below 0 where a kernel is longer than it has to be. */
static double weight(int64_t x, int64_t size, int64_t factor)
{
    const double middle = 0.5 * (double)(size - 1);
    return alv_max(0, 1 - alv_fabs((double)x - middle) / (double)factor);
}

static double triangle_at(int64_t place, const void *context)
{
    const triangle *of = context;
    double product = of->gain;
    for (int axis = of->view->n_kernel - 1; axis >= 0; axis--) {
        const int64_t size = of->view->kernel[axis];
        product *= weight(place % size, size, of->factor[axis]);
        place /= size;
    }
    return product;
}

/* The factor of an axis: the argument's, else the layer's stride, else that of the smallest kernel
 * that interpolates. */
static int64_t factor_of(const alv_scheme *scheme, const alv_tensor *tensor, int axis, int64_t size)
{
    if (scheme->args[FACTOR] > 0) return (int64_t)scheme->args[FACTOR];
    return tensor->stride[axis] > 1 ? tensor->stride[axis] : (size + 1) / 2;
}

static alv_status make(triangle *of, alv_matrix_view *view, const alv_scheme *scheme,
                       const alv_tensor *tensor, alv_error *error)
{
    *of = (triangle){.view = view, .gain = scheme->args[GAIN]};
    if (scheme->args[FACTOR] != alv_floor(scheme->args[FACTOR]))
        return alv_fail(error, ALV_ERR_ARGUMENT, "factor", "factor = %g is not a whole number",
                        scheme->args[FACTOR]);
    ALV_TRY(alv_init_view(view, scheme->args[GROUPS], scheme, tensor, error));
    if (view->count > 0 && view->n_kernel == 0)
        return alv_fail(error, ALV_ERR_SHAPE, tensor->name,
                        "bilinear fills kernels of convolutions; this tensor has none");
    for (int axis = 0; axis < view->n_kernel; axis++) {
        const int64_t size = view->kernel[axis];
        const int64_t factor = of->factor[axis] = factor_of(scheme, tensor, axis, size);
        if (size < 2 * factor - 1) /* the triangle would be cut */
            return alv_fail(error, ALV_ERR_SHAPE, tensor->name,
                            "to upsample by %lld a kernel needs %lld places; axis %d has %lld",
                            factor, 2 * factor - 1, axis, size);
    }
    return ALV_OK;
}

static alv_status moments(double *mean, double *variance, const alv_scheme *scheme,
                          const alv_tensor *tensor, alv_error *error)
{
    alv_matrix_view view;
    triangle of;
    ALV_TRY(make(&of, &view, scheme, tensor, error));
    ALV_TRY(alv_init_fits(of.gain, "gain", scheme, tensor, error));
    *mean = *variance = 0;
    if (view.count == 0) return ALV_OK;
    double sum = 1, squares = 1, kernels = 0; /* for gain 1: large gains would overflow in them */
    for (int axis = 0; axis < view.n_kernel; axis++) {
        /* The triangle is never cut: sums over d = 0, 1, ... or 1/2, 3/2, ... on both sides. */
        const double f = (double)of.factor[axis];
        sum *= f;
        squares *= view.kernel[axis] % 2 ? (2 * f * f + 1) / (3 * f) : (4 * f * f - 1) / (6 * f);
    }
    for (int kind = 0; kind < view.n_parts; kind++) {
        int64_t n, m = alv_matrix_alike(&n, &view, kind);
        kernels += (double)n * (double)alv_init_diagonal(&view, m);
    }
    const double elements = (double)alv_init_elements(&view);
    const double share = kernels * sum / elements;
    *mean = share * of.gain;
    *variance = (kernels * squares / elements - share * share) * of.gain * of.gain;
    return ALV_OK;
}

static void fill(void *out, int64_t lo, int64_t hi, const alv_init_job *job)
{
    alv_matrix_view view;
    triangle of;
    if (make(&of, &view, job->scheme, job->tensor, NULL) != ALV_OK) return;
    alv_init_fill_diagonal(out, lo, hi, &view, triangle_at, &of, job->tensor->dtype == ALV_F64);
}

const alv_initializer alv_init_bilinear = {
    .name = "bilinear",
    .aliases = "bilinear_upsampling",
    .summary = {[ALV_EN] = "transposed convolutions that begin as linear interpolation",
                [ALV_PT] = "convoluções transpostas que começam como interpolação linear"},
    .formula = "w[o, i, x] = gain (1 - |x - (k - 1) / 2| / f) if o = i, else 0, a product over the "
               "kernel's axes; f: factor, else the layer's stride, else k / 2 rounded up",
    .density = "nothing is drawn; in each kernel that is not zero the weights sum to gain f^axes",
    .when = {[ALV_EN] = "Upsampling layers of segmentation networks and decoders: transposed "
                        "convolutions with stride f, kernel 2 f - f mod 2 and padding (f - 1) / 2 "
                        "rounded up, which then enlarge their input smoothly before they have "
                        "learned anything. One, two or three axes.",
             [ALV_PT] = "Camadas de ampliação de redes de segmentação e decodificadores: "
                        "convoluções transpostas com stride f, kernel 2 f - f mod 2 e padding "
                        "(f - 1) / 2 arredondado para cima, que assim ampliam a entrada suavemente "
                        "antes de aprender qualquer coisa. Um, dois ou três eixos."},
    .dangers = {[ALV_EN] =
                    "Channels do not mix: output channels beyond the number of inputs stay "
                    "zero and alike. With groups of one channel, groups must be known, or "
                    "only the first channel is filled. Some libraries fill every pair of "
                    "channels, which adds all channels up. The border fades, since beyond it "
                    "the input counts as zero.",
                [ALV_PT] = "Os canais não se misturam: canais de saída além do número de entradas "
                           "ficam nulos e iguais. Com grupos de um canal, o número de grupos "
                           "precisa ser conhecido, ou só o primeiro canal é preenchido. Algumas "
                           "bibliotecas preenchem todos os pares de canais, o que soma todos eles. "
                           "A borda esmaece, pois além dela a entrada conta como zero."},
    .pytorch = NULL,
    .keras = NULL,
    .jax = NULL,
    .citation = "Long, Shelhamer & Darrell (2015), Fully convolutional networks for semantic "
                "segmentation, CVPR, arXiv:1411.4038",
    .args = {[GAIN] = {.name = "gain",
                       .value = 1,
                       .lo = -DBL_MAX,
                       .hi = DBL_MAX,
                       .help = {[ALV_EN] = "what constant inputs are multiplied by",
                                [ALV_PT] = "por quanto entradas constantes são multiplicadas"}},
             [FACTOR] = {.name = "factor",
                         .value = 0,
                         .lo = 0,
                         .hi = 1e6,
                         .help = {[ALV_EN] = "by how much to enlarge; 0: the layer's stride, or "
                                             "what the kernel's size implies",
                                  [ALV_PT] = "quanto ampliar; 0: o stride da camada, ou o que o "
                                             "tamanho do kernel implica"}},
             [GROUPS] = {.name = "groups",
                         .value = 0,
                         .lo = 0,
                         .hi = 1e9,
                         .help = {[ALV_EN] = "groups of the convolution; 0: those of the tensor",
                                  [ALV_PT] = "grupos da convolução; 0: os do tensor"}}},
    .moments = moments,
    .fill = fill,
};
