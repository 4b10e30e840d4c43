// Claims as a table: what was measured beside its criterion, and a gauge of both. In the gauge the
// band is the criterion, the ring the paper's figure, the dot what was measured here.
import { h, svg } from "../dom.js";
import { num, pick, t } from "../i18n.js";

const GAUGE = 170,
  MARGIN = 8;

// What the gauge spans: criterion, paper's figure and measurement, with some room.
function span(claim) {
  const open = claim.hi === null;
  const ends = [claim.lo, open ? Math.max(claim.lo, 0) : claim.hi, claim.measured, claim.paper_value];
  const values = ends.filter((v) => v !== null);
  const lo = Math.min(...values),
    hi = Math.max(...values);
  const room = hi > lo ? 0.2 * (hi - lo) : Math.max(1, Math.abs(lo)) * 0.5;
  return [lo - room, hi + room];
}

// Four digits, or eight where four do not tell the ends of the criterion apart.
const digitsOf = ({ lo, hi }) => (hi !== null && lo !== hi && num(lo, 4) === num(hi, 4) ? 8 : 4);

const criterionOf = (claim) => {
  const [lo, hi] = [claim.lo, claim.hi].map((v) => v !== null && num(v, digitsOf(claim)));
  if (claim.hi === null) return t("repro.atleast", { lo });
  return lo === hi ? lo : t("repro.between", { lo, hi });
};

function gauge(claim) {
  const [from, to] = span(claim);
  const end = GAUGE - MARGIN;
  const place = (v) =>
    v === null ? end : MARGIN + ((v - from) / (to - from)) * (GAUGE - 2 * MARGIN);
  const band = [place(claim.lo), place(claim.hi)];
  const said = `${t("repro.measured")}: ${num(claim.measured)}; ${t("repro.criterion")}: ${criterionOf(claim)}`;
  return svg(
    "svg",
    { width: GAUGE, height: 26, role: "img", "aria-label": said, class: "gauge" },
    svg("path", { d: `M${MARGIN},13H${end}`, class: "rail" }),
    svg("rect", { x: band[0] - 2, y: 6, width: band[1] - band[0] + 4, height: 14, rx: 3, class: "band" }),
    claim.paper_value !== null &&
      svg("circle", { cx: place(claim.paper_value), cy: 13, r: 6.5, class: "ring" }),
    svg("circle", {
      cx: place(claim.measured),
      cy: 13,
      r: 4,
      class: claim.holds ? "good" : "bad",
    }),
  );
}

export const mark = (good, text) =>
  h(
    "span",
    { class: `chip ${good ? "good" : "bad"}` },
    h("span", { "aria-hidden": "true" }, good ? "✓" : "✕"),
    " ",
    text,
  );

const row = (claim) =>
  h(
    "tr",
    {},
    h(
      "th",
      { scope: "row" },
      pick(claim.claim),
      claim.why_not && h("span", { class: "why small" }, pick(claim.why_not)),
    ),
    h("td", { class: "number", "data-label": t("repro.paper") }, num(claim.paper_value)),
    h("td", { class: "number", "data-label": t("repro.criterion") }, criterionOf(claim)),
    h(
      "td",
      { class: "number", "data-label": t("repro.measured") },
      claim.measured === null ? "∞" : num(claim.measured, digitsOf(claim)),
    ),
    h("td", { class: "wide" }, gauge(claim)),
    h("td", {}, mark(claim.holds, t(claim.holds ? "repro.holds" : "repro.fails"))),
  );

export const claimsTable = (claims) =>
  h(
    "table",
    { class: "claims" },
    h(
      "thead",
      {},
      h(
        "tr",
        {},
        h("th", { scope: "col" }, t("repro.claim")),
        ["paper", "criterion", "measured"].map((key) =>
          h("th", { scope: "col", class: "number" }, t(`repro.${key}`)),
        ),
        h("th", { scope: "col", class: "wide" }),
        h("th", { scope: "col" }),
      ),
    ),
    h("tbody", {}, claims.map(row)),
  );
