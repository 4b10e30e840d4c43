// Every layer, first to last: the signal on its way up, the error on its way down, and the units
// that take no part. What theory expects before training lies under what is measured.
import { num, percent, t } from "../i18n.js";
import { Plot, inkOf, logAxis, makeChart, plain } from "./chart.js";

const rowsOf = (values) => values.map((value, layer) => ({ layer: layer + 1, value }));

function layerAxis(runs) {
  const n = runs[0].facts.layers.length;
  const every = Math.max(1, Math.ceil(n / 12));
  return {
    domain: [0.5, n + 0.5],
    ticks: Array.from({ length: n }, (_, i) => i + 1).filter((l) => (l - 1) % every === 0),
    tickFormat: (v) => num(v),
    label: t("axis.layer"),
    labelAnchor: "center",
    labelArrow: "none",
  };
}

const height = (width) => (width > 500 ? 190 : 176);

// name: a column of a look that is a size: "signal" or "error".
function drawSize(runs, name, width) {
  const known = runs.flatMap((run) => [
    ...run.now[name],
    ...run.first[name],
    ...(run.theory?.[name]?.map((band) => band[0]) ?? []),
  ]);
  const { y, clamp } = logAxis(known, t(`axis.${name}`), 4);
  const marks = runs.flatMap((run, index) => {
    const ink = inkOf(index);
    const theory = (run.theory?.[name] ?? []).map(([mid, lo, hi], l) => ({
      layer: l + 1,
      mid,
      lo,
      hi,
    }));
    const at = (key) => (d) => clamp(d[key] ?? NaN);
    return [
      Plot.areaY(
        theory.filter((d) => d.lo !== null && d.hi !== null),
        { x: "layer", y1: at("lo"), y2: at("hi"), fill: ink, fillOpacity: 0.15 },
      ),
      Plot.line(
        theory.filter((d) => d.mid !== null),
        { x: "layer", y: at("mid"), stroke: ink, strokeWidth: 1, strokeDasharray: "2 3" },
      ),
      Plot.line(rowsOf(run.now[name]), { x: "layer", y: at("value"), stroke: ink, strokeWidth: 2 }),
      Plot.dot(rowsOf(run.now[name]), { x: "layer", y: at("value"), fill: ink, r: 2.6 }),
    ];
  });
  return plain(width, height(width), { x: layerAxis(runs), y, marks });
}

// Dead units filled, saturated ones as a line: shares of the layer's units.
function drawShares(runs, width) {
  const marks = runs.flatMap((run, index) => {
    const rows = (name) => rowsOf(run.now[name]).filter((d) => Number.isFinite(d.value));
    return [
      Plot.areaY(rows("dead"), { x: "layer", y: "value", fill: inkOf(index), fillOpacity: 0.35 }),
      Plot.line(rows("dead"), { x: "layer", y: "value", stroke: inkOf(index), strokeWidth: 2 }),
      Plot.line(rows("saturated"), {
        x: "layer",
        y: "value",
        stroke: inkOf(index),
        strokeWidth: 1.4,
        strokeDasharray: "5 3",
      }),
    ];
  });
  return plain(width, height(width), {
    x: layerAxis(runs),
    y: {
      domain: [0, 1],
      ticks: [0, 0.5, 1],
      tickFormat: (v) => percent(v),
      label: t("axis.shares"),
      labelArrow: "none",
      grid: true,
    },
    marks,
  });
}

const said = (runs, name) =>
  runs
    .map((run) => `${run.label}: ${num(run.now[name][0], 2)} → ${num(run.now[name].at(-1), 2)}`)
    .join("; ");

export function makeLayers(runs) {
  const size = (name) =>
    makeChart(
      (width) => drawSize(runs, name, width),
      () => t(`${name}.label`, { list: said(runs, name) }),
    );
  const shares = makeChart(
    (width) => drawShares(runs, width),
    () =>
      t("shares.label", {
        list: runs.map((run) => `${run.label}: ${percent(worst(run.now.dead), 2)}`).join("; "),
      }),
  );
  return { signal: size("signal"), error: size("error"), shares };
}

// The largest number of a list with gaps.
export const worst = (list) => list.reduce((most, v) => (v > most ? v : most), 0);
