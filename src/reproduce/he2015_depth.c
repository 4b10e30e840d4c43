/* He, Zhang, Ren & Sun (2015), figures 2 and 3: with Xavier a net of 22 layers trains late and one
 * of 30 does not train; with He both do. */
#include <math.h>
#include <string.h>

#include "base/base.h"
#include "reproduce/trainings.h"

enum { SEEDS = 3 };

/* Over the seeds of one scheme. */
typedef struct outcome {
    int reached;      /* seeds that got to half the chance loss */
    double middle;    /* median steps to it; infinite if most never do */
    double slowest;   /* the most steps; infinite if one never does */
    double least_end; /* the lowest final training loss */
} outcome;

static void read_outcome(outcome *out, const json_t *document, const char *scheme)
{
    double steps[SEEDS], ends[SEEDS];
    const int n = alv_trainings_values(steps, SEEDS, document, "relu", scheme, "steps_to_target");
    alv_trainings_values(ends, SEEDS, document, "relu", scheme, "final_train_loss");
    *out = (outcome){.middle = alv_trainings_median(steps, n), .least_end = (double)INFINITY};
    for (int i = 0; i < n; i++) {
        out->reached += isfinite(steps[i]);
        out->slowest = fmax(out->slowest, steps[i]);
        out->least_end = fmin(out->least_end, ends[i]);
    }
}

static alv_status train(outcome *he, outcome *xavier, alv_outcome *figure, int panel,
                        const char *hidden, const char *rate, int64_t steps, const alv_watch *watch,
                        alv_error *error)
{
    json_t *document = NULL;
    alv_compare what = alv_trainings_defaults("he2015_depth");
    what.data = "blobs";
    what.hidden = hidden;
    what.activations = "relu";
    what.schemes = "he_normal,xavier_normal";
    what.optimizers = "momentum";
    what.rates = rate;
    what.batch = 64;
    what.steps = steps;
    what.seeds = SEEDS;
    ALV_TRY(alv_trainings_run(&document, &what, watch, error));
    read_outcome(he, document, "he_normal");
    read_outcome(xavier, document, "xavier_normal");
    alv_status status =
        alv_trainings_draw(figure, panel, 0, document, "relu", "he_normal", "train_loss", error);
    if (status == ALV_OK)
        status = alv_trainings_draw(figure, panel, 1, document, "relu", "xavier_normal",
                                    "train_loss", error);
    alv_draw(figure, panel, 2, 0, log(10));
    json_decref(document);
    return status;
}

static alv_status run(alv_outcome *out, const alv_watch *watch, alv_error *error)
{
    outcome he, xavier;
    ALV_TRY(train(&he, &xavier, out, 0, "128x22", "0.01", 6000, watch, error));
    out->measured[0] = he.reached;
    out->measured[1] = xavier.reached;
    out->measured[2] = xavier.middle / he.middle;
    ALV_TRY(train(&he, &xavier, out, 1, "128x30", "0.003", 3000, watch, error));
    out->measured[3] = he.slowest;
    out->measured[4] = xavier.least_end;
    return ALV_OK;
}

#define LOSSES                                                                                     \
    .x = {{"step", "passo"}}, .y = {{"training loss", "perda de treino"}},                         \
    .series = {{{"he_normal"}, ALV_LINE},                                                          \
               {{"xavier_normal"}, ALV_LINE},                                                      \
               {{"guessing", "acaso"}, ALV_LEVEL}}

const alv_experiment alv_experiment_he2015_depth = {
    .name = "he2015_depth",
    .title = {"22 and 30 layers of ReLU: He trains, Xavier is late, then stalls",
              "22 e 30 camadas de ReLU: He treina, Xavier atrasa, depois estaca"},
    .paper = "He, Zhang, Ren & Sun (2015), Delving deep into rectifiers, arXiv:1502.01852, figures "
             "2 and 3",
    .setting = {"Dense nets of 128 units on blobs (10 classes), SGD with momentum 0.9, batch 64, 3 "
                "seeds; the paper trains convolutional nets on ImageNet. The target is half the "
                "chance loss. Runs are kept in runs/ and found again.",
                "Redes densas de 128 unidades sobre blobs (10 classes), SGD com momento 0,9, lote "
                "64, 3 sementes; o artigo treina redes convolucionais na ImageNet. O alvo é metade "
                "da perda do acaso. As execuções ficam em runs/ e são reaproveitadas."},
    .claims = {{{"22 layers: seeds of 3 that reach the target, he_normal",
                 "22 camadas: sementes de 3 que alcançam o alvo, he_normal"},
                (double)NAN,
                3,
                3},
               {{"the same, xavier_normal", "o mesmo, xavier_normal"},
                (double)NAN,
                3,
                3,
                {"the others had not got there after 6000 steps; the paper trains for 80 epochs of "
                 "ImageNet",
                 "as outras não chegaram lá em 6000 passos; o artigo treina por 80 épocas da "
                 "ImageNet"}},
               {{"22 layers: times more steps with Xavier (medians)",
                 "22 camadas: quantas vezes mais passos com Xavier (medianas)"},
                (double)NAN,
                3,
                (double)INFINITY},
               {{"30 layers: steps of the slowest seed to the target, he_normal",
                 "30 camadas: passos da semente mais lenta até o alvo, he_normal"},
                (double)NAN,
                0,
                1000},
               {{"30 layers: lowest final loss with Xavier (chance: 2.303)",
                 "30 camadas: menor perda final com Xavier (acaso: 2,303)"},
                (double)NAN,
                2.29,
                (double)INFINITY}},
    .figure = {{"Training loss, means of 3 seeds, as in figures 2 and 3",
                "Perda de treino, médias de 3 sementes, como nas figuras 2 e 3"},
               {{.title = {"22 layers", "22 camadas"}, LOSSES},
                {.title = {"30 layers", "30 camadas"}, LOSSES}}},
    .run = run,
};
