// SPDX-License-Identifier: Apache-2.0

// What YARA-X says of the rules that language_referee.py asks about.
//
//   node yara_x.mjs FOLDER ASKED.json
//
// FOLDER is the npm package @virustotal/yara-x.  The answer has for each case null when
// its rule is refused, or a text for each input: rules, and matches as 0xOFFSET:LENGTH:$NAME.
import fs from 'node:fs';
import path from 'node:path';
import url from 'node:url';

const [folder, asked] = process.argv.slice(2);
const parts = path.join(path.resolve(folder), 'pkg');
const yara = await import(url.pathToFileURL(path.join(parts, 'yara_x_js.js')));
yara.initSync({module: fs.readFileSync(path.join(parts, 'yara_x_js_bg.wasm'))});

function show(rule) {
  const matches = rule.patterns.flatMap(pattern => pattern.matches.map(
    match => `0x${match.offset.toString(16)}:${match.length}:${pattern.identifier}`));
  return [rule.identifier, ...matches];
}

function ask(one) {
  const compiler = new yara.Compiler();
  try {
    for (const name of ['ei', 'ef', 'es']) {
      compiler.defineGlobal(name, one[name]);
    }
    compiler.addSource(one.rule);
    const rules = compiler.build();
    return one.data.map(data => rules.scan(Buffer.from(data, 'hex')).matches
      .flatMap(show).sort().join(' | '));
  } catch {
    return null;
  }
}

const answers = {};
for (const one of JSON.parse(fs.readFileSync(asked))) {
  answers[one.case] = ask(one);
}
console.log(JSON.stringify(answers));
