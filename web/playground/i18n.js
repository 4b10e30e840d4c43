// Sentences and numbers of this page.
import { words } from "../common/words.js";
import en from "./lang/en.js";
import pt from "./lang/pt.js";
import { state } from "./state.js";

export { power } from "../common/words.js";
export const { t, pick, plural, num, percent, list } = words({ en, pt }, state);
