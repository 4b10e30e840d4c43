// 12. Why: the conditions on the variance, and every scheme with this network's fans filled in.
import { h, m, rich } from "../dom.js";
import { num, t } from "../i18n.js";
import { prose, schemeName, section } from "../parts.js";
import { groupsOf, run } from "../run.js";

const mi = (text) => m("mi", text),
  mn = (text) => m("mn", String(text)),
  mo = (text) => m("mo", text);
const row = (...children) => m("mrow", ...children);
const sub = (a, b) => m("msub", a, b),
  sup = (a, b) => m("msup", a, b),
  frac = (a, b) => m("mfrac", a, b),
  root = (a) => m("msqrt", a);
const nIn = () => sub(mi("n"), m("mtext", "in")),
  nOut = () => sub(mi("n"), m("mtext", "out"));
const call = (name, inside) => row(m("mi", name), mo("("), inside, mo(")"));

const display = (...children) => {
  const math = m("math", row(...children));
  math.setAttribute("displaystyle", "true");
  return h("div", { class: "equation scroll" }, math);
};

// Var z = n_in Var w E[a^2]; Var delta = n_out Var w E[f'^2] Var delta above.
const forwardRule = () =>
  display(
    call("Var", sub(mi("z"), mi("l"))),
    mo("="),
    nIn(),
    call("Var", sub(mi("w"), mi("l"))),
    m("mi", "E"),
    mo("["),
    m("msubsup", mi("a"), row(mi("l"), mo("−"), mn(1)), mn(2)),
    mo("]"),
  );
const backwardRule = () =>
  display(
    call("Var", sub(mi("δ"), row(mi("l"), mo("−"), mn(1)))),
    mo("="),
    nOut(),
    call("Var", sub(mi("w"), mi("l"))),
    m("mi", "E"),
    mo("["),
    sup(mi("f′"), mn(2)),
    mo("]"),
    call("Var", sub(mi("δ"), mi("l"))),
  );
const product = () =>
  display(
    frac(call("Var", sub(mi("z"), mi("L"))), call("Var", sub(mi("z"), mn(0)))),
    mo("="),
    m("munderover", mo("∏"), row(mi("l"), mo("="), mn(1)), mi("L")),
    m("msubsup", mi("g"), mi("l"), mn(2)),
    mo("≈"),
    sup(mi("g"), row(mn(2), mi("L"))),
  );

const he = (n) =>
  row(
    mi("σ"),
    mo("="),
    root(frac(mn(2), nIn())),
    n && [mo("="), root(frac(mn(2), mn(n.fan_in))), mo("="), mn(num(Math.sqrt(2 / n.fan_in)))],
  );
const xavier = (n) =>
  row(
    mi("σ"),
    mo("="),
    root(frac(mn(2), row(nIn(), mo("+"), nOut()))),
    n && [
      mo("="),
      root(frac(mn(2), row(mn(n.fan_in), mo("+"), mn(n.fan_out)))),
      mo("="),
      mn(num(Math.sqrt(2 / (n.fan_in + n.fan_out)))),
    ],
  );
const lecun = (n) =>
  row(
    mi("σ"),
    mo("="),
    root(frac(mn(1), nIn())),
    n && [mo("="), root(frac(mn(1), mn(n.fan_in))), mo("="), mn(num(Math.sqrt(1 / n.fan_in)))],
  );
const bound = () =>
  row(
    mi("r"),
    mo("="),
    root(mn(3)),
    mi("σ"),
    mo(","),
    m("mspace"),
    call("Var", row(mi("U"), mo("("), mo("−"), mi("r"), mo(","), mi("r"), mo(")"))),
    mo("="),
    frac(sup(mi("r"), mn(2)), mn(3)),
  );

const text = (law) => {
  if (!law) return "–";
  if (law.kind === "constant") return `w = ${num(law.mean)}`;
  if (law.kind === "uniform") return `U(${num(law.lo)}; ${num(law.hi)})`;
  return `${law.kind === "normal" ? "N" : "TN"}(${num(law.mean)}; ${num(law.sd)}²)`;
};

const filled = (setting) =>
  h(
    "div",
    { class: "scroll" },
    h(
      "table",
      {},
      h("caption", {}, rich(t("formulas.caption", { setting }))),
      h(
        "thead",
        {},
        h(
          "tr",
          {},
          h("th", { scope: "col" }, t("scheme")),
          h("th", { scope: "col" }, t("formulas.formula")),
          run.shapes.map((shape) =>
            h(
              "th",
              { scope: "col", class: "number" },
              h("span", { class: "fans" }, `${num(shape.fan_in)} → ${num(shape.fan_out)}`),
              shape.fixed && h("span", { class: "small sigma" }, shape.fixed),
            ),
          ),
        ),
      ),
      h(
        "tbody",
        {},
        groupsOf(setting).map((one) =>
          h(
            "tr",
            {},
            h("th", { scope: "row" }, schemeName(one.scheme)),
            h(
              "td",
              { class: "formula" },
              h("code", {}, run.schemes_info[one.scheme]?.formula ?? "–"),
            ),
            one.laws.map((law) =>
              h(
                "td",
                { class: "number" },
                text(law),
                law &&
                  law.kind === "uniform" &&
                  h("span", { class: "small sigma" }, `σ = ${num(law.sd)}`),
              ),
            ),
          ),
        ),
      ),
    ),
  );

const gains = () =>
  h(
    "div",
    { class: "scroll" },
    h(
      "table",
      {},
      h("caption", {}, t("formulas.gains")),
      h(
        "thead",
        {},
        h(
          "tr",
          {},
          [t("activation"), "f(z)", t("formulas.forward"), t("formulas.backward")].map((label) =>
            h("th", { scope: "col" }, label),
          ),
        ),
      ),
      h(
        "tbody",
        {},
        Object.entries(run.activations_info).map(([name, one]) =>
          h(
            "tr",
            {},
            h("th", { scope: "row" }, name),
            h("td", {}, h("code", {}, one.formula)),
            h("td", { class: "number" }, num(one.forward, 5)),
            h("td", { class: "number" }, num(one.backward, 5)),
          ),
        ),
      ),
    ),
  );

export function formulas() {
  const shape = run.shapes[run.middleShape];
  return section(
    "formulas",
    prose("formulas.intro"),
    forwardRule(),
    prose("formulas.forward.text"),
    backwardRule(),
    prose("formulas.backward.text"),
    product(),
    prose("formulas.product.text"),
    h(
      "dl",
      { class: "equations" },
      h("dt", {}, "LeCun"),
      h("dd", {}, display(lecun(shape))),
      h("dt", {}, "Xavier/Glorot"),
      h("dd", {}, display(xavier(shape))),
      h("dt", {}, "He/Kaiming"),
      h("dd", {}, display(he(shape))),
      h("dt", {}, t("formulas.bound")),
      h("dd", {}, display(bound())),
    ),
    run.shapes.length > 0 && filled(run.settings[0]),
    run.settings.length > 0 && gains(),
  );
}
