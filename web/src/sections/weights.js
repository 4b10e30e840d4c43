// 3. Initial weights: counted, against the density that the scheme promises.
import { Plot, base, color } from "../charts.js";
import { figure } from "../figure.js";
import { num, percent, t } from "../i18n.js";
import { settingTabs, choice, prose, section } from "../parts.js";
import { groupsOf, layersAt, run } from "../run.js";
import { state } from "../state.js";

const BINS = 64;

const layerOf = (shape) =>
  run.shapes[shape]?.layers[Math.floor((run.shapes[shape].layers.length - 1) / 2)] ?? 0;

export function histogram(one, kind, layer, last = false) {
  const mine = one.histograms.filter((h) => h.kind === kind && h.layer === layer);
  const steps = mine.map((h) => h.step);
  return mine.find((h) => h.step === (last ? Math.max(...steps) : Math.min(...steps)));
}

// Bars of density: counts / (n * width), so that a density drawn over them has the same area.
export function bars(h) {
  if (!h || !(h.hi > h.lo)) return [];
  const width = (h.hi - h.lo) / BINS;
  const n = h.counts.reduce((sum, c) => sum + c, 0);
  return h.counts.map((count, i) => ({
    x1: h.lo + (h.skip + i) * width,
    x2: h.lo + (h.skip + i + 1) * width,
    count,
    y: n ? count / n / width : 0,
  }));
}

const density = (law) =>
  law?.pdf?.y.map((y, i) => ({
    x: law.pdf.lo + ((law.pdf.hi - law.pdf.lo) * i) / (law.pdf.y.length - 1),
    y,
  })) ?? [];

function reach(one, h) {
  const law = one.laws[state.shape];
  const ends = [law?.pdf?.lo, law?.pdf?.hi].filter((v) => v !== undefined);
  const edges = law && law.sd === 0 ? [law.mean - 1, law.mean + 1] : h ? [h.lo, h.hi] : [];
  const lo = Math.min(...ends, ...edges),
    hi = Math.max(...ends, ...edges);
  const pad = 0.06 * (hi - lo);
  return Number.isFinite(lo) ? [lo - pad, hi + pad] : undefined;
}

function chart(one, width, title) {
  const first = histogram(one, "weight", layerOf(state.shape));
  const last = bars(histogram(one, "weight", layerOf(state.shape), true));
  const curve = density(one.laws[state.shape]);
  const point = one.laws[state.shape]?.sd === 0;
  const data = point ? [] : bars(first);
  const common = { ...base(width, 190, title), marginLeft: 40, marginRight: 12, marginTop: 14 };
  const x = {
    label: t("weight"),
    domain: reach(one, first),
    ticks: 5,
    tickFormat: (v) => num(v, 2),
  };
  if (point)
    return Plot.plot({
      ...common,
      x,
      y: { axis: null, domain: [0, 1] },
      marks: [
        Plot.ruleX([one.laws[state.shape].mean], { stroke: color(one.scheme), strokeWidth: 3 }),
        Plot.text([t("weights.point", { value: num(one.laws[state.shape].mean) })], {
          frameAnchor: "top-right",
          dy: 4,
          fill: "currentColor",
        }),
        Plot.ruleY([0], { strokeOpacity: 0.4 }),
      ],
    });
  return Plot.plot({
    ...common,
    x,
    y: { label: t("density"), ticks: 4, grid: true, tickFormat: (v) => num(v, 2) },
    marks: [
      Plot.rectY(data, {
        x1: "x1",
        x2: "x2",
        y: "y",
        fill: color(one.scheme),
        fillOpacity: 0.4,
        insetLeft: 0.3,
        insetRight: 0.3,
      }),
      Plot.ruleY([0], { strokeOpacity: 0.4 }),
      Plot.line(edges(curve), { x: "x", y: "y", stroke: "currentColor", strokeWidth: 1.6 }),
      Plot.line(outline(last), {
        x: "x",
        y: "y",
        stroke: color(one.scheme),
        strokeWidth: 1.3,
        strokeDasharray: "3 2",
        clip: true,
      }),
    ],
  });
}

// The weights after training, as steps.
const outline = (data) =>
  data.flatMap((d) => [
    { x: d.x1, y: d.y },
    { x: d.x2, y: d.y },
  ]);

// A bounded density falls to zero at its ends.
const edges = (curve) =>
  curve.length ? [{ x: curve[0].x, y: 0 }, ...curve, { x: curve[curve.length - 1].x, y: 0 }] : [];

const measured = (one) => layersAt(one, "weight_std", "first")[layerOf(state.shape)] ?? null;

function worst() {
  const off = groupsOf(state.setting)
    .map((one) => ({ one, law: one.laws[state.shape]?.sd, std: measured(one) }))
    .filter((row) => row.law > 0 && row.std > 0)
    .map((row) => ({ ...row, error: Math.abs(row.std / row.law - 1) }));
  return off.sort((a, b) => b.error - a.error)[0];
}

function title() {
  const far = worst();
  if (!far) return t("weights.untold");
  return t(far.error < 0.05 ? "weights.agree" : "weights.differ", {
    scheme: far.one.scheme,
    error: percent(far.error, 2),
  });
}

const shapeTabs = () =>
  run.shapes.length > 1 &&
  choice(
    t("layers"),
    "shape",
    run.shapes.map((shape, i) => [
      i,
      shape.layers.length > 1
        ? `${num(shape.layers[0] + 1)}–${num(shape.layers[shape.layers.length - 1] + 1)}`
        : num(shape.layers[0] + 1),
    ]),
  );

const table = () => ({
  columns: [
    "setting",
    "scheme",
    "layer",
    "law",
    "mean",
    "sd_theory",
    "sd_measured",
    "lo",
    "hi",
  ].map((key) => ({ key, label: t(`weights.${key}`) })),
  rows: run.compare.flatMap((one) =>
    one.laws
      .map(
        (law, i) =>
          law && [
            one.setting,
            one.scheme,
            layerOf(i) + 1,
            law.kind,
            law.mean,
            law.sd,
            layersAt(one, "weight_std", "first")[layerOf(i)] ?? null,
            law.lo ?? null,
            law.hi ?? null,
          ],
      )
      .filter(Boolean),
  ),
});

export function weights() {
  return section(
    "weights",
    prose("weights.intro"),
    figure({
      id: "weights",
      title: title(),
      read: t("weights.read"),
      least: 250,
      controls: [settingTabs(), shapeTabs()],
      panels: groupsOf(state.setting).map((one) => ({
        label: one.scheme,
        plot: (width, name) => chart(one, width, name),
      })),
      table,
    }),
  );
}
