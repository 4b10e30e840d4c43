// Charts by Observable Plot, and what they have in common.
import { h } from "../../src/dom.js";
import * as Plot from "./plot.js";
import { num, power } from "../i18n.js";

export { Plot };
export const inkOf = (index) => `var(--run-${index})`;

// plot(width) -> svg element; label() -> what a reader hears. To ask for the width makes the browser
// lay the page out, so that only resize does.
export function makeChart(plot, label, className = "") {
  const node = h("div", { class: `chart ${className}` });
  let width = 0;
  function draw() {
    width ||= node.clientWidth;
    if (!(width > 0)) return;
    const chart = plot(Math.floor(width));
    for (const part of chart.querySelectorAll("[aria-label]")) part.removeAttribute("aria-label");
    chart.setAttribute("role", "img");
    chart.setAttribute("aria-label", label());
    node.replaceChildren(chart);
  }
  function resize() {
    width = 0;
    draw();
  }
  return { node, draw, resize };
}

// What all charts look like.
export const plain = (width, height, more) =>
  Plot.plot({
    width,
    height,
    marginLeft: 44,
    marginRight: 12,
    marginTop: 28,
    marginBottom: 38,
    style: { fontSize: "11.5px", overflow: "visible" },
    ...more,
  });

// A log axis over whole decades that hold all positive values; what is smaller stands on its floor.
export function logAxis(values, label, ticks = 5) {
  let lo = Infinity;
  let hi = -Infinity;
  for (const v of values)
    if (v > 0 && v < Infinity) ((lo = Math.min(lo, v)), (hi = Math.max(hi, v)));
  if (!(lo < Infinity)) [lo, hi] = [0.1, 1];
  let to = Math.ceil(Math.log10(hi) - 1e-9);
  const from = Math.max(Math.floor(Math.log10(lo) + 1e-9), to - 30);
  if (to - from < 1) to = from + 1;
  const stride = Math.max(1, Math.ceil((to - from) / ticks));
  const marks = [];
  for (let e = to; e >= from; e -= stride) marks.push(10 ** e);
  const clamp = (v) => (v > 10 ** from ? Math.min(v, 10 ** to) : v >= 0 ? 10 ** from : NaN);
  return {
    clamp,
    y: {
      type: "log",
      domain: [10 ** from, 10 ** to],
      ticks: marks,
      tickFormat: (v) => power(Math.round(Math.log10(v))),
      label,
      labelArrow: "none",
      grid: true,
    },
  };
}

export const whole = { tickFormat: (v) => (Number.isInteger(v) ? num(v) : "") };
