// What the reader chose: language, theme, setting tab, switches. One object, one redraw.
import { browserLanguage } from "../common/frame.js";
import { run } from "./run.js";

const query = new URLSearchParams(location.search);

function firstLanguage() {
  const asked = query.get("lang");
  if (asked) return asked.toLowerCase().startsWith("pt") ? "pt" : "en";
  if (run.lang === "pt" || run.lang === "en") return run.lang;
  return browserLanguage();
}

export const state = {
  lang: firstLanguage(),
  theme: query.get("theme") ?? "auto", // "auto", "light", "dark"
  setting: run.settings[0],
  logLoss: true,
  shape: run.middleShape, // index into run.shapes: whose weights are drawn
  moment: "first", // "first" or "last" probe step
  target: 1, // index into the targets of a group
};

let redraw = () => {};
export const onChange = (callback) => (redraw = callback);

export function set(changes) {
  Object.assign(state, changes);
  redraw();
}
