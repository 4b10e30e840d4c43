// Runs the module's self-test and prints one hash per case, as the native program does.
import { readFileSync } from "node:fs";

const { instance } = await WebAssembly.instantiate(readFileSync(process.argv[2]), {});
for (let which = 0; which < 3; which++) {
  const hash = BigInt.asUintN(64, instance.exports.alvor_selftest(which));
  console.log(hash.toString(16).padStart(16, "0"));
}
