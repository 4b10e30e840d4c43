// A figure: a title that states its result, one line on how to read it, panels, a data table, and
// downloads. Charts are drawn when the figure knows its width, and again when that changes.
import { download, h, rich } from "./dom.js";
import { num, t } from "./i18n.js";

const drawings = new Set();
const PRINT_WIDTH = 660;

// panels: [{label, plot(width, label) -> svg element}]; columns: the least width of one panel.
// table: {columns: [{key, label, digits}], rows: [[...]]} or a function that makes it.
export function figure({ id, title, read, panels, table, controls, legend, least = 340 }) {
  const grid = h("div", { class: "panels" });
  const node = h(
    "figure",
    { id: `figure-${id}`, "aria-labelledby": `title-${id}` },
    h(
      "figcaption",
      {},
      h("h3", { id: `title-${id}` }, title),
      read && h("p", { class: "read" }, h("b", {}, `${t("read")} `), rich(read)),
    ),
    controls && h("div", { class: "controls no-print" }, controls),
    legend,
    grid,
    foot(id, () => node, table),
  );
  const draw = (paper) =>
    drawPanels(grid, panels, paper ?? grid.clientWidth, paper ? 0.82 * least : least, title);
  drawings.add({ draw, grid });
  return node;
}

function drawPanels(grid, panels, width, least, title) {
  if (!(width > 0)) return;
  const gap = 20;
  const columns = Math.max(1, Math.min(panels.length, Math.floor((width + gap) / (least + gap))));
  const each = Math.floor((width - gap * (columns - 1)) / columns);
  grid.style.gridTemplateColumns = `repeat(${columns}, minmax(0, 1fr))`;
  grid.replaceChildren(
    ...panels.map((panel) => {
      const chart = panel.plot(each, panel.label ? `${title} (${panel.label})` : title);
      chart.setAttribute("role", "img");
      return h("div", { class: "panel" }, panel.label && h("h4", {}, panel.label), chart);
    }),
  );
}

// ---- drawing at the right moment ----

export function forget() {
  drawings.clear();
}

// At the width of the window, or of the paper.
export function drawAll(paper) {
  for (const { draw } of drawings) draw(paper);
}

let seen = 0;
addEventListener("resize", () => {
  clearTimeout(seen);
  seen = setTimeout(() => drawAll(), 120);
});
addEventListener("beforeprint", () => drawAll(PRINT_WIDTH));
addEventListener("afterprint", () => drawAll());

// ---- the line below: data and downloads ----

function foot(id, node, table) {
  const make = () => (typeof table === "function" ? table() : table);
  const body = h("div", { class: "scroll", tabindex: 0, role: "region", "aria-label": t("data") });
  const details = h("details", {}, h("summary", {}, t("data")), body);
  details.addEventListener("toggle", () => {
    if (details.open && !body.firstChild) body.append(tableOf(make()));
  });
  const svgButton = h(
    "button",
    { type: "button", class: "save-svg", onclick: () => saveSvg(id, node()) },
    "SVG",
  );
  const csvButton = h(
    "button",
    { type: "button", class: "save-csv", onclick: () => saveCsv(id, make()) },
    "CSV",
  );
  svgButton.setAttribute("aria-label", t("save.svg"));
  csvButton.setAttribute("aria-label", t("save.csv"));
  return h(
    "div",
    { class: "foot" },
    details,
    h("span", { class: "buttons no-print" }, svgButton, csvButton),
  );
}

export function tableOf({ columns, rows }) {
  const cell = (value, column) =>
    typeof value === "number" ? num(value, column.digits ?? 4) : (value ?? "–");
  return h(
    "table",
    {},
    h(
      "thead",
      {},
      h(
        "tr",
        {},
        columns.map((column) => h("th", { scope: "col" }, column.label)),
      ),
    ),
    h(
      "tbody",
      {},
      rows.map((row) =>
        h(
          "tr",
          {},
          row.map((value, i) =>
            h(
              "td",
              { class: typeof value === "number" || value === null ? "number" : null },
              cell(value, columns[i]),
            ),
          ),
        ),
      ),
    ),
  );
}

// RFC 4180, decimal points whatever the language; a leading = + - @ cannot start a formula.
export function csvOf({ columns, rows }) {
  const cell = (value) => {
    if (value === null || value === undefined) return "";
    if (typeof value === "number") return String(value);
    const text = /^[=+\-@\t\r]/.test(value) ? `'${value}` : String(value);
    return /[",\r\n]/.test(text) ? `"${text.replace(/"/g, '""')}"` : text;
  };
  const lines = [columns.map((column) => cell(column.key)), ...rows.map((row) => row.map(cell))];
  return lines.map((line) => line.join(",")).join("\r\n") + "\r\n";
}

const saveCsv = (id, table) => download(`alvor-${id}.csv`, "text/csv;charset=utf-8", csvOf(table));

// ---- SVG that stands alone: panels side by side, theme colours resolved ----

const RESOLVED = ["fill", "stroke", "color", "font-family", "font-size", "stroke-dasharray"];

function standalone(chart) {
  const copy = chart.cloneNode(true);
  const from = [chart, ...chart.querySelectorAll("*")];
  const to = [copy, ...copy.querySelectorAll("*")];
  from.forEach((node, i) => {
    if (node.tagName === "style" || node.tagName === "title") return;
    const style = getComputedStyle(node);
    for (const name of RESOLVED) {
      if (to[i].getAttribute(name)?.includes("var(")) to[i].removeAttribute(name);
      to[i].style.setProperty(name, style.getPropertyValue(name));
    }
  });
  copy.querySelectorAll("style, [aria-label=tip]").forEach((node) => node.remove());
  return copy;
}

export function svgText(node) {
  const charts = [...node.querySelectorAll(".panel")].flatMap((panel) =>
    [...panel.querySelectorAll(":scope > svg")].map((chart) => ({
      chart,
      label: panel.querySelector("h4")?.textContent,
    })),
  );
  const columns = Math.min(charts.length, Math.ceil(Math.sqrt(charts.length * 1.5)));
  const width = Math.max(...charts.map(({ chart }) => Number(chart.getAttribute("width"))));
  const height = Math.max(...charts.map(({ chart }) => Number(chart.getAttribute("height")))) + 24;
  const rows = Math.ceil(charts.length / columns);
  const ns = "http://www.w3.org/2000/svg";
  const sheet = document.createElementNS(ns, "svg");
  const set = (element, values) =>
    Object.entries(values).forEach(([k, v]) => element.setAttribute(k, v));
  const style = getComputedStyle(node);
  set(sheet, {
    xmlns: ns,
    width: width * columns,
    height: height * rows,
    style: `background:${style.backgroundColor};color:${style.color};font-family:sans-serif`,
  });
  charts.forEach(({ chart, label }, i) => {
    const copy = standalone(chart);
    const x = (i % columns) * width,
      y = Math.floor(i / columns) * height;
    set(copy, { x, y: y + 24 });
    if (label) {
      const text = document.createElementNS(ns, "text");
      set(text, { x: x + 8, y: y + 16, "font-size": 13, "font-weight": 600, fill: style.color });
      text.textContent = label;
      sheet.append(text);
    }
    sheet.append(copy);
  });
  return new XMLSerializer().serializeToString(sheet);
}

const saveSvg = (id, node) => download(`alvor-${id}.svg`, "image/svg+xml", svgText(node));
