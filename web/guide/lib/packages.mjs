// The pinned packages, from the directory where npm put them (a build directory, not this one).
import { createRequire } from "node:module";
import { join, resolve } from "node:path";
import { pathToFileURL } from "node:url";

export const modules = resolve(process.argv[2]);
const find = createRequire(join(modules, "here.js"));
const load = (name) => import(pathToFileURL(find.resolve(name)).href);

export const Plot = await load("@observablehq/plot");
export const { parseHTML } = await load("linkedom");
export const temml = (await load("temml")).default;
export const MarkdownIt = (await load("markdown-it")).default;
