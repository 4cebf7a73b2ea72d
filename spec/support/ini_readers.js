// What the AWS SDK for JavaScript reads: ini_readers.js IN OUT.
//
// IN has one document a line, in hex. OUT gets one JSON value a line: { sections: { name: { key: value } } }, names with
// the prefix joined by a dot and nested keys as "block.key", as the loader has them; sections without keys are not there.
const fs = require("fs");
const os = require("os");
const path = require("path");
const { loadSharedConfigFiles } = require("@smithy/shared-ini-file-loader");

async function main(documents, answers) {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), "ini-"));
  const file = path.join(folder, "config");
  const lines = [];
  for (const hex of fs.readFileSync(documents, "latin1").split("\n").slice(0, -1)) {
    fs.writeFileSync(file, Buffer.from(hex, "hex"));
    const read = await loadSharedConfigFiles({ filepath: file, configFilepath: file, ignoreCache: true });
    lines.push(JSON.stringify({ sections: read.credentialsFile }) + "\n");
  }
  fs.writeFileSync(answers, lines.join(""));
  fs.rmSync(folder, { recursive: true });
}

main(process.argv[2], process.argv[3]);
