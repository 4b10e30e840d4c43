// What the builds of all pages share: esbuild, the licences of what it took in, one HTML file.
import { createHash } from "node:crypto";
import { existsSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";

// modules: the folder with the packages.
export function bundler(modules) {
  const esbuild = createRequire(join(modules, "here.js"))("esbuild");
  const texts = new Set(); // licences, each once: they ask to travel with every copy

  function notice({ outputs }) {
    const inputs = Object.values(outputs).flatMap((output) => Object.entries(output.inputs));
    for (const [path, { bytesInOutput }] of inputs) {
      const name = bytesInOutput > 0 && path.match(/.*node_modules\/((?:@[^/]+\/)?[^/]+)\//)?.[1];
      const file = name && join(modules, name, "LICENSE");
      if (name && !existsSync(file)) throw new Error(`${name} has no LICENSE to pass on`);
      if (name) texts.add(readFileSync(file, "utf8").trim());
    }
  }

  // Licences that differ in their first line only (years, holders) share one text.
  function licences() {
    const byBody = new Map();
    for (const text of texts) {
      const [first, ...rest] = text.split("\n");
      const body = rest.join("\n").trim();
      byBody.set(body, [...(byBody.get(body) ?? []), first]);
    }
    const all = [...byBody].map(
      ([body, heads]) => `${[...new Set(heads)].sort().join("\n")}\n\n${body}`,
    );
    return all.sort().join("\n\n----\n\n").replace(/--+>?/g, "-");
  }

  // The text of a script or style with everything that it imports; safe inside its own element.
  async function bundle(entry, options) {
    const result = await esbuild.build({
      entryPoints: [entry],
      bundle: true,
      minify: true,
      write: false,
      charset: "utf8",
      target: "es2021",
      legalComments: "none",
      nodePaths: [modules],
      logLevel: "warning",
      metafile: true,
      ...options,
    });
    notice(result.metafile);
    const text = result.outputFiles[0].text.trim();
    if (/<\/(script|style)/i.test(text)) throw new Error(`${entry} would end its own element`);
    return text;
  }

  const hash = (script) => `sha256-${createHash("sha256").update(script).digest("base64")}`;

  // The page with its @build:names@ filled in.
  const fill = (page, parts) => page.replace(/@build:(\w+)@/g, (whole, name) => parts[name]);

  return { bundle, licences, hash, fill };
}
