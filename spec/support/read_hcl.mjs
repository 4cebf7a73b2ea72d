// Reads HCL texts as HashiCorp's own parser does (compiled to wasm): one JSON string a line in, one JSON value a line
// out: {error} with the parser's words, or {tree} of [kind, ...] as in read_yaml.py. What the parser leaves to be
// evaluated comes as a string with "${"; a literal "${" comes escaped.
import { createInterface } from "node:readline";
import { parse } from "@cdktf/hcl2json";

function tree(value) {
  if (value === null) return ["null"];
  if (Array.isArray(value)) return ["list", value.map(tree)];
  if (typeof value === "object") return ["map", Object.keys(value).map((key) => [key, tree(value[key])])];
  return [typeof value, String(value)];
}

for await (const line of createInterface({ input: process.stdin })) {
  try {
    console.log(JSON.stringify({ tree: tree(await parse("x.tfvars", JSON.parse(line))) }));
  } catch (error) {
    console.log(JSON.stringify({ error: String(error.message ?? error) }));
  }
}
process.exit(0);
