// Elements from plain calls. Text always becomes text nodes, so that names from a run are inert.

const NAMESPACES = {
  svg: "http://www.w3.org/2000/svg",
  math: "http://www.w3.org/1998/Math/MathML",
};

function append(parent, child) {
  if (child === null || child === undefined || child === false) return;
  if (Array.isArray(child)) child.forEach((one) => append(parent, one));
  else parent.append(child);
}

function element(node, attributes, children) {
  for (const [name, value] of Object.entries(attributes ?? {})) {
    if (value === null || value === undefined || value === false) continue;
    if (name.startsWith("on")) node.addEventListener(name.slice(2), value);
    else node.setAttribute(name, value === true ? "" : value);
  }
  append(node, children);
  return node;
}

export const h = (tag, attributes, ...children) =>
  element(document.createElement(tag), attributes, children);

export const svg = (tag, attributes, ...children) =>
  element(document.createElementNS(NAMESPACES.svg, tag), attributes, children);

// MathML: m("mfrac", m("mn", "1"), m("mi", "n"))
export const m = (tag, ...children) =>
  element(document.createElementNS(NAMESPACES.math, tag), {}, children);

// "a *b* c `d` n_in" -> a <em>b</em> c <code>d</code> n<sub>in</sub>: the only markup of the
// language tables.
export function rich(text) {
  return text.split(/(\*[^*]+\*|`[^`]+`|n_in|n_out)/).map((part) => {
    if (part === "n_in" || part === "n_out") return [h("i", {}, "n"), h("sub", {}, part.slice(2))];
    if (part.startsWith("*") && part.length > 2) return h("em", {}, part.slice(1, -1));
    if (part.startsWith("`") && part.length > 2) return h("code", {}, part.slice(1, -1));
    return part;
  });
}

export function download(name, type, text) {
  const url = URL.createObjectURL(new Blob([text], { type }));
  const link = h("a", { href: url, download: name });
  document.body.append(link);
  link.click();
  link.remove();
  setTimeout(() => URL.revokeObjectURL(url), 10000);
}
