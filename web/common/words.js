// Sentences and numbers in the reader's language, for any page. Files for machines (CSV, JSON)
// never pass here.
const INDEX = { en: 0, pt: 1 };

const superscript = (n) =>
  String(n).replace(/[-\d]/g, (c) => "⁻⁰¹²³⁴⁵⁶⁷⁸⁹"["-0123456789".indexOf(c)]);

export const power = (exponent) => `10${superscript(exponent)}`;

// tables: {en: {key: sentence}, pt: ...}; state.lang says which of them is spoken.
export function words(tables, state) {
  // The sentence of a key with its {holes} filled. A missing key shows itself: a test looks for it.
  function t(key, values = {}) {
    const text = tables[state.lang][key];
    if (text === undefined) return `[[${key}]]`;
    return text.replace(/\{(\w+)\}/g, (whole, name) => values[name] ?? whole);
  }
  t.has = (key) => key in tables[state.lang];

  // Texts that come from the C side in both languages: [en, pt].
  const pick = (pair) => pair?.[INDEX[state.lang]] ?? "";

  // t with a singular and a plural key: "trials.one", "trials.many".
  const plural = (key, n, values = {}) =>
    t(`${key}.${n === 1 ? "one" : "many"}`, { n: num(n), ...values });

  const locale = () => (state.lang === "pt" ? "pt-BR" : "en-US");

  // 0.0123, 1,234, 4 × 10⁻⁶; a dash where there is no number. padded: 1.10, not 1.1, for columns.
  function num(x, digits = 3, padded = false) {
    if (x === null || x === undefined || Number.isNaN(x)) return "–";
    if (!Number.isFinite(x)) return x < 0 ? "−∞" : "∞";
    const size = Math.abs(x);
    if (x !== 0 && (size < 1e-3 || size >= 1e6)) {
      const [mantissa, exponent] = x.toExponential(Math.max(0, digits - 2)).split("e");
      const factor = Number(mantissa).toLocaleString(locale(), { minimumFractionDigits: 0 });
      return `${factor} × ${power(Number(exponent))}`.replace("-", "−");
    }
    const whole = Number.isInteger(x) && size < 1e6;
    const options = whole
      ? {}
      : { maximumSignificantDigits: digits, minimumSignificantDigits: padded ? digits : 1 };
    return x.toLocaleString(locale(), options).replace("-", "−");
  }

  const percent = (x, digits = 3) =>
    x === null || x === undefined
      ? "–"
      : `${num(100 * x, digits)}${state.lang === "pt" ? " %" : "%"}`;

  // "a, b and c"
  const list = (items) =>
    new Intl.ListFormat(locale(), { type: "conjunction" }).format(items.map(String));

  return { t, pick, plural, num, percent, list };
}
