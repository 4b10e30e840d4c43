// 11. What was wrong, why it matters, and what to try.
import { h } from "../dom.js";
import { num, pick, t } from "../i18n.js";
import { chip, prose, schemeName, section } from "../parts.js";
import { run } from "../run.js";

const SEVERITIES = ["critical", "warning", "info"];
const rank = ({ finding }) => SEVERITIES.indexOf(finding.severity);

// The same kind and the same advice are said once, by the verdicts' priority; who has it stands
// below, the severest first.
function kinds() {
  const all = run.compare.flatMap((one) => one.findings.map((finding) => ({ one, finding })));
  return Object.keys(run.words.verdict)
    .map((kind) => all.filter(({ finding }) => finding.kind === kind))
    .filter((cases) => cases.length > 0)
    .map((cases) => cases.sort((a, b) => rank(a) - rank(b)));
}

const casesOf = (cases) =>
  h(
    "ul",
    { class: "cases" },
    cases.map(({ one, finding }) =>
      h(
        "li",
        {},
        schemeName(one.scheme),
        ` · ${one.setting} · `,
        h("span", { class: `severity ${finding.severity}` }, t(`severity.${finding.severity}`)),
        ` · ${t("findings.seeds", { a: num(finding.seeds), b: num(one.n) })}`,
        h("br"),
        pick(finding.text),
      ),
    ),
  );

const block = (cases) => {
  const [{ finding }] = cases;
  return h(
    "article",
    { class: "finding" },
    h("h3", {}, chip(finding.kind)),
    h("p", {}, h("b", {}, `${t("findings.why")} `), pick(finding.why)),
    h("p", {}, h("b", {}, `${t("findings.try")} `), pick(finding.try)),
    casesOf(cases),
  );
};

export function findings() {
  const list = kinds();
  const healthy = run.compare.filter((one) => one.findings.length === 0);
  return section(
    "findings",
    prose("findings.intro"),
    run.forecast && h("p", {}, pick(run.forecast.caveat)),
    run.forecast && h("p", {}, pick(run.forecast.score)),
    list.map(block),
    list.length === 0 && h("p", {}, t("findings.none")),
    healthy.length > 0 &&
      h(
        "p",
        {},
        h("b", {}, `${t("findings.healthy")} `),
        healthy.map((one, i) => [i ? ", " : "", h("code", {}, one.scheme), ` (${one.setting})`]),
      ),
  );
}
