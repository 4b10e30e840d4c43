// 13. Common mistakes, trained beside the scheme that was meant: how far off, and what it costs.
import { Plot, brief, chanceLine, logScale, shorten } from "../charts.js";
import { h, rich } from "../dom.js";
import { figure } from "../figure.js";
import { num, settingWord, t } from "../i18n.js";
import { prose, section } from "../parts.js";
import { diverged, median, ranked, run } from "../run.js";

const shape = () => run.shapes[run.middleShape];
const he = () => Math.sqrt(2 / shape().fan_in);
const xavier = () => Math.sqrt(2 / (shape().fan_in + shape().fan_out));

// What an initialization was meant to be, told by the deviation that it has on the common shape.
function explain(one) {
  const { sigma } = one;
  if (!shape() || !(sigma > 0)) return null;
  const near = (x, y) => Math.abs(x / y - 1) < 0.02;
  if (near(sigma, he()) || near(sigma, xavier())) return { key: "right", right: sigma };
  if (near(sigma, he() / Math.sqrt(3))) return { key: "he_sqrt2", right: he() };
  if (near(sigma, xavier() / Math.sqrt(3))) return { key: "xavier_in", right: xavier() };
  if (near(sigma, 2 / shape().fan_in)) return { key: "variance", right: he() };
  if (near(sigma, Math.sqrt(2 / shape().fan_out)) && shape().fan_in !== shape().fan_out)
    return { key: "fans", right: he() };
  return { key: "other", right: he() };
}

const all = () => run.mistakes.map((one) => ({ one, told: explain(one), label: one.scheme }));
const rows = () => all().filter((row) => row.told?.key !== "right");

// The intended schemes: trained with the mistakes, or else those of the comparison.
const references = () => {
  const meant = all()
    .filter((row) => row.told?.key === "right")
    .map((row) => row.one);
  if (meant.length > 0) return meant;
  const acts = new Set(run.mistakes.map((one) => one.setting));
  return run.compare.filter((one) => acts.has(one.setting) && /^(he|xavier)/.test(one.scheme));
};

function chart(width, title) {
  const drawn = ranked([...rows().map((row) => row.one), ...references()]);
  const meant = new Set(references());
  const values = drawn.flatMap((one) => one.summary.final_train_loss).filter((v) => v !== null);
  const scale = logScale(values.concat(run.chance ?? []), t("m.final_train_loss"));
  const edge = scale.options.domain[1];
  const several = new Set(drawn.map((one) => one.setting)).size > 1;
  const name = (one) => brief(one.scheme) + (several ? ` · ${one.setting}` : "");
  const left = Math.min(220, width * 0.42);
  const wrong = (one) => !meant.has(one);
  const fine = drawn.filter((one) => median(one, "final_train_loss") !== null);
  return Plot.plot({
    width,
    height: 60 + 32 * drawn.length,
    ariaLabel: title,
    marginLeft: left,
    marginRight: 30,
    marginTop: 10,
    marginBottom: 42,
    style: { fontSize: "12px", overflow: "visible" },
    x: scale.options,
    y: {
      type: "band",
      domain: drawn.map(name),
      label: null,
      padding: 0.35,
      tickSize: 0,
      tickFormat: (text) => shorten(text, Math.floor(left / 6.4)),
    },
    marks: [
      chanceLine(Plot.ruleX),
      fine.map((one) => {
        const q = one.summary.final_train_loss,
          fill = wrong(one) ? "var(--series-1)" : "var(--series-2)";
        return [
          Plot.ruleY([one], {
            y: name,
            x1: scale.place(q[1] ?? edge),
            x2: q[2] ?? edge,
            stroke: fill,
            strokeWidth: 7,
            strokeOpacity: 0.35,
          }),
          Plot.dot([one], {
            y: name,
            x: scale.place(q[0]),
            fill,
            symbol: wrong(one) ? "triangle" : "circle",
            r: 5,
          }),
        ];
      }),
      Plot.text(
        drawn.filter((one) => median(one, "final_train_loss") === null),
        { y: name, x: () => edge, text: () => "✕", fontWeight: "bold", fill: "var(--series-1)" },
      ),
    ],
  });
}

function title() {
  const worst = rows()
    .map((row) => ({ ...row, off: row.one.sigma / row.told?.right }))
    .filter((row) => row.off > 0)
    .sort((a, b) => Math.round(100 * (Math.abs(Math.log(b.off)) - Math.abs(Math.log(a.off)))))[0];
  const right =
    worst && references().find((one) => Math.abs(one.sigma / worst.told.right - 1) < 0.02);
  if (!worst || !right) return t("mistakes.title");
  return t("mistakes.result", {
    scheme: brief(worst.label),
    off: num(worst.off, 3),
    loss: num(median(worst.one, "final_train_loss")),
    right: right.scheme,
    reference: num(median(right, "final_train_loss")),
  });
}

const table = () => ({
  columns: [
    ["setting", settingWord()],
    ["scheme", t("scheme")],
    ["sigma", "σ"],
    ["sigma_intended", t("mistakes.intended")],
    ["ratio", t("mistakes.ratio")],
    ["forward_gain", t("m.forward_gain")],
    ["final_train_loss", t("m.final_train_loss")],
    ["q1", t("q.q1")],
    ["q3", t("q.q3")],
    ["n", t("seeds")],
    ["diverged", t("diverged")],
  ].map(([key, label]) => ({ key, label })),
  rows: all().map(({ one, told }) => [
    one.setting,
    one.scheme,
    one.sigma ?? null,
    told?.right ?? null,
    told ? one.sigma / told.right : null,
    median(one, "forward_gain"),
    ...one.summary.final_train_loss,
    one.n,
    diverged(one),
  ]),
});

export function mistakes() {
  if (run.mistakes.length === 0) return null;
  return section(
    "mistakes",
    prose("mistakes.intro"),
    h(
      "ul",
      {},
      rows()
        .filter((row) => row.told)
        .map(({ one, told }) =>
          h(
            "li",
            {},
            h("code", {}, brief(one.scheme)),
            " (",
            one.setting,
            "): ",
            rich(t(`mistake.${told.key}`)),
            " ",
            t("mistake.off", {
              ratio: num(one.sigma / told.right, 3),
              sigma: num(one.sigma),
              right: num(told.right),
            }),
          ),
        ),
    ),
    figure({
      id: "mistakes",
      title: title(),
      read: t("mistakes.read"),
      least: 300,
      panels: [{ label: null, plot: chart }],
      table,
    }),
  );
}
