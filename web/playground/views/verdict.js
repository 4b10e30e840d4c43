// One card for each run: what was forecast before training, what happened so far, how alike its
// units are.
import { h } from "../../src/dom.js";
import { num, percent, pick, t } from "../i18n.js";

const TONES = { trained: "good", slow: "fair", stuck: "bad", diverged: "bad" };

// Share of copies over the hidden layers, and of those that descent can never separate.
function symmetryOf(run) {
  const hidden = run.now.symmetry.slice(0, -1);
  const share = hidden.length ? hidden.reduce((sum, v) => sum + (v || 0), 0) / hidden.length : 0;
  return { share, locked: run.now.locked.some((v) => v > 0.5) };
}

function meter(run) {
  const bar = h("span", { class: "fill" });
  const value = h("span", { class: "value" });
  const label = t("symmetry");
  const node = h(
    "div",
    { class: "meter", "data-part": "symmetry", title: t("symmetry.hint") },
    h("span", { class: "name" }, label),
    h(
      "span",
      {
        class: "track",
        role: "meter",
        "aria-label": `${label}, ${run.label}`,
        "aria-valuemin": 0,
        "aria-valuemax": 100,
      },
      bar,
    ),
    value,
  );
  return {
    node,
    update() {
      const { share, locked } = symmetryOf(run);
      bar.style.width = `${100 * share}%`;
      node.classList.toggle("alarm", locked);
      node.querySelector("[role=meter]").setAttribute("aria-valuenow", Math.round(100 * share));
      say(value, percent(share, 2) + (locked ? ` ${t("symmetry.locked")}` : ""));
    },
  };
}

// A text that stays as it is costs nothing.
const say = (node, text) => node.textContent !== text && (node.textContent = text);

const figure = (label) => {
  const value = h("b", {}, "–");
  return { value, node: h("div", { class: "figure" }, value, h("span", {}, label)) };
};

export function makeVerdict(run) {
  const chip = h("span", { class: "chip" });
  const so = h("p", { class: "so-far" });
  const why = h("p", { class: "why" });
  const more = h("details", { class: "more" }, h("summary", {}, t("why")), why);
  const [loss, accuracy, forward, backward] = [
    "card.loss",
    "card.accuracy",
    "card.forward",
    "card.backward",
  ].map((key) => figure(t(key)));
  const symmetry = meter(run);
  const forecast = h("p", { class: "forecast" });
  const node = h(
    "article",
    { class: `card run-${run.index}`, "aria-label": run.label },
    h(
      "header",
      {},
      h("h2", {}, h("span", { class: "swatch", "aria-hidden": "true" }), run.label),
      chip,
    ),
    h("div", { class: "figures" }, loss.node, accuracy.node, forward.node, backward.node),
    symmetry.node,
    h("div", { "data-part": "verdict" }, forecast, so, more),
  );
  forward.value.textContent = `× ${num(run.facts.forward_gain, 3)}`;
  backward.value.textContent = `× ${num(run.facts.backward_gain, 3)}`;
  const { forecast: told } = run.facts;
  const finding = told.findings.find((one) => one.severity === "critical") ?? told.findings[0];
  forecast.replaceChildren(
    h("b", {}, `${t("forecast")} `),
    [pick(told.text), finding && pick(finding.text), run.facts.reason].filter(Boolean).join(" "),
  );
  return {
    node,
    update(fresh) {
      say(loss.value, num(run.recent ?? run.facts.initial_loss, 3, true));
      if (run.accuracy !== null) say(accuracy.value, percent(run.accuracy, 3));
      symmetry.update();
      if (fresh.verdict) tell(run, chip, so, why, more);
    },
  };
}

// The outcome of a handful of steps says nothing yet: until then the forecast speaks.
export const EARLY = 100;

function tell(run, chip, so, why, more) {
  const { outcome, verdict } = run.verdict;
  const early = run.step < EARLY && outcome !== "diverged" && outcome !== "trained";
  const tone = early ? (run.facts.forecast.trains ? "good" : "bad") : TONES[outcome];
  const flawed = tone === "good" && !early && verdict !== "healthy";
  chip.className = `chip ${flawed ? "fair" : tone}`;
  chip.textContent = early
    ? t(run.facts.forecast.trains ? "will.train" : "will.not")
    : inWords(run);
  so.replaceChildren();
  more.hidden = early || verdict === "healthy";
  if (early) return;
  so.append(h("b", {}, `${t("so.far")} `), soFar(run));
  why.textContent = `${pick(run.verdict.why)} ${pick(run.verdict.advice)}`;
}

function soFar(run) {
  const word = inWords(run);
  const lost = run.losses[0].findIndex((loss) => !Number.isFinite(loss));
  if (lost >= 0) return t("so.far.lost", { word, step: num(lost + 1) });
  const [loss, chance] = [num(run.recent, 3, true), num(run.facts.chance, 3, true)];
  return t("so.far.text", { word, loss, chance, step: num(run.step) });
}

// The outcome, and the verdict where it names a cause: "stuck: vanishing".
function inWords({ verdict: { outcome, verdict, outcome_word: end, word } }) {
  const names = verdict !== "healthy" && verdict !== outcome;
  return names ? `${pick(end)}: ${pick(word)}` : pick(end);
}

// What a screen reader hears when it changes.
export const spoken = (run) => `${run.label}: ${inWords(run)}`;
