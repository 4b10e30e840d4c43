// The training loss of every run: a line, and with ten seeds the median in a band from the lowest
// to the highest seed.
import { num, t } from "../i18n.js";
import { Plot, inkOf, logAxis, makeChart, plain, whole } from "./chart.js";

const BINS = 220;

const mean = (list, from, to) => {
  let sum = 0;
  for (let i = from; i < to; i++) sum += list[i];
  return sum / (to - from);
};

function medianOf(list) {
  const sorted = [...list].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}

// {x, mid, lo, hi} of each bin; a seed that diverged counts as infinite from there on.
function binsOf({ losses }) {
  const steps = losses[0].length;
  const size = Math.max(1, Math.ceil(steps / BINS));
  const bins = [];
  for (let from = 0; from < steps; from += size) {
    const to = Math.min(steps, from + size);
    const values = losses.map((one) => {
      const v = mean(one, from, to);
      return Number.isFinite(v) ? v : Infinity;
    });
    const mid = values.length > 1 ? medianOf(values) : values[0];
    bins.push({ x: (from + to) / 2 + 0.5, mid, lo: Math.min(...values), hi: Math.max(...values) });
  }
  return bins;
}

// 100, 200, 500, 1000, ...: the chart's width in steps, so that it does not creep.
function horizon(steps) {
  for (let e = 2; ; e++) for (const m of [1, 2, 4]) if (steps <= m * 10 ** e) return m * 10 ** e;
}

export function makeLoss(runs, state) {
  const steps = () => runs[0].losses[0].length;
  const label = () =>
    t("loss.label", {
      step: num(steps()),
      list: runs.map((run) => `${run.label} ${num(run.recent)}`).join(", "),
    });
  return makeChart((width) => drawLoss(runs, state.scale === "log", steps(), width), label, "loss");
}

function drawLoss(runs, isLog, steps, width) {
  const chance = runs[0].facts.chance;
  const lines = runs.map(binsOf);
  const values = lines.flatMap((bins) => bins.flatMap((one) => [one.lo, one.mid]));
  const finite = values.filter((v) => v < Infinity);
  const top = 1.2 * Math.max(chance, Math.min(2.5 * chance, Math.max(0, ...finite)));
  const log = logAxis([...finite, chance], t("axis.loss"));
  const cut = isLog ? log.clamp : (v) => Math.min(v, top);
  const marks = lines.flatMap((bins, index) => [
    Plot.areaY(runs[index].losses.length > 1 ? bins : [], {
      x: "x",
      y1: (d) => cut(d.lo),
      y2: (d) => cut(d.hi),
      fill: inkOf(index),
      fillOpacity: 0.18,
    }),
    Plot.line(bins, { x: "x", y: (d) => cut(d.mid), stroke: inkOf(index), strokeWidth: 2.2 }),
  ]);
  return plain(width, Math.max(230, Math.min(340, width * 0.66)), {
    x: {
      domain: [0, horizon(steps)],
      label: t("axis.step"),
      labelAnchor: "center",
      labelArrow: "none",
      ticks: 5,
      ...whole,
    },
    y: isLog
      ? log.y
      : {
          domain: [0, top],
          label: t("axis.loss"),
          labelArrow: "none",
          grid: true,
          ticks: 5,
          tickFormat: (v) => num(v),
        },
    marks: [
      Plot.ruleY([chance], { stroke: "var(--soft)", strokeDasharray: "3 4" }),
      Plot.text([chance], {
        y: (d) => d,
        frameAnchor: "right",
        textAnchor: "end",
        dy: -8,
        fill: "var(--soft)",
        text: () => t("loss.chance", { loss: num(chance, 3, true) }),
      }),
      ...marks,
    ],
  });
}
