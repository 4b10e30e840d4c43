// Runs the module's self-test and prints one hash per case, as the native program does.
import { readFileSync } from "node:fs";

const { instance } = await WebAssembly.instantiate(readFileSync(process.argv[2]), {});
for (let which = 0; which < 7; which++) {
  const hash = BigInt.asUintN(64, instance.exports.alvor_selftest(which));
  console.log(hash.toString(16).padStart(16, "0"));
}
const hex = (hash) => BigInt.asUintN(64, hash).toString(16).padStart(16, "0");
for (let i = 0; instance.exports.alvor_fill_hash(i, 0) !== 0n; i++)
  for (let dtype = 0; dtype < 6; dtype++)
    console.log("fill " + hex(instance.exports.alvor_fill_hash(i, dtype)));
