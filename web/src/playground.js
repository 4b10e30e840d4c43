// The report's experiment as an address of the guide's playground; null where it cannot run it.

// The sets that the playground draws as the lab does, with their usual numbers of training samples.
const TRAIN = { spirals: 3000, moons: 2000, circles: 2000, xor: 2000 };
const MOST_WIDTH = 128;
const MOST_DEPTH = 50;

// "64x8 norm=layer" of "mlp 2-64x8-3 norm=layer": equal hidden layers.
function hiddenOf(model) {
  const [, width, depth = "1", rest = ""] = model.match(/^mlp \d+-(\d+)(?:x(\d+))?-\d+( .*)?$/) ?? [];
  return width <= MOST_WIDTH && depth <= MOST_DEPTH ? `${width}x${depth}${rest}` : null;
}

const isPlain = (recipe) =>
  recipe.schedule === "constant" &&
  recipe.regularizer === "none" &&
  !recipe.weight_decay &&
  !recipe.own_rate_of &&
  [0, 0.9].includes(recipe.momentum);

// Of several activations and recipes the first, of the schemes two: what the playground shows.
export function playgroundHash(spec, lang) {
  const hidden = hiddenOf(String(spec.model));
  const recipe = spec.recipes?.[0];
  const same = spec.data.train === TRAIN[spec.data.name] && spec.loss === "cross_entropy" && !spec.bias;
  if (!hidden || !same || !recipe || !isPlain(recipe)) return null;
  const settings = new URLSearchParams({
    data: spec.data.name,
    hidden,
    act: spec.activations[0],
    init: spec.schemes.slice(0, 2).join(",").replaceAll(", ", ","),
    optimizer: recipe.optimizer,
    lr: recipe.lr,
    batch: spec.batch,
    seed: spec.seed,
    lang,
  });
  return `#${settings}`.replace(/%2C/g, ",").replace(/%28/g, "(").replace(/%29/g, ")").replace(/%3D/g, "=");
}
