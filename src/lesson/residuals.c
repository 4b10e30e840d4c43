/* Shortcuts and norms change what first weights must do. */
#include "lesson/lesson.h"

const alv_lesson alv_lesson_residuals = {
    .name = "residuals",
    .title = {"Residuals and norms: when the architecture helps",
              "Conexões residuais e normalização: quando a arquitetura ajuda"},
    .idea = {"Thirty-one ReLU layers, always He's weights: plain; with shortcuts around every "
             "two layers; with shortcuts whose branches begin at zero; with layer norm; with "
             "shortcuts and layer norm.",
             "Trinta e uma camadas ReLU, sempre com os pesos de He: simples; com atalhos a "
             "cada duas camadas; com atalhos cujos ramos começam em zero; com layer norm; com "
             "atalhos e layer norm."},
    .runs = {"--hidden 64x31 --act relu --init he_normal --lr 0.05 --batch 64 --steps 300 "
             "--seeds 3 --no-extra --light",
             "--hidden '64x31 residual=2' --act relu --init he_normal --lr 0.05 --batch 64 "
             "--steps 300 --seeds 3 --no-extra --light",
             "--hidden '64x31 residual=2 branch=0' --act relu --init he_normal --lr 0.05 "
             "--batch 64 --steps 300 --seeds 3 --no-extra --light",
             "--hidden '64x31 norm=layer' --act relu --init he_normal --lr 0.05 --batch 64 "
             "--steps 300 --seeds 3 --no-extra --light",
             "--hidden '64x31 norm=layer residual=2' --act relu --init he_normal --lr 0.05 "
             "--batch 64 --steps 300 --seeds 3 --no-extra --light"},
    .labels = {{"plain", "simples"},
               {"shortcuts", "atalhos"},
               {"shortcuts from 0", "atalhos a partir de 0"},
               {"norm", "normalização"},
               {"both", "ambos"}},
    .question = {"Shortcuts are known to make deep networks trainable. Why do they fail in the "
                 "second row?",
                 "Atalhos são conhecidos por tornar treináveis as redes profundas. Por que falham "
                 "na segunda linha?"},
    .choices = {{"the gradient cannot pass the shortcuts", "o gradiente não passa pelos atalhos"},
                {"every branch adds a signal of full size to the stream",
                 "cada ramo soma ao fluxo um sinal de tamanho cheio"},
                {"He is too small for shortcuts", "He é pequena demais para atalhos"}},
    .right = 1,
    .because = {"Each of fifteen branches adds as much again as the stream carries, so the "
                "stream's mean square doubles fifteen times: the loss begins at {start 2}, and "
                "training diverges. Branches that begin at zero leave the stream alone: it begins "
                "at {start 3} and ends at {loss 3}. A norm holds each layer's signal, but in "
                "these steps it does not bring the plain network far ({loss 4}). Both together "
                "reach {loss 5}: "
                "the norm holds the branch, the shortcut the gradient.",
                "Cada um dos quinze ramos soma tanto quanto o fluxo já carrega; a média dos "
                "quadrados dobra quinze vezes: a perda começa em {start 2}, e o treino diverge. "
                "Ramos que começam em zero deixam o fluxo em paz: começa em {start 3} e termina "
                "em {loss 3}. A normalização segura o sinal de cada camada, mas, nestes passos, "
                "não leva longe a rede simples ({loss 4}). Os dois juntos chegam a {loss 5}: a "
                "normalização segura o ramo; o atalho, o gradiente."},
    .teacher =
        {"Tempting: (a), the opposite of what shortcuts are for. Next: --init "
         "torch_default with 'residual=2': its small branches train well, the very weights "
         "that fail in plain networks. alvor reproduce zhang2019 and gpt2 show the published "
         "remedies.",
         "Tentação: (a), o contrário do que um atalho faz. A seguir: --init torch_default "
         "com 'residual=2': os ramos pequenos treinam bem, com os mesmos pesos que falham "
         "em redes simples. alvor reproduce zhang2019 e gpt2 mostram os remédios "
         "publicados."},
};
