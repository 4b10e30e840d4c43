/* Sentences with measured numbers in them. Portuguese prose has decimal commas; powers of ten stand
 * as people write them, 4.1 × 10⁻⁶, not as machines do. */
#include "base/base.h"
#include "math/math.h"
#include "model/build.h"
#include "verdict/score.h"
#include "verdict/verdict.h"

/* What a finding of one quantity says. `sentence` takes the measured value, `bound` the threshold;
 * shares are printed as percentages. */
typedef struct quantity_text {
    const char *quantity;
    bool share;
    const char *sentence[ALV_LANGS];
    const char *bound[ALV_LANGS];
} quantity_text;

static const quantity_text texts[] = {
    {"forward_drift",
     false,
     {"From input to output the deviation of the signal is multiplied by %s",
      "Da entrada à saída, o desvio padrão do sinal é multiplicado por %s"},
     {"bound %s", "limite %s"}},
    {"backward_drift",
     false,
     {"From the last layer back to the first the gradient is multiplied by %s",
      "Da última camada até a primeira, o gradiente é multiplicado por %s"},
     {"bound %s", "limite %s"}},
    {"saturated",
     true,
     {"On average %s of the values of the saturating layers lie in a flat region",
      "Em média, %s dos valores das camadas que saturam estão em uma região plana"},
     {"bound %s", "limite %s"}},
    {"dead",
     true,
     {"Up to %s of the units of a layer are dead",
      "Até %s dos neurônios de uma camada estão mortos"},
     {"bound %s", "limite %s"}},
    {"locked",
     true,
     {"Up to %s of the units of a layer are copies that no gradient can separate",
      "Até %s dos neurônios de uma camada são cópias que nenhum gradiente consegue separar"},
     {"bound %s", "limite %s"}},
    {"nonfinite",
     false,
     {"Values that are NaN or infinite: %s", "Valores NaN ou infinitos: %s"},
     {"bound %s", "limite %s"}},
};

static const quantity_text *find_text(const char *quantity)
{
    for (int i = 0; i < ALV_COUNT(texts); i++)
        if (strcmp(texts[i].quantity, quantity) == 0) return &texts[i];
    return &texts[0];
}

enum { NUMBER_SIZE = 40 };

static const char *infinity(alv_lang lang)
{
    return lang == ALV_PT ? "infinito" : "infinity";
}

/* The exponent of "4.1e-06", from behind its e, as "⁻⁶". */
static void superscript(char out[NUMBER_SIZE], const char *exponent)
{
    static const char *const digits[] = {"⁰", "¹", "²", "³", "⁴", "⁵", "⁶", "⁷", "⁸", "⁹"};
    size_t n = 0;
    out[0] = '\0';
    if (*exponent == '-') n = alv_text_format(out, NUMBER_SIZE, "⁻");
    while (*exponent == '-' || *exponent == '+' || *exponent == '0') exponent++;
    for (; *exponent >= '0' && *exponent <= '9'; exponent++)
        n += alv_text_format(out + n, NUMBER_SIZE - n, "%s", digits[*exponent - '0']);
}

/* A machine's number for people: "4.1e-06" becomes "4,1 × 10⁻⁶", "1e+07" becomes "10⁷". */
static void humanize(char out[NUMBER_SIZE], const char *machine, const char *unit, alv_lang lang)
{
    char factor[NUMBER_SIZE], power[NUMBER_SIZE];
    alv_text_format(factor, NUMBER_SIZE, "%s", machine);
    char *point = lang == ALV_PT ? strchr(factor, '.') : NULL;
    char *exponent = strchr(factor, 'e');
    if (point) *point = ',';
    if (!exponent) {
        alv_text_format(out, NUMBER_SIZE, "%s%s", factor, unit);
        return;
    }
    *exponent = '\0';
    superscript(power, exponent + 1);
    bool bare = strcmp(factor, "1") == 0;
    alv_text_format(out, NUMBER_SIZE, "%s%s10%s%s", bare ? "" : factor, bare ? "" : " × ", power,
                    unit);
}

/* Two significant digits, all of those before the point up to 99,999; "38.2%" for a share. What is
 * not finite was stored as nothing and read back as NaN: only infinities are ever found, so both
 * are called infinity. */
static const char *number(char out[NUMBER_SIZE], double value, bool share, alv_lang lang)
{
    char text[NUMBER_SIZE];
    if (!alv_isfinite(value)) {
        alv_text_format(out, NUMBER_SIZE, "%s", infinity(lang));
        return out;
    }
    double size = alv_fabs(value);
    if (share)
        alv_text_format(text, NUMBER_SIZE, "%.3g", 100 * value);
    else if (size >= 99.5 && size < 99999.5)
        alv_text_format(text, NUMBER_SIZE, "%g", alv_round(value));
    else
        alv_text_format(text, NUMBER_SIZE, "%.2g", value);
    humanize(out, text, share ? "%" : "", lang);
    return out;
}

const char *alv_drift_text(char out[NUMBER_SIZE], double drift, alv_lang lang)
{
    return number(out, drift, false, lang);
}

enum { WHERE_SIZE = 2 * ALV_MAX_NAME + 80 };

/* The layer's own name, "" where it has none; true if it says more than the number. */
static bool name_of(char out[ALV_MAX_NAME], const alv_model *model, int layer)
{
    alv_model_layer at;
    char plain[ALV_MAX_NAME];
    out[0] = '\0';
    if (!model || !alv_model_layer_at(&at, model, layer)) return false;
    alv_model_layer_name(out, model, at.weights);
    alv_text_format(plain, sizeof plain, "fc%d", layer + 1);
    return strcmp(out, plain) != 0;
}

/* Layers are counted from one for people: "; layer 3, conv3", "; layers 3 to 5, conv3 to fc". */
static void layers(char out[WHERE_SIZE], const alv_finding *f, const alv_model *model,
                   alv_lang lang)
{
    static const char *const one[] = {"; layer %d", "; camada %d"};
    static const char *const many[] = {"; layers %d to %d", "; camadas %d a %d"};
    static const char *const names[] = {", %s to %s", ", %s a %s"};
    char first[ALV_MAX_NAME], last[ALV_MAX_NAME];
    out[0] = '\0';
    if (f->layer_lo < 0) return;
    const bool single = f->layer_lo == f->layer_hi;
    const bool named = name_of(first, model, f->layer_lo);
    const bool ends_named = name_of(last, model, f->layer_hi);
    const size_t n =
        single ? alv_text_format(out, WHERE_SIZE, one[lang], f->layer_lo + 1)
               : alv_text_format(out, WHERE_SIZE, many[lang], f->layer_lo + 1, f->layer_hi + 1);
    if (single && named)
        alv_text_format(out + n, WHERE_SIZE - n, ", %s", first);
    else if (!single && first[0] && last[0] && (named || ends_named))
        alv_text_format(out + n, WHERE_SIZE - n, names[lang], first, last);
}

void alv_finding_text(char *out, size_t size, const alv_finding *finding, alv_lang lang)
{
    alv_finding_text_in(out, size, finding, NULL, lang);
}

void alv_finding_text_in(char *out, size_t size, const alv_finding *finding, const alv_model *model,
                         alv_lang lang)
{
    const quantity_text *text = find_text(finding->quantity);
    char measured[NUMBER_SIZE], threshold[NUMBER_SIZE], where[WHERE_SIZE];
    char sentence[160], bound[80];
    number(measured, finding->measured, text->share, lang);
    number(threshold, finding->threshold, text->share, lang);
    layers(where, finding, model, lang);
    alv_text_format(sentence, sizeof sentence, text->sentence[lang], measured);
    alv_text_format(bound, sizeof bound, text->bound[lang], threshold);
    alv_text_format(out, size, "%s (%s%s).", sentence, bound, where);
}

void alv_forecast_text(char *out, size_t size, const alv_forecast *forecast, alv_lang lang)
{
    static const char *const fine[] = {
        "Expected to train with plain SGD at a moderate learning rate.",
        "Deve treinar com SGD simples e taxa de aprendizado moderada."};
    static const char *const bad[] = {
        "Not expected to train with plain SGD at a moderate learning rate: %s.",
        "Não deve treinar com SGD simples e taxa de aprendizado moderada: %s."};
    if (forecast->trains)
        alv_text_format(out, size, "%s", fine[lang]);
    else
        alv_text_format(out, size, bad[lang],
                        alv_verdict_word(alv_forecast_verdict(forecast), lang));
}

const char *alv_forecast_caveat(alv_lang lang)
{
    static const char *const caveat[] = {
        "The forecast reads the first weights only and speaks for plain SGD at a moderate learning "
        "rate. Adam, which divides each gradient by its own size, may train a net that it calls "
        "stuck; too large a rate may ruin one that it calls fine.",
        "A previsão lê apenas os primeiros pesos e vale para SGD simples com taxa de aprendizado "
        "moderada. Adam, que divide cada gradiente pelo seu próprio tamanho, pode treinar uma rede "
        "que ela dá por perdida; uma taxa alta demais pode arruinar uma que ela aprova."};
    return caveat[lang];
}

/* Shares of the nets, as percentages with one decimal. */
static const char *percent(char out[NUMBER_SIZE], double share, alv_lang lang)
{
    alv_text_format(out, NUMBER_SIZE, "%g", alv_round(1000 * share) / 10);
    char *point = lang == ALV_PT ? strchr(out, '.') : NULL;
    if (point) *point = ',';
    return out;
}

void alv_score_text(char *out, size_t size, alv_lang lang)
{
    static const char *const sentence[] = {
        "On %d nets of a grid that did not choose its bounds, the forecast missed %d of %d that "
        "learned at none of three rates of plain SGD (95%% interval %s to %s%%) and raised %d "
        "false alarms on %d that learned (%s to %s%%).",
        "Em %d redes de uma grade que não escolheu seus limites, a previsão deixou passar %d de %d "
        "que não aprenderam com nenhuma de três taxas de SGD simples (intervalo de 95%%: %s a "
        "%s%%) e deu %d alarmes falsos em %d que aprenderam (%s a %s%%)."};
    const alv_score *s = &alv_scores[0];
    char number[4][NUMBER_SIZE];
    alv_text_format(out, size, sentence[lang], s->failing + s->learning, s->missed, s->failing,
                    percent(number[0], s->missed_share[0], lang),
                    percent(number[1], s->missed_share[1], lang), s->alarmed, s->learning,
                    percent(number[2], s->alarm_share[0], lang),
                    percent(number[3], s->alarm_share[1], lang));
}
