// 15. Everything that is needed to get these numbers again.
import { h } from "../dom.js";
import { num, t } from "../i18n.js";
import { prose, section } from "../parts.js";
import { run } from "../run.js";
import { commandOf } from "./setup.js";

const pretty = (text) => {
  try {
    return JSON.stringify(JSON.parse(text), null, 2);
  } catch {
    return text;
  }
};

// Numbers that a double cannot hold keep their digits: the file's own text is shown then.
const exact = (text) => (/\d{16,}/.test(text) ? text : pretty(text));

const file = (name, text) =>
  h(
    "details",
    {},
    h("summary", {}, h("code", {}, name)),
    h("pre", { class: "scroll", tabindex: 0 }, exact(text)),
  );

export function reproducibility() {
  const seeds = [...new Set(run.compare.flatMap((one) => one.trials.map((trial) => trial[0])))];
  const command = commandOf();
  return section(
    "reproducibility",
    prose("reproducibility.intro"),
    h(
      "dl",
      { class: "facts" },
      Object.entries(run.meta).map(([key, value]) => [
        h("dt", {}, t.has(`meta.${key}`) ? t(`meta.${key}`) : key),
        h("dd", {}, h("code", {}, value)),
      ]),
      h("dt", {}, t("seeds")),
      h("dd", {}, seeds.join(", ")),
      h("dt", {}, t("reproducibility.trials")),
      h("dd", {}, num(run.groups.reduce((sum, one) => sum + one.n, 0))),
      command && [h("dt", {}, t("reproducibility.command")), h("dd", {}, h("code", {}, command))],
    ),
    file("spec.json", run.spec_text),
    file("env.json", run.env_text),
    h("p", { class: "small" }, t("reproducibility.page", { version: run.version })),
  );
}
