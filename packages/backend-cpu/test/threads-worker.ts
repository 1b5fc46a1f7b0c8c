import { cpu } from "../src/index.ts";
import { outputWords, threadPrograms } from "./thread-programs.ts";

/** Runs some programs on two threads and posts what they give. */
const backend = await cpu({ threads: 2 });
const words: Int32Array[] = [];
for (const sample of threadPrograms.filter((_, i) => i % 3 === 0).slice(0, 8))
  words.push(await outputWords(backend, sample));
postMessage({ threads: backend.capabilities.threads, words });
