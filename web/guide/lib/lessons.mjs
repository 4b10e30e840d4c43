// The lessons' pages, from `alvor lesson N --json`: the same data that the terminal shows.
import { num, word } from "./say.mjs";
import { escape } from "./text.mjs";

const SAY = {
  about: ["Run an experiment in the terminal, guess, and see why.", "Faça um experimento no terminal, arrisque um palpite e veja por quê."],
  intro: [
    "Each lesson takes seconds: it trains a few networks, shows what happened, asks one question and explains. In the terminal it waits for your answer; with --teacher it adds the key and notes for class.",
    "Cada lição leva segundos: treina algumas redes, mostra o que houve, faz uma pergunta e explica. No terminal, ela espera a sua resposta; com --teacher, acrescenta o gabarito e notas para a aula.",
  ],
  row: ["network", "rede"],
  teacher: ["For the teacher", "Para quem ensina"],
};
const say = (key, lang) => SAY[key][lang === "pt" ? 1 : 0];

function table(rows, lang) {
  const cell = (x) => `<td class="number">${x === null ? "∞" : num(x, lang, 3, true)}</td>`;
  const row = (one) =>
    `<tr><th scope="row"><code>${escape(one.name[lang])}</code></th>${["start", "forward", "backward", "loss"].map((key) => cell(one[key])).join("")}</tr>`;
  const heads = [say("row", lang), ...["initial", "forward", "backward", "final"].map((key) => word(key, lang))];
  return `<div class="scroll" tabindex="0" role="region" aria-label="${say("row", lang)}"><table><thead><tr>${heads
    .map((text) => `<th scope="col">${text}</th>`)
    .join("")}</tr></thead><tbody>${rows.map(row).join("")}</tbody></table></div>`;
}

function section(lesson, lang) {
  const key = "abc"[lesson.right];
  const choices = lesson.choices.map((one) => `<li>${escape(one[lang])}</li>`).join("");
  return (
    `<h2 id="${lesson.name}">${lesson.number}. ${escape(lesson.title[lang])}</h2><p>${escape(lesson.idea[lang])}</p>` +
    `<div class="command"><span class="label">${word("command", lang)}</span><pre tabindex="0"><code>alvor lesson ${lesson.number}${lang === "pt" ? " --lang pt" : ""}</code></pre></div>` +
    table(lesson.rows, lang) +
    `<div class="question"><p>${escape(lesson.question[lang])}</p><ol type="a">${choices}</ol>` +
    `<details><summary>${word("answer", lang)}</summary><p><b>${key})</b> ${escape(lesson.because[lang])}</p></details>` +
    `<details><summary>${say("teacher", lang)}</summary><p>${escape(lesson.teacher[lang])}</p></details></div>`
  );
}

export function lessonPages(lang, lab) {
  const lessons = lab.ask("lesson").lessons.map(({ number }) => lab.ask(`lesson ${number}`));
  return [
    {
      slug: "lessons",
      title: word("lessons", lang),
      about: say("about", lang),
      html: `<p>${escape(say("intro", lang)).replace("--teacher", "<code>$&</code>")}</p>${lessons.map((one) => section(one, lang)).join("")}`,
    },
  ];
}
