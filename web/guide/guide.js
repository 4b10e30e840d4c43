// Theme, copy buttons, and the folded contents of a phone; the pages read well without it.
(() => {
  const root = document.documentElement;
  const store = {
    get: () => {
      try {
        return localStorage.getItem("alvor-theme");
      } catch {
        return null;
      }
    },
    set: (value) => {
      try {
        localStorage.setItem("alvor-theme", value);
      } catch {
        /* a page from disk may have no storage */
      }
    },
  };
  const kept = store.get();
  if (kept === "dark" || kept === "light") root.dataset.theme = kept;
  const dark = () =>
    root.dataset.theme === "dark" ||
    (root.dataset.theme === "auto" && matchMedia("(prefers-color-scheme: dark)").matches);

  addEventListener("DOMContentLoaded", () => {
    document.querySelector(".theme")?.addEventListener("click", () => {
      root.dataset.theme = dark() ? "light" : "dark";
      store.set(root.dataset.theme);
    });
    for (const button of document.querySelectorAll(".copy"))
      button.addEventListener("click", async () => {
        const text = button.parentElement.querySelector("code").textContent;
        const before = button.textContent;
        try {
          await navigator.clipboard.writeText(text);
          button.textContent = button.dataset.done;
          setTimeout(() => (button.textContent = before), 1500);
        } catch {
          getSelection().selectAllChildren(button.parentElement.querySelector("code"));
        }
      });
    const side = document.querySelector("details.side");
    if (side && matchMedia("(max-width: 64rem)").matches) side.open = false;
    // The playground in the theme that was chosen here.
    for (const link of document.querySelectorAll('a[href*="playground.html#"]'))
      link.addEventListener("click", () => {
        const { theme } = root.dataset;
        if (theme !== "auto") link.href = link.href.replace(/&theme=\w+|$/, `&theme=${theme}`);
      });
    // The same place in the other language: anchors of figures and questions are alike in both.
    const lang = document.querySelector("a.lang");
    lang?.addEventListener("click", () => {
      if (/^#(fig-\d+|questions|text)$/.test(location.hash)) lang.href += location.hash;
    });
  });
})();
