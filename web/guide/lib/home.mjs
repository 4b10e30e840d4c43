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

export function home(lang, pages) {
  const card = ({ slug, number, title, about }) =>
    `<li><a href="${slug}.html"><span class="n">${number ?? ""}</span><b>${title}</b>${about ? `<span class="about">${escape(about)}</span>` : ""}</a></li>`;
  const chapters = pages.filter((page) => page.number);
  const more = pages.filter((page) => !page.number && page.top !== false);
  const html =
    `<p>${LEAD[lang]}</p><p>${HOW[lang]}</p>` +
    `<h2>${word("chapters", lang)}</h2><ol class="cards">${chapters.map(card).join("")}</ol>` +
    `<h2>${word("more", lang)}</h2><ul class="cards">${more.map(card).join("")}</ul>`;
  return { slug: "index", title: word("title", lang), html };
}
