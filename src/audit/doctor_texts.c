/* What the doctor assumes, in words. */
#include "audit/doctor.h"

#include "base/base.h"

static const struct {
    const char *key;
    const char *text[ALV_LANGS];
} assumptions[ALV_ASSUMPTIONS] = {
    [ALV_ASSUME_SAME] = {"same",
                         {"unknown here: signal and gradient taken to pass unchanged",
                          "desconhecido aqui: supõe-se que sinal e gradiente passem sem mudar"}},
    [ALV_ASSUME_ATTENTION] =
        {"attention",
         {"attention: queries and keys taken as independent, logits divided by sqrt(units), 16 "
          "positions where the length is not known",
          "atenção: consultas e chaves supostas independentes, logits divididos por "
          "sqrt(unidades), 16 posições se o comprimento não é conhecido"}},
    [ALV_ASSUME_RECURRENT] =
        {"recurrent",
         {"recurrent: cells taken as normal, 16 steps where the length is not known",
          "recorrente: células supostas normais, 16 passos se o comprimento não é conhecido"}},
    [ALV_ASSUME_BATCH] =
        {"batch_statistics",
         {"normalized by the batch, as in training; the stored mean and variance do not count",
          "normalizado pelo lote, como no treino; a média e a variância guardadas não contam"}},
    [ALV_ASSUME_POOL] = {"independent_window",
                         {"the largest of values taken as independent",
                          "o maior de valores supostos independentes"}},
    [ALV_ASSUME_UNREAD] =
        {"unread",
         {"its weights cannot be read: signal and gradient taken to pass unchanged",
          "não é possível ler os seus pesos: supõe-se que sinal e gradiente passem sem mudar"}},
    [ALV_ASSUME_ZEROS] = {"zeros",
                          {"its weights are zeros: what comes back through them is told, and "
                           "measured, as if they had LeCun's deviation",
                           "os seus pesos são zeros: o que volta por eles é previsto, e medido, "
                           "como se tivessem o desvio de LeCun"}},
    [ALV_ASSUME_GAIN] = {"gain",
                         {"its gain or shift cannot be read: taken as 1 and 0",
                          "não é possível ler o seu ganho ou deslocamento: supostos 1 e 0"}},
};

/* Of what the reader of a graph leaves out. */
static const struct {
    const char *key;
    const char *text[ALV_LANGS];
} left_outs[ALV_LEFT_OUTS] = {
    [ALV_LEFT_SCALE] =
        {"constant_factor",
         {"a signal times or over a number that is not known: taken as 1",
          "um sinal vezes um número que não se conhece, ou dividido por ele: suposto 1"}},
    [ALV_LEFT_SHIFT] = {"constant_term",
                        {"a number that is not known, added to a signal: taken as 0",
                         "um número que não se conhece, somado a um sinal: suposto 0"}},
    [ALV_LEFT_CLIP] = {"clip",
                       {"clipping: taken as relu6, whatever its bounds",
                        "corte de valores (Clip): suposto relu6, quaisquer que sejam os limites"}},
    [ALV_LEFT_SLOPE] = {"prelu",
                        {"PRelu: its slope is taken as 0.25, not as stored",
                         "PRelu: a inclinação é suposta 0,25, e não a do arquivo"}},
    [ALV_LEFT_NORM] =
        {"folded_norm",
         {"a convolution named onnx::Conv_...: PyTorch's exporter has folded its batch norm into "
          "it; "
          "torch.onnx.export(..., training=TrainingMode.TRAINING, do_constant_folding=False) keeps "
          "the network that trains",
          "uma convolução chamada onnx::Conv_...: o exportador do PyTorch embutiu nela a "
          "normalização de lote; torch.onnx.export(..., training=TrainingMode.TRAINING, "
          "do_constant_folding=False) mantém a rede que treina"}},
    [ALV_LEFT_SIZE] = {"size",
                       {"a size of the data that the file leaves open: 16 positions, 64 pixels a "
                        "side; --data says others",
                        "um tamanho dos dados que o arquivo deixa em aberto: 16 posições, 64 "
                        "pixels por lado; --data diz outros"}},
    [ALV_LEFT_INPUT] = {"input",
                        {"an input beside the data, by its name: masks hide nothing, tokens are of "
                         "the first kind, positions in order",
                         "uma entrada além dos dados, pelo nome: máscaras nada escondem, os tokens "
                         "são do primeiro tipo, as posições em ordem"}},
};

const char *alv_left_out_key(alv_left_out left)
{
    return left_outs[left].key;
}

const char *alv_left_out_text(alv_left_out left, alv_lang lang)
{
    return left_outs[left].text[lang];
}

const char *alv_assumption_key(alv_assumption assumption)
{
    return assumptions[assumption].key;
}

const char *alv_assumption_text(alv_assumption assumption, alv_lang lang)
{
    return assumptions[assumption].text[lang];
}

static const struct {
    const char *key;
    const char *text[ALV_LANGS];
} unruns[ALV_UNRUN_WHYS] = {
    [ALV_RUNS] = {"ran", {"", ""}},
    [ALV_UNRUN_OPERATOR] = {"operator",
                            {"the engine has no such layer", "o motor não tem essa camada"}},
    [ALV_UNRUN_OPTION] = {"option",
                          {"the engine has this layer without one of its options",
                           "o motor tem essa camada, mas sem uma das suas opções"}},
    [ALV_UNRUN_NUMBER] = {"number",
                          {"it holds a number or a vector that the engine would leave out",
                           "contém um número ou vetor que o motor deixaria de fora"}},
    [ALV_UNRUN_PLACES] = {"places",
                          {"it moves values or axes as no layer of the engine does",
                           "move valores ou eixos como nenhuma camada do motor faz"}},
    [ALV_UNRUN_INPUT] = {"input",
                         {"the file does not say how large its inputs are",
                          "o arquivo não diz o tamanho das entradas"}},
    [ALV_UNRUN_WEIGHTS] = {"weights",
                           {"its weights cannot be read, or are not of the sizes around it",
                            "não é possível ler os seus pesos, ou não são dos tamanhos em volta"}},
    [ALV_UNRUN_SIZE] = {"size",
                        {"two samples would take more than a look may (2^26 values, 2^37 "
                         "multiplications each)",
                         "duas amostras custariam mais do que um exame pode (2^26 valores, 2^37 "
                         "multiplicações cada)"}},
    [ALV_UNRUN_ENGINE] = {"engine", {"refused by the engine", "recusado pelo motor"}},
};

const char *alv_unrun_key(alv_unrun_why why)
{
    return unruns[why].key;
}

const char *alv_unrun_text(alv_unrun_why why, alv_lang lang)
{
    return unruns[why].text[lang];
}

void alv_cure_text(char *out, size_t size, const alv_doctor *d, alv_lang lang)
{
    static const char *const sentence[ALV_LANGS] = {
        "With these drawn so the signal is multiplied by %s and the gradient by %s, as predicted: "
        "%s.",
        "Com estes sorteados assim, prevê-se que o sinal seja multiplicado por %s e o gradiente "
        "por "
        "%s: %s."};
    static const char *const ends[3][ALV_LANGS] = {
        {"expected to train", "espera-se que treine"},
        {"better, not yet inside the bounds", "melhor, ainda fora dos limites"},
        {"still not expected to train, for it is not the size of these weights alone",
         "ainda não se espera que treine, pois não é só o tamanho desses pesos"}};
    char forward[40], backward[40];
    const alv_cure *c = &d->cure;
    *out = '\0';
    if (!c->known) return;
    const int end = !c->forecast.trains ? 2 : c->forecast.n > 0;
    alv_text_format(out, size, sentence[lang], alv_drift_text(forward, c->forward, lang),
                    alv_drift_text(backward, c->backward, lang), ends[end][lang]);
}
