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
      "resta um bilionésimo da energia do sinal, e da do gradiente."},
     "alvor predict --act relu --init xavier_normal --depth 30"},
    {{"PyTorch's default is not He", "O padrão do PyTorch não é He"},
     {"nn.Linear draws U(-1/sqrt(fan_in), 1/sqrt(fan_in)), kaiming_uniform_ with a = sqrt(5): a "
      "third of Xavier's variance. A ReLU layer leaves a sixth of the mean square.",
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
      "each layer with Xavier.",
      "Sua derivada vale no máximo 1/4, de modo que a média dos quadrados dos gradientes cai mais "
      "de 16 vezes por camada com Xavier."},
     "alvor predict --act sigmoid --init xavier_normal --depth 10"},
    {{"Gains come from the mean square, not from the variance",
      "Ganhos vêm da média dos quadrados, não da variância"},
     {"The next layer adds up squares, mean included. Dividing by the deviation of relu(z) gives "
      "1.71 instead of 1.41, and a signal that grows 1.47 times a layer.",
      "A camada seguinte soma quadrados, com a média dentro. Dividir pelo desvio de relu(z) dá "
      "1,71 em vez de 1,41, e um sinal que cresce 1,47 vez por camada."},
     "alvor explain relu"},
    {{"The right gain can be an unstable one", "O ganho certo pode ser instável"},
     {"GELU, SiLU and Mish hold mean square 1 under their gain only if it is exactly 1: a little "
      "less dies out, a little more explodes. Deep plain nets of them need normalization, "
      "shortcuts or LSUV.",
      "GELU, SiLU e Mish só mantêm a média dos quadrados em 1, sob o seu ganho, se ela for "
      "exatamente 1: um pouco menos se apaga, um pouco mais explode. Redes profundas e simples com "
      "elas pedem normalização, atalhos ou LSUV."},
     "alvor predict --act gelu --init 'variance_scaling(scale=2.3517)' --depth 50 --inputs 0.41"},
    {{"The mean net is not the typical net", "A rede média não é a rede típica"},
     {"He keeps the expected mean square, but its logarithm walks at random and drifts down by 2.5 "
      "/ n a layer: of narrow deep nets most are below the mean. One seed says little.",
      "He conserva a média dos quadrados esperada, mas o logaritmo dela faz um passeio aleatório e "
      "deriva para baixo 2,5 / n por camada: redes estreitas e fundas ficam quase todas abaixo da "
      "média. Uma só semente diz pouco."},
     "alvor reproduce hanin2018"},
    {{"Variance is not the whole story", "A variância não é tudo"},
     {"Deep ReLU nets with He weights keep the size of signals and still map all inputs to nearly "
      "one direction: see the correlation's fixed point.",
      "Redes ReLU fundas com pesos He conservam o tamanho dos sinais e ainda assim levam todas as "
      "entradas a quase uma só direção: veja o ponto fixo da correlação."},
     "alvor predict --act relu --init he_normal --depth 50"},
    {{"Orthogonal weights do not make ReLU an isometry",
      "Pesos ortogonais não fazem da ReLU uma isometria"},
     {"Half of the units are off: the squared singular values of L layers spread by L all the "
      "same. Orthogonal weights pay where units are nearly linear, as tanh near 0.",
      "Metade das unidades está desligada: os quadrados dos valores singulares de L camadas se "
      "espalham por L do mesmo jeito. Pesos ortogonais compensam onde as unidades são quase "
      "lineares, como tanh perto de 0."},
     "alvor reproduce pennington2017"},
    {{"Two truncated normals share a name", "Duas normais truncadas têm o mesmo nome"},
     {"Keras and JAX cut at two deviations and make up for it; PyTorch's trunc_normal_ cuts at the "
      "values -2 and 2 and does not: with std 0.02 it cuts nothing.",
      "Keras e JAX cortam em dois desvios e compensam; trunc_normal_ do PyTorch corta nos valores "
      "-2 e 2 e não compensa: com std 0,02, não corta nada."},
     "alvor explain trunc_normal_abs"},
    {{"Equal weights stay equal", "Pesos iguais continuam iguais"},
     {"Units that begin alike get the same gradient for ever: a layer of zeros, or of any "
      "constant, learns as one unit. Biases at zero are fine.",
      "Unidades que começam iguais recebem para sempre o mesmo gradiente: uma camada de zeros, ou "
      "de qualquer constante, aprende como uma só unidade. Vieses em zero não fazem mal."},
     "alvor compare --init 'constant(0.1),he_normal' --act relu --hidden 32x2 --no-extra --why"},
    {{"Residual branches add up", "Ramos residuais se somam"},
     {"A branch of full size at each of 2 L places multiplies the stream's mean square by L. "
      "Divide the matrix that ends each branch by sqrt(2 L), or begin it at zero; never all of its "
      "matrices.",
      "Um ramo de tamanho cheio em cada um de 2 L lugares multiplica por L a média dos quadrados "
      "do fluxo. Divida por sqrt(2 L) a matriz que termina cada ramo, ou comece-a em zero; nunca "
      "todas as suas matrizes."},
     "alvor reproduce gpt2"},
    {{"Sine layers do not keep unit deviation", "Camadas de seno não mantêm o desvio unitário"},
     {"SIREN's pre-activations begin at deviation 1 and settle at 0.89: the arcsine law holds for "
      "the first layer.",
      "As pré-ativações da SIREN começam com desvio 1 e se acomodam em 0,89: a lei do arco-seno "
      "vale para a primeira camada."},
     "alvor reproduce siren2020"},
    {{"SELU's gain 3/4 gives up what SELU is for",
      "O ganho 3/4 da SELU abre mão do que ela tem de próprio"},
     {"calculate_gain('selu') is 3/4 in PyTorch, for steadier gradients: the signal then settles "
      "at a rms of 0.15. Self-normalization needs gain 1, lecun_normal.",
      "calculate_gain('selu') vale 3/4 no PyTorch, por gradientes mais estáveis: o sinal se "
      "acomoda num rms de 0,15. A autonormalização pede ganho 1, lecun_normal."},
     "alvor predict --act selu --init 'variance_scaling(scale=0.5625)' --depth 50"},
    {{"fan_in keeps signals, fan_out keeps gradients",
      "fan_in conserva sinais, fan_out conserva gradientes"},
     {"In layers of unequal widths no scale keeps both: where widths go up and down, each keeps "
      "its own at every layer, and the other comes back only after the pair.",
      "Em camadas de larguras diferentes nenhuma escala conserva os dois: onde as larguras sobem e "
      "descem, cada modo conserva o seu em toda camada, e o outro só volta depois do par."},
     "alvor compare --data blobs --model 64-256-64-256-64-10 --init "
     "'he_normal,he_normal(mode=fan_out)' --act relu --steps 50 --seeds 2 --no-extra --light"},
    {{"A deviation is not a bound", "Um desvio não é um limite"},
     {"U(-r, r) has deviation r / sqrt(3). Who takes sqrt(2 / fan_in) for r leaves a third of the "
      "variance: so PyTorch's default came about.",
      "U(-r, r) tem desvio r / sqrt(3). Quem toma sqrt(2 / fan_in) por r fica com um terço da "
      "variância: foi assim que nasceu o padrão do PyTorch."},
     "alvor explain he_uniform"},
    {{"An orthogonal kernel is no orthogonal convolution",
      "Um núcleo ortogonal não é uma convolução ortogonal"},
     {"orthogonal_ on a kernel turns a flattened matrix; places overlap, and lengths change. A "
      "rotation at the kernel's middle and zero around it keeps every length, also through 500 "
      "layers.",
      "orthogonal_ num núcleo gira a matriz achatada; os lugares se sobrepõem, e os comprimentos "
      "mudam. Uma rotação no meio do núcleo, com zeros em volta, conserva todo comprimento, mesmo "
      "por 500 camadas."},
     "alvor reproduce xiao2018"},
    {{"1 / n is not 1 / sqrt(n)", "1 / n não é 1 / sqrt(n)"},
     {"A deviation of g / n instead of g / sqrt(n), as a public random-walk initializer had it, "
      "divides the signal by sqrt(n) at each layer: at width 256, by 16.",
      "Um desvio de g / n em vez de g / sqrt(n), como tinha um inicializador de passeio aleatório "
      "público, divide o sinal por sqrt(n) a cada camada: com largura 256, por 16."},
     "alvor predict --act relu --init 'normal(std=0.0055)' --depth 10 --width 256"},
    {{"He twice in a residual block triples the stream",
      "He duas vezes num bloco residual triplica o fluxo"},
     {"The second matrix has no ReLU after it, so that He doubles what it passes on: x3 a block, "
      "not x2. Ten blocks make the first loss twenty times that of guessing. Scale the branch, or "
      "begin its last matrix at zero.",
      "A segunda matriz não tem ReLU depois, e He dobra o que ela entrega: x3 por bloco, não x2. "
      "Dez blocos fazem a primeira perda vinte vezes a do acaso. Reduza o ramo, ou comece sua "
      "última matriz em zero."},
     "alvor compare --data blobs --hidden '64x21 residual=2' --init he_normal,fixup --act relu "
     "--steps 50 --seeds 2 --no-extra --light"},
    {{"Fixup counts blocks, not layers", "O Fixup conta blocos, não camadas"},
     {"Its L is the number of residual branches: 54 in ResNet-110. Its reference code divides by "
      "fan_out, begins the classifier at zero and needs its scalar biases and multipliers.",
      "O seu L é o número de ramos residuais: 54 na ResNet-110. O código de referência divide por "
      "fan_out, começa o classificador em zero e precisa dos seus vieses e multiplicadores "
      "escalares."},
     "alvor explain fixup"},
    {{"GPT-2's residual scaling is of its paper", "A escala residual do GPT-2 é do artigo"},
     {"The paper divides what enters the stream by sqrt(N), N = 2 x blocks; the code that was "
      "released does not. The preset follows the paper: see the c_proj matrices.",
      "O artigo divide o que entra no fluxo por sqrt(N), N = 2 x blocos; o código publicado não o "
      "faz. O modelo pronto segue o artigo: veja as matrizes c_proj."},
     "alvor init gpt2 --dry-run"},
    {{"One rate for all compares rates", "Uma taxa para todos compara taxas"},
     {"Best rates of two schemes can lie ten or a hundred times apart: at a rate that fits one of "
      "them the comparison says little. Search a rate for each.",
      "As melhores taxas de dois esquemas podem estar dez ou cem vezes longe uma da outra: numa "
      "taxa que serve a um deles, a comparação diz pouco. Procure uma taxa para cada."},
     "alvor compare --data blobs --hidden 32x6 --init torch_default,he_normal --act relu --lr auto "
     "--steps 100 --seeds 2 --no-extra --light"},
    {{"The first loss should be ln K", "A primeira perda deve ser ln K"},
     {"With K classes a net that knows nothing has loss ln K: 2.30 for ten. A first loss far above "
      "says that the outputs are too large, before any training.",
      "Com K classes, uma rede que nada sabe tem perda ln K: 2,30 para dez. Uma primeira perda bem "
      "acima diz que as saídas são grandes demais, antes de qualquer treino."},
     "alvor compare --data blobs --hidden 32x2 --init 'normal(std=1),he_normal' --act relu --steps "
     "50 --seeds 2 --no-extra --light"},
    {{"First weights take inputs of mean square 1 for granted",
      "Os pesos iniciais supõem entradas com média quadrática 1"},
     {"Raw pixels from 0 to 255 have a mean square near 7000. ReLU carries that on as a scale; "
      "tanh is flat from the first layer, and little gradient comes through.",
      "Pixels crus de 0 a 255 têm média quadrática perto de 7000. A ReLU leva isso adiante como "
      "escala; a tanh fica plana já na primeira camada, e pouco gradiente a atravessa."},
     "alvor predict --act tanh --init xavier_normal --depth 5 --inputs 7000"},
    {{"Signals can leave float32", "Sinais podem sair do float32"},
     {"ReLU with PyTorch's default loses a factor 6 of the mean square a layer: after 100, the rms "
      "is below 1e-38, the least normal float32. Work out long products as sums of logarithms.",
      "ReLU com o padrão do PyTorch perde um fator 6 da média quadrática por camada: após 100, o "
      "rms está abaixo de 1e-38, o menor float32 normal. Calcule produtos longos como somas de "
      "logaritmos."},
     "alvor predict --act relu --init torch_default --depth 100"},
    {{"One generator for all layers confounds comparisons",
      "Um só gerador para todas as camadas confunde comparações"},
     {"If layers draw in turn from one generator, a change of one layer's size changes all that "
      "follow. Here each tensor has a stream of its own, by seed and name: these bytes are the "
      "same in any model.",
      "Se as camadas sorteiam em turnos de um só gerador, mudar o tamanho de uma muda todas as "
      "seguintes. Aqui cada tensor tem seu próprio fluxo, pela semente e pelo nome: estes bytes "
      "são os mesmos em qualquer modelo."},
     "alvor init --scheme he_normal --shape 4,4 --name fc2.weight -o fc2.npy"},
    {{"Batch normalization hides scales, not their effect",
      "A normalização por lote esconde escalas, não o seu efeito"},
     {"It divides the scale out of the signals, save the last layer's; but a step turns long "
      "weights less than short ones: the first deviation sets the effective rate, and at one rate "
      "small weights learn sooner.",
      "Ela tira a escala dos sinais, menos os da última camada; mas um passo gira menos pesos "
      "longos que curtos: o desvio inicial fixa a taxa efetiva, e numa mesma taxa pesos pequenos "
      "aprendem antes."},
     "alvor compare --data blobs --hidden '32x3 norm=batch' --init "
     "'normal(std=0.01),normal(std=3)' --act relu --lr 0.1 --steps 100 --seeds 2 --no-extra "
     "--light"},
};

static json_t *both(const char *const texts[ALV_LANGS])
{
    return json_pack("{s:s, s:s}", "en", texts[ALV_EN], "pt", texts[ALV_PT]);
}

/* The end of the word at `text`: quotes keep blanks in it. */
static const char *word_end(const char *text)
{
    bool quoted = false;
    for (; *text && (quoted || *text != ' '); text++)
        if (*text == '\'') quoted = !quoted;
    return text;
}

/* The command as it is typed, in lines of a terminal that a shell joins. */
static void print_command(const char *command)
{
    int column = 3;
    fputs("  $", stdout);
    for (const char *word = command, *end; *word; word = *end ? end + 1 : end) {
        end = word_end(word);
        const int length = (int)(end - word);
        if (column + 1 + length > 77) column = printf(" \\\n     ") - 3;
        column += printf(" %.*s", length, word);
    }
    putchar('\n');
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
        print_command(p->command);
    }
    if (!list) return CLI_OK;
    return cli_print_document(json_pack("{s:s, s:s, s:o}", "schema", "alvor.explain/1", "kind",
                                        "pitfalls", "pitfalls", list));
}
