// Learning rates of their own: what each scheme reaches at every rate that was tried.
import {
  Plot,
  base,
  chanceLine,
  color,
  endLabels,
  labelRoom,
  logScale,
  seriesLines,
} from "../charts.js";
import { figure } from "../figure.js";
import { list, num, percent, power, t } from "../i18n.js";
import { clauses, prose, section } from "../parts.js";
import { median, run } from "../run.js";

const settings = () => [...new Set(run.rates.map((one) => one.setting))];
const tried = (setting) => run.rates.filter((one) => one.setting === setting);
const best = (one) => (one.best === null ? null : one.losses[one.best]);

// How many times the largest rate within a factor of two of the best loss is the smallest, over
// the stretch of the grid around the chosen rate.
function width(one) {
  if (one.best === null) return 0;
  const fine = (i) => one.losses[i] !== null && one.losses[i] <= 2 * best(one);
  let lo = one.best,
    hi = one.best;
  while (lo > 0 && fine(lo - 1)) lo--;
  while (hi + 1 < one.rates.length && fine(hi + 1)) hi++;
  return one.rates[hi] / one.rates[lo];
}

function title(setting) {
  const known = tried(setting).filter((one) => one.best !== null);
  if (known.length === 0) return t("rates.none");
  const first = [...known].sort((a, b) => best(a) - best(b))[0];
  const learns = known.filter((one) => run.chance === null || best(one) < run.chance / 2);
  const wide = [...learns].sort((a, b) => width(b) - width(a))[0];
  const rate = num(first.rates[first.best]);
  const parts = [t("rates.best", { scheme: first.scheme, loss: num(best(first)), rate })];
  if (learns.length > 1 && width(wide) > 1)
    parts.push(t("rates.wide", { scheme: wide.scheme, times: num(width(wide)) }));
  return parts.join("; ");
}

const rowsOf = (setting) =>
  tried(setting).flatMap((one) =>
    one.rates.map((rate, i) => ({
      scheme: one.scheme,
      x: rate,
      value: one.losses[i],
      chosen: i === one.best,
    })),
  );

function chart(setting, width, title) {
  const all = run.rates.flatMap((one) => one.losses).filter((v) => v !== null);
  const scale = logScale(all.concat(run.chance ?? []), t("m.validation_loss"));
  const top = scale.options.domain[1];
  const rows = rowsOf(setting);
  const points = rows
    .filter((row) => row.value !== null)
    .map((row) => ({ ...row, y: scale.place(row.value) }));
  const ends = run.schemes
    .map((scheme) => points.filter((row) => row.scheme === scheme).pop())
    .filter(Boolean);
  const rates = [...new Set(rows.map((row) => row.x))];
  return Plot.plot({
    ...base(width, 310, title),
    marginRight: labelRoom(width, run.schemes),
    x: {
      type: "log",
      label: t("axis.rate"),
      domain: [Math.min(...rates) / 1.2, Math.max(...rates) * 1.2],
      ticks: rates.filter((_, i) => i % 2 === 0),
      tickFormat: (v) => (v < 0.001 ? power(Math.round(Math.log10(v))) : num(v)),
    },
    y: scale.options,
    marks: [
      chanceLine(Plot.ruleY),
      ...seriesLines(points, run.schemes, {
        tip: (row) =>
          `${row.scheme}\n${t("axis.rate")}: ${num(row.x)}\n${t("m.validation_loss")}: ${num(row.value)}`,
      }),
      Plot.dot(
        points.filter((row) => row.chosen),
        { x: "x", y: "y", stroke: (row) => color(row.scheme), strokeWidth: 2, r: 7 },
      ),
      Plot.text(
        rows.filter((row) => row.value === null),
        { x: "x", y: () => top, dy: 6, text: () => "✕", fill: (row) => color(row.scheme) },
      ),
      endLabels(ends, labelRoom(width, run.schemes)),
    ],
  });
}

const table = () => ({
  columns: [
    ["setting", t("setting")],
    ["scheme", t("scheme")],
    ["lr", t("axis.rate")],
    ["validation_loss", t("m.validation_loss")],
    ["chosen", t("rates.chosen")],
  ].map(([key, label]) => ({ key, label })),
  rows: settings().flatMap((a) =>
    rowsOf(a).map((row) => [a, row.scheme, row.x, row.value, row.chosen ? "✓" : ""]),
  ),
});

// The share of the training time that choosing took.
function cost() {
  const tuning = run.rates.reduce((sum, one) => sum + one.seconds, 0);
  const comparing = run.compare.reduce((sum, one) => sum + (median(one, "seconds") ?? 0) * one.n, 0);
  return tuning / Math.max(tuning + comparing, 1e-9);
}

export function rates() {
  if (!run.rates?.length) return null;
  const edge = run.rates.filter((one) => one.at_edge && best(one) < (run.chance ?? Infinity) / 2);
  return section(
    "rates",
    prose("rates.intro", {
      n: num(run.rates[0].rates.length),
      v: num(run.spec.data?.validation),
      trials: num(run.rates.reduce((sum, one) => sum + one.trials, 0)),
      share: percent(cost(), 2),
    }),
    figure({
      id: "rates",
      title: clauses(title, settings()),
      read: t("rates.read"),
      table,
      panels: settings().map((a) => ({ label: a, plot: (width, label) => chart(a, width, label) })),
    }),
    edge.length > 0 &&
      prose("rates.edge", { schemes: list(edge.map((one) => `${one.scheme} (${one.setting})`)) }),
  );
}
