/* Sparse weights: each unit keeps exactly k of its connections, or each input does.
 *
 * Martens (2010) gives each unit 15 incoming connections, chosen at random, with weights from a
 * unit normal: units then differ much, and their input does not grow with the size of the layer
 * below. torch.nn.init.sparse_ instead leaves out a share of each input's outgoing weights (its
 * columns); MLX leaves out a share of each unit's (its rows). `per` chooses.
 *
 * Which are kept: the connections of a line (a unit's, or an input's) are put in a random order, a
 * keyed permutation whose keys are words of the line in the sub-stream "positions"; the first k
 * stay. So each element is known from its place, the counts are exact, and lines are independent. A
 * kept weight is std times the one that normal(1) draws there. */
#include "init/permute.h"
#include "init/place.h"

#include "base/base.h"
#include "dist/round.h"
#include "math/math.h"

enum { K, SPARSITY, STD, PER, SCALED };
enum { PER_UNIT, PER_INPUT };

/* Keys of neighbouring lines are made together. */
enum { LINES = 32 };

/* Elements of narrow types are made in floats, so many at a time. */
enum { CHUNK = 1024 };

typedef struct keys {
    alv_stream stream;
    int64_t first; /* line of the first row; -1: none are made */
    uint32_t words[LINES][ALV_PERMUTE_KEYS];
} keys;

static const uint32_t *keys_of(keys *k, int64_t line)
{
    if (k->first < 0 || line < k->first || line >= k->first + LINES) {
        k->first = line;
        alv_stream_words(k->words[0], line * ALV_PERMUTE_KEYS, (line + LINES) * ALV_PERMUTE_KEYS,
                         k->stream);
    }
    return k->words[line - k->first];
}

/* How many of a line's n connections stay. The share is rounded as torch and MLX do: what is left
 * out is rounded up. */
static int64_t kept_of(const alv_scheme *scheme, int64_t n)
{
    if (scheme->args[SPARSITY] > 0)
        return n - (int64_t)alv_ceil(scheme->args[SPARSITY] * (double)n);
    const double k = scheme->args[K] > 0 ? scheme->args[K] : 15;
    return k < (double)n ? (int64_t)k : n;
}

/* The deviation of what stays. */
static double std_of(const alv_scheme *scheme, int64_t n)
{
    const int64_t kept = kept_of(scheme, n);
    const bool scaled = scheme->args[SCALED] != 0;
    return scheme->args[STD] * (scaled && kept > 0 ? alv_sqrt(1 / (double)kept) : 1);
}

/* Connections of a line of one matrix. */
static int64_t length_of(const alv_matrix_view *view, bool per_input, int64_t matrix)
{
    return per_input ? alv_matrix_rows(view, matrix) : view->columns;
}

static alv_status check(alv_matrix_view *view, const alv_scheme *scheme, const alv_tensor *tensor,
                        alv_error *error)
{
    const double k = scheme->args[K], sparsity = scheme->args[SPARSITY];
    if (k > 0 && sparsity > 0)
        return alv_fail(error, ALV_ERR_ARGUMENT, scheme->init->name,
                        "k = %g and sparsity = %g both say how many stay: give one", k, sparsity);
    if (k != alv_floor(k))
        return alv_fail(error, ALV_ERR_ARGUMENT, "k", "k = %g is not a whole number", k);
    ALV_TRY(alv_init_view(view, 0, scheme, tensor, error));
    if (view->count > 0 && alv_init_elements(view) > INT64_MAX / (2 * ALV_PERMUTE_KEYS))
        return alv_fail(error, ALV_ERR_OVERFLOW, tensor->name,
                        "sparse has no words for the lines of %lld elements",
                        alv_init_elements(view));
    return ALV_OK;
}

static alv_status moments(double *mean, double *variance, const alv_scheme *scheme,
                          const alv_tensor *tensor, alv_error *error)
{
    alv_matrix_view view;
    double squares = 0;
    ALV_TRY(check(&view, scheme, tensor, error));
    const bool per_input = scheme->args[PER] == PER_INPUT;
    for (int kind = 0; kind < view.n_parts; kind++) {
        int64_t alike, m = alv_matrix_alike(&alike, &view, kind);
        const int64_t n = length_of(&view, per_input, m), rows = alv_matrix_rows(&view, m);
        const alv_dist law = alv_dist_normal(0, std_of(scheme, n));
        ALV_TRY(alv_dist_fits(&law, tensor->dtype, error));
        squares += (double)alike * law.std * law.std * (double)kept_of(scheme, n) *
                   (double)(per_input ? view.columns : rows);
    }
    *mean = 0;
    *variance = view.count > 0 ? squares / (double)alv_init_elements(&view) : 0;
    return ALV_OK;
}

/* What is worked out once for each matrix. */
typedef struct matrix_plan {
    int64_t matrix, kept, first_line;
    alv_permute order;
    double std;
} matrix_plan;

static matrix_plan plan_of(const alv_matrix_view *view, const alv_scheme *scheme, int64_t matrix)
{
    const bool per_input = scheme->args[PER] == PER_INPUT;
    const int64_t n = length_of(view, per_input, matrix);
    return (matrix_plan){.matrix = matrix,
                         .kept = kept_of(scheme, n),
                         .first_line = per_input ? matrix * view->columns
                                                 : alv_matrix_offset(view, matrix) / view->columns,
                         .order = alv_permute_make(n),
                         .std = std_of(scheme, n)};
}

/* The slice to fill. */
typedef struct slice {
    void *out;
    int64_t lo, hi;
    const alv_matrix_view *view;
    const alv_init_job *job;
    alv_dtype dtype;
    bool per_input;
} slice;

static bool is_f64(const slice *s)
{
    return s->dtype == ALV_F64;
}

/* Unit normals of elements [lo, hi): doubles, or floats for every other type. */
static void draw(void *out, int64_t lo, int64_t hi, const slice *s)
{
    const alv_dist unit = alv_dist_normal(0, 1);
    alv_dist_fill(out, is_f64(s) ? ALV_F64 : ALV_F32, lo, hi, &unit,
                  alv_stream_make(s->job->seed, s->job->tensor->name, NULL), s->job->kernels, NULL);
}

static keys no_keys(const slice *s)
{
    return (keys){.stream = alv_stream_make(s->job->seed, s->job->tensor->name, "positions"),
                  .first = -1};
}

static double value_at(const void *values, int64_t i, bool f64)
{
    return f64 ? ((const double *)values)[i] : (double)((const float *)values)[i];
}

/* Draws all, as doubles or floats, and asks of each element whether it stays. */
static void thin_wide(const slice *s)
{
    keys made = no_keys(s);
    matrix_plan plan = {.matrix = -1};
    draw(s->out, s->lo, s->hi, s);
    for (int64_t e = s->lo; e < s->hi; e++) {
        const alv_matrix_place at = alv_matrix_locate(s->view, e);
        if (at.matrix != plan.matrix) plan = plan_of(s->view, s->job->scheme, at.matrix);
        const int64_t line = plan.first_line + (s->per_input ? at.column : at.row);
        const int64_t place = s->per_input ? at.row : at.column;
        bool stays = alv_permute_at(&plan.order, keys_of(&made, line), place) < plan.kept;
        const double unit = value_at(s->out, e - s->lo, is_f64(s));
        alv_init_put(s->out, e - s->lo, stays ? unit * plan.std : 0, is_f64(s));
    }
}

/* The same for every type: narrow ones by way of floats. */
static void thin(const slice *s)
{
    float chunk[CHUNK];
    if (!alv_is_narrow(s->dtype)) {
        thin_wide(s);
        return;
    }
    for (int64_t lo = s->lo, n; lo < s->hi; lo += n) {
        slice part = *s;
        n = s->hi - lo < CHUNK ? s->hi - lo : CHUNK;
        part.out = chunk, part.lo = lo, part.hi = lo + n;
        thin_wide(&part);
        alv_round_array((char *)s->out + (size_t)(lo - s->lo) * alv_dtype_size(s->dtype), s->dtype,
                        chunk, n);
    }
}

static void put(const slice *s, int64_t e, double value)
{
    const float narrow = (float)value;
    if (alv_is_narrow(s->dtype))
        alv_round_array((char *)s->out + (size_t)(e - s->lo) * alv_dtype_size(s->dtype), s->dtype,
                        &narrow, 1);
    else
        alv_init_put(s->out, e - s->lo, value, is_f64(s));
}

/* Writes those of lines [from, to) of one matrix that stay and are in the slice, each drawn by
 * itself. */
static void plant(int64_t from, int64_t to, const matrix_plan *plan, keys *made, const slice *s)
{
    double unit;
    if (plan->kept == 0) return; /* however many lines there are */
    for (int64_t line = from; line < to; line++)
        for (int64_t j = 0; j < plan->kept; j++) {
            const uint32_t *words = keys_of(made, plan->first_line + line);
            const int64_t place = alv_permute_from(&plan->order, words, j);
            const int64_t e = alv_matrix_index(s->view, plan->matrix, s->per_input ? place : line,
                                               s->per_input ? line : place);
            if (e < s->lo || e >= s->hi) continue;
            draw(&unit, e, e + 1, s);
            put(s, e, value_at(&unit, 0, is_f64(s)) * plan->std);
        }
}

/* Whether each unit's weights lie side by side, one unit after the other. */
static bool contiguous(const slice *s)
{
    return !s->per_input && !s->view->beside && alv_matrix_rows_are_runs(s->view);
}

/* Goes through the lines and plants what stays; where units lie one after the other, through those
 * of the slice alone. */
static void plant_all(const slice *s)
{
    keys made = no_keys(s);
    memset(s->out, 0, (size_t)(s->hi - s->lo) * alv_dtype_size(s->dtype));
    if (contiguous(s)) {
        for (int64_t e = s->lo; e < s->hi;) {
            const alv_matrix_place at = alv_matrix_locate(s->view, e);
            const matrix_plan plan = plan_of(s->view, s->job->scheme, at.matrix);
            plant(at.row, at.row + 1, &plan, &made, s);
            e += s->view->columns - at.column;
        }
        return;
    }
    for (int64_t m = 0; m < s->view->count; m++) {
        const matrix_plan plan = plan_of(s->view, s->job->scheme, m);
        plant(0, s->per_input ? s->view->columns : alv_matrix_rows(s->view, m), &plan, &made, s);
    }
}

/* What plant_all goes through: the matrices, and the weights that stay in their lines. */
static double planted(const slice *s)
{
    double lines = 0, kept = (double)kept_of(s->job->scheme, length_of(s->view, s->per_input, 0));
    if (contiguous(s)) return kept * (double)((s->hi - s->lo) / s->view->columns + 2);
    for (int kind = 0; kind < s->view->n_parts; kind++) {
        int64_t n, m = alv_matrix_alike(&n, s->view, kind);
        lines +=
            (double)n * (double)(s->per_input ? s->view->columns : alv_matrix_rows(s->view, m));
    }
    return kept * lines + (double)s->view->count;
}

/* Both ways give the same. To plant one weight takes about as long as to ask five, and lines are
 * gone through only where that is the cheaper way: no slice costs more than to ask each of its own
 * elements, whatever the layout and the size of the tensor. Narrow types are rounded here, so that
 * the choice is made once for the slice and not for each chunk. */
static void fill(void *out, int64_t lo, int64_t hi, const alv_init_job *job)
{
    alv_matrix_view view;
    if (check(&view, job->scheme, job->tensor, NULL) != ALV_OK) return;
    const slice s = {
        out, lo, hi, &view, job, job->tensor->dtype, job->scheme->args[PER] == PER_INPUT};
    if (5 * planted(&s) < (double)(hi - lo))
        plant_all(&s);
    else
        thin(&s);
}

const alv_initializer alv_init_sparse = {
    .name = "sparse",
    .aliases = "",
    .summary = {[ALV_EN] = "exactly k connections per unit (or per input), normal; the rest zero",
                [ALV_PT] = "exatamente k conexões por unidade (ou entrada), normais; o resto zero"},
    .formula = "k of each line's n weights ~ N(0, std^2), chosen at random, the others 0; k = 15, "
               "or n - ceil(sparsity n); scaled=yes: std / sqrt(k)",
    .density = "p(w) = (k / n) exp(-w^2 / (2 std^2)) / (std sqrt(2 pi)), and 0 with probability "
               "1 - k / n",
    .when = {[ALV_EN] = "Wide layers of saturating units, deep autoencoders and recurrent matrices "
                        "without normalization: the input of a unit does not grow with the layer "
                        "below, and units differ. scaled=yes with std=1.414 gives ReLU layers the "
                        "variance of he_normal.",
             [ALV_PT] = "Camadas largas de unidades que saturam, autocodificadores profundos e "
                        "matrizes recorrentes sem normalização: a entrada de uma unidade não "
                        "cresce com a camada anterior, e as unidades diferem. scaled=yes com "
                        "std=1.414 dá a camadas ReLU a variância de he_normal."},
    .dangers = {[ALV_EN] = "Libraries disagree on the line: torch.nn.init.sparse_ thins each "
                           "input's outgoing weights (per=input), which leaves some units with no "
                           "input at all; Martens and MLX thin each unit's (per=unit). With std 1 "
                           "and 15 connections a unit's input has variance 15: tanh saturates "
                           "(Sutskever et al. rescale by 0.25). The zeros are only a start: "
                           "training fills them.",
                [ALV_PT] = "As bibliotecas não concordam sobre a linha: torch.nn.init.sparse_ "
                           "desbasta os pesos que saem de cada entrada (per=input), o que deixa "
                           "algumas unidades sem entrada nenhuma; Martens e o MLX, os que chegam a "
                           "cada unidade (per=unit). Com std 1 e 15 conexões, a entrada de uma "
                           "unidade tem variância 15: a tanh satura (Sutskever et al. reduzem a "
                           "0.25). Os zeros são só o começo: o treinamento os preenche."},
    .pytorch = "torch.nn.init.sparse_(w, sparsity=0.9, std=0.01)  # per=input",
    .keras = NULL,
    .jax = NULL,
    .citation = "Martens (2010), Deep learning via Hessian-free optimization, ICML; "
                "Sutskever, Martens, Dahl & Hinton (2013), On the importance of initialization and "
                "momentum in deep learning, ICML",
    .args = {[K] = {.name = "k",
                    .value = 0,
                    .lo = 0,
                    .hi = 1e15,
                    .help = {[ALV_EN] = "connections that stay; 0: 15, or as sparsity says",
                             [ALV_PT] = "conexões que ficam; 0: 15, ou conforme sparsity"}},
             [SPARSITY] = {.name = "sparsity",
                           .value = 0,
                           .lo = 0,
                           .hi = 1,
                           .help = {[ALV_EN] = "share that is zero, rounded up; 0: as k says",
                                    [ALV_PT] = "fração nula, arredondada para cima; 0: conforme "
                                               "k"}},
             [STD] = {.name = "std",
                      .value = 1,
                      .lo = 0,
                      .hi = DBL_MAX,
                      .shown = true,
                      .help = {[ALV_EN] = "deviation of the weights that stay",
                               [ALV_PT] = "desvio dos pesos que ficam"}},
             [PER] = {.name = "per",
                      .value = PER_UNIT,
                      .lo = PER_UNIT,
                      .hi = PER_INPUT,
                      .choices = "unit input",
                      .help = {[ALV_EN] = "whose connections count: unit, a row of a torch weight; "
                                          "input, a column",
                               [ALV_PT] = "de quem são as conexões: unit, uma linha de um peso do "
                                          "torch; input, uma coluna"}},
             [SCALED] = {.name = "scaled",
                         .value = 0,
                         .lo = 0,
                         .hi = 1,
                         .choices = "no yes",
                         .help = {[ALV_EN] = "yes: std is divided by the root of what stays",
                                  [ALV_PT] = "yes: std é dividido pela raiz do que fica"}}},
    .rounds = true,
    .moments = moments,
    .fill = fill,
};
