// 1. What was run, and the command that runs it again.
import { h } from "../dom.js";
import { num, pick, t } from "../i18n.js";
import { prose, schemeName, section } from "../parts.js";
import { playgroundHash } from "../playground.js";
import { run } from "../run.js";
import { state } from "../state.js";

// "adam, lr 0.001, cosine": what every recipe has and what this one does not leave out.
const recipe = (one) =>
  [
    one.optimizer,
    one.own_rate_of ? t("setup.own_rate", { n: one.own_rate_of.length }) : `lr ${num(one.lr, 6)}`,
    /^(momentum|nesterov)/.test(one.optimizer) && `momentum ${num(one.momentum, 6)}`,
    one.weight_decay && `weight decay ${num(one.weight_decay, 6)}`,
    one.schedule !== "constant" && one.schedule,
    one.regularizer !== "none" && one.regularizer,
  ]
    .filter(Boolean)
    .join(", ");

// Values that read better as a sentence than as JSON.
const told = {
  data: (data) => {
    if (typeof data !== "object") return data;
    const values = Object.entries(data).map(([k, v]) => [k, typeof v === "number" ? num(v) : v]);
    const all = t("setup.data", Object.fromEntries(values));
    return data.tested ? `${all}; ${t("setup.tested", { n: num(data.tested) })}` : all;
  },
  recipes: (list) => (Array.isArray(list) ? list.map(recipe).join("; ") : text(list)),
  fixed: (list) =>
    Array.isArray(list) ? list.map((one) => `${one.parameter} ${one.scheme}`).join(", ") : text(list),
  bias: (value) => value ?? t("setup.bias"),
};

const text = (value) => {
  if (value === null || value === undefined) return "–";
  if (typeof value === "number") return num(value, 6);
  if (Array.isArray(value))
    return value
      .map((one) => (typeof one === "object" && one ? JSON.stringify(one) : text(one)))
      .join(", ");
  return typeof value === "object" ? JSON.stringify(value) : String(value);
};

// Keys of the spec that people ask for first; the rest is in the reproducibility section.
const FIRST = [
  "data",
  "model",
  "activations",
  "schemes",
  "recipes",
  "batch",
  "steps",
  "epochs",
  "seeds",
  "seed",
  "bias",
  "fixed",
  "stream",
  "loss",
  "backend",
];

const label = (key) => (t.has(`spec.${key}`) ? t(`spec.${key}`) : key);

export const commandOf = () => {
  const { command, argv } = run.env;
  if (Array.isArray(argv)) return argv.join(" ");
  return typeof command === "string" ? command : Array.isArray(command) ? command.join(" ") : null;
};

async function copy(event, value) {
  const button = event.currentTarget;
  try {
    await navigator.clipboard.writeText(value);
  } catch {
    const area = h("textarea", { class: "offscreen", readonly: true }, value);
    document.body.append(area);
    area.select();
    document.execCommand("copy");
    area.remove();
  }
  button.textContent = t("copied");
  setTimeout(() => (button.textContent = t("copy")), 1500);
}

const copyable = (value) =>
  h(
    "div",
    { class: "command" },
    h("pre", {}, h("code", {}, value)),
    h("button", { type: "button", class: "no-print copy", onclick: (event) => copy(event, value) }, t("copy")),
  );

// A report cannot know where its reader keeps the guide, so it says how to write it and what to
// put at the end of the playground's address.
function playground() {
  const hash = playgroundHash(run.spec, state.lang);
  return hash && h("div", { class: "playground no-print" }, prose("setup.playground"), copyable(hash));
}

export function setup() {
  const command = commandOf();
  const rows = FIRST.filter((key) => key in run.spec);
  return section(
    "setup",
    prose(run.spec.stream ? "setup.intro_stream" : "setup.intro", { stream: run.spec.stream }),
    command && copyable(command),
    h(
      "dl",
      { class: "facts" },
      rows.map((key) => [
        h("dt", {}, label(key)),
        h("dd", {}, told[key] ? told[key](run.spec[key]) : text(run.spec[key])),
      ]),
    ),
    h(
      "ul",
      { class: "schemes" },
      run.schemes.map((scheme) =>
        h("li", {}, schemeName(scheme), " ", pick(run.schemes_info[scheme]?.summary)),
      ),
    ),
    playground(),
  );
}
