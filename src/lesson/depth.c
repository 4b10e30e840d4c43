/* What two layers forgive, sixteen do not. */
#include "lesson/lesson.h"

const alv_lesson alv_lesson_depth = {
    .name = "depth",
    .title = {"Depth: what a shallow network hides", "Profundidade: o que uma rede rasa esconde"},
    .idea = {"The same three schemes, first in two layers, then in sixteen.",
             "Os mesmos três esquemas, primeiro em duas camadas, depois em dezesseis."},
    .runs = {"--hidden 64x2 --act relu --init torch_default,xavier_normal,he_normal --lr 0.05 "
             "--batch 64 --steps 300 --seeds 3 --no-extra --light",
             "--hidden 64x16 --act relu --init torch_default,xavier_normal,he_normal --lr 0.05 "
             "--batch 64 --steps 300 --seeds 3 --no-extra --light"},
    .labels = {{"2 layers", "2 camadas"}, {"16 layers", "16 camadas"}},
    .question = {"With two layers PyTorch's default trains. With sixteen it does not. What has "
                 "changed about its weights?",
                 "Com duas camadas, o padrão do PyTorch treina. Com dezesseis, não. O que mudou "
                 "nos seus pesos?"},
    .choices = {{"nothing: the same factor per layer acts sixteen times",
                 "nada: o mesmo fator por camada age dezesseis vezes"},
                {"they are drawn smaller in deep networks",
                 "em redes profundas, eles são sorteados menores"},
                {"there are more of them, so that they need more steps",
                 "são mais numerosos e precisam de mais passos"}},
    .right = 0,
    .because = {"The rule looks at one layer and knows nothing of depth. Its gain, {forward 1} in "
                "two layers and {forward 4} in sixteen, is nearly the same; but {forward 4} to "
                "the sixteenth power is a few millionths or less. The loss stays at {loss 4}. "
                "He's gain is near 1, and 1 to any power is 1: loss {loss 6}. A comparison in two "
                "layers ({loss 1}, {loss 2}, {loss 3}) hides all this.",
                "A regra olha para uma camada e não sabe nada de profundidade. O ganho dela, "
                "{forward 1} em duas camadas e {forward 4} em dezesseis, é quase o mesmo; mas "
                "{forward 4} elevado a dezesseis dá alguns milionésimos, ou menos. A perda fica "
                "em {loss 4}. O ganho de He é perto de 1, e 1 elevado a qualquer coisa é 1: perda "
                "{loss 6}. Uma comparação em duas camadas ({loss 1}, {loss 2}, {loss 3}) esconde "
                "tudo isso."},
    .teacher = {"Tempting: (c). Run the second command with --steps 3000: torch_default stays. "
                "Next: at which depth does Xavier give up? Let groups try 8, 12, 24, 32 and draw "
                "the curve.",
                "Tentação: (c). Execute o segundo comando com --steps 3000: torch_default fica "
                "onde está. A seguir: em que profundidade Xavier desiste? Que os grupos tentem 8, "
                "12, 24, 32 e desenhem a curva."},
};
