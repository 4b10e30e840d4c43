// The first page: what the guide is, and its chapters.
import { escape } from "./text.mjs";
import { word } from "./say.mjs";

const LEAD = {
  en: "A neural network learns from where it starts. This guide shows, with experiments that run in seconds, what the first weights do to the signal, to the gradient and to training, and how to choose them. It needs one semester of machine learning and nothing else.",
  pt: "Uma rede neural aprende a partir de onde começa. Este guia mostra, com experimentos que levam segundos, o que os primeiros pesos fazem com o sinal, com o gradiente e com o treinamento, e como escolhê-los. Basta ter cursado um semestre de aprendizado de máquina.",
};
const HOW = {
  en: "Numbers that are underlined with dots were measured by the lab when this page was built: rest the pointer on one to see the command. Each figure has its command beneath it. Run it, change it, and see whether you would have guessed.",
  pt: "Os números sublinhados com pontos foram medidos pelo laboratório quando esta página foi construída: pare o ponteiro sobre um deles para ver o comando. Cada figura traz o seu comando logo abaixo. Execute, mude alguma coisa e veja se você teria adivinhado.",
};

const SAME = {
  en: ["The commands that train say ", ": arithmetic that gives the same bits on every processor, so that your numbers will be these. Without it alvor multiplies with oneDNN, as a rule faster, which rounds as each processor does best: losses then differ in their last digits, and a run that is on the brink may end otherwise."],
  pt: ["Os comandos que treinam trazem ", ": uma aritmética que dá os mesmos bits em qualquer processador, para que os seus números sejam estes. Sem essa opção, o alvor multiplica com o oneDNN, em geral mais rápido, que arredonda como convém a cada processador: as perdas passam a diferir nos últimos dígitos, e uma execução no limite pode terminar de outro jeito."],
};

export function home(lang, pages) {
  const card = ({ slug, number, title, about }) =>
    `<li><a href="${slug}.html"><span class="n">${number ?? ""}</span><b>${title}</b>${about ? `<span class="about">${escape(about)}</span>` : ""}</a></li>`;
  const chapters = pages.filter((page) => page.number);
  const more = pages.filter((page) => !page.number && page.top !== false);
  const html =
    `<p>${LEAD[lang]}</p><p>${HOW[lang]}</p><p>${SAME[lang].join("<code>--backend portable</code>")}</p>` +
    `<h2>${word("chapters", lang)}</h2><ol class="cards">${chapters.map(card).join("")}</ol>` +
    `<h2>${word("more", lang)}</h2><ul class="cards">${more.map(card).join("")}</ul>`;
  return { slug: "index", title: word("title", lang), html };
}
