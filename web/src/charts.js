// What every chart shares: colours with a second channel, scales that survive zeros, labels at the
// ends of lines instead of a legend.
import * as Plot from "./plot.js";
import {
  symbol,
  symbolCircle,
  symbolCross,
  symbolDiamond,
  symbolSquare,
  symbolStar,
  symbolTriangle,
  symbolWye,
} from "d3-shape";
import { svg } from "./dom.js";
import { num, power } from "./i18n.js";
import { run } from "./run.js";

const DASHES = ["none", "6 3", "2 3", "9 3 2 3", "12 4", "1 2"];
const SYMBOLS = [
  symbolCircle,
  symbolSquare,
  symbolTriangle,
  symbolDiamond,
  symbolStar,
  symbolCross,
  symbolWye,
];

// Okabe and Ito's palette, as CSS variables so that it follows the theme (style/base.css).
// Of a scheme's name, or of a place in a list.
const slot = (scheme) =>
  typeof scheme === "number" ? scheme : Math.max(0, run.schemes.indexOf(scheme));
export const color = (scheme) => `var(--series-${slot(scheme) % 8})`;
export const dash = (scheme) => DASHES[slot(scheme) % DASHES.length];
export const mark = (scheme) => SYMBOLS[slot(scheme) % SYMBOLS.length];
const symbolPath = (scheme, size = 42) => symbol(mark(scheme), size)();

// A scheme's text for labels: long decimals to four digits.
export const brief = (scheme) =>
  scheme.replace(/\d+\.\d{5,}/g, (x) => String(Number(Number(x).toPrecision(4))));

export const shorten = (text, n = 20) => (text.length > n ? `${text.slice(0, n - 1)}…` : text);

// A legend's key: the symbol on a piece of the line.
export function swatch(scheme) {
  const icon = svg("svg", {
    width: 26,
    height: 12,
    viewBox: "-13 -6 26 12",
    "aria-hidden": "true",
    class: "swatch",
  });
  const line = svg("path", { d: "M-13,0H13", "stroke-width": 2, "stroke-dasharray": dash(scheme) });
  line.style.stroke = color(scheme);
  const dot = svg("path", { d: symbolPath(scheme) });
  dot.style.fill = color(scheme);
  icon.append(line, dot);
  return icon;
}

// ---- scales ----

const decades = (lo, hi) => {
  const stride = Math.max(1, Math.ceil((hi - lo) / 6));
  const ticks = [];
  for (let e = Math.ceil(lo / stride) * stride; e <= hi; e += stride) ticks.push(10 ** e);
  return ticks;
};

// A log axis for values that may hold zeros: they stand on a floor of their own, labelled "0".
export function logScale(values, label) {
  const positive = values.filter((v) => v > 0 && Number.isFinite(v));
  const zeros = values.some((v) => v === 0);
  let lo = Math.floor(Math.log10(Math.min(...positive)) + 1e-9);
  let hi = Math.ceil(Math.log10(Math.max(...positive)) - 1e-9);
  if (positive.length === 0) ((lo = -1), (hi = 0));
  if (hi - lo < 1) hi = lo + 1;
  const gap = zeros ? Math.max(1, Math.round((hi - lo) / 10)) : 0; // whole: d3 labels powers of ten only
  const floor = 10 ** (lo - gap);
  const ticks = decades(lo, hi);
  if (ticks.length < 3)
    for (let e = lo; e < hi; e++) for (const k of [2, 5]) ticks.push(k * 10 ** e);
  if (zeros) ticks.unshift(floor);
  return {
    floor,
    place: (v) => (v === 0 ? floor : v),
    options: {
      type: "log",
      domain: [floor, 10 ** hi],
      label,
      ticks,
      grid: true,
      tickFormat: (v) => (zeros && v === floor ? "0" : tick(v)),
    },
  };
}

function tick(v) {
  const e = Math.log10(v);
  if (Math.abs(v) >= 0.001 && v < 10000) return num(v);
  return Math.abs(e - Math.round(e)) < 1e-9 ? power(Math.round(e)) : num(v, 2);
}

export const linearScale = (label, domain) => ({
  type: "linear",
  domain,
  label,
  grid: true,
  nice: !domain,
  tickFormat: (v) => num(v),
  ticks: 6,
});

// Steps with a place for 0: probes are spaced by powers of two.
export const stepScale = (steps, label) => {
  const last = steps[steps.length - 1] ?? 1;
  const ticks = steps.filter((s, i) => i % 2 === 0 && (s === 0 || s <= last / 2));
  return {
    type: "symlog",
    label,
    domain: [0, last],
    ticks: [...ticks, last],
    tickFormat: (v) => num(v),
  };
};

export const base = (width, height, title) => ({
  width,
  height,
  ariaLabel: title,
  marginLeft: 52,
  marginTop: 26,
  marginBottom: 38,
  style: { fontSize: "12px", overflow: "visible" },
});

// ---- marks ----

// The loss of guessing, across the axis of losses: Plot.ruleX or Plot.ruleY.
export const chanceLine = (rule) =>
  run.chance &&
  rule([run.chance], { stroke: "currentColor", strokeDasharray: "2 3", strokeOpacity: 0.7 });

// Labels at the right end of lines: [{scheme, y, text}], pushed apart until none overlap.
// A line that ends early (its network diverged) is joined to its label by dots.
export function endLabels(ends, room) {
  return (_, scales, __, dimensions) => {
    const { width, height, marginRight, marginTop, marginBottom } = dimensions;
    const x = width - marginRight + 8;
    const placed = ends
      .filter((end) => end.y !== null && end.y !== undefined)
      .map((end) => ({
        ...end,
        at: scales.y(end.y),
        from: scales.y(end.y),
        left: end.x === undefined ? x - 7 : scales.x(end.x),
      }))
      .sort((a, b) => a.at - b.at);
    spread(placed, marginTop, height - marginBottom, 15);
    const g = svg("g", { "font-size": 11.5, "text-anchor": "start" });
    for (const end of placed) {
      const line = svg("path", {
        d: `M${end.left},${end.from}H${x - 7}L${x},${end.at}`,
        fill: "none",
        "stroke-width": 1,
        "stroke-opacity": 0.8,
        "stroke-dasharray": end.left < x - 12 ? "1 4" : null,
      });
      line.style.stroke = color(end.scheme);
      const dot = svg("path", {
        d: symbolPath(end.scheme),
        transform: `translate(${x + 5},${end.at})`,
      });
      dot.style.fill = color(end.scheme);
      const name = svg(
        "text",
        { x: x + 13, y: end.at, dy: "0.33em", fill: "currentColor" },
        shorten(brief(end.text ?? end.scheme), Math.floor((room - 22) / 6.1)),
      );
      name.append(svg("title", {}, end.text ?? end.scheme));
      g.append(line, dot, name);
    }
    return g;
  };
}

// Moves sorted places apart by at least `gap`, inside [top, bottom] where they fit.
function spread(places, top, bottom, gap) {
  for (let i = 1; i < places.length; i++)
    places[i].at = Math.max(places[i].at, places[i - 1].at + gap);
  const last = places.length - 1;
  if (last >= 0 && places[last].at > bottom) {
    places[last].at = bottom;
    for (let i = last - 1; i >= 0; i--)
      places[i].at = Math.min(places[i].at, places[i + 1].at - gap);
  }
  for (let i = 0; i <= last; i++)
    places[i].at = Math.max(places[i].at, i === 0 ? top - 8 : places[i - 1].at + Math.min(gap, 12));
}

export const labelRoom = (width, names) =>
  Math.min(width * 0.36, 26 + 6.3 * Math.max(4, ...names.map((n) => Math.min(20, n.length))));

// Lines of one value per scheme: rows [{scheme, x, y, ...}], y already placed on the scale.
export function seriesLines(rows, schemes, { dots = true, tip } = {}) {
  const marks = [];
  for (const scheme of schemes) {
    const mine = rows.filter((row) => row.scheme === scheme);
    marks.push(
      Plot.line(mine, {
        x: "x",
        y: "y",
        stroke: color(scheme),
        strokeWidth: 1.9,
        strokeDasharray: dash(scheme),
        curve: "linear",
      }),
    );
    if (dots)
      marks.push(
        Plot.dot(mine, { x: "x", y: "y", fill: color(scheme), symbol: mark(scheme), r: 2.6 }),
      );
  }
  if (tip)
    marks.push(
      Plot.tip(rows, Plot.pointer({ x: "x", y: "y", title: tip, maxRadius: 30, lineWidth: 30 })),
    );
  return marks;
}

export { Plot };
