// 10. Who won, by how much, how fast, and how often it failed.
import { Plot, chanceLine, color, logScale, mark, shorten } from "../charts.js";
import { h } from "../dom.js";
import { figure } from "../figure.js";
import { list, num, percent, settingWord, t } from "../i18n.js";
import { chip, choice, clauses, prose, schemeName, section } from "../parts.js";
import { failed, groupsOf, median, ranked, run, verdictOf } from "../run.js";
import { state } from "../state.js";

const labelWidth = (width) => Math.min(150, width * 0.36);

const byRow = (width, height, title) => ({
  width,
  height,
  ariaLabel: title,
  marginLeft: labelWidth(width),
  marginRight: 34,
  marginTop: 10,
  marginBottom: 42,
  style: { fontSize: "12px", overflow: "visible" },
});

const rowAxis = (groups, width) => ({
  type: "band",
  domain: groups.map((one) => one.scheme),
  label: null,
  padding: 0.35,
  tickFormat: (name) => shorten(name, Math.floor(labelWidth(width) / 6.6)),
  tickSize: 0,
});

// Median and quartiles of the final loss; a lost quartile runs to the edge, a lost median is a ✕.
function rankingChart(setting, width, title) {
  const groups = ranked(groupsOf(setting));
  const values = run.compare
    .flatMap((one) => one.summary.final_train_loss)
    .filter((v) => v !== null);
  const scale = logScale(values.concat(run.chance ?? []), t("m.final_train_loss"));
  const edge = scale.options.domain[1];
  const row = (one) => ({ scheme: one.scheme, q: one.summary.final_train_loss, one });
  const data = groups.map(row);
  const fine = data.filter((d) => d.q[0] !== null),
    gone = data.filter((d) => d.q[0] === null);
  const seeds = groups.flatMap((one) =>
    one.trials.map((trial) => ({ scheme: one.scheme, x: trial[3] })).filter((d) => d.x !== null),
  );
  return Plot.plot({
    ...byRow(width, 60 + 34 * groups.length, title),
    x: { ...scale.options, tickFormat: scale.options.tickFormat },
    y: rowAxis(groups, width),
    marks: [
      chanceLine(Plot.ruleX),
      Plot.tickX(seeds, {
        x: (d) => scale.place(d.x),
        y: "scheme",
        stroke: "currentColor",
        strokeOpacity: 0.35,
      }),
      fine.map((d) => [
        Plot.ruleY([d], {
          y: "scheme",
          x1: scale.place(d.q[1] ?? edge),
          x2: d.q[2] ?? edge,
          stroke: color(d.scheme),
          strokeWidth: 7,
          strokeOpacity: 0.35,
        }),
        Plot.dot([d], {
          y: "scheme",
          x: scale.place(d.q[0]),
          fill: color(d.scheme),
          symbol: mark(d.scheme),
          r: 5,
          stroke: "var(--card)",
        }),
      ]),
      Plot.text(gone, {
        y: "scheme",
        x: () => edge,
        text: () => "✕",
        fontSize: 15,
        fontWeight: "bold",
        fill: (d) => color(d.scheme),
      }),
      Plot.tip(
        fine,
        Plot.pointerY({
          y: "scheme",
          x: (d) => scale.place(d.q[0]),
          title: (d) => `${d.scheme}\n${num(d.q[0])} [${num(d.q[1])}, ${num(d.q[2])}]`,
        }),
      ),
    ],
  });
}

const targetOf = (one) => one.targets[state.target] ?? one.targets[0];

// One tick per seed at the step where it reached the target; those that never did stand beyond.
function targetChart(setting, width, title) {
  const groups = ranked(groupsOf(setting));
  const last = Math.max(...run.compare.flatMap((one) => one.curves.step));
  const data = groups.flatMap((one) =>
    (targetOf(one)?.steps ?? []).map((step) => ({ scheme: one.scheme, step })),
  );
  const reached = data.filter((d) => d.step !== null);
  const never = groups
    .map((one) => ({
      scheme: one.scheme,
      n: (targetOf(one)?.steps ?? []).filter((s) => s === null).length,
    }))
    .filter((d) => d.n > 0);
  return Plot.plot({
    ...byRow(width, 60 + 34 * groups.length, title),
    marginRight: 56,
    x: {
      label: t("axis.step"),
      domain: [0, last],
      ticks: 5,
      tickFormat: (v) => num(v),
      grid: true,
    },
    y: rowAxis(groups, width),
    marks: [
      groups.map((one) =>
        Plot.dot(
          reached.filter((d) => d.scheme === one.scheme),
          {
            x: "step",
            y: "scheme",
            fill: color(one.scheme),
            symbol: mark(one.scheme),
            r: 4,
            fillOpacity: 0.75,
          },
        ),
      ),
      Plot.text(never, {
        y: "scheme",
        frameAnchor: "right",
        textAnchor: "start",
        dx: 6,
        text: (d) => `✕ ${num(d.n)}`,
        fill: "currentColor",
      }),
      Plot.tip(
        reached,
        Plot.pointer({
          x: "step",
          y: "scheme",
          title: (d) => `${d.scheme}\n${t("step")} ${num(d.step)}`,
        }),
      ),
    ],
  });
}

function rankingTitle(setting) {
  const order = ranked(groupsOf(setting)).filter(
    (one) => median(one, "final_train_loss") !== null && failed(one) < one.n,
  );
  if (order.length === 0) return t("ranking.none");
  if (order.length === 1) return t("ranking.alone", { best: order[0].scheme });
  const ratio = median(order[1], "final_train_loss") / median(order[0], "final_train_loss");
  return t(ratio < 1.1 ? "ranking.close" : "ranking.ahead", {
    best: order[0].scheme,
    second: order[1].scheme,
    ratio: num(ratio, 2),
  });
}

const middleStep = (one) => {
  const steps = (targetOf(one)?.steps ?? []).map((s) => s ?? Infinity).sort((a, b) => a - b);
  if (steps.length === 0) return null;
  const at = (steps.length - 1) / 2;
  const value = (steps[Math.floor(at)] + steps[Math.ceil(at)]) / 2;
  return Number.isFinite(value) ? value : null;
};

function targetTitle(setting) {
  const order = groupsOf(setting)
    .filter((one) => middleStep(one) !== null)
    .sort((a, b) => middleStep(a) - middleStep(b));
  const never = groupsOf(setting)
    .filter((one) => middleStep(one) === null)
    .map((one) => one.scheme);
  if (order.length === 0) return t("target.none");
  return (
    t("target.first", { scheme: order[0].scheme, steps: num(middleStep(order[0])) }) +
    (never.length ? t("target.never", { schemes: list(never) }) : "")
  );
}

const padded = (v) => num(v, 3, true);

const range = (q, show = padded) =>
  h(
    "td",
    { class: "number" },
    show(q[0]),
    h("span", { class: "small" }, ` [${show(q[1])}; ${show(q[2])}]`),
  );

function difference(one) {
  const d = one.versus_best;
  if (!d) return h("td", { class: "number" }, "–");
  if (d.best) return h("td", {}, t("ranking.reference"));
  return h(
    "td",
    { class: "number" },
    num(d.median, 2, true),
    h("span", { class: "small" }, ` [${num(d.lo, 2, true)}; ${num(d.hi, 2, true)}]`),
  );
}

const rankingTable = (setting) =>
  h(
    "div",
    { class: "scroll" },
    h(
      "table",
      { class: "ranking" },
      h("caption", {}, run.settings.length > 1 ? setting : t("ranking.caption")),
      h(
        "thead",
        {},
        h(
          "tr",
          {},
          ["rank", "scheme", "loss", "versus", "accuracy", "steps", "failed", "verdict"].map(
            (key) => h("th", { scope: "col" }, t(`rank.${key}`)),
          ),
        ),
      ),
      h(
        "tbody",
        {},
        ranked(groupsOf(setting)).map((one, i) =>
          h(
            "tr",
            {},
            h("td", { class: "number" }, num(i + 1)),
            h("th", { scope: "row" }, schemeName(one.scheme)),
            range(one.summary.final_train_loss),
            difference(one),
            range(one.summary.final_test_accuracy, (v) => percent(v)),
            h("td", { class: "number" }, num(middleStep(one))),
            h("td", { class: "number" }, t("of", { a: num(failed(one)), b: num(one.n) })),
            h("td", {}, chip(verdictOf(one))),
          ),
        ),
      ),
    ),
  );

const trialTable = () => ({
  columns: [
    "setting",
    "scheme",
    "seed",
    "steps",
    "initial_loss",
    "final_train_loss",
    "final_test_loss",
    "final_test_accuracy",
    "forward_gain",
    "backward_gain",
    "forward_drift",
    "backward_drift",
    "seconds",
    "forecast",
    "outcome",
    "verdict",
    "reason",
    "diverged_at",
  ].map((key) => ({ key, label: t(`m.${key}`) })),
  rows: run.compare.flatMap((one) =>
    one.trials.map((trial) => [one.setting, one.scheme, ...trial]),
  ),
});

const targetTable = () => ({
  columns: [
    ["setting", settingWord()],
    ["scheme", t("scheme")],
    ["target_loss", t("target.loss")],
    ["seed", t("m.seed")],
    ["step", t("step")],
  ].map(([key, label]) => ({ key, label })),
  rows: run.compare.flatMap((one) =>
    one.targets.flatMap((target) =>
      target.steps.map((step, i) => [
        one.setting,
        one.scheme,
        target.loss,
        one.trials[i]?.[0] ?? "",
        step,
      ]),
    ),
  ),
});

export function performance() {
  const targets = run.compare[0]?.targets ?? [];
  const current = targets[state.target] ?? targets[0];
  return section(
    "performance",
    prose("performance.intro"),
    figure({
      id: "ranking",
      title: clauses(rankingTitle),
      read: t("ranking.read"),
      table: trialTable,
      panels: run.settings.map((a) => ({
        label: a,
        plot: (width, title) => rankingChart(a, width, title),
      })),
    }),
    run.settings.map(rankingTable),
    h("p", { class: "small" }, t("rank.note", { target: num(current?.loss) })),
    targets.length > 0 &&
      figure({
        id: "target",
        title: clauses(targetTitle),
        read: t("target.read", { loss: num(current.loss), share: percent(current.fraction) }),
        table: targetTable,
        controls: choice(
          t("target.loss"),
          "target",
          targets.map((target, i) => [i, num(target.loss)]),
        ),
        panels: run.settings.map((a) => ({
          label: a,
          plot: (width, title) => targetChart(a, width, title),
        })),
      }),
  );
}
