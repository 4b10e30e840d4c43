// 4. The signal on its way up: deviation of the pre-activations, and the activations themselves.
import { Plot, base, color } from "../charts.js";
import { expectedColumns, farthest } from "../expected.js";
import { figure } from "../figure.js";
import { num, t } from "../i18n.js";
import {
  settingTabs,
  clauses,
  layerPanels,
  layerTable,
  layerTicks,
  momentTabs,
  prose,
  section,
} from "../parts.js";
import { geometric, groupsOf, layersAt, median, run } from "../run.js";
import { state } from "../state.js";
import { bars, histogram } from "./weights.js";

const gain = (one) =>
  median(one, "forward_gain") ?? geometric(layersAt(one, "forward_gain", "first"));

// What a gain has to make of a signal over all layers for a title to say so.
const TELLING = 4;

// The scheme whose gain is nearest to one, and the farthest on either side, if that is far.
export function gainTitle(setting, of, keys) {
  const known = groupsOf(setting)
    .map((one) => ({
      scheme: one.scheme,
      g: of(one),
      layers: layersAt(one, "a_std", "first").length,
    }))
    .filter((row) => row.g !== null && row.g > 0);
  if (known.length === 0) return "";
  const far = (row) => Math.abs(Math.log(row.g));
  known.sort((a, b) => far(a) - far(b));
  const best = known[0],
    worst = known[known.length - 1];
  const clause = t(keys.best, { scheme: best.scheme, gain: num(best.g) });
  if (worst === best || far(worst) * worst.layers < Math.log(TELLING)) return clause;
  return (
    clause +
    t(worst.g < 1 ? keys.shrinks : keys.grows, { scheme: worst.scheme, gain: num(worst.g) })
  );
}

// The highest bar, unless one bar towers over the rest (the zeros of ReLU): that one is cut.
function peakOf(data) {
  const heights = data.map((d) => d.y).sort((a, b) => b - a);
  const tower = heights.length > 1 && heights[1] > 0 && heights[0] > 3 * heights[1];
  return Math.max(tower ? 1.25 * heights[1] : (heights[0] ?? 0), 1e-300);
}

// One ridge per layer, first at the bottom, each scaled to its own peak.
function ridges(one, width, title) {
  const depth = layersAt(one, "a_std", "first").length;
  const found = Array.from({ length: depth }, (_, layer) => ({
    layer,
    h: histogram(one, "act", layer, state.moment === "last"),
  })).filter((row) => row.h);
  const areas = found.flatMap(({ layer, h }) => {
    const data = bars(h),
      peak = peakOf(data);
    return data.flatMap((d) =>
      [d.x1, d.x2].map((x) => ({
        x,
        layer,
        y1: layer + 1,
        y2: layer + 1 + 0.92 * Math.min(1, d.y / peak),
      })),
    );
  });
  const reach = Math.max(...found.map(({ h }) => Math.max(Math.abs(h.lo), Math.abs(h.hi))), 1e-12);
  const lo = Math.min(0, ...found.map(({ h }) => h.lo)),
    hi = Math.max(0, ...found.map(({ h }) => h.hi));
  return Plot.plot({
    ...base(width, 230, title),
    marginLeft: 36,
    marginRight: 12,
    marginTop: 16,
    x: {
      label: t("activation.value"),
      domain: lo < hi ? [lo, hi] : [-reach, reach],
      ticks: 4,
      tickFormat: (v) => num(v, 2),
    },
    y: {
      label: t("layer"),
      domain: [1, depth + 1],
      ticks: layerTicks(depth),
      tickFormat: (v) => num(v),
    },
    marks: [
      Plot.ruleX([0], { strokeOpacity: 0.25 }),
      found.map(({ layer }) =>
        Plot.areaY(
          areas.filter((d) => d.layer === layer),
          {
            x: "x",
            y1: "y1",
            y2: "y2",
            fill: color(one.scheme),
            fillOpacity: 0.45,
            stroke: color(one.scheme),
            strokeWidth: 0.8,
          },
        ),
      ),
    ],
  });
}

// Layers whose activations hardly differ from a single value.
function collapsed(one) {
  const z = layersAt(one, "a_std", state.moment);
  return z.filter((v) => v !== null && v < 1e-3).length;
}

function ridgeTitle() {
  const groups = groupsOf(state.setting).map((one) => ({
    scheme: one.scheme,
    n: collapsed(one),
    of: layersAt(one, "a_std", state.moment).length,
  }));
  const worst = [...groups].sort((a, b) => b.n - a.n)[0];
  return worst && worst.n > 0
    ? t("ridges.collapse", {
        setting: state.setting,
        scheme: worst.scheme,
        n: num(worst.n),
        of: num(worst.of),
      })
    : t("ridges.spread", { setting: state.setting });
}

const ridgeTable = () => ({
  columns: ["setting", "scheme", "step", "layer", "lo", "hi", "count"].map((key) => ({
    key,
    label: t(`bin.${key}`),
  })),
  rows: groupsOf(state.setting).flatMap((one) =>
    one.histograms
      .filter((h) => h.kind === "act")
      .flatMap((h) =>
        bars(h).map((d) => [one.setting, one.scheme, h.step, h.layer + 1, d.x1, d.x2, d.count]),
      ),
  ),
});

export function forward() {
  const withRidges = groupsOf(state.setting).filter((one) =>
    one.histograms.some((h) => h.kind === "act"),
  );
  return section(
    "forward",
    prose("forward.intro"),
    figure({
      id: "forward",
      title: clauses((a) =>
        gainTitle(a, gain, {
          best: "forward.best",
          shrinks: "forward.shrinks",
          grows: "forward.grows",
        }),
      ),
      read: t("forward.read") + farthest("z_std"),
      panels: layerPanels("z_std", { label: t("m.z_std"), log: true }),
      table: layerTable([
        ["z_std", t("m.z_std")],
        ...expectedColumns("z_std"),
        ["z_mean", t("m.z_mean")],
        ["a_std", t("m.a_std")],
        ["a_mean", t("m.a_mean")],
        ["forward_gain", t("m.forward_gain")],
      ]),
    }),
    withRidges.length > 0 &&
      figure({
        id: "activations",
        title: ridgeTitle(),
        read: t("ridges.read"),
        least: 250,
        controls: [settingTabs(), momentTabs()],
        panels: withRidges.map((one) => ({
          label: one.scheme,
          plot: (width, title) => ridges(one, width, title),
        })),
        table: ridgeTable,
      }),
  );
}
