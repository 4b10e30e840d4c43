// 8. How far one step moves a weight, relative to the weight.
import { figure } from "../figure.js";
import { list, t } from "../i18n.js";
import { clauses, middle, prose, section, stepPanels, stepTable } from "../parts.js";
import { failed, groupsOf } from "../run.js";

const GUIDE = 1e-3;

// Judged at the last probe where the middle layer has a ratio.
function title(setting) {
  const ends = groupsOf(setting)
    .map((one) => {
      const values = one.layers.update_ratio.map(middle).filter((v) => v !== null);
      return {
        scheme: one.scheme,
        ratio: values[values.length - 1],
        lost: 2 * failed(one) > one.n,
      };
    })
    .filter((row) => row.ratio !== undefined);
  const near = ends
    .filter((row) => row.ratio >= GUIDE / 10 && row.ratio <= GUIDE * 10)
    .map((row) => row.scheme);
  const still = ends.filter((row) => row.lost && row.ratio < GUIDE / 100).map((row) => row.scheme);
  return (
    (near.length ? t("updates.near", { schemes: list(near) }) : t("updates.none")) +
    (still.length ? t("updates.still", { schemes: list(still) }) : "")
  );
}

export function updates() {
  return section(
    "updates",
    prose("updates.intro"),
    figure({
      id: "updates",
      title: clauses(title),
      read: t("updates.read"),
      panels: stepPanels("update_ratio", middle, {
        label: t("m.update_ratio"),
        log: true,
        guides: [GUIDE],
      }),
      table: stepTable([
        ["update_ratio", t("m.update_ratio")],
        ["weight_std", t("m.weight_std")],
      ]),
    }),
  );
}
