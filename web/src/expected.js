// What theory expects of the layers before training, for the figures of what was measured.
import { Plot, color } from "./charts.js";
import { num, pick, t } from "./i18n.js";
import { groupsOf, layerName, layersAt, run } from "./run.js";

// Rows of the middle and, for independent weights, of the band that holds 95 % of networks.
export const expectedRows = (setting, name) =>
  groupsOf(setting).flatMap((one) =>
    (one.expected?.[name]?.mid ?? []).map((mid, layer) => ({
      scheme: one.scheme,
      x: layer + 1,
      mid,
      lo: one.expected[name].lo[layer],
      hi: one.expected[name].hi[layer],
    })),
  );

// Why nothing is expected, of this figure or of all.
const unexpected = (name) =>
  (run.unexpected ?? [])
    .filter(({ of }) => of === "all" || of === name)
    .map(({ text }) => ` ${pick(text)}`)
    .join("");

// " Farthest from it: ..." of all groups at initialization, and what is left out.
export function farthest(name) {
  let worst = null;
  for (const one of run.compare)
    layersAt(one, name, "first").forEach((value, layer) => {
      const times = value / one.expected?.[name]?.mid[layer];
      if (!(times > 0 && Number.isFinite(times))) return;
      if (worst === null || Math.abs(Math.log(times)) > Math.abs(Math.log(worst.times)))
        worst = { scheme: one.scheme, setting: one.setting, layer: layer + 1, times };
    });
  return worst === null
    ? unexpected(name)
    : ` ${t("expected.read")} ${t("expected.worst", {
        ...worst,
        layer: layerName(worst.layer),
        times: num(worst.times, 2),
      })}${unexpected(name)}`;
}

// Bands and thin lines under the measured ones, cut at the edges of the figure.
export function expectedMarks(rows, [low, high]) {
  const cut = (v) => Math.min(high, Math.max(low, v));
  const known = (row, key) => row[key] !== null && Number.isFinite(row[key]);
  return run.schemes.flatMap((scheme) => {
    const mine = rows.filter((row) => row.scheme === scheme);
    return [
      Plot.areaY(
        mine.filter((row) => known(row, "lo") && known(row, "hi")),
        {
          x: "x",
          y1: (row) => cut(row.lo),
          y2: (row) => cut(row.hi),
          fill: color(scheme),
          fillOpacity: 0.14,
        },
      ),
      Plot.line(
        mine.filter((row) => known(row, "mid")),
        { x: "x", y: (row) => cut(row.mid), stroke: color(scheme), strokeWidth: 0.8 },
      ),
    ];
  });
}

// Columns of what is expected beside what is measured.
export const expectedColumns = (name) =>
  run.compare.some((one) => one.expected)
    ? ["mid", "lo", "hi"].map((side) => [`expected.${name}.${side}`, t(`expected.${side}`)])
    : [];
