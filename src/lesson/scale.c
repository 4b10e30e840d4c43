/* The deviation of the weights is taken to the power of the depth. */
#include "lesson/lesson.h"

const alv_lesson alv_lesson_scale = {
    .name = "scale",
    .title = {"Scale: too small, too large, and the window between",
              "Escala: pequena demais, grande demais e a janela no meio"},
    .idea = {"Eight ReLU layers of 64 units; the weights are normal. Only their standard "
             "deviation changes, from 0.05 to 0.5.",
             "Oito camadas ReLU de 64 neurônios, com pesos normais. Só o desvio padrão muda, "
             "de 0,05 a 0,5."},
    .runs = {"--hidden 64x8 --act relu --init "
             "'normal(std=0.05),normal(std=0.1),normal(std=0.18),normal(std=0.25),normal(std=0.5)' "
             "--lr 0.05 --batch 64 --steps 300 --seeds 3 --no-extra --light"},
    .question = {"From the third row to the last, the deviation grows less than threefold. By what "
                 "factor does the signal at the end of eight layers grow?",
                 "Da terceira linha à última, o desvio padrão nem chega a triplicar. Por que fator "
                 "cresce o sinal ao fim de oito camadas?"},
    .choices = {{"about 3: it is proportional to the deviation",
                 "cerca de 3: ele é proporcional ao desvio"},
                {"about 3 x 8 = 24: each layer adds its share",
                 "cerca de 3 x 8 = 24: cada camada soma a sua parte"},
                {"several thousand: each layer multiplies",
                 "alguns milhares: cada camada multiplica"}},
    .right = 2,
    .because =
        {"Each layer multiplies the signal by its gain: {forward 3} in the third row, "
         "{forward 5} in the last. The quotient of the two, to the eighth power and "
         "beyond, is thousands. The loss before training goes from {start 3} to {start 5}, and "
         "training diverges. On the other side, a gain of {forward 1} leaves nothing: the "
         "loss stays at {loss 1}. Between lies a narrow window.",
         "Cada camada multiplica o sinal pelo seu ganho: {forward 3} na terceira linha, "
         "{forward 5} na última. O quociente, elevado à oitava potência ou mais, dá "
         "milhares. A perda antes do treino vai de {start 3} a {start 5}, e o treino "
         "diverge. Do outro lado, um ganho de {forward 1} não deixa nada: a perda fica em "
         "{loss 1}. No meio há uma janela estreita."},
    .teacher = {"Tempting: (a), from thinking of one layer. Write gain^8 on the board. Next: "
                "--hidden 64x2 with the same list. Where depth is small the window is wide. Then "
                "--hidden 256x8: the right deviation halves, as sqrt(2/n) says.",
                "Tentação: (a), por pensar em uma camada só. Escreva ganho^8 no quadro. A seguir: "
                "--hidden 64x2 com a mesma lista. Com pouca profundidade, a janela é larga. "
                "Depois, --hidden 256x8: o desvio certo cai pela metade, como diz sqrt(2/n)."},
};
