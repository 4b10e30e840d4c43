// Pieces that several sections share: headings, controls, verdict chips, layer charts.
import {
  Plot,
  base,
  dash,
  color,
  endLabels,
  labelRoom,
  linearScale,
  logScale,
  mark,
  seriesLines,
  shorten,
  stepScale,
  swatch,
} from "./charts.js";
import { expectedMarks, expectedRows } from "./expected.js";
import { h, rich } from "./dom.js";
import { num, pick, settingWord, t } from "./i18n.js";
import { groupsOf, layerName, layersAt, run } from "./run.js";
import { set, state } from "./state.js";

export const section = (id, ...children) =>
  h(
    "section",
    { id, "aria-labelledby": `h-${id}` },
    h("h2", { id: `h-${id}` }, h("a", { href: `#${id}`, class: "anchor" }, t(`h.${id}`))),
    children,
  );

export const prose = (key, values) => h("p", {}, rich(t(key, values)));

// ---- controls ----

export function choice(label, key, options) {
  const group = h(
    "span",
    { class: "choice", role: "group", "aria-label": label },
    h("span", { class: "choice-label" }, label),
  );
  for (const [value, text] of options)
    group.append(
      h(
        "button",
        {
          type: "button",
          "aria-pressed": String(state[key] === value),
          onclick: () => set({ [key]: value }),
        },
        text,
      ),
    );
  return group;
}

export const settingTabs = () =>
  run.settings.length > 1 &&
  choice(
    settingWord(),
    "setting",
    run.settings.map((a) => [a, a]),
  );

export const momentTabs = () =>
  choice(t("moment"), "moment", [
    ["first", t("moment.first")],
    ["last", t("moment.last")],
  ]);

// ---- words and chips ----

const ICONS = {
  healthy: "✓",
  trained: "✓",
  trains: "✓",
  slow: "◔",
  stuck: "■",
  diverged: "✕",
  symmetric: "=",
  exploding: "▲",
  vanishing: "▼",
  saturated: "▬",
  dead: "○",
};
const GOOD = new Set(["healthy", "trained", "trains"]);

export const word = (key) =>
  key === "trains" ? t("trains") : pick(run.words.verdict[key] ?? run.words.outcome[key]) || key;

export const chip = (key, title) =>
  h(
    "span",
    { class: `chip ${GOOD.has(key) ? "good" : key === "slow" ? "fair" : "bad"}`, title },
    h("span", { "aria-hidden": "true" }, ICONS[key] ?? "•"),
    " ",
    word(key),
  );

export const schemeName = (scheme) =>
  h("span", { class: "scheme" }, swatch(scheme), h("code", {}, scheme));

export const legend = () => h("div", { class: "legend" }, run.schemes.map(schemeName));

// A sentence begins with a capital, but for the name of a scheme.
const opened = (text) =>
  run.schemes.some((scheme) => text.startsWith(scheme))
    ? text
    : text.charAt(0).toUpperCase() + text.slice(1);

// More would be a paragraph; the panels and the table tell the rest.
const MOST_CLAUSES = 3;

// "relu: a. tanh: b." with one clause per setting, or the clause alone.
export function clauses(make, settings = run.settings) {
  const parts = settings.map((a) => [a, make(a)]).filter(([, text]) => text);
  if (parts.length === 0) return t("nothing");
  if (settings.length === 1 && run.settings.length <= 1)
    return `${opened(parts[0][1])}.`;
  if (parts.length > 1 && parts.every(([, text]) => text === parts[0][1]))
    return `${opened(parts[0][1])}.`;
  const told = parts.slice(0, MOST_CLAUSES).map(([a, text]) => `${a}: ${text}`);
  const more = parts.length - told.length;
  return told.concat(more > 0 ? t("settings.more", { n: num(more) }) : []).join("; ") + ".";
}

// ---- charts of one value per layer ----

export const layerRows = (setting, name, moment) =>
  groupsOf(setting).flatMap((one) =>
    layersAt(one, name, moment).map((value, layer) => ({
      scheme: one.scheme,
      x: layer + 1,
      value,
    })),
  );

// A panel per setting: lines over layers, one per scheme.
export function layerPanels(name, { label, log, domain, moment = "first", guides = [] }) {
  const all = run.settings.flatMap((a) => layerRows(a, name, moment)).map((row) => row.value);
  return run.settings
    .filter((setting) => layerRows(setting, name, moment).some((row) => row.value !== null))
    .map((setting) => ({
      label: setting,
      plot: (width, title) =>
        layerChart(layerRows(setting, name, moment), all, width, title, {
          label,
          log,
          domain,
          guides,
          expected: moment === "first" ? expectedRows(setting, name) : [],
        }),
    }));
}

function layerChart(rows, all, width, title, { label, log, domain, guides, expected }) {
  const scale = log
    ? logScale(
        all.filter((v) => v !== null),
        label,
      )
    : { place: (v) => v, options: linearScale(label, domain) };
  const points = rows
    .filter((row) => row.value !== null && Number.isFinite(row.value))
    .map((row) => ({ ...row, y: scale.place(row.value) }));
  const depth = Math.max(2, ...points.map((row) => row.x));
  const ends = run.schemes
    .map((scheme) => points.filter((row) => row.scheme === scheme).pop())
    .filter(Boolean);
  const room = labelRoom(
    width,
    ends.map((end) => end.scheme),
  );
  return Plot.plot({
    ...base(width, Math.max(250, Math.min(320, width * 0.72)), title),
    marginRight: room,
    x: {
      label: t("axis.layer"),
      domain: [1, depth],
      ticks: layerTicks(depth),
      tickFormat: (v) => num(v),
    },
    y: scale.options,
    marks: [
      guides.map((y) =>
        Plot.ruleY([y], { stroke: "currentColor", strokeOpacity: 0.6, strokeDasharray: "4 4" }),
      ),
      scale.options.domain ? expectedMarks(expected, scale.options.domain) : [],
      ...seriesLines(points, run.schemes, {
        tip: (row) => `${row.scheme}\n${t("layer")} ${layerName(row.x)}\n${label}: ${num(row.value)}`,
      }),
      endLabels(ends, room),
    ],
  });
}

export function layerTicks(depth) {
  const stride = Math.max(1, Math.ceil(depth / 7));
  const ticks = [];
  for (let i = 1; i <= depth; i += stride) ticks.push(i);
  return ticks;
}

// Measured, or "expected.z_std.mid".
function valuesOf(one, name, moment) {
  const [first, key, side] = name.split(".");
  return first === "expected" ? (one.expected?.[key]?.[side] ?? []) : layersAt(one, name, moment);
}

// The table below such a chart.
export const layerTable =
  (names, moment = "first") =>
  () => ({
    columns: [
      { key: "setting", label: settingWord() },
      { key: "scheme", label: t("scheme") },
      { key: "layer", label: t("layer") },
      ...(run.chain === false ? [{ key: "name", label: t("layer.name") }] : []),
      ...names.map(([key, label]) => ({ key, label })),
    ],
    rows: run.compare.flatMap((one) =>
      layersAt(one, names[0][0], moment).map((_, layer) => [
        one.setting,
        one.scheme,
        layer + 1,
        ...(run.chain === false ? [run.layer_names[layer] ?? ""] : []),
        ...names.map(([name]) => valuesOf(one, name, moment)[layer] ?? null),
      ]),
    ),
  });

// ---- charts of one value per step: the median over layers ----

export function stepSeries(one, name, reduce) {
  const rows = one.layers[name] ?? [];
  return one.layers.step.map((step, i) => ({
    scheme: one.scheme,
    x: step,
    value: reduce(rows[i] ?? []),
  }));
}

export function stepPanels(name, reduce, { label, log, domain, guides = [] }) {
  const rows = (a) =>
    groupsOf(a)
      .flatMap((one) => stepSeries(one, name, reduce))
      .filter((row) => row.value !== null);
  const all = run.settings.flatMap((a) => rows(a).map((row) => row.value)).concat(guides);
  return run.settings
    .filter((a) => rows(a).length > 0)
    .map((setting) => ({
      label: setting,
      plot: (width, title) => {
        const scale = log
          ? logScale(all, label)
          : { place: (v) => v, options: linearScale(label, domain) };
        const points = rows(setting).map((row) => ({ ...row, y: scale.place(row.value) }));
        const ends = run.schemes
          .map((scheme) => points.filter((row) => row.scheme === scheme).pop())
          .filter(Boolean);
        const room = labelRoom(
          width,
          ends.map((end) => end.scheme),
        );
        const steps = [...new Set(points.map((row) => row.x))].sort((a, b) => a - b);
        return Plot.plot({
          ...base(width, Math.max(250, Math.min(320, width * 0.72)), title),
          marginRight: room,
          x: { ...stepScale(steps, t("axis.step")), domain: [steps[0], steps[steps.length - 1]] },
          y: scale.options,
          marks: [
            guides.map((y) =>
              Plot.ruleY([y], {
                stroke: "currentColor",
                strokeOpacity: 0.6,
                strokeDasharray: "4 4",
              }),
            ),
            ...seriesLines(points, run.schemes, {
              tip: (row) =>
                `${row.scheme}\n${t("step")} ${num(row.x)}\n${label}: ${num(row.value)}`,
            }),
            endLabels(ends, room),
          ],
        });
      },
    }));
}

export const stepTable = (names) => () => ({
  columns: [
    { key: "setting", label: settingWord() },
    { key: "scheme", label: t("scheme") },
    { key: "step", label: t("step") },
    { key: "layer", label: t("layer") },
    ...names.map(([key, label]) => ({ key, label })),
  ],
  rows: run.compare.flatMap((one) =>
    one.layers.step.flatMap((step, i) =>
      (one.layers[names[0][0]][i] ?? []).map((_, layer) => [
        one.setting,
        one.scheme,
        step,
        layer + 1,
        ...names.map(([name]) => one.layers[name][i]?.[layer] ?? null),
      ]),
    ),
  ),
});

export const middle = (values) => {
  const fine = values.filter((v) => v !== null).sort((a, b) => a - b);
  return fine.length ? fine[Math.floor((fine.length - 1) / 2)] : null;
};

export {
  Plot,
  base,
  color,
  dash,
  endLabels,
  labelRoom,
  linearScale,
  logScale,
  mark,
  shorten,
  swatch,
};
