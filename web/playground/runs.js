// What the page knows of each run: its facts, its losses, its last look, its history.
import { History } from "./views/map.js";

// A look's columns by name: {signal: [...], error: [...], ...}, null as NaN.
function columnsOf(look, names, layers) {
  const out = {};
  names.forEach((name, c) => {
    out[name] = Array.from({ length: layers }, (_, l) => look[l * names.length + c]);
  });
  return out;
}

// A scheme's text for people: a gain of sixteen digits, as the command needs it, is cut to four.
const labelOf = (scheme) => scheme.replace(/\d+\.\d{5,}/g, (x) => Number(x).toPrecision(4));

export function makeRun(started, index, seeds) {
  return {
    index,
    ...started,
    scheme: started.facts.scheme,
    label: labelOf(started.facts.scheme),
    losses: Array.from({ length: seeds }, () => []),
    history: new History(),
    step: 0,
    recent: null,
    accuracy: null,
    verdict: null,
    theory: null,
    now: null,
    first: null,
  };
}

// Every loss, with all its digits. A scheme's commas are why it stands in quotes.
export function csvOf(runs) {
  const rows = runs.flatMap((run) =>
    run.losses.flatMap((list, trial) =>
      list.map((loss, i) => `"${run.scheme}",${trial},${i + 1},${loss}`),
    ),
  );
  return ["scheme,trial,step,loss", ...rows, ""].join("\r\n");
}

export function takeFrame(run, fresh, step, names) {
  const window = Math.max(10, run.facts.epoch_steps);
  run.step = step;
  fresh.losses?.forEach((list, seed) => run.losses[seed].push(...list));
  const last = run.losses[0].slice(-window);
  run.recent = last.length ? last.reduce((sum, v) => sum + v, 0) / last.length : null;
  run.now = columnsOf(fresh.look, names, run.facts.layers.length);
  run.first ??= run.now;
  run.history.add(step, run.now.gradient);
  for (const name of ["picture", "predicted", "verdict", "accuracy"])
    if (fresh[name] !== undefined && fresh[name] !== null) run[name] = fresh[name];
}
