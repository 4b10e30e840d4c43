// 2. Loss and accuracy against steps: the median over seeds inside its quartiles.
import {
  Plot,
  base,
  color,
  dash,
  endLabels,
  labelRoom,
  linearScale,
  logScale,
  seriesLines,
} from "../charts.js";
import { figure } from "../figure.js";
import { list, num, percent, settingWord, t } from "../i18n.js";
import { choice, clauses, prose, section } from "../parts.js";
import { diverged, failed, groupsOf, median, ranked, run } from "../run.js";
import { state } from "../state.js";

function rowsOf(setting, name) {
  return groupsOf(setting).flatMap((one) =>
    one.curves.step.map((step, i) => ({
      scheme: one.scheme,
      x: step,
      value: one.curves[name].median[i],
      q1: one.curves[name].q1[i],
      q3: one.curves[name].q3[i],
    })),
  );
}

// A run of points whose quartiles both exist; a lost upper quartile reaches the top of the chart.
const bandOf = (rows, scheme, place, top) =>
  rows
    .filter((row) => row.scheme === scheme && row.q1 !== null && row.value !== null)
    .map((row) => ({ x: row.x, y1: place(row.q1), y2: row.q3 === null ? top : place(row.q3) }));

function panel(setting, name, { log, label, domain, guide }) {
  const every = run.settings.flatMap((a) => rowsOf(a, name));
  const values = every.flatMap((row) => [row.value, row.q1, row.q3]).filter((v) => v !== null);
  return {
    label: setting,
    plot: (width, title) => {
      const scale = log
        ? logScale(capped(values, guide), label)
        : { place: (v) => v, options: linearScale(label, domain ?? linearDomain(values, guide)) };
      const top = scale.options.domain?.[1];
      const rows = rowsOf(setting, name);
      const clamp = (v) => Math.min(scale.place(v), top ?? Infinity);
      const points = rows
        .filter((row) => row.value !== null)
        .map((row) => ({ ...row, y: clamp(row.value) }));
      const ends = run.schemes
        .map((scheme) => points.filter((row) => row.scheme === scheme).pop())
        .filter(Boolean);
      const stopped = ends.filter((end) =>
        groupsOf(setting).some((one) => one.scheme === end.scheme && diverged(one) * 2 > one.n),
      );
      const room = labelRoom(width, run.schemes);
      return Plot.plot({
        ...base(width, Math.max(270, Math.min(360, width * 0.8)), title),
        marginRight: room,
        x: { label: t("axis.step"), ticks: 5, tickFormat: (v) => num(v) },
        y: scale.options,
        marks: [
          guide &&
            Plot.ruleY([guide.y], {
              stroke: "currentColor",
              strokeDasharray: "2 3",
              strokeOpacity: 0.8,
            }),
          guide &&
            Plot.text([guide], {
              x: () => 0,
              y: "y",
              text: "text",
              textAnchor: "start",
              dx: 4,
              dy: -7,
              fill: "currentColor",
              stroke: "var(--card)",
              strokeWidth: 4,
              paintOrder: "stroke",
              fontStyle: "italic",
            }),
          run.schemes.map((scheme) =>
            Plot.areaY(bandOf(rows, scheme, clamp, top), {
              x: "x",
              y1: "y1",
              y2: "y2",
              fill: color(scheme),
              fillOpacity: 0.16,
            }),
          ),
          ...seriesLines(points, run.schemes, {
            dots: false,
            tip: (row) =>
              `${row.scheme}\n${t("step")} ${num(row.x)}\n${label}: ${num(row.value)} [${num(row.q1)}, ${num(row.q3)}]`,
          }),
          Plot.text(stopped, {
            x: "x",
            y: "y",
            text: () => "✕",
            fill: (d) => color(d.scheme),
            fontSize: 15,
            fontWeight: "bold",
          }),
          endLabels(
            ends.map((end) => ({
              scheme: end.scheme,
              x: end.x,
              y: end.y,
              text: stopped.includes(end) ? `${end.scheme} ✕` : end.scheme,
            })),
            room,
          ),
        ],
      });
    },
  };
}

// A loss of ten million in one trial must not squeeze the others: the axis ends at 30 times ln K.
const capped = (values, guide) => (guide ? values.map((v) => Math.min(v, 30 * guide.y)) : values);

// Without logarithms a diverging run must not flatten the others: the axis ends at three times ln K.
function linearDomain(values, guide) {
  const high = Math.max(...values);
  return [0, guide ? Math.min(high, 3 * guide.y) : high];
}

function lossTitle(setting) {
  const [best] = ranked(groupsOf(setting));
  const lost = groupsOf(setting)
    .filter((one) => failed(one) === one.n)
    .map((one) => one.scheme);
  if (!best || median(best, "final_train_loss") === null) return t("convergence.none");
  return (
    t("convergence.best", { best: best.scheme, loss: num(median(best, "final_train_loss")) }) +
    (lost.length ? t("convergence.lost", { schemes: list(lost) }) : "")
  );
}

function accuracyTitle(setting) {
  const best = [...groupsOf(setting)].sort(
    (a, b) => (median(b, "final_test_accuracy") ?? -1) - (median(a, "final_test_accuracy") ?? -1),
  )[0];
  if (!best || median(best, "final_test_accuracy") === null) return "";
  return t("accuracy.best", {
    best: best.scheme,
    accuracy: percent(median(best, "final_test_accuracy")),
  });
}

const table = (names) => () => ({
  columns: [
    { key: "setting", label: settingWord() },
    { key: "scheme", label: t("scheme") },
    { key: "step", label: t("step") },
    ...names.flatMap((name) =>
      ["median", "q1", "q3"].map((q) => ({
        key: `${name}_${q}`,
        label: `${t(`m.${name}`)} (${t(`q.${q}`)})`,
      })),
    ),
  ],
  rows: run.compare.flatMap((one) =>
    one.curves.step.map((step, i) => [
      one.setting,
      one.scheme,
      step,
      ...names.flatMap((name) => ["median", "q1", "q3"].map((q) => one.curves[name][q][i])),
    ]),
  ),
});

export function convergence() {
  const guide = run.chance && {
    y: run.chance,
    text: t("chance", { k: num(run.classes), loss: num(run.chance, 4) }),
  };
  return section(
    "convergence",
    prose("convergence.intro"),
    figure({
      id: "loss",
      title: clauses(lossTitle),
      read: t("convergence.read"),
      controls: choice(t("axis.loss"), "logLoss", [
        [true, t("log")],
        [false, t("linear")],
      ]),
      panels: run.settings.map((a) =>
        panel(a, "train_loss", { log: state.logLoss, label: t("m.train_loss"), guide }),
      ),
      table: table(["train_loss", "test_loss"]),
    }),
    figure({
      id: "accuracy",
      title: clauses(accuracyTitle),
      read: t("accuracy.read"),
      panels: run.settings.map((a) =>
        panel(a, "test_accuracy", {
          log: false,
          label: t("m.test_accuracy"),
          domain: [0, 1],
          guide: run.classes > 1 && {
            y: 1 / run.classes,
            text: t("chance.accuracy", { k: num(run.classes) }),
          },
        }),
      ),
      table: table(["test_accuracy"]),
    }),
  );
}
