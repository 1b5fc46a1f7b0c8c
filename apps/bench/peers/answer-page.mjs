// A JavaScript peer in a page that src/chromium.ts drives through globalThis.bench.
import { watchGpuCalls } from "../src/gpu-calls.ts";
import { answerer } from "./answer.mjs";

/** Must run before the library makes its device. */
export function serveInPage(openLibrary) {
  const calls = watchGpuCalls();
  let answer;
  globalThis.bench = {
    async open(backend) {
      const library = await openLibrary(backend);
      answer = answerer(library, { watch: calls.totals });
      return { ...library.identity, ...calls.adapter() };
    },
    block: (request) => answer(request),
  };
}
