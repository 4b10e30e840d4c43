// The page: a header, a list of contents, the sections in order. Every change draws it anew.
import { makeFrame } from "../common/frame.js";
import { h } from "./dom.js";
import { drawAll, forget } from "./figure.js";
import { t } from "./i18n.js";
import { reproductions } from "./reproduce/page.js";
import { run } from "./run.js";
import { backward } from "./sections/backward.js";
import { convergence } from "./sections/convergence.js";
import { findings } from "./sections/findings.js";
import { formulas } from "./sections/formulas.js";
import { forward } from "./sections/forward.js";
import { glossary } from "./sections/glossary.js";
import { mistakes } from "./sections/mistakes.js";
import { performance } from "./sections/performance.js";
import { rates } from "./sections/rates.js";
import { reproducibility } from "./sections/reproducibility.js";
import { saturation } from "./sections/saturation.js";
import { scale } from "./sections/scale.js";
import { setup } from "./sections/setup.js";
import { symmetry } from "./sections/symmetry.js";
import { updates } from "./sections/updates.js";
import { verdict } from "./sections/verdict.js";
import { weights } from "./sections/weights.js";
import { onChange, set, state } from "./state.js";

const SECTIONS = [
  verdict,
  setup,
  convergence,
  weights,
  forward,
  backward,
  saturation,
  symmetry,
  updates,
  scale,
  rates,
  performance,
  findings,
  formulas,
  mistakes,
  glossary,
  reproducibility,
];

// What the page is about: its name, the word for it, and its sections.
const reproduced = run.schema === "alvor.reproduce/1";
const sectionsOf = () =>
  reproduced ? reproductions() : SECTIONS.map((make) => make()).filter(Boolean);

const { dress, switches } = makeFrame({ state, set, t });

const dataName = () =>
  (typeof run.spec.data === "object" ? run.spec.data?.name : run.spec.data) ?? "";
const titleOf = () =>
  reproduced ? `alvor · ${t("h.overview")}` : `alvor · ${dataName()} · ${t("report")}`;

const header = () =>
  h(
    "header",
    {},
    h(
      "div",
      { class: "brand" },
      h("span", { class: "logo", "aria-hidden": "true" }),
      h("h1", {}, "alvor"),
      h("p", {}, t("tagline")),
    ),
    h("div", { class: "tools no-print" }, switches()),
  );

const nameOf = (section) => section.dataset.contents ?? t(`h.${section.id}`);

const links = (sections, onclick) =>
  h(
    "ol",
    {},
    sections.map((one) => h("li", {}, h("a", { href: `#${one.id}`, onclick }, nameOf(one)))),
  );

// Beside the text where there is room; folded above it on a phone, where it closes when followed.
function contents(sections) {
  const label = { "aria-label": t("contents") };
  const folded = h("details", {}, h("summary", {}, t("contents")));
  folded.append(links(sections, () => (folded.open = false)));
  return [
    h("nav", { class: "contents no-print", ...label }, links(sections)),
    h("nav", { class: "contents phone no-print", ...label }, folded),
  ];
}

// The same control keeps the keyboard's focus when the page is drawn anew.
function focusPath(root) {
  const all = [...root.querySelectorAll("button, summary, a")];
  return all.indexOf(document.activeElement);
}

function render() {
  const root = document.getElementById("app");
  const focused = focusPath(root),
    top = scrollY;
  const open = new Set(
    [...root.querySelectorAll("figure details[open]")].map((one) => one.closest("figure").id),
  );
  forget();
  dress();
  document.title = titleOf();
  const sections = sectionsOf();
  root.replaceChildren(
    h("a", { class: "skip", href: `#${sections[0].id}` }, t(reproduced ? "skip.reproduced" : "skip")),
    header(),
    h("div", { class: "layout" }, contents(sections), h("main", {}, sections)),
  );
  for (const id of open) root.querySelector(`#${id} details`)?.setAttribute("open", "");
  drawAll();
  scrollTo(0, top);
  root.querySelectorAll("button, summary, a")[focused]?.focus({ preventScroll: true });
}

onChange(render);
render();
if (location.hash) document.getElementById(location.hash.slice(1))?.scrollIntoView();
