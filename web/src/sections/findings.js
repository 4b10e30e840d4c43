// 11. What was wrong, why it matters, and what to try.
import { h } from "../dom.js";
import { num, pick, t } from "../i18n.js";
import { chip, prose, schemeName, section } from "../parts.js";
import { run } from "../run.js";

// The same kind and the same advice are said once; who has it stands below.
function kinds() {
  const found = new Map();
  for (const one of run.compare)
    for (const finding of one.findings) {
      if (!found.has(finding.kind)) found.set(finding.kind, { finding, cases: [] });
      found.get(finding.kind).cases.push({ one, finding });
    }
  return [...found.values()];
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
        ` · ${one.activation} · `,
        h("span", { class: `severity ${finding.severity}` }, t(`severity.${finding.severity}`)),
        ` · ${t("findings.seeds", { a: num(finding.seeds), b: num(one.n) })}`,
        h("br"),
        pick(finding.text),
      ),
    ),
  );

const block = ({ finding, cases }) =>
  h(
    "article",
    { class: "finding" },
    h("h3", {}, chip(finding.kind)),
    h("p", {}, h("b", {}, `${t("findings.why")} `), pick(finding.why)),
    h("p", {}, h("b", {}, `${t("findings.try")} `), pick(finding.try)),
    casesOf(cases),
  );

export function findings() {
  const list = kinds();
  const healthy = run.compare.filter((one) => one.findings.length === 0);
  return section(
    "findings",
    prose("findings.intro"),
    list.map(block),
    list.length === 0 && h("p", {}, t("findings.none")),
    healthy.length > 0 &&
      h(
        "p",
        {},
        h("b", {}, `${t("findings.healthy")} `),
        healthy.map((one, i) => [i ? ", " : "", h("code", {}, one.scheme), ` (${one.activation})`]),
      ),
  );
}
