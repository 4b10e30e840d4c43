// The figure of one experiment, drawn from its data: panels of series on two axes. What was measured
// has colours and symbols; theory is dashed and the paper's figures are rings, in ink and on top, so
// that they are seen where they agree.
import { interpolateViridis } from "d3-scale-chromatic";
import {
  Plot,
  base,
  color,
  endLabels,
  labelRoom,
  linearScale,
  logScale,
  mark,
  shorten,
} from "../charts.js";
import { h } from "../dom.js";
import { num, pick, t } from "../i18n.js";

const MEASURED = new Set(["line", "dots", "steps", "cells"]);
const finite = ([x, y]) => x !== null && y !== null;

// Beside each other at a name, not on each other.
const beside = (panel, one, slot, n) =>
  panel.x.names.length === 0
    ? one.points
    : one.points.map(([x, ...rest]) => [x === null ? x : x + (slot - (n - 1) / 2) * 0.14, ...rest]);

// Series with their colour's slot, what is in ink last.
function slotted(panel) {
  const measured = panel.series
    .filter((one) => MEASURED.has(one.drawing))
    .map((one, slot, all) => ({ ...one, points: beside(panel, one, slot, all.length) }));
  const others = panel.series.filter((one) => !MEASURED.has(one.drawing));
  return [...measured.map((one, slot) => ({ ...one, slot })), ...others];
}

const placesOf = (series, axis) =>
  series.flatMap((one) =>
    one.points
      .filter((p) => (one.drawing === "level" ? p[1] !== null : finite(p)))
      .map((p) => p[axis]),
  );

// An axis of numbers, of powers, or of names at 0, 1, ...
function scaleOf(axis, values, domain) {
  const label = pick(axis.label);
  const names = axis.names.map(pick);
  if (names.length)
    return {
      place: (v) => v,
      options: {
        type: "linear",
        label,
        domain: [-0.5, names.length - 0.5],
        ticks: names.map((_, i) => i),
        tickFormat: (i) => shorten(names[i] ?? "", 16),
        tickRotate: names.length > 6 ? -50 : -20,
        tickSize: 0,
      },
    };
  if (axis.log) return wide(values) ? logScale(values, label) : narrowLog(values, label);
  return { place: (v) => v, options: { ...linearScale(label, domain), ...wholeTicks(values) } };
}

const wide = (values) => values.some((v) => v <= 0) || Math.max(...values) > 99 * Math.min(...values);

// A log axis of less than two decades: its ends are those of the values.
function narrowLog(values, label) {
  const [lo, hi] = [Math.min(...values) / 1.15, Math.max(...values) * 1.15];
  const places = [1, 2, 3, 5, 7].flatMap((k) =>
    Array.from({ length: 5 }, (_, i) => k * 10 ** (Math.floor(Math.log10(lo)) + i)),
  );
  const inside = places.filter((v) => v >= lo && v <= hi).sort((a, b) => a - b);
  const ticks = inside.length > 6 ? inside.filter((v) => /^[125]/.test(v.toExponential())) : inside;
  const options = { type: "log", domain: [lo, hi], label, ticks, grid: true, tickFormat: (v) => num(v) };
  return { place: (v) => v, options };
}

// Layers are counted: no tick stands between two.
function wholeTicks(values) {
  const few = [...new Set(values)].sort((a, b) => a - b);
  return few.length < 9 && few.every(Number.isInteger) ? { ticks: few } : {};
}

// ---- marks ----

function lineMarks(one, x, y, crowd) {
  const points = one.points.filter(finite);
  const at = { x: (p) => x.place(p[0]), y: (p) => y.place(p[1]) };
  const fill = color(one.slot);
  const dots = (r) => Plot.dot(points, { ...at, fill, symbol: mark(one.slot), r });
  const drawings = {
    line: () => [
      Plot.line(points, { ...at, stroke: fill, strokeWidth: 1.9 }),
      points.length <= 24 && dots(2.6),
    ],
    dots: () => [dots(4)],
    steps: () => [
      crowd < 3 && Plot.areaY(points, {
        x: at.x,
        y1: () => y.options.domain?.[0] ?? 0,
        y2: at.y,
        fill,
        fillOpacity: 0.1,
        curve: "step",
      }),
      Plot.line(points, { ...at, stroke: fill, strokeWidth: 1.5, curve: "step" }),
    ],
    theory: () => [
      Plot.line(points, {
        ...at,
        stroke: "currentColor",
        strokeWidth: 1.3,
        strokeDasharray: "4 4",
        clip: true,
      }),
    ],
    paper: () => [Plot.dot(points, { ...at, stroke: "currentColor", strokeWidth: 1.5, r: 6.5 })],
    level: () => [
      Plot.ruleY(
        one.points.map((p) => p[1]),
        { y: (v) => y.place(v), stroke: "currentColor", strokeDasharray: "2 3", strokeOpacity: 0.7 },
      ),
    ],
  };
  return drawings[one.drawing]().filter(Boolean);
}

const nearby = (panel, one, p) =>
  `${pick(one.name)}\n${pick(panel.x.label)}: ${nameOr(panel.x, p[0])}\n` +
  `${pick(panel.y.label)}: ${nameOr(panel.y, p[1])}`;
const nameOr = (axis, v) => (axis.names.length ? pick(axis.names[Math.round(v)]) : num(v));

function tip(panel, series, x, y) {
  const rows = series
    .filter((one) => one.drawing !== "level")
    .flatMap((one) => one.points.filter(finite).map((p) => ({ one, p })));
  return Plot.tip(
    rows,
    Plot.pointer({
      x: (d) => x.place(d.p[0]),
      y: (d) => y.place(d.p[1]),
      title: (d) => nearby(panel, d.one, d.p),
      maxRadius: 30,
      lineWidth: 30,
    }),
  );
}

// Names at the ends of what was measured, and of levels.
function endsOf(series, x, y) {
  return series
    .filter((one) => MEASURED.has(one.drawing))
    .map((one) => {
      const last = one.points.filter(finite).at(-1);
      return (
        last && {
          scheme: one.slot,
          text: pick(one.name),
          x: x.place(last[0]),
          y: y.place(last[1]),
        }
      );
    })
    .filter(Boolean);
}

function plainChart(panel, width, title) {
  const series = slotted(panel);
  const ys = placesOf(series, 1);
  const x = scaleOf(panel.x, placesOf(series, 0), extent(placesOf(series.filter((s) => s.drawing !== "level"), 0)));
  const y = scaleOf(panel.y, ys, extent(ys, 0.06));
  const ends = endsOf(series, x, y);
  const alone = ends.length < 2 && series.length < 2;
  const room = alone ? 14 : labelRoom(width, ends.map((end) => end.text));
  return Plot.plot({
    ...base(width, Math.max(260, Math.min(340, width * 0.7)), title),
    marginRight: room,
    marginBottom: panel.x.names.length ? 62 : 38,
    x: { ...x.options, grid: false },
    y: { ...y.options },
    marks: [
      series.flatMap((one) => lineMarks(one, x, y, ends.length)),
      tip(panel, series, x, y),
      !alone && endLabels(ends, room),
    ],
  });
}

function extent(values, room = 0) {
  if (values.length === 0) return [0, 1];
  const lo = Math.min(...values),
    hi = Math.max(...values);
  if (hi === lo) return [lo - (Math.abs(lo) || 1) * 0.1, hi + (Math.abs(hi) || 1) * 0.1];
  return [lo - room * (hi - lo), hi + room * (hi - lo)];
}

// ---- heat maps ----

// Halfway to the neighbours, so that cells touch whatever the spacing of the grid.
function bounds(values) {
  const list = [...new Set(values)].sort((a, b) => a - b);
  const edge = (i, side) => {
    const next = list[i + side] ?? list[i] + side * Math.abs(list[i] - (list[i - side] ?? 0));
    return (list[i] + next) / 2;
  };
  return new Map(list.map((v, i) => [v, [edge(i, -1), edge(i, 1)]]));
}

function heatChart(panel, width, title) {
  const series = slotted(panel);
  const cells = series.find((one) => one.drawing === "cells");
  const across = bounds(cells.points.map((p) => p[0]));
  const up = bounds(cells.points.map((p) => p[1]));
  const axis = (which, edges) => ({
    ...scaleOf(which, [], extent([...edges.values()].flat())).options,
    grid: false,
    ticks: width / edges.size > 42 || edges.size < 8 ? [...edges.keys()] : 6,
  });
  const few = cells.points.length <= 80;
  return Plot.plot({
    ...base(width, Math.max(260, Math.min(400, width * 0.62)), title),
    marginRight: 14,
    color: { type: "identity" },
    x: axis(panel.x, across),
    y: axis(panel.y, up),
    marks: [
      Plot.rect(cells.points, {
        x1: (p) => across.get(p[0])[0],
        x2: (p) => across.get(p[0])[1],
        y1: (p) => up.get(p[1])[0],
        y2: (p) => up.get(p[1])[1],
        fill: (p) => (p[2] === null ? "var(--heat-none)" : interpolateViridis(p[2])),
        inset: 0.3,
      }),
      few &&
        Plot.text(cells.points, {
          x: "0",
          y: "1",
          text: (p) => num(p[2], 2),
          fill: (p) => (p[2] > 0.55 ? "#111" : "#fff"),
          fontSize: Math.min(12, Math.max(8, width / across.size / 4)),
        }),
      series
        .filter((one) => one.drawing === "theory")
        .map((one) => [
          theoryLine(one, "#000", 4),
          theoryLine(one, "#fff", 2),
        ]),
      Plot.tip(
        cells.points,
        Plot.pointer({
          x: "0",
          y: "1",
          title: (p) =>
            `${pick(panel.x.label)}: ${num(p[0])}\n${pick(panel.y.label)}: ${num(p[1])}\n` +
            `${pick(panel.shade)}: ${num(p[2])}`,
        }),
      ),
    ],
  });
}

const theoryLine = (one, stroke, strokeWidth) =>
  Plot.line(one.points.filter(finite), {
    x: "0",
    y: "1",
    stroke,
    strokeWidth,
    strokeDasharray: "7 4",
    clip: true,
  });

// ---- what the figure asks of its frame ----

const isHeat = (panel) => panel.series.some((one) => one.drawing === "cells");

export const panelsOf = (figure) =>
  figure.panels.map((panel) => ({
    label: pick(panel.title),
    plot: (width, title) => (isHeat(panel) ? heatChart : plainChart)(panel, width, title),
  }));

const icon = (drawing) => h("span", { class: `key-${drawing}`, "aria-hidden": "true" });

function ramp(shade) {
  const stops = Array.from({ length: 11 }, (_, i) => `${interpolateViridis(i / 10)} ${i * 10}%`);
  const bar = h("span", { class: "ramp", role: "presentation" });
  bar.style.background = `linear-gradient(to right, ${stops.join(", ")})`;
  return h("span", { class: "key" }, pick(shade), " 0", bar, "1");
}

// Only what the figure has: what dashes, rings and levels mean, each once.
export function legendOf(figure) {
  const series = figure.panels.flatMap((panel) => panel.series);
  const named = (drawing) => [
    ...new Set(series.filter((one) => one.drawing === drawing).map((one) => pick(one.name))),
  ];
  const keys = ["theory", "paper", "level"].flatMap((drawing) =>
    named(drawing).map((name) => h("span", { class: "key" }, icon(drawing), name)),
  );
  const shades = figure.panels.filter(isHeat).slice(0, 1).map((panel) => ramp(panel.shade));
  return keys.length + shades.length > 0 && h("div", { class: "legend" }, keys, shades);
}

export const tableOf = (figure) => () => ({
  columns: [
    { key: "panel", label: t("repro.panel") },
    { key: "series", label: t("repro.series") },
    { key: "x", label: "x" },
    { key: "y", label: "y" },
    { key: "shade", label: t("repro.shade") },
  ],
  rows: figure.panels.flatMap((panel) =>
    panel.series.flatMap((one) =>
      one.points.map((p) => [
        pick(panel.title),
        pick(one.name),
        panel.x.names.length && p[0] !== null ? nameOr(panel.x, p[0]) : p[0],
        p[1],
        p[2] ?? null,
      ]),
    ),
  ),
});
