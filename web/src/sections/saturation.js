// 6. Units in a flat part of their activation, and units that are flat for every input.
import { figure } from "../figure.js";
import { heatLegend, heatPanels } from "../heatmap.js";
import { percent, t } from "../i18n.js";
import {
  settingTabs,
  clauses,
  layerPanels,
  layerTable,
  momentTabs,
  prose,
  section,
  stepTable,
} from "../parts.js";
import { groupsOf, layersAt, run } from "../run.js";
import { state } from "../state.js";

const worstShare = (one, name, moment) =>
  Math.max(-1, ...layersAt(one, name, moment).filter((v) => v !== null));

// The scheme with the largest share in any layer.
function shareTitle(setting, name, moment) {
  const rows = groupsOf(setting)
    .map((one) => ({ scheme: one.scheme, share: worstShare(one, name, moment) }))
    .filter((row) => row.share >= 0);
  if (rows.length === 0) return "";
  const worst = rows.sort((a, b) => b.share - a.share)[0];
  return t(worst.share < 0.01 ? `${name}.none` : `${name}.worst`, {
    scheme: worst.scheme,
    share: percent(worst.share, 2),
  });
}

const known = (name) => run.compare.some((one) => one.layers[name].flat().some((v) => v !== null));

export function saturation() {
  const share = (name) =>
    known(name) &&
    figure({
      id: name,
      title: `${clauses((a) => shareTitle(a, name, state.moment))}`,
      read: t(`${name}.read`),
      controls: momentTabs(),
      panels: layerPanels(name, { label: t(`m.${name}`), domain: [0, 1], moment: state.moment }),
      table: layerTable([[name, t(`m.${name}`)]], state.moment),
    });
  const heat = groupsOf(state.setting).some((one) => one.layers.dead.flat().some((v) => v > 0))
    ? "dead"
    : "saturated";
  const options = { log: false, label: t(`m.${heat}`) };
  return section(
    "saturation",
    prose("saturation.intro"),
    share("saturated"),
    share("dead"),
    known(heat) &&
      figure({
        id: "flat-steps",
        title: `${state.setting}: ${shareTitle(state.setting, heat, "last")} (${t("moment.last")}).`,
        read: t("flat.read"),
        least: 230,
        controls: settingTabs(),
        legend: heatLegend(state.setting, heat, options),
        panels: heatPanels(state.setting, heat, options),
        table: stepTable([[heat, t(`m.${heat}`)]]),
      }),
  );
}
