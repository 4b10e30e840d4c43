/* Balduzzi et al. (2017), The shattered gradients problem: in a deep plain net the gradient, as a
 * function of the input, is white noise; in a residual one it is not, and from looks-linear weights
 * it does not change at all.
 *
 * The net is a curve: one input, at POINTS places of [-2, 2]; layers of WIDTH units, without
 * biases; the derivative of v . h by the input, v normal. Normalizations take their moments over
 * the places, which are held while the derivative is taken. */
#include <math.h>
#include <string.h>

#include "base/base.h"
#include "train/fill.h"
#include "reproduce/rig.h"

enum { POINTS = 256, WIDTH = 200, NETS = 20, LAGS = 15, DEPTHS = 5, DEEP = 24, BLOCKS = 50 };
enum { PAIR_LAYERS = 5, PAIR_NETS = 300 };

static const int depths[DEPTHS] = {2, 4, 8, 16, DEEP};

typedef enum kind { PLAIN, RESIDUAL, LOOKS_LINEAR } kind;

/* (POINTS, WIDTH): signals, and their derivatives by the input; what a layer makes of them, and of
 * their two halves or of a copy on the way. */
typedef struct curve {
    double h[POINTS * WIDTH], d[POINTS * WIDTH], h2[POINTS * WIDTH], d2[POINTS * WIDTH];
    double up[POINTS * WIDTH], down[POINTS * WIDTH];
    double up_d[POINTS * WIDTH], down_d[POINTS * WIDTH];
    double w[WIDTH * WIDTH], gradient[POINTS];
} curve;

static double place(int point)
{
    return 4.0 * point / (POINTS - 1) - 2;
}

static alv_status draw_weights(curve *c, const char *scheme, int net, int layer, alv_error *error)
{
    alv_scheme parsed;
    alv_tensor t = {.rank = 2, .shape = {WIDTH, WIDTH}, .dtype = ALV_F64};
    ALV_TRY(alv_scheme_parse(&parsed, scheme, error));
    alv_text_format(t.name, sizeof t.name, "net%d.fc%d.weight", net, layer);
    return alv_fill_param(c->w, &parsed, &t, 2017, error);
}

/* The first layer: h = w x, w normal. */
static void begin(curve *c, int net)
{
    double w[WIDTH];
    alv_rig_normals(w, WIDTH, "first", net);
    for (int p = 0; p < POINTS; p++)
        for (int i = 0; i < WIDTH; i++) {
            c->h[p * WIDTH + i] = w[i] * place(p);
            c->d[p * WIDTH + i] = w[i];
        }
}

/* Every unit less its mean over the places, and over its deviation if `scale`. */
static void normalize(double *h, double *d, bool scale)
{
    for (int i = 0; i < WIDTH; i++) {
        double mean = 0, square = 0;
        for (int p = 0; p < POINTS; p++) mean += h[p * WIDTH + i] / POINTS;
        for (int p = 0; p < POINTS; p++) {
            const double off = h[p * WIDTH + i] - mean;
            square += off * off / POINTS;
        }
        const double factor = scale && square > 0 ? 1 / sqrt(square) : 1;
        for (int p = 0; p < POINTS; p++) {
            h[p * WIDTH + i] = (h[p * WIDTH + i] - mean) * factor;
            d[p * WIDTH + i] *= factor;
        }
    }
}

static void rectify(double *h, double *d)
{
    for (int k = 0; k < POINTS * WIDTH; k++)
        if (!(h[k] > 0)) h[k] = d[k] = 0;
}

/* out = in w^T, over the places. */
static void multiply(double *out, const double *in, const double *w)
{
    for (int p = 0; p < POINTS; p++)
        for (int i = 0; i < WIDTH; i++) {
            double sum[4] = {0};
            for (int j = 0; j < WIDTH; j += 4)
                for (int k = 0; k < 4; k++) sum[k] += w[i * WIDTH + j + k] * in[p * WIDTH + j + k];
            out[p * WIDTH + i] = (sum[0] + sum[1]) + (sum[2] + sum[3]);
        }
}

/* h = W relu(h - its mean over the places). */
static void plain_layer(curve *c)
{
    normalize(c->h, c->d, false);
    rectify(c->h, c->d);
    multiply(c->h2, c->h, c->w);
    multiply(c->d2, c->d, c->w);
    memcpy(c->h, c->h2, sizeof c->h);
    memcpy(c->d, c->d2, sizeof c->d);
}

/* h = h + 0.1 W relu(batch norm of h). */
static void residual_layer(curve *c)
{
    memcpy(c->up, c->h, sizeof c->up);
    memcpy(c->up_d, c->d, sizeof c->up_d);
    normalize(c->up, c->up_d, true);
    rectify(c->up, c->up_d);
    multiply(c->h2, c->up, c->w);
    multiply(c->d2, c->up_d, c->w);
    for (int k = 0; k < POINTS * WIDTH; k++) {
        c->h[k] += 0.1 * c->h2[k];
        c->d[k] += 0.1 * c->d2[k];
    }
}

/* h = [W, -W] of the two halves relu(h), relu(-h). */
static void looks_linear_layer(curve *c)
{
    for (int k = 0; k < POINTS * WIDTH; k++) {
        c->up[k] = c->h[k], c->down[k] = -c->h[k];
        c->up_d[k] = c->d[k], c->down_d[k] = -c->d[k];
    }
    rectify(c->up, c->up_d);
    rectify(c->down, c->down_d);
    for (int k = 0; k < POINTS * WIDTH; k++) {
        c->h2[k] = c->up[k] - c->down[k];
        c->d2[k] = c->up_d[k] - c->down_d[k];
    }
    multiply(c->h, c->h2, c->w);
    multiply(c->d, c->d2, c->w);
}

static alv_status gradients(curve *c, kind of, int depth, int net, alv_error *error)
{
    static void (*const layers[])(curve *) = {plain_layer, residual_layer, looks_linear_layer};
    double v[WIDTH];
    begin(c, net);
    for (int l = 0; l < depth; l++) {
        ALV_TRY(draw_weights(c, of == LOOKS_LINEAR ? "orthogonal" : "he_normal", net, l, error));
        layers[of](c);
    }
    alv_rig_normals(v, WIDTH, "last", net);
    memset(c->gradient, 0, sizeof c->gradient);
    for (int k = 0; k < POINTS * WIDTH; k++) c->gradient[k / WIDTH] += v[k % WIDTH] * c->d[k];
    return ALV_OK;
}

/* Adds a net's share to the mean autocorrelation at lags 0 to LAGS. */
static void correlate(double acf[LAGS + 1], const double g[POINTS])
{
    double mean = 0, variance = 0;
    for (int p = 0; p < POINTS; p++) mean += g[p] / POINTS;
    for (int p = 0; p < POINTS; p++) variance += (g[p] - mean) * (g[p] - mean);
    for (int lag = 0; lag <= LAGS && variance > 0; lag++)
        for (int p = 0; p + lag < POINTS; p++)
            acf[lag] += (g[p] - mean) * (g[p + lag] - mean) / variance / NETS;
}

/* Mean autocorrelations, drawn; the first net's gradients too, where panel >= 0. */
static alv_status measure(double acf[LAGS + 1], alv_outcome *out, int series, int panel, curve *c,
                          kind of, int depth, const alv_watch *watch, alv_error *error)
{
    for (int lag = 0; lag <= LAGS; lag++) acf[lag] = 0;
    for (int net = 0; net < NETS; net++) {
        if (watch && watch->stop && watch->stop(watch->user))
            return alv_fail(error, ALV_ERR_INTERRUPTED, "balduzzi2017", "interrupted");
        ALV_TRY(gradients(c, of, depth, net, error));
        correlate(acf, c->gradient);
        double most = 0;
        for (int p = 0; p < POINTS; p++) most = fmax(most, fabs(c->gradient[p]));
        for (int p = 0; net == 0 && panel >= 0 && p < POINTS; p++)
            alv_draw(out, panel, 0, place(p), c->gradient[p] / most);
    }
    for (int lag = 0; lag <= LAGS; lag++) alv_draw(out, 0, series, lag, acf[lag]);
    return ALV_OK;
}

/* Spread of the looks-linear net's gradient over the places, relative to its mean. */
static alv_status change(double *out, curve *c, alv_error *error)
{
    double mean = 0, square = 0;
    ALV_TRY(gradients(c, LOOKS_LINEAR, DEEP, 0, error));
    for (int p = 0; p < POINTS; p++) mean += c->gradient[p] / POINTS;
    for (int p = 0; p < POINTS; p++) square += pow(c->gradient[p] / mean - 1, 2) / POINTS;
    *out = sqrt(square);
    return ALV_OK;
}

/* Of two inputs at right angles, the cosine of their gradients by the input after 1 .. PAIR_LAYERS
 * layers of relu, he_normal, mean over nets: gradients of one normal output, sent down. */
static alv_status pair(double cosine[PAIR_LAYERS], alv_error *error)
{
    alv_rig rig;
    double x[2][WIDTH], g[2][WIDTH], next[2][WIDTH], v[WIDTH];
    alv_status status = alv_rig_make(&rig, PAIR_LAYERS, WIDTH, "relu", "he_normal", "zeros", error);
    for (int l = 0; l < PAIR_LAYERS; l++) cosine[l] = 0;
    for (int net = 0; net < PAIR_NETS && status == ALV_OK; net++) {
        status = alv_rig_draw(&rig, net, error);
        alv_rig_normals(x[0], WIDTH, "input", net);
        alv_rig_normals(x[1], WIDTH, "other", net);
        alv_rig_normals(v, WIDTH, "gradient", net);
        for (int which = 0; which < 2; which++) alv_rig_forward(&rig, which, x[which]);
        for (int top = 0; top < PAIR_LAYERS && status == ALV_OK; top++) {
            for (int which = 0; which < 2; which++) {
                memcpy(g[which], v, sizeof v);
                for (int l = top; l >= 0; l--) {
                    memset(next[which], 0, sizeof v);
                    for (int i = 0; i < WIDTH; i++)
                        for (int j = 0; rig.z[which][l * WIDTH + i] > 0 && j < WIDTH; j++)
                            next[which][j] += rig.w[(l * WIDTH + i) * WIDTH + j] * g[which][i];
                    memcpy(g[which], next[which], sizeof v);
                }
            }
            double dot = 0;
            for (int i = 0; i < WIDTH; i++) dot += g[0][i] * g[1][i] / WIDTH;
            cosine[top] +=
                dot / PAIR_NETS /
                sqrt(alv_rig_mean_square(g[0], WIDTH) * alv_rig_mean_square(g[1], WIDTH));
        }
    }
    alv_rig_free(&rig);
    return status;
}

/* Beside it: the product over layers of 1 - acos(c) / pi, with c of the layer's pre-activations,
 * and the paper's 2^-L. Returns how far the product is off, relatively. */
static alv_status measure_pair(double *farthest, double *last, alv_outcome *out, alv_error *error)
{
    const double pi = 3.14159265358979323846;
    double cosine[PAIR_LAYERS], c = 0, product = 1;
    ALV_TRY(pair(cosine, error));
    *farthest = 0;
    for (int l = 0; l < PAIR_LAYERS; l++) {
        product *= 1 - acos(c) / pi;
        c = (sqrt(1 - c * c) + (pi - acos(c)) * c) / pi;
        *farthest = fmax(*farthest, fabs(cosine[l] / product - 1));
        alv_draw(out, 1, 0, l + 1, cosine[l]);
        alv_draw(out, 1, 1, l + 1, product);
        alv_draw(out, 1, 2, l + 1, pow(2, -l - 1));
    }
    *last = cosine[PAIR_LAYERS - 1];
    return ALV_OK;
}

static alv_status measure_curves(alv_outcome *out, curve *c, const alv_watch *watch,
                                 alv_error *error)
{
    double acf[LAGS + 1], before = 0;
    out->measured[1] = -(double)INFINITY;
    for (int i = 0; i < DEPTHS; i++) {
        const int panel = depths[i] == DEEP ? 2 : -1;
        ALV_TRY(measure(acf, out, i, panel, c, PLAIN, depths[i], watch, error));
        if (i > 0) out->measured[1] = fmax(out->measured[1], acf[1] - before);
        before = acf[1];
    }
    out->measured[0] = before;
    ALV_TRY(measure(acf, out, DEPTHS, 3, c, RESIDUAL, BLOCKS, watch, error));
    out->measured[2] = acf[1];
    return change(&out->measured[3], c, error);
}

static alv_status run(alv_outcome *out, const alv_watch *watch, alv_error *error)
{
    curve *c = alv_new_array(1, sizeof *c);
    if (!c) return alv_fail(error, ALV_ERR_MEMORY, "balduzzi2017", "out of memory");
    const alv_status status = measure_curves(out, c, watch, error);
    free(c);
    ALV_TRY(status);
    return measure_pair(&out->measured[4], &out->measured[5], out, error);
}

const alv_experiment alv_experiment_balduzzi2017 = {
    .name = "balduzzi2017",
    .title = {"Gradients of deep plain nets are white noise, those of residual ones are not",
              "Gradientes de redes profundas simples são ruído branco, os de redes residuais não"},
    .paper = "Balduzzi et al. (2017), The shattered gradients problem: if resnets are the answer "
             "then what is the question?, arXiv:1702.08591, figures 1 and 2",
    .setting = {"One input at 256 places of [-2, 2], ReLU layers of 200 units, he_normal, the "
                "derivative by the input, 20 nets. Plain: each unit less its mean over the places. "
                "Residual: 50 branches 0.1 W relu(batch norm). Looks-linear: [W, -W] with W "
                "orthogonal. Pairs of inputs at right angles: 300 plain nets without means.",
                "Uma entrada em 256 lugares de [-2, 2], camadas ReLU de 200 unidades, he_normal, a "
                "derivada pela entrada, 20 redes. Simples: cada unidade menos sua média nos "
                "lugares. Residual: 50 ramos 0,1 W relu(norma em lote). Looks-linear: [W, -W] com "
                "W ortogonal. Pares de entradas em ângulo reto: 300 redes simples sem médias."},
    .claims = {{{"24 plain layers: autocorrelation of the gradient between neighbours",
                 "24 camadas simples: autocorrelação do gradiente entre vizinhos"},
                0,
                -0.1,
                0.1},
               {{"2, 4, 8, 16, 24 layers: largest rise of it from a depth to the next",
                 "2, 4, 8, 16, 24 camadas: maior aumento dela de uma profundidade à seguinte"},
                (double)NAN,
                -2,
                0},
               {{"50 residual layers: the same autocorrelation",
                 "50 camadas residuais: a mesma autocorrelação"},
                (double)NAN,
                0.8,
                1},
               {{"24 looks-linear layers: change of the gradient over the places",
                 "24 camadas looks-linear: mudança do gradiente nos lugares"},
                0,
                0,
                1e-10},
               {{"gradients of a pair after 1 to 5 layers, over prod (1 - acos(c) / pi): farthest",
                 "gradientes de um par após 1 a 5 camadas, sobre prod (1 - acos(c) / pi): o mais "
                 "longe"},
                0,
                0,
                0.15},
               {{"cosine of the gradients of a pair after 5 layers, the paper's 2^-5",
                 "cosseno dos gradientes de um par após 5 camadas, os 2^-5 do artigo"},
                0.03125,
                0.0266,
                0.0359,
                {"2^-L takes units to be on or off independently of each other; signals of a deep "
                 "ReLU net become alike, and with them the units that are on",
                 "2^-L supõe que unidades ligam e desligam independentemente; os sinais de uma "
                 "rede ReLU profunda se igualam, e com eles as unidades ligadas"}}},
    .figure = {{"How a gradient at one input resembles that at another, as in figures 1 and 2",
                "Quanto um gradiente em uma entrada se parece com o de outra, como nas figuras 1 e "
                "2"},
               {{.title = {"Autocorrelation", "Autocorrelação"},
                 .x = {{"places between", "lugares entre"}},
                 .y = {{"correlation", "correlação"}},
                 .series = {{{"2 plain", "2 simples"}, ALV_LINE},
                            {{"4 plain", "4 simples"}, ALV_LINE},
                            {{"8 plain", "8 simples"}, ALV_LINE},
                            {{"16 plain", "16 simples"}, ALV_LINE},
                            {{"24 plain", "24 simples"}, ALV_LINE},
                            {{"50 residual", "50 residuais"}, ALV_LINE}}},
                {.title = {"Two inputs at right angles", "Duas entradas em ângulo reto"},
                 .x = {{"layers", "camadas"}},
                 .y = {{"cosine of gradients", "cosseno dos gradientes"}, .log = true},
                 .series = {{{"measured", "medido"}, ALV_LINE},
                            ALV_BY_THEORY,
                            {{"the paper: 2^-L", "o artigo: 2^-L"}, ALV_PAPER}}},
                {.title = {"A gradient, 24 plain layers", "Um gradiente, 24 camadas simples"},
                 .x = {{"input", "entrada"}},
                 .y = {{"derivative, scaled", "derivada, em escala"}},
                 .series = {{{"plain", "simples"}, ALV_LINE}}},
                {.title = {"A gradient, 50 residual layers", "Um gradiente, 50 camadas residuais"},
                 .x = {{"input", "entrada"}},
                 .y = {{"derivative, scaled", "derivada, em escala"}},
                 .series = {{{"residual"}, ALV_LINE}}}}},
    .run = run,
};
