// The two language tables of a page, node test_languages.mjs [FOLDER]: the same keys, the same holes, nothing empty, nothing left in English,
// and every key that a source file asks for.
import { readdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";

const folder = process.argv[2] ?? "src";
const source = join(dirname(fileURLToPath(import.meta.url)), "../../web", folder);
const load = async (name) => {
  // The tables are plain modules: read as text, so that no package.json is needed beside them.
  const text = readFileSync(join(source, "lang", name), "utf8");
  return (await import(`data:text/javascript,${encodeURIComponent(text)}`)).default;
};
const en = await load("en.js"),
  pt = await load("pt.js");

const problems = [];
const holes = (text) =>
  [...text.matchAll(/\{(\w+)\}/g)]
    .map((m) => m[1])
    .sort()
    .join();
// Words that are the same in both languages.
const SAME = new Set(["h.convergence.", "linear", "q.median.", "glance.", "term.fan"]);

for (const key of new Set([...Object.keys(en), ...Object.keys(pt)])) {
  if (!(key in en) || !(key in pt)) problems.push(`${key}: only in ${key in en ? "en" : "pt"}`);
  else if (!en[key].trim() || !pt[key].trim()) problems.push(`${key}: empty`);
  else if (holes(en[key]) !== holes(pt[key]))
    problems.push(`${key}: {${holes(en[key])}} and {${holes(pt[key])}}`);
  else if (en[key] === pt[key] && en[key].length > 12 && !SAME.has(key))
    problems.push(`${key}: not translated`);
}

// Keys written out in the sources; keys built from a variable are met by test_page.mjs, which
// looks for unknown ones in the drawn page.
const files = readdirSync(source, { recursive: true }).filter(
  (name) => name.endsWith(".js") && !name.includes("lang"),
);
for (const name of files)
  for (const [, key] of readFileSync(join(source, name), "utf8").matchAll(/\bt\("([\w.]+)"/g))
    if (!(key in en)) problems.push(`${name} asks for "${key}"`);

for (const problem of problems) console.error(problem);
console.log(
  `${Object.keys(en).length} keys in two languages, ${files.length} files, ${problems.length} problems`,
);
process.exit(problems.length ? 1 : 0);
