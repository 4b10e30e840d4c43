// Português do Brasil. Os {vãos} são preenchidos por t(); a única marcação é *ênfase* e `código`.
export default {
  language: "Idioma",
  theme: "Claro ou escuro",
  skip: "Ir para as figuras",
  tagline: "os primeiros pesos de uma rede neural e o que eles fazem com o treino",
  playground: "playground",
  guide: "Guia",

  lessons: "Experimente",
  "lesson.own": "Configuração sua: dê a partida e veja as redes aprenderem, ou não.",
  "lesson.depth": "A profundidade apaga o sinal",
  "lesson.depth.text":
    "Vinte camadas ReLU. O padrão do PyTorch sorteia pesos pequenos demais para a ReLU: o sinal some no caminho de ida, nenhum erro volta, e a perda fica na do palpite. Os pesos de He são só √6 vezes maiores, e a rede treina.",
  "lesson.shallow": "Duas camadas perdoam",
  "lesson.shallow.text":
    "Os mesmos dois esquemas com duas camadas ocultas: ambos treinam. O valor de uma inicialização só aparece com a profundidade.",
  "lesson.symmetry": "Neurônios todos iguais",
  "lesson.symmetry.text":
    "Pesos todos iguais, nulos ou não, tornam idênticos os neurônios de uma camada. Eles recebem o mesmo gradiente e continuam idênticos para sempre: a camada vale por um neurônio só. Acompanhe o medidor de simetria.",
  "lesson.explode": "Pesos grandes explodem",
  "lesson.explode.text":
    "Pesos entre −1 e 1, como às vezes se sorteiam à mão. Cada camada mais que dobra o sinal; o primeiro passo desgoverna a rede, e nada mais se treina.",
  "lesson.sigmoid": "O limite da sigmoide",
  "lesson.sigmoid.text":
    "A inclinação da sigmoide é no máximo 1/4: cada camada tira a maior parte do erro que volta por ela, seja qual for o esquema. Oito camadas bastam para ver.",
  "lesson.orthogonal": "Cinquenta camadas tanh",
  "lesson.orthogonal.text":
    "Pesos ortogonais preservam o comprimento em todas as direções; os aleatórios esticam umas e perdem outras. Em cinquenta camadas, isso se acumula.",
  "lesson.adam": "O Adam perdoa",
  "lesson.adam.text":
    "A primeira lição com o Adam, que divide cada gradiente pelo próprio tamanho: mesmo um gradiente quase desaparecido move os pesos. A previsão vale para o SGD simples.",

  play: "Treinar",
  pause: "Pausar",
  "step.one": "Um passo",
  reset: "Recomeçar",
  speed: "Velocidade",
  "speed.slow": "passo a passo",
  "speed.normal": "normal",
  "speed.fast": "rápida",
  "step.n": "passo {n}",
  settings: "Configuração",
  none: "nenhum",
  arguments: "Fórmula e argumentos",
  refused: "Esta configuração não pode ser treinada:",

  "group.scheme": "Pesos iniciais",
  "group.network": "Rede",
  "group.training": "Treino",
  "group.data": "Dados e semente",
  "field.scheme": "Esquema",
  "field.other": "Comparar com",
  "field.gain": "Ganho",
  "gain.own": "o do próprio esquema",
  "gain.auto": "o da ativação: {gain}",
  "gain.hand": "à mão",
  "gain.value": "Ganho escolhido",
  "gain.none": "nenhum",
  "gain.args": "Este esquema não tem ganho: a escala vem dos argumentos.",
  "gain.fixed": "Este esquema não tem ganho: a regra já fixa a escala.",
  "field.depth": "Camadas ocultas",
  "field.width": "Neurônios por camada",
  "field.act": "Função de ativação",
  "field.optimizer": "Otimizador",
  "field.lr": "Taxa de aprendizado",
  "field.batch": "Amostras por passo",
  "field.data": "Conjunto de dados",
  "field.seed": "Semente",
  "field.ten": "Dez sementes",

  forecast: "Previsão.",
  why: "Por quê, e o que tentar",
  "so.far": "Até agora:",
  "so.far.text": "{word}. Depois de {step} passos a perda é {loss}; o palpite dá {chance}.",
  "so.far.lost": "{word}. Do passo {step} em diante a perda não é mais um número finito.",
  "will.train": "deve treinar",
  "will.not": "não deve treinar",
  "card.loss": "perda de treino",
  "card.accuracy": "acurácia no teste",
  "card.forward": "sinal por camada",
  "card.backward": "erro por camada",
  symmetry: "Simetria",
  "symmetry.hint": "Parcela dos neurônios ocultos cujos pesos são cópia dos de outro neurônio",
  "symmetry.locked": "para sempre",

  boundary: "O que a rede responde",
  "boundary.read":
    "Os pontos são amostras de treino; o fundo mostra a classe que a rede dá a cada lugar, mais forte onde ela tem mais certeza.",
  "boundary.label": "Fronteira de decisão de {scheme} sob as amostras de treino.",
  "accuracy.label": "Depois do passo {step}, acerta {share} das amostras de teste.",
  images: "O que a rede vê",
  "images.read":
    "Imagens de teste, com a classe que a rede atribui a cada uma e a certeza que tem.",
  "images.label": "Imagens de teste segundo {scheme}",
  confusion: "Que classe ela toma por qual",
  "confusion.read":
    "As linhas são as classes verdadeiras, as colunas o que a rede diz: uma rede boa preenche a diagonal.",
  "confusion.label": "Confusão entre as classes com {scheme}; respostas certas:",

  loss: "Perda de treino",
  "loss.read":
    "Perda média dos minilotes. A linha pontilhada é o que dá um palpite pela frequência das classes.",
  "loss.read.band":
    "A linha é a mediana de dez sementes; a faixa vai da menor à maior. A linha pontilhada é o que dá o palpite.",
  "loss.label": "Perda de treino até o passo {step}: {list}.",
  "loss.chance": "palpite: {loss}",
  "save.title": "Todas as perdas, em tabela",
  "scale.log": "escala log",
  "axis.loss": "perda",
  "axis.step": "passo",
  "axis.layer": "camada",
  "axis.signal": "desvio de z",
  "axis.error": "tamanho de ∂L/∂z",
  "axis.shares": "neurônios",

  layers: "Camada por camada",
  "layers.read":
    "Da primeira camada, à esquerda, à última, à direita; medido agora em 128 amostras de treino.",
  "strip.signal": "O sinal, na ida",
  "strip.signal.read":
    "Quanto as pré-ativações variam de amostra para amostra. Uma linha que cai é um sinal que se apaga. Faixa clara: onde a teoria espera 95 % das redes antes do treino.",
  "strip.error": "O erro, na volta",
  "strip.error.read":
    "O tamanho do gradiente em cada camada; ele vem da direita. Faixa clara: a teoria, a partir do tamanho na última camada.",
  "strip.shares": "Neurônios que não participam",
  "strip.shares.read":
    "Área: mortos, na parte plana para todas as amostras. Tracejado: parcela das saídas numa parte plana da ativação (na ReLU, cerca de metade é normal).",
  "signal.label": "Desvio das pré-ativações, da primeira camada → à última. {list}.",
  "error.label": "Tamanho do gradiente nas pré-ativações, da primeira camada → à última. {list}.",
  "shares.label": "Maior parcela de neurônios mortos numa camada. {list}.",

  map: "Os gradientes ao longo do treino",
  "map.read":
    "Cada coluna é um momento, cada linha uma camada, a primeira embaixo: o tamanho do gradiente dos pesos da camada.",
  "map.legend": "raiz da média quadrática do gradiente",
  "map.zero": "exatamente zero",
  "map.label": "Gradiente de cada camada ao longo dos passos, {scheme}.",

  command: "O mesmo na linha de comando",
  "command.read": "Estas perdas, até o último bit, e um relatório com tudo o que foi medido.",
  copy: "Copiar",
  copied: "Copiado",
};
