/* Equal gains on average, and in every direction. */
#include "lesson/lesson.h"

const alv_lesson alv_lesson_orthogonality = {
    .name = "orthogonality",
    .title = {"Orthogonality: every direction alike",
              "Ortogonalidade: todas as direções por igual"},
    .idea = {"Forty layers without activation, a linear network: weights drawn one by one with "
             "variance 1/n, and random rotations. Then twenty ReLU layers: He, and rotations "
             "with He's gain.",
             "Quarenta camadas sem ativação, uma rede linear: pesos sorteados um a um com "
             "variância 1/n, e rotações sorteadas. Depois, vinte camadas ReLU: He, e rotações "
             "com o ganho de He."},
    .runs = {"--data blobs --hidden 64x40 --act identity --init lecun_normal,orthogonal --lr "
             "0.02 --batch 64 --steps 300 --seeds 3 --no-extra --light",
             "--hidden 64x20 --act relu --init 'he_normal,orthogonal(gain=1.41421)' --lr 0.05 "
             "--batch 64 --steps 300 --seeds 3 --no-extra --light"},
    .labels = {{"40 linear layers", "40 camadas lineares"}, {"20 ReLU layers", "20 camadas ReLU"}},
    .question = {"In the linear network both gains are near 1, and still the rotations learn "
                 "faster. Why?",
                 "Na rede linear, os dois ganhos estão perto de 1, e mesmo assim as rotações "
                 "aprendem mais depressa. Por quê?"},
    .choices = {{"their gain is a little nearer to 1",
                 "o ganho delas está um pouco mais perto de 1"},
                {"they stretch no direction and shrink none",
                 "elas não esticam nem encolhem direção nenhuma"},
                {"their weights are smaller", "os pesos delas são menores"}},
    .right = 1,
    .because =
        {"A gain is an average over directions. A product of forty random matrices "
         "stretches a few directions enormously and flattens the others; a product of "
         "rotations is a rotation. So the linear network ends at {loss 2} instead of {loss "
         "1}, with gains of {forward 2} and {forward 1}. With ReLU half of the units are "
         "off in any case, and what is left of a rotation is none: {loss 4} against {loss 3}, "
         "from three seeds, is no clear difference.",
         "O ganho é uma média sobre as direções. Um produto de quarenta matrizes sorteadas "
         "estica enormemente umas poucas direções e achata as outras; um produto de "
         "rotações é uma rotação. Por isso a rede linear termina em {loss 2}, e não em "
         "{loss 1}, com ganhos de {forward 2} e {forward 1}. Com ReLU, metade dos "
         "neurônios está desligada de qualquer modo, e a isso rotação nenhuma resiste: "
         "{loss 4} contra {loss 3}, com três sementes, não é uma diferença clara."},
    .teacher = {"Tempting: (a). Compare the columns: the difference is far too small. Next: alvor "
                "reproduce saxe2013 (steps against depth) and alvor reproduce pennington2017 "
                "(singular values), both run here in seconds to minutes.",
                "Tentação: (a). Compare as colunas: a diferença é pequena demais. A seguir: alvor "
                "reproduce saxe2013 (passos contra profundidade) e alvor reproduce pennington2017 "
                "(valores singulares), que rodam em segundos ou minutos."},
};
