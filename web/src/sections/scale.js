// 9. How large should the weights be? Final loss and both gains against their deviation.
import { Plot, base, chanceLine, linearScale, logScale } from "../charts.js";
import { figure } from "../figure.js";
import { num, settingWord, t } from "../i18n.js";
import { clauses, prose, section } from "../parts.js";
import { diverged, median, run } from "../run.js";

const LABELS = { lecun_normal: "LeCun", xavier_normal: "Xavier", he_normal: "He" };
const FORWARD = "var(--series-0)",
  BACKWARD = "var(--series-1)";

const sweep = (setting) =>
  run.scale
    .filter((one) => one.setting === setting && one.sigma > 0)
    .sort((a, b) => a.sigma - b.sigma);
// Those of the sweep itself, which need not be those of the comparison.
const settings = () =>
  [...new Set(run.scale.map((one) => one.setting))].filter((a) => sweep(a).length > 0);

const sigmaTicks = (lo, hi) =>
  [-4, -3, -2, -1, 0, 1, 2]
    .flatMap((e) => [1, 2, 5].map((k) => k * 10 ** e))
    .filter((v) => v >= lo && v <= hi);

const sigmaAxis = () => {
  const all = run.scale
    .map((one) => one.sigma)
    .concat(run.marks.map((mark) => mark.sigma))
    .filter((v) => v > 0);
  const pad = 1.25;
  return {
    type: "log",
    label: t("axis.sigma"),
    domain: [Math.min(...all) / pad, Math.max(...all) * pad],
    ticks: sigmaTicks(Math.min(...all) / pad, Math.max(...all) * pad),
    tickFormat: (v) => num(v, 2),
  };
};

// The classical schemes as vertical lines; names stand on three levels so that they never collide.
const marks = (height) => [
  Plot.ruleX(run.marks, {
    x: "sigma",
    stroke: "currentColor",
    strokeOpacity: 0.55,
    strokeDasharray: "3 3",
  }),
  run.marks.map((mark, i) =>
    Plot.text([mark], {
      x: "sigma",
      text: () => LABELS[mark.scheme] ?? mark.scheme,
      frameAnchor: "top",
      dy: 2 + (i % 3) * 13,
      dx: 4,
      textAnchor: "start",
      fill: "currentColor",
      stroke: "var(--card)",
      strokeWidth: 4,
      paintOrder: "stroke",
    }),
  ),
];

function lossChart(setting, width, title) {
  const rows = sweep(setting).map((one) => ({
    sigma: one.sigma,
    quartiles: one.summary.final_train_loss,
    lost: diverged(one),
    n: one.n,
  }));
  const values = run.scale.flatMap((one) => one.summary.final_train_loss).filter((v) => v !== null);
  const scale = logScale(values.concat(run.chance ?? []), t("m.final_train_loss"));
  const top = scale.options.domain[1];
  const fine = rows.filter((row) => row.quartiles[0] !== null);
  const gone = rows.filter((row) => row.quartiles[0] === null);
  return Plot.plot({
    ...base(width, 290, title),
    marginRight: 16,
    marginTop: 46,
    x: sigmaAxis(),
    y: scale.options,
    marks: [
      chanceLine(Plot.ruleY),
      ...marks(),
      Plot.ruleX(fine, {
        x: "sigma",
        y1: (d) => scale.place(d.quartiles[1] ?? top),
        y2: (d) => d.quartiles[2] ?? top,
        stroke: FORWARD,
        strokeWidth: 5,
        strokeOpacity: 0.25,
      }),
      Plot.line(fine, {
        x: "sigma",
        y: (d) => scale.place(d.quartiles[0]),
        stroke: FORWARD,
        strokeWidth: 1.8,
      }),
      Plot.dot(fine, { x: "sigma", y: (d) => scale.place(d.quartiles[0]), fill: FORWARD, r: 3.5 }),
      Plot.text(gone, {
        x: "sigma",
        y: () => top,
        dy: 8,
        text: () => "✕",
        fontSize: 15,
        fontWeight: "bold",
        fill: "var(--series-1)",
      }),
      Plot.tip(
        rows,
        Plot.pointerX({
          x: "sigma",
          y: (d) => scale.place(d.quartiles[0] ?? top),
          title: (d) =>
            `σ = ${num(d.sigma)}\n${t("m.final_train_loss")}: ${num(d.quartiles[0])} [${num(d.quartiles[1])}, ${num(d.quartiles[2])}]\n${t("diverged.of", { a: num(d.lost), b: num(d.n) })}`,
        }),
      ),
    ],
  });
}

function gainChart(setting, width, title) {
  const rows = ["forward_gain", "backward_gain"].flatMap((name) =>
    sweep(setting)
      .map((one) => ({ name, sigma: one.sigma, y: median(one, name) }))
      .filter((row) => row.y > 0),
  );
  const all = run.scale
    .flatMap((one) => [median(one, "forward_gain"), median(one, "backward_gain")])
    .filter((v) => v > 0);
  const scale = logScale(all.concat(1), t("axis.gain"));
  const style = {
    forward_gain: [FORWARD, "none", "circle"],
    backward_gain: [BACKWARD, "6 3", "square"],
  };
  // The names stand outside the two lines' ends, whichever ends higher.
  const end = (name) => rows.filter((row) => row.name === name).pop()?.y ?? 0;
  const upper = end("backward_gain") > end("forward_gain") ? "backward_gain" : "forward_gain";
  return Plot.plot({
    ...base(width, 290, title),
    marginRight: 16,
    marginTop: 46,
    x: sigmaAxis(),
    y: scale.options,
    marks: [
      Plot.ruleY([1], { stroke: "currentColor", strokeOpacity: 0.7 }),
      ...marks(),
      Object.entries(style).map(([name, [stroke, strokeDasharray, symbol]]) => {
        const mine = rows.filter((row) => row.name === name);
        const last = mine.slice(-1);
        return [
          Plot.line(mine, { x: "sigma", y: "y", stroke, strokeDasharray, strokeWidth: 1.8 }),
          Plot.dot(mine, { x: "sigma", y: "y", fill: stroke, symbol, r: 3.2 }),
          Plot.text(last, {
            x: "sigma",
            y: "y",
            text: () => t(`gain.${name}`),
            textAnchor: "end",
            dx: name === upper ? -8 : 10,
            dy: name === upper ? -10 : 22,
            fill: "currentColor",
            stroke: "var(--card)",
            strokeWidth: 4,
            paintOrder: "stroke",
          }),
        ];
      }),
      Plot.tip(
        rows,
        Plot.pointer({
          x: "sigma",
          y: "y",
          title: (d) => `σ = ${num(d.sigma)}\n${t(`m.${d.name}`)}: ${num(d.y)}`,
        }),
      ),
    ],
  });
}

const nearest = (sigma) =>
  [...run.marks].sort(
    (a, b) => Math.abs(Math.log(a.sigma / sigma)) - Math.abs(Math.log(b.sigma / sigma)),
  )[0];

function lossTitle(setting) {
  const fine = sweep(setting).filter((one) => median(one, "final_train_loss") !== null);
  if (fine.length === 0) return "";
  const best = fine.sort(
    (a, b) => median(a, "final_train_loss") - median(b, "final_train_loss"),
  )[0];
  const mark = nearest(best.sigma);
  return t("scale.best", {
    sigma: num(best.sigma),
    loss: num(median(best, "final_train_loss")),
    mark: LABELS[mark?.scheme] ?? "–",
    at: num(mark?.sigma),
  });
}

// Where a gain crosses one, between two neighbours on logarithmic axes.
function crossing(setting, name) {
  const rows = sweep(setting)
    .map((one) => [one.sigma, median(one, name)])
    .filter(([, g]) => g > 0);
  for (let i = 1; i < rows.length; i++) {
    const [[s0, g0], [s1, g1]] = [rows[i - 1], rows[i]];
    if ((g0 - 1) * (g1 - 1) <= 0 && g0 !== g1) {
      const at = -Math.log(g0) / (Math.log(g1) - Math.log(g0));
      return s0 * (s1 / s0) ** at;
    }
  }
  return null;
}

function gainTitle(setting) {
  const forward = crossing(setting, "forward_gain"),
    backward = crossing(setting, "backward_gain");
  if (forward === null && backward === null) return t("scale.nocross");
  return t("scale.cross", { forward: num(forward, 2), backward: num(backward, 2) });
}

const clausesOf = (make) => clauses(make, settings());

const table = () => ({
  columns: [
    ["setting", settingWord()],
    ["sigma", "σ"],
    ["final_train_loss", t("m.final_train_loss")],
    ["q1", t("q.q1")],
    ["q3", t("q.q3")],
    ["forward_gain", t("m.forward_gain")],
    ["backward_gain", t("m.backward_gain")],
    ["n", t("seeds")],
    ["diverged", t("diverged")],
  ].map(([key, label]) => ({ key, label })),
  rows: settings().flatMap((a) =>
    sweep(a).map((one) => [
      a,
      one.sigma,
      ...one.summary.final_train_loss,
      median(one, "forward_gain"),
      median(one, "backward_gain"),
      one.n,
      diverged(one),
    ]),
  ),
});

export function scale() {
  if (settings().length === 0) return null;
  return section(
    "scale",
    prose("scale.intro", { n: num(Math.max(...settings().map((a) => sweep(a).length))) }),
    figure({
      id: "scale-loss",
      title: clausesOf(lossTitle),
      read: t("scale.read"),
      table,
      panels: settings().map((a) => ({
        label: a,
        plot: (width, title) => lossChart(a, width, title),
      })),
    }),
    figure({
      id: "scale-gains",
      title: clausesOf(gainTitle),
      read: t("scale.gains.read"),
      table,
      panels: settings().map((a) => ({
        label: a,
        plot: (width, title) => gainChart(a, width, title),
      })),
    }),
  );
}
