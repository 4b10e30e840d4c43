/* Equal weights stay equal. */
#include "lesson/lesson.h"

const alv_lesson alv_lesson_symmetry = {
    .name = "symmetry",
    .title = {"Symmetry: why first weights must differ",
              "Simetria: por que os primeiros pesos precisam ser diferentes"},
    .idea = {"Two layers of 32 units learn to tell three spiral arms apart. Once all weights "
             "begin at 0, once all at 0.1, once at random.",
             "Duas camadas de 32 neurônios aprendem a separar três braços de uma espiral. Uma "
             "vez todos os pesos começam em 0, uma vez todos em 0,1, uma vez são sorteados."},
    .runs = {"--hidden 32x2 --act relu --init 'zeros,constant(0.1),he_normal' --lr 0.1 --batch "
             "64 --steps 400 --seeds 3 --no-extra --light"},
    .question = {"Weights of 0.1 do learn a little. What does a layer of 32 such units amount to?",
                 "Pesos iguais a 0,1 aprendem um pouco. A que equivale uma camada de 32 neurônios "
                 "assim?"},
    .choices = {{"32 slow units: more steps would bring them apart",
                 "32 neurônios lentos: com mais passos, eles se separam"},
                {"one unit, counted 32 times", "um neurônio, contado 32 vezes"},
                {"no unit at all: the gradient is 0", "nenhum neurônio: o gradiente é 0"}},
    .right = 1,
    .because = {"Units with the same weights compute the same output and get the same gradient, "
                "so every step keeps them the same. The layer works as a single unit: it ends at "
                "a loss of {loss 2}, against {loss 3} from random weights. From zeros not even "
                "that is left: a unit's gradient is multiplied by its outgoing weights, which are "
                "0, and the loss stays at {loss 1}, the loss of guessing.",
                "Neurônios com os mesmos pesos calculam a mesma saída e recebem o mesmo "
                "gradiente; cada passo os mantém iguais. A camada funciona como um só neurônio: "
                "termina com perda {loss 2}, contra {loss 3} com pesos sorteados. Com zeros, nem "
                "isso resta: o gradiente de um neurônio é multiplicado pelos pesos de saída, que "
                "são 0, e a perda fica em {loss 1}, a de quem chuta."},
    .teacher = {"Tempting: (a), because the loss moves. Have the class work out the gradient of "
                "two equal units by hand. (c) is right of zeros only. Next: do random biases "
                "help? --init zeros --bias 'uniform(r=0.5)'. At first only the last layer gets a "
                "gradient, for errors pass through weights that are 0.",
                "Tentação: (a), porque a perda se mexe. Peça à turma que calcule à mão o "
                "gradiente de dois neurônios iguais. (c) só vale para zeros. A seguir: vieses "
                "sorteados ajudam? --init zeros --bias 'uniform(r=0.5)'. No começo só a última "
                "camada recebe gradiente, pois os erros passam por pesos que são 0."},
};
