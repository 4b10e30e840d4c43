// The page of reproductions in headless Chromium: node test_reproduce.mjs NODE_MODULES ALVOR CHROMIUM
//
// Two experiments that run in a second, and, put into the same page, a document with every kind of
// drawing and of claim.
import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { check, checks, launch, openPage } from "./browser.mjs";

const [modules, alvor, chromium] = process.argv.slice(2);
const browser = await launch(modules, chromium);
const open = (file, options) => openPage(browser, file, options);
const work = mkdtempSync(join(tmpdir(), "alvor-web-"));

const both = (text) => [text, `${text} (pt)`];
const axis = (label, log = false, names = []) => ({ label: both(label), log, names: names.map(both) });
const series = (name, drawing, points) => ({ name: both(name), drawing, points });
const claim = (measured, lo, hi, paper_value, holds) => ({
  claim: both("a claim"),
  criterion: both("a criterion"),
  ...{ lo, hi, paper_value, measured, holds },
  why_not: holds ? null : both("because"),
});
const line = (factor) => Array.from({ length: 12 }, (_, i) => [i + 1, factor * (i + 1)]);

const made = {
  schema: "alvor.reproduce/1",
  experiments: [
    {
      name: "made_up",
      title: both("An experiment with everything"),
      paper: "Nobody (2000), </script><img src=x onerror='window.pwned=1'>",
      setting: both("@alvor:data@ in a text stays a text, and so does a setting of some length"),
      claims: [
        claim(1, 0.9, 1.1, 1, true),
        claim(null, 0, 10, null, false),
        claim(5, 3, null, null, true),
      ],
      figure: {
        title: both("A figure of everything"),
        panels: [
          {
            title: both("Lines"),
            x: axis("layer"),
            y: axis("size", true),
            shade: null,
            series: [
              series("one", "line", line(1)),
              series("theory", "theory", line(1.1)),
              series("two", "dots", [...line(2), [13, null]]),
              series("the paper", "paper", [[5, 6]]),
              series("chance", "level", [[null, 3]]),
            ],
          },
          {
            title: both("Names"),
            x: axis("setting", false, ["first", "second", "third"]),
            y: axis("loss"),
            shade: null,
            series: [series("a", "dots", [[0, 1], [1, 2], [2, 3]]), series("b", "steps", line(0.1))],
          },
          {
            title: both("A map"),
            x: axis("variance"),
            y: axis("depth"),
            shade: both("accuracy"),
            series: [
              series("map", "cells", [[1, 10, 0.1], [2, 10, 0.9], [1, 20, null], [2, 20, 0.5]]),
              series("theory", "theory", [[0.5, 5], [1.5, 30], [2.5, 1000]]),
            ],
          },
        ],
      },
      seconds: 1,
    },
  ],
};

// The same page with other data.
function withData(file, document) {
  const page = readFileSync(file, "utf8");
  const [head, tail] = page.split(/(?<=<script type="application\/json" id="data">)[^<]*/);
  const name = join(work, "made.html");
  writeFileSync(name, head + JSON.stringify(document).replace(/</g, "\\u003c") + tail);
  return name;
}

async function testFigures(file, sections, figures) {
  const { page, context, trouble } = await open(file);
  const seen = await page.$$eval("figure", (list) =>
    list.map((figure) => ({
      marks: [...figure.querySelectorAll(".panel > svg")].map(
        (svg) => svg.querySelectorAll("path, rect, circle, text").length,
      ),
      named: [...figure.querySelectorAll(".panel > svg")].every(
        (svg) => svg.getAttribute("aria-label") && svg.getAttribute("role") === "img",
      ),
      bad: figure.innerHTML.match(/NaN|undefined|Infinity/)?.[0],
    })),
  );
  check("a figure for each experiment", seen.length === figures, String(seen.length));
  for (const one of seen) {
    check("panels are drawn", one.marks.length > 0 && one.marks.every((n) => n > 8), one.marks.join());
    check("panels are named", one.named);
    check("no broken number", !one.bad, one.bad);
  }
  check("sections", (await page.$$("section")).length === sections);
  const english = await page.$$eval("h2", (list) => list.map((one) => one.textContent));
  await page.click("header button[lang=pt]");
  const portuguese = await page.$$eval("h2, h3", (list) => list.map((one) => one.textContent));
  check("every heading changes with the language", english.every((text) => !portuguese.includes(text)));
  const keys = (await page.evaluate(() => document.body.innerText)).match(/\[\[[^\]]*\]\]|\{[a-z]+\}/g);
  check("no unknown key", !keys, keys?.join(" "));
  await page.$$eval("figure details", (list) => list.forEach((one) => (one.open = true)));
  await page.waitForFunction(() =>
    [...document.querySelectorAll("figure details")].every((one) => one.querySelector("tbody tr")),
  );
  check("nothing went wrong", trouble.length === 0, trouble.join("; "));
  await context.close();
}

async function testPhone(file) {
  const { page, context } = await open(file, { viewport: { width: 390, height: 844 }, colorScheme: "dark" });
  const wide = await page.evaluate(() => [document.documentElement.scrollWidth, innerWidth]);
  check("no horizontal scroll on a phone", wide[0] <= wide[1], wide.join(" > "));
  const ink = await page.evaluate(() => getComputedStyle(document.body).backgroundColor);
  check("dark follows the system", /rgb\(20, 24, 31\)/.test(ink), ink);
  await context.close();
}

async function testMade(file) {
  const { page, context } = await open(file);
  const state = await page.evaluate(() => ({
    pwned: window.pwned,
    text: document.body.innerText,
    gauges: document.querySelectorAll(".gauge").length,
    cells: document.querySelectorAll('#figure-made_up .panel:nth-child(3) g[aria-label="rect"] rect').length,
    rings: document.querySelectorAll("#figure-made_up .panel circle[r='6.5']").length,
    keys: [...document.querySelectorAll("#figure-made_up .legend .key")].map((one) => one.innerText),
  }));
  check("a hostile text does not run", state.pwned === undefined);
  check("it is shown", state.text.includes("</script><img") && state.text.includes("@alvor:data@"));
  check("a gauge for each claim", state.gauges === 3, String(state.gauges));
  check("a lost measurement is infinite", /∞/.test(state.text));
  check("a cell for each place", state.cells === 4, String(state.cells));
  check("a ring for the paper's figure", state.rings === 1, String(state.rings));
  check("what is in ink has a key", /theory.*the paper.*chance.*accuracy/s.test(state.keys.join()), state.keys.join());
  await context.close();
}

try {
  const file = join(work, "page.html");
  execFileSync(alvor, ["reproduce", "he2015", "siren2020", "-o", file], { cwd: work, stdio: "pipe" });
  await testFigures(file, 3, 2);
  await testPhone(file);
  const synthetic = withData(file, made);
  await testFigures(synthetic, 2, 1);
  await testPhone(synthetic);
  await testMade(synthetic);
  console.log(`${checks.failures} failures`);
} finally {
  await browser.close();
  rmSync(work, { recursive: true, force: true });
}
process.exit(checks.failures ? 1 : 0);
