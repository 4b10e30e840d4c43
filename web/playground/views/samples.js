// Where samples are no points in the plane: images with what the network says of each, or how the
// classes are taken for one another.
import { h } from "../../src/dom.js";
import { num, percent, pick, t } from "../i18n.js";
import { canvas, ink, measure, prepare } from "./canvas.js";

const SHOWN = 24;

function likeliest(shares, i, classes) {
  let best = 0;
  for (let k = 1; k < classes; k++)
    if (shares[i * classes + k] > shares[i * classes + best]) best = k;
  return best;
}

// ---- images ----

function drawImage(node, x, height, width) {
  Object.assign(node, { width, height });
  const pixels = new ImageData(width, height);
  let lo = Infinity;
  let hi = -Infinity;
  for (const v of x) ((lo = Math.min(lo, v)), (hi = Math.max(hi, v)));
  for (let i = 0; i < width * height; i++) {
    const grey = (255 * (x[i] - lo)) / (hi - lo || 1);
    pixels.data.set([grey, grey, grey, 255], 4 * i);
  }
  node.getContext("2d").putImageData(pixels, 0, 0);
}

export function makeImages(run, source) {
  const { height, width, inputs, classes } = run.facts;
  const name = (k) => pick(source.names[k]) || num(k);
  const cards = Array.from({ length: Math.min(SHOWN, run.images.y.length) }, (_, i) => {
    const picture = h("canvas", { "aria-hidden": "true" });
    drawImage(picture, run.images.x.subarray(i * inputs, (i + 1) * inputs), height, width);
    const caption = h("span", { class: "says" }, "…");
    return { caption, card: h("li", {}, picture, caption) };
  });
  const node = h("ul", {
    class: "images",
    "aria-label": t("images.label", { scheme: run.label }),
  });
  node.append(...cards.map((one) => one.card));
  return {
    node,
    resize() {},
    update(fresh) {
      if (!fresh.predicted) return;
      cards.forEach(({ card, caption }, i) => {
        const best = likeliest(run.predicted, i, classes);
        const share = run.predicted[i * classes + best];
        const right = best === run.images.y[i];
        card.className = right ? "right" : "wrong";
        caption.textContent = `${right ? "✓" : "✗"} ${name(best)} ${percent(share, 2).replace(" ", "\u00a0")}`;
      });
    },
  };
}

// ---- which class for which ----

export function makeConfusion(run) {
  const label = t("confusion.label", { scheme: run.label });
  const node = canvas("confusion", label);
  const draw = () => run.predicted && drawConfusion(node, run, label);
  const resize = () => (measure(node), draw());
  return { node, resize, update: (fresh) => fresh.predicted && draw() };
}

function drawConfusion(node, run, label) {
  const context = prepare(node);
  if (!context) return;
  const classes = run.facts.classes;
  const counts = new Float64Array(classes * classes);
  const totals = new Float64Array(classes);
  let right = 0;
  run.labels.forEach((truth, i) => {
    const said = likeliest(run.predicted, i, classes);
    counts[truth * classes + said]++;
    totals[truth]++;
    right += truth === said;
  });
  const margin = 26;
  const cell = (Math.min(context.boxWidth, context.boxHeight) - margin) / classes;
  context.clearRect(0, 0, context.boxWidth, context.boxHeight);
  context.font = "11px system-ui, sans-serif";
  context.textAlign = "center";
  context.textBaseline = "middle";
  for (let truth = 0; truth < classes; truth++)
    for (let said = 0; said < classes; said++) {
      context.globalAlpha = 0.06 + 0.94 * (counts[truth * classes + said] / (totals[truth] || 1));
      context.fillStyle = ink(truth === said ? "--good" : "--bad");
      context.fillRect(margin + said * cell + 1, truth * cell + 1, cell - 2, cell - 2);
    }
  context.globalAlpha = 1;
  context.fillStyle = ink("--soft");
  for (let k = 0; k < classes; k++) {
    context.fillText(num(k), margin / 2, (k + 0.5) * cell);
    context.fillText(num(k), margin + (k + 0.5) * cell, classes * cell + margin / 2);
  }
  node.setAttribute("aria-label", `${label} ${percent(right / run.labels.length)}`);
}
