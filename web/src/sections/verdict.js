// 0. The verdict in one sentence, and the whole experiment at a glance.
import { h, rich } from "../dom.js";
import { list, num, percent, plural, t } from "../i18n.js";
import { chip, schemeName, section } from "../parts.js";
import { diverged, failed, group, groupsOf, median, mode, ranked, run } from "../run.js";

// Schemes of which no seed learned, in the order of the command line.
const lost = (activation) => groupsOf(activation).filter((one) => failed(one) === one.n);

function sentence(activation) {
  const [best, second] = ranked(groupsOf(activation)).filter((one) => median(one, "final_train_loss") !== null);
  if (!best || failed(best) === best.n) return t("verdict.none", { activation });
  const values = { activation, best: best.scheme, loss: num(median(best, "final_train_loss")) };
  const tail = lost(activation).length > 0
    ? t("verdict.lost", { schemes: list(lost(activation).map((one) => one.scheme)) })
    : t("verdict.all");
  const ahead = second && failed(second) < second.n
    ? t("verdict.ahead", { second: second.scheme, loss: num(median(second, "final_train_loss")) })
    : "";
  return t("verdict.best", values) + ahead + tail;
}

const total = (count) => run.compare.reduce((sum, one) => sum + count(one), 0);

function card(value, label) {
  return h("div", { class: "card" }, h("b", {}, value), h("span", {}, label));
}

function cards() {
  const [best] = ranked(run.compare);
  const accuracy = median(best, "final_test_accuracy");
  return h("div", { class: "cards" },
    card(num(median(best, "final_train_loss")), t("card.loss", { scheme: best.scheme, activation: best.activation })),
    accuracy !== null && card(percent(accuracy), t("card.accuracy")),
    card(t("of", { a: num(total(failed)), b: num(total((one) => one.n)) }), t("card.failed")),
    card(num(total(diverged)), t("card.diverged")));
}

function glance(one) {
  if (!one) return h("td", {}, "–");
  const verdict = mode(one.verdicts), forecast = mode(one.forecasts);
  const agree = (forecast === "trains") === (mode(one.outcomes) === "trained" || mode(one.outcomes) === "slow");
  const same = forecast === verdict || (forecast === "trains" && verdict === "healthy");
  return h("td", {}, chip(verdict),
    h("span", { class: "small" }, ` ${num(one.verdicts[verdict])}/${num(one.n)}`, h("br"),
      same ? t("glance.same") : [t("glance.forecast"), " ", chip(forecast), agree ? "" : ` ${t("glance.missed")}`]));
}

const matrix = () => h("div", { class: "scroll" }, h("table", { class: "glance" },
  h("caption", {}, t("glance.caption")),
  h("thead", {}, h("tr", {}, h("th", { scope: "col" }, t("scheme")), run.activations.map((a) => h("th", { scope: "col" }, a)))),
  h("tbody", {}, run.schemes.map((scheme) => h("tr", {}, h("th", { scope: "row" }, schemeName(scheme)),
    run.activations.map((activation) => glance(group(scheme, activation))))))));

export function verdict() {
  return section("verdict",
    h("div", { class: "lead" }, run.activations.map((activation) => h("p", {}, rich(sentence(activation))))),
    cards(), matrix(),
    h("p", { class: "small" }, plural("verdict.trials", total((one) => one.n)), " ", t("verdict.confidence")));
}
