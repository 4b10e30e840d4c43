/* What a place asks for is variance g^2 / fan_in (He et al. 2015, eq. 10), g being the gain of the
 * activation that follows (alv_act_gain, at most 2).
 *
 * The bounds are wide, for every usual scheme must lie inside at every usual shape. Against that
 * rule PyTorch's default has 0.35 to 0.58, He's own rule 1, 1.41 where no activation follows, and
 * by the fan-out, as torchvision's networks have it, up to 2.5 in the projections of MobileNet;
 * below, the larger fan counts, so that Glorot's rule and He's by the fan-out stay above 0.5; a
 * normal of deviation 0.02 has 0.2 at the 192 units of a small ViT. Weights that end a residual
 * branch, heads and kernels of single channels may begin as small as they like. */
#include "audit/misfit.h"

#include "base/base.h"
#include "math/math.h"
#include "verdict/verdict.h"

static const double most = 3, least = 1 / 6.5;

static bool is_kind(const alv_inspected *t, const char *kind)
{
    return strcmp(t->tensor->kind->name, kind) == 0;
}

static bool is_concerned(const alv_inspected *t, alv_act_spec act)
{
    enum { ENOUGH = 20 };
    const alv_tensor *w = &t->tensor->what;
    const bool layer = w->layer == ALV_LAYER_DENSE || w->layer == ALV_LAYER_CONV;
    const bool periodic = act.act && strcmp(act.act->name, "sin") == 0; /* SIREN has its own rule */
    return t->measured && t->tensor->kind->drawn && t->tensor->kind->is_matrix && layer &&
           !is_kind(t, "depthwise") && !periodic && t->moments.n >= ENOUGH &&
           t->moments.nonfinite == 0 && t->moments.m2 > 0;
}

static alv_misfit_why why(const alv_inspected *t, alv_act_spec act, bool large)
{
    if (t->tensor->normed) return ALV_MISFIT_NORMED;
    if (large && (alv_act_saturates(act.act) || is_kind(t, "recurrent")))
        return ALV_MISFIT_SATURATES;
    if (large && is_kind(t, "attention") && !t->tensor->ends_branch) return ALV_MISFIT_LOGITS;
    return ALV_MISFIT_SIGNAL;
}

/* Whether the tensor does not fit. */
static bool judge(alv_misfit *out, const alv_inspected *t, alv_act_spec act)
{
    alv_gain gain;
    double in, fan_out;
    if (!is_concerned(t, act) || alv_tensor_fans(&in, &fan_out, &t->tensor->what, NULL) != ALV_OK ||
        alv_act_gain(&gain, act, NULL) != ALV_OK || !(in >= 1 && fan_out > 0))
        return false;
    const double mean = t->moments.mean, g = alv_min(2, gain.forward);
    const bool gates = is_kind(t, "recurrent");
    const double rms = alv_sqrt(t->moments.m2 / (double)t->moments.n + mean * mean);
    const double high = rms * alv_sqrt(gates ? alv_min(in, fan_out) : in) / g;
    const double low = rms * alv_sqrt(alv_max(in, fan_out)) / g;
    const bool may_be_small = t->tensor->ends_branch || is_kind(t, "head");
    const bool large = high > most, small = low < least && !may_be_small;
    *out = (alv_misfit){.ratio = large ? high : low,
                        .rms = rms,
                        .asked = rms / (large ? high : low),
                        .why = why(t, act, large)};
    return large || small;
}

alv_status alv_misfits_find(alv_misfit **out, int64_t *n, const alv_inspection *weights,
                            alv_act_spec act, alv_error *error)
{
    alv_misfit *found = alv_new_array((size_t)weights->n + 1, sizeof *found);
    const bool graph = weights->model->graph != NULL, odd = alv_odd_possible(weights);
    if (!found) return alv_fail(error, ALV_ERR_MEMORY, "doctor", "no memory");
    *n = 0;
    for (int64_t i = 0; i < weights->n; i++) {
        const alv_inspected *t = &weights->tensors[i];
        alv_misfit *m = &found[*n];
        if (!judge(m, t, graph ? t->tensor->what.act : act) &&
            !(odd && alv_odd_find(m, weights, i)))
            continue;
        m->tensor = i;
        ++*n;
    }
    *out = found;
    return ALV_OK;
}

/* By whether there is too much (0) or too little (1). %1: the ratio squared, or its inverse. */
static const struct {
    const char *key;
    const char *text[2][ALV_LANGS];
} whys[ALV_MISFIT_WHYS] = {
    [ALV_MISFIT_SIGNAL] =
        {"signal",
         {{"The signal grows by that at this layer, and the gradient on its way "
           "back.",
           "O sinal cresce isso nesta camada, e o gradiente no caminho de volta."},
          {"The signal shrinks by that at this layer, and the gradient on its way "
           "back.",
           "O sinal encolhe isso nesta camada, e o gradiente no caminho de volta."}}},
    [ALV_MISFIT_NORMED] =
        {"normed",
         {{"The norm after it hides that from the signal, but not from training: the gradient is "
           "as "
           "many times smaller, so that a step of gradient descent turns these weights %1 times "
           "less.",
           "A norma depois dela esconde isso do sinal, mas não do treino: o gradiente fica tantas "
           "vezes menor, e um passo de descida de gradiente gira estes pesos %1 vezes menos."},
          {"The norm after it hides that from the signal, but not from training: the gradient is "
           "as "
           "many times larger, so that a step of gradient descent turns these weights %1 times "
           "more.",
           "A norma depois dela esconde isso do sinal, mas não do treino: o gradiente fica tantas "
           "vezes maior, e um passo de descida de gradiente gira estes pesos %1 vezes mais."}}},
    [ALV_MISFIT_SATURATES] =
        {"saturates",
         {{"What follows is flat for values this large: most units let no gradient through.",
           "O que vem depois é plano para valores tão grandes: a maioria dos neurônios não deixa "
           "passar gradiente."},
          {"", ""}}},
    [ALV_MISFIT_LOGITS] = {"logits",
                           {{"Of queries and keys, logits grow by its square, and the softmax "
                             "chooses one position; of "
                             "values, the signal grows by it.",
                             "Se de consultas e chaves, os logits crescem o quadrado disso e o "
                             "softmax escolhe uma só "
                             "posição; se de valores, o sinal cresce isso."},
                            {"", ""}}},
    [ALV_MISFIT_ODD] = {"odd",
                        {{"No published scheme gives this size at its shape: was it scaled by "
                          "hand, or by the fan of another layer?",
                          "Nenhum esquema publicado dá esse tamanho na sua forma: foi escalado à "
                          "mão, ou pelo fan de outra camada?"},
                         {"No published scheme gives this size at its shape: was it scaled by "
                          "hand, or by the fan of another layer?",
                          "Nenhum esquema publicado dá esse tamanho na sua forma: foi escalado à "
                          "mão, ou pelo fan de outra camada?"}}},
};

const char *alv_misfit_key(alv_misfit_why why)
{
    return whys[why].key;
}

static void print(char out[32], double x, alv_lang lang)
{
    alv_number_print(out, x, 3);
    for (char *c = out; lang == ALV_PT && *c; c++)
        if (*c == '.') *c = ',';
}

static const char *const compared[2][ALV_LANGS] = {
    {"%s is %s times %s than its fan and the activation after it ask for (%s instead of about "
     "%s). ",
     "%s é %s vezes %s do que pedem o seu fan e a ativação seguinte (%s em vez de cerca de %s). "},
    {"%s is %s times %s than by the schemes of the file's other weights (%s instead of about %s). ",
     "%s é %s vezes %s do que pelos esquemas dos outros pesos do arquivo (%s em vez de cerca de "
     "%s). "}};
static const char *const sizes[2][ALV_LANGS] = {{"smaller", "menor"}, {"larger", "maior"}};

void alv_misfit_text(char *out, size_t size, const alv_misfit *m, const alv_inspection *weights,
                     alv_lang lang)
{
    const bool large = m->ratio > 1;
    const char *name = weights->tensors[m->tensor].tensor->name;
    const char *why = whys[m->why].text[large ? 0 : 1][lang], *part = strstr(why, "%1");
    char ratio[32], rms[32], asked[32], square[32];
    const double times = large ? m->ratio : 1 / m->ratio;
    print(ratio, times, lang);
    print(rms, m->rms, lang);
    print(asked, m->asked, lang);
    print(square, times * times, lang);
    size_t n = alv_text_format(out, size, compared[m->why == ALV_MISFIT_ODD][lang], name, ratio,
                               sizes[large][lang], rms, asked);
    if (n >= size) return;
    if (!part) {
        alv_text_format(out + n, size - n, "%s", why);
        return;
    }
    const size_t before = (size_t)(part - why), room = size - n;
    alv_text_format(out + n, before + 1 < room ? before + 1 : room, "%s", why);
    n = strlen(out);
    alv_text_format(out + n, size - n, "%s%s", square, part + 2);
}
