// The reference of initializers, from the registry through `alvor list` and `alvor explain`, and
// the references, from docs/papers.bib and the guide's own papers.bib.
import { word } from "./say.mjs";
import { anchor, escape } from "./text.mjs";

const HEADS = {
  density: ["density", "densidade"],
  arguments: ["arguments", "argumentos"],
  source: ["source", "fonte"],
  intro: [
    "Every initializer that alvor knows, as its own registry describes it: the same text as alvor explain NAME. Formulas are in plain letters, as the command takes them.",
    "Todos os inicializadores que o alvor conhece, como o seu próprio registro os descreve: o mesmo texto de alvor explain NOME. As fórmulas estão em letras simples, como o comando as recebe.",
  ],
  about: ["Every initializer: formula, when to use it, its dangers, the line in PyTorch, Keras and JAX.",
    "Todos os inicializadores: fórmula, quando usar, os perigos, a linha em PyTorch, Keras e JAX."],
  papers: ["The papers behind the guide. Those with a command are run again by alvor, claim by claim.",
    "Os artigos por trás do guia. Os que trazem um comando são refeitos pelo alvor, afirmação por afirmação."],
  aboutPapers: ["The papers behind the guide.", "Os artigos por trás do guia."],
};
const say = (key, lang) => HEADS[key][lang === "pt" ? 1 : 0];

function entry(item, lang) {
  const pair = (name, html) => (html ? `<dt>${name}</dt><dd>${html}</dd>` : "");
  const code = (text) => (text ? `<code>${escape(text)}</code>` : "");
  const args = item.arguments
    .map((a) => `<code>${escape(a.name)}=${escape(a.default)}</code> ${escape(a.help[lang])}`)
    .join("<br>");
  return (
    `<section class="entry" id="${anchor(item.name)}"><h3>${escape(item.name)}</h3><p><b>${escape(item.summary[lang])}</b></p>` +
    `<p>${code(item.formula)}</p><p>${escape(item.when[lang])}</p><p>${escape(item.dangers[lang])}</p><dl>` +
    pair(say("density", lang), code(item.density)) + pair(say("arguments", lang), args) +
    pair("PyTorch", code(item.pytorch)) + pair("Keras", code(item.keras)) + pair("JAX", code(item.jax)) +
    pair(say("source", lang), escape(item.citation)) + "</dl></section>"
  );
}

export function referencePage(lang, lab) {
  const { initializers } = lab.ask("list");
  const items = initializers.map(({ name }) => lab.ask(`explain ${name}`));
  const index = items.map(({ name }) => `<li><a href="#${anchor(name)}">${escape(name)}</a></li>`).join("");
  return {
    slug: "reference",
    title: word("reference", lang),
    about: say("about", lang),
    html: `<p>${escape(say("intro", lang)).replace(/alvor explain \w+/, "<code>$&</code>")}</p><ul class="index">${index}</ul>${items.map((item) => entry(item, lang)).join("")}`,
  };
}

// The entries @kind{key, field = {text}, ...} of a bibliography.
const entries = (bib) => [...bib.matchAll(/@\w+\{(\w+),\n([\s\S]*?)\n\}/g)];

function paper([, key, body], reproduced) {
  const field = (name) => body.match(new RegExp(`\\b${name} = \\{([^\\n]*)\\}`))?.[1];
  const text = field("note") ?? `${field("author").replace(/ and /g, ", ")} (${field("year")}). ${field("title")}.`;
  const eprint = field("eprint");
  const command = reproduced ? ` <code>alvor reproduce ${key}</code>` : "";
  return { text, html: `<li id="${key}">${escape(text)}${eprint ? ` arXiv:${eprint}.` : ""}${command}</li>` };
}

// `again` are the papers that alvor runs again (tools/reproductions.py writes the list), `more` others.
export function referencesPage(lang, again, more) {
  const papers = [...entries(again).map((one) => paper(one, true)), ...entries(more).map((one) => paper(one, false))]
    .sort((a, b) => a.text.localeCompare(b.text, "en"))
    .map((one) => one.html);
  return {
    slug: "references",
    title: word("references", lang),
    about: say("aboutPapers", lang),
    html: `<p>${say("papers", lang)}</p><ul class="references">${papers.join("")}</ul>`,
  };
}
