// SPDX-License-Identifier: Apache-2.0

// tuf-js, a client of TUF that npm has, under the protocol of TUF's conformance suite: a
// second opinion on what tests/cli/tuf_*.py asks of tests/tuf_client.
//
//   node tuf_js.mjs FOLDER --metadata-dir D init ROOT.json
//   node tuf_js.mjs FOLDER --metadata-dir D --metadata-url URL refresh
//   node tuf_js.mjs FOLDER --metadata-dir D --metadata-url URL --target-name PATH
//                   --target-base-url URL --target-dir DIR download
//
// FOLDER is where npm put tuf-js.  0: it was done; 1: it was not, and standard error says
// why.  SOURCE_DATE_EPOCH, where it is set, is the time.
import fs from 'node:fs';
import path from 'node:path';
import {createRequire} from 'node:module';

const [folder, ...words] = process.argv.slice(2);
const options = {};
while (words.length > 1 && words[0].startsWith('--')) {
  options[words.shift()] = words.shift();
}

const seconds = process.env.SOURCE_DATE_EPOCH;
if (seconds !== undefined) {
  const Clock = Date;
  globalThis.Date = class extends Clock {
    constructor(...when) {
      super(...(when.length === 0 ? [Number(seconds) * 1000] : when));
    }
    static now() {
      return Number(seconds) * 1000;
    }
  };
}
const {Updater} = createRequire(import.meta.url)(path.resolve(folder));

// What is there already is not fetched again, as a client with a cache does.
async function download(updater) {
  const target = await updater.getTargetInfo(options['--target-name']);
  if (target === undefined) {
    throw new Error('no role has this target');
  }
  const place = path.join(options['--target-dir'],
                          encodeURIComponent(options['--target-name']));
  if (await updater.findCachedTarget(target, place) === undefined) {
    await updater.downloadTarget(target, place, options['--target-base-url']);
  }
}

async function run() {
  const metadataDir = options['--metadata-dir'];
  if (words[0] === 'init') {
    fs.copyFileSync(words[1], path.join(metadataDir, 'root.json'));
    return;
  }
  const updater = new Updater({metadataDir, metadataBaseUrl: options['--metadata-url'],
                               config: {fetchRetry: 0}});
  await updater.refresh();
  if (words[0] === 'download') {
    await download(updater);
  } else if (words[0] !== 'refresh') {
    throw new Error('init, refresh or download');
  }
}

try {
  await run();
} catch (error) {
  console.error(`${error.name}: ${error.message}`);
  process.exitCode = 1;
}
