// The settings: those of `alvor compare`, and how the page is read. All of it lives in the URL's hash.
import { browserLanguage } from "../common/frame.js";

export const DEFAULTS = {
  data: "spirals",
  hidden: "32x20",
  act: "relu",
  init: "torch_default,he_normal",
  optimizer: "sgd",
  lr: "0.01",
  batch: "128",
  seeds: "1",
  seed: "42",
};
// from: the page of the guide that sent the reader.
const VIEW = { lang: "", theme: "auto", speed: "normal", scale: "linear", hide: "", from: "" };
const OPTIONS = Object.keys(DEFAULTS);

// Items of a list whose commas inside parentheses do not split.
export const listOf = (text) => text.match(/(?:\([^)]*\)|[^,(])+/g)?.map((one) => one.trim()) ?? [];

export const state = { ...DEFAULTS, ...VIEW };

// Settings that decide results, as opposed to how they are shown.
export const decides = (name) => OPTIONS.includes(name);

// Unknown names are left alone; a hand-written value is checked by the engine, not here.
export function readHash(hash = location.hash) {
  const given = new URLSearchParams(hash.replace(/^#/, ""));
  Object.assign(state, DEFAULTS, VIEW, { theme: state.theme, speed: state.speed });
  for (const name of Object.keys(state)) {
    const value = given.get(name);
    if (value !== null && value.length < 400) state[name] = value.replace(/[\r\n]/g, " ");
  }
  state.lang = state.lang ? (state.lang.startsWith("pt") ? "pt" : "en") : browserLanguage();
  if (!["auto", "light", "dark"].includes(state.theme)) state.theme = "auto";
  if (!["slow", "normal", "fast"].includes(state.speed)) state.speed = "normal";
}

export function hashOf() {
  const out = new URLSearchParams();
  for (const name of [...OPTIONS, ...Object.keys(VIEW)]) {
    const usual = decides(name) ? null : VIEW[name];
    if (state[name] !== usual && state[name] !== "") out.set(name, state[name]);
  }
  // Readable in an address line; what remains is unambiguous.
  return `#${out.toString().replace(/%2C/g, ",").replace(/%28/g, "(").replace(/%29/g, ")").replace(/%3D/g, "=")}`;
}

export const schemes = () => listOf(state.init).slice(0, 2);
export const seedCount = () => Math.min(10, Math.max(1, Number.parseInt(state.seeds, 10) || 1));

// "32x20 norm=batch": width, depth and the rest of the text.
export function network() {
  const [, width, depth, rest] = state.hidden.match(/^\s*(\d+)\s*x\s*(\d+)\s*(.*)$/) ?? [];
  return width ? { width: Number(width), depth: Number(depth), rest } : null;
}

export const hiddenText = ({ width, depth, rest }) => `${width}x${depth}${rest ? ` ${rest}` : ""}`;

// Large sets are cut, so that a phone can hold them; the command says so as well.
const MOST_VALUES = 1 << 21;

function sizes(source) {
  if (!source || source.train * source.dim <= MOST_VALUES) return {};
  const train = Math.max(100, Math.floor(MOST_VALUES / source.dim / 100) * 100);
  return { train: Math.min(source.train, train), test: Math.min(source.test, 500) };
}

// What a run of the engine takes, for one scheme.
export function optionsOf(scheme, source) {
  const { data, hidden, act, optimizer, lr, batch, seed } = state;
  const rate = lr ? { lr } : {};
  return { data, hidden, act, init: scheme, optimizer, ...rate, batch, seed, ...sizes(source) };
}

const quote = (word) => (/^[\w\-./,:=]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`);

// The command that gives the same losses, to the bit. written(scheme): the text with which the
// command knows a scheme whose gain is "auto".
export function commandOf(source, steps, written) {
  const { init, ...rest } = optionsOf("", source);
  const words = { ...rest, init: schemes().map(written).join(","), steps, seeds: seedCount() };
  const options = Object.entries(words).map(([name, value]) => `--${name} ${quote(String(value))}`);
  return ["alvor compare", ...options, "--backend portable"].join(" ");
}
