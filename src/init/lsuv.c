/* LSUV in the registry: the fill before the data, which is orthogonal. Without data nothing more
 * can be done; alv_lsuv_run does the rest (src/init/lsuv_run.c).
 *
 * Mishkin & Matas (2016), algorithm 1, line 1: pre-initialize with orthonormal matrices. The fill
 * is that of `orthogonal`, to the bit: this row hands every request on to that one. */
#include "alvor/lsuv.h"

#include "base/base.h"
#include "init/family.h"

enum { TOLERANCE, ATTEMPTS, VARIANCE };

/* `orthogonal` with its defaults. */
static alv_scheme first_step(void)
{
    alv_scheme scheme = {.init = &alv_init_orthogonal};
    for (int i = 0; i < ALV_MAX_INIT_ARGS && alv_init_orthogonal.args[i].name; i++)
        scheme.args[i] = alv_init_orthogonal.args[i].value;
    return scheme;
}

static alv_status moments(double *mean, double *variance, const alv_scheme *scheme,
                          const alv_tensor *tensor, alv_error *error)
{
    const alv_scheme first = first_step();
    ALV_TRY(alv_init_whole(scheme->args[ATTEMPTS], "attempts", error));
    return first.init->moments(mean, variance, &first, tensor, error);
}

static alv_status scratch(int64_t *bytes, const alv_scheme *scheme, const alv_tensor *tensor,
                          alv_error *error)
{
    (void)scheme;
    const alv_scheme first = first_step();
    return first.init->scratch(bytes, &first, tensor, error);
}

static void prepare(const alv_init_job *job)
{
    const alv_scheme first = first_step();
    alv_init_job orthogonal = *job;
    orthogonal.scheme = &first;
    first.init->prepare(&orthogonal);
}

static void fill(void *out, int64_t lo, int64_t hi, const alv_init_job *job)
{
    const alv_scheme first = first_step();
    alv_init_job orthogonal = *job;
    orthogonal.scheme = &first;
    first.init->fill(out, lo, hi, &orthogonal);
}

alv_status alv_lsuv_scheme(alv_lsuv_options *out, const alv_scheme *scheme, alv_error *error)
{
    if (!out) return alv_fail(error, ALV_ERR_ARGUMENT, "out", "NULL argument");
    ALV_TRY(alv_scheme_check(scheme, error));
    if (scheme->init != &alv_init_lsuv)
        return alv_fail(error, ALV_ERR_ARGUMENT, "scheme", "%s is not lsuv", scheme->init->name);
    ALV_TRY(alv_init_whole(scheme->args[ATTEMPTS], "attempts", error));
    *out = (alv_lsuv_options){.variance = scheme->args[VARIANCE],
                              .tolerance = scheme->args[TOLERANCE],
                              .attempts = (int)scheme->args[ATTEMPTS]};
    return ALV_OK;
}

const alv_initializer alv_init_lsuv = {
    .name = "lsuv",
    .aliases = "",
    .summary = {[ALV_EN] = "orthogonal, then scaled layer by layer to unit variance on data",
                [ALV_PT] = "ortogonal, depois ajustada camada a camada, com dados, à variância 1"},
    .formula = "W orthogonal; then layer by layer, in order of execution: W <- W sqrt(variance / "
               "Var(z)) until |Var(z) / variance - 1| <= tolerance; z: the layer's outputs on a "
               "batch, before the activation",
    .density = "that of orthogonal; what follows depends on the data",
    .when = {[ALV_EN] = "Networks whose activations, layers or inputs no formula covers: it "
                        "measures instead of assuming. Compare runs it on the first mini-batch of "
                        "each seed; in code, alv_lsuv_run asks your network for its outputs. "
                        "Layers without biases need one scaling.",
             [ALV_PT] = "Redes cujas funções de ativação, camadas ou entradas não cabem em nenhuma "
                        "fórmula: ela mede em vez de supor. O compare a executa no primeiro "
                        "mini-lote de cada semente; em código, alv_lsuv_run pede as saídas à sua "
                        "rede. Camadas sem viés precisam de um só ajuste."},
    .dangers = {[ALV_EN] = "Filled without data (alvor init) it is orthogonal and nothing more. "
                           "The scales fit the batch: a small one makes them noisy, and an "
                           "unnormalized or unrepresentative one makes them wrong. The variance "
                           "counts differences between units: with softplus or ReLU, whose outputs "
                           "have a mean, ever more of it is each unit's constant offset, and what "
                           "varies from sample to sample fades with depth. Gradients follow "
                           "their own gain. A dead "
                           "layer cannot be scaled, and biases that vary by more than the target "
                           "are never made up for. In residual networks it undoes the "
                           "scaling of the branches.",
                [ALV_PT] = "Preenchida sem dados (alvor init), é ortogonal e nada mais. As escalas "
                           "se ajustam ao lote: um lote pequeno as torna ruidosas; um lote não "
                           "normalizado ou pouco representativo, erradas. A variância inclui as "
                           "diferenças entre unidades: com softplus ou ReLU, cujas saídas têm "
                           "média, uma parte cada vez maior dela é o deslocamento constante de "
                           "cada unidade, e o que varia de amostra a amostra some com a "
                           "profundidade. Os gradientes seguem o próprio ganho. Uma camada "
                           "morta não tem ajuste possível, e vieses que variam mais que o alvo "
                           "nunca são compensados. Em redes residuais, desfaz a redução dos "
                           "ramos."},
    .pytorch = NULL,
    .keras = NULL,
    .jax = NULL,
    .citation = "Mishkin & Matas (2016), All you need is a good init, ICLR, arXiv:1511.06422, "
                "algorithm 1",
    .args = {[TOLERANCE] = {.name = "tolerance",
                            .value = 0.1,
                            .lo = 0,
                            .hi = 1,
                            .open_lo = true,
                            .help = {[ALV_EN] = "how far from the target the variance may stay",
                                     [ALV_PT] = "quanto a variância pode ficar longe do alvo"}},
             [ATTEMPTS] = {.name = "attempts",
                           .value = 10,
                           .lo = 1,
                           .hi = 1000,
                           .help = {[ALV_EN] = "most scalings of one layer",
                                    [ALV_PT] = "máximo de ajustes de uma camada"}},
             [VARIANCE] = {.name = "variance",
                           .value = 1,
                           .lo = 0,
                           .hi = 1e6,
                           .open_lo = true,
                           .help = {[ALV_EN] = "of each layer's outputs, to reach",
                                    [ALV_PT] = "das saídas de cada camada, a alcançar"}}},
    .reach = ALV_REACH_TENSOR,
    .needs_data = true,
    .moments = moments,
    .scratch = scratch,
    .prepare = prepare,
    .fill = fill,
};
