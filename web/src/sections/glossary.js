// 14. Glossary and references.
import { h, rich } from "../dom.js";
import { t, tables } from "../i18n.js";
import { section } from "../parts.js";
import { run } from "../run.js";
import { state } from "../state.js";

const terms = () =>
  Object.keys(tables.en)
    .filter((key) => key.startsWith("term."))
    .map((key) => key.slice(5))
    .sort((a, b) => t(`term.${a}`).localeCompare(t(`term.${b}`), state.lang));

// The papers that the page leans on; those of the compared schemes come from the registry.
const PAPERS = [
  "LeCun, Bottou, Orr, Müller: Efficient BackProp. In: Neural Networks: Tricks of the Trade, 1998.",
  "Glorot, Bengio: Understanding the difficulty of training deep feedforward neural networks. AISTATS, 2010.",
  "He, Zhang, Ren, Sun: Delving deep into rectifiers: surpassing human-level performance on ImageNet classification. ICCV, 2015.",
  "Hochreiter: Untersuchungen zu dynamischen neuronalen Netzen. Diploma thesis, TU München, 1991.",
  "Schoenholz, Gilmer, Ganguli, Sohl-Dickstein: Deep information propagation. ICLR, 2017.",
];

function papers() {
  const known = PAPERS.map((paper) => paper.split(":")[0].split(",")[0]);
  const cited = Object.values(run.schemes_info)
    .map((one) => one.citation)
    .filter((text) => text && !known.some((author) => text.includes(author)));
  return [...PAPERS, ...new Set(cited)].sort((a, b) => a.localeCompare(b));
}

export function glossary() {
  return section(
    "glossary",
    h(
      "dl",
      { class: "glossary" },
      terms().map((key) => [
        h("dt", {}, rich(t(`term.${key}`))),
        h("dd", {}, rich(t(`means.${key}`))),
      ]),
    ),
    h("h3", {}, t("references")),
    h(
      "ul",
      { class: "references" },
      papers().map((paper) => h("li", {}, paper)),
    ),
  );
}
