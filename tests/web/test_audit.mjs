// The pages of doctor and inspect in headless Chromium: node test_audit.mjs NODE_MODULES ALVOR CHROMIUM
//
// Files that are well, that explode and that vanish, one of them with a hostile name, in both languages: no
// console errors, no fault by axe in the light and in the dark, nothing wider than a phone, and every mark of
// the strip a sign and a word, too.
import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { background, bright, check, checks, launch, openPage } from "./browser.mjs";

const [modules, alvor, chromium] = process.argv.slice(2);
const browser = await launch(modules, chromium);
const axe = readFileSync(join(modules, "axe-core/axe.min.js"), "utf8");
const work = mkdtempSync(join(tmpdir(), "alvor-web-"));
const LAYERS = 9;
const HOSTILE = "<img src=x onerror=pwned=1>&.safetensors";

// Doctor's exit code is 1 where something is critical.
function run(...args) {
  try {
    return execFileSync(alvor, args, { cwd: work, stdio: "pipe", encoding: "utf8" });
  } catch (error) {
    if (error.status !== 1) throw error;
    return error.stdout;
  }
}

function makeModels() {
  const layers = ["Linear(64,48)", ...Array(7).fill("ReLU,Linear(48,48)"), "ReLU,Linear(48,10)"];
  run("init", "--stream", "torch", "--module", layers.join(), "-o", "torch.safetensors");
  run("init", "--like", "torch.safetensors", "-o", "well.safetensors");
  run("init", "--like", "torch.safetensors", "--scheme", "normal(std=1)", "-o", HOSTILE);
  run("init", "--like", "torch.safetensors", "--scheme", "normal(std=0.01)", "-o", "small.safetensors");
}

async function testAxe(page, what) {
  await page.evaluate(axe);
  const { violations } = await page.evaluate(() => window.axe.run());
  for (const one of violations)
    check(`${what}: axe, ${one.id}`, false, `${one.help}: ${one.nodes.map((node) => node.target).join("; ")}`);
}

const views = [
  ["wide", { colorScheme: "light" }],
  ["wide, dark", { colorScheme: "dark" }],
  ["phone", { viewport: { width: 390, height: 844 }, colorScheme: "light" }],
  ["phone, dark", { viewport: { width: 390, height: 844 }, colorScheme: "dark" }],
];

// What holds of every page; `look` sees it in each view.
async function testPage(file, name, look) {
  for (const [view, options] of views) {
    const what = `${name}, ${view}`;
    const { page, context, trouble } = await openPage(browser, file, options);
    await testAxe(page, what);
    const wide = await page.evaluate(() => [document.documentElement.scrollWidth, innerWidth]);
    check(`${what}: no horizontal scroll`, wide[0] <= wide[1], wide.join(" > "));
    check(`${what}: the system's theme`, bright(await background(page)) === !view.includes("dark"));
    const text = await page.evaluate(() => document.body.innerText);
    const bad = text.match(/NaN|undefined|Infinity|\binf\b|\(null\)|%[sd]/)?.[0];
    check(`${what}: no broken number or text`, !bad, bad);
    check(`${what}: nothing runs`, (await page.evaluate(() => window.pwned)) === undefined);
    await look(page, what, text);
    check(`${what}: nothing went wrong`, trouble.length === 0, trouble.join("; "));
    await context.close();
  }
}

// Cells whose content cannot be seen: outside the window, as far as they can be scrolled to or not.
const hidden = (page) =>
  page.$$eval("td, th[scope=row]", (cells) =>
    cells
      .filter((cell) => cell.innerText.trim() && cell.getBoundingClientRect().right > innerWidth + 1)
      .map((cell) => cell.innerText),
  );

const words = {
  en: { healthy: "fine", vanishing: "vanishing", exploding: "exploding", legend: /vanishing.*exploding.*starts/s },
  pt: { healthy: "bem", vanishing: "some", exploding: "explode", legend: /some.*explode.*começa/s },
};
const signs = { healthy: "✓", vanishing: "▼", exploding: "▲" };

// Strip and rows say the same of every layer as the document does: by a sign and by a word.
function lookAtDoctor(lang, told) {
  return async (page, what, text) => {
    const strip = await page.$$eval(".health a", (list) =>
      list.map((one) => ({
        mark: one.querySelector("b").innerText,
        number: one.querySelector("span").innerText,
        title: one.title,
        to: document.querySelector(one.getAttribute("href"))?.innerText,
        edge: getComputedStyle(one).borderTopStyle,
      })),
    );
    check(`${what}: a mark for each layer`, strip.length === told.layers.length, String(strip.length));
    const edges = { healthy: "solid", vanishing: "dashed", exploding: "double" };
    told.layers.forEach((layer, i) => {
      const mark = strip[i], word = words[lang][layer.verdict];
      const said = mark.mark === signs[layer.verdict] && mark.title === `${layer.weight}: ${word}`;
      check(`${what}: layer ${i + 1} in the strip`, said && mark.edge === edges[layer.verdict], JSON.stringify(mark));
      const row = mark.to?.includes(layer.weight) && mark.to.includes(`${signs[layer.verdict]} ${word}`);
      check(`${what}: layer ${i + 1} in its row`, row, mark.to);
    });
    const starts = strip.filter((mark) => mark.number.includes("←")).length;
    const findings = told.findings.length > 0 ? 1 : 0;
    check(`${what}: one place where it starts, if at all`, starts === findings, String(starts));
    check(`${what}: the marks are told`, words[lang].legend.test(text));
    const rings = await page.$$eval(".ring", (list) => list.length);
    check(`${what}: what was measured`, rings === 2 * LAYERS, String(rings));
    if (what.includes("phone")) {
      const cells = await hidden(page);
      check(`${what}: every cell is seen`, cells.length === 0, cells.join("; "));
    }
  };
}

function lookAtInspect(told) {
  return async (page, what, text) => {
    const rows = await page.$$eval("tbody tr", (list) => list.map((one) => one.innerText));
    check(`${what}: a row for each tensor`, rows.length === told.tensors.length, String(rows.length));
    told.tensors.forEach((tensor, i) => {
      const scheme = tensor.explained?.scheme ?? "";
      check(`${what}: ${tensor.name}`, rows[i].includes(tensor.name) && rows[i].includes(scheme), rows[i]);
    });
    const bars = await page.$$eval(".bars", (list) => list.filter((one) => one.getAttribute("aria-label")).length);
    check(`${what}: named histograms`, bars === told.tensors.length, String(bars));
    check(`${what}: the file's name is text`, text.includes(told.model));
    if (!what.includes("phone")) return;
    const cells = await hidden(page);
    check(`${what}: every cell is seen`, cells.length === 0, cells.join("; "));
  };
}

try {
  makeModels();
  const seen = new Set();
  for (const model of ["well.safetensors", HOSTILE, "small.safetensors"]) {
    const told = JSON.parse(run("doctor", model, "--json"));
    told.layers.forEach((layer) => seen.add(layer.verdict));
    check(`${model}: layers`, told.layers.length === LAYERS && told.measured.ran, String(told.layers.length));
    for (const lang of ["en", "pt"]) {
      const page = join(work, "page.html");
      run("doctor", model, "-o", page, "--lang", lang);
      await testPage(page, `doctor ${model} ${lang}`, lookAtDoctor(lang, told));
    }
  }
  check("every verdict was seen", seen.size === 3, [...seen].join());
  for (const [model, lang] of [["torch.safetensors", "pt"], [HOSTILE, "en"]]) {
    const told = JSON.parse(run("inspect", model, "--json"));
    const page = join(work, "page.html");
    run("inspect", model, "-o", page, "--lang", lang);
    await testPage(page, `inspect ${model} ${lang}`, lookAtInspect(told));
  }
  console.log(`${checks.failures} failures`);
} finally {
  await browser.close();
  rmSync(work, { recursive: true, force: true });
}
process.exit(checks.failures ? 1 : 0);
