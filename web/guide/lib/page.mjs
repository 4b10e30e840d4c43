// The frame of every page: header, chapters at the side, the way to the next one.
import { LANGS, word } from "./say.mjs";

const HTML_LANG = { en: "en", pt: "pt-BR" };
export const MORE = ["lessons", "reference", "glossary", "references"];

// Where the playground stands, in this language, and the way back from it.
export const playgroundLink = (slug, settings) =>
  `../playground.html#${new URLSearchParams({ ...settings, from: slug })}`.replaceAll("&", "&amp;");

function side(pages, here, lang, playground) {
  const item = ({ slug, title, number }) =>
    `<li><a href="${slug}.html"${slug === here ? ' aria-current="page"' : ""}>${number ? `<span class="n">${number}</span> ` : ""}${title}</a></li>`;
  const chapters = pages.filter((one) => one.number);
  const more = pages.filter((one) => MORE.includes(one.slug));
  const play = playground ? `<li><a href="${playgroundLink(here, { lang })}">${word("playground", lang)}</a></li>` : "";
  return (
    `<details class="side" open><summary>${word("contents", lang)}</summary><nav aria-label="${word("contents", lang)}">` +
    `<h2>${word("chapters", lang)}</h2><ol>${chapters.map(item).join("")}</ol>` +
    `<h2>${word("more", lang)}</h2><ul>${more.map(item).join("")}${play}</ul></nav></details>`
  );
}

function steps(pages, here, lang) {
  const chapters = pages.filter((one) => one.number);
  const i = chapters.findIndex((one) => one.slug === here);
  if (i < 0) return "";
  const link = (one, key, klass) =>
    one ? `<a class="${klass}" href="${one.slug}.html"><span>${word(key, lang)}</span>${one.title}</a>` : "<span></span>";
  return `<nav class="steps no-print" aria-label="${word("next", lang)}">${link(chapters[i - 1], "previous", "before")}${link(chapters[i + 1], "next", "after")}</nav>`;
}

// page: {slug, title, html, number}; pages: all of its language, in order.
export function frame(page, pages, { lang, playground }) {
  const other = LANGS.find((one) => one !== lang);
  return `<!doctype html>
<html lang="${HTML_LANG[lang]}" data-theme="auto">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'self' 'unsafe-inline' file:; script-src 'self' file:; img-src data:; base-uri 'none'; form-action 'none'">
<title>${page.title} · alvor</title>
<link rel="stylesheet" href="../guide.css">
<link rel="alternate" hreflang="${HTML_LANG[other]}" href="../${other}/${page.slug}.html">
<script src="../guide.js"></script>
</head>
<body>
<a class="skip" href="#text">${word("skip", lang)}</a>
<header>
<a class="brand" href="index.html"><span class="logo" aria-hidden="true"></span><span><b>alvor</b><span class="tagline">${word("title", lang)}</span></span></a>
<div class="tools no-print">
<a class="lang" lang="${HTML_LANG[other]}" hreflang="${HTML_LANG[other]}" href="../${other}/${page.slug}.html">${word("other", lang)}</a>
<button type="button" class="theme" aria-label="${word("theme", lang)}" title="${word("theme", lang)}">◐</button>
</div>
</header>
<div class="layout">
${side(pages, page.slug, lang, playground)}
<main id="text" tabindex="-1">
<article>
<h1>${page.number ? `<span class="n">${page.number}</span>` : ""}${page.title}</h1>
${page.html}
</article>
${steps(pages, page.slug, lang)}
${/<data |class="command"/.test(page.html) ? `<footer><p>${word("made", lang)}</p></footer>` : ""}
</main>
</div>
</body>
</html>
`;
}
