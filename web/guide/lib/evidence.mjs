// What the lab measured: runs the commands of experiments.mjs, keeps their documents by digest.
//
// The digest covers the command and the bytes of the program, so that a number in the guide is one
// that this very build measured. A document that was there is not measured again.
import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";

const BIG = 256 << 20;

// 'a,b(c=1)' as a shell reads it: words apart at blanks, single quotes keep what is in them.
export const words = (command) =>
  [...command.matchAll(/(?:'[^']*'|[^\s'])+/g)].map(([word]) => word.replaceAll("'", ""));

export function makeLab(program, directory) {
  const alvor = resolve(program);
  const engine = createHash("sha256").update(readFileSync(alvor)).digest("hex");
  const kept = join(resolve(directory), "measured");
  mkdirSync(kept, { recursive: true });
  const call = (args) =>
    execFileSync(alvor, args, { cwd: kept, maxBuffer: BIG, stdio: ["ignore", "pipe", "inherit"] });

  // A comparison's document is that of its report, which has the curves and layers, too.
  function measure(command, name) {
    const args = words(command);
    if (args[0] !== "compare") return call([...args, "--json"]);
    const run = join(kept, `run-${name}`);
    call([...args, "--quiet", "-o", run]);
    const document = call(["report", run, "--json"]);
    rmSync(run, { recursive: true });
    return document;
  }

  const used = new Set();
  function ask(command) {
    const name = createHash("sha256").update(`${engine} ${command}`).digest("hex").slice(0, 24);
    const file = join(kept, `${name}.json`);
    used.add(`${name}.json`);
    if (!existsSync(file)) {
      const begin = Date.now();
      writeFileSync(file, measure(command, name));
      const seconds = (Date.now() - begin) / 1000;
      if (seconds >= 1) console.log(`measured in ${seconds.toFixed(1)} s: alvor ${command}`);
    }
    return JSON.parse(readFileSync(file, "utf8"));
  }
  // Drops what earlier programs measured.
  function forget() {
    for (const name of readdirSync(kept)) if (!used.has(name)) rmSync(join(kept, name), { recursive: true });
  }
  return { ask, forget };
}
