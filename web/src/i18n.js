// Sentences and numbers in the reader's language. Files for machines (CSV, JSON) never pass here.
import { words } from "../common/words.js";
import en from "./lang/en.js";
import pt from "./lang/pt.js";
import { run } from "./run.js";
import { state } from "./state.js";

export { power } from "../common/words.js";
export const tables = { en, pt };
export const { t, pick, plural, num, percent, list } = words(tables, state);

// What the settings in which schemes compete differ in: activations, unless more varies.
export const settingWord = () => t(run.spec.recipes?.length > 1 ? "setting" : "activation");
