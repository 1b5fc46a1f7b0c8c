// The protocol of src/process-subject.ts, for libraries that run in Node: identity first, then blocks.
import { createInterface } from "node:readline";

const say = (answer) => process.stdout.write(`${JSON.stringify(answer)}\n`);
// A library's own log lines must not come between the answers.
for (const level of ["log", "info", "warn", "debug"])
  console[level] = (...what) => process.stderr.write(`${what.join(" ")}\n`);

/** `open()` gives { identity, kinds }; a kind builds an async step from a case's params. */
export async function answerBlocks(open) {
  let library;
  try {
    library = await open();
  } catch (error) {
    say({ absent: String(error.message ?? error) });
    process.exit(3);
  }
  say({ ...library.identity, dtype: "float32" });
  let ready = { key: "", step: undefined };
  for await (const line of createInterface({ input: process.stdin })) {
    const request = JSON.parse(line);
    try {
      const key = request.case + JSON.stringify(request.params);
      if (ready.key !== key) {
        ready = { key: "", step: undefined };
        const build = library.kinds[request.kind];
        if (build === undefined)
          throw new Error(`${library.identity.lib} has no ${request.kind} here`);
        ready = { key, step: await build(request.params) };
      }
      const ns = [];
      let loss;
      for (let i = 0; i < request.steps; i++) {
        const started = performance.now();
        loss = await ready.step();
        ns.push(Math.round((performance.now() - started) * 1e6));
      }
      say({ ns, loss: loss ?? null, peakBytes: process.resourceUsage().maxRSS * 1024 });
    } catch (error) {
      ready = { key: "", step: undefined };
      say({
        ns: [],
        error: String(error.message ?? error)
          .split("\n")[0]
          .slice(0, 300),
      });
    }
  }
}
