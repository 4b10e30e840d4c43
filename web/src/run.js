// The document that the page carries, with what every section asks of it: a run ("alvor.report/1"),
// or reproductions ("alvor.reproduce/1"), which have no groups.

const data = {
  groups: [],
  shapes: [],
  ...JSON.parse(document.getElementById("data").textContent),
};

const compare = data.groups.filter((group) => group.purpose === "compare");
const unique = (list) => [...new Set(list)];
const schemes = unique(compare.map((group) => group.scheme));
const settings = unique(compare.map((group) => group.setting));

function middleShape() {
  const sizes = data.shapes.map((shape) => (shape.fixed ? 0 : shape.layers.length));
  return Math.max(0, sizes.indexOf(Math.max(...sizes)));
}

export const run = {
  ...data,
  schemes_info: data.schemes,
  activations_info: data.activations,
  compare,
  schemes,
  settings,
  scale: data.groups.filter((group) => group.purpose === "scale"),
  mistakes: data.groups.filter((group) => group.purpose === "mistake"),
  chance: data.classes > 1 && data.spec.loss !== "mse" ? Math.log(data.classes) : null,
  middleShape: middleShape(),
};

// "4 (conv2)"; dense chains have numbers alone.
export const layerName = (layer) =>
  data.chain === false && data.layer_names[layer - 1]
    ? `${layer} (${data.layer_names[layer - 1]})`
    : `${layer}`;

export const group = (scheme, setting) =>
  compare.find((one) => one.scheme === scheme && one.setting === setting);

export const groupsOf = (setting) => compare.filter((one) => one.setting === setting);

// The key that most seeds share, the first in order of appearance on a tie.
export function mode(counts) {
  let best = null;
  for (const [key, n] of Object.entries(counts)) if (best === null || n > counts[best]) best = key;
  return best;
}

// The verdict of most seeds; "slow" where nothing is wrong but most seeds are not done.
export function verdictOf(one) {
  const verdict = mode(one.verdicts);
  return verdict === "healthy" && mode(one.outcomes) === "slow" ? "slow" : verdict;
}

export const failed = (one) => one.n - (one.outcomes.trained ?? 0) - (one.outcomes.slow ?? 0);
export const diverged = (one) => one.outcomes.diverged ?? 0;
export const median = (one, name) => one.summary[name]?.[0] ?? null;

// From best to worst by median final training loss; groups whose median was lost come last.
export function ranked(groups) {
  const key = (one) => median(one, "final_train_loss") ?? Infinity;
  return [...groups].sort((a, b) => key(a) - key(b));
}

// The rows of a layer table at the first or last probed step.
export function layersAt(one, name, moment) {
  const rows = one.layers[name] ?? [];
  return (moment === "last" ? rows[rows.length - 1] : rows[0]) ?? [];
}

export const geometric = (values) => {
  const fine = values.filter((v) => v > 0);
  if (fine.length === 0) return null;
  return Math.exp(fine.reduce((sum, v) => sum + Math.log(v), 0) / fine.length);
};
