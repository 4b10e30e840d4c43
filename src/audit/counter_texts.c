/* The counterfactual in words: what was changed, and the answer. */
#include "audit/counter.h"

#include "base/base.h"

static const struct {
    const char *key;
    const char *text[ALV_LANGS];
} arms[ALV_ARMS] = {
    [ALV_ARM_GIVEN] = {"given", {"as given", "como veio"}},
    [ALV_ARM_WEIGHTS] = {"weights", {"recommended weights", "pesos recomendados"}},
    [ALV_ARM_INPUTS] = {"inputs", {"standardized inputs", "entradas padronizadas"}},
    [ALV_ARM_BOTH] = {"weights_and_inputs",
                      {"recommended weights, standardized inputs",
                       "pesos recomendados, entradas padronizadas"}},
    [ALV_ARM_SLOWER] = {"slower",
                        {"a tenth of the learning rate", "um décimo da taxa de aprendizado"}},
    [ALV_ARM_FASTER] = {"faster",
                        {"ten times the learning rate", "dez vezes a taxa de aprendizado"}},
    [ALV_ARM_CONTROL] = {"adam", {"all of it, and adam(lr=0.001)", "tudo isso, e adam(lr=0.001)"}},
    [ALV_ARM_LABELS] = {"shuffled_labels",
                        {"the same, labels shuffled", "o mesmo, rótulos embaralhados"}},
};

/* %1 to %5: the given loss, that of the arm which the answer names, its name, the loss of chance,
 * the steps. */
static const struct {
    const char *key;
    const char *text[ALV_LANGS];
} answers[ALV_ANSWERS] = {
    [ALV_ANSWER_NONE] = {"not_tried", {"", ""}},
    [ALV_ANSWER_TRAINS] =
        {"trains",
         {"No. These weights train (loss %1 after %5 steps, %4 by chance), and the recommended "
          "ones, at %2, do no better beyond chance.",
          "Não. Estes pesos treinam (perda %1 após %5 passos, %4 ao acaso), e os recomendados, com "
          "%2, não vão melhor além do acaso."}},
    [ALV_ANSWER_SOONER] =
        {"trains_sooner",
         {"It does not stop training: these weights train (loss %1 after %5 steps, %4 by chance). "
          "But the recommended ones are further by then: %2.",
          "Não impede o treino: estes pesos treinam (perda %1 após %5 passos, %4 ao acaso). Mas os "
          "recomendados já estão mais longe: %2."}},
    [ALV_ANSWER_INIT] = {"init",
                         {"Yes. With the recommended weights and nothing else changed, the same "
                          "network learns from "
                          "the same data: loss %2 instead of %1 after %5 steps, %4 by chance. No "
                          "other single change "
                          "that was tried does that.",
                          "Sim. Com os pesos recomendados e nada mais mudado, a mesma rede aprende "
                          "dos mesmos dados: "
                          "perda %2 em vez de %1 após %5 passos, %4 ao acaso. Nenhuma outra "
                          "mudança sozinha, das que "
                          "foram testadas, faz isso."}},
    [ALV_ANSWER_AMONG] =
        {"init_among_others",
         {"In part. The recommended weights alone mend it: loss %2 instead of %1 after %5 steps, "
          "%4 "
          "by chance. So does another change alone: see the table.",
          "Em parte. Os pesos recomendados sozinhos já resolvem: perda %2 em vez de %1 após %5 "
          "passos, %4 ao acaso. Outra mudança sozinha também: veja a tabela."}},
    [ALV_ANSWER_INPUTS] = {"inputs",
                           {"No: the inputs. Other weights do not mend it; inputs of mean 0 and "
                            "variance 1 do: loss %2 "
                            "instead of %1 after %5 steps, %4 by chance.",
                            "Não: são as entradas. Outros pesos não resolvem; entradas de média 0 "
                            "e variância 1, sim: "
                            "perda %2 em vez de %1 após %5 passos, %4 ao acaso."}},
    [ALV_ANSWER_RATE] =
        {"learning_rate",
         {"No: the learning rate. Other weights do not mend it; %3 does: loss %2 instead of %1 "
          "after "
          "%5 steps, %4 by chance.",
          "Não: é a taxa de aprendizado. Outros pesos não resolvem; %3, sim: perda %2 em vez de %1 "
          "após %5 passos, %4 ao acaso."}},
    [ALV_ANSWER_TOGETHER] =
        {"weights_and_inputs",
         {"Not alone. Recommended weights and standardized inputs together mend it, neither by "
          "itself: loss %2 instead of %1 after %5 steps, %4 by chance.",
          "Não sozinha. Pesos recomendados e entradas padronizadas juntos resolvem, nenhum dos "
          "dois "
          "por si: perda %2 em vez de %1 após %5 passos, %4 ao acaso."}},
    [ALV_ANSWER_OPTIMIZER] =
        {"optimizer",
         {"Not by itself: only recommended weights, standardized inputs and adam(lr=0.001) "
          "together "
          "mend it: loss %2 instead of %1 after %5 steps, %4 by chance. The optimizer or its rate "
          "is "
          "at fault, perhaps not alone.",
          "Não por si só: apenas pesos recomendados, entradas padronizadas e adam(lr=0.001) juntos "
          "resolvem: perda %2 em vez de %1 após %5 passos, %4 ao acaso. O otimizador ou a sua taxa "
          "está errado, talvez não sozinho."}},
    [ALV_ANSWER_LABELS] =
        {"labels",
         {"No. Nothing that was tried learns more from these labels than from shuffled ones in %5 "
          "steps: look at the labels, and whether they stand in the order of the inputs.",
          "Não. Nada do que foi testado aprende destes rótulos mais do que de rótulos embaralhados "
          "em "
          "%5 passos: olhe os rótulos, e se estão na ordem das entradas."}},
    [ALV_ANSWER_UNKNOWN] =
        {"unknown",
         {"Not shown. No change that was tried mends it in %5 steps (loss %1 as given, %2 with the "
          "recommended weights, %4 by chance), though these labels can be learned from. More "
          "steps, "
          "another optimizer or another network may.",
          "Não se mostrou. Nenhuma mudança testada resolve em %5 passos (perda %1 como veio, %2 "
          "com os "
          "pesos recomendados, %4 ao acaso), embora dê para aprender destes rótulos. Mais passos, "
          "outro otimizador ou outra rede talvez."}},
};

const char *alv_arm_key(alv_arm arm)
{
    return arms[arm].key;
}

const char *alv_arm_text(alv_arm arm, alv_lang lang)
{
    return arms[arm].text[lang];
}

const char *alv_answer_key(alv_answer answer)
{
    return answers[answer].key;
}

/* The arm whose loss is set against the given one. */
static alv_arm named(const alv_counter *c)
{
    if (c->answer == ALV_ANSWER_INPUTS) return ALV_ARM_INPUTS;
    if (c->answer == ALV_ANSWER_TOGETHER) return ALV_ARM_BOTH;
    if (c->answer == ALV_ANSWER_OPTIMIZER) return ALV_ARM_CONTROL;
    if (c->answer == ALV_ANSWER_RATE)
        return c->arms[ALV_ARM_SLOWER].mends ? ALV_ARM_SLOWER : ALV_ARM_FASTER;
    return ALV_ARM_WEIGHTS;
}

static void print_loss(char out[32], double x, alv_lang lang)
{
    alv_number_print(out, x, 3);
    for (char *c = out; lang == ALV_PT && *c; c++)
        if (*c == '.') *c = ',';
}

void alv_counter_text(char *out, size_t size, const alv_counter *c, alv_lang lang)
{
    char parts[5][96];
    const alv_arm arm = named(c);
    print_loss(parts[0], c->arms[ALV_ARM_GIVEN].final.median, lang);
    print_loss(parts[1], c->arms[arm].final.median, lang);
    alv_text_format(parts[2], sizeof parts[2], "%s", alv_arm_text(arm, lang));
    print_loss(parts[3], c->chance, lang);
    alv_text_format(parts[4], sizeof parts[4], "%lld", c->steps);
    size_t n = 0;
    if (size > 0) out[0] = '\0';
    for (const char *from = answers[c->answer].text[lang]; *from && n + 1 < size; from++) {
        const bool part = *from == '%' && from[1] >= '1' && from[1] <= '5';
        n += part ? alv_text_format(out + n, size - n, "%s", parts[from[1] - '1'])
                  : alv_text_format(out + n, size - n, "%c", *from);
        from += part;
    }
}
