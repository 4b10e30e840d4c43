// What the tests of all pages share: headless Chromium, counted checks, pages that are watched.
import { existsSync } from "node:fs";
import { createRequire } from "node:module";
import { join, resolve } from "node:path";
import { pathToFileURL } from "node:url";

export function skip(why) {
  console.log(`SKIP: ${why}; the page was NOT tested in a browser`);
  process.exit(77);
}

export const checks = { failures: 0 };
export function check(what, fine, detail = "") {
  if (fine) return;
  checks.failures++;
  console.error(`FAILED: ${what} ${detail}`);
}

// modules: the folder of the npm packages; chromium: the program.
export async function launch(modules, chromium) {
  if (!chromium || !existsSync(chromium)) skip("no Chromium (Debian: apt-get install chromium)");
  if (!existsSync(join(modules, "playwright-core"))) skip("playwright-core is not installed");
  const { chromium: engine } = createRequire(join(resolve(modules), "here.js"))("playwright-core");
  return engine.launch({
    executablePath: chromium,
    args: ["--no-sandbox", "--disable-gpu", "--disable-background-networking"],
  });
}

// Opens a page and collects everything that must not happen in it. query: "?..." or "#...".
export async function openPage(browser, file, { query = "", ...options } = {}) {
  const context = await browser.newContext({
    viewport: { width: 1280, height: 900 },
    locale: "en-US",
    acceptDownloads: true,
    ...options,
  });
  const page = await context.newPage();
  page.setDefaultTimeout(120000); // a page of ten thousand rows, on a machine with other work
  const trouble = [];
  page.on(
    "console",
    (message) =>
      ["error", "warning"].includes(message.type()) && trouble.push(`console: ${message.text()}`),
  );
  page.on("pageerror", (error) => trouble.push(`error: ${error.message}`));
  page.on(
    "request",
    (request) =>
      !/^(file|blob|data):/.test(request.url()) && trouble.push(`request: ${request.url()}`),
  );
  page.on("dialog", (dialog) => {
    trouble.push("a dialog");
    dialog.dismiss();
  });
  await page.goto(pathToFileURL(file).href + query);
  return { page, context, trouble };
}

export const background = (page) =>
  page.evaluate(() => getComputedStyle(document.body).backgroundColor);
export const bright = (rgb) =>
  rgb
    .match(/\d+/g)
    .slice(0, 3)
    .reduce((sum, c) => sum + Number(c), 0) > 384;
