// The marks of Observable Plot that the page draws with; the bundler leaves the others out.
export {
  areaY,
  cell,
  dot,
  line,
  plot,
  pointer,
  pointerX,
  pointerY,
  rect,
  rectY,
  ruleX,
  ruleY,
  text,
  tickX,
  tip,
} from "@observablehq/plot";
