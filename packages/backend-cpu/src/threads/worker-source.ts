import { controlWords, spinMilliseconds } from "./control-words.ts";

/**
 * What a worker runs, as text, so that no bundler has to find a file: in Node evaluated as CommonJS, in
 * browsers a classic script.
 *
 * It takes parts of jobs while there are any, then spins, then sleeps. Modules come as messages, which
 * only a worker that has left its loop receives: it leaves when a job comes after modules it lacks.
 */
export function workerSource(): string {
  const { job, done, modules, parked, callerSleeps, parts } = controlWords;
  return `"use strict";
const port = typeof require === "function" ? require("node:worker_threads").parentPort : self;
let memory, words;
let moduleCount = 0;
const functions = [];

function runPart(part) {
  let at = words[${parts} + 2 * part];
  const end = words[${parts} + 2 * part + 1];
  if (end > words.length) words = new Int32Array(memory.buffer);
  const w = words;
  while (at < end) {
    const target = functions[w[at]];
    const next = at + 2 + w[at + 1];
    target(w[at + 2], w[at + 3], w[at + 4], w[at + 5], w[at + 6], w[at + 7], w[at + 8],
      w[at + 9], w[at + 10], w[at + 11], w[at + 12], w[at + 13], w[at + 14]);
    at = next;
  }
  Atomics.add(words, ${done}, 1);
  if (Atomics.load(words, ${callerSleeps}) === 1) Atomics.notify(words, ${done});
}

function serve() {
  for (;;) {
    let until = performance.now() + ${spinMilliseconds};
    let state;
    for (let spins = 1; ; spins++) {
      state = Atomics.load(words, ${job});
      const part = state & 255;
      if (part < state >>> 8) {
        if (Atomics.load(words, ${modules}) !== moduleCount) return;
        if (Atomics.compareExchange(words, ${job}, state, state + 1) !== state) continue;
        runPart(part);
        until = 0;
      } else if ((spins & 63) === 0) {
        const now = performance.now();
        if (until === 0) until = now + ${spinMilliseconds};
        else if (now > until) break;
      }
    }
    Atomics.add(words, ${parked}, 1);
    Atomics.wait(words, ${job}, state);
    Atomics.sub(words, ${parked}, 1);
  }
}

function receive(message) {
  if (message.memory !== undefined) {
    memory = message.memory;
    words = new Int32Array(memory.buffer);
    port.postMessage("ready");
  }
  for (const { module, names } of message.modules) {
    const instance = new WebAssembly.Instance(module, { env: { memory } });
    for (const name of names) functions.push(instance.exports[name]);
    moduleCount++;
  }
  if (Atomics.load(words, ${modules}) === moduleCount) serve();
}

if (port === globalThis.self) port.onmessage = (event) => receive(event.data);
else port.on("message", receive);
`;
}
