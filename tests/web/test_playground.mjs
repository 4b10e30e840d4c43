// The playground in headless Chromium:
//
//   node test_playground.mjs NODE_MODULES PLAYGROUND.html ALVOR PYTHON CHROMIUM
//
// It opens from disk under its own policy, trains the lesson, and its losses are the command's, to
// the bit: the command is the one that the page offers to copy.
import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { background, bright, check, checks, launch, openPage } from "./browser.mjs";

const [modules, file, alvor, python, chromium] = process.argv.slice(2);
const MAX_BYTES = 1000000;
const browser = await launch(modules, chromium);
const work = mkdtempSync(join(tmpdir(), "alvor-playground-"));

const DRAWN = ".stage .chart svg";
async function open(hash = "", options = {}) {
  const opened = await openPage(browser, file, { query: hash, ...options });
  await opened.page.waitForSelector(DRAWN, { timeout: 60000 });
  return opened;
}

const stepOf = (page) =>
  page.$eval("#count", (node) => Number(node.textContent.replace(/\D/g, "")));

// Plays until so many steps are taken, then pauses; returns steps and frames a second.
async function playTo(page, steps) {
  const start = Date.now();
  await page.click("#play");
  await page.waitForFunction(
    (n) => Number(document.querySelector("#count").textContent.replace(/\D/g, "")) >= n,
    steps,
    { timeout: 150000 },
  );
  const seconds = (Date.now() - start) / 1000;
  await page.click("#play");
  await page.waitForTimeout(400);
  return (await stepOf(page)) / seconds;
}

async function lossesOf(page) {
  const [saved] = await Promise.all([page.waitForEvent("download"), page.click("#save")]);
  const rows = readFileSync(await saved.path(), "utf8")
    .trim()
    .split("\r\n")
    .slice(1);
  const out = {};
  for (const row of rows) {
    const [, scheme, trial, , loss] = row.match(/^"(.*)",(\d+),(\d+),(.*)$/);
    ((out[scheme] ??= [])[trial] ??= []).push(Number(loss));
  }
  return out;
}

const READ = `
import json, sqlite3, sys
db = sqlite3.connect(sys.argv[1])
print(json.dumps([[scheme, seed - int(sys.argv[2]),
    db.execute("SELECT step, train_loss FROM curve WHERE trial = ? AND step > 0 ORDER BY step", (id,)).fetchall()]
    for id, scheme, seed in db.execute("SELECT id, scheme, seed FROM trial WHERE purpose = 'compare' ORDER BY id")]))
`;

// The page's own command, at so many steps.
async function native(page, steps, name) {
  const command = (await page.textContent("#command code")).replace(
    /--steps \d+/,
    `--steps ${steps}`,
  );
  const words = command.match(/'[^']*'|\S+/g).map((word) => word.replace(/^'|'$/g, ""));
  const dir = join(work, name);
  execFileSync(alvor, [...words.slice(1), "--no-extra", "-q", "-o", dir], { stdio: "pipe" });
  const seed = words[words.indexOf("--seed") + 1];
  return JSON.parse(execFileSync(python, ["-c", READ, join(dir, "run.db"), seed]));
}

async function compareLosses(page, steps, name) {
  const mine = await lossesOf(page);
  for (const [scheme, trial, curve] of await native(page, steps, name)) {
    const losses = mine[scheme]?.[trial] ?? [];
    check(`${name}: ${scheme} ${trial} has losses`, losses.length >= steps, String(losses.length));
    let last = 0;
    for (const [step, loss] of curve) {
      const mean = losses.slice(last, step).reduce((sum, x) => sum + x, 0) / (step - last);
      const told = Number.isFinite(mean) ? mean : null;
      check(`${name}: ${scheme} ${trial} step ${step}`, told === loss, `${mean} ${loss}`);
      if (told === null) break;
      last = step;
    }
  }
  return mine;
}

const end = (losses) => losses.slice(-24).reduce((sum, x) => sum + x, 0) / 24;

// With PyTorch's default the signal dies and the loss stays at ln 3; with He's weights it trains.
async function testLesson() {
  const { page, context, trouble } = await open();
  const rate = await playTo(page, 200);
  const losses = await compareLosses(page, 200, "lesson");
  const [stays, falls] = [end(losses.torch_default[0]), end(losses.he_normal[0])];
  check("the default stays at chance", Math.abs(stays - Math.log(3)) < 0.02, String(stays));
  check("He's weights reach the target", falls < Math.log(3) / 2, String(falls));
  const chips = await page.$$eval(".card .chip", (list) => list.map((one) => one.textContent));
  check("the verdicts say so", chips.join() === "stuck: vanishing,trained", chips.join());
  const live = await page.textContent("#live");
  check("and are announced", /trained/.test(live), live);
  const bars = await page.$$eval(".meter [role=meter]", (list) =>
    list.map((one) => one.getAttribute("aria-valuenow")),
  );
  check("no symmetry", bars.join() === "0,0", bars.join());
  const bad = (await page.innerHTML("#stage")).match(/NaN|undefined|Infinity/);
  check("no broken number", !bad, bad?.[0]);
  check("nothing went wrong", trouble.length === 0, trouble.join("; "));
  console.log(`two networks of 20 layers: ${rate.toFixed(1)} steps, looks and frames a second`);
  await context.close();
}

async function testTenSeeds() {
  const hash =
    "#data=moons&hidden=16x3&act=tanh&init=xavier_uniform&optimizer=adam&lr=0.01&batch=64&seed=7&seeds=10&speed=fast";
  const { page, context, trouble } = await open(hash);
  await playTo(page, 200);
  const losses = await compareLosses(page, 200, "moons");
  check("ten seeds", losses.xavier_uniform.length === 10);
  for (const one of losses.xavier_uniform)
    check("every seed reaches the target", end(one) < 0.1, String(end(one)));
  check("a band", (await page.locator('.chart.loss g[fill-opacity="0.18"] path').count()) === 1);
  check("nothing went wrong with seeds", trouble.length === 0, trouble.join("; "));
  await context.close();
}

async function testSymmetry() {
  const { page, context } = await open();
  await page.click("[data-lesson=symmetry]");
  await page.waitForFunction(() => document.querySelector(".card h2")?.textContent === "zeros");
  await page.waitForSelector(DRAWN);
  await page.click("#step");
  await page.waitForFunction(() => document.querySelector("#count").textContent === "step 1");
  const bars = await page.$$eval(".meter [role=meter]", (list) =>
    list.map((one) => one.getAttribute("aria-valuenow")),
  );
  check("all units are copies", bars.join() === "100,100", bars.join());
  check("for ever", (await page.textContent(".meter .value")).includes("for ever"));
  await context.close();
}

// One network diverges at once, the other goes on.
async function testDivergence() {
  const { page, context, trouble } = await open(
    "#init=uniform(r=1),he_normal&hidden=32x20&speed=fast",
  );
  await playTo(page, 30);
  const losses = await compareLosses(page, 30, "divergence");
  check(
    "it diverged",
    losses["uniform(r=1)"][0].some((x) => !Number.isFinite(x)),
  );
  const chips = await page.$$eval(".card .chip", (list) => list.map((one) => one.textContent));
  check("and says so", chips[0] === "diverged", chips.join());
  check("nothing went wrong with divergence", trouble.length === 0, trouble.join("; "));
  await context.close();
}

// Images and clouds in many dimensions have views of their own.
async function testOtherData() {
  const images = await open("#data=shapeset&hidden=32x2&init=he_normal&act=relu&lr=0.05&batch=32");
  await images.page.click("#step");
  await images.page.waitForSelector(".images li.right, .images li.wrong");
  check("images", (await images.page.locator(".images li").count()) === 24);
  check(
    "fewer samples, said in the command",
    /--train \d+ --test 500/.test(await images.page.textContent("#command code")),
  );
  check("no trouble with images", images.trouble.length === 0, images.trouble.join("; "));
  await images.page.click("header button[lang=pt]");
  await images.page.waitForSelector(".images li.right, .images li.wrong");
  const called = await images.page.$$eval(".images li", (list) => list.map((one) => one.textContent).join());
  check("classes have names in Portuguese", /triângulo|paralelogramo|elipse/.test(called), called);
  await images.context.close();
  const clouds = await open("#data=blobs&hidden=32x3&init=orthogonal,lsuv&act=tanh&speed=fast");
  await playTo(clouds.page, 20);
  const label = await clouds.page.getAttribute("canvas.confusion", "aria-label");
  check("confusion says how often it is right", /\d%/.test(label), label);
  check("no trouble with clouds", clouds.trouble.length === 0, clouds.trouble.join("; "));
  await clouds.context.close();
}

async function testUrl() {
  const { page, context } = await open("#seed=5");
  await page.selectOption("#scheme-0", "normal");
  await page.selectOption("#scheme-1", "orthogonal");
  await page.selectOption("#act", "tanh");
  await page.selectOption("#data", "circles");
  await page.locator("#depth").fill("6");
  await page.click("#ten");
  await page.click("#args-0 summary");
  await page.locator("#arg-0-0").press("ArrowRight");
  await page.waitForFunction(() => document.activeElement.id === "arg-0-0");
  const hash = await page.evaluate(() => location.hash);
  const command = await page.textContent("#command code");
  for (const part of ["data=circles", "hidden=32x7", "act=tanh", "seeds=10", "seed=5"])
    check(`the address holds ${part}`, hash.includes(part), hash);
  const again = await open(hash);
  check(
    "the address brings it back",
    (await again.page.textContent("#command code")) === command,
    command,
  );
  check("and the controls", (await again.page.inputValue("#act")) === "tanh");
  check("and is stable", (await again.page.evaluate(() => location.hash)) === hash);
  await again.context.close();
  await context.close();
  const hidden = await open("#hide=lessons,training,command");
  for (const part of ["lessons", "training", "command"])
    check(`hide=${part}`, !(await hidden.page.isVisible(`[data-part=${part}]`)));
  await hidden.context.close();
}

// The gain: of the activation, following it, in the address and in the command; by hand; none.
async function testGain() {
  const { page, context, trouble } = await open(
    "#init=torch_default,xavier_normal&act=tanh&hidden=16x6&data=moons",
  );
  const command = () => page.textContent("#command code");
  const says = (part) =>
    page.waitForFunction((one) => document.querySelector("#command code").textContent.includes(one), part);
  check("a scheme without a gain says why", await page.isDisabled("#gain-0"));
  const why = await page.textContent(`#${await page.getAttribute("#gain-0", "aria-describedby")}`);
  check("in words", /no gain/.test(why), why);
  check("the scheme's own at first", (await page.inputValue("#gain-1")) === "own");
  await page.selectOption("#gain-1", "auto");
  await says("xavier_normal(gain=1.59");
  check("the address says auto", (await page.evaluate(() => location.hash)).includes("gain=auto"));
  await page.selectOption("#act", "relu");
  await says("xavier_normal(gain=1.414");
  const hash = await page.evaluate(() => location.hash);
  await playTo(page, 40);
  const losses = await compareLosses(page, 40, "gain");
  check("two schemes were compared", Object.keys(losses).length === 2, Object.keys(losses).join());
  await page.selectOption("#gain-1", "hand");
  await says("gain=1.4)");
  await page.locator("#gain-1-hand").press("End");
  await says("gain=10)");
  await page.selectOption("#gain-1", "own");
  await page.waitForFunction(() => !document.querySelector("#command code").textContent.includes("gain"));
  const again = await open(hash);
  check("the address brings auto back", (await again.page.inputValue("#gain-1")) === "auto");
  await again.context.close();
  check(`nothing went wrong with gains`, trouble.length === 0, trouble.join("; "));
  check("the command names no gain", !(await command()).includes("gain"));
  await context.close();
}

async function testRefused() {
  for (const hash of [
    "#hidden=32xx",
    "#init=he_norml",
    "#act=%3Cimg%20src%3Dx%20onerror%3Dalert(1)%3E",
    "#lr=-1",
  ]) {
    const opened = await openPage(browser, file, { query: hash });
    await opened.page.waitForSelector(".refused", { timeout: 60000 });
    check(`${hash} is refused in words`, (await opened.page.textContent(".refused")).length > 50);
    check(`${hash} runs nothing`, (await opened.page.locator("img").count()) === 0);
    await opened.page.click("[data-lesson=depth]");
    await opened.page.waitForSelector(DRAWN);
    check("a lesson helps out", !(await opened.page.isVisible(".refused")));
    check(`${hash}: no trouble`, opened.trouble.length === 0, opened.trouble.join("; "));
    await opened.context.close();
  }
}

async function testLanguage() {
  const { page, context, trouble } = await open("#lang=en");
  const texts = () =>
    page.$$eval(".panel h2, legend, .lesson", (list) => list.map((one) => one.textContent));
  const english = await texts();
  await page.click("header button[lang=pt]");
  await page.waitForSelector(DRAWN);
  const portuguese = await texts();
  const same = english.filter((text, i) => text === portuguese[i]);
  check("everything changes with the language", same.length === 0, same.join(" | "));
  check("html lang", (await page.getAttribute("html", "lang")) === "pt-BR");
  check("lang in the address", (await page.evaluate(() => location.hash)).includes("lang=pt"));
  check("decimal comma", /\d,\d/.test(await page.textContent(".card .figures")));
  const holes = (await page.evaluate(() => document.body.innerText)).match(
    /\[\[[^\]]*\]\]|\{[a-z]+\}/g,
  );
  check("no unknown key or empty hole", !holes, holes?.join(" "));
  check("nothing went wrong with languages", trouble.length === 0, trouble.join("; "));
  await context.close();
}

async function testTheme() {
  const { page, context, trouble } = await open("", { colorScheme: "dark" });
  check("dark follows the system", !bright(await background(page)));
  await page.click(".theme");
  check("the toggle makes it light", bright(await background(page)));
  check("nothing went wrong in the dark", trouble.length === 0, trouble.join("; "));
  await context.close();
}

async function testPhone() {
  const { page, context, trouble } = await open("#lang=pt", {
    viewport: { width: 360, height: 740 },
    hasTouch: true,
    isMobile: true,
  });
  await page.click(".controls > summary");
  await page.click("#step");
  await page.waitForTimeout(300);
  const wide = await page.evaluate(() => [document.documentElement.scrollWidth, innerWidth]);
  check("no horizontal scroll on a phone", wide[0] <= wide[1], wide.join(" > "));
  const small = await page.$$eval("button, select, summary, input", (list) =>
    list
      .filter(
        (one) =>
          one.offsetParent && one.getBoundingClientRect().height < 18 && one.type !== "checkbox",
      )
      .map((one) => one.id || one.textContent),
  );
  check("nothing too small to touch", small.length === 0, small.join());
  check("nothing went wrong on a phone", trouble.length === 0, trouble.join("; "));
  await context.close();
}

async function testKeyboard() {
  const { page, context } = await open();
  await page.keyboard.press("s");
  await page.waitForFunction(() => document.querySelector("#count").textContent === "step 1");
  await page.locator("#depth").focus();
  await page.keyboard.press("ArrowLeft");
  await page.waitForFunction(() =>
    document.querySelector("#command code").textContent.includes("32x19"),
  );
  check(
    "the slider keeps the focus",
    (await page.evaluate(() => document.activeElement.id)) === "depth",
  );
  await page.locator("#play").focus();
  await page.keyboard.press("Enter");
  await page.waitForFunction(
    () => !/^step [01]$/.test(document.querySelector("#count").textContent),
  );
  await context.close();
}

async function testPrint() {
  const { page, context } = await open();
  const pdf = await page.pdf({ format: "A4", printBackground: true });
  check(
    "it prints",
    pdf.length > 30000 && pdf.subarray(0, 5).toString() === "%PDF-",
    String(pdf.length),
  );
  await page.emulateMedia({ media: "print" });
  const shown = await page.$$eval(
    "button, select",
    (list) => list.filter((one) => one.offsetParent !== null).length,
  );
  check("no controls on paper", shown === 0, String(shown));
  await context.close();
}

// No serious fault by axe-core, light and dark, at rest and after some steps.
async function testAccessibility() {
  const axe = readFileSync(join(modules, "axe-core/axe.min.js"), "utf8");
  for (const colorScheme of ["light", "dark"]) {
    const { page, context } = await open("", { colorScheme });
    await page.click("#step");
    await page.click(".args summary");
    await page.evaluate(axe);
    const { violations } = await page.evaluate(() => window.axe.run());
    for (const one of violations) {
      const where = one.nodes
        .map((node) => node.target.join(" "))
        .slice(0, 4)
        .join("; ");
      const serious = ["serious", "critical"].includes(one.impact);
      check(`axe (${colorScheme}): ${one.id}`, !serious, `${one.help}: ${where}`);
      if (!serious) console.log(`axe (${colorScheme}), ${one.impact}: ${one.id}: ${where}`);
    }
    await context.close();
  }
}

try {
  const bytes = statSync(file).size;
  check("at most 1,000,000 bytes", bytes <= MAX_BYTES, String(bytes));
  for (const test of [
    testLesson,
    testTenSeeds,
    testSymmetry,
    testDivergence,
    testOtherData,
    testUrl,
    testGain,
    testRefused,
    testLanguage,
    testTheme,
    testPhone,
    testKeyboard,
    testPrint,
    testAccessibility,
  ])
    await test();
  console.log(`${bytes} bytes, ${checks.failures} failures`);
} finally {
  await browser.close();
  rmSync(work, { recursive: true, force: true });
}
process.exit(checks.failures ? 1 : 0);
