import { reference } from "@dl/backend-reference";
import type { BenchCase, Values } from "./cases/bench-case.ts";
import { compareResults, type CheckResult } from "./check.ts";
import type { BlockRequest, Subject } from "./subject.ts";

/** What a peer is given for a small case, and what it must answer. */
export interface Oracle {
  readonly request: Omit<BlockRequest, "threads">;
  readonly expected: readonly Values[];
}

/** So that an update with wrong gradients shows in a later loss. */
const trainingSteps = 3;

/** The case by plain loops in float64: the losses of a few steps, or an operation's whole result. */
export async function makeOracle(bench: BenchCase): Promise<Oracle> {
  const backend = reference();
  try {
    const params = { ...bench.params, ...bench.checkParams };
    const setting = { backend, dtype: "float64" } as const;
    const work = bench.build(setting, { ...params, fixedNoise: 1 });
    const given = await Promise.all(work.given.map(async (t) => encodeFloats(await t.data())));
    const losses: number[] = [];
    let steps = 1;
    for (let step = 0; step < steps; step++) {
      const loss = await work.step();
      if (loss === undefined) continue;
      losses.push(loss);
      steps = trainingSteps;
    }
    return {
      request: { case: bench.id, kind: bench.kind, params, steps, given },
      expected: losses.length > 0 ? [losses] : await work.results(),
    };
  } finally {
    await backend.dispose();
  }
}

/** @throws {Error} if the peer cannot do the case, or gives other numbers. */
export async function checkPeer(
  { request, expected }: Oracle,
  peer: Subject,
): Promise<CheckResult> {
  const answer = await peer.block({ ...request, threads: peer.identity.threads[0]! });
  if (answer.error !== undefined) throw new Error(answer.error);
  const result = compareResults((answer.results ?? []).map(decodeFloats), expected);
  if (!result.ok)
    throw new Error(`wrong numbers: off by ${result.maxRel.toPrecision(2)} from float64`);
  return result;
}

function encodeFloats(values: ArrayLike<number>): string {
  return Buffer.from(Float32Array.from(values).buffer).toString("base64");
}

function decodeFloats(text: string): Float32Array {
  return new Float32Array(Uint8Array.from(Buffer.from(text, "base64")).buffer);
}
