// The playground's engine in Node against the command: the same losses, to the bit.
//
//   node test_engine.mjs PLAYGROUND.WASM ALVOR PYTHON
//
// `alvor compare --backend portable` writes the mean loss of the steps between two rows of the
// curve; of 50 steps or fewer, the loss of every step. Looking, predicting and drawing in between
// must not change a bit of them.
import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";

const [wasm, alvor, python] = process.argv.slice(2);
const here = dirname(fileURLToPath(import.meta.url));
const source = readFileSync(join(here, "../../web/playground/engine.js"), "utf8");
const { Trial, catalogueOf } = await import(`data:text/javascript,${encodeURIComponent(source)}`);
const module = await WebAssembly.compile(readFileSync(wasm));
const catalogue = await catalogueOf(module);
const work = mkdtempSync(join(tmpdir(), "alvor-engine-"));

let failures = 0;
function check(what, fine, detail = "") {
  if (fine) return;
  failures++;
  console.error(`FAILED: ${what} ${detail}`);
}

// Two lessons, and what could differ: optimizers, schemes that need scratch or data, images, a last
// mini-batch that is smaller, more than an epoch, a network that diverges, normalization.
const CASES = [
  { options: { data: "spirals", hidden: "32x20", act: "relu", init: "torch_default", lr: 0.05 } },
  { options: { data: "spirals", hidden: "32x20", act: "relu", init: "he_normal", lr: 0.05 } },
  {
    options: { data: "moons", hidden: "16x3", act: "tanh", init: "xavier_uniform" },
    more: { optimizer: "adam", batch: 96, seed: 7 },
    steps: 200,
  },
  {
    options: { data: "circles", hidden: "24x6", act: "gelu", init: "orthogonal(gain=1.2)" },
    more: { optimizer: "momentum(momentum=0.8)", lr: 0.02, train: 500, batch: 64 },
  },
  {
    options: { data: "blobs", hidden: "32x4", act: "relu", init: "lsuv" },
    more: { bias: "normal(std=0.01)" },
  },
  {
    options: { data: "shapeset", hidden: "20x2", act: "relu", init: "zeros" },
    more: { train: 300, test: 60 },
    steps: 12,
  },
  { options: { data: "xor", hidden: "16x30", act: "relu", init: "uniform(r=1)" }, more: { lr: 1 } },
  {
    options: {
      data: "spirals",
      hidden: "16x5 norm=batch residual=2",
      act: "relu",
      init: "he_normal",
    },
  },
];
// Gains: by hand, and the activation's, which the command gets as the number that the engine wrote.
for (const [init, act] of [
  ["xavier_normal(gain=1.7)", "tanh"],
  ["xavier_uniform(gain=auto)", "tanh"],
  ["he_normal(mode=fan_out, gain=auto)", "gelu"],
  ["orthogonal(gain=auto)", "leaky_relu(0.2)"],
])
  CASES.push({ options: { data: "moons", hidden: "16x6", act, init }, more: { lr: 0.05 }, steps: 30 });
const SEEDS = 2;

const READ = `
import json, sqlite3, sys
db = sqlite3.connect(sys.argv[1])
print(json.dumps([{"seed": s, "initial": i, "outcome": o, "verdict": v,
    "curve": db.execute("SELECT step, train_loss FROM curve WHERE trial = ? ORDER BY step", (t,)).fetchall()}
    for t, s, i, o, v in db.execute("SELECT id, seed, initial_loss, outcome, verdict FROM trial ORDER BY id")]))
`;

function native(options, steps, name) {
  const dir = join(work, name);
  const words = Object.entries(options).flatMap(([key, value]) => [`--${key}`, String(value)]);
  const rest = ["--steps", steps, "--seeds", SEEDS, "--backend", "portable", "--no-extra", "-q"];
  execFileSync(alvor, ["compare", ...words, ...rest.map(String), "-o", dir], { stdio: "pipe" });
  return JSON.parse(execFileSync(python, ["-c", READ, join(dir, "run.db")]));
}

// Losses of every step, with everything that a page does in between.
async function browser(options, steps) {
  const trial = await Trial.start(module, options);
  const losses = [];
  for (let step = 0; step < steps; step++) {
    losses.push(trial.step());
    if (!Number.isFinite(losses.at(-1))) break;
    if (step % 7 === 0) trial.look(catalogue.columns.length);
    if (step % 20 === 3) trial.predict(0, 300);
    if (step % 20 === 5) trial.accuracy();
    if (step % 20 === 9 && trial.facts.inputs === 2) trial.grid(20, 0, 20, 2);
  }
  return { facts: trial.facts, losses };
}

const nan = (x) => (Number.isFinite(x) ? x : null);

async function compare({ options, more = {}, steps = 50 }, index) {
  const all = { ...options, ...more };
  const label = `${options.data} ${options.hidden} ${options.act} ${options.init}`;
  const { facts: said } = await browser({ ...all, trial: 0 }, 0);
  const runs = native({ ...all, init: said.scheme }, steps, `case${index}`);
  check(`${label}: native trials`, runs.length === SEEDS, String(runs.length));
  for (const [trial, run] of runs.entries()) {
    const { facts, losses } = await browser({ ...all, trial }, steps);
    check(
      `${label} ${run.seed}: first look`,
      facts.initial_loss === run.initial,
      `${facts.initial_loss} ${run.initial}`,
    );
    let last = 0;
    for (const [step, loss] of run.curve.slice(1)) {
      const part = losses.slice(last, step);
      const mean = part.reduce((sum, x) => sum + x, 0) / part.length;
      check(`${label} ${run.seed}: step ${step}`, nan(mean) === loss, `${mean} ${loss}`);
      last = step;
    }
    check(
      `${label} ${run.seed}: as many steps`,
      last === losses.length,
      `${last} ${losses.length}`,
    );
  }
  return runs.length * steps;
}

function testCatalogue() {
  const names = catalogue.schemes.map((one) => one.name);
  for (const name of ["zeros", "torch_default", "he_normal", "orthogonal", "lsuv"])
    check(`the menu has ${name}`, names.includes(name));
  check("the menu has no scheme of convolutions", !names.includes("dirac"));
  const listed = JSON.parse(execFileSync(alvor, ["list", "--json"]));
  const known = JSON.stringify(listed);
  for (const name of names) check(`alvor list knows ${name}`, known.includes(`"${name}"`));
}

// "auto" is the gain that `alvor list` tells; every activation of the menu has one.
async function testGains() {
  const { activations } = JSON.parse(execFileSync(alvor, ["list", "--json"]));
  for (const { name, gain } of catalogue.activations) {
    const { forward } = activations.find((one) => one.name === name).gain;
    check(`${name}: gain of the menu`, gain === forward, `${gain} ${forward}`);
    const { facts } = await Trial.start(module, { act: name, init: "xavier_normal(gain=auto)", hidden: "8x3" });
    const written = Number(facts.scheme.match(/gain=([^,)]*)/)?.[1] ?? 1); // 1 is the default
    check(`${name}: gain=auto`, written === gain, `${facts.scheme} ${gain}`);
  }
}

// Every scheme of the menu begins; what is wrong is said with its place.
async function testStarts() {
  for (const { name } of catalogue.schemes) {
    const trial = await Trial.start(module, { hidden: "8x3", init: name, train: 64, test: 16 });
    check(`${name} takes a step`, typeof trial.step() === "number");
    JSON.stringify([trial.theory(), trial.verdict(NaN)]);
  }
  const wrong = [
    [{ init: "he_norml" }, "scheme"],
    [{ hidden: "8xx3" }, "model"],
    [{ act: "rlu" }, "activation"],
    [{ data: "mars" }, "data"],
    [{ batch: "1.5" }, "batch"],
    [{ lr: "-1" }, "lr"],
    [{ colour: "red" }, "spec"],
    [{ init: "xavier_normal(gain=automatic)" }, "scheme"],
    [{ init: "normal(gain=auto)" }, "scheme"],
    [{ init: "xavier_normal(gain=auto)", act: "rlu" }, "activation"],
  ];
  for (const [options, where] of wrong) {
    const error = await Trial.start(module, options).then(
      () => null,
      (one) => one,
    );
    check(`${JSON.stringify(options)} is refused`, error?.error?.message, String(error));
    check(
      `${JSON.stringify(options)} says where`,
      error?.error?.where === where,
      error?.error?.where,
    );
  }
}

// A thousand looks take no memory.
async function testMemory() {
  const trial = await Trial.start(module, { hidden: "32x20" });
  trial.look(catalogue.columns.length);
  const before = trial.memory.buffer.byteLength;
  for (let i = 0; i < 200; i++) trial.look(catalogue.columns.length);
  check("looks take no memory", trial.memory.buffer.byteLength === before);
}

try {
  testCatalogue();
  await testGains();
  await testStarts();
  await testMemory();
  let steps = 0;
  for (const [index, one] of CASES.entries()) steps += await compare(one, index);
  console.log(`${CASES.length} settings, ${steps} steps, ${failures} failures`);
} finally {
  rmSync(work, { recursive: true, force: true });
}
process.exit(failures ? 1 : 0);
