// What every figure shares: colours that follow a scheme through the whole guide, axes in the
// page's language, labels at the ends of lines. Figures are drawn when the guide is built.
import { num, power } from "./say.mjs";
import { Plot, parseHTML } from "./packages.mjs";

export const { document } = parseHTML("<!doctype html><html><body></body></html>");

// Colour slots of base.css; a scheme keeps its own wherever it is drawn.
const SLOTS = [
  [/^zeros/, 4],
  [/^constant/, 5],
  [/^he_.*fan_out/, 0],
  [/^he_.*fan_avg/, 1],
  [/^he_/, 2],
  [/^xavier/, 0],
  [/^lecun/, 6],
  [/^torch/, 3],
  [/^orthogonal/, 7],
  [/^normal\(std=1\)/, 1],
  [/^normal\(std=0\.5\)/, 1],
  [/^normal/, 6],
  [/^uniform/, 5],
  [/^variance_scaling/, 3],
];
const slot = (name) => SLOTS.find(([pattern]) => pattern.test(name))?.[1] ?? 7;
const DASHES = ["none", "6 3", "10 3 2 3", "2 3", "1 2", "12 4", "4 2", "8 2 2 2"];
const SYMBOLS = ["circle", "square", "triangle", "diamond2", "times", "star", "wye", "asterisk"];
export const color = (name) => `var(--series-${slot(name)})`;
export const dash = (name) => DASHES[slot(name)];
export const mark = (name) => SYMBOLS[slot(name)];

// 0.1 within a text, as the page's language writes it.
const decimals = (text, lang) => (lang === "pt" ? text.replace(/(\d)\.(?=\d)/g, "$1,") : text);

// Long texts of schemes, as the figures and tables say them.
export const brief = (name, lang) => decimals(shorten(name), lang);
const shorten = (name) =>
  name
    .replace(/variance_scaling\(scale=0\.33\d*,.*\)/, "U(±√(1/n))")
    .replace(/variance_scaling\(scale=0\.66\d*,.*\)/, "U(±√(2/n))")
    .replace(/he_normal\(mode=(\w+)\)/, "he, $1")
    .replace(/normal\(std=([\d.]+)\)/, "σ = $1")
    .replace(/uniform\(r=([\d.]+)\)/, "U(±$1)")
    .replace(/constant\(value=([\d.]+)\)/, "w = $1");

// The same for a setting: dropout(0.1) is "dropout 0.1", and 1e-06 a power of ten.
export const briefSetting = (setting, lang) =>
  decimals(setting.replace(/\(([^)]*)\)/g, " $1").replace(/\b1e(-\d+)/g, (_, e) => power(Number(e))), lang);

export const plot = (options) => {
  const svg = Plot.plot({
    document,
    marginTop: 24,
    marginBottom: 38,
    marginLeft: 50,
    style: { fontSize: "12px", overflow: "visible" },
    ...options,
  });
  return svg.tagName.toLowerCase() === "svg" ? svg : svg.querySelector("svg");
};

// Plot's own style sheets say what guide.css says once; coordinates need no more than 0.1 pixel.
const rounded = (tag) =>
  tag.replace(/\d+\.\d{2,}/g, (x) => String(Number(Number(x).toFixed(Number(x) < 2 ? 3 : 1))));
export const serialize = (svg) =>
  svg.outerHTML
    .replace(/<style>[\s\S]*?<\/style>/g, "")
    .replace(/ class="plot-\w+"/, "")
    .replace(/(<g\b[^>]*?) aria-(?:label|description)="[^"]*"/g, "$1") // names belong to the whole
    .replace(/<(?:path|g|rect|circle|line|text)\b[^>]*>/g, rounded);

const tick = (lang) => (v) => {
  const e = Math.log10(Math.abs(v));
  if (v === 0 || (Math.abs(v) >= 0.001 && Math.abs(v) < 10000)) return num(v, lang);
  return Math.abs(e - Math.round(e)) < 1e-9 ? power(Math.round(e)) : num(v, lang, 2);
};

export const linear = (lang, label, options = {}) => ({
  label,
  grid: true,
  tickFormat: tick(lang),
  ticks: 6,
  ...options,
});

// Whole decades; zeros stand on a floor of their own, below.
export function logarithmic(lang, label, values, options = {}) {
  const positive = values.filter((v) => v > 0 && Number.isFinite(v));
  const zeros = values.some((v) => v === 0);
  const lo = Math.floor(Math.log10(Math.min(...positive)) + 1e-9);
  const hi = Math.max(lo + 1, Math.ceil(Math.log10(Math.max(...positive)) - 1e-9));
  const floor = 10 ** (zeros ? lo - Math.max(1, Math.round((hi - lo) / 10)) : lo);
  const stride = Math.max(1, Math.ceil((hi - lo) / 7));
  const ticks = [];
  for (let e = lo; e <= hi; e += stride) ticks.push(10 ** e);
  if (hi - lo < 3) for (let e = lo; e < hi; e++) ticks.push(3 * 10 ** e);
  if (zeros) ticks.push(floor);
  const say = tick(lang);
  return {
    place: (v) => (v === 0 ? floor : v),
    axis: {
      type: "log",
      domain: [floor, 10 ** hi],
      label,
      ticks,
      grid: true,
      tickFormat: (v) => (zeros && v === floor ? "0" : say(v)),
      ...options,
    },
  };
}

// ---- labels at the right end of lines, pushed apart until none overlap ----

const NS = "http://www.w3.org/2000/svg";
function element(name, attributes, text) {
  const node = document.createElementNS(NS, name);
  for (const [key, value] of Object.entries(attributes)) node.setAttribute(key, String(value));
  if (text !== undefined) node.textContent = text;
  return node;
}

function spread(places, top, bottom, gap) {
  for (let i = 1; i < places.length; i++) places[i].at = Math.max(places[i].at, places[i - 1].at + gap);
  const over = places.length ? places.at(-1).at - bottom : 0;
  if (over <= 0) return;
  places.at(-1).at = bottom;
  for (let i = places.length - 2; i >= 0; i--)
    places[i].at = Math.min(places[i].at, places[i + 1].at - gap);
}

// ends: [{name, x, y}] in data; the names stand in the right margin.
export function endLabels(ends, lang) {
  return (_, scales, __, { width, height, marginRight, marginTop, marginBottom }) => {
    const edge = width - marginRight;
    const placed = ends
      .map(({ name, x, y }) => ({ name, from: scales.y(y), at: scales.y(y), left: scales.x(x) }))
      .sort((a, b) => a.at - b.at);
    spread(placed, marginTop, height - marginBottom, 15);
    const g = element("g", { "font-size": 11.5, "text-anchor": "start", fill: "currentColor" });
    for (const { name, from, at, left } of placed) {
      g.append(
        element("path", {
          d: `M${left},${from}H${Math.max(left, edge + 1)}L${edge + 9},${at}`,
          fill: "none",
          stroke: color(name),
          "stroke-dasharray": left < edge - 12 ? "1 4" : "none",
        }),
        element("text", { x: edge + 12, y: at, dy: "0.33em" }, brief(name, lang)),
      );
    }
    return g;
  };
}

export const labelRoom = (names) => 20 + 6.6 * Math.max(...names.map((name) => brief(name).length));

// Lines of {name, x, y}, one for each name, with marks where `dots`.
export function lines(rows, names, dots = true) {
  return names.flatMap((name) => {
    const mine = rows.filter((row) => row.name === name);
    const marks = [
      Plot.line(mine, { x: "x", y: "y", stroke: color(name), strokeWidth: 2, strokeDasharray: dash(name) }),
    ];
    if (dots)
      marks.push(Plot.dot(mine, { x: "x", y: "y", fill: color(name), stroke: color(name), symbol: mark(name), r: 2.6 }));
    return marks;
  });
}

export const ends = (rows, names) =>
  names.map((name) => rows.filter((row) => row.name === name && row.y !== null).at(-1)).filter(Boolean);

export { Plot };
