/* Orthogonal weights: matrices that keep lengths and angles, drawn uniformly (Haar).
 *
 * With W^T W = gain^2 I a deep linear network keeps every singular value of its Jacobian at gain^L,
 * where Gaussian weights of the same variance spread them exponentially (Saxe, McClelland & Ganguli
 * 2014). Of a matrix that is not square the longer side's vectors keep all lengths: columns of a
 * tall one are orthonormal, rows of a wide one. How the matrices are made: linalg/haar.c. */
#include "base/base.h"
#include "init/haar_set.h"

#define GAIN                                                                                       \
    {.name = "gain",                                                                               \
     .value = 1,                                                                                   \
     .lo = -DBL_MAX,                                                                               \
     .hi = DBL_MAX,                                                                                \
     .help = {[ALV_EN] = "every singular value", [ALV_PT] = "todos os valores singulares"}}

static void orthogonal_use(alv_haar_use *use, const alv_scheme *scheme)
{
    *use = (alv_haar_use){.gain = scheme->args[0], .head = (int64_t)scheme->args[1]};
}

static void delta_use(alv_haar_use *use, const alv_scheme *scheme)
{
    *use = (alv_haar_use){.gain = scheme->args[0], .center = true};
}

enum { MIRROR_INPUTS, MIRROR_OUTPUTS, MIRROR_BOTH };
#define MIRROR_CHOICES "inputs outputs both"

static void looks_linear_use(alv_haar_use *use, const alv_scheme *scheme)
{
    const int mirror = (int)scheme->args[1];
    *use = (alv_haar_use){
        .gain = scheme->args[0],
        .mirror_columns = mirror != MIRROR_OUTPUTS,
        .mirror_rows = mirror != MIRROR_INPUTS,
    };
}

/* The paper's kernels: one to three spatial axes, no more inputs than outputs. */
static alv_status check_delta(const alv_haar_set *set, const alv_tensor *tensor, alv_error *error)
{
    if (set->view.n_kernel < 1 || set->view.n_kernel > 3)
        return alv_fail(error, ALV_ERR_SHAPE, tensor->name,
                        "delta_orthogonal fills kernels of 1 to 3 spatial axes; %s has %d",
                        tensor->name, set->view.n_kernel);
    if (set->columns > set->rows)
        return alv_fail(error, ALV_ERR_SHAPE, tensor->name,
                        "delta_orthogonal needs as many outputs as inputs, and %s has %lld for "
                        "%lld: fewer cannot keep every length",
                        tensor->name, set->rows, set->columns);
    return ALV_OK;
}

static alv_status check_head(const alv_scheme *scheme, alv_error *error)
{
    if (scheme->args[1] != (double)(int64_t)scheme->args[1])
        return alv_fail(error, ALV_ERR_ARGUMENT, "head", "head = %g is not a whole number",
                        scheme->args[1]);
    return ALV_OK;
}

/* The functions of a descriptor, for one rule of use and one check. */
#define HAAR_SCHEME(name, USE, CHECK)                                                              \
    static alv_status name##_set(alv_haar_set *set, const alv_scheme *scheme,                      \
                                 const alv_tensor *tensor, alv_error *error)                       \
    {                                                                                              \
        alv_haar_use use;                                                                          \
        USE(&use, scheme);                                                                         \
        ALV_TRY(alv_haar_set_make(set, &use, tensor, error));                                      \
        return CHECK;                                                                              \
    }                                                                                              \
    static alv_status name##_moments(double *mean, double *variance, const alv_scheme *scheme,     \
                                     const alv_tensor *tensor, alv_error *error)                   \
    {                                                                                              \
        alv_haar_set set;                                                                          \
        ALV_TRY(name##_set(&set, scheme, tensor, error));                                          \
        *mean = 0;                                                                                 \
        *variance = alv_haar_set_variance(&set);                                                   \
        return ALV_OK;                                                                             \
    }                                                                                              \
    static alv_status name##_scratch(int64_t *bytes, const alv_scheme *scheme,                     \
                                     const alv_tensor *tensor, alv_error *error)                   \
    {                                                                                              \
        alv_haar_set set;                                                                          \
        ALV_TRY(name##_set(&set, scheme, tensor, error));                                          \
        *bytes = set.bytes;                                                                        \
        return ALV_OK;                                                                             \
    }                                                                                              \
    static void name##_prepare(const alv_init_job *job)                                            \
    {                                                                                              \
        alv_haar_set set;                                                                          \
        if (name##_set(&set, job->scheme, job->tensor, NULL) == ALV_OK)                            \
            alv_haar_set_prepare(&set, job);                                                       \
    }                                                                                              \
    static void name##_fill(void *out, int64_t lo, int64_t hi, const alv_init_job *job)            \
    {                                                                                              \
        alv_haar_set set;                                                                          \
        if (name##_set(&set, job->scheme, job->tensor, NULL) == ALV_OK)                            \
            alv_haar_set_fill(out, lo, hi, &set, job);                                             \
    }

HAAR_SCHEME(orthogonal, orthogonal_use, check_head(scheme, error))
HAAR_SCHEME(delta, delta_use, check_delta(set, tensor, error))
HAAR_SCHEME(looks_linear, looks_linear_use, ALV_OK)

const alv_initializer alv_init_orthogonal = {
    .name = "orthogonal",
    .aliases = "haar",
    .summary = {[ALV_EN] = "a random rotation: keeps every length and angle",
                [ALV_PT] = "uma rotação aleatória: conserva comprimentos e ângulos"},
    .formula = "W^T W = gain^2 I (rows >= columns) or W W^T = gain^2 I (rows <= columns)",
    .density = "uniform over all such matrices (Haar); Var(w) = gain^2 / max(rows, columns), and "
               "(w / gain)^2 ~ Beta(1/2, (max - 1)/2)",
    .when = {[ALV_EN] = "Deep networks whose activations are nearly linear near 0 (tanh at a small "
                        "gain, linear) and recurrent matrices: signals and gradients pass many "
                        "layers or steps without stretching or shrinking. Gates, heads, groups and "
                        "experts that share a tensor each get a matrix of their own.",
             [ALV_PT] = "Redes profundas cujas ativações são quase lineares perto de 0 (tanh com "
                        "ganho pequeno, linear) e matrizes recorrentes: sinais e gradientes "
                        "atravessam muitas camadas ou passos sem esticar nem encolher. Portas, "
                        "cabeças, grupos e especialistas que dividem um tensor recebem cada qual a "
                        "sua matriz."},
    .dangers = {[ALV_EN] = "ReLU breaks the isometry: give gain sqrt(2) to keep the variance, and "
                           "expect no more than from He. A kernel is flattened to outputs x "
                           "(inputs places), which does not make the convolution orthogonal: see "
                           "delta_orthogonal.",
                [ALV_PT] = "A ReLU quebra a isometria: use gain raiz de 2 para conservar a "
                           "variância, e não espere mais que da He. Um núcleo é achatado em saídas "
                           "x (entradas posições), o que não torna a convolução ortogonal: veja "
                           "delta_orthogonal."},
    .pytorch = "torch.nn.init.orthogonal_(w, gain=1.0)",
    .keras = "keras.initializers.Orthogonal(gain=1.0)",
    .jax = "jax.nn.initializers.orthogonal(scale=1.0)",
    .citation = "Saxe, McClelland & Ganguli (2014), Exact solutions to the nonlinear dynamics of "
                "learning in deep linear neural networks, arXiv:1312.6120, section 3; drawn after "
                "Stewart (1980), SIAM J. Numer. Anal. 17, 403-409; Mezzadri (2007), "
                "arXiv:math-ph/0609050",
    .args = {GAIN,
             {.name = "head",
              .value = 0,
              .lo = 0,
              .hi = 2147483647,
              .help = {[ALV_EN] = "outputs of one block (an attention head), each an orthogonal "
                                  "matrix by itself; 0: as the layer says",
                       [ALV_PT] =
                           "saídas de um bloco (uma cabeça de atenção), cada qual uma matriz "
                           "ortogonal; 0: como diz a camada"}}},
    .reach = ALV_REACH_TENSOR,
    .moments = orthogonal_moments,
    .scratch = orthogonal_scratch,
    .prepare = orthogonal_prepare,
    .fill = orthogonal_fill,
};

const alv_initializer alv_init_delta_orthogonal = {
    .name = "delta_orthogonal",
    .aliases = "convolution_delta_orthogonal",
    .summary = {[ALV_EN] = "kernels that are a random rotation at their middle, zero around",
                [ALV_PT] = "núcleos que são uma rotação no centro, e zero em volta"},
    .formula = "K[middle] = gain Q with Q^T Q = I (inputs <= outputs), 0 at every other place",
    .density = "Q uniform over such matrices (Haar); Var(w) = gain^2 / (outputs places)",
    .when = {[ALV_EN] = "Very deep convolutional networks without normalization or shortcuts: the "
                        "convolution then keeps the length of every input exactly, and tanh "
                        "networks of thousands of layers begin to train.",
             [ALV_PT] = "Redes convolucionais muito profundas sem normalização nem atalhos: a "
                        "convolução conserva então o comprimento de toda entrada, exatamente, e "
                        "redes tanh de milhares de camadas começam a treinar."},
    .dangers = {[ALV_EN] = "Neighbouring pixels do not mix at first: a layer begins as a 1 x 1 "
                           "convolution. Exact only at stride 1; a kernel of even size has no "
                           "middle, and the place after it is taken. With ReLU the isometry is "
                           "lost, as for orthogonal. Needs as many outputs as inputs.",
                [ALV_PT] = "Pixels vizinhos não se misturam no início: a camada começa como uma "
                           "convolução 1 x 1. Exata só com passo 1; um núcleo de tamanho par não "
                           "tem centro, e vale a posição seguinte. Com ReLU a isometria se perde, "
                           "como em orthogonal. Exige ao menos tantas saídas quantas entradas."},
    .jax = "jax.nn.initializers.delta_orthogonal(scale=1.0)",
    .elsewhere = "orthogonal",
    .citation = "Xiao, Bahri, Sohl-Dickstein, Schoenholz & Pennington (2018), Dynamical isometry "
                "and a mean field theory of CNNs, arXiv:1806.05393",
    .args = {GAIN},
    .reach = ALV_REACH_TENSOR,
    .moments = delta_moments,
    .scratch = delta_scratch,
    .prepare = delta_prepare,
    .fill = delta_fill,
};

const alv_initializer alv_init_looks_linear = {
    .name = "looks_linear",
    .aliases = "ll_init",
    .summary = {[ALV_EN] = "mirrored orthogonal blocks: a ReLU network that begins linear",
                [ALV_PT] = "blocos ortogonais espelhados: uma rede ReLU que começa linear"},
    .formula = "inputs: [W, -W]; outputs: [W; -W]; both: [W, -W; -W, W]; W orthogonal, gain^2 I",
    .density = "W uniform over such matrices (Haar); Var(w) = gain^2 / max(rows, columns) of W",
    .when = {[ALV_EN] = "Networks of CReLU, whose units come as relu(a) and relu(-a): with [W, -W] "
                        "a layer computes W a, and the network is linear until it learns not to "
                        "be. With plain ReLU: outputs for the first layer, both for those between, "
                        "inputs for the last.",
             [ALV_PT] = "Redes de CReLU, cujas unidades vêm como relu(a) e relu(-a): com [W, -W] a "
                        "camada calcula W a, e a rede é linear até aprender a não ser. Com ReLU "
                        "comum: outputs na primeira camada, both nas do meio, inputs na última."},
    .dangers = {[ALV_EN] = "Works only if the layers agree on which units are pairs: the first "
                           "half of the channels and the second, in order. Applied to a layer "
                           "whose inputs are no mirrored pairs, inputs and both see only "
                           "differences of halves and lose the rest. Anything between the "
                           "pairs (dropout, bias, batch statistics) breaks the mirror.",
                [ALV_PT] = "Só funciona se as camadas concordam sobre quais unidades são pares: a "
                           "primeira metade dos canais e a segunda, em ordem. Numa camada cujas "
                           "entradas não são pares espelhados, inputs e both veem só a diferença "
                           "das metades e perdem o resto. O que se põe entre os pares (dropout, "
                           "viés, estatísticas do lote) quebra o espelho."},
    .citation = "Balduzzi, Frean, Leary, Lewis, Ma & McWilliams (2017), The shattered gradients "
                "problem: if resnets are the answer, then what is the question?, arXiv:1702.08591 "
                "(LL-init); with outputs mirrored as well, for plain ReLU: Burkholz & Dubatovka "
                "(2019), Initialization of ReLUs for dynamical isometry, NeurIPS 32",
    .args = {GAIN,
             {.name = "mirror",
              .value = MIRROR_INPUTS,
              .lo = 0,
              .hi = MIRROR_BOTH,
              .choices = MIRROR_CHOICES,
              .help = {[ALV_EN] = "what comes in mirrored pairs",
                       [ALV_PT] = "o que vem em pares espelhados"}}},
    .reach = ALV_REACH_TENSOR,
    .moments = looks_linear_moments,
    .scratch = looks_linear_scratch,
    .prepare = looks_linear_prepare,
    .fill = looks_linear_fill,
};
