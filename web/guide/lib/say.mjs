// Numbers and fixed words in the page's language: "en" or "pt".
export const LANGS = ["en", "pt"];
const LOCALE = { en: "en-US", pt: "pt-BR" };
const SUPER = "⁻⁰¹²³⁴⁵⁶⁷⁸⁹";
const raised = (n) => String(n).replace(/[-\d]/g, (c) => SUPER["-0123456789".indexOf(c)]);

export const power = (exponent) => `10${raised(exponent)}`;

// 0.0123, 1,234, 4 × 10⁻⁶; in Portuguese 0,0123, 1.234. padded: 1.10, as what is measured.
export function num(x, lang, digits = 3, padded = false) {
  if (x === Infinity) return "∞";
  if (typeof x !== "number" || Number.isNaN(x)) throw new Error(`no number: ${x}`);
  const size = Math.abs(x);
  if (x !== 0 && (size < 1e-3 || size >= 1e6)) {
    const [mantissa, exponent] = x.toExponential(Math.max(0, digits - 2)).split("e");
    const factor = Number(mantissa).toLocaleString(LOCALE[lang]);
    return `${factor} × ${power(Number(exponent))}`.replace("-", "−");
  }
  const options = Number.isInteger(x)
    ? {}
    : { maximumSignificantDigits: digits, minimumSignificantDigits: padded ? digits : 1 };
  return x.toLocaleString(LOCALE[lang], options).replace("-", "−");
}

export const percent = (x, lang, digits = 3) =>
  `${num(Number((100 * x).toPrecision(digits)), lang, digits)}${lang === "pt" ? " %" : "%"}`;

export const list = (items, lang) =>
  new Intl.ListFormat(LOCALE[lang], { type: "conjunction" }).format(items);

const WORDS = {
  title: ["First weights: the guide", "Os primeiros pesos: o guia"],
  tagline: [
    "how a neural network begins, and what that does to its training",
    "como uma rede neural começa, e o que isso faz com o seu treinamento",
  ],
  chapters: ["Chapters", "Capítulos"],
  more: ["And also", "E também"],
  contents: ["Contents", "Sumário"],
  skip: ["Skip to the text", "Ir para o texto"],
  theme: ["Light or dark", "Claro ou escuro"],
  other: ["Português", "English"],
  next: ["Next", "A seguir"],
  previous: ["Before", "Antes"],
  what: ["What it is", "O que é"],
  see: ["What you see", "O que se vê"],
  read: ["How to read it", "Como ler"],
  command: ["To make it again", "Para refazer"],
  table: ["Table", "Tabela"],
  copy: ["Copy", "Copiar"],
  copied: ["Copied", "Copiado"],
  remember: ["What to remember", "O que guardar"],
  mistake: ["A common mistake, measured", "Um erro comum, medido"],
  questions: ["Questions", "Perguntas"],
  answer: ["Answer", "Resposta"],
  play: ["Try it in the playground", "Experimente no playground"],
  playground: ["Playground", "Playground"],
  reference: ["Reference of initializers", "Referência dos inicializadores"],
  lessons: ["Eight short lessons", "Oito lições curtas"],
  glossary: ["Glossary", "Glossário"],
  references: ["References", "Referências"],
  scheme: ["scheme", "esquema"],
  setting: ["setting", "configuração"],
  initial: ["first loss", "perda inicial"],
  forward: ["gain forward", "ganho direto"],
  backward: ["gain backward", "ganho retr."],
  final: ["final loss", "perda final"],
  accuracy: ["test accuracy", "acurácia de teste"],
  outcome: ["what happened", "o que houve"],
  layer: ["layer", "camada"],
  depth: ["hidden layers", "camadas ocultas"],
  step: ["training step", "passo de treinamento"],
  loss: ["training loss", "perda de treino"],
  none: ["none", "nenhum"],
  test: ["test loss", "perda de teste"],
  aside: ["loss on data set aside", "perda em dados separados"],
  chance: ["guessing", "palpite"],
  diverged: ["diverged", "divergiu"],
  weight: ["weight", "peso"],
  density: ["density", "densidade"],
  z: ["deviation of the pre-activations", "desvio das pré-ativações"],
  gradient: ["rms of the error signal", "rms do sinal de erro"],
  copies: ["share of units that are copies", "fração de neurônios que são cópias"],
  grad: ["rms of the weights' gradients", "rms dos gradientes dos pesos"],
  std: ["standard deviation of the weights", "desvio padrão dos pesos"],
  rate: ["learning rate", "taxa de aprendizado"],
  updates: ["update / weight", "atualização / peso"],
  made: [
    "Every number and figure on this page was measured when the page was built, by the command beside it.",
    "Todo número e toda figura desta página foram medidos quando a página foi construída, pelo comando ao lado.",
  ],
};

export function word(key, lang) {
  if (!WORDS[key]) throw new Error(`no word ${key}`);
  return WORDS[key][LANGS.indexOf(lang)];
}
