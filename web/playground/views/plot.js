// The marks of Observable Plot that this page draws with; the bundler leaves the others out.
export { areaY, dot, line, plot, ruleY, text } from "@observablehq/plot";
