// Language and theme, on any page: two switches, and what they set on the document.
import { h } from "../src/dom.js";

const HTML_LANG = { en: "en", pt: "pt-BR" };

// state: {lang: "en" or "pt", theme: "auto", "light" or "dark"}; set(changes) redraws; t speaks.
export function makeFrame({ state, set, t }) {
  const button = (attributes, text) => h("button", { type: "button", ...attributes }, text);

  const language = (lang) =>
    button(
      { lang, "aria-pressed": String(state.lang === lang), onclick: () => set({ lang }) },
      lang.toUpperCase(),
    );

  const dark = () =>
    state.theme === "dark" ||
    (state.theme === "auto" && matchMedia("(prefers-color-scheme: dark)").matches);

  const theme = () =>
    button(
      {
        class: "theme",
        "aria-pressed": String(dark()),
        "aria-label": t("theme"),
        title: t("theme"),
        onclick: () => set({ theme: dark() ? "light" : "dark" }),
      },
      dark() ? "☀" : "☾",
    );

  const switches = () => [
    h(
      "span",
      { class: "choice", role: "group", "aria-label": t("language") },
      Object.keys(HTML_LANG).map(language),
    ),
    theme(),
  ];

  function dress() {
    document.documentElement.lang = HTML_LANG[state.lang];
    document.documentElement.dataset.theme = state.theme;
  }

  return { switches, dress };
}

// The language that the reader's browser asks for.
export const browserLanguage = () =>
  navigator.language?.toLowerCase().startsWith("pt") ? "pt" : "en";
