// The guide's chapters as they are written: node test_guide_sources.mjs GUIDE
//
// Both languages have the same pages with the same figures, values, questions and conditions: what is
// said of a measurement in one is said in the other. Needs no build and no packages.
import { readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { experiments } from "../../web/guide/experiments.mjs";

const guide = process.argv[2];
let failures = 0;
function check(what, fine, detail = "") {
  if (fine) return;
  failures++;
  console.error(`FAILED: ${what} ${detail}`);
}

const pages = (lang) => readdirSync(join(guide, lang)).sort();
const read = (lang, file) => readFileSync(join(guide, lang, file), "utf8");
const all = (text, pattern) => [...text.matchAll(pattern)].map((match) => match[1].trim());

// Directives without what is prose: kinds, experiments, conditions.
const skeleton = (text) =>
  all(text, /^::: (\w+[^\n]*)$/gm).map((line) => (/^(mistake|question)/.test(line) ? line.split(" ")[0] : line));
const conditions = (text) => all(text, /^::: holds\n([\s\S]*?)^:::/gm);
const values = (text) => all(text, /\{\{(.+?)\}\}/g).sort();
const same = (a, b) => JSON.stringify(a) === JSON.stringify(b);
const difference = (a, b) =>
  `only en: ${a.filter((x) => !b.includes(x)).slice(0, 3)}; only pt: ${b.filter((x) => !a.includes(x)).slice(0, 3)}`;

check("the same pages", same(pages("en"), pages("pt")), difference(pages("en"), pages("pt")));
const used = new Set();
for (const file of pages("en")) {
  const [en, pt] = ["en", "pt"].map((lang) => read(lang, file));
  for (const [what, of] of Object.entries({ skeleton, conditions, values }))
    check(`${file}: the same ${what}`, same(of(en), of(pt)), difference(of(en), of(pt)));
  check(`${file}: as many headings`, all(en, /^(##) /gm).length === all(pt, /^(##) /gm).length);
  const chapter = /^\d/.test(file);
  for (const [lang, text] of [["en", en], ["pt", pt]]) {
    check(`${lang}/${file} has a title and says what it is about`, /^# .+\n> .+\n/.test(text));
    if (!chapter) continue;
    const kinds = skeleton(text).map((line) => line.split(" ")[0]);
    const n = (kind) => kinds.filter((one) => one === kind).length;
    check(`${lang}/${file}: 3 to 5 questions`, n("question") >= 3 && n("question") <= 5, n("question"));
    check(`${lang}/${file}: what to remember, a mistake`, n("remember") === 1 && n("mistake") >= 1);
    check(`${lang}/${file}: something measured`, n("figure") + n("table") >= 1);
    check(`${lang}/${file}: claims with conditions`, n("holds") >= 1);
    // A decimal number typed in front of "loss" or "perda" would be one that nobody measured.
    const typed = text.replace(/\{\{.+?\}\}/g, "").match(/(loss|perda) (of|de|final) \d+[.,]\d+/);
    check(`${lang}/${file}: no measured number is typed`, !typed, typed?.[0]);
  }
  for (const names of all(en, /\bexp=([\w+]+)/g)) for (const name of names.split("+")) used.add(name);
  for (const name of all(en, /\b(?:m|at|p|claim|layer|outcome|trained|failed|steps|seeds|spec|rate|chance)\('(\w+)'/g))
    used.add(name);
}
for (const name of used) check(`there is an experiment ${name}`, name in experiments);
for (const name of Object.keys(experiments)) check(`experiment ${name} is used`, used.has(name));

console.log(`${pages("en").length} pages in two languages, ${used.size} experiments, ${failures} failures`);
process.exit(failures > 0 ? 1 : 0);
