// Published results, run again: an overview, then each experiment with its figure and its claims.
import { h } from "../dom.js";
import { figure } from "../figure.js";
import { num, pick, t } from "../i18n.js";
import { run } from "../run.js";
import { legendOf, panelsOf, tableOf } from "./chart.js";
import { claimsTable, mark } from "./claims.js";

const held = (claims) => claims.filter((claim) => claim.holds).length;

const anchor = (id, text) =>
  h("h2", { id: `h-${id}` }, h("a", { href: `#${id}`, class: "anchor" }, text));

function overview() {
  const claims = run.experiments.flatMap((one) => one.claims);
  const share = { a: num(held(claims)), b: num(claims.length) };
  return h(
    "section",
    { id: "overview", "aria-labelledby": "h-overview" },
    anchor("overview", t("h.overview")),
    h("p", { class: "lead" }, t("repro.held", share)),
    h("p", {}, t("repro.how")),
    h(
      "ul",
      { class: "experiments" },
      run.experiments.map((one) =>
        h(
          "li",
          {},
          mark(
            held(one.claims) === one.claims.length,
            t("of", { a: num(held(one.claims)), b: num(one.claims.length) }),
          ),
          " ",
          h("a", { href: `#${one.name}` }, pick(one.title)),
        ),
      ),
    ),
  );
}

function experiment(one) {
  return h(
    "section",
    { id: one.name, "aria-labelledby": `h-${one.name}`, "data-contents": one.name },
    anchor(one.name, pick(one.title)),
    h("p", { class: "small" }, one.paper, "."),
    h("p", {}, pick(one.setting)),
    one.figure.panels.length > 0 &&
      figure({
        id: one.name,
        title: pick(one.figure.title),
        legend: legendOf(one.figure),
        panels: panelsOf(one.figure),
        table: tableOf(one.figure),
      }),
    h("div", { class: "scroll" }, claimsTable(one.claims)),
    h(
      "p",
      { class: "small" },
      h("code", {}, `alvor reproduce ${one.name}`),
      ` · ${t("repro.seconds", { n: num(one.seconds, 2) })}`,
    ),
  );
}

export const reproductions = () => [overview(), ...run.experiments.map(experiment)];
