// What {{...}} in a chapter may say: measured values by short names, written in the page's
// language. An expression that names nothing, or is no number, stops the build.
import { num, percent } from "./say.mjs";


export function groupOf(document, scheme, setting) {
  const found = document.groups.filter(
    (one) =>
      one.purpose === "compare" &&
      one.scheme === scheme &&
      (setting === undefined || one.setting === setting),
  );
  if (found.length === 1) return found[0];
  const all = document.groups.map((one) => `${one.scheme} / ${one.setting}`).join(", ");
  throw new Error(`${found.length} groups are ${scheme} / ${setting}; there are ${all}`);
}

const count = (table, ...keys) => keys.reduce((sum, key) => sum + (table[key] ?? 0), 0);
const isNumber = (x) => typeof x === "number" && Number.isFinite(x);

// Steps to half of chance, median over seeds; infinite where half of the seeds never get there.
function stepsTo(group, fraction) {
  const target = group.targets.find((one) => one.fraction === fraction);
  const steps = target.steps.map((s) => s ?? Infinity).sort((a, b) => a - b);
  return steps[Math.floor((steps.length - 1) / 2)];
}

// lookup(name) gives the document of an experiment; used(name) is told what a value came from.
export function helpers(lookup, lang, used) {
  const get = (name) => (used(name), lookup(name));
  const group = (name, scheme, setting) => groupOf(get(name), scheme, setting);
  return {
    // The median over seeds of a measurement: final_train_loss, forward_gain, ...
    m: (name, scheme, key, setting) => {
      const value = group(name, scheme, setting).summary[key]?.[0];
      return isNumber(value) ? value : Infinity;
    },
    failed: (name, scheme, setting) => count(group(name, scheme, setting).outcomes, "stuck", "diverged"),
    trained: (name, scheme, setting) => count(group(name, scheme, setting).outcomes, "trained", "slow"),
    seeds: (name) => get(name).spec.seeds,
    chance: (name) => get(name).spec.data.chance_loss,
    outcome: (name, scheme, kind, setting) => count(group(name, scheme, setting).outcomes, kind),
    verdict: (name, scheme, setting) => {
      const kinds = Object.entries(group(name, scheme, setting).verdicts);
      const [kind] = kinds.sort((a, b) => b[1] - a[1])[0];
      return get(name).words.verdict[kind][lang === "pt" ? 1 : 0];
    },
    steps: (name, scheme, setting, fraction = 0.5) => stepsTo(group(name, scheme, setting), fraction),
    // A measurement of a layer (1 is the first, -1 the last) at initialization or at row `at`.
    layer: (name, scheme, key, index, setting, at = 0) =>
      group(name, scheme, setting).layers[key].at(at).at(index > 0 ? index - 1 : index),
    // Of a prediction: layer(l).q and the like, and its own fields.
    p: (name) => get(name),
    at: (name, l) => get(name).layers.at(l > 0 ? l - 1 : l),
    claim: (name, i) => {
      const document = get(name);
      return document.experiments[0].claims[i].measured;
    },
    spec: (name) => get(name).spec,
    rate: (name, scheme) => {
      const one = get(name).rates.find((row) => row.scheme === scheme);
      return one.rates[one.best];
    },
    num: (x, digits) => num(x, lang, digits),
    pct: (x, digits) => percent(x, lang, digits),
    sqrt: Math.sqrt,
    ln: Math.log,
    pow: Math.pow,
  };
}

// The value of an expression over the helpers.
export function evaluate(expression, tools) {
  const names = Object.keys(tools);
  try {
    return new Function(...names, `"use strict"; return (${expression});`)(...names.map((n) => tools[n]));
  } catch (error) {
    throw new Error(`{{${expression}}}: ${error.message}`);
  }
}
