// The views of the runs that are shown, and when each of them is drawn.
import { download, h, rich } from "../src/dom.js";
import { t } from "./i18n.js";
import { csvOf } from "./runs.js";
import { makeBoundary } from "./views/boundary.js";
import { forgetInks } from "./views/canvas.js";
import { makeLayers } from "./views/layers.js";
import { makeLoss } from "./views/loss.js";
import { decades, makeMap, mapLegend } from "./views/map.js";
import { makeConfusion, makeImages } from "./views/samples.js";
import { makeVerdict } from "./views/verdict.js";

const panel = (part, title, read, ...content) =>
  h(
    "section",
    { class: `panel ${part}`, "data-part": part },
    h("h2", {}, title),
    h("p", { class: "read" }, rich(read)),
    content,
  );

const legend = (runs) =>
  runs.length > 1 &&
  h(
    "p",
    { class: "legend runs" },
    runs.map((run) =>
      h("span", { class: `key run-${run.index}` }, h("span", { class: "swatch" }), run.label),
    ),
  );

function makeAnswers(run, source) {
  if (run.points) return makeBoundary(run);
  return run.images ? makeImages(run, source) : makeConfusion(run);
}

const kindOf = (run) => (run.points ? "boundary" : run.images ? "images" : "confusion");

// One answer view for each run, side by side.
function answersPanel(runs, answers) {
  const kind = kindOf(runs[0]);
  return panel(
    "boundary",
    t(kind),
    t(`${kind}.read`),
    h(
      "div",
      { class: `twins ${kind}-twins n${runs.length}` },
      answers.map((one, i) =>
        h(
          "div",
          { class: `twin run-${i}` },
          h("h3", {}, h("span", { class: "swatch" }), runs[i].label),
          one.node,
        ),
      ),
    ),
  );
}

function lossPanel(runs, state, set, chart) {
  const isLog = state.scale === "log";
  const toggle = h(
    "button",
    {
      type: "button",
      id: "scale",
      "aria-pressed": String(isLog),
      onclick: () => set({ scale: isLog ? "linear" : "log" }),
    },
    t("scale.log"),
  );
  const save = h(
    "button",
    {
      type: "button",
      id: "save",
      title: t("save.title"),
      onclick: () => download("alvor-losses.csv", "text/csv;charset=utf-8", csvOf(runs)),
    },
    "CSV",
  );
  const read = runs[0].losses.length > 1 ? "loss.read.band" : "loss.read";
  const tools = h("div", { class: "panel-tools no-print" }, toggle, save);
  return panel("loss", t("loss"), t(read), tools, legend(runs), chart.node);
}

function layersPanel(runs, layers) {
  const row = (name) =>
    h(
      "div",
      { class: "strip" },
      h("h3", {}, t(`strip.${name}`)),
      h("p", { class: "read" }, rich(t(`strip.${name}.read`))),
      layers[name].node,
    );
  return panel(
    "layers",
    t("layers"),
    t("layers.read"),
    legend(runs),
    row("signal"),
    row("error"),
    row("shares"),
  );
}

function mapPanel(runs, maps, key) {
  return panel(
    "map",
    t("map"),
    t("map.read"),
    key.node,
    h(
      "div",
      { class: `twins n${runs.length}` },
      maps.map((one, i) =>
        h(
          "div",
          { class: `twin run-${i}` },
          h("h3", {}, h("span", { class: "swatch" }), runs[i].label),
          one.node,
        ),
      ),
    ),
  );
}

const SHARE = 0.5; // of chart drawing to everything else
const MAP_EVERY = 4; // frames

export function makeStage(runs, state, source, set) {
  const cards = runs.map(makeVerdict);
  const answers = runs.map((run) => makeAnswers(run, source));
  const loss = makeLoss(runs, state);
  const layers = makeLayers(runs);
  const maps = runs.map(makeMap);
  const key = mapLegend();
  const node = h(
    "div",
    { class: "stage" },
    h(
      "div",
      { class: `cards n${runs.length}` },
      cards.map((one) => one.node),
    ),
    h("div", { class: "row" }, answersPanel(runs, answers), lossPanel(runs, state, set, loss)),
    layersPanel(runs, layers),
    mapPanel(runs, maps, key),
  );

  const charts = [loss, ...Object.values(layers)];
  let turn = 0;
  let next = 0;
  let frames = 0;

  // In motion one chart after the other, and for a third of the time at most.
  function drawOne() {
    const start = performance.now();
    if (start < next) return;
    charts[turn++ % charts.length].draw();
    next = performance.now() + (performance.now() - start) / SHARE;
  }

  // Everything (still), or what can be afforded.
  function draw(still) {
    if (!runs.every((run) => run.now)) return;
    if (still) for (const chart of charts) chart.draw();
    else drawOne();
    if (still || ++frames % MAP_EVERY === 0) drawMaps();
  }

  function drawMaps() {
    const range = decades(runs.map((run) => run.history));
    key.set(range);
    for (const map of maps) map.draw(range);
  }

  // fresh: what came with the last frame, for each run.
  function update(fresh, still) {
    cards.forEach((one, i) => one.update(fresh[i]));
    answers.forEach((one, i) => one.update(fresh[i]));
    draw(still);
  }

  function resize() {
    forgetInks();
    for (const one of [...answers, ...maps]) one.resize();
    if (!runs.every((run) => run.now)) return;
    for (const chart of charts) chart.resize();
    drawMaps();
  }

  requestAnimationFrame(resize);
  return { node, draw, update, resize };
}
