// Builds the guide: node build.mjs NODE_MODULES ALVOR DIRECTORY
//
// DIRECTORY/site is the whole site; DIRECTORY/measured keeps what was measured. If there is a
// NODE_MODULES/../../web/playground.html, it becomes part of the site.
import { copyFileSync, existsSync, mkdirSync, readFileSync, readdirSync, rmSync, statSync, writeFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { experiments } from "./experiments.mjs";
import { makeLab } from "./lib/evidence.mjs";
import { home } from "./lib/home.mjs";
import { lessonPages } from "./lib/lessons.mjs";
import { frame } from "./lib/page.mjs";
import { referencePage, referencesPage } from "./lib/reference.mjs";
import { LANGS } from "./lib/say.mjs";
import { render } from "./lib/text.mjs";

const here = dirname(fileURLToPath(import.meta.url));
const [, program, directory, playgroundFile] = process.argv.slice(2);
const out = resolve(directory);
const site = join(out, "site");
const { ask, forget } = makeLab(program, out);
const find = (name) => {
  if (!(name in experiments)) throw new Error(`no experiment ${name}`);
  return experiments[name];
};
const lab = { ask, lookup: (name) => ask(find(name)), command: find };
const playground = playgroundFile && existsSync(playgroundFile) ? playgroundFile : null;

// NN-name.md is a chapter, name.md another page; the first line is "# Title".
function chapter(lang, file) {
  const source = readFileSync(join(here, lang, file), "utf8");
  const [, title, about, text] = source.match(/^# (.*)\n(?:> (.*)\n)?([\s\S]*)$/);
  const number = file.match(/^(\d+)-/)?.[1];
  return { slug: file.replace(/\.md$/, ""), number: number && String(Number(number)), title, about, text, file: `${lang}/${file}` };
}

function pagesOf(lang) {
  const files = readdirSync(join(here, lang)).filter((name) => name.endsWith(".md")).sort();
  const pages = files.map((file) => chapter(lang, file));
  for (const page of pages) page.html = render(page.text, lab, { lang, file: page.file, slug: page.slug, playground }).html;
  return [
    ...pages,
    ...lessonPages(lang, lab),
    referencePage(lang, lab),
    referencesPage(lang, ...["../../docs/papers.bib", "papers.bib"].map((file) => readFileSync(join(here, file), "utf8"))),
  ];
}

function write(lang) {
  const pages = pagesOf(lang);
  const all = [home(lang, pages), ...pages];
  mkdirSync(join(site, lang), { recursive: true });
  for (const page of all)
    writeFileSync(join(site, lang, `${page.slug}.html`), frame(page, pages, { lang, playground }));
  return all.length;
}

const CHOOSE = `<!doctype html>
<html lang="en" data-theme="auto"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>alvor</title><link rel="stylesheet" href="guide.css"><script src="guide.js"></script></head>
<body><main class="choose" style="padding:4rem 1.6rem;margin:0 auto"><h1>alvor</h1>
<ul class="cards"><li><a href="pt/index.html" lang="pt-BR"><b>Os primeiros pesos: o guia</b><span class="about">em português do Brasil</span></a></li>
<li><a href="en/index.html" lang="en"><b>First weights: the guide</b><span class="about">in English</span></a></li></ul></main></body></html>
`;

rmSync(site, { recursive: true, force: true });
mkdirSync(site, { recursive: true });
const base = readFileSync(join(here, "../src/style/base.css"), "utf8");
writeFileSync(join(site, "guide.css"), `${base}\n${readFileSync(join(here, "guide.css"), "utf8")}`);
copyFileSync(join(here, "guide.js"), join(site, "guide.js"));
// The page learns that the guide is beside it, and then shows the way back.
if (playground) {
  const [app, text] = ['<div id="app"', readFileSync(playground, "utf8")];
  if (text.split(app).length !== 2) throw new Error(`${playground} has no place for the guide's mark`);
  writeFileSync(join(site, "playground.html"), text.replace(app, () => `${app} data-guide`));
}
const counts = LANGS.map(write);
// What alvor guide copies, the start page last, under the words that its copies begin with, too.
const names = readdirSync(site, { recursive: true }).map(String).filter((name) => statSync(join(site, name)).isFile());
writeFileSync(join(site, ".alvor-guide"), ["alvor guide: files that it wrote here and may replace or remove", ...names.sort(), "index.html", ""].join("\n"));
writeFileSync(join(site, "index.html"), CHOOSE); // last: its presence says that the site is whole
forget();
console.log(`guide: ${counts.join(" + ")} pages in ${site}`);
