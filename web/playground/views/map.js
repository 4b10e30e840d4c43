// Layer x step: how large the gradient of each layer's weights was, on one colour scale for all runs.
import { rgb } from "d3-color";
import { interpolateViridis } from "d3-scale-chromatic";
import { h } from "../../src/dom.js";
import { num, power, t } from "../i18n.js";
import { canvas, colour, ink, measure, prepare } from "./canvas.js";

const MOST_COLUMNS = 240;
const SHADES = Array.from({ length: 256 }, (_, i) => {
  const { r, g, b } = rgb(interpolateViridis(i / 255));
  return [r, g, b];
});
const LEFT = 30;
const BOTTOM = 18;

// The history of one run: a column for every so many looks, halved when it grows too long.
export class History {
  steps = [];
  columns = [];
  #skip = 1;
  #seen = 0;

  add(step, column) {
    if (this.#seen++ % this.#skip) return;
    this.steps.push(step);
    this.columns.push(column);
    if (this.columns.length < MOST_COLUMNS) return;
    this.#skip *= 2;
    this.steps = this.steps.filter((_, i) => i % 2 === 0);
    this.columns = this.columns.filter((_, i) => i % 2 === 0);
  }
}

// Whole decades that hold every positive value of all histories.
export function decades(histories) {
  let lo = Infinity;
  let hi = -Infinity;
  for (const { columns } of histories)
    for (const column of columns)
      for (const v of column)
        if (v > 0 && v < Infinity) ((lo = Math.min(lo, v)), (hi = Math.max(hi, v)));
  if (!(lo < Infinity)) return [-3, 0];
  const [from, to] = [Math.floor(Math.log10(lo)), Math.ceil(Math.log10(hi))];
  return [Math.max(from, to - 16), Math.max(to, from + 1)];
}

export function mapLegend() {
  const [lo, hi] = [h("span", {}), h("span", {})];
  const ramp = h("span", { class: "ramp", role: "presentation" });
  const stops = Array.from({ length: 11 }, (_, i) => `${interpolateViridis(i / 10)} ${i * 10}%`);
  ramp.style.background = `linear-gradient(to right, ${stops.join(", ")})`;
  const zero = h("span", { class: "key" }, h("span", { class: "box zero" }), t("map.zero"));
  return {
    node: h("div", { class: "legend" }, t("map.legend"), lo, ramp, hi, zero),
    set([from, to]) {
      lo.textContent = power(from);
      hi.textContent = power(to);
    },
  };
}

export function makeMap(run) {
  const label = t("map.label", { scheme: run.label });
  const node = canvas("map", label);
  const image = document.createElement("canvas");
  return {
    node,
    draw: (range) => drawMap(node, image, run, range, label),
    resize: () => measure(node),
  };
}

// One pixel for each look and layer, the first layer at the bottom.
function paint(image, { columns }, layers, [lo, hi]) {
  const [zero, none] = ["--heat-zero", "--heat-none"].map(colour);
  Object.assign(image, { width: Math.max(1, columns.length), height: layers });
  const pixels = new ImageData(image.width, layers);
  columns.forEach((column, x) => {
    for (let l = 0; l < layers; l++) {
      const v = column[l];
      const shade = Math.round((255 * (Math.log10(v) - lo)) / (hi - lo));
      const known = v > 0 && v < Infinity;
      const tone = known ? SHADES[Math.min(255, Math.max(0, shade))] : v === 0 ? zero : none;
      const at = 4 * ((layers - 1 - l) * image.width + x);
      for (let channel = 0; channel < 3; channel++) pixels.data[at + channel] = tone[channel];
      pixels.data[at + 3] = 255;
    }
  });
  image.getContext("2d").putImageData(pixels, 0, 0);
}

function drawMap(node, image, run, range, label) {
  const context = prepare(node);
  if (!context) return;
  const { columns, steps } = run.history;
  const layers = run.facts.layers.length;
  const [width, height] = [context.boxWidth - LEFT, context.boxHeight - BOTTOM];
  const [cell, wide] = [height / layers, Math.min(8, width / Math.max(1, columns.length))];
  paint(image, run.history, layers, range);
  context.clearRect(0, 0, context.boxWidth, context.boxHeight);
  context.imageSmoothingEnabled = false;
  context.drawImage(image, LEFT, 0, wide * columns.length, height);
  drawAxes(context, { cell, layers, steps, right: LEFT + columns.length * wide });
  node.setAttribute("aria-label", `${label} ${t("step.n", { n: num(steps.at(-1) ?? 0) })}`);
}

function drawAxes(context, { cell, layers, steps, right }) {
  const [foot, middle] = [context.boxHeight - 4, context.boxHeight - BOTTOM];
  context.fillStyle = ink("--soft");
  context.font = "11px system-ui, sans-serif";
  context.textAlign = "right";
  context.textBaseline = "middle";
  const every = Math.max(1, Math.ceil(13 / cell), Math.ceil(layers / 8));
  for (let l = 0; l < layers; l += every)
    context.fillText(num(l + 1), LEFT - 6, middle - (l + 0.5) * cell);
  context.textBaseline = "alphabetic";
  if (right > LEFT + 90) context.fillText(num(steps.at(-1)), right, foot);
  context.textAlign = "left";
  context.fillText(t("step.n", { n: num(steps[0] ?? 0) }), LEFT, foot);
}
