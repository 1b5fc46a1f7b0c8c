import { expect, test } from "vitest";
import type { BenchRecord } from "./record.ts";
import { runGate, type ColdPair, type GateRun } from "./run-gate.ts";

/** Head and base on one case: base takes 1 ms, head `ratio` of it. */
function pair(id: string, ratio: number, headMebibytes = 100): BenchRecord[] {
  const common = { case: { id, group: "g", params: {} }, status: "ok" } as unknown as BenchRecord;
  const derived = (mebibytes: number): Partial<BenchRecord> => ({
    derived: { peakBytes: mebibytes * 2 ** 20 },
  });
  const paired = { ratio, ciLo: ratio * 0.99, ciHi: ratio * 1.01 } as BenchRecord["paired"];
  const subject = (name: string): BenchRecord["subject"] => ({ name }) as BenchRecord["subject"];
  return [
    { ...common, subject: subject("dl"), ...derived(headMebibytes) },
    { ...common, subject: subject("base"), ...derived(100), ...(paired && { paired }) },
  ];
}

const even: ColdPair = { headNs: [1, 1, 1], baseNs: [1, 1, 1] };

async function gate(changes: Partial<GateRun>): Promise<readonly string[]> {
  return runGate({
    steps: async () => pair("mlp", 1),
    coldStarts: async () => new Map([["mlp", even]]),
    sizes: async () => ({ head: new Map([["app", 1024]]), base: new Map([["app", 1024]]) }),
    maxSlowdown: 1.05,
    say: () => {},
    ...changes,
  });
}

test("passes what is the same, or better", async () => {
  expect(await gate({})).toEqual([]);
  expect(await gate({ steps: async () => pair("mlp", 0.5, 50) })).toEqual([]);
});

test("a slowdown counts when a second run of the case says the same", async () => {
  const asked: (readonly string[] | undefined)[] = [];
  const twice = async (ids?: readonly string[]) => {
    asked.push(ids);
    return [...pair("mlp", 1.2), ...(ids === undefined ? pair("cnn", 1.2) : pair("cnn", 1))];
  };
  expect(await gate({ steps: twice })).toEqual(["mlp: 1.20 [1.19, 1.21] the time of base, twice"]);
  expect(asked).toEqual([undefined, ["mlp", "cnn"]]);
});

test("memory, first steps and sizes are gated too", async () => {
  const slow: ColdPair = { headNs: [2, 2, 2], baseNs: [1, 1, 1] };
  expect(
    await gate({
      steps: async () => pair("mlp", 1, 150),
      coldStarts: async () => new Map([["mlp", slow]]),
      sizes: async () => ({ head: new Map([["app", 2048]]), base: new Map([["app", 1024]]) }),
    }),
  ).toEqual([
    "mlp: peak memory 150 MiB, base 100 MiB",
    "first step of mlp: 2.00 [2.00, 2.00] the time of base, twice",
    "app: 2.0 KiB gzip, base 1.0 KiB",
  ]);
});

test("a case that fails is a fault", async () => {
  const [head] = pair("mlp", 1);
  const failed = { ...head!, status: "error", reason: "no" } as const;
  expect(await gate({ steps: async () => [failed] })).toEqual(["mlp: head failed: no"]);
});
