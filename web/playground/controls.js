// The controls: built anew when the settings change, with the focus kept where it was.
import { h } from "../src/dom.js";
import { num, pick, t } from "./i18n.js";
import { AUTO, GAINS, parseScheme, printScheme, sliderOf } from "./scheme.js";
import { hiddenText, network, schemes, seedCount, state } from "./state.js";

const RATES = [-4, -3, -2, -1, 0].flatMap((e) => [1, 2, 5].map((m) => String(m * 10 ** e)));
const WIDTHS = [2, 4, 8, 12, 16, 24, 32, 48, 64, 100, 128];
const BATCHES = ["1", "8", "16", "32", "64", "128", "256"];
export const MOST_DEPTH = 50;

let serial = 0;

// A label above a control, its value on the right; `hint` below.
function field(label, control, { value, hint } = {}) {
  const id = control.id || (control.id = `field-${++serial}`);
  const note = hint && h("p", { class: "hint", id: `${id}-hint` }, hint);
  if (hint) control.setAttribute("aria-describedby", `${id}-hint`);
  return h(
    "div",
    { class: "field" },
    h(
      "div",
      { class: "field-head" },
      h("label", { for: id }, label),
      value !== undefined && h("output", { for: id }, value),
    ),
    control,
    note,
  );
}

function select(id, value, items, onchange) {
  const known = items.some((one) => one.value === value);
  const all = known ? items : [{ value, label: value }, ...items];
  const node = h(
    "select",
    { id, onchange: (event) => onchange(event.target.value) },
    all.map((one) => h("option", { value: one.value, title: one.title }, one.label)),
  );
  node.value = value;
  return node;
}

// A slider over places 0 .. n - 1. `say` gives the value of a place in words, also while it moves.
function slider(id, at, n, say, onchange) {
  const node = h("input", { id, type: "range", min: 0, max: n - 1, step: 1, value: at });
  node.setAttribute("aria-valuetext", say(at));
  node.addEventListener("input", () => {
    node.setAttribute("aria-valuetext", say(Number(node.value)));
    const output = node.closest(".field")?.querySelector("output");
    if (output) output.textContent = say(Number(node.value));
  });
  node.addEventListener("change", () => onchange(Number(node.value)));
  return node;
}

const nearest = (list, value) =>
  list.reduce((best, one, i) => {
    const far = (x) => Math.abs(Math.log(Number(x) / Number(value)));
    return far(one) < far(list[best]) ? i : best;
  }, 0);

// ---- one scheme with its arguments ----

const PLACES = 61;

function argument(id, arg, value, onchange) {
  const hint = pick(arg.help);
  if (arg.choices) {
    const items = arg.choices.split(" ").map((label, i) => ({ value: String(i), label }));
    return field(
      arg.name,
      select(id, String(value), items, (v) => onchange(Number(v))),
      { hint },
    );
  }
  const range = sliderOf(arg);
  if (!range) {
    const box = h("input", { id, type: "number", step: "any", value });
    box.addEventListener("change", () => onchange(Number(box.value)));
    return field(arg.name, box, { hint });
  }
  const node = numbers(id, range, value, arg.value, onchange);
  return field(arg.name, node, { value: num(value), hint });
}

// A slider over a range of numbers, one of whose places is the usual one.
function numbers(id, { log, lo, hi }, value, usual, onchange) {
  const to = (place) => {
    const share = place / (PLACES - 1);
    const x = log ? lo * (hi / lo) ** share : lo + (hi - lo) * share;
    if (Math.abs(place - from(usual)) < 0.5) return usual;
    return Number(x.toPrecision(log ? 2 : 3));
  };
  const from = (x) => {
    const share = log ? Math.log(x / lo) / Math.log(hi / lo) : (x - lo) / (hi - lo);
    return (PLACES - 1) * Math.min(1, Math.max(0, share));
  };
  const start = Math.round(from(value));
  const say = (place) => num(place === start ? value : to(place));
  return slider(id, start, PLACES, say, (place) => onchange(to(place)));
}

// The gain of a scheme: its own, the activation's, or one by hand. Schemes without one say why.
function gainFields(index, { row, args }, catalogue, change) {
  const arg = row.args.find((one) => one.name === "gain");
  const id = `gain-${index}`;
  const own = [{ value: "own", label: t("gain.own") }];
  if (!arg) {
    const menu = select(id, "own", [{ value: "own", label: t("gain.none") }], () => {});
    menu.disabled = true;
    return field(t("field.gain"), menu, { hint: t(row.args.length ? "gain.args" : "gain.fixed") });
  }
  const gain = catalogue.activations.find((one) => one.name === state.act)?.gain;
  const hand = args.gain !== AUTO && args.gain !== arg.value;
  const items = [
    ...own,
    { value: AUTO, label: t("gain.auto", { gain: gain ? num(gain, 4) : state.act }) },
    { value: "hand", label: t("gain.hand") },
  ];
  const to = { own: arg.value, auto: AUTO, hand: Number((gain ?? 1).toPrecision(2)) };
  const shown = args.gain === AUTO ? AUTO : hand ? "hand" : "own";
  const menu = select(id, shown, items, (value) => change({ ...args, gain: to[value] }));
  const fields = [field(t("field.gain"), menu, { hint: pick(arg.help) })];
  if (hand) {
    const set = (x) => change({ ...args, gain: x });
    const node = numbers(`${id}-hand`, GAINS, args.gain, gain ?? 1, set);
    fields.push(field(t("gain.value"), node, { value: num(args.gain) }));
  }
  return fields;
}

function schemeFields(index, text, catalogue, change, none) {
  const parsed = parseScheme(text, catalogue);
  const items = catalogue.schemes.map((one) => ({
    value: one.name,
    label: one.name,
    title: pick(one.summary),
  }));
  if (none) items.unshift({ value: "", label: t("none") });
  const pickName = (name) => change(name && printScheme(parseScheme(name, catalogue)));
  const menu = select(`scheme-${index}`, text ? parsed.name : "", items, pickName);
  const row = text && parsed.row;
  return h(
    "div",
    { class: `scheme-fields run-${index}` },
    field(t(index ? "field.other" : "field.scheme"), menu, {
      hint: row ? pick(row.summary) : null,
    }),
    row &&
      h(
        "div",
        { "data-part": "gain" },
        gainFields(index, parsed, catalogue, (args) => change(printScheme({ ...parsed, args }))),
      ),
    row &&
      h(
        "details",
        { class: "args", id: `args-${index}` },
        h("summary", {}, t("arguments")),
        h("p", { class: "formula" }, row.formula),
        row.args.map(
          (arg, i) =>
            arg.name !== "gain" &&
            argument(`arg-${index}-${i}`, arg, parsed.args[arg.name], (value) => {
              parsed.args[arg.name] = value;
              change(printScheme(parsed));
            }),
        ),
      ),
  );
}

// ---- groups ----

const group = (part, title, ...children) =>
  h("fieldset", { "data-part": part }, h("legend", {}, title), children);

function schemeGroup(catalogue, set) {
  const [first, second = ""] = schemes();
  const change = (index) => (text) => {
    const list = [first, second];
    list[index] = text;
    if (list[0] === list[1]) list[1] = "";
    set({ init: list.filter(Boolean).join(",") });
  };
  return group(
    "scheme",
    t("group.scheme"),
    schemeFields(0, first, catalogue, change(0), false),
    h("div", { "data-part": "other" }, schemeFields(1, second, catalogue, change(1), true)),
  );
}

function networkGroup(catalogue, set) {
  const net = network();
  const acts = catalogue.activations.map((one) => ({
    value: one.name,
    label: one.name,
    title: one.formula,
  }));
  const act = catalogue.activations.find((one) => one.name === state.act);
  const depths = net && [
    field(
      t("field.depth"),
      slider(
        "depth",
        net.depth - 1,
        MOST_DEPTH,
        (i) => num(i + 1),
        (i) => set({ hidden: hiddenText({ ...net, depth: i + 1 }) }),
      ),
      { value: num(net.depth) },
    ),
    field(
      t("field.width"),
      slider(
        "width",
        nearest(WIDTHS, net.width),
        WIDTHS.length,
        (i) => num(WIDTHS[i]),
        (i) => set({ hidden: hiddenText({ ...net, width: WIDTHS[i] }) }),
      ),
      { value: num(net.width) },
    ),
  ];
  return group(
    "network",
    t("group.network"),
    depths,
    field(
      t("field.act"),
      select("act", state.act, acts, (v) => set({ act: v })),
      {
        hint: act && `f(x) = ${act.formula}`,
      },
    ),
  );
}

function trainingGroup(catalogue, set) {
  const optimizers = catalogue.optimizers.map((one) => ({ value: one.name, label: one.name }));
  const change = (name) => {
    const row = catalogue.optimizers.find((one) => one.name === name);
    set({ optimizer: name, lr: String(row?.rate ?? state.lr) });
  };
  return group(
    "training",
    t("group.training"),
    field(t("field.optimizer"), select("optimizer", state.optimizer, optimizers, change)),
    field(
      t("field.lr"),
      slider(
        "lr",
        nearest(RATES, state.lr),
        RATES.length,
        (i) => num(Number(RATES[i])),
        (i) => set({ lr: RATES[i] }),
      ),
      { value: num(Number(state.lr)) },
    ),
    field(
      t("field.batch"),
      select(
        "batch",
        state.batch,
        BATCHES.map((value) => ({ value, label: num(Number(value)) })),
        (v) => set({ batch: v }),
      ),
    ),
  );
}

function dataGroup(catalogue, set) {
  const sources = catalogue.sources.map((one) => ({
    value: one.name,
    label: one.name,
    title: pick(one.summary),
  }));
  const source = catalogue.sources.find((one) => one.name === state.data);
  const seed = h("input", { id: "seed", type: "number", min: 0, step: 1, value: state.seed });
  seed.addEventListener("change", () =>
    set({ seed: String(Math.max(0, Math.floor(Number(seed.value) || 0))) }),
  );
  const ten = h("input", { id: "ten", type: "checkbox" });
  ten.checked = seedCount() > 1;
  ten.addEventListener("change", () => set({ seeds: ten.checked ? "10" : "1" }));
  return group(
    "data",
    t("group.data"),
    field(
      t("field.data"),
      select("data", state.data, sources, (v) => set({ data: v })),
      {
        hint: source && pick(source.summary),
      },
    ),
    h(
      "div",
      { class: "pair", "data-part": "seeds" },
      field(t("field.seed"), seed),
      h("label", { class: "check", for: "ten" }, ten, t("field.ten")),
    ),
  );
}

// Draws all groups into `root`; set(changes) is called with what the reader chose.
export function drawControls(root, catalogue, set) {
  const focused = root.contains(document.activeElement) ? document.activeElement.id : null;
  const open = new Set([...root.querySelectorAll("details[open]")].map((one) => one.id));
  root.replaceChildren(
    schemeGroup(catalogue, set),
    networkGroup(catalogue, set),
    trainingGroup(catalogue, set),
    dataGroup(catalogue, set),
  );
  for (const id of open) root.querySelector(`#${id}`)?.setAttribute("open", "");
  if (focused) document.getElementById(focused)?.focus({ preventScroll: true });
}
