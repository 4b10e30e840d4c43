// Todas as frases da página em português do Brasil. As chaves são as de en.js; um teste compara.
export default {
  tagline: "os primeiros pesos de uma rede neural, e o que fazem com o seu treinamento",
  report: "relatório",
  contents: "Sumário",
  language: "Idioma",
  theme: "Claro ou escuro",
  skip: "Ir para o veredito",
  read: "Como ler:",
  data: "Dados",
  copy: "Copiar",
  copied: "Copiado",
  log: "logarítmica",
  linear: "linear",
  of: "{a} de {b}",
  nothing: "Nada foi medido aqui.",
  "save.svg": "Salvar a figura em SVG",
  "save.csv": "Salvar os dados em CSV",

  "h.verdict": "Veredito em uma frase",
  "h.setup": "Configuração do experimento",
  "h.convergence": "Convergência",
  "h.weights": "Distribuições iniciais dos pesos",
  "h.forward": "Propagação do sinal (direta)",
  "h.backward": "Fluxo do gradiente (retropropagação)",
  "h.saturation": "Saturação e neurônios mortos",
  "h.symmetry": "Simetria",
  "h.updates": "Razão de atualização",
  "h.scale": "A escolha da escala",
  "h.rates": "Cada esquema na sua própria taxa de aprendizado",
  "h.performance": "Impacto no desempenho",
  "h.findings": "Diagnóstico e o que tentar",
  "h.formulas": "Por quê: as fórmulas",
  "h.mistakes": "Erros comuns",
  "h.glossary": "Glossário e referências",
  "h.reproducibility": "Reprodutibilidade",

  scheme: "esquema",
  activation: "ativação",
  setting: "configuração",
  "settings.more": "e mais {n} abaixo",
  "activation.value": "valor da ativação",
  layer: "camada",
  "layer.name": "nome",
  layers: "Camadas",
  step: "passo",
  seeds: "sementes",
  weight: "peso",
  density: "densidade",
  diverged: "divergiram",
  "diverged.of": "divergiram: {a} de {b}",
  trains: "treina",
  moment: "Quando",
  "moment.first": "na inicialização",
  "moment.last": "no último passo",
  "axis.layer": "camada (1 é a primeira)",
  "axis.step": "passo de treinamento",
  "axis.loss": "Eixo da perda",
  "axis.sigma": "σ, desvio padrão dos pesos",
  "axis.gain": "ganho por camada",
  "q.median": "mediana",
  "q.q1": "quartil inferior",
  "q.q3": "quartil superior",

  "m.seed": "semente",
  "m.steps": "passos",
  "m.activation": "ativação",
  "m.scheme": "esquema",
  "m.initial_loss": "perda inicial",
  "m.train_loss": "perda de treino",
  "m.test_loss": "perda de teste",
  "m.test_accuracy": "acurácia de teste",
  "m.final_train_loss": "perda final de treino",
  "m.final_test_loss": "perda final de teste",
  "m.final_test_accuracy": "acurácia final de teste",
  "m.forward_gain": "ganho direto por camada",
  "m.backward_gain": "ganho reverso por camada",
  "m.forward_drift": "deriva direta",
  "m.backward_drift": "deriva reversa",
  "m.seconds": "segundos",
  "m.forecast": "previsão",
  "m.outcome": "desfecho",
  "m.verdict": "veredito",
  "m.reason": "motivo",
  "m.diverged_at": "divergiu no passo",
  "m.z_std": "desvio padrão de z",
  "m.z_mean": "média de z",
  "m.a_std": "desvio padrão de a",
  "m.a_mean": "média de a",
  "m.delta_rms": "RMS de δ = ∂perda/∂z",
  "m.grad_rms": "RMS de ∂perda/∂w",
  "m.saturated": "fração saturada",
  "m.dead": "fração morta",
  "m.symmetry": "fração de cópias",
  "m.update_ratio": "atualização / peso",
  "m.weight_std": "desvio padrão de w",

  "spec.data": "Dados",
  "spec.model": "Rede",
  "spec.activations": "Ativações",
  "spec.schemes": "Esquemas",
  "spec.recipes": "Treino",
  "spec.batch": "Minilote",
  "spec.steps": "Passos",
  "spec.epochs": "Épocas",
  "spec.seeds": "Sementes por esquema",
  "spec.seed": "Primeira semente",
  "spec.bias": "Vieses",
  "spec.fixed": "Fixado pela rede",
  "spec.stream": "Números sorteados por",
  "spec.loss": "Perda",
  "spec.backend": "Aritmética",
  "setup.data":
    "{name}: {train} amostras de treino e {test} de teste, {inputs} entradas, {classes} classes",
  "setup.tested": "o último teste em {n} amostras, por ser uma execução tão curta",
  "setup.own_rate": "cada esquema na sua melhor de {n} taxas de aprendizado",
  "setup.bias": "zero, exceto onde o esquema é torch_default",
  "setup.playground":
    "Veja esta rede treinar, camada por camada, no playground: `alvor guide -o guide` o grava; abra `guide/playground.html` no navegador e ponha isto no fim do endereço. Ele mostra dois esquemas e uma configuração por vez.",
  "setup.intro":
    "Todos os esquemas treinam a mesma rede com as mesmas amostras na mesma ordem; só os primeiros pesos mudam. Cada esquema é testado com várias sementes (*seeds*), porque uma única execução prova pouco.",
  "setup.intro_stream":
    "Todos os esquemas treinam a mesma rede com as mesmas amostras, com os primeiros pesos e na ordem que o PyTorch sorteia a partir da semente (sequência `{stream}`): a ordem de cada esquema vem depois do que ele sorteou antes, de modo que os esquemas não têm a mesma. Cada esquema é testado com várias sementes (*seeds*), porque uma única execução prova pouco.",

  "verdict.trials.one": "{n} ensaio.",
  "verdict.trials.many": "{n} ensaios.",
  "verdict.confidence":
    "As medianas são sobre as sementes, e um ensaio que divergiu conta como o pior, não como ausente. O resultado vale para esta rede, estes dados, este otimizador e esta taxa; outra taxa pode mudar a ordem.",
  "card.loss": "melhor perda final mediana ({scheme}, {setting})",
  "card.accuracy": "sua acurácia de teste mediana",
  "card.failed": "ensaios que não aprenderam nada",
  "card.diverged": "ensaios que divergiram",
  "glance.caption": "Todos os esquemas de relance",
  "glance.forecast": "previsão:",
  "glance.same": "como previsto",
  "glance.missed": "(a previsão errou)",

  chance: "palpite uniforme, ln {k} = {loss}",
  "chance.accuracy": "palpite uniforme, 1/{k}",
  "convergence.intro":
    "Uma rede que nada sabe reparte a sua crença igualmente entre K classes e paga uma perda (*loss*) de ln K: a linha pontilhada. Uma curva que fica ali ainda não começou a aprender.",
  "convergence.best": "{best} termina mais baixo, em {loss}",
  "convergence.none": "nenhum esquema mantém uma perda finita",
  "convergence.lost": "; nunca aprenderam: {schemes}",
  "convergence.read":
    "as linhas são medianas sobre as sementes, as faixas contêm a metade central das sementes, ✕ marca onde a maioria das sementes divergiu; o que passa do eixo fica na borda superior. Mais baixo é melhor.",
  "accuracy.best": "{best} classifica {accuracy} das amostras de teste",
  "accuracy.read":
    "a fração das amostras de teste classificadas corretamente (acurácia, *accuracy*); a linha pontilhada é o palpite. Mais alto é melhor.",

  "weights.intro":
    "Um esquema é uma promessa sobre uma distribuição. Aqui os pesos que foram de fato sorteados são contados e postos ao lado da densidade que a fórmula promete para o *fan-in* e o *fan-out* desta camada.",
  "weights.agree":
    "Os pesos seguem a teoria: a maior diferença no desvio padrão é de {error} ({scheme}).",
  "weights.differ":
    "Um esquema se afasta da teoria: o desvio padrão de {scheme} difere em {error}.",
  "weights.untold": "Estes esquemas dão o mesmo valor a todos os pesos.",
  "weights.read":
    "as barras são os pesos sorteados de uma semente, com área 1; a linha é a densidade teórica, o contorno tracejado a mesma camada depois do treinamento. As escalas horizontais diferem.",
  "weights.point": "todos os pesos = {value}",
  "weights.activation": "ativação",
  "weights.scheme": "esquema",
  "weights.layer": "camada",
  "weights.law": "lei",
  "weights.mean": "média (teoria)",
  "weights.sd_theory": "σ (teoria)",
  "weights.sd_measured": "σ (medido)",
  "weights.lo": "limite inferior",
  "weights.hi": "limite superior",

  "forward.intro":
    "Na propagação direta (*forward pass*), cada camada multiplica o desvio padrão das suas pré-ativações z por um ganho. Um ganho de 0,5 em 12 camadas deixa 0,0002 do sinal; um ganho de 2 o multiplica por 4.096. Só um ganho próximo de 1 deixa a última camada enxergar os dados.",
  "forward.best": "o sinal de {scheme} é o que menos muda (ganho de {gain} por camada)",
  "forward.shrinks": "; {scheme} o perde (ganho de {gain})",
  "forward.grows": "; {scheme} o faz explodir (ganho de {gain})",
  "forward.read":
    "o desvio padrão de z sobre o lote, na inicialização, camada por camada. Uma linha nivelada é saudável; uma que cai perde o sinal, uma que sobe explode. O ganho conta também a primeira camada, dos dados ao seu z. Medianas sobre as sementes.",
  "ridges.collapse":
    "{setting}: em {n} de {of} camadas, {scheme} leva todas as entradas a quase as mesmas ativações.",
  "ridges.spread": "{setting}: nenhum esquema reduz as ativações de uma camada a um ponto.",
  "ridges.read":
    "uma curva por camada, a primeira embaixo; cada uma mostra como as ativações se distribuem (uma semente, cada curva na escala do seu próprio pico, em que uma torre como a dos zeros da ReLU é cortada). As escalas horizontais diferem.",
  "bin.activation": "ativação",
  "bin.scheme": "esquema",
  "bin.step": "passo",
  "bin.layer": "camada",
  "bin.lo": "de",
  "bin.hi": "até",
  "bin.count": "contagem",

  "expected.read":
    "Linhas finas e faixas: o que a teoria prevê só pelo esquema, para entradas de um tamanho típico, e onde ficariam 95 % das redes destas larguras.",
  "expected.worst":
    "Mais longe dela: {scheme} com {setting} na camada {layer}, {times} vezes o previsto.",
  "expected.mid": "previsto",
  "expected.lo": "95 % de",
  "expected.hi": "95 % até",

  "backward.intro":
    "O aprendizado viaja no outro sentido: na retropropagação (*backpropagation*), δ, a derivada da perda em relação a z, passa da última camada à primeira e é multiplicada por um ganho em cada uma. Quando se apaga, as primeiras camadas nada aprendem: é o desaparecimento do gradiente (*vanishing gradient*). Quando cresce demais, o primeiro passo destrói os pesos: é a explosão do gradiente (*exploding gradient*).",
  "backward.best": "o gradiente de {scheme} é o que menos muda (ganho de {gain} por camada)",
  "backward.shrinks": "; {scheme} o deixa desaparecer (ganho de {gain})",
  "backward.grows": "; {scheme} o faz explodir (ganho de {gain})",
  "backward.read":
    "o tamanho de δ na inicialização. Leia da direita para a esquerda: o gradiente entra pela última camada. Curvas niveladas, mas minúsculas por inteiro, estão tão travadas quanto as íngremes.",
  "backward.pool":
    "O degrau antes da última camada é a média sobre a imagem: ela reparte o gradiente entre todas as posições.",
  "heat.flat":
    "{setting}: os gradientes de {schemes} ainda estão abaixo de 10⁻⁸ no último passo.",
  "heat.awake":
    "{setting}: o treinamento desperta os gradientes de {schemes}; crescem ao menos dez vezes.",
  "heat.steady": "{setting}: os gradientes ficam a menos de um fator dez de onde começaram.",
  "heat.read":
    "cada célula é uma camada em um passo medido (os passos crescem em potências de dois); a cor é o tamanho de δ, numa só escala para todos os painéis.",
  "heat.zero": "exatamente zero",
  "heat.none": "sem número",

  "saturation.intro":
    "Uma unidade está *saturada* onde a sua ativação é plana, de modo que quase nenhum gradiente passa; está *morta* quando é plana para todas as amostras do lote. Com ReLU, metade dos valores é plana por construção; as unidades mortas (*dying ReLU*) é que se perdem.",
  "saturated.worst": "{scheme} é o que mais satura, até {share} em uma camada",
  "saturated.none": "quase nenhum valor está saturado",
  "saturated.read":
    "fração dos pares (amostra, unidade) em uma parte plana da ativação, por camada.",
  "dead.worst": "{scheme} tem mais unidades mortas, até {share} de uma camada",
  "dead.none": "quase nenhuma unidade está morta",
  "dead.read":
    "fração das unidades que são planas para todas as amostras do lote de medição, por camada.",
  "flat.read": "cada célula é uma camada em um passo medido; a cor é a fração, de 0 a 1.",

  "symmetry.intro":
    "Duas unidades com os mesmos pesos de entrada e de saída recebem o mesmo gradiente e permanecem iguais para sempre. Com pesos iguais, uma camada de cem unidades é uma só unidade. Pesos aleatórios quebram essa simetria (*symmetry breaking*); zeros e constantes, não.",
  "symmetry.none": "nenhum esquema cria cópias",
  "symmetry.broken": "cópias no início, separadas pelo treinamento: {schemes}",
  "symmetry.kept": "as unidades de {schemes} ainda são cópias no último passo",
  "symmetry.read":
    "média, sobre as camadas, da fração de unidades iguais a outra unidade da sua camada. 1: todas são cópias.",

  "updates.intro":
    "Quanto um passo move um peso, em relação ao seu tamanho? Uma razão atualização/peso (*update ratio*) próxima de um milésimo é uma regra prática comum para um treinamento saudável com SGD: muito abaixo dela nada se move, muito acima os pesos são jogados de um lado para outro.",
  "updates.near": "a menos de um fator dez da guia no fim: {schemes}",
  "updates.none": "nenhum esquema termina a menos de um fator dez da guia",
  "updates.still": "; os pesos de {schemes} quase não se movem",
  "updates.read":
    "o RMS da última atualização sobre o RMS dos pesos, mediana sobre as camadas. A linha tracejada é a guia em 10⁻³. Uma rede que já aprendeu a tarefa também desacelera.",

  "rates.intro":
    "Uma só taxa de aprendizado para todos favorece os esquemas aos quais ela por acaso serve. Aqui cada esquema treinou com {n} taxas, com sementes que a comparação não usa, e foi julgado pela perda em {v} amostras separadas dos dados de treino; a sua taxa é aquela em que essa perda foi menor. A escolha levou {trials} treinamentos, {share} de todo o tempo de treino.",
  "rates.best": "{scheme} tem a menor perda de validação, {loss}, com a taxa {rate}",
  "rates.wide": "{scheme} fica a menos do dobro da sua menor perda na maior faixa de taxas: a maior é {times} vezes a menor",
  "rates.none": "todas as taxas divergiram",
  "rates.read":
    "perda final de validação contra a taxa de aprendizado, mediana de duas sementes; o anel é a taxa escolhida, ✕ no alto uma taxa que divergiu. Um vale largo é um esquema que perdoa uma taxa errada; a linha pontilhada é o palpite.",
  "rates.edge": "escolhidas na ponta da grade: {schemes}; uma taxa além dela pode servir melhor",
  "rates.chosen": "escolhida",
  "axis.rate": "taxa de aprendizado",
  "m.validation_loss": "perda final de validação",

  "scale.intro":
    "Como escolher σ, ou o limite r de uma distribuição uniforme? Aqui a mesma rede parte de pesos normais de {n} tamanhos. A lei uniforme com o mesmo σ tem r = σ√3. As linhas verticais são os valores que LeCun, Xavier e He calculam para o tipo de camada mais frequente nesta rede.",
  "scale.best": "o melhor dos valores testados é σ = {sigma} (perda {loss}); {mark} indica {at}",
  "scale.cross":
    "o ganho direto é 1 perto de σ = {forward}, o ganho reverso perto de σ = {backward}",
  "scale.nocross": "nenhum dos ganhos passa por 1 neste intervalo",
  "scale.read":
    "os pontos são medianas da perda final sobre as sementes, as barras a metade central das sementes, ✕ onde a maioria das sementes divergiu; a linha pontilhada é o palpite.",
  "scale.gains.read":
    "o ganho médio por camada na inicialização. Onde ambos estão perto de 1, o sinal e o gradiente sobrevivem à profundidade.",
  "gain.forward_gain": "direto",
  "gain.backward_gain": "reverso",

  "performance.intro":
    "A mesma corrida em números: quem termina mais baixo, com que certeza, em quantos passos, e quantas vezes falha.",
  "ranking.read":
    "as marcas são medianas da perda final de treino, as barras a metade central das sementes, os traços finos sementes isoladas, ✕ uma mediana perdida por divergência; a linha pontilhada é o palpite.",
  "ranking.none": "nenhum esquema aprendeu",
  "ranking.alone": "só {best} aprendeu",
  "ranking.ahead": "{best} termina {ratio} vezes mais baixo que {second}",
  "ranking.close": "{best} e {second} estão empatados",
  "ranking.caption": "Classificação",
  "ranking.reference": "referência",
  "rank.rank": "nº",
  "rank.scheme": "esquema",
  "rank.loss": "perda final [quartis]",
  "rank.versus": "diferença para o melhor [intervalo de 95 %]",
  "rank.accuracy": "acurácia de teste [quartis]",
  "rank.steps": "passos até o alvo",
  "rank.failed": "falhas",
  "rank.verdict": "veredito",
  "rank.note":
    "Alvo: perda de treino de {target} (mediana sobre as sementes; um traço onde a maioria das sementes nunca chega). Falha: não treinou, nem lentamente. A diferença emparelha sementes iguais; o seu intervalo é um bootstrap percentil da mediana, e com poucas sementes é mais estreito do que o nome diz.",
  "target.loss": "Perda-alvo",
  "target.read":
    "cada marca é o passo em que uma semente chegou pela primeira vez a uma perda de treino de {loss} ({share} do palpite uniforme); ✕ conta as sementes que nunca chegaram.",
  "target.first": "{scheme} chega primeiro, em {steps} passos",
  "target.never": "; não na maioria das sementes: {schemes}",
  "target.none": "nenhum esquema chega a esta perda na maioria das sementes",

  "findings.intro":
    "Uma *previsão* é feita só com medidas da inicialização; um *desfecho* é lido nas curvas. Abaixo estão as medidas que levaram a cada diagnóstico e o número de sementes em que isso ocorreu.",
  "findings.why": "Por que importa:",
  "findings.try": "O que tentar:",
  "findings.seeds": "{a} de {b} sementes",
  "findings.none": "Nenhuma regra apontou um problema.",
  "findings.healthy": "Sem problemas apontados:",
  "severity.info": "nota",
  "severity.warning": "atenção",
  "severity.critical": "crítico",

  "formulas.intro":
    "Seja a camada l com z = W a + b, n_in entradas por unidade, pesos independentes de média zero, e f a função de ativação. As variâncias dos termos de z se somam:",
  "formulas.forward.text":
    "portanto o sinal mantém o seu tamanho quando n_in · Var(w) · E[f²] = 1. No outro sentido somam-se n_out termos:",
  "formulas.backward.text":
    "portanto o gradiente mantém o seu tamanho quando n_out · Var(w) · E[f′²] = 1. Ao longo de L camadas os ganhos se multiplicam:",
  "formulas.product.text":
    "e um pequeno erro por camada vira uma potência da profundidade. LeCun satisfaz a primeira condição para a identidade; Xavier é o compromisso entre as duas; He acrescenta o fator 2, porque a ReLU deixa passar metade do segundo momento: E[max(0, z)²] = ½ Var(z).",
  "formulas.bound": "Uniforme",
  "formulas.caption": "Cada esquema com os fans desta rede ({setting}); n_in → n_out",
  "formulas.formula": "fórmula",
  "formulas.gains": "Ganhos que conservam o tamanho de z e de δ, por quadratura sobre z ~ N(0, 1)",
  "formulas.forward": "ganho direto",
  "formulas.backward": "ganho reverso",

  "mistakes.intro":
    "As fórmulas de σ e do limite r se confundem facilmente: perde-se o fator √3 entre eles, ou usa-se σ² como se fosse σ. Estas inicializações foram treinadas ao lado das pretendidas.",
  "mistakes.title": "Os erros ao lado do que se pretendia.",
  "mistakes.result":
    "{scheme} sorteia pesos {off} vezes o tamanho pretendido: perda final de {loss}, onde {right} chega a {reference}.",
  "mistakes.read":
    "as marcas são medianas da perda final de treino, as barras a metade central das sementes; círculos são o que se pretendia, triângulos os erros, ✕ uma mediana perdida por divergência.",
  "mistakes.intended": "σ pretendido",
  "mistakes.ratio": "σ / pretendido",
  "mistake.he_sqrt2": "He uniforme escrito com o limite √(2/n_in) em vez de √(6/n_in).",
  "mistake.xavier_in":
    "U(±1/√n_in) tomado por Xavier uniforme, cujo limite é √(6/(n_in + n_out)); é o padrão do PyTorch.",
  "mistake.variance": "a variância 2/n_in usada como se fosse o desvio padrão.",
  "mistake.fans": "fan-out usado onde se pretendia fan-in (a disposição transposta).",
  "mistake.other": "uma escala diferente da de He.",
  "mistake.off": "O seu desvio padrão é {ratio} vezes o pretendido ({sigma} em vez de {right}).",

  references: "Referências",
  "reproducibility.intro":
    "O mesmo comando na mesma máquina e compilação dá os mesmos números, qualquer que seja o número de processos. Entre máquinas, a biblioteca de matrizes pode arredondar de outro modo; `--backend portable` dá os mesmos bits em toda parte.",
  "reproducibility.trials": "Ensaios",
  "reproducibility.command": "Comando",
  "reproducibility.page":
    "Página feita por alvor {version} só a partir de spec.json, env.json e run.db; `alvor report` a refaz. Gráficos: Observable Plot e D3 (licença ISC).",
  "meta.digest": "Resumo (hash) da especificação",
  "meta.engine": "Motor",

  "term.scheme": "esquema de inicialização (*initialization scheme*)",
  "means.scheme":
    "A regra que dá a cada peso o seu primeiro valor; também inicializador ou método de inicialização.",
  "term.fan": "*fan-in*, *fan-out*",
  "means.fan": "Entradas por unidade (n_in) e unidades que cada entrada alimenta (n_out).",
  "term.gain": "ganho (*gain*)",
  "means.gain": "O fator pelo qual uma camada multiplica o tamanho do sinal, ou do gradiente.",
  "term.drift": "deriva (*drift*)",
  "means.drift":
    "O produto dos ganhos por toda a profundidade: o que chega, sobre o que foi enviado.",
  "term.vanishing": "desaparecimento do gradiente (*vanishing gradient*)",
  "means.vanishing":
    "O gradiente encolhe de camada em camada até que as primeiras nada aprendam; também dissipação do gradiente.",
  "term.exploding": "explosão do gradiente (*exploding gradient*)",
  "means.exploding": "O gradiente cresce de camada em camada até que um passo destrua os pesos.",
  "term.symmetry": "quebra de simetria (*symmetry breaking*)",
  "means.symmetry":
    "Primeiros pesos diferentes para unidades diferentes, para que possam aprender coisas diferentes.",
  "term.saturation": "unidade saturada (*saturated unit*)",
  "means.saturation":
    "Uma unidade cuja entrada cai onde a ativação é plana: quase nenhum gradiente passa.",
  "term.dead": "neurônio morto (*dead neuron*)",
  "means.dead":
    "Uma unidade plana para todas as amostras: com ReLU, a sua saída é zero e ela não se recupera.",
  "term.preactivation": "pré-ativação (*pre-activation*), z",
  "means.preactivation":
    "A soma ponderada das entradas de uma unidade mais o viés, antes da função de ativação.",
  "term.activation": "função de ativação (*activation function*)",
  "means.activation": "A função não linear que transforma z na saída a da unidade.",
  "term.bias": "viés (*bias*)",
  "means.bias": "A constante que uma unidade acrescenta à sua soma ponderada.",
  "term.forward": "propagação direta (*forward pass*)",
  "means.forward": "O cálculo das camadas em ordem, dos dados até a perda.",
  "term.backpropagation": "retropropagação (*backpropagation*)",
  "means.backpropagation":
    "O cálculo das derivadas da perda camada por camada, da última à primeira.",
  "term.loss": "perda (*loss*)",
  "means.loss": "O número que o treinamento torna pequeno; aqui, em geral, a entropia cruzada.",
  "term.guess": "palpite uniforme (*random guess*, ln K)",
  "means.guess": "A entropia cruzada de dar a cada uma de K classes a probabilidade 1/K.",
  "term.accuracy": "acurácia (*accuracy*)",
  "means.accuracy": "A fração das amostras cuja classe mais provável é a correta.",
  "term.rate": "taxa de aprendizado (*learning rate*)",
  "means.rate": "O fator do gradiente à mudança de um peso em um passo.",
  "term.batch": "minilote, passo, época (*mini-batch, step, epoch*)",
  "means.batch":
    "As amostras de uma atualização; a atualização; uma passagem por todas as amostras.",
  "term.update": "razão atualização/peso (*update ratio*)",
  "means.update": "O tamanho da última mudança de um peso, em relação ao peso.",
  "term.median": "mediana, quartis (*median, quartiles*)",
  "means.median": "O valor central sobre as sementes; metade das sementes fica entre os quartis.",
  "term.interval": "intervalo de confiança (*confidence interval*)",
  "means.interval":
    "Uma faixa que conteria o valor verdadeiro em 95 % das repetições do experimento.",
  "term.seed": "semente (*seed*)",
  "means.seed": "O número do qual decorrem todos os valores aleatórios de um ensaio.",
  "term.trial": "ensaio (*trial*)",
  "means.trial": "Um treinamento: um esquema, uma ativação, uma semente.",
  "term.divergence": "divergência (*divergence*)",
  "means.divergence": "A perda cresce até deixar de ser um número.",
  "term.truncated": "normal truncada (*truncated normal*)",
  "means.truncated":
    "Uma distribuição normal sem as caudas: valores fora dos limites são sorteados de novo.",

  // Published results, run again (src/reproduce).
  "skip.reproduced": "Ir para o resumo",
  "h.overview": "Resultados publicados, rodados de novo",
  "repro.held": "{a} de {b} afirmações valem.",
  "repro.how":
    "Os critérios foram fixados antes de medir. Na régua de cada afirmação, a faixa é o critério, o anel o número do artigo, o ponto o que se mediu aqui.",
  "repro.claim": "afirmação",
  "repro.paper": "artigo",
  "repro.criterion": "critério",
  "repro.atleast": "{lo} ou mais",
  "repro.between": "{lo} a {hi}",
  "repro.measured": "medido",
  "repro.holds": "vale",
  "repro.fails": "não vale",
  "repro.seconds": "{n} s",
  "repro.panel": "painel",
  "repro.series": "série",
  "repro.shade": "tom",
};
