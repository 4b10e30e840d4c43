// The page in headless Chromium: node test_page.mjs NODE_MODULES ALVOR PYTHON CHROMIUM [RUN_DIR]
//
// Fixture runs are written by make_fixture.py; a RUN_DIR of a real run can be tested too.
import { execFileSync } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { background, bright, check, checks, launch, openPage, skip } from "./browser.mjs";

const [modules, alvor, python, chromium, given] = process.argv.slice(2);
const here = dirname(fileURLToPath(import.meta.url));
const MAX_BYTES = 1000000;

if (!python || !existsSync(python)) skip("no Python 3 to write the fixture");
const browser = await launch(modules, chromium);
const open = (file, options) => openPage(browser, file, options);

const work = mkdtempSync(join(tmpdir(), "alvor-web-"));
function makeReport(name, ...options) {
  const dir = join(work, name);
  execFileSync(python, [join(here, "make_fixture.py"), dir, ...options]);
  execFileSync(alvor, ["report", dir, "--lang", "en"], { stdio: "pipe" });
  return join(dir, "report.html");
}

// Without the section on rates, which a comparison at given rates does not have.
const HEADINGS = 16;
const FIGURES = 17;
const triesRates = async (page) =>
  JSON.parse(await page.textContent("#data")).rates.length > 0 ? 1 : 0;
const headings = (page) => page.$$eval("h2", (list) => list.map((one) => one.textContent));

// Theory under the measurements: a band for each scheme, and a sentence on where it was farthest off.
async function testExpected(file) {
  const { page, context, trouble } = await open(file);
  for (const id of ["forward", "backward"]) {
    const figure = page.locator(`#figure-${id}`);
    await figure.scrollIntoViewIfNeeded();
    const bands = await figure.locator('g[aria-label="area"] path').count();
    check(`${id} has bands`, bands >= 8, `${bands}`);
    const read = await figure.locator(".read").textContent();
    check(`${id} says how far off`, /Farthest from it: \S.* layer \d/.test(read), read);
    check(`${id} has no holes`, !/NaN|undefined/.test(await figure.innerHTML()));
  }
  check("no trouble with bands", trouble.length === 0, trouble.join("; "));
  await context.close();
}

async function testLanguages(file) {
  const { page, context, trouble } = await open(file);
  const english = await headings(page);
  const headed = HEADINGS + (await triesRates(page));
  check("all sections", english.length === headed, english.join(" | "));
  await page.click("header button[lang=pt]");
  const portuguese = await headings(page);
  check(
    "every heading changes with the language",
    english.every((text, i) => text !== portuguese[i]),
    portuguese.join(" | "),
  );
  check("html lang", (await page.getAttribute("html", "lang")) === "pt-BR");
  for (const lang of ["en", "pt"]) {
    await page.click(`header button[lang=${lang}]`);
    const keys = (await page.evaluate(() => document.body.innerText)).match(
      /\[\[[^\]]*\]\]|\{[a-z]+\}/g,
    );
    check(`no unknown key or empty hole (${lang})`, !keys, keys?.join(" "));
  }
  const address = await page.textContent("#setup .playground .command code");
  check(
    "the way to the playground has the run's settings",
    /^#data=spirals&hidden=\d+x\d+&act=relu&init=[^&]+&optimizer=sgd&lr=0\.01&batch=128&seed=42&lang=pt$/.test(address),
    address,
  );
  const lead = await page.textContent("#verdict .lead");
  check(
    "decimal comma in Portuguese prose",
    /\d,\d/.test(lead) && !/\d\.\d{3}/.test(lead.replace(/std=0\.01/g, "")),
    lead,
  );
  check("nothing went wrong", trouble.length === 0, trouble.join("; "));
  await context.close();
  const asked = await open(file, { query: "?lang=pt" });
  check("?lang=pt", (await headings(asked.page))[2] === "Convergência");
  await asked.context.close();
}

async function testFigures(file) {
  const { page, context, trouble } = await open(file);
  const figures = await page.$$eval("figure", (list) =>
    list.map((figure) => ({
      id: figure.id,
      marks: [...figure.querySelectorAll(".panel > svg")].map(
        (svg) => svg.querySelectorAll("path, rect, circle, text, line").length,
      ),
      named: [...figure.querySelectorAll(".panel > svg")].every(
        (svg) => svg.getAttribute("aria-label") && svg.getAttribute("role") === "img",
      ),
      bad: figure.innerHTML.match(/NaN|undefined|Infinity/)?.[0],
      title: figure.querySelector("h3").textContent,
      read: figure.querySelector(".read").textContent,
    })),
  );
  const drawn = FIGURES + (await triesRates(page));
  check("all figures", figures.length === drawn, String(figures.length));
  for (const figure of figures) {
    check(
      `${figure.id} is drawn`,
      figure.marks.length > 0 && figure.marks.every((n) => n > 8),
      figure.marks.join(),
    );
    check(`${figure.id} is named`, figure.named);
    check(
      `${figure.id} has a title and a line`,
      figure.title.length > 15 && figure.read.length > 30,
      figure.title,
    );
    check(`${figure.id} holds no broken number`, !figure.bad, figure.bad);
  }
  await testTables(page);
  // A browser stops a page that saves more than ten files: a fresh one for every few figures.
  for (let i = 0; i < figures.length; i += 4) {
    const fresh = await open(file);
    await testDownloads(fresh.page, figures.slice(i, i + 4));
    await fresh.context.close();
  }
  check("nothing went wrong with figures", trouble.length === 0, trouble.join("; "));
  await context.close();
}

async function testDownloads(page, figures) {
  for (const { id } of figures)
    for (const kind of ["svg", "csv"]) {
      const [file] = await Promise.all([
        page.waitForEvent("download"),
        page.click(`#${id} .save-${kind}`),
      ]);
      const text = readFileSync(await file.path(), "utf8");
      const lines = text.trim().split("\r\n");
      if (kind === "svg") {
        check(
          `${id}.svg is SVG`,
          text.startsWith("<svg") && text.endsWith("</svg>") && !text.includes("var(--"),
          text.slice(0, 80),
        );
        const broken = await page.evaluate(
          (xml) =>
            new DOMParser().parseFromString(xml, "image/svg+xml").querySelector("parsererror")
              ?.textContent,
          text,
        );
        check(`${id}.svg is well-formed`, !broken, broken);
      } else {
        check(
          `${id}.csv has rows`,
          lines.length > 2 && !/NaN|undefined|\[object/.test(text),
          text.slice(0, 120),
        );
      }
    }
}

async function testTables(page) {
  await page.$$eval("figure details", (list) => list.forEach((one) => (one.open = true)));
  await page.waitForFunction(
    () =>
      [...document.querySelectorAll("figure details")].every((one) =>
        one.querySelector("tbody tr"),
      ),
    null,
    { polling: 100 }, // not at each frame: all tables open make frames slow
  );
  const empty = await page.$$eval("figure details", (list) =>
    list
      .filter((one) => one.querySelectorAll("tbody tr").length < 2)
      .map((one) => one.closest("figure").id),
  );
  check("every figure has a data table", empty.length === 0, empty.join());
}

async function testTheme(file) {
  const dark = await open(file, { colorScheme: "dark" });
  check("dark follows the system", !bright(await background(dark.page)));
  await dark.page.click(".theme");
  check("the toggle makes it light", bright(await background(dark.page)));
  const ink = await dark.page.evaluate(
    () => getComputedStyle(document.querySelector(".panel svg text")).fill,
  );
  check("chart text is dark on light", !bright(ink), ink);
  check("nothing went wrong in the dark", dark.trouble.length === 0, dark.trouble.join("; "));
  await dark.context.close();
}

// A line per scheme, a ring at each rate that was chosen, a cross at each that diverged.
async function testRates(file) {
  const { page, context } = await open(file, { viewport: { width: 1090, height: 900 } });
  const data = JSON.parse(await page.textContent("#data"));
  check("the fixture tries rates", given || data.rates.length === 2);
  const chosen = data.rates.filter((one) => one.best !== null).length;
  const lost = data.rates.flatMap((one) => one.losses).filter((v) => v === null).length;
  const rings = await page.locator('#figure-rates circle[r="7"]').count();
  const crosses = await page.locator("#figure-rates text", { hasText: /^✕$/ }).count();
  check("a ring at each chosen rate", rings === chosen, `${rings} of ${chosen}`);
  check("a cross at each lost rate", crosses === lost, `${crosses} of ${lost}`);
  if (!given) {
    const title = await page.textContent("#title-rates");
    check("the title names the best", title.includes("he_normal") && title.includes("0.02"), title);
  }
  await context.close();
}

// A facet per setting of the sweep; the title speaks of each. The wide tables fit.
async function testScale(file) {
  const { page, context } = await open(file, { viewport: { width: 1090, height: 900 } });
  const data = JSON.parse(await page.textContent("#data"));
  const swept = data.groups.filter((one) => one.purpose === "scale").map((one) => one.setting);
  const expected = [...new Set(swept)].join();
  check("the fixture sweeps two settings", given || expected === "relu,tanh", expected);
  for (const id of ["scale-loss", "scale-gains"]) {
    const labels = await page.$$eval(`#figure-${id} h4`, (list) => list.map((x) => x.textContent));
    const title = await page.textContent(`#title-${id}`);
    check(`${id} has a facet per setting`, labels.join() === expected, labels.join());
    check(
      `${id} speaks of each`,
      labels.every((label) => title.includes(`${label}: `)),
      title,
    );
  }
  for (const width of [1000, 1090, 1200]) {
    await page.setViewportSize({ width, height: 900 });
    const cut = await page.$$eval("#formulas .scroll", (list) =>
      list.filter((x) => x.scrollWidth > x.clientWidth).map((x) => x.textContent.slice(0, 40)),
    );
    check(`the formulas fit ${width} pixels`, cut.length === 0, cut.join("; "));
  }
  await context.close();
}

async function testFindings(file) {
  const { page, context } = await open(file);
  const data = JSON.parse(await page.textContent("#data"));
  for (const [i, lang] of ["en", "pt"].entries()) {
    await page.click(`header button[lang=${lang}]`);
    const text = await page.textContent("#findings");
    check(`the forecast's score is told (${lang})`, text.includes(data.forecast.score[i]));
    check(`and for which optimizer it speaks (${lang})`, text.includes(data.forecast.caveat[i]));
    check(
      `numbers are for people (${lang})`,
      !/\d[eE][-+]\d|\bnan\b/.test(text),
      text.match(/.{20}\d[eE][-+]\d+|.{20}\bnan\b/)?.[0],
    );
  }
  const order = Object.values(data.words.verdict).map((pair) => pair[1]);
  const cards = await page.$$eval(".finding", (list) =>
    list.map((card) => ({
      word: card.querySelector(".chip").lastChild.textContent,
      severities: [...card.querySelectorAll(".severity")].map((x) => x.classList[1]),
    })),
  );
  const places = cards.map((card) => order.indexOf(card.word));
  check("cards by priority", places.length > 1 && isSorted(places), places.join());
  for (const { word, severities } of cards)
    check(
      `critical before warning (${word})`,
      isSorted(severities.map((s) => ["critical", "warning", "info"].indexOf(s))),
      severities.join(),
    );
  check(
    "the fixture has both severities in a card",
    given || cards.some((card) => new Set(card.severities).size > 1),
  );
  await context.close();
}

const isSorted = (list) => list.every((v, i) => v >= 0 && (i === 0 || list[i - 1] <= v));

async function testPhone(file) {
  const { page, context } = await open(file, { viewport: { width: 390, height: 844 } });
  const wide = await page.evaluate(() => [document.documentElement.scrollWidth, innerWidth]);
  check("no horizontal scroll on a phone", wide[0] <= wide[1], wide.join(" > "));
  const over = await page.$$eval(
    ".panel > svg",
    (list) => list.filter((svg) => svg.getBoundingClientRect().right > innerWidth).length,
  );
  check("no chart wider than a phone", over === 0, String(over));
  const folded = page.locator(".contents.phone details");
  await folded.locator("summary").click();
  await folded.locator("a[href='#findings']").click();
  const top = await page.evaluate(
    () => document.getElementById("findings").getBoundingClientRect().top,
  );
  check("the folded contents lead to a section", Math.abs(top) < 40, String(top));
  check("and close behind it", (await folded.getAttribute("open")) === null);
  await context.close();
}

async function testKeyboard(file) {
  const { page, context } = await open(file);
  const button = page.locator("#figure-loss .choice button").nth(1);
  await button.focus();
  await page.keyboard.press("Enter");
  const focused = await page.evaluate(
    () =>
      document.activeElement?.textContent + document.activeElement?.getAttribute("aria-pressed"),
  );
  check("a switch works by keyboard and keeps the focus", focused === "lineartrue", focused);
  const nameless = await page.$$eval(
    "button, a, summary",
    (list) =>
      list.filter((one) => !(one.textContent.trim() || one.getAttribute("aria-label"))).length,
  );
  check("every control has a name", nameless === 0, String(nameless));
  await context.close();
}

async function testPrint(file) {
  const { page, context } = await open(file);
  const pdf = await page.pdf({ format: "A4", printBackground: true });
  check(
    "it prints",
    pdf.length > 50000 && pdf.subarray(0, 5).toString() === "%PDF-",
    String(pdf.length),
  );
  await page.emulateMedia({ media: "print" });
  const shown = await page.$$eval(
    "button, .foot",
    (list) => list.filter((one) => one.offsetParent !== null).length,
  );
  check("no buttons on paper", shown === 0, String(shown));
  await context.close();
}

async function testHostile() {
  const file = makeReport("hostile", "--hostile");
  const { page, context, trouble } = await open(file);
  const state = await page.evaluate(() => ({
    pwned: window.pwned,
    images: document.querySelectorAll("img").length,
    scripts: document.scripts.length,
    text: document.body.innerText,
  }));
  check(
    "a hostile name does not run",
    state.pwned === undefined && state.images === 0,
    JSON.stringify([state.pwned, state.images]),
  );
  check("no script was added", state.scripts === 2, String(state.scripts));
  check(
    "the name is shown as text",
    state.text.includes('</script><img src=x onerror="window.pwned=1">'),
  );
  check("a marker in a name stays a name", state.text.includes("@alvor:data@"));
  await page.$$eval("figure details", (list) => list.forEach((one) => (one.open = true)));
  check("still all figures", (await page.$$("figure .panel > svg")).length > 20);
  check("no playground for data that it has not", (await page.$("#setup .playground")) === null);
  check("nothing went wrong with hostile names", trouble.length === 0, trouble.join("; "));
  await context.close();
}

try {
  const file = given ? join(given, "report.html") : makeReport("plain");
  const bytes = statSync(file).size;
  check("at most 1,000,000 bytes", bytes <= MAX_BYTES, String(bytes));
  check(
    "no address of another machine is fetched",
    !/(src|href)="https?:/.test(readFileSync(file, "utf8")),
  );
  for (const test of [
    testLanguages,
    testFigures,
    testExpected,
    testRates,
    testScale,
    testFindings,
    testTheme,
    testPhone,
    testKeyboard,
    testPrint,
  ])
    await test(file);
  await testHostile();
  console.log(`${bytes} bytes, ${checks.failures} failures`);
} finally {
  await browser.close();
  rmSync(work, { recursive: true, force: true });
}
process.exit(checks.failures ? 1 : 0);
