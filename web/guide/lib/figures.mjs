// The kinds of figure that a chapter can ask for: ::: figure KIND exp=NAME ... Each function gets
// the attributes, the language, the width in pixels, and the documents of its experiments; it
// returns one chart, or several panels with their headings.
import { num, power, word } from "./say.mjs";
import { groupOf } from "./values.mjs";
import { Plot, brief, briefSetting, color, endLabels, ends, labelRoom, linear, lines, logarithmic, mark, plot } from "./draw.mjs";

const schemesOf = (document, { only }) => (only ? only.split("+") : document.spec.schemes);
const groups = (document, asked) =>
  schemesOf(document, asked).map((scheme) => groupOf(document, scheme, asked.setting));
const height = (width) => Math.round(Math.max(230, Math.min(340, width * 0.56)));

// A chart with its names at the right, or under it where there is no room beside.
function lineChart({ rows, names, width, lang, x, y, extra = [], dots = true, label, named = names }) {
  const room = labelRoom(named);
  return plot({
    width,
    height: height(width),
    marginRight: room,
    ariaLabel: label,
    x,
    y,
    marks: [...extra, ...lines(rows, names, dots), endLabels(ends(rows, named), lang)],
  });
}

// ---- training: the loss along the run, median over seeds with the middle half ----

function curves(asked, { documents: [document], lang, width, label }) {
  const shown = groups(document, asked);
  const top = document.spec.data.chance_loss * Number(asked.top ?? 1.4);
  const cap = (v) => (v === null || v > top ? null : v);
  const points = (one, key) =>
    one.curves.step.map((step, i) => ({ name: one.scheme, x: step, y: cap(one.curves.train_loss[key][i]) }));
  const rows = shown.flatMap((one) => points(one, "median").filter((row) => row.y !== null));
  const bands = shown.map((one) => {
    const lo = points(one, "q1");
    const hi = points(one, "q3");
    const band = lo.map((row, i) => ({ x: row.x, lo: row.y, hi: hi[i].y })).filter((b) => b.lo !== null && b.hi !== null);
    return Plot.areaY(band, { x: "x", y1: "lo", y2: "hi", fill: color(one.scheme), fillOpacity: 0.16 });
  });
  const names = shown.map((one) => one.scheme).filter((name) => rows.some((row) => row.name === name));
  const values = rows.map((row) => row.y);
  const log = asked.log !== undefined && logarithmic(lang, word("loss", lang), values);
  const y = log ? log.axis : linear(lang, word("loss", lang), { domain: [0, top] });
  const chance = document.spec.data.chance_loss;
  return lineChart({
    rows, names, width, lang, label, dots: false,
    x: linear(lang, word("step", lang), { grid: false }),
    y,
    extra: [
      Plot.ruleY([chance], { stroke: "currentColor", strokeDasharray: "2 3", strokeOpacity: 0.7 }),
      Plot.text([chance], { y: (v) => v, frameAnchor: "right", text: () => word("chance", lang), dy: -9, dx: -4, textAnchor: "end" }),
      ...bands,
    ],
  });
}

// ---- layer by layer, before training ----

function layers(asked, { documents: [document], lang, width, label }) {
  const key = asked.key ?? "z_std";
  const shown = groups(document, asked);
  const raw = shown.flatMap((one) =>
    one.layers[key][0].map((y, i) => ({ name: one.scheme, x: i + 1, y })).filter((row) => row.y !== null),
  );
  const { axis, place } = logarithmic(lang, word({ z_std: "z", grad_rms: "grad" }[key] ?? "gradient", lang), raw.map((row) => row.y));
  const rows = raw.map((row) => ({ ...row, y: place(row.y) }));
  return lineChart({
    rows, names: shown.map((one) => one.scheme), width, lang, label,
    x: linear(lang, word("layer", lang), { grid: false, tickFormat: (v) => (Number.isInteger(v) ? String(v) : "") }),
    y: axis,
  });
}

// ---- theory: the rms of z or of the gradient in each layer, with its 95 % interval ----

function forecast(asked, { documents, lang, width, label }) {
  const of = asked.key ?? "q";
  const named = documents.map((document) => ({ name: document.init, document }));
  const point = (l, key) => (l[key] > 0 ? Math.sqrt(l[key]) : null);
  const rows = named.flatMap(({ name, document }) =>
    document.layers.map((l) => ({ name, x: l.layer, y: point(l, of) })).filter((row) => row.y !== null),
  );
  const bands = named.map(({ name, document }) =>
    Plot.areaY(
      document.layers.filter((l) => l[`${of}_lo`] > 0),
      { x: "layer", y1: (l) => point(l, `${of}_lo`), y2: (l) => point(l, `${of}_hi`), fill: color(name), fillOpacity: 0.16 },
    ),
  );
  const all = documents.flatMap((d) => d.layers.flatMap((l) => [point(l, of), point(l, `${of}_lo`), point(l, `${of}_hi`)]));
  // A net of fewer layers has its name where it ends up: beside its last signal, its first gradient.
  const names = named.map((one) => one.name), deepest = Math.max(...rows.map((row) => row.x));
  const short = ends(rows, names).filter((row) => row.x < deepest).map((row) => row.name);
  const there = ends(of === "q" ? rows : [...rows].reverse(), short);
  const beside = (above) =>
    Plot.text(there.filter((row) => row.y >= 1 === above), {
      x: "x", y: "y", text: (row) => brief(row.name, lang), textAnchor: "start", dx: 14, dy: above ? -1 : 3, fontSize: 11.5,
    });
  return lineChart({
    rows, names, width, lang, label, dots: false, named: names.filter((name) => !short.includes(name)),
    x: linear(lang, word("layer", lang), { grid: false }),
    y: logarithmic(lang, word(of === "q" ? "z" : "gradient", lang), all.filter((v) => v !== null)).axis,
    extra: [...bands, beside(true), beside(false)],
  });
}

// ---- first weights: what was drawn, and the law it was drawn from ----

function histogram(one, layer, kind = "weight") {
  const h = one.histograms.find((x) => x.step === 0 && x.layer === layer && x.kind === kind);
  const counts = h.counts.flatMap((n, i) => (i % 2 ? [] : [n + h.counts[i + 1]]));
  const total = counts.reduce((a, b) => a + b, 0);
  const each = (h.hi - h.lo) / counts.length;
  return counts.map((n, i) => ({ lo: h.lo + i * each, hi: h.lo + (i + 1) * each, y: n / total / each }));
}

function weights(asked, { documents: [document], lang, width, label }) {
  const shown = groups(document, asked);
  const each = Math.max(220, Math.min(width, Math.floor((width - 20 * (shown.length - 1)) / shown.length)));
  const layer = Number(asked.layer ?? 3);
  const data = shown.map((one) => histogram(one, layer));
  const reach = Math.max(...data.flat().map((bar) => Math.max(-bar.lo, bar.hi)));
  const top = 1.1 * Math.max(...data.flat().map((bar) => bar.y));
  return shown.map((one, i) => ({
    heading: brief(one.scheme, lang),
    svg: plot({
      width: each, height: 220, ariaLabel: `${label} (${brief(one.scheme, lang)})`,
      x: linear(lang, word("weight", lang), { domain: [-reach, reach], ticks: each < 300 ? 3 : 5, grid: false }),
      y: linear(lang, word("density", lang), { domain: [0, top], ticks: 4 }),
      marks: [
        Plot.rectY(data[i], { x1: "lo", x2: "hi", y: "y", fill: color(one.scheme), fillOpacity: 0.65, inset: 0.2 }),
        Plot.ruleY([0], { stroke: "currentColor", strokeOpacity: 0.5 }),
      ],
    }),
  }));
}

// ---- one number for each scheme and setting: dots with the middle half of the seeds ----

function dots(asked, { documents: [document], lang, width, label }) {
  const key = asked.key ?? "final_train_loss";
  const shown = document.groups.filter(
    (one) => one.purpose === "compare" && (!asked.only || asked.only.split("+").includes(one.scheme)) &&
      (!asked.settings || asked.settings.split("+").includes(one.setting)),
  );
  const chance = document.spec.data.chance_loss;
  const settings = [...new Set(shown.map((one) => one.setting))];
  // The activation goes without saying where all have the same; what is left of it alone is "none".
  const alike = settings.length > 1 && settings.every((one) => /^relu\b/.test(one));
  const short = (one) => (alike ? one.replace(/^relu(, )?/, "") || word("none", lang) : one);
  const good = shown.map((one) => one.summary[key]).flatMap((s) => s ?? []).filter((v) => v !== null && v > 0);
  const isLoss = key.includes("loss");
  const { axis } = isLoss
    ? logarithmic(lang, word(key === "final_test_loss" ? "test" : "final", lang), [...good.filter((v) => v < 50 * chance), chance])
    : { axis: linear(lang, word("accuracy", lang), { domain: [0, 1] }) };
  const hi = axis.domain[1];
  const rows = shown.map((one) => {
    const [mid, a, b] = one.summary[key] ?? [null, null, null];
    const lost = mid === null || mid > hi;
    return { name: one.scheme, at: `${short(one.setting)}\n${one.scheme}`, mid, a, b: Math.min(b ?? hi, hi), lost };
  });
  const names = [...new Set(rows.map((row) => row.name))];
  // A line for each row, and one for the heading of each setting.
  const heads = settings.length > 1 ? settings.map(short) : [];
  const domain = settings.flatMap((setting) => [
    ...(heads.length ? [short(setting)] : []),
    ...rows.filter((row) => row.at.startsWith(`${short(setting)}\n`)).map((row) => row.at),
  ]);
  const left = Math.min(width * 0.34, 16 + 6.6 * Math.max(...names.map((n) => brief(n).length)));
  const marksOf = (name) => {
    const mine = rows.filter((row) => row.name === name);
    const [there, lost] = [mine.filter((row) => !row.lost), mine.filter((row) => row.lost)];
    return [
      Plot.link(there, { x1: "a", x2: "b", y1: "at", y2: "at", stroke: color(name), strokeWidth: 3, strokeOpacity: 0.35 }),
      Plot.dot(there, { x: "mid", y: "at", fill: color(name), stroke: color(name), symbol: mark(name), r: 4.5 }),
      Plot.text(lost, { x: () => hi, y: "at", text: () => `✕ ${word("diverged", lang)}`, textAnchor: "end", fill: color(name) }),
    ];
  };
  return plot({
    width, height: 62 + 21 * domain.length, marginLeft: left, marginRight: 20, marginTop: 10, ariaLabel: label,
    x: axis,
    y: { type: "band", domain, label: null, tickSize: 0, tickFormat: (at) => (at.includes("\n") ? brief(at.split("\n")[1], lang) : "") },
    marks: [
      isLoss && Plot.ruleX([chance], { stroke: "currentColor", strokeDasharray: "2 3", strokeOpacity: 0.7 }),
      Plot.text(heads, { y: (at) => at, text: (at) => briefSetting(at, lang), frameAnchor: "left", dx: -left + 6, fontWeight: 600, textAnchor: "start" }),
      ...names.flatMap(marksOf),
    ].filter(Boolean),
  });
}

// ---- the final loss against a number that the experiments vary ----

// Depths: one experiment for each; documents in order of depth.
function depths(asked, { documents, lang, width, label }) {
  const names = schemesOf(documents[0], asked);
  const rows = names.flatMap((name) =>
    documents.map((document) => ({
      name,
      x: Number(document.spec.model.match(/x(\d+)/)[1]),
      y: groupOf(document, name, asked.setting).summary.final_train_loss[0],
    })),
  ).filter((row) => row.y !== null);
  const chance = documents[0].spec.data.chance_loss;
  return lineChart({
    rows, names, width, lang, label,
    x: { ...linear(lang, word("depth", lang), { grid: false }), ticks: [...new Set(rows.map((r) => r.x))] },
    y: logarithmic(lang, word("final", lang), [...rows.map((row) => row.y), chance]).axis,
    extra: [Plot.ruleY([chance], { stroke: "currentColor", strokeDasharray: "2 3", strokeOpacity: 0.7 })],
  });
}

// The deviation of normal(std=...) across: the loss above, the gain of a layer below.
function scales(asked, { documents: [document], lang, width, label }) {
  const data = document.groups
    .map((one) => ({ x: Number(one.scheme.match(/std=([\d.]+)/)?.[1]), summary: one.summary }))
    .filter((one) => one.x > 0);
  const chance = document.spec.data.chance_loss;
  const best = Math.sqrt(2 / Number(document.spec.model.match(/-(\d+)x/)[1]));
  const panel = (key, name, values, rule) => {
    const { axis } = logarithmic(lang, name, values);
    const fine = data.filter((d) => d.summary[key][0] !== null && d.summary[key][0] <= axis.domain[1]);
    const lost = data.filter((d) => !fine.includes(d));
    return {
      heading: name,
      svg: plot({
        width: width > 560 ? Math.floor((width - 20) / 2) : width, height: 240, ariaLabel: `${label} (${name})`,
        x: { type: "log", label: word("std", lang), ticks: [0.02, 0.05, 0.1, 0.2, 0.5], tickFormat: (v) => num(v, lang) },
        y: { ...axis, label: null },
        marks: [
          Plot.ruleX([best], { stroke: "var(--series-2)", strokeWidth: 6, strokeOpacity: 0.25 }),
          Plot.ruleY([rule], { stroke: "currentColor", strokeDasharray: "2 3", strokeOpacity: 0.7 }),
          Plot.line(fine, { x: "x", y: (d) => d.summary[key][0], stroke: "var(--series-0)", strokeWidth: 2 }),
          Plot.dot(fine, { x: "x", y: (d) => d.summary[key][0], fill: "var(--series-0)", r: 3.5 }),
          Plot.text(lost, { x: "x", y: () => axis.domain[1], text: () => "✕", fill: "var(--series-1)", fontSize: 15, dy: 2 }),
        ],
      }),
    };
  };
  const of = (key) => data.map((d) => d.summary[key][0]).filter((v) => v > 0 && (key !== "final_train_loss" || v < 20));
  return [
    panel("final_train_loss", word("final", lang), [...of("final_train_loss"), chance], chance),
    panel("forward_gain", word("forward", lang), of("forward_gain"), 1),
  ];
}

// ---- along training: a share of one layer, or a measurement of all layers as a map ----

function along(asked, { documents: [document], lang, width, label }) {
  const key = asked.key ?? "symmetry";
  const layer = Number(asked.layer ?? 1) - 1;
  const shown = groups(document, asked);
  const raw = shown.flatMap((one) =>
    one.layers.step.map((step, i) => ({ name: one.scheme, x: step + 1, y: one.layers[key][i]?.[layer] ?? null }))
      .filter((row) => row.y !== null),
  );
  const last = Math.max(...raw.map((row) => row.x));
  return lineChart({
    rows: raw, names: shown.map((one) => one.scheme), width, lang, label,
    x: { type: "log", label: word("step", lang), domain: [1, last], ticks: [1, 2, 5, 17, 65, 257].filter((v) => v <= last), tickFormat: (v) => num(v - 1, lang) },
    y: linear(lang, word("copies", lang), { domain: [0, 1] }),
  });
}

// Cells without a gradient at all, and those where it is no longer a number, are no colour of the scale.
const ZERO = "var(--rule)";
const LOST = "var(--soft)";

function map(asked, { documents: [document], lang, width, label }) {
  const key = asked.key ?? "grad_rms";
  const shown = groups(document, asked);
  const cells = (one) =>
    one.layers.step.flatMap((step, i) =>
      (one.layers[key][i] ?? []).map((v, l) => ({ step, layer: l + 1, zero: v === 0, v: v > 0 ? Math.log10(v) : null })));
  const all = shown.flatMap(cells);
  const values = all.map((c) => c.v).filter((v) => v !== null);
  const domain = [Math.max(-12, Math.floor(Math.min(...values))), Math.min(6, Math.ceil(Math.max(...values)))];
  const color = { scheme: "viridis", domain, clamp: true };
  const each = width > 560 ? Math.floor((width - 20 * (shown.length - 1)) / shown.length) : width;
  const maps = shown.map((one) => ({
    heading: brief(one.scheme, lang),
    svg: plot({
      width: each, height: 220, marginLeft: 30, marginRight: 8, ariaLabel: `${label} (${brief(one.scheme, lang)})`, padding: 0,
      color,
      x: { type: "band", label: word("step", lang), tickSize: 2, domain: one.layers.step, ticks: one.layers.step.filter((_, i) => i % 3 === 0), tickFormat: (v) => num(v, lang) },
      y: { type: "band", reverse: true, label: word("layer", lang), tickSize: 0, labelAnchor: "top", labelArrow: "none", tickFormat: (v) => (v % 3 === 1 ? String(v) : "") },
      marks: [
        Plot.cell(cells(one).filter((c) => c.v !== null), { x: "step", y: "layer", fill: "v", inset: 0, shapeRendering: "crispEdges" }),
        Plot.cell(cells(one).filter((c) => c.zero), { x: "step", y: "layer", fill: ZERO, inset: 0, shapeRendering: "crispEdges" }),
        Plot.cell(cells(one).filter((c) => c.v === null && !c.zero), { x: "step", y: "layer", fill: LOST, inset: 0, shapeRendering: "crispEdges" }),
      ],
    }),
  }));
  const ends = { below: values.some((v) => v < domain[0]), above: values.some((v) => v > domain[1]) };
  return [...maps, { svg: scaleBar({ color, ends, lang, width, name: word(MAPPED[key], lang) }) }];
}

const MAPPED = { grad_rms: "grad" };

// The colours of a map against their powers of ten; what lies beyond an end has the end's colour.
function scaleBar({ color, ends, lang, width, name }) {
  const [lo, hi] = color.domain;
  const n = 96;
  const bars = Array.from({ length: n }, (_, i) => lo + ((i + 0.5) * (hi - lo)) / n);
  const half = (hi - lo) / n / 2;
  const stride = Math.ceil(((hi - lo) * 46) / width);
  const between = Array.from({ length: hi - lo }, (_, i) => lo + i).filter((e) => (hi - e) % stride === 0 && e - lo >= 2);
  const say = (e) => `${e === lo && ends.below ? "≤ " : ""}${e === hi && ends.above ? "≥ " : ""}${power(e)}`;
  return plot({
    width, height: 58, marginTop: 20, marginBottom: 22, marginLeft: 30, marginRight: 30, ariaLabel: name, color,
    x: { domain: [lo, hi], ticks: [lo, ...between, hi], tickSize: 3, label: null, tickFormat: say },
    y: { axis: null, domain: [0, 1] },
    marks: [
      Plot.rect(bars, { x1: (v) => v - half, x2: (v) => v + half, y1: 0, y2: 1, fill: (v) => v, shapeRendering: "crispEdges" }),
      Plot.text([name], { frameAnchor: "top-left", dy: -15, text: (v) => v, textAnchor: "start" }),
    ],
  });
}

// ---- each scheme's loss at every learning rate ----

function rates(asked, { documents: [document], lang, width, label }) {
  const names = schemesOf(document, asked);
  const chance = document.spec.data.chance_loss;
  const rows = document.rates.flatMap((one) =>
    one.rates.map((lr, i) => ({ name: one.scheme, x: lr, y: one.losses[i] })).filter((r) => r.y !== null && r.y < 5 * chance));
  return lineChart({
    rows, names, width, lang, label,
    x: { ...logarithmic(lang, word("rate", lang), rows.map((row) => row.x), { grid: false }).axis },
    y: logarithmic(lang, word("aside", lang), [...rows.map((row) => row.y), chance]).axis,
    extra: [Plot.ruleY([chance], { stroke: "currentColor", strokeDasharray: "2 3", strokeOpacity: 0.7 })],
  });
}

export const figures = { curves, layers, forecast, weights, dots, depths, scales, along, map, rates };
