// A chapter's Markdown to HTML. Beyond Markdown there are
//
//     $x$ and $$x$$         formulas, to MathML
//     {{expression}}        a measured value (values.mjs)
//     ::: KIND ATTRIBUTES   a directive, to the next line of ":::" alone:
//         figure KIND exp=NAME   with lines title:, what:, see:, read:
//         table exp=NAME         what happened to every scheme
//         command exp=NAME       the command alone
//         remember | mistake TITLE | question TEXT   boxes of Markdown
//         holds                  expressions, one a line, that must be true
//         play KEYS              a link to the playground, set up so
//
// Formulas and values are put aside first and put back last, so that Markdown never sees them.
import { MarkdownIt, temml } from "./packages.mjs";
import { brief, serialize } from "./draw.mjs";
import { figures } from "./figures.mjs";
import { playgroundLink } from "./page.mjs";
import { num, percent, word } from "./say.mjs";
import { evaluate, helpers } from "./values.mjs";

const markdown = new MarkdownIt({ html: true, typographer: false });
export const escape = (text) =>
  String(text).replace(/[&<>"]/g, (c) => ({ "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;" })[c]);
export const anchor = (text) =>
  text.toLowerCase().normalize("NFD").replace(/[\u0300-\u036f]/g, "").replace(/<[^>]*>|&\w+;/g, "")
    .replace(/[^a-z0-9]+/g, "-").replace(/^-|-$/g, "");

const OPEN = "\uE000", CLOSE = "\uE001"; // private characters around the number of a thing put aside

const pairs = (text) =>
  Object.fromEntries([...text.matchAll(/(\w+)=(?:"([^"]*)"|(\S+))/g)].map(([, k, a, b]) => [k, a ?? b]));

// lab: {lookup(name), command(name)}; page: {lang, file, slug, playground}.
export function render(source, lab, page) {
  const { lang } = page;
  const kept = [];
  const keep = (html) => `${OPEN}${kept.push(html) - 1}${CLOSE}`;
  const putBack = (html) => {
    const pattern = new RegExp(`${OPEN}(\\d+)${CLOSE}`, "g");
    while (html.includes(OPEN)) html = html.replace(pattern, (_, i) => kept[i]);
    return html;
  };
  let last = null;
  const tools = helpers(lab.lookup, lang, (name) => (last = name));

  function value(expression) {
    last = null;
    const result = evaluate(expression, tools);
    const text = written(result, last !== null);
    if (typeof text !== "string") throw new Error(`{{${expression}}} is ${typeof result}`);
    return last === null ? escape(text) : `<data value="${escape(result)}" title="alvor ${escape(lab.command(last))}">${escape(text)}</data>`;
  }

  // A number in a formula: 3 × 10⁻⁶ as TeX has it.
  const written = (result, padded) => (typeof result === "number" ? num(result, lang, 3, padded) : result);
  const texOf = (expression) =>
    written(evaluate(expression, tools)).replace("−", "-").replace(",", "{,}")
      .replace(/ × 10(.*)/, (_, e) => `\\times 10^{${[...e].map((c) => "-0123456789"["⁻⁰¹²³⁴⁵⁶⁷⁸⁹".indexOf(c)]).join("")}}`);
  const formula = (source, displayMode) => {
    const tex = source.replace(/\{\{(.+?)\}\}/g, (_, expression) => texOf(expression));
    return texToMathML(tex, displayMode);
  };
  const texToMathML = (tex, displayMode) =>
    temml.renderToString(lang === "pt" ? tex.replace(/(\d)\.(\d)/g, "$1{,}$2") : tex, { displayMode, throwOnError: true, annotate: false });

  const aside = (text) =>
    text
      .replace(/`[^`\n]+`/g, (code) => keep(`<code>${escape(code.slice(1, -1))}</code>`))
      .replace(/\$\$([\s\S]+?)\$\$/g, (_, tex) => keep(`<span class="display" tabindex="0">${formula(tex.trim(), true)}</span>`))
      .replace(/\$([^$\n]+?)\$/g, (_, tex) => keep(formula(tex, false)))
      .replace(/\{\{(.+?)\}\}/g, (_, expression) => keep(value(expression)));
  const block = (text) => markdown.render(aside(text));
  const inline = (text) => markdown.renderInline(aside(text));

  // ---- directives ----

  const options = (line) => escape(line).replace(/--[\w-]+/g, "<span>$&</span>");
  // Of several commands only the first is in sight.
  function command(...names) {
    const lines = names.map((name) => `alvor ${lab.command(name)}`);
    const box =
      `<div class="command"><span class="label">${word("command", lang)}</span>` +
      `<pre tabindex="0"><code>${lines.map(options).join("\n")}</code></pre>` +
      `<button type="button" class="copy no-print" data-done="${word("copied", lang)}">${word("copy", lang)}</button></div>`;
    return names.length < 3 ? box : `<details class="commands"><summary>${word("command", lang)} (${names.length})</summary>${box}</details>`;
  }

  const fieldsOf = (body) =>
    Object.fromEntries(body.trim().split(/\n(?=\w+: )/).map((line) => {
      const at = line.indexOf(": ");
      return [line.slice(0, at), line.slice(at + 2).replace(/\n/g, " ")];
    }));

  const WIDE = 700, NARROW = 350;
  function charts(kind, asked, documents, label, width, klass) {
    const drawn = figures[kind](asked, { documents, lang, width, label });
    const panels = Array.isArray(drawn) ? drawn : [{ svg: drawn }];
    const one = ({ heading, svg }) => {
      svg.setAttribute("role", "img");
      return `<div class="panel">${heading ? `<h4>${escape(heading)}</h4>` : ""}${serialize(svg)}</div>`;
    };
    return `<div class="panels ${klass}" data-panels="${panels.length}">${panels.map(one).join("")}</div>`;
  }

  let figureCount = 0;
  function figure(kind, asked, body) {
    const says = fieldsOf(body);
    for (const key of ["title", "what", "see", "read"])
      if (!says[key]) throw new Error(`figure ${kind} has no "${key}:"`);
    const names = asked.exp.split("+");
    const documents = names.map(lab.lookup);
    const id = `fig-${++figureCount}`;
    const label = putBack(inline(says.title)).replace(/<[^>]*>/g, "");
    const line = (key) => `<p><b>${word(key, lang)}.</b> ${inline(says[key])}</p>`;
    return (
      `<figure id="${id}"><h3>${inline(says.title)}</h3>` +
      charts(kind, asked, documents, label, WIDE, "wide") + charts(kind, asked, documents, label, NARROW, "narrow") +
      `<figcaption>${line("what")}${line("see")}${line("read")}</figcaption>` +
      command(...names) + "</figure>"
    );
  }

  function table(asked) {
    const document = lab.lookup(asked.exp);
    const cell = (v, as = (x) => num(x, lang, 3, true)) => (v === null || v === undefined ? "–" : as(v, lang));
    const words = (one) => {
      const [kind] = Object.entries(one.verdicts).sort((a, b) => b[1] - a[1])[0];
      return document.words.verdict[kind][lang === "pt" ? 1 : 0];
    };
    const shown = document.groups.filter(
      (one) => one.purpose === "compare" && (!asked.setting || one.setting === asked.setting));
    const several = new Set(shown.map((one) => one.setting)).size > 1;
    const rows = shown.map((one) => {
      const s = one.summary;
      const loss = s.final_train_loss[0] === null ? word("diverged", lang) : cell(s.final_train_loss[0]);
      const cells = [cell(s.initial_loss[0]), cell(s.forward_gain[0]), cell(s.backward_gain[0]), loss, cell(s.final_test_accuracy[0], percent)];
      const setting = several ? `<td><code>${escape(one.setting)}</code></td>` : "";
      return `<tr><th scope="row"><code title="${escape(one.scheme)}">${escape(brief(one.scheme, lang))}</code></th>${setting}${cells.map((c) => `<td class="number">${c}</td>`).join("")}<td>${words(one)}</td></tr>`;
    });
    const heads = ["scheme", ...(several ? ["setting"] : []), "initial", "forward", "backward", "final", "accuracy", "outcome"];
    return (
      `<div class="scroll" tabindex="0" role="region" aria-label="${word("outcome", lang)}"><table><thead><tr>` +
      heads.map((key) => `<th scope="col">${word(key, lang)}</th>`).join("") +
      `</tr></thead><tbody>${rows.join("")}</tbody></table></div>${asked.quiet ? "" : command(asked.exp)}`
    );
  }

  function holds(body) {
    for (const line of body.trim().split("\n"))
      if (evaluate(line, tools) !== true) throw new Error(`the text says that this holds, and it does not: ${line}`);
    return "";
  }

  const box = (kind, title, body) =>
    `<section class="box ${kind}"><h3>${inline(title)}</h3>${block(body)}</section>`;
  let questions = 0;
  const question = (text, body) =>
    `${questions++ === 0 ? `<h2 id="questions">${word("questions", lang)}</h2>` : ""}` +
    `<div class="question"><p>${inline(text)}</p><details><summary>${word("answer", lang)}</summary>${block(body)}</details></div>`;

  const directives = {
    figure: (rest, body) => figure(rest.split(" ")[0], pairs(rest), body),
    table: (rest) => table(pairs(rest)),
    command: (rest) => command(pairs(rest).exp),
    remember: (_, body) => box("remember", word("remember", lang), body),
    mistake: (rest, body) => box("mistake", `${word("mistake", lang)}: ${rest}`, body),
    question,
    holds: (_, body) => holds(body),
    play: (rest) =>
      page.playground
        ? `<p class="play no-print"><a href="${playgroundLink(page.slug, { ...pairs(rest), lang })}">${word("play", lang)} →</a></p>`
        : "",
  };

  function directive(_, kind, rest, body) {
    if (!directives[kind]) throw new Error(`no directive ${kind}`);
    return `\n\n${keep(directives[kind](rest.trim(), body ?? ""))}\n\n`;
  }

  try {
    const text = source.replace(/^::: (\w+)([^\n]*)\n([\s\S]*?)^:::[ ]*$/gm, directive);
    let html = block(text).replace(new RegExp(`<p>(${OPEN}\\d+${CLOSE})</p>`, "g"), (whole, mark) =>
      /^<(?:div|figure|section|h2|p)/.test(kept[Number(mark.slice(1, -1))]) || kept[Number(mark.slice(1, -1))] === "" ? mark : whole);
    html = putBack(html).replace(/(?<!">)<table>[\s\S]*?<\/table>/g, (table) => `<div class="scroll" tabindex="0" role="region" aria-label="${word("table", lang)}">${table}</div>`);
    // No line ends between a formula and its punctuation.
    html = html.replace(/([("“]?)<math>(?:(?!<\/math>)[\s\S])*<\/math>([.,;:!?)"”]*)/g, (whole, before, after) =>
      before || after ? `<span class="whole">${whole}</span>` : whole);
    const headings = [];
    html = html.replace(/<h2>([\s\S]*?)<\/h2>/g, (_, inner) => {
      const id = anchor(inner.replace(/<[^>]*>/g, ""));
      headings.push({ id, text: inner });
      return `<h2 id="${id}"><a href="#${id}" class="anchor">${inner}</a></h2>`;
    });
    return { html, headings };
  } catch (error) {
    throw new Error(`${page.file}: ${error.message}`, { cause: error });
  }
}
