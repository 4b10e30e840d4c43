/* What the rules say to people, in English and Portuguese, and to files, in stable keys.
 *
 * One row per verdict holds all its words. The suggestions answer the cause, not the symptom, and
 * each is a command to run and a line of PyTorch to write. */
#include "base/base.h"
#include "verdict/verdict.h"

typedef struct verdict_text {
    const char *key;
    const char *word[ALV_LANGS];
    const char *why[ALV_LANGS];
    const char *advice[ALV_LANGS];
    const char *command;
    const char *pytorch;
} verdict_text;

static const verdict_text verdicts[ALV_VERDICTS] = {
    [ALV_VERDICT_DIVERGED] =
        {.key = "diverged",
         .word = {"diverged", "divergiu"},
         .why = {"Each step overshot: the loss rose beyond its start, or past the largest number "
                 "that fits. Weights that are too large make the loss so steep that this learning "
                 "rate is too big for it.",
                 "Cada passo foi longe demais: a perda subiu acima do valor inicial ou passou do "
                 "maior número representável. Pesos grandes demais deixam a perda tão íngreme que "
                 "esta taxa de aprendizado passa do ponto."},
         .advice = {"Draw smaller weights, or divide the learning rate by ten.",
                    "Sorteie pesos menores ou divida a taxa de aprendizado por dez."},
         .command = "alvor compare --init xavier_uniform,he_normal --lr 0.001",
         .pytorch = "torch.nn.init.xavier_uniform_(layer.weight); "
                    "torch.nn.init.zeros_(layer.bias)"},
    [ALV_VERDICT_SYMMETRIC] =
        {.key = "symmetric",
         .word = {"symmetric", "simétrica"},
         .why = {"Units with equal incoming and outgoing weights compute the same value and "
                 "receive the same gradient, so they stay equal for ever: a layer of a hundred "
                 "copies can do no more than one unit.",
                 "Neurônios com os mesmos pesos de entrada e de saída calculam o mesmo valor e "
                 "recebem o mesmo gradiente; por isso continuam iguais para sempre: uma camada com "
                 "cem cópias não faz mais do que um único neurônio."},
         .advice = {"Break the symmetry: draw the weights at random. Biases may stay at zero.",
                    "Quebre a simetria: sorteie os pesos. Os vieses podem continuar em zero."},
         .command = "alvor compare --init xavier_uniform,he_normal",
         .pytorch = "torch.nn.init.kaiming_normal_(layer.weight, nonlinearity='relu')"},
    [ALV_VERDICT_EXPLODING] =
        {.key = "exploding",
         .word = {"exploding", "explosão"},
         .why =
             {"Signal or gradient grows from layer to layer, and the product over the depth is "
              "huge. The first step then throws the weights far outside the region in which the "
              "gradient was valid.",
              "O sinal ou o gradiente cresce de camada em camada, e o produto ao longo da "
              "profundidade é enorme. O primeiro passo lança os pesos para muito longe da região "
              "em que o gradiente valia."},
         .advice = {"Scale the weights with the fan-in: He for ReLU, Xavier or LeCun for tanh.",
                    "Ajuste a escala dos pesos ao fan-in: He com ReLU, Xavier ou LeCun com tanh."},
         .command = "alvor compare --init he_normal,xavier_uniform,lecun_normal",
         .pytorch = "torch.nn.init.kaiming_normal_(layer.weight, nonlinearity='relu')"},
    [ALV_VERDICT_VANISHING] =
        {.key = "vanishing",
         .word = {"vanishing", "desaparecimento"},
         .why =
             {"Signal or gradient shrinks from layer to layer, and almost nothing is left of the "
              "product over the depth. The output then does not depend on the input, or the "
              "first layers receive no gradient to learn from.",
              "O sinal ou o gradiente encolhe de camada em camada, e quase nada resta do produto "
              "ao longo da profundidade. A saída deixa de depender da entrada, ou as primeiras "
              "camadas não recebem gradiente com que aprender."},
         .advice =
             {"Draw larger weights, scaled with the fan-in: He for ReLU, Xavier for tanh. "
              "The slope of the sigmoid is at most 1/4, and the gradient loses that factor in "
              "every layer: in deep nets prefer tanh or ReLU.",
              "Sorteie pesos maiores, na escala do fan-in: He com ReLU, Xavier com tanh. A "
              "inclinação da sigmoide é no máximo 1/4, e o gradiente perde esse fator em cada "
              "camada: em redes profundas, prefira tanh ou ReLU."},
         .command = "alvor compare --init he_normal,xavier_uniform --act relu,tanh",
         .pytorch = "torch.nn.init.kaiming_normal_(layer.weight, nonlinearity='relu')"},
    [ALV_VERDICT_SATURATED] =
        {.key = "saturated",
         .word = {"saturated", "saturada"},
         .why = {"Most pre-activations lie where the activation is flat. There its slope is almost "
                 "zero, so those units pass on hardly any gradient and hardly learn.",
                 "A maior parte das pré-ativações está onde a função de ativação é plana. Ali a "
                 "inclinação é quase zero: essas unidades quase não repassam gradiente e quase não "
                 "aprendem."},
         .advice = {"Draw smaller weights, and check that the inputs are of order one.",
                    "Sorteie pesos menores e confira se as entradas são da ordem de um."},
         .command = "alvor compare --init xavier_uniform,lecun_normal",
         .pytorch = "torch.nn.init.xavier_uniform_(layer.weight)"},
    [ALV_VERDICT_DEAD] =
        {.key = "dead",
         .word = {"dead units", "neurônios mortos"},
         .why =
             {"A ReLU that is below zero for every sample outputs zero and has slope zero: no "
              "gradient reaches its weights, so it cannot come back by itself.",
              "Uma ReLU negativa para todas as amostras tem saída zero e inclinação zero: nenhum "
              "gradiente chega aos seus pesos, e ela não volta sozinha."},
         .advice = {"Start the biases at zero, lower the learning rate, or use leaky_relu.",
                    "Comece com os vieses em zero, diminua a taxa de aprendizado ou use "
                    "leaky_relu."},
         .command = "alvor compare --init he_normal --act relu,leaky_relu",
         .pytorch = "torch.nn.init.zeros_(layer.bias); torch.nn.LeakyReLU(0.01)"},
    [ALV_VERDICT_STUCK] =
        {.key = "stuck",
         .word = {"stuck", "estagnada"},
         .why = {"The loss is no better than that of the best constant guess, although nothing at "
                 "the start forbade learning. The learning rate, the number of steps or the data "
                 "are the next suspects.",
                 "A perda não é melhor que a do melhor palpite constante, embora nada no início "
                 "impedisse o aprendizado. Os próximos suspeitos são a taxa de aprendizado, o "
                 "número de passos e os dados."},
         .advice = {"Train longer, or with a learning rate ten times larger, or with Adam.",
                    "Treine por mais tempo, com uma taxa de aprendizado dez vezes maior ou com "
                    "Adam."},
         .command = "alvor compare --lr 0.1 --steps 4000",
         .pytorch = "torch.optim.Adam(model.parameters(), lr=1e-3)"},
    [ALV_VERDICT_HEALTHY] =
        {.key = "healthy",
         .word = {"healthy", "saudável"},
         .why = {"Nothing in the measurements or the curve points to trouble.",
                 "Nada nas medições nem na curva indica problema."},
         .advice = {"Compare learning rates next: the best one differs from scheme to scheme.",
                    "Compare agora taxas de aprendizado: a melhor muda de um esquema para outro."},
         .command = "alvor compare --lr 0.03",
         .pytorch = "torch.optim.SGD(model.parameters(), lr=0.03)"},
};

typedef struct named {
    const char *key;
    const char *word[ALV_LANGS];
} named;

static const named outcomes[ALV_OUTCOMES] = {
    [ALV_OUTCOME_TRAINED] = {"trained", {"trained", "treinou"}},
    [ALV_OUTCOME_SLOW] = {"slow", {"slow", "lenta"}},
    [ALV_OUTCOME_STUCK] = {"stuck", {"stuck", "estagnada"}},
    [ALV_OUTCOME_DIVERGED] = {"diverged", {"diverged", "divergiu"}},
};

static const named severities[ALV_SEVERITIES] = {
    [ALV_INFO] = {"info", {"info", "informação"}},
    [ALV_WARNING] = {"warning", {"warning", "atenção"}},
    [ALV_CRITICAL] = {"critical", {"critical", "crítico"}},
};

static int find(const named *table, int count, const char *key)
{
    for (int i = 0; key && i < count; i++)
        if (strcmp(table[i].key, key) == 0) return i;
    return -1;
}

int alv_outcome_find(const char *key)
{
    return find(outcomes, ALV_OUTCOMES, key);
}

int alv_severity_find(const char *key)
{
    return find(severities, ALV_SEVERITIES, key);
}

int alv_verdict_find(const char *key)
{
    for (int v = 0; key && v < ALV_VERDICTS; v++)
        if (strcmp(verdicts[v].key, key) == 0) return v;
    return -1;
}

const char *alv_verdict_key(alv_verdict verdict)
{
    return verdicts[verdict].key;
}

const char *alv_outcome_key(alv_outcome outcome)
{
    return outcomes[outcome].key;
}

const char *alv_severity_key(alv_severity severity)
{
    return severities[severity].key;
}

const char *alv_verdict_word(alv_verdict verdict, alv_lang lang)
{
    return verdicts[verdict].word[lang];
}

const char *alv_outcome_word(alv_outcome outcome, alv_lang lang)
{
    return outcomes[outcome].word[lang];
}

const char *alv_severity_word(alv_severity severity, alv_lang lang)
{
    return severities[severity].word[lang];
}

const char *alv_finding_why(alv_verdict kind, alv_lang lang)
{
    return verdicts[kind].why[lang];
}

const char *alv_finding_try(alv_verdict kind, alv_lang lang)
{
    return verdicts[kind].advice[lang];
}

const char *alv_finding_command(alv_verdict kind)
{
    return verdicts[kind].command;
}

const char *alv_finding_pytorch(alv_verdict kind)
{
    return verdicts[kind].pytorch;
}
