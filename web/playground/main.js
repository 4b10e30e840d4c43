// The page: settings to the worker, frames from it to the views.
import { makeFrame } from "../common/frame.js";
import { h } from "../src/dom.js";
import { drawControls } from "./controls.js";
import { num, pick, t } from "./i18n.js";
import { lessonNames, lessonOf } from "./lessons.js";
import { makeRun, takeFrame } from "./runs.js";
import {
  commandOf,
  decides,
  hashOf,
  optionsOf,
  readHash,
  schemes,
  seedCount,
  state,
} from "./state.js";
import { makeStage } from "./stage.js";
import { makeWorker } from "./thread.js";
import { spoken } from "./views/verdict.js";

let catalogue;
let runs = [];
let stage = null;
let group = 0; // serial number of the runs that are shown
let playing = false;
let refused = null;

const root = document.getElementById("app");
const worker = makeWorker();

// Schemes as the engine wrote them: only it knows the gain of every activation.
const engineTexts = new Map();
const textKey = (scheme) => `${scheme} ${state.act}`;
const written = (scheme) =>
  /\bgain=auto\b/.test(scheme) ? (engineTexts.get(textKey(scheme)) ?? "…") : scheme;

const source = () => catalogue?.sources.find((one) => one.name === state.data);
const step = () => runs[0]?.step ?? 0;

// ---- settings ----

function set(changes) {
  Object.assign(state, changes);
  history.replaceState(null, "", hashOf());
  if (Object.keys(changes).some(decides)) restart();
  else render();
}

function restart() {
  const keep = playing;
  play(false);
  group++;
  refused = null;
  worker.post({
    type: "start",
    id: group,
    runs: schemes().map((one) => optionsOf(one, source())),
    seeds: seedCount(),
  });
  if (keep) wantsPlay = true;
  drawControls(root.querySelector(".controls-box"), catalogue, set);
  hideParts();
  updateBar();
}

let wantsPlay = false; // as soon as the new runs have begun

function play(on) {
  playing = on && runs.length > 0;
  worker.post({ type: "play", on: playing });
  updateBar();
}

// ---- from the worker ----

worker.on("catalogue", (message) => {
  catalogue = message.catalogue;
  render();
  restart();
});
worker.on("started", (message) => {
  if (message.id !== group) return;
  runs = message.runs.map((one, index) => makeRun(one, index, seedCount()));
  runs.forEach((run, index) => engineTexts.set(textKey(schemes()[index]), run.scheme));
  drawStage();
  if (wantsPlay) play(true);
  wantsPlay = false;
});
worker.on("theory", (message) => {
  if (message.id !== group || !runs[message.run]) return;
  runs[message.run].theory = message.theory;
  stage?.draw(true);
});
worker.on("refused", (message) => {
  if (message.id !== group) return;
  wantsPlay = false;
  runs = [];
  refused = message.error;
  drawStage();
});
worker.on("frame", (message) => {
  if (message.id !== group || !runs.length) return;
  const before = runs.map((run) => run.verdict && spoken(run));
  runs.forEach((run, i) => takeFrame(run, message.runs[i], message.step, catalogue.columns));
  requestAnimationFrame(() => {
    if (message.id !== group) return;
    stage?.update(message.runs, !message.moving);
    updateBar();
    worker.post({ type: "drawn", id: group });
    announce(before);
  });
});

function announce(before) {
  const changed = runs.filter((run, i) => run.verdict && run.step > 0 && spoken(run) !== before[i]);
  if (changed.length) root.querySelector("#live").textContent = changed.map(spoken).join(". ");
}

// ---- the frame of the page ----

const button = (attributes, ...content) => h("button", { type: "button", ...attributes }, content);

// Inside the guide, whose build says so, the way back to the page that the reader came from.
function wayBack() {
  if (root.dataset.guide === undefined) return null;
  const page = /^[a-z\d-]+$/.test(state.from) ? state.from : "index";
  return h("a", { class: "guide", href: `${state.lang}/${page}.html` }, `← ${t("guide")}`);
}

const { dress, switches } = makeFrame({ state, set, t });

const header = () =>
  h(
    "header",
    { class: "top" },
    h(
      "div",
      { class: "brand" },
      h("span", { class: "logo", "aria-hidden": "true" }),
      h("h1", {}, "alvor"),
      h("p", {}, t("tagline")),
    ),
    h("div", { class: "tools no-print" }, wayBack(), switches()),
  );

function lessons() {
  const chosen = lessonNames.find((name) =>
    Object.entries(lessonOf(name)).every(([key, value]) => state[key] === value),
  );
  return h(
    "nav",
    { class: "lessons no-print", "data-part": "lessons", "aria-label": t("lessons") },
    h("span", { class: "lessons-title" }, t("lessons")),
    h(
      "div",
      { class: "chips" },
      lessonNames.map((name) =>
        button(
          {
            class: "lesson",
            "data-lesson": name,
            "aria-pressed": String(name === chosen),
            onclick: () => (set(lessonOf(name)), render()),
          },
          t(`lesson.${name}`),
        ),
      ),
    ),
    h("p", { class: "lesson-text" }, chosen ? t(`lesson.${chosen}.text`) : t("lesson.own")),
  );
}

function bar() {
  const speeds = ["slow", "normal", "fast"].map((value) =>
    h("option", { value }, t(`speed.${value}`)),
  );
  const speed = h(
    "select",
    { id: "speed", onchange: (event) => set({ speed: event.target.value }) },
    speeds,
  );
  speed.value = state.speed;
  return h(
    "div",
    { class: "bar no-print" },
    button({ id: "play", class: "primary", onclick: () => play(!playing) }, ""),
    button(
      { id: "step", onclick: () => (play(false), worker.post({ type: "step", n: 1 })) },
      t("step.one"),
    ),
    button({ id: "reset", onclick: () => (play(false), restart()) }, t("reset")),
    h("label", { class: "speed" }, h("span", {}, t("speed")), speed),
    h("output", { id: "count", for: "play step" }, ""),
  );
}

function updateBar() {
  const [start, count] = [root.querySelector("#play"), root.querySelector("#count")];
  if (!start) return;
  start.textContent = playing ? `❚❚ ${t("pause")}` : `▶ ${t("play")}`;
  count.textContent = t("step.n", { n: num(step()) });
  const line = root.querySelector("#command code");
  const command = commandOf(source(), Math.max(step(), 1), written);
  if (line && line.textContent !== command) line.textContent = command;
}

function commandBox() {
  const copy = button({ class: "copy no-print" }, t("copy"));
  copy.addEventListener("click", async () => {
    await copyText(root.querySelector("#command code").textContent);
    copy.textContent = t("copied");
    setTimeout(() => (copy.textContent = t("copy")), 1500);
  });
  return h(
    "section",
    { class: "panel command-box", "data-part": "command", id: "command" },
    h("h2", {}, t("command")),
    h("p", { class: "read" }, t("command.read")),
    h("div", { class: "command" }, h("pre", { tabindex: 0 }, h("code", {}, "")), copy),
  );
}

// From file:// there may be no clipboard to write to: then the old way.
async function copyText(text) {
  try {
    await navigator.clipboard.writeText(text);
  } catch {
    const area = h("textarea", { class: "offscreen" }, text);
    document.body.append(area);
    area.select();
    document.execCommand("copy");
    area.remove();
  }
}

function drawStage() {
  const place = root.querySelector("#stage");
  if (!place) return;
  stage = runs.length ? makeStage(runs, state, source(), set) : null;
  const problem =
    refused &&
    h("div", { class: "refused", role: "alert" }, h("b", {}, `${t("refused")} `), refused.message);
  place.replaceChildren(...[problem, stage?.node].filter(Boolean));
  hideParts();
  if (runs.some((run) => run.now)) stage?.update(runs, true);
  updateBar();
}

// hide=lessons,training: what a teacher leaves out.
function hideParts() {
  const hidden = new Set(state.hide.split(",").map((one) => one.trim()));
  for (const node of root.querySelectorAll("[data-part]"))
    node.hidden = hidden.has(node.dataset.part);
}

function render() {
  const focused = document.activeElement?.id;
  const folded = root.querySelector(".controls")?.open === false;
  dress();
  document.title = `alvor · ${t("playground")}`;
  const controls = h("div", { class: "controls-box" });
  const open = !folded && matchMedia("(min-width: 64rem)").matches;
  root.replaceChildren(
    h("a", { class: "skip", href: "#stage" }, t("skip")),
    header(),
    lessons(),
    h(
      "div",
      { class: "layout" },
      h(
        "aside",
        { class: "no-print", "aria-label": t("settings"), "data-part": "controls" },
        h("details", { class: "controls", open }, h("summary", {}, t("settings")), controls),
      ),
      h(
        "main",
        {},
        bar(),
        h("div", { id: "stage" }),
        catalogue && commandBox(),
        h("p", { class: "caveat" }, catalogue && pick(catalogue.caveat)),
      ),
    ),
    h("div", { id: "live", class: "offscreen", "aria-live": "polite", role: "status" }),
  );
  if (catalogue) drawControls(controls, catalogue, set);
  drawStage();
  updateBar();
  if (focused) document.getElementById(focused)?.focus({ preventScroll: true });
}

// ---- the rest of the world ----

addEventListener("hashchange", () => {
  readHash();
  render();
  if (catalogue) restart();
});
addEventListener("keydown", (event) => {
  if (
    event.target.closest("input, select, textarea, button, summary, a") ||
    event.ctrlKey ||
    event.metaKey ||
    event.altKey
  )
    return;
  const does = { " ": "play", s: "step", r: "reset" }[event.key];
  if (!does) return;
  event.preventDefault();
  root.querySelector(`#${does}`).click();
});
let resized = 0;
addEventListener("resize", () => {
  clearTimeout(resized);
  resized = setTimeout(() => stage?.resize(), 80);
});
addEventListener("beforeprint", () => stage?.resize());
matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => stage?.resize());

readHash();
render();
