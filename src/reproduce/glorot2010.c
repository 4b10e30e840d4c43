/* Glorot & Bengio (2010), figures 6 to 8: what the old and the normalized initialization do to five
 * layers of tanh before any training. */
#include <math.h>

#include "base/base.h"
#include "reproduce/rig.h"

enum { WIDTH = 1000, DEPTH = 5, NETS = 5, BINS = 40 };

/* Ratios of root mean squares, averaged over nets. */
typedef struct shape {
    double signal;   /* activations, first layer over last */
    double gradient; /* by pre-activations, last layer over first */
    double weights;  /* by weights, the largest over the smallest of layers 2 to 5 */
} shape;

static double activations(const alv_rig *rig, int64_t l)
{
    double sum = 0;
    for (int64_t i = 0; i < WIDTH; i++) {
        const double h = tanh(rig->z[0][l * WIDTH + i]);
        sum += h * h / WIDTH;
    }
    return sqrt(sum);
}

static double gradient(const alv_rig *rig, int64_t l)
{
    return sqrt(alv_rig_mean_square(rig->g + l * WIDTH, WIDTH));
}

/* Figures 6 and 7: how activations are spread in each layer of the first net, and gradients' sizes.
 */
static void draw(alv_outcome *out, const alv_rig *rig, int panel)
{
    for (int64_t l = 0; l < DEPTH; l++) {
        double share[BINS] = {0};
        for (int64_t i = 0; i < WIDTH; i++) {
            const int bin = (int)((tanh(rig->z[0][l * WIDTH + i]) + 1) / 2 * BINS);
            share[bin < BINS ? bin : BINS - 1] += 0.5 * BINS / WIDTH;
        }
        for (int bin = 0; bin < BINS; bin++)
            alv_draw(out, panel, (int)l, (bin + 0.5) * 2 / BINS - 1, share[bin]);
        alv_draw(out, 2, panel, (double)l + 1, gradient(rig, l) / gradient(rig, DEPTH - 1));
    }
}

static alv_status measure(shape *out, alv_outcome *figure, int panel, const char *scheme,
                          alv_error *error)
{
    alv_rig rig;
    *out = (shape){0};
    alv_status status = alv_rig_make(&rig, DEPTH, WIDTH, "tanh", scheme, "zeros", error);
    for (int64_t net = 0; net < NETS && status == ALV_OK; net++) {
        status = alv_rig_pass(&rig, net, 0.61, error); /* Shapeset's root mean square */
        if (status != ALV_OK) break;
        alv_rig_backward(&rig, net);
        if (net == 0) draw(figure, &rig, panel);
        double least = (double)INFINITY, most = 0;
        for (int64_t l = 1; l < DEPTH; l++) { /* an outer product: rms of both factors */
            const double size = activations(&rig, l - 1) * gradient(&rig, l);
            least = fmin(least, size), most = fmax(most, size);
        }
        out->signal += activations(&rig, 0) / activations(&rig, DEPTH - 1) / NETS;
        out->gradient += gradient(&rig, DEPTH - 1) / gradient(&rig, 0) / NETS;
        out->weights += most / least / NETS;
    }
    alv_rig_free(&rig);
    return status;
}

static alv_status run(alv_outcome *out, const alv_watch *watch, alv_error *error)
{
    shape old, normalized;
    (void)watch;
    ALV_TRY(measure(&old, out, 0, "torch_default", error)); /* U(-1/sqrt(n), 1/sqrt(n)) */
    ALV_TRY(measure(&normalized, out, 1, "xavier_uniform", error));
    out->measured[0] = old.gradient;
    out->measured[1] = normalized.gradient;
    out->measured[2] = old.signal;
    out->measured[3] = normalized.signal;
    out->measured[4] = old.weights;
    return ALV_OK;
}

#define OF_LAYERS                                                                                  \
    {                                                                                              \
        {{"layer 1", "camada 1"}, ALV_STEPS}, {{"layer 2", "camada 2"}, ALV_STEPS},                \
        {{"layer 3", "camada 3"}, ALV_STEPS}, {{"layer 4", "camada 4"}, ALV_STEPS},                \
        {{"layer 5", "camada 5"}, ALV_STEPS},                                                      \
    }

const alv_experiment alv_experiment_glorot2010 = {
    .name = "glorot2010",
    .title = {"The old initialization shrinks gradients layer by layer, Xavier's hardly",
              "A inicialização antiga encolhe gradientes a cada camada, a de Xavier quase não"},
    .paper = "Glorot & Bengio (2010), Understanding the difficulty of training deep feedforward "
             "neural networks, AISTATS, section 4.2",
    .setting = {"5 tanh layers of 1000 units before training, no biases, 5 nets, normal inputs of "
                "Shapeset's root mean square (0.61), a normal gradient at the last layer; old: "
                "U(-1/sqrt(n), 1/sqrt(n)). The paper shows histograms and gives no numbers.",
                "5 camadas tanh de 1000 unidades antes do treino, sem vieses, 5 redes, entradas "
                "normais com a raiz da média dos quadrados do Shapeset (0,61), um gradiente normal "
                "na última camada; antiga: U(-1/sqrt(n), 1/sqrt(n)). O artigo mostra histogramas e "
                "não dá números."},
    .claims = {{{"old: rms gradient at layer 5 over layer 1",
                 "antiga: rms do gradiente na camada 5 sobre a 1"},
                (double)NAN,
                7,
                14},
               {{"Xavier: the same", "Xavier: o mesmo"}, (double)NAN, 0.8, 2.2},
               {{"old: rms activation at layer 1 over layer 5",
                 "antiga: rms da ativação na camada 1 sobre a 5"},
                (double)NAN,
                7,
                14},
               {{"Xavier: the same", "Xavier: o mesmo"}, (double)NAN, 0.8, 2.2},
               {{"old: gradients by weights, largest over smallest layer (equation 14: 1)",
                 "antiga: gradientes dos pesos, maior camada sobre a menor (equação 14: 1)"},
                1,
                1,
                1.35}},
    .figure = {{"What the layers make of the same inputs, as in figures 6 and 7",
                "O que as camadas fazem das mesmas entradas, como nas figuras 6 e 7"},
               {{.title = {"Activations, old", "Ativações, antiga"},
                 .x = {{"activation", "ativação"}},
                 .y = {{"density", "densidade"}},
                 .series = OF_LAYERS},
                {.title = {"Activations, Xavier", "Ativações, Xavier"},
                 .x = {{"activation", "ativação"}},
                 .y = {{"density", "densidade"}},
                 .series = OF_LAYERS},
                {.title = {"Gradients, relative to layer 5", "Gradientes, relativos à camada 5"},
                 .x = {{"layer", "camada"}},
                 .y = {{"root mean square", "raiz da média dos quadrados"}, .log = true},
                 .series = {{{"old", "antiga"}, ALV_LINE}, {{"xavier_uniform"}, ALV_LINE}}}}},
    .run = run,
};
