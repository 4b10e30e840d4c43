/* Mimetic attention: pairs of matrices whose product begins near a multiple of the identity.
 *
 * In trained vision transformers the product of query and key has a positive diagonal, that of
 * value and output a negative one. With rows for outputs and d for the width of the model, Trockman
 * & Kolter (2023) draw the products,
 *
 *     W_query^T W_key = alpha Z + beta I,    W_out W_value = alpha Z - beta I,    Z_ij ~ N(0, 1/d)
 *
 * and factor them by singular values, cut to the rank of a head. Here a tensor is made from its own
 * name alone and cannot see its partner, so both are made of a frame O (n x d, Haar) that belongs
 * to the name which they share, and of noise G (of N(0, 1/d)) that belongs to one of them:
 *
 *     key, value:  W = c O
 *     query:       W = (alpha G + beta O) / c        W_query^T W_key = alpha G^T O + beta O^T O
 *     out:         W = (alpha G - beta O^T) / c      W_out W_value = alpha G O - beta O^T O
 *
 * with c^2 = sqrt(alpha^2 + beta^2), which gives both the same variance, c^2 / d. Where n = d, O is
 * orthogonal, O^T O = I and G O has the law of Z: the products are the paper's. We depart from it
 * for the n < d rows of a head: O^T O projects on a random subspace, where the paper keeps the n
 * largest singular values of a full draw. Over the heads of a square matrix the projections add up
 * to the identity. */
#include "init/family.h"

#include "base/base.h"
#include "linalg/haar.h"
#include "math/math.h"
#include "model/matrix.h"

enum { MATRIX, ALPHA, BETA, UP, SHARE, HEAD };
enum { QUERY = 0, KEY = 1, VALUE = 0, OUT = 1 };

typedef struct mimetic {
    alv_matrix_view view;
    bool across;          /* the frame's rows belong to the tensor's columns */
    int64_t n, d;         /* rows and columns of the frame */
    int64_t head, share;  /* rows of a head; heads of the tensor that use one of the frame */
    double noise, factor; /* deviation of the noise, factor of the frame */
    int64_t drawn, bytes; /* elements of the frame in the scratch; bytes of all of it */
    alv_stream stream;    /* the frame's, without a seed */
} mimetic;

static bool writes(const alv_scheme *scheme)
{
    return scheme->init == &alv_init_mimetic_vo;
}

/* What the names of a pair have in common: all but the last `up` components. */
static void stem_of(char out[ALV_MAX_NAME], const char *name, int up)
{
    size_t end = strlen(name);
    for (; up > 0 && end > 0; up--)
        while (end > 0 && name[--end] != '.' && name[end] != '/') {
        }
    memcpy(out, name, end);
    out[end] = 0;
}

static alv_status check(const alv_scheme *scheme, const mimetic *m, const alv_tensor *tensor,
                        int64_t units, alv_error *error)
{
    if (m->view.count > 1 || m->view.n_kernel > 0)
        return alv_fail(error, ALV_ERR_SHAPE, tensor->name,
                        "%s fills one plain matrix: split fused parts, groups and copies first",
                        scheme->init->name);
    if (scheme->args[ALPHA] == 0 && scheme->args[BETA] == 0)
        return alv_fail(error, ALV_ERR_ARGUMENT, "alpha", "alpha and beta are both 0");
    if (m->share > 1 && m->head < 1)
        return alv_fail(error, ALV_ERR_ARGUMENT, "head",
                        "share = %lld asks for the rows of a head, and %s states none", m->share,
                        tensor->name);
    if (m->share > 1 && units % m->head != 0)
        return alv_fail(error, ALV_ERR_SHAPE, tensor->name, "heads of %lld do not divide %lld",
                        m->head, units);
    if (m->share > 1 && units / m->head % m->share != 0)
        return alv_fail(error, ALV_ERR_SHAPE, tensor->name,
                        "share = %lld does not divide %lld heads", m->share, units / m->head);
    return ALV_OK;
}

static alv_status lay_out(mimetic *m, const alv_tensor *tensor, alv_error *error)
{
    const int64_t rows = m->n < m->d ? m->n : m->d, columns = m->n < m->d ? m->d : m->n;
    int64_t work = INT64_MAX;
    if (rows == 0) return ALV_OK;
    if (columns < INT64_MAX / 1024 && alv_mul_i64(&m->drawn, rows, alv_haar_stride(columns) + 16))
        work = alv_haar_work(rows, columns);
    if (work > INT64_MAX / 8 - 8 || m->drawn > INT64_MAX / 8 - work)
        return alv_fail(error, ALV_ERR_OVERFLOW, tensor->name,
                        "the scratch memory for %s does not fit 63 bits", tensor->name);
    m->bytes = (m->drawn + work) * (tensor->dtype == ALV_F64 ? 8 : 4);
    return ALV_OK;
}

static void set_factors(mimetic *m, const alv_scheme *scheme)
{
    const double alpha = scheme->args[ALPHA], beta = scheme->args[BETA];
    const double c = alv_sqrt(alv_sqrt(alpha * alpha + beta * beta));
    const bool owns = scheme->args[MATRIX] == (writes(scheme) ? VALUE : KEY);
    m->noise = owns || m->d == 0 ? 0 : alpha / (c * alv_sqrt((double)m->d));
    m->factor = owns ? c : writes(scheme) ? -beta / c : beta / c;
}

static alv_status make(mimetic *out, const alv_scheme *scheme, const alv_tensor *tensor,
                       alv_error *error)
{
    mimetic m = {.head = (int64_t)scheme->args[HEAD], .share = (int64_t)scheme->args[SHARE]};
    alv_tensor plain = *tensor;
    if (tensor->role == ALV_ROLE_BIAS || tensor->rank < 2)
        return alv_fail(error, ALV_ERR_SHAPE, tensor->name,
                        "%s is no matrix: mimetic weights need 2 axes", tensor->name);
    ALV_TRY(alv_init_whole(scheme->args[UP], "up", error));
    ALV_TRY(alv_init_whole(scheme->args[SHARE], "share", error));
    ALV_TRY(alv_init_whole(scheme->args[HEAD], "head", error));
    if (m.head == 0) m.head = tensor->head;
    plain.head = 0;
    ALV_TRY(alv_matrix_view_make(&m.view, &plain, error));
    m.across = writes(scheme) && scheme->args[MATRIX] == OUT;
    if (m.across || (!writes(scheme) && scheme->args[MATRIX] == QUERY)) {
        ALV_TRY(check(scheme, &m, tensor, m.across ? m.view.columns : m.view.rows, error));
    } else {
        m.share = 1;
        ALV_TRY(check(scheme, &m, tensor, m.view.rows, error));
    }
    m.n = (m.across ? m.view.columns : m.view.rows) / m.share;
    m.d = m.across ? m.view.rows : m.view.columns;
    char stem[ALV_MAX_NAME];
    stem_of(stem, tensor->name, (int)scheme->args[UP]);
    m.stream = alv_stream_make(0, stem, scheme->init->name);
    set_factors(&m, scheme);
    ALV_TRY(lay_out(&m, tensor, error));
    *out = m;
    return ALV_OK;
}

static alv_status mimetic_moments(double *mean, double *variance, const alv_scheme *scheme,
                                  const alv_tensor *tensor, alv_error *error)
{
    mimetic m;
    ALV_TRY(make(&m, scheme, tensor, error));
    const double longer = (double)(m.n > m.d ? m.n : m.d);
    *mean = 0;
    *variance = longer > 0 ? m.noise * m.noise + m.factor * m.factor / longer : 0;
    return ALV_OK;
}

static alv_status mimetic_scratch(int64_t *bytes, const alv_scheme *scheme,
                                  const alv_tensor *tensor, alv_error *error)
{
    mimetic m;
    ALV_TRY(make(&m, scheme, tensor, error));
    *bytes = m.bytes;
    return ALV_OK;
}

static void mimetic_prepare(const alv_init_job *job)
{
    mimetic m;
    if (make(&m, job->scheme, job->tensor, NULL) != ALV_OK || m.bytes == 0) return;
    const bool f64 = job->tensor->dtype == ALV_F64;
    const alv_haar haar = {.rows = m.n < m.d ? m.n : m.d,
                           .columns = m.n < m.d ? m.d : m.n,
                           .f64 = f64,
                           .stream = {.key = job->seed, .name = m.stream.name}};
    alv_haar_fill(job->scratch, (char *)job->scratch + m.drawn * (f64 ? 8 : 4), &haar, job->kernels,
                  job->executor);
}

/* Where the frame's element for a place of the tensor lies in the scratch. */
static int64_t drawn_at(const mimetic *m, alv_matrix_place place)
{
    const int64_t unit = m->across ? place.column : place.row;
    const int64_t column = m->across ? place.row : place.column;
    int64_t row = unit;
    if (m->share > 1) row = unit / (m->head * m->share) * m->head + unit % m->head;
    return m->n <= m->d ? row * alv_haar_stride(m->d) + column
                        : column * alv_haar_stride(m->n) + row;
}

static void mimetic_fill(void *out, int64_t lo, int64_t hi, const alv_init_job *job)
{
    mimetic m;
    if (make(&m, job->scheme, job->tensor, NULL) != ALV_OK) return;
    const bool f64 = job->tensor->dtype == ALV_F64;
    const alv_dist noise = alv_dist_normal(0, m.noise);
    alv_dist_fill(out, f64 ? ALV_F64 : ALV_F32, lo, hi, &noise,
                  alv_stream_make(job->seed, job->tensor->name, NULL), job->kernels, NULL);
    for (int64_t i = lo; i < hi; i++) {
        const int64_t from = drawn_at(&m, alv_matrix_locate(&m.view, i));
        if (f64)
            ((double *)out)[i - lo] += m.factor * ((const double *)job->scratch)[from];
        else
            ((float *)out)[i - lo] += (float)m.factor * ((const float *)job->scratch)[from];
    }
}

#define SCALE(NAME, VALUE, EN, PT)                                                                 \
    {                                                                                              \
        .name = NAME, .value = VALUE, .lo = 0, .hi = 1000, .shown = true, .help = {                \
            [ALV_EN] = EN,                                                                         \
            [ALV_PT] = PT                                                                          \
        }                                                                                          \
    }

#define NOISE(VALUE)                                                                               \
    SCALE("alpha", VALUE, "scale of the noise in the product", "escala do ruído no produto")

#define NAMES                                                                                      \
    {.name = "up",                                                                                 \
     .value = 2,                                                                                   \
     .lo = 0,                                                                                      \
     .hi = 100,                                                                                    \
     .help = {[ALV_EN] = "last components in which the pair's names differ",                       \
              [ALV_PT] = "últimos componentes em que os nomes do par diferem"}}

#define SHARED                                                                                     \
    {.name = "share",                                                                              \
     .value = 1,                                                                                   \
     .lo = 1,                                                                                      \
     .hi = 1000000,                                                                                \
     .help = {[ALV_EN] = "query heads for each head of keys and values",                           \
              [ALV_PT] = "cabeças de consulta para cada cabeça de chaves e valores"}}

#define HEADS                                                                                      \
    {.name = "head",                                                                               \
     .value = 0,                                                                                   \
     .lo = 0,                                                                                      \
     .hi = 2147483647,                                                                             \
     .help = {[ALV_EN] = "units of one head, where share > 1; 0: as the layer says",               \
              [ALV_PT] = "unidades de uma cabeça, se share > 1; 0: como diz a camada"}}

#define CITATION                                                                                   \
    "Trockman & Kolter (2023), Mimetic initialization of self-attention layers, ICML, "            \
    "arXiv:2305.09828; factored by a shared Haar frame instead of singular values"

#define DANGERS_EN                                                                                 \
    "A pair needs the same seed, alpha, beta, up and share, and names that differ in the last up " \
    "components only: otherwise each matrix has a frame of its own and nothing is mimicked. "      \
    "Below full rank a head's product is a projection, where the paper keeps the largest "         \
    "singular values. Fused QKV matrices are refused. The signs and scales are those seen in "     \
    "vision transformers; the defaults come from others' code: a start for tuning."

#define DANGERS_PT                                                                                 \
    "O par precisa de semente, alpha, beta, up e share iguais, e de nomes que só diferem nos "     \
    "últimos up componentes: do contrário cada matriz tem uma base própria e nada é imitado. "     \
    "Abaixo do posto completo, o produto de uma cabeça é uma projeção, enquanto o artigo guarda "  \
    "os maiores valores singulares. Matrizes QKV fundidas são recusadas. Sinais e escalas são os " \
    "vistos em vision transformers; os padrões vêm de código de terceiros: ajuste a partir deles."

#define FUNCTIONS                                                                                  \
    .reach = ALV_REACH_TENSOR, .moments = mimetic_moments, .scratch = mimetic_scratch,             \
    .prepare = mimetic_prepare, .fill = mimetic_fill

const alv_initializer alv_init_mimetic_qk = {
    .name = "mimetic_qk",
    .aliases = "",
    .summary = {[ALV_EN] = "queries and keys whose product is near the identity",
                [ALV_PT] = "consultas e chaves cujo produto fica perto da identidade"},
    .formula = "key: W = c O; query: W = (alpha G + beta O) / c; c^2 = sqrt(alpha^2 + beta^2); so "
               "W_query^T W_key = alpha G^T O + beta O^T O",
    .density = "O uniform over orthonormal frames (Haar), the same for both; G_ij ~ N(0, 1/d); "
               "Var(w) = sqrt(alpha^2 + beta^2) / d for no more rows than columns",
    .when = {[ALV_EN] = "Vision transformers trained from scratch on little data: matrix=query for "
                        "the queries, matrix=key for the keys, with one name but for its last two "
                        "components (attention.query.weight, attention.key.weight). Each token "
                        "begins by attending to those like it. See mimetic_vo for the other pair.",
             [ALV_PT] = "Vision transformers treinados do zero com poucos dados: matrix=query para "
                        "as consultas, matrix=key para as chaves, com um só nome salvo os dois "
                        "últimos componentes (attention.query.weight, attention.key.weight). Cada "
                        "token começa atendendo aos parecidos. Veja mimetic_vo para o outro par."},
    .dangers = {[ALV_EN] = DANGERS_EN, [ALV_PT] = DANGERS_PT},
    .citation = CITATION,
    .args = {[MATRIX] = {.name = "matrix",
                         .value = QUERY,
                         .lo = QUERY,
                         .hi = KEY,
                         .choices = "query key",
                         .shown = true,
                         .help = {[ALV_EN] = "which of the two", [ALV_PT] = "qual das duas"}},
             [ALPHA] = NOISE(0.7),
             [BETA] = SCALE("beta", 0.7, "the identity in the product", "a identidade no produto"),
             [UP] = NAMES,
             [SHARE] = SHARED,
             [HEAD] = HEADS},
    FUNCTIONS,
};

const alv_initializer alv_init_mimetic_vo = {
    .name = "mimetic_vo",
    .aliases = "",
    .summary = {[ALV_EN] = "values and outputs whose product is near minus the identity",
                [ALV_PT] = "valores e saídas cujo produto fica perto de menos a identidade"},
    .formula = "value: W = c O; out: W = (alpha G - beta O^T) / c; c^2 = sqrt(alpha^2 + beta^2); "
               "so W_out W_value = alpha G O - beta O^T O",
    .density = "O uniform over orthonormal frames (Haar), the same for both; G_ij ~ N(0, 1/d); "
               "Var(w) = sqrt(alpha^2 + beta^2) / d for no more value units than d",
    .when = {[ALV_EN] = "With mimetic_qk: matrix=value for the values, matrix=out for the matrix "
                        "that writes to the residual stream, from which attention then begins by "
                        "taking away. Where the output's name is longer (attention.output.dense) "
                        "give up=3 to both.",
             [ALV_PT] = "Com mimetic_qk: matrix=value para os valores, matrix=out para a matriz "
                        "que escreve no fluxo residual, do qual a atenção então começa por "
                        "subtrair. Onde o nome da saída é mais longo (attention.output.dense), dê "
                        "up=3 às duas."},
    .dangers = {[ALV_EN] = DANGERS_EN, [ALV_PT] = DANGERS_PT},
    .citation = CITATION,
    .args = {[MATRIX] = {.name = "matrix",
                         .value = OUT,
                         .lo = VALUE,
                         .hi = OUT,
                         .choices = "value out",
                         .shown = true,
                         .help = {[ALV_EN] = "which of the two", [ALV_PT] = "qual das duas"}},
             [ALPHA] = NOISE(0.4),
             [BETA] = SCALE("beta", 0.4, "minus the identity in the product",
                            "menos a identidade no produto"),
             [UP] = NAMES,
             [SHARE] = SHARED,
             [HEAD] = HEADS},
    FUNCTIONS,
};
