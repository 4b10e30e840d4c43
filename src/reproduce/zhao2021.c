/* Zhao et al. (2021), ZerO initialization: nets that begin with ones and zeros, and no randomness.
 * Where a layer widens, the identity alone leaves the new units without a part in training; a
 * Hadamard matrix gives them one. */
#include <math.h>
#include <string.h>

#include "base/base.h"
#include "train/fill.h"
#include "reproduce/specimen.h"

enum { INPUTS = 64, WIDTH = 256, OUTPUTS = 10, ROWS = 64, STEPS = 600, SEEDS = 3 };

static const double rate = 0.05;

typedef enum start { HADAMARD, IDENTITY, RANDOM } start;

/* Elements of a tensor that differ between two seeds, and the largest of |W^T W - 1|; w holds both.
 */
static alv_status look_at(double *differ, double *defect, double *w, alv_error *error)
{
    enum { N = WIDTH * INPUTS };
    alv_scheme scheme;
    alv_tensor t = {.name = "fc1.weight", .rank = 2, .shape = {WIDTH, INPUTS}, .dtype = ALV_F64};
    ALV_TRY(alv_scheme_parse(&scheme, "zero_hadamard", error));
    for (uint64_t seed = 0; seed < 2; seed++)
        ALV_TRY(alv_fill_param(w + seed * N, &scheme, &t, seed, error));
    *differ = *defect = 0;
    for (int i = 0; i < N; i++) *differ += memcmp(&w[i], &w[N + i], sizeof *w) != 0;
    for (int a = 0; a < INPUTS; a++)
        for (int b = 0; b < INPUTS; b++) {
            double dot = a == b ? -1 : 0;
            for (int i = 0; i < WIDTH; i++) dot += w[i * INPUTS + a] * w[i * INPUTS + b];
            *defect = fmax(*defect, fabs(dot));
        }
    return ALV_OK;
}

static alv_status no_memory(alv_error *error)
{
    return alv_fail(error, ALV_ERR_MEMORY, "zhao2021", "no memory for its matrices");
}

static alv_status look(double *differ, double *defect, alv_error *error)
{
    double *w = alv_new_array(2 * WIDTH * INPUTS, sizeof *w);
    if (!w) return no_memory(error);
    alv_status status = look_at(differ, defect, w, error);
    free(w);
    return status;
}

/* Ones on the diagonal; the last layer is zero, as the authors' code has it. */
static void identity(alv_net_f32 *net)
{
    for (int l = 0; l < net->n_layers; l++) {
        const alv_net_layer_f32 *layer = &net->layers[l];
        for (int64_t k = 0; k < layer->in * layer->out; k++)
            layer->w[k] = l + 1 < net->n_layers && k % layer->in == k / layer->in ? 1 : 0;
    }
}

static alv_status begin(alv_specimen *sample, start from, uint64_t seed, alv_error *error)
{
    const alv_net_layer_f32 *last = &sample->net->layers[sample->net->n_layers - 1];
    ALV_TRY(
        alv_specimen_draw(sample, from == RANDOM ? "xavier_normal" : "zero_hadamard", seed, error));
    if (from == IDENTITY) identity(sample->net);
    if (from == HADAMARD) memset(last->w, 0, (size_t)(last->in * last->out) * sizeof *last->w);
    return ALV_OK;
}

/* The rank of a (WIDTH, WIDTH), by elimination with full pivoting: pivots above 1e-4 of the first
 * count. Overwrites a. */
static int rank_of(double *a)
{
    double first = 0;
    for (int r = 0; r < WIDTH; r++) {
        int at = r * WIDTH + r;
        for (int i = r; i < WIDTH; i++)
            for (int j = r; j < WIDTH; j++)
                if (fabs(a[i * WIDTH + j]) > fabs(a[at])) at = i * WIDTH + j;
        const double pivot = a[at];
        if (r == 0) first = fabs(pivot);
        if (!(fabs(pivot) > 1e-4 * first)) return r;
        for (int j = 0; j < WIDTH; j++) {
            const double swap = a[r * WIDTH + j];
            a[r * WIDTH + j] = a[at / WIDTH * WIDTH + j];
            a[at / WIDTH * WIDTH + j] = swap;
        }
        for (int i = 0; i < WIDTH; i++) {
            const double swap = a[i * WIDTH + r];
            a[i * WIDTH + r] = a[i * WIDTH + at % WIDTH];
            a[i * WIDTH + at % WIDTH] = swap;
        }
        for (int i = r + 1; i < WIDTH; i++) {
            const double factor = a[i * WIDTH + r] / pivot;
            for (int j = r; j < WIDTH && factor != 0; j++)
                a[i * WIDTH + j] -= factor * a[r * WIDTH + j];
        }
    }
    return WIDTH;
}

/* The rank of what training has added to the second matrix since `before`. */
static int added_rank(const alv_specimen *sample, const float *before, double *scratch)
{
    for (int i = 0; i < WIDTH * WIDTH; i++)
        scratch[i] = (double)sample->net->layers[1].w[i] - (double)before[i];
    return rank_of(scratch);
}

/* The rank of the first seed's is drawn and told. */
static alv_status train(double *rank, double *accuracy, alv_outcome *out, int series,
                        const char *text, start from, const alv_watch *watch, alv_error *error)
{
    enum { N = WIDTH * WIDTH };
    alv_specimen sample;
    float *before = alv_new_array(N, sizeof *before);
    double *scratch = alv_new_array(N, sizeof *scratch);
    double loss, one = 0;
    alv_status status = alv_specimen_make(&sample, text, ROWS, 1, error);
    if (status == ALV_OK && !(before && scratch)) status = no_memory(error);
    *accuracy = 0;
    for (uint64_t seed = 0; seed < SEEDS && status == ALV_OK; seed++) {
        status = begin(&sample, from, seed, error);
        if (status != ALV_OK) break;
        memcpy(before, sample.net->layers[1].w, N * sizeof *before);
        status = alv_specimen_train(&loss, &sample, rate, STEPS, seed, out, seed == 0 ? 0 : -1,
                                    series, watch, error);
        if (status == ALV_OK) /* on samples beyond those of the training */
            status = alv_specimen_test(&one, &sample, STEPS * ROWS, 16, seed, error);
        *accuracy += one / SEEDS;
        if (seed == 0) *rank = added_rank(&sample, before, scratch);
        if (seed == 0) alv_draw(out, 1, 0, series, *rank);
    }
    alv_specimen_free(&sample);
    free(before);
    free(scratch);
    return status;
}

static alv_status run(alv_outcome *out, const alv_watch *watch, alv_error *error)
{
    double rank, hadamard, unit, random;
    ALV_TRY(look(&out->measured[0], &out->measured[1], error));
    static const char whole[] = "mlp 64-256x3-10 relu", fewer[] = "mlp 48-256x3-10 relu";
    ALV_TRY(train(&out->measured[3], &hadamard, out, 0, whole, HADAMARD, watch, error));
    ALV_TRY(train(&out->measured[2], &unit, out, 1, whole, IDENTITY, watch, error));
    ALV_TRY(train(&rank, &random, out, 2, whole, RANDOM, watch, error));
    ALV_TRY(train(&out->measured[5], &unit, out, 3, fewer, HADAMARD, watch, error));
    alv_draw(out, 1, 1, 0, INPUTS);
    out->measured[4] = hadamard - random;
    return ALV_OK;
}

const alv_experiment alv_experiment_zhao2021 = {
    .name = "zhao2021",
    .title = {"Zeros, ones and a Hadamard matrix train without randomness",
              "Zeros, uns e uma matriz de Hadamard treinam sem acaso"},
    .paper = "Zhao, Schäfer & Anandkumar (2021), ZerO initialization: initializing neural networks "
             "with only zeros and ones, arXiv:2110.12661",
    .setting = {"64-256-256-256-10 with ReLU on blobs, plain SGD at rate 0.05, batch 64, 600 "
                "steps, 3 seeds; the last layer begins at zero, as in the authors' code. Rank: of "
                "the change of the second matrix, pivots above 1e-4 of the first, one seed. "
                "Accuracy on 1024 new samples. The claim on 48 inputs was added after a first run: "
                "with 64, a power of two, the Hadamard matrix repeats its rows. The paper trains "
                "residual nets on CIFAR-10 and ImageNet.",
                "64-256-256-256-10 com ReLU sobre blobs, SGD simples com taxa 0,05, lote 64, 600 "
                "passos, 3 sementes; a última camada começa em zero, como no código dos autores. "
                "Posto: da mudança da segunda matriz, pivôs acima de 1e-4 do primeiro, uma "
                "semente. Acurácia em 1024 amostras novas. A afirmação sobre 48 entradas foi "
                "acrescentada após uma primeira rodada: com 64, uma potência de dois, a matriz de "
                "Hadamard repete as suas linhas. O artigo treina redes residuais em CIFAR-10 e "
                "ImageNet."},
    .claims = {{{"elements that differ between two seeds",
                 "elementos que diferem entre duas sementes"},
                0,
                0,
                0},
               {{"widening matrix: largest entry of |W^T W - 1|",
                 "matriz que alarga: maior elemento de |W^T W - 1|"},
                0,
                0,
                1e-12},
               {{"identity: rank that training adds to a hidden matrix (64 inputs)",
                 "identidade: posto que o treino soma a uma matriz oculta (64 entradas)"},
                (double)NAN,
                0,
                64},
               {{"Hadamard: the same", "Hadamard: o mesmo"},
                (double)NAN,
                65,
                256,
                {"of Sylvester's matrix of order 256 the first 64 columns have only 64 different "
                 "rows: units come in fours that are alike and stay alike",
                 "da matriz de Sylvester de ordem 256 as primeiras 64 colunas têm só 64 linhas "
                 "diferentes: as unidades vêm em quatros iguais, que ficam iguais"}},
               {{"test accuracy less that of xavier_normal", "acurácia de teste menos a de "
                                                             "xavier_normal"},
                0,
                -0.02,
                1,
                {"with four units alike this net is one of 64 units, and 600 steps do not end its "
                 "training; the paper trains to the end",
                 "com quatro unidades iguais esta rede é uma de 64 unidades, e 600 passos não "
                 "terminam o seu treino; o artigo treina até o fim"}},
               {{"Hadamard, the first 48 of the inputs: the same rank",
                 "Hadamard, as primeiras 48 das entradas: o mesmo posto"},
                (double)NAN,
                49,
                256}},
    .figure = {{"Training from three starts, and the rank that it adds",
                "O treino de três começos, e o posto que ele soma"},
               {{.title = {"Training loss, one seed", "Perda de treino, uma semente"},
                 .x = {{"step", "passo"}},
                 .y = {{"loss", "perda"}, .log = true},
                 .series = {{{"zero_hadamard"}, ALV_LINE},
                            {{"identity", "identidade"}, ALV_LINE},
                            {{"xavier_normal"}, ALV_LINE},
                            {{"Hadamard, 48", "Hadamard, 48"}, ALV_LINE}}},
                {.title = {"Rank of the change of a hidden matrix",
                           "Posto da mudança de uma matriz oculta"},
                 .x = {.label = {"first weights", "pesos iniciais"},
                       .names = {{"zero_hadamard"}, {"identity", "identidade"}, {"xavier_normal"}}},
                 .y = {{"rank", "posto"}},
                 .series = {{{"after 600 steps", "após 600 passos"}, ALV_DOTS},
                            {{"number of inputs", "número de entradas"}, ALV_LEVEL}}}}},
    .run = run,
};
