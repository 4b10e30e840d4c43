/* Fan-in keeps the signal, fan-out the gradient. */
#include "lesson/lesson.h"

const alv_lesson alv_lesson_fans = {
    .name = "fans",
    .title = {"Fan-in or fan-out: signal or gradient", "Fan-in ou fan-out: sinal ou gradiente"},
    .idea = {"A network that is 200 and 20 units wide in turn, 3 at the end. He's variance "
             "2/n, with n the inputs of a layer (fan_in), its outputs (fan_out), or the mean "
             "of the two.",
             "Uma rede que alterna larguras de 200 e de 20, com 3 saídas. A variância de He é "
             "2/n, com n igual às entradas da camada (fan_in), às saídas (fan_out) ou à média "
             "das duas."},
    .runs = {"--model 2-200-20-200-20-200-20-3 --act relu --init "
             "'he_normal,he_normal(mode=fan_out),he_normal(mode=fan_avg)' --lr 0.05 --batch 64 "
             "--steps 300 --seeds 3 --no-extra --light"},
    .question = {"Which choice keeps the gradient's gain near 1, and why?",
                 "Qual escolha mantém perto de 1 o ganho do gradiente, e por quê?"},
    .choices = {{"fan_in: a unit adds up its inputs", "fan_in: um neurônio soma as suas entradas"},
                {"fan_out: a unit's error adds up those of the units that it feeds",
                 "fan_out: o erro de um neurônio soma os daqueles que ele alimenta"},
                {"fan_avg: it is fair to both", "fan_avg: é justa com os dois lados"}},
    .right = 1,
    .because =
        {"Forward, a unit sums over its inputs; backward, its error sums over its outputs. "
         "So fan_out holds the backward gain at {backward 2} (fan_in: {backward 1}), and "
         "fan_in the forward gain at {forward 1}. fan_avg lets both sink: {forward 3} and "
         "{backward 3}. All three train here, to {loss 1}, {loss 2} and {loss 3}; but "
         "that is one network on one data set. Where widths are equal there is no difference "
         "at all.",
         "Na ida, um neurônio soma sobre as entradas; na volta, o seu erro soma sobre as "
         "saídas. Por isso fan_out mantém o ganho da volta em {backward 2} (fan_in: "
         "{backward 1}) e fan_in mantém o da ida em {forward 1}. fan_avg deixa cair os "
         "dois: {forward 3} e {backward 3}. As três treinam aqui, até {loss 1}, {loss 2} e "
         "{loss 3}; mas isso é uma só rede, com um só conjunto de dados. Com larguras iguais, "
         "não há diferença nenhuma."},
    .teacher = {"Tempting: (c). With the mean, a layer from 200 to 20 multiplies the variance by "
                "200/110 and one from 20 to 200 by 20/110: together by a third. Next: --hidden "
                "64x6: all rows alike. He et al. (2015) note that either fan suffices, since the "
                "quotients cancel over the depth.",
                "Tentação: (c). Com a média, uma camada de 200 para 20 multiplica a variância por "
                "200/110 e uma de 20 para 200, por 20/110: juntas, por um terço. A seguir: "
                "--hidden 64x6: todas as linhas iguais. He et al. (2015) observam que qualquer um "
                "dos dois basta, pois os quocientes se cancelam ao longo da profundidade."},
};
