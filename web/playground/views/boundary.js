// What the network would answer everywhere in the plane, under the training samples.
import { h } from "../../src/dom.js";
import { num, percent, t } from "../i18n.js";
import { CLASSES, canvas, colour, ink, measure, prepare } from "./canvas.js";

const TINT = 0.5; // of the class's colour; the rest is paper

export function makeBoundary(run) {
  const label = t("boundary.label", { scheme: run.label });
  const ground = canvas("ground", label);
  const points = canvas("points", "");
  points.setAttribute("aria-hidden", "true");
  points.removeAttribute("role");
  const node = h("div", { class: "boundary" }, ground, points);
  const image = document.createElement("canvas");
  return {
    node,
    resize() {
      [ground, points].forEach(measure);
      drawPoints(points, run);
      if (run.picture) drawGround(ground, image, run);
    },
    update(fresh) {
      if (fresh.picture) drawGround(ground, image, run);
      if (fresh.accuracy !== null)
        ground.setAttribute(
          "aria-label",
          `${label} ${t("accuracy.label", { share: percent(run.accuracy), step: num(run.step) })}`,
        );
    },
  };
}

function drawGround(node, image, run) {
  const context = prepare(node);
  if (!context) return;
  const { size, shares } = run.picture;
  const classes = run.facts.classes;
  const paper = colour("--card");
  const inks = CLASSES.slice(0, classes).map(colour);
  image.width = image.height = size;
  const pixels = new ImageData(size, size);
  for (let i = 0; i < size * size; i++)
    for (let channel = 0; channel < 4; channel++) {
      let value = channel === 3 ? 255 : (1 - TINT) * paper[channel];
      for (let k = 0; channel < 3 && k < classes; k++)
        value += TINT * inks[k][channel] * (shares[i * classes + k] || 0);
      pixels.data[4 * i + channel] = value;
    }
  image.getContext("2d").putImageData(pixels, 0, 0);
  context.imageSmoothingEnabled = true;
  context.drawImage(image, 0, 0, context.boxWidth, context.boxHeight);
}

// A shape for each class besides its colour.
const SHAPES = [
  (c, x, y, r) => c.arc(x, y, r, 0, 2 * Math.PI),
  (c, x, y, r) => c.rect(x - 0.88 * r, y - 0.88 * r, 1.76 * r, 1.76 * r),
  (c, x, y, r) => {
    c.moveTo(x, y - 1.2 * r);
    c.lineTo(x + 1.1 * r, y + 0.8 * r);
    c.lineTo(x - 1.1 * r, y + 0.8 * r);
    c.closePath();
  },
];

function drawPoints(node, run) {
  const context = prepare(node);
  if (!context) return;
  const { x, y } = run.points;
  const { boxWidth: width, boxHeight: height } = context;
  const scale = width / (2 * run.span);
  const radius = Math.max(2.6, width / 95);
  context.clearRect(0, 0, width, height);
  context.lineWidth = Math.max(0.8, width / 420);
  context.strokeStyle = ink("--card");
  for (let i = 0; i < y.length; i++) {
    context.fillStyle = ink(CLASSES[y[i]]);
    context.beginPath();
    SHAPES[y[i]](context, width / 2 + x[2 * i] * scale, height / 2 - x[2 * i + 1] * scale, radius);
    context.fill();
    context.stroke();
  }
}
