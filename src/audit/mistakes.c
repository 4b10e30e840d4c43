/* The table of well-known mistakes, in words. src/audit/find.c looks for them. */
#include "audit/inspect.h"

#include "base/base.h"

static const alv_mistake table[] = {
    {.key = "not_finite",
     .weight = ALV_FATAL,
     .what = {"values that are not finite", "valores que não são finitos"},
     .why = {"One infinity or NaN reaches every output in one step.",
             "Um infinito ou NaN chega a todas as saídas em um passo."},
     .fix = {"memory that was never written (torch.empty), or a division by zero in the scheme",
             "memória nunca escrita (torch.empty), ou uma divisão por zero no esquema"}},
    {.key = "never_initialized",
     .weight = ALV_SERIOUS,
     .what = {"a weight matrix of zeros", "uma matriz de pesos de zeros"},
     .why =
         {"Zeros pass no signal forward and no gradient back; right only where a branch is meant "
          "to begin at nothing (a LoRA's B, the end of a residual branch, a head).",
          "Zeros não passam sinal adiante nem gradiente para trás; certo só onde um ramo deve "
          "começar em nada (o B de um LoRA, o fim de um ramo residual, a última camada)."},
     .fix = {"alvor init --like MODEL; torch.nn.init.kaiming_normal_(w)",
             "alvor init --like MODELO; torch.nn.init.kaiming_normal_(w)"}},
    {.key = "all_equal",
     .weight = ALV_FATAL,
     .what = {"a weight matrix whose values are all the same",
              "uma matriz de pesos com todos os valores iguais"},
     .why = {"Every unit of the layer computes the same and learns the same, for ever.",
             "Todos os neurônios da camada calculam e aprendem o mesmo, para sempre."},
     .fix = {"draw them at random: alvor init --like MODEL; torch.nn.init.kaiming_normal_(w)",
             "sorteie-os: alvor init --like MODELO; torch.nn.init.kaiming_normal_(w)"}},
    {.key = "uninitialized_memory",
     .weight = ALV_FATAL,
     .what = {"values over so many orders of magnitude that they look like memory never written",
              "valores em tantas ordens de grandeza que parecem memória nunca escrita"},
     .why = {"More than a tenth of the values are below 1e-30: no initializer draws such numbers.",
             "Mais de um décimo dos valores está abaixo de 1e-30: nenhum esquema sorteia isso."},
     .fix = {"torch.empty and numpy.empty do not initialize",
             "torch.empty e numpy.empty não inicializam"}},
    {.key = "identical_tensors",
     .weight = ALV_SERIOUS,
     .what = {"byte for byte the same as another tensor", "byte a byte igual a outro tensor"},
     .why =
         {"Two layers that should be independent are one: a seed set again before each, or one "
          "block copied instead of built. (Weights that are tied on purpose are stored once.)",
          "Duas camadas que deviam ser independentes são uma só: uma semente posta de novo antes "
          "de cada uma, ou um bloco copiado. (Pesos atados de propósito são guardados uma vez.)"},
     .fix = {"set the seed once, before the whole model; copy.deepcopy keeps the weights",
             "ponha a semente uma vez, antes do modelo inteiro; copy.deepcopy mantém os pesos"}},
    {.key = "same_stream",
     .weight = ALV_SERIOUS,
     .what = {"the same random numbers as another tensor, at another scale or shape",
              "os mesmos números aleatórios de outro tensor, em outra escala ou forma"},
     .why =
         {"The first 128 signs agree, which chance does once in 3e38 pairs: the generator was "
          "seeded again, and the layers are not independent.",
          "Os primeiros 128 sinais coincidem, o que o acaso faz uma vez em 3e38 pares: o gerador "
          "recebeu a mesma semente, e as camadas não são independentes."},
     .fix = {"set the seed once, or let it depend on the name, as alvor's does",
             "ponha a semente uma vez, ou faça-a depender do nome, como no alvor"}},
    {.key = "identical_parts",
     .weight = ALV_SERIOUS,
     .what = {"equal blocks within the tensor: every shard was drawn from the same seed",
              "blocos iguais dentro do tensor: cada parte foi sorteada da mesma semente"},
     .why = {"Units of one block do what those of the next do, so the layer is narrower than it "
             "looks.",
             "Os neurônios de um bloco fazem o que fazem os do seguinte: a camada é mais estreita "
             "do que parece."},
     .fix = {"seed each rank differently, or draw the whole and cut it (alv_init_fill_box)",
             "dê outra semente a cada processo, ou sorteie o todo e corte (alv_init_fill_box)"}},
    {.key = "he_without_sqrt3",
     .weight = ALV_SERIOUS,
     .what = {"uniform with bound sqrt(2 / fan_in): He uniform without its sqrt(3)",
              "uniforme com limite sqrt(2 / fan_in): He uniforme sem o seu sqrt(3)"},
     .why = {"The bound of a uniform is sqrt(3) deviations; this one keeps a third of the variance "
             "of He's rule at every layer.",
             "O limite de uma uniforme é sqrt(3) desvios; este guarda um terço da variância da "
             "regra de He em cada camada."},
     .fix = {"bound sqrt(6 / fan_in): alvor init --scheme he_uniform; "
             "torch.nn.init.kaiming_uniform_(w, nonlinearity='relu')",
             "limite sqrt(6 / fan_in): alvor init --scheme he_uniform; "
             "torch.nn.init.kaiming_uniform_(w, nonlinearity='relu')"}},
    {.key = "xavier_without_sqrt3",
     .weight = ALV_SERIOUS,
     .what =
         {"uniform with bound sqrt(2 / (fan_in + fan_out)): Xavier uniform without its sqrt(3)",
          "uniforme com limite sqrt(2 / (fan_in + fan_out)): Xavier uniforme sem o seu sqrt(3)"},
     .why = {"It keeps a third of the variance that Xavier's rule asks for.",
             "Guarda um terço da variância que a regra de Xavier pede."},
     .fix = {"bound sqrt(6 / (fan_in + fan_out)): alvor init --scheme xavier_uniform; "
             "torch.nn.init.xavier_uniform_(w)",
             "limite sqrt(6 / (fan_in + fan_out)): alvor init --scheme xavier_uniform; "
             "torch.nn.init.xavier_uniform_(w)"}},
    {.key = "variance_as_std",
     .weight = ALV_SERIOUS,
     .what = {"normal whose deviation is the variance of the rule: its square root is missing",
              "normal cujo desvio é a variância da regra: falta a raiz quadrada"},
     .why = {"The signal shrinks by sqrt(fan_in) more at each layer than it should.",
             "O sinal encolhe sqrt(fan_in) vezes a mais em cada camada."},
     .fix = {"std = sqrt(2 / fan_in): alvor init --scheme he_normal; "
             "torch.nn.init.kaiming_normal_(w, nonlinearity='relu')",
             "std = sqrt(2 / fan_in): alvor init --scheme he_normal; "
             "torch.nn.init.kaiming_normal_(w, nonlinearity='relu')"}},
    {.key = "gpt2_projection",
     .weight = ALV_NOTICE,
     .what = {"GPT-2 projection without 1 / sqrt(2 L)", "projeção de GPT-2 sem 1 / sqrt(2 L)"},
     .why = {"The residual stream adds up 2 L branches; unscaled ends let it grow with the depth.",
             "O fluxo residual soma 2 L ramos; sem a escala, cresce com a profundidade."},
     .fix = {"alvor init gpt2 (residual_normal); p.normal_(0, 0.02 / math.sqrt(2 * n_layer))",
             "alvor init gpt2 (residual_normal); p.normal_(0, 0.02 / math.sqrt(2 * n_layer))"}},
    {.key = "absolute_bounds",
     .weight = ALV_SERIOUS,
     .what = {"values stuck at a bound far outside the rest: truncated normal with absolute bounds "
              "at small sigma",
              "valores presos em um limite longe dos demais: normal truncada com limites absolutos "
              "e sigma pequeno"},
     .why = {"torch.nn.init.trunc_normal_ takes its bounds as values; in 16 bits those at -2 are "
             "where its inverse cdf was 0. They are a hundred deviations out.",
             "torch.nn.init.trunc_normal_ toma os limites como valores; em 16 bits os que ficam em "
             "-2 são onde a inversa da acumulada foi 0. Estão a cem desvios."},
     .fix = {"trunc_normal_(w, std=s, a=-2*s, b=2*s) in f32, then round; alvor: trunc_normal_rel",
             "trunc_normal_(w, std=s, a=-2*s, b=2*s) em f32, depois arredonde; alvor: "
             "trunc_normal_rel"}},
    {.key = "clipped_normal",
     .weight = ALV_NOTICE,
     .what = {"normal that ends where 8 or 11 random bits end: bf16 at 3.3 deviations, f16 at 3.9",
              "normal que acaba onde acabam 8 ou 11 bits aleatórios: bf16 em 3,3 desvios, f16 em "
              "3,9"},
     .why = {"It was drawn in the 16-bit type itself, and takes a few hundred values only.",
             "Foi sorteada no próprio tipo de 16 bits, e toma só algumas centenas de valores."},
     .fix = {"draw in f32 and round once: alvor init --dtype bf16; w.float().normal_().bfloat16()",
             "sorteie em f32 e arredonde uma vez: alvor init --dtype bf16; "
             "w.float().normal_().bfloat16()"}},
};

const alv_mistake *alv_mistake_at(int index)
{
    return index >= 0 && index < ALV_COUNT(table) ? &table[index] : NULL;
}

const alv_mistake *alv_mistake_named(const char *key)
{
    for (int i = 0; i < ALV_COUNT(table); i++)
        if (strcmp(table[i].key, key) == 0) return &table[i];
    return NULL;
}
