// Layer x step heat-maps as small multiples under one legend. log10 with a visible "zero" and a
// visible "not a number", so that neither is a colour by chance.
import { interpolateViridis } from "d3-scale-chromatic";
import { Plot, shorten } from "./charts.js";
import { h } from "./dom.js";
import { num, power, t } from "./i18n.js";
import { groupsOf } from "./run.js";

const ZERO = "var(--heat-zero)",
  NONE = "var(--heat-none)";

// The range of the positive values over all panels; linear shares keep [0, 1].
export function heatScale(groups, name, log) {
  if (!log) return { log, lo: 0, hi: 1 };
  const values = groups.flatMap((one) => one.layers[name].flat()).filter((v) => v > 0);
  if (values.length === 0) return { log, lo: -1, hi: 0 };
  const logs = values.map(Math.log10);
  const lo = Math.floor(Math.min(...logs)),
    hi = Math.ceil(Math.max(...logs));
  return { log, lo, hi: hi > lo ? hi : lo + 1 };
}

function shade(value, { log, lo, hi }) {
  if (value === null) return NONE;
  if (log && !(value > 0)) return ZERO;
  const at = ((log ? Math.log10(value) : value) - lo) / (hi - lo);
  return interpolateViridis(Math.min(1, Math.max(0, at)));
}

// A cell for every step that any panel has: a network that diverged has no number later.
function cells(one, name, scale, steps) {
  const depth = Math.max(0, ...one.layers[name].map((row) => row.length));
  return steps.flatMap((step) => {
    const row = one.layers[name][one.layers.step.indexOf(step)] ?? Array(depth).fill(null);
    return row.map((value, layer) => ({
      step,
      layer: layer + 1,
      value,
      fill: shade(value, scale),
    }));
  });
}

// A panel per scheme of one setting.
export function heatPanels(setting, name, { log, label }) {
  const groups = groupsOf(setting);
  const scale = heatScale(groups, name, log);
  const steps = [...new Set(groups.flatMap((one) => one.layers.step))].sort((a, b) => a - b);
  return groups.map((one) => ({
    label: one.scheme,
    plot: (width, title) => heatChart(one, name, scale, label, steps, width, title),
  }));
}

function heatChart(one, name, scale, label, steps, width, title) {
  const data = cells(one, name, scale, steps);
  const depth = Math.max(1, ...data.map((d) => d.layer));
  const each = Math.ceil(steps.length / Math.max(3, width / 62));
  const stride = Math.ceil(depth / 7);
  return Plot.plot({
    width,
    height: Math.max(150, Math.min(220, 46 + depth * 11)),
    ariaLabel: title,
    marginLeft: 30,
    marginBottom: 34,
    marginTop: 22,
    marginRight: 8,
    style: { fontSize: "11px" },
    padding: 0,
    color: { type: "identity" },
    x: {
      type: "band",
      domain: steps,
      label: t("axis.step"),
      tickSize: 3,
      ticks: steps.filter((_, i) => i % each === 0),
      tickFormat: (v) => num(v),
    },
    y: {
      type: "band",
      domain: Array.from({ length: depth }, (_, i) => depth - i),
      label: t("layer"),
      labelAnchor: "top",
      labelArrow: "none",
      tickSize: 0,
      ticks: Array.from({ length: depth }, (_, i) => i + 1).filter((v) => (v - 1) % stride === 0),
    },
    marks: [
      Plot.cell(data, {
        x: "step",
        y: "layer",
        fill: "fill",
        inset: 0,
        shapeRendering: "crispEdges",
      }),
      Plot.tip(
        data,
        Plot.pointer({
          x: "step",
          y: "layer",
          title: (d) =>
            `${shorten(one.scheme, 30)}\n${t("layer")} ${d.layer}, ${t("step")} ${num(d.step)}\n${label}: ${num(d.value)}`,
        }),
      ),
    ],
  });
}

export function heatLegend(setting, name, { log, label }) {
  const scale = heatScale(groupsOf(setting), name, log);
  const stops = Array.from({ length: 11 }, (_, i) => `${interpolateViridis(i / 10)} ${i * 10}%`);
  const end = (v) => (log ? power(v) : num(v));
  const bar = h("span", { class: "ramp", role: "presentation" });
  bar.style.background = `linear-gradient(to right, ${stops.join(", ")})`;
  const key = (shadeName, text) => {
    const box = h("span", { class: "box" });
    box.style.background = shadeName;
    return h("span", { class: "key" }, box, text);
  };
  return h(
    "div",
    { class: "legend heat-legend" },
    h("span", {}, label),
    end(scale.lo),
    bar,
    end(scale.hi),
    log && key(ZERO, t("heat.zero")),
    key(NONE, t("heat.none")),
  );
}
