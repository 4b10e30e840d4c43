// The text of a scheme, "normal(std=0.05)", taken apart and put together by the catalogue's table.

// The gain that the engine takes from the activation.
export const AUTO = "auto";

// {name, args: {std: 0.05}} of a text; what the table does not know is left to the engine to refuse.
export function parseScheme(text, catalogue) {
  const [, name, inside] = text.match(/^\s*([\w-]+)\s*(?:\((.*)\))?\s*$/) ?? [null, text, ""];
  const row = catalogue.schemes.find((one) => one.name === name);
  const args = Object.fromEntries((row?.args ?? []).map((arg) => [arg.name, arg.value]));
  for (const [i, part] of (inside ?? "").split(",").entries()) {
    if (!part.trim()) continue;
    const [key, value] = part.includes("=") ? part.split("=") : [row?.args[i]?.name, part];
    const arg = row?.args.find((one) => one.name === key?.trim());
    if (arg) args[arg.name] = valueOf(arg, value.trim());
  }
  return { name, row, args };
}

function valueOf(arg, text) {
  if (arg.name === "gain" && text === AUTO) return AUTO;
  const choice = arg.choices?.split(" ").indexOf(text) ?? -1;
  return choice >= 0 ? choice : Number(text);
}

// Arguments that are not at their defaults, and those that the scheme always shows.
export function printScheme({ name, row, args }) {
  const parts = (row?.args ?? [])
    .filter((arg) => arg.shown || args[arg.name] !== arg.value)
    .map((arg) => `${arg.name}=${arg.choices?.split(" ")[args[arg.name]] ?? args[arg.name]}`);
  return parts.length ? `${name}(${parts.join(",")})` : name;
}

// The range of an argument's slider: around its default on a log scale where it is a positive
// number, else between its bounds; null where there is nothing to slide.
export function sliderOf(arg) {
  if (arg.choices) return null;
  if (arg.value > 0 && arg.lo >= 0 && !(arg.hi <= 1)) {
    const reach = 30;
    return { log: true, lo: arg.value / reach, hi: arg.value * reach };
  }
  const lo = Math.max(arg.lo ?? -1, -1);
  const hi = Math.min(arg.hi ?? 1, 1);
  return hi > lo ? { log: false, lo, hi } : null;
}

// The gain by hand: a tenth to ten times, whose middle is 1.
export const GAINS = { log: true, lo: 0.1, hi: 10 };
