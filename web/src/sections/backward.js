// 5. The gradient on its way down, at initialization and while training.
import { expectedColumns, farthest } from "../expected.js";
import { figure } from "../figure.js";
import { heatLegend, heatPanels } from "../heatmap.js";
import { num, t } from "../i18n.js";
import {
  settingTabs,
  clauses,
  layerPanels,
  layerTable,
  middle,
  prose,
  section,
  stepTable,
} from "../parts.js";
import { geometric, groupsOf, layersAt, median, run } from "../run.js";
import { state } from "../state.js";
import { gainTitle } from "./forward.js";

const gain = (one) =>
  median(one, "backward_gain") ?? geometric(layersAt(one, "backward_gain", "first"));

// Schemes whose middle delta grew by ten or more between the first and the last probe.
function awake() {
  return groupsOf(state.setting).filter((one) => {
    const first = middle(layersAt(one, "delta_rms", "first")),
      last = middle(layersAt(one, "delta_rms", "last"));
    return first !== null && last !== null && last >= 10 * first && last > 0;
  });
}

function heatTitle() {
  const flat = groupsOf(state.setting).filter((one) => {
    const last = middle(layersAt(one, "delta_rms", "last"));
    return last !== null && last < 1e-8;
  });
  const key = flat.length > 0 ? "heat.flat" : awake().length > 0 ? "heat.awake" : "heat.steady";
  const named = flat.length > 0 ? flat : awake();
  return t(key, {
    setting: state.setting,
    schemes: named.map((one) => one.scheme).join(", "),
    n: num(named.length),
  });
}

// Networks of images end in a mean (docs/networks.md).
const pooled = () => (/^(conv|resnet) /.test(run.spec.model) ? ` ${t("backward.pool")}` : "");

export function backward() {
  const options = { log: true, label: t("m.delta_rms") };
  return section(
    "backward",
    prose("backward.intro"),
    figure({
      id: "backward",
      title: clauses((a) =>
        gainTitle(a, gain, {
          best: "backward.best",
          shrinks: "backward.shrinks",
          grows: "backward.grows",
        }),
      ),
      read: t("backward.read") + pooled() + farthest("delta_rms"),
      panels: layerPanels("delta_rms", options),
      table: layerTable([
        ["delta_rms", t("m.delta_rms")],
        ...expectedColumns("delta_rms"),
        ["grad_rms", t("m.grad_rms")],
        ["backward_gain", t("m.backward_gain")],
      ]),
    }),
    figure({
      id: "gradient-steps",
      title: heatTitle(),
      read: t("heat.read"),
      least: 230,
      controls: settingTabs(),
      legend: heatLegend(state.setting, "delta_rms", options),
      panels: heatPanels(state.setting, "delta_rms", options),
      table: stepTable([
        ["delta_rms", t("m.delta_rms")],
        ["grad_rms", t("m.grad_rms")],
      ]),
    }),
  );
}
