// 7. Are the units of a layer copies of each other, and does training part them?
import { figure } from "../figure.js";
import { list, t } from "../i18n.js";
import { clauses, prose, section, stepPanels, stepTable } from "../parts.js";
import { groupsOf, layersAt } from "../run.js";

const mean = (values) => {
  const fine = values.filter((v) => v !== null);
  return fine.length ? fine.reduce((sum, v) => sum + v, 0) / fine.length : null;
};

function title(setting) {
  const at = (moment) =>
    groupsOf(setting)
      .filter((one) => (mean(layersAt(one, "symmetry", moment)) ?? 0) > 0.5)
      .map((one) => one.scheme);
  const first = at("first"),
    last = at("last");
  if (first.length === 0) return t("symmetry.none");
  if (last.length === 0) return t("symmetry.broken", { schemes: list(first) });
  return t("symmetry.kept", { schemes: list(last) });
}

export function symmetry() {
  return section(
    "symmetry",
    prose("symmetry.intro"),
    figure({
      id: "symmetry",
      title: clauses(title),
      read: t("symmetry.read"),
      panels: stepPanels("symmetry", mean, { label: t("m.symmetry"), domain: [0, 1] }),
      table: stepTable([["symmetry", t("m.symmetry")]]),
    }),
  );
}
