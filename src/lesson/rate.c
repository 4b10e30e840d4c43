/* A comparison at one learning rate compares the rate as well. */
#include "lesson/lesson.h"

const alv_lesson alv_lesson_rate = {
    .name = "rate",
    .title = {"Learning rate: the hidden third party",
              "Taxa de aprendizado: a terceira parte, escondida"},
    .idea = {"Eight ReLU layers from He's weights, and from weights of deviation 0.5, nearly "
             "three times larger. Once at rate 0.001, once at 0.1.",
             "Oito camadas ReLU com os pesos de He e com pesos de desvio 0,5, quase três vezes "
             "maiores. Uma vez com taxa 0,001, uma vez com 0,1."},
    .runs = {"--hidden 64x8 --act relu --init 'he_normal,normal(std=0.5)' --lr 0.001,0.1 "
             "--batch 64 --steps 400 --seeds 3 --no-extra --light"},
    .question = {"At which rate should the two be compared?",
                 "Com qual taxa os dois devem ser comparados?"},
    .choices = {{"0.001: there both train", "0,001: com ela os dois treinam"},
                {"0.1: it is the usual one for SGD", "0,1: é a usual para SGD"},
                {"neither: each at its own best rate",
                 "nenhuma delas: cada um com a sua melhor taxa"}},
    .right = 2,
    .because =
        {"At 0.001 the large weights win, {loss 2} against {loss 1}. At 0.1 they diverge, "
         "and He reaches {loss 3}. One rate for all favours the scheme that it happens to "
         "suit: large weights make large gradients, and want small steps. So try several "
         "rates for each scheme, choose one on data set aside, and compare each at its best: alvor "
         "compare --lr auto does that.",
         "Com 0,001, os pesos grandes vencem: {loss 2} contra {loss 1}. Com 0,1, eles "
         "divergem, e He chega a {loss 3}. Uma só taxa para todos favorece o esquema a que "
         "ela por acaso convém: pesos grandes fazem gradientes grandes e pedem passos "
         "pequenos. Por isso, tente várias taxas para cada esquema, escolha com dados "
         "separados e compare as melhores: alvor compare --lr auto faz isso."},
    .teacher = {"Tempting: (a), as if training at all made it fair. Next: --lr auto with the same "
                "schemes. Deviation 0.5 needs rates about a hundred times below He's best; ask "
                "the class how they would report that beside the best loss.",
                "Tentação: (a), como se bastasse que os dois treinem para ser justo. A seguir: "
                "--lr auto com os mesmos esquemas. O desvio 0,5 precisa de taxas umas cem "
                "vezes menores que a melhor de He; pergunte à turma como relatar isso, além da "
                "melhor perda."},
};
