// The engine in this realm: an instance of the WebAssembly module is one trial.

const decoder = new TextDecoder();
const encoder = new TextEncoder();

// A text that the module returned.
function textAt(memory, at) {
  const bytes = new Uint8Array(memory.buffer);
  return decoder.decode(bytes.subarray(at, bytes.indexOf(0, at)));
}

// What there is to choose from, and the columns of a look.
export async function catalogueOf(module) {
  const { exports } = await WebAssembly.instantiate(module, {});
  return JSON.parse(textAt(exports.memory, exports.alvor_catalogue()));
}

// options: {data: "spirals", hidden: "32x20", ...}: names and values of `alvor compare`, one each.
export class Trial {
  static async start(module, options) {
    const { exports } = await WebAssembly.instantiate(module, {});
    return new Trial(exports, options);
  }

  constructor(exports, options) {
    this.exports = exports;
    this.memory = exports.memory;
    this.steps = 0;
    const lines = Object.entries(options).map(([name, value]) => `${name} ${value}\n`);
    const spec = encoder.encode(`${lines.join("")}\0`);
    if (spec.length > exports.alvor_spec_size()) throw new Error("the spec is too long");
    new Uint8Array(this.memory.buffer).set(spec, exports.alvor_spec());
    this.facts = JSON.parse(textAt(this.memory, exports.alvor_start()));
    if (this.facts.error) throw Object.assign(new Error(this.facts.error.message), this.facts);
  }

  // The loss of the step's mini-batch, before the step.
  step() {
    this.steps++;
    return this.exports.alvor_step();
  }

  theory() {
    return JSON.parse(textAt(this.memory, this.exports.alvor_theory()));
  }

  verdict(loss) {
    return JSON.parse(textAt(this.memory, this.exports.alvor_verdict(loss)));
  }

  accuracy() {
    return this.exports.alvor_accuracy();
  }

  // A copy of (layers, columns), then the loss of the probe samples.
  look(columns) {
    const at = this.exports.alvor_look();
    return this.#copy(Float64Array, at, this.facts.layers.length * columns + 1);
  }

  // Probabilities (rows, size, classes) of some rows of a grid over [-span, span]^2.
  grid(size, row, rows, span) {
    const at = this.exports.alvor_grid(size, row, rows, span);
    return this.#copy(Float32Array, at, rows * size * this.facts.classes);
  }

  // Probabilities (n, classes) of test samples.
  predict(first, n) {
    const { classes, test } = this.facts;
    const out = new Float32Array(Math.min(n, test - first) * classes);
    const most = this.exports.alvor_most_rows();
    for (let i = 0; i * classes < out.length; i += most) {
      const rows = Math.min(most, out.length / classes - i);
      const at = this.exports.alvor_predict(first + i, rows);
      out.set(this.#copy(Float32Array, at, rows * classes), i * classes);
    }
    return out;
  }

  // Samples (n, inputs) and labels (n) of the "train" or the "test" set.
  samples(part, n) {
    const which = part === "test" ? 1 : 0;
    const count = Math.min(n, this.facts[part]);
    return {
      x: this.#copy(Float32Array, this.exports.alvor_samples(which), count * this.facts.inputs),
      y: this.#copy(Int32Array, this.exports.alvor_labels(which), count),
    };
  }

  #copy(Kind, at, length) {
    return new Kind(this.memory.buffer, at, length).slice();
  }
}
