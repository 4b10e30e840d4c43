// The built guide in headless Chromium:
//     node test_guide.mjs GUIDE_DIRECTORY REPORT_MODULES CHROMIUM
//
// Every page in both languages: no console errors, no request beyond the disk, links and anchors
// lead somewhere, every figure is drawn, nothing wider than a phone, no serious fault found by axe;
// the language switch, the theme, folded answers by keyboard, and print.
import { existsSync, readFileSync, readdirSync, statSync } from "node:fs";
import { join, resolve } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { background, bright, check, checks, launch, openPage, skip } from "./browser.mjs";

const [directory, reportModules, chromium] = process.argv.slice(2);
const site = join(directory, "site");
const MOST_BYTES = 5e6;

if (!existsSync(join(site, "index.html"))) skip("the guide is not built (target guide)");
const axe = readFileSync(join(directory, "node_modules/axe-core/axe.min.js"), "utf8");
const browser = await launch(reportModules, chromium);

const files = readdirSync(site, { recursive: true }).map(String).filter((name) => statSync(join(site, name)).isFile());
const pages = files.filter((name) => /^(en|pt)\/.*\.html$/.test(name)).sort();
const bytes = files.reduce((sum, name) => sum + statSync(join(site, name)).size, 0);
check("under 5 MB", bytes < MOST_BYTES, bytes);
check("languages have the same pages", pages.filter((p) => p.startsWith("en/")).every((p) => pages.includes(p.replace("en/", "pt/"))));

// ---- links and anchors, as text ----

const BROKEN = /\{\{|\uE000|="[^"]*(?:NaN|undefined)[^"]*"|>(?:NaN|undefined)</;

const ids = new Map();
const idsOf = (file) => {
  if (!ids.has(file)) ids.set(file, new Set([...readFileSync(join(site, file), "utf8").matchAll(/ id="([^"]+)"/g)].map((m) => m[1])));
  return ids.get(file);
};
for (const page of ["index.html", ...pages]) {
  const html = readFileSync(join(site, page), "utf8");
  check(`${page}: no hole left`, !BROKEN.test(html), html.match(BROKEN)?.[0]);
  for (const [, href] of html.matchAll(/(?:href|src)="([^"]+)"/g)) {
    const url = new URL(href, pathToFileURL(join(site, page)));
    const target = fileURLToPath(new URL(url.pathname, "file:///")).slice(resolve(site).length + 1);
    if (url.protocol !== "file:" || !files.includes(target)) check(`${page}: ${href} is there`, false);
    else if (url.hash && target !== "playground.html")
      check(`${page}: ${href} has its anchor`, idsOf(target).has(decodeURIComponent(url.hash.slice(1))));
  }
}

// ---- in the browser ----

async function open(page, options = {}) {
  const { page: tab, context, trouble } = await openPage(browser, join(site, page), options);
  return { tab, context, trouble };
}

const figuresOf = (tab) =>
  tab.$$eval("figure", (list) =>
    list.map((figure) => ({
      id: figure.id,
      charts: [...figure.querySelectorAll(".panels")]
        .filter((panels) => panels.getClientRects().length)
        .flatMap((panels) => [...panels.querySelectorAll(".panel > svg")])
        .map((svg) => ({
          marks: svg.querySelectorAll("path, rect, circle, text").length,
          named: svg.getAttribute("role") === "img" && Boolean(svg.getAttribute("aria-label")),
          wide: svg.getBoundingClientRect().right > innerWidth,
        })),
      caption: figure.querySelectorAll("figcaption p").length,
      command: Boolean(figure.querySelector(".command code")),
    })),
  );

let figures = 0;
async function testPage(page, phone) {
  const { tab, context, trouble } = await open(page, phone ? { viewport: { width: 390, height: 844 } } : {});
  const where = `${page}${phone ? " (phone)" : ""}`;
  for (const figure of await figuresOf(tab)) {
    figures += phone ? 0 : 1;
    const { charts } = figure;
    check(`${where} ${figure.id} is drawn`, charts.length > 0 && charts.every((c) => c.marks > 10 && c.named), JSON.stringify(charts));
    check(`${where} ${figure.id} fits`, charts.every((c) => !c.wide));
    check(`${where} ${figure.id} says what, what one sees, how to read, which command`, figure.caption === 3 && figure.command);
  }
  const [wide, room] = await tab.evaluate(() => [document.documentElement.scrollWidth, innerWidth]);
  check(`${where} does not scroll sideways`, wide <= room, `${wide} > ${room}`);
  check(`${where} has no trouble`, trouble.length === 0, trouble.join("; "));
  await context.close();
}
for (const page of pages) for (const phone of [false, true]) await testPage(page, phone);
check("figures in both languages", figures >= 40 && figures % 2 === 0, figures);

// Every page by axe in the light, one of each kind in the dark.
async function testAxe(page, colorScheme) {
  const { tab, context } = await open(page, { colorScheme, bypassCSP: true });
  await tab.evaluate(axe);
  await tab.$$eval("details", (list) => list.forEach((one) => (one.open = true)));
  const { violations } = await tab.evaluate(() => window.axe.run(document, { resultTypes: ["violations"] }));
  const serious = violations.filter((one) => ["serious", "critical"].includes(one.impact));
  check(`${page} ${colorScheme}: axe`, serious.length === 0,
    serious.map((one) => `${one.id}: ${one.nodes.slice(0, 2).map((n) => n.html.slice(0, 160)).join(" | ")}`).join("\n"));
  await context.close();
}
for (const page of pages) await testAxe(page, "light");
for (const name of ["04-he", "lessons", "index", "reference"]) await testAxe(`pt/${name}.html`, "dark");

// ---- what a reader does ----

{
  const { tab, context, trouble } = await open("en/04-he.html", { colorScheme: "dark" });
  check("dark follows the system", !bright(await background(tab)));
  await tab.click(".theme");
  check("the button makes it light", bright(await background(tab)));
  await tab.click("a.lang");
  check("the language switch leads to the same page", tab.url().endsWith("/pt/04-he.html"), tab.url());
  check("which is in Portuguese", (await tab.getAttribute("html", "lang")) === "pt-BR");
  const number = await tab.textContent("data");
  check("whose numbers have commas", !/\d\.\d/.test(await tab.textContent("article p:has(data)")), number);
  await tab.locator("details summary").filter({ hasText: "Resposta" }).first().focus();
  await tab.keyboard.press("Enter");
  check("an answer unfolds by keyboard", await tab.locator(".question details[open] p").first().isVisible());
  check("no trouble on the way", trouble.length === 0, trouble.join("; "));
  await context.close();
}
{
  // To the playground and back: in the page's language, to the page that one came from.
  const { tab, context, trouble } = await open("pt/04-he.html");
  await tab.click(".theme");
  const theme = await tab.getAttribute("html", "data-theme");
  await tab.click(".play a");
  await tab.waitForSelector("a.guide");
  check("the playground speaks the guide's language", (await tab.getAttribute("html", "lang")) === "pt-BR");
  check("in the theme that was chosen", (await tab.getAttribute("html", "data-theme")) === theme, theme);
  await tab.click("header button[lang=en]");
  await tab.click("a.guide");
  check("and leads back", tab.url().endsWith("/en/04-he.html"), tab.url());
  await tab.click('.side a[href*="playground"]');
  await tab.waitForSelector("a.guide");
  check("also from the contents", (await tab.getAttribute("html", "lang")) === "en");
  check("no trouble on that way", trouble.length === 0, trouble.join("; "));
  await context.close();
}
for (const page of pages)
  for (const [, hash] of readFileSync(join(site, page), "utf8").matchAll(/playground\.html([^"]*)"/g)) {
    const settings = new URLSearchParams(hash.slice(1).replaceAll("&amp;", "&"));
    check(`${page}: the playground's link has the language`, settings.get("lang") === page.slice(0, 2), hash);
    check(`${page}: and the way back`, files.includes(`${page.slice(0, 2)}/${settings.get("from")}.html`), hash);
  }
{
  const { tab, context } = await open("en/09-exploding.html");
  const bar = tab.locator('.wide svg[aria-label="rms of the weights\' gradients"]');
  check("maps have a scale", (await bar.count()) === 1);
  check("with powers of ten", ((await bar.textContent()).match(/10[⁻⁰¹²³⁴⁵⁶⁷⁸⁹]/g) ?? []).length >= 3);
  await context.close();
}
{
  const { tab, context } = await open("en/04-he.html");
  check("formulas are MathML", (await tab.locator("math").count()) > 20);
  await tab.emulateMedia({ media: "print" });
  const seen = async (selector) => tab.locator(selector).first().isVisible();
  check("print leaves the contents out", !(await seen(".side")) && !(await seen(".tools")) && !(await seen(".copy")));
  check("print keeps text, figures and commands", (await seen("article p")) && (await seen("figure svg")) && (await seen(".command code")));
  check("prints to pages", (await tab.pdf()).length > 20000);
  await context.close();
}

await browser.close();
console.log(`${pages.length} pages, ${figures} figures, ${(bytes / 1e6).toFixed(2)} MB, ${checks.failures} failures`);
process.exit(checks.failures > 0 ? 1 : 0);
