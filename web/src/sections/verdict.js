// 0. The verdict in one sentence, and the whole experiment at a glance.
import { h } from "../dom.js";
import { num, percent, pick, plural, t } from "../i18n.js";
import { chip, schemeName, section } from "../parts.js";
import { diverged, failed, group, median, mode, ranked, run, verdictOf } from "../run.js";

const total = (count) => run.compare.reduce((sum, one) => sum + count(one), 0);

function card(value, label) {
  return h("div", { class: "card" }, h("b", {}, value), h("span", {}, label));
}

function cards() {
  const [best] = ranked(run.compare);
  const accuracy = median(best, "final_test_accuracy");
  return h(
    "div",
    { class: "cards" },
    card(
      num(median(best, "final_train_loss")),
      t("card.loss", { scheme: best.scheme, setting: best.setting }),
    ),
    accuracy !== null && card(percent(accuracy), t("card.accuracy")),
    card(t("of", { a: num(total(failed)), b: num(total((one) => one.n)) }), t("card.failed")),
    card(num(total(diverged)), t("card.diverged")),
  );
}

function glance(one) {
  if (!one) return h("td", {}, "–");
  const verdict = verdictOf(one),
    forecast = mode(one.forecasts);
  const agree =
    (forecast === "trains") === (mode(one.outcomes) === "trained" || mode(one.outcomes) === "slow");
  const same =
    forecast === verdict || (forecast === "trains" && ["healthy", "slow"].includes(verdict));
  return h(
    "td",
    {},
    chip(verdict),
    h(
      "span",
      { class: "small" },
      ` ${num(one.verdicts[verdict] ?? one.outcomes[verdict])}/${num(one.n)}`,
      h("br"),
      same
        ? t("glance.same")
        : [t("glance.forecast"), " ", chip(forecast), agree ? "" : ` ${t("glance.missed")}`],
    ),
  );
}

const matrix = () =>
  h(
    "div",
    { class: "scroll" },
    h(
      "table",
      { class: "glance" },
      h("caption", {}, t("glance.caption")),
      h(
        "thead",
        {},
        h(
          "tr",
          {},
          h("th", { scope: "col" }, t("scheme")),
          run.settings.map((a) => h("th", { scope: "col" }, a)),
        ),
      ),
      h(
        "tbody",
        {},
        run.schemes.map((scheme) =>
          h(
            "tr",
            {},
            h("th", { scope: "row" }, schemeName(scheme)),
            run.settings.map((setting) => glance(group(scheme, setting))),
          ),
        ),
      ),
    ),
  );

export function verdict() {
  return section(
    "verdict",
    h(
      "div",
      { class: "lead" },
      pick(run.conclusion)
        .split(/(?<=\.)\s+(?=[A-Z])/)
        .map((sentence) => h("p", {}, sentence)),
    ),
    cards(),
    matrix(),
    h(
      "p",
      { class: "small" },
      plural(
        "verdict.trials",
        total((one) => one.n),
      ),
      " ",
      t("verdict.confidence"),
    ),
  );
}
