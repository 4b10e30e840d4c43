// A canvas as sharp as the screen, and the theme's colours as numbers.
import { h } from "../../src/dom.js";

export function canvas(className, label) {
  return h("canvas", { class: className, role: "img", "aria-label": label });
}

const boxes = new WeakMap(); // what was measured last: to ask makes the browser lay the page out

// Forgets the canvas's size, which may have changed.
export const measure = (node) => boxes.delete(node);

function boxOf(node) {
  if (!boxes.has(node)) {
    const { width, height } = node.getBoundingClientRect();
    if (!(width > 0 && height > 0)) return null;
    const ratio = Math.min(3, devicePixelRatio || 1);
    Object.assign(node, { width: Math.round(width * ratio), height: Math.round(height * ratio) });
    boxes.set(node, { width, height, ratio });
  }
  return boxes.get(node);
}

// The context in CSS pixels, or null where the canvas is not shown.
export function prepare(node) {
  const box = boxOf(node);
  if (!box) return null;
  const { width, height, ratio } = box;
  const context = node.getContext("2d");
  context.setTransform(ratio, 0, 0, ratio, 0, 0);
  return Object.assign(context, { boxWidth: width, boxHeight: height });
}

// Of CSS variables, by name; to ask is slow, and only the theme changes them.
const inks = new Map();
export const forgetInks = () => inks.clear();

export function ink(name) {
  if (!inks.has(name))
    inks.set(name, getComputedStyle(document.documentElement).getPropertyValue(name).trim());
  return inks.get(name);
}

// [r, g, b] of a variable that holds #rrggbb or #rgb.
export function colour(name) {
  const digits = ink(name).slice(1);
  const two = digits.length === 3 ? [...digits].map((c) => c + c) : digits.match(/../g);
  return two.map((pair) => Number.parseInt(pair, 16));
}

export const CLASSES = ["--class-0", "--class-1", "--class-2"];
