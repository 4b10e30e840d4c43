/* The activation decides what scale is right. */
#include "lesson/lesson.h"

const alv_lesson alv_lesson_activation = {
    .name = "activation",
    .title = {"Activation: the same weights, three networks",
              "Ativação: os mesmos pesos, três redes"},
    .idea = {"Ten layers of 64 units with ReLU, tanh and the sigmoid; Xavier's weights and "
             "He's.",
             "Dez camadas de 64 neurônios com ReLU, tanh e sigmoide; os pesos de Xavier e os "
             "de He."},
    .runs = {"--hidden 64x10 --act relu,tanh,sigmoid --init xavier_normal,he_normal --lr 0.05 "
             "--batch 64 --steps 300 --seeds 3 --no-extra --light"},
    .question = {"The sigmoid trains with neither. Which number tells, before the first step?",
                 "A sigmoide não treina com nenhum dos dois. Que número avisa, antes do primeiro "
                 "passo?"},
    .choices = {{"the first loss, {start 5}: it is far too high",
                 "a perda inicial, {start 5}: é alta demais"},
                {"the gain of the gradient, {backward 5} per layer",
                 "o ganho do gradiente, {backward 5} por camada"},
                {"none: it only shows in training", "nenhum: só se vê no treino"}},
    .right = 1,
    .because = {"The slope of the sigmoid is 1/4 at most, so each layer passes on about a "
                "quarter of the gradient: {backward 5} with Xavier, {backward 6} with He. Ten "
                "layers leave next to nothing. With ReLU the two give {backward 1} and {backward "
                "2}, with tanh {backward 3} and {backward 4}. ReLU learns faster from He ({loss 2} "
                "against {loss 1}), which makes up for the half of the signal that ReLU drops. No "
                "scheme of this list "
                "makes up for a sigmoid.",
                "A inclinação da sigmoide é no máximo 1/4; cada camada deixa passar cerca de um "
                "quarto do gradiente: {backward 5} com Xavier, {backward 6} com He. Dez camadas "
                "não deixam quase nada. A ReLU tem {backward 1} e {backward 2}; a tanh, {backward "
                "3} e {backward 4}. Com ReLU, He aprende mais depressa ({loss 2} contra {loss "
                "1}), pois compensa a metade que a ReLU joga fora. Nenhum esquema desta lista "
                "compensa uma sigmoide."},
    .teacher = {"Tempting: (a). The first loss is near that of guessing, ln 3 = 1.10, and says "
                "little. Next: alvor explain sigmoid for its gains, and --init "
                "'xavier_normal(gain=4)' to see what a larger scale can and cannot do.",
                "Tentação: (a). A perda inicial está perto da de quem chuta, ln 3 = 1,10, e diz "
                "pouco. A seguir: alvor explain sigmoid, para ver os ganhos, e --init "
                "'xavier_normal(gain=4)', para ver o que uma escala maior consegue e o que não "
                "consegue."},
};
