// Answers requests for blocks, in Node and in pages: the side of src/subject.ts that a peer sees.
import { arraySource, encodeFloats } from "./arrays.mjs";

/**
 * `library` is { identity, kinds, arrays }; a kind builds { step, results? } from a case's params and
 * an array source. `watch()` reads counters of the GPU's calls, where there are any.
 */
export function answerer(library, { watch = () => undefined, peakBytes = () => undefined } = {}) {
  let ready = { key: "", work: undefined };
  const build = (request) => {
    const make = library.kinds[request.kind];
    if (make === undefined) throw new Error(`${library.identity.lib} has no ${request.kind} here`);
    const refusal = library.cannot?.[request.kind];
    if (refusal !== undefined) throw new Error(refusal);
    return make(request.params, arraySource(library.arrays, request.given));
  };
  const work = async (request) => {
    if (request.given !== undefined) return build(request);
    const key = request.case + JSON.stringify(request.params);
    if (ready.key !== key) ready = { key, work: await build(request) };
    return ready.work;
  };
  return async (request) => {
    try {
      const { step, results } = await work(request);
      const [ns, losses] = [[], []];
      const before = watch();
      for (let i = 0; i < request.steps; i++) {
        const started = performance.now();
        losses.push(await step());
        ns.push(Math.round((performance.now() - started) * 1e6));
      }
      const after = watch();
      return {
        ns,
        loss: losses.at(-1) ?? null,
        peakBytes: peakBytes(),
        ...(before !== undefined && { gpu: [before, after] }),
        ...(request.given !== undefined && {
          results: (results === undefined ? [losses] : await results()).map(encodeFloats),
        }),
      };
    } catch (error) {
      ready = { key: "", work: undefined };
      return {
        ns: [],
        error: String(error?.message ?? error)
          .split("\n")[0]
          .slice(0, 300),
      };
    }
  };
}
