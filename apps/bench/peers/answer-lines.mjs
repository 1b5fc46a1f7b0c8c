// A JavaScript peer as a process: `node answer-lines.mjs tfjs wasm`. Identity first, then an answer a line.
import { createInterface } from "node:readline";
import { answerer } from "./answer.mjs";

const say = (answer) => process.stdout.write(`${JSON.stringify(answer)}\n`);
// A library's own log lines must not come between the answers.
for (const level of ["log", "info", "warn", "debug"])
  console[level] = (...what) => process.stderr.write(`${what.join(" ")}\n`);

const [name, backend] = process.argv.slice(2);
const library = await import(`./${name}.mjs`)
  .then(({ openLibrary }) => openLibrary(backend))
  .catch((error) => {
    say({ absent: String(error.message ?? error) });
    process.exit(3);
  });
say(library.identity);
const peakBytes = () => process.resourceUsage().maxRSS * 1024;
const answer = answerer(library, { peakBytes });
for await (const line of createInterface({ input: process.stdin }))
  say(await answer(JSON.parse(line)));
