// Settings that show one thing each; the rest of the settings are the defaults.
import { DEFAULTS } from "./state.js";

const LESSONS = {
  depth: {},
  shallow: { hidden: "32x2", lr: "0.1" },
  symmetry: { hidden: "16x3", init: "zeros,constant(value=0.1)", lr: "0.1", data: "moons" },
  explode: { init: "uniform(r=1),he_normal" },
  sigmoid: { act: "sigmoid", init: "xavier_uniform,he_normal", hidden: "32x8", lr: "0.5" },
  orthogonal: { act: "tanh", hidden: "32x50", init: "xavier_normal,orthogonal", lr: "0.05" },
  adam: { optimizer: "adam", lr: "0.001" },
};

export const lessonNames = Object.keys(LESSONS);
export const lessonOf = (name) => ({ ...DEFAULTS, ...LESSONS[name] });
