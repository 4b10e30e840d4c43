/* alvor explain pitfalls: what is often said of first weights and is not so, each with the command
 * that shows it. */
#include <stdio.h>

#include "base/base.h"
#include "cli/explain.h"
#include "cli/page.h"

typedef struct pitfall {
    const char *title[ALV_LANGS], *text[ALV_LANGS];
    const char *command;
} pitfall;

static const pitfall pitfalls[] = {
    {{"Xavier is for tanh, not for ReLU", "Xavier é para tanh, não para ReLU"},
     {"ReLU drops half of the mean square and Xavier does not make up for it: after 30 layers a "
      "billionth is left of the signal's energy, and of the gradient's.",
      "A ReLU joga fora metade da média dos quadrados e Xavier não compensa: após 30 camadas, "
      "resta "
      "um bilionésimo da energia do sinal, e da do gradiente."},
     "alvor predict --act relu --init xavier_normal --depth 30"},
    {{"PyTorch's default is not He", "O padrão do PyTorch não é He"},
     {"nn.Linear draws U(-1/sqrt(fan_in), 1/sqrt(fan_in)), kaiming_uniform_ with a = sqrt(5): a "
      "third "
      "of Xavier's variance. A ReLU layer leaves a sixth of the mean square.",
      "nn.Linear sorteia U(-1/sqrt(fan_in), 1/sqrt(fan_in)), kaiming_uniform_ com a = sqrt(5): um "
      "terço da variância de Xavier. Uma camada ReLU deixa um sexto da média dos quadrados."},
     "alvor predict --act relu --init torch_default --depth 20"},
    {{"Gain 5/3 for tanh is not neutral", "O ganho 5/3 para tanh não é neutro"},
     {"It holds the signal at an rms near 0.65 of the activations, in chaos: the mean square of "
      "gradients grows by 1.21 at each layer, ten thousand times in 50.",
      "Ele mantém o sinal com rms das ativações perto de 0,65, no caos: a média dos quadrados dos "
      "gradientes cresce 1,21 vez por camada, dez mil vezes em 50."},
     "alvor predict --act tanh --init 'xavier_normal(gain=1.6667)' --depth 50"},
    {{"Gain 1 for the sigmoid kills gradients", "O ganho 1 para a sigmoide mata gradientes"},
     {"Its slope is 1/4 at most, so that the mean square of gradients falls by more than 16 at "
      "each "
      "layer with Xavier.",
      "Sua derivada vale no máximo 1/4, de modo que a média dos quadrados dos gradientes cai mais "
      "de "
      "16 vezes por camada com Xavier."},
     "alvor predict --act sigmoid --init xavier_normal --depth 10"},
    {{"Gains come from the mean square, not from the variance",
      "Ganhos vêm da média dos quadrados, não da variância"},
     {"The next layer adds up squares, mean included. Dividing by the deviation of relu(z) gives "
      "1.71 "
      "instead of 1.41, and a signal that grows 1.47 times a layer.",
      "A camada seguinte soma quadrados, com a média dentro. Dividir pelo desvio de relu(z) dá "
      "1,71 em "
      "vez de 1,41, e um sinal que cresce 1,47 vez por camada."},
     "alvor explain relu"},
    {{"The right gain can be an unstable one", "O ganho certo pode ser instável"},
     {"GELU, SiLU and Mish hold mean square 1 under their gain only if it is exactly 1: a little "
      "less "
      "dies out, a little more explodes. Deep plain nets of them need normalization, shortcuts or "
      "LSUV.",
      "GELU, SiLU e Mish só mantêm a média dos quadrados em 1, sob o seu ganho, se ela for "
      "exatamente "
      "1: um pouco menos se apaga, um pouco mais explode. Redes profundas e simples com elas pedem "
      "normalização, atalhos ou LSUV."},
     "alvor predict --act gelu --init 'variance_scaling(scale=2.3517)' --depth 50 --inputs 0.41"},
    {{"The mean net is not the typical net", "A rede média não é a rede típica"},
     {"He keeps the expected mean square, but its logarithm walks at random and drifts down by 2.5 "
      "/ n "
      "a layer: of narrow deep nets most are below the mean. One seed says little.",
      "He conserva a média dos quadrados esperada, mas o logaritmo dela faz um passeio aleatório e "
      "deriva para baixo 2,5 / n por camada: redes estreitas e fundas ficam quase todas abaixo da "
      "média. Uma só semente diz pouco."},
     "alvor reproduce hanin2018"},
    {{"Variance is not the whole story", "A variância não é tudo"},
     {"Deep ReLU nets with He weights keep the size of signals and still map all inputs to nearly "
      "one "
      "direction: see the correlation's fixed point.",
      "Redes ReLU fundas com pesos He conservam o tamanho dos sinais e ainda assim levam todas as "
      "entradas a quase uma só direção: veja o ponto fixo da correlação."},
     "alvor predict --act relu --init he_normal --depth 50"},
    {{"Orthogonal weights do not make ReLU an isometry",
      "Pesos ortogonais não fazem da ReLU uma isometria"},
     {"Half of the units are off: the squared singular values of L layers spread by L all the "
      "same. "
      "Orthogonal weights pay where units are nearly linear, as tanh near 0.",
      "Metade das unidades está desligada: os quadrados dos valores singulares de L camadas se "
      "espalham por L do mesmo jeito. Pesos ortogonais compensam onde as unidades são quase "
      "lineares, "
      "como tanh perto de 0."},
     "alvor reproduce pennington2017"},
    {{"Two truncated normals share a name", "Duas normais truncadas têm o mesmo nome"},
     {"Keras and JAX cut at two deviations and make up for it; PyTorch's trunc_normal_ cuts at the "
      "values -2 and 2 and does not: with std 0.02 it cuts nothing.",
      "Keras e JAX cortam em dois desvios e compensam; trunc_normal_ do PyTorch corta nos valores "
      "-2 e "
      "2 e não compensa: com std 0,02, não corta nada."},
     "alvor explain trunc_normal_abs"},
    {{"Equal weights stay equal", "Pesos iguais continuam iguais"},
     {"Units that begin alike get the same gradient for ever: a layer of zeros, or of any "
      "constant, "
      "learns as one unit. Biases at zero are fine.",
      "Unidades que começam iguais recebem para sempre o mesmo gradiente: uma camada de zeros, ou "
      "de "
      "qualquer constante, aprende como uma só unidade. Vieses em zero não fazem mal."},
     "alvor compare --init 'constant(0.1),he_normal' --act relu --hidden 32x2 --no-extra --why"},
    {{"Residual branches add up", "Ramos residuais se somam"},
     {"A branch of full size at each of 2 L places multiplies the stream's mean square by L. "
      "Divide "
      "the matrix that ends each branch by sqrt(2 L), or begin it at zero; never all of its "
      "matrices.",
      "Um ramo de tamanho cheio em cada um de 2 L lugares multiplica por L a média dos quadrados "
      "do "
      "fluxo. Divida por sqrt(2 L) a matriz que termina cada ramo, ou comece-a em zero; nunca "
      "todas "
      "as suas matrizes."},
     "alvor reproduce gpt2"},
    {{"Sine layers do not keep unit deviation", "Camadas de seno não mantêm o desvio unitário"},
     {"SIREN's pre-activations begin at deviation 1 and settle at 0.89: the arcsine law holds for "
      "the "
      "first layer.",
      "As pré-ativações da SIREN começam com desvio 1 e se acomodam em 0,89: a lei do arco-seno "
      "vale "
      "para a primeira camada."},
     "alvor reproduce siren2020"},
};

static json_t *both(const char *const texts[ALV_LANGS])
{
    return json_pack("{s:s, s:s}", "en", texts[ALV_EN], "pt", texts[ALV_PT]);
}

int cli_explain_pitfalls(const cli_args *args)
{
    json_t *list = cli_flag(args, "json") ? json_array() : NULL;
    for (int i = 0; i < ALV_COUNT(pitfalls); i++) {
        const pitfall *p = &pitfalls[i];
        if (list) {
            json_array_append_new(list, json_pack("{s:o, s:o, s:s}", "title", both(p->title),
                                                  "text", both(p->text), "command", p->command));
            continue;
        }
        if (i > 0) putchar('\n');
        cli_heading(args, p->title[args->lang]);
        fputs("  ", stdout);
        cli_wrap(stdout, p->text[args->lang], 2, 2);
        printf("  $ %s\n", p->command);
    }
    if (!list) return CLI_OK;
    return cli_print_document(json_pack("{s:s, s:s, s:o}", "schema", "alvor.explain/1", "kind",
                                        "pitfalls", "pitfalls", list));
}
