/* Glorot & Bengio (2010), figures 6 to 8: what the old and the normalized initialization do to five
 * layers of tanh before any training. */
#include <math.h>

#include "base/base.h"
#include "reproduce/rig.h"

enum { WIDTH = 1000, DEPTH = 5, NETS = 5 };

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

static alv_status measure(shape *out, const char *scheme, alv_error *error)
{
    alv_rig rig;
    *out = (shape){0};
    alv_status status = alv_rig_make(&rig, DEPTH, WIDTH, "tanh", scheme, "zeros", error);
    for (int64_t net = 0; net < NETS && status == ALV_OK; net++) {
        status = alv_rig_pass(&rig, net, 0.61, error); /* Shapeset's root mean square */
        if (status != ALV_OK) break;
        alv_rig_backward(&rig, net);
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

static alv_status run(double *measured, const alv_watch *watch, alv_error *error)
{
    shape old, normalized;
    (void)watch;
    ALV_TRY(measure(&old, "torch_default", error)); /* U(-1/sqrt(n), 1/sqrt(n)) */
    ALV_TRY(measure(&normalized, "xavier_uniform", error));
    measured[0] = old.gradient;
    measured[1] = normalized.gradient;
    measured[2] = old.signal;
    measured[3] = normalized.signal;
    measured[4] = old.weights;
    return ALV_OK;
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
    .run = run,
};
