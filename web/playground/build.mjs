// Bundles the playground: node build.mjs NODE_MODULES PLAYGROUND.WASM PAGE.html
//
// One HTML file that opens from disk: style, script, the worker's script and the engine, compressed,
// are inside it. The policy names the script's hash; nothing can be fetched.
import { readFileSync, writeFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";
import { bundler } from "../bundle.mjs";

const [modules, wasm, target] = process.argv.slice(2).map((path) => resolve(path));
const here = dirname(fileURLToPath(import.meta.url));
const { bundle, licences, hash, fill } = bundler(modules);

const script = await bundle(join(here, "main.js"), { format: "iife" });
const worker = await bundle(join(here, "worker.js"), { format: "iife" });
const style = await bundle(join(here, "style/main.css"), {});
const engine = gzipSync(readFileSync(wasm), { level: 9 }).toString("base64");

const page = fill(readFileSync(join(here, "page.html"), "utf8"), {
  licences: licences(),
  style,
  script,
  worker,
  engine,
  csp:
    "default-src 'none'; img-src data: blob:; style-src 'unsafe-inline'; base-uri 'none'; " +
    `form-action 'none'; worker-src blob:; script-src '${hash(script)}' 'wasm-unsafe-eval'`,
});
writeFileSync(target, page);
console.log(
  `playground: ${page.length} bytes (script ${script.length}, worker ${worker.length}, engine ${engine.length})`,
);
