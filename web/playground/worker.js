// Trains off the page's thread: steps, looks, predicts, and posts a frame. While the page draws one
// frame the next is made, and no more than that.
import { Trial, catalogueOf } from "./engine.js";

const GRID = { moving: 40, still: 96 }; // side of the decision boundary's picture
const GRID_MS = 7; // spent on it in a frame, so that it never holds training up
const FAST_MS = 22; // of steps in a frame at full speed
const SLOW_MS = 220; // between steps, one by one
const POINTS = 400; // training samples shown
const IMAGES = 24; // test samples shown, where samples are images
const AHEAD = 2; // frames made and not yet drawn
const CONFUSED = 500; // test samples counted, where they are neither points nor images

let module, catalogue, group;
let playing = false;
let speed = "normal";
let frames = 0;
let ahead = 0;
const turn = new MessageChannel(); // the next frame, after the messages that wait
turn.port1.onmessage = () => playing && group && ahead < AHEAD && advance();

const handlers = {
  async load({ bytes }) {
    const packed = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("gzip"));
    module = await WebAssembly.compile(await new Response(packed).arrayBuffer());
    catalogue = await catalogueOf(module);
    postMessage({ type: "catalogue", catalogue });
  },
  async start({ id, runs, seeds }) {
    playing = false;
    ahead = 0;
    group = { id, seeds, step: 0, runs: [] };
    const mine = group;
    for (const [index, options] of runs.entries()) {
      const run = { options, trials: [], recent: [] };
      try {
        run.trials.push(await Trial.start(module, options));
      } catch (error) {
        if (mine !== group) return;
        group = null;
        postMessage({
          type: "refused",
          id,
          run: index,
          error: error.error ?? { message: String(error) },
        });
        return;
      }
      mine.runs.push(run);
    }
    if (mine !== group) return;
    postMessage({ type: "started", id, runs: mine.runs.map((run) => describe(run.trials[0])) });
    post();
    mine.runs.forEach((run, index) =>
      postMessage({ type: "theory", id, run: index, theory: run.trials[0].theory() }),
    );
  },
  async play({ on }) {
    const was = playing;
    playing = on;
    if (!group) return;
    if (!on) return was && post();
    await addSeeds();
    schedule();
  },
  async step({ n }) {
    playing = false;
    if (!group) return;
    await addSeeds();
    if (!group) return;
    const losses = takeSteps(n, Infinity);
    post(losses);
  },
  speed({ value }) {
    speed = value;
  },
  drawn({ id }) {
    if (!group || id !== group.id) return;
    ahead--;
    if (playing) schedule();
  },
};

onmessage = ({ data }) => handlers[data.type](data);

function describe(trial) {
  const { inputs, classes, train } = trial.facts;
  const points = inputs === 2 ? trial.samples("train", POINTS) : null;
  const images = trial.facts.height > 0 ? trial.samples("test", IMAGES) : null;
  const labels = inputs !== 2 && !images ? trial.samples("test", CONFUSED).y : null;
  let reach = 0;
  if (points) for (const v of trial.samples("train", train).x) reach = Math.max(reach, Math.abs(v));
  trial.span = 1.06 * reach;
  return { facts: trial.facts, points, images, labels, span: trial.span, classes };
}

// The other seeds of every run, once training begins.
async function addSeeds() {
  const mine = group;
  for (const run of mine.runs)
    while (run.trials.length < mine.seeds) {
      const trial = await Trial.start(module, { ...run.options, trial: run.trials.length });
      if (mine !== group) return;
      run.trials.push(trial);
    }
}

// At most n steps of every trial, as many as fit in ms and at least one: (runs, seeds, steps taken).
function takeSteps(n, ms) {
  const losses = group.runs.map((run) => run.trials.map(() => []));
  const start = performance.now();
  for (let i = 0; i < n && (i === 0 || performance.now() - start < ms); i++) {
    group.step++;
    group.runs.forEach((run, r) =>
      run.trials.forEach((trial, s) => {
        const loss = trial.lost ? NaN : trial.step();
        trial.lost ||= !Number.isFinite(loss);
        losses[r][s].push(loss);
        if (s === 0) run.recent.push(loss);
      }),
    );
  }
  return losses;
}

function advance() {
  const n = speed === "fast" ? Infinity : 1;
  post(takeSteps(n, FAST_MS), true);
  schedule();
}

function schedule() {
  const next = () => turn.port2.postMessage(0);
  if (speed === "slow") ahead === 0 && setTimeout(next, SLOW_MS);
  else if (ahead < AHEAD) next();
}

// Mean loss of the last pass over the data: what the outcome is read from.
function recentLoss(run) {
  const { epoch_steps: window, initial_loss: first } = run.trials[0].facts;
  run.recent = run.recent.slice(-Math.max(10, window));
  if (run.recent.length === 0) return first;
  return run.recent.reduce((sum, x) => sum + x, 0) / run.recent.length;
}

// The picture of the boundary: whole at rest; in motion a few rows a frame, shown when complete.
function paint(run, moving) {
  const trial = run.trials[0];
  const size = moving ? GRID.moving : GRID.still;
  const { classes } = trial.facts;
  if (!moving) return { size, shares: trial.grid(size, 0, size, trial.span) };
  if (run.picture?.size !== size)
    run.picture = { size, row: 0, shares: new Float32Array(size * size * classes) };
  const { picture } = run;
  const start = performance.now();
  while (picture.row < size && performance.now() - start < GRID_MS) {
    const rows = Math.min(4, size - picture.row);
    picture.shares.set(
      trial.grid(size, picture.row, rows, trial.span),
      picture.row * size * classes,
    );
    picture.row += rows;
  }
  if (picture.row < size) return null;
  run.picture = null;
  return { size, shares: picture.shares };
}

function predict(run, moving) {
  const trial = run.trials[0];
  if (trial.facts.inputs === 2) return { picture: paint(run, moving) };
  if (moving && frames % 6) return {};
  return { predicted: trial.predict(0, trial.facts.height > 0 ? IMAGES : CONFUSED) };
}

function post(losses = null, moving = false) {
  frames++;
  ahead++;
  const now = !moving || frames % 8 === 0;
  postMessage({
    type: "frame",
    id: group.id,
    moving,
    step: group.step,
    runs: group.runs.map((run, r) => ({
      losses: losses?.[r] ?? null,
      look: run.trials[0].look(catalogue.columns.length),
      ...predict(run, moving),
      verdict: now ? run.trials[0].verdict(recentLoss(run)) : null,
      accuracy: now ? run.trials[0].accuracy() : null,
    })),
  });
}
