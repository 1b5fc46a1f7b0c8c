import { reference } from "@dl/backend-reference";
import { isFloat, type Backend, type DType } from "@dl/backend";
import { afterAll, describe, expect, it } from "vitest";
import { hasLayout, layoutNames, type LayoutName } from "../op-samples/realize.ts";
import type { OpRecord, Sample } from "../op-samples/record.ts";
import { opRecords } from "../op-samples/records.ts";
import type { BackendAdapter, Check, ConformanceCase, ToleranceException } from "./adapter.ts";
import { difference, exact, float32Tolerance, type Tolerance } from "./compare.ts";
import { testDevice } from "./device-tests.ts";
import {
  evaluate,
  evaluateGradients,
  extremesOf,
  laidOut,
  samplesOf,
  type Named,
  type Target,
} from "./evaluate.ts";
import { writeReport, type Count, type CoverageReport, type OpResults } from "./results.ts";

/**
 * Everything a backend must do, as tests: every operation in every type, layout and mode against
 * float64 on the reference backend, memory, order and errors. One call per backend.
 *
 * A backend that cannot be created here is skipped, unless REQUIRED_BACKENDS (a list with commas)
 * names it.
 */
export async function testBackend(adapter: BackendAdapter): Promise<void> {
  const { name } = adapter;
  let backend: Backend;
  try {
    backend = await adapter.create();
  } catch (error) {
    const isRequired = (process.env["REQUIRED_BACKENDS"] ?? "").split(",").includes(name);
    const test = isRequired ? it : it.skip;
    test(`${name}: can be created`, () => {
      throw new Error(`${name} cannot be created here`, { cause: error });
    });
    return;
  }
  describe(`${name} device`, () => {
    testDevice(adapter);
  });
  describe(`${name} operations`, () => {
    const suite = new Suite(adapter, backend);
    it.each(opRecords.map((record) => [record.name, record] as const))(
      "%s",
      async (_name, record) => {
        const misses = await suite.run(record);
        expect(misses.slice(0, 20), `${misses.length} comparisons missed`).toEqual([]);
      },
    );
    describe.each(opRecords.filter(({ errors }) => errors !== undefined))(
      "$name errors",
      ({ errors }) => {
        it.each(errors!)("$error: $message", async ({ error, message, call }) => {
          const thrown = await Promise.resolve()
            .then(() => call(backend))
            .then(() => undefined)
            .catch((caught: unknown) => caught as Error);
          expect(thrown === undefined ? "nothing" : `${thrown.name}: ${thrown.message}`).toBe(
            `${error}: ${message}`,
          );
        });
      },
    );
    it("meets the tolerance on 99.5 % of forwards and 99 % of gradients", () => {
      const share = suite.shares();
      expect(share("forward"), "forward").toBeGreaterThanOrEqual(0.995);
      expect(share("first"), "first derivatives").toBeGreaterThanOrEqual(0.99);
      expect(share("second"), "second derivatives").toBeGreaterThanOrEqual(0.99);
    });
    it("has no entry that matches nothing", () => {
      if (suite.isWhole) expect(suite.unused()).toEqual([]);
    });
    afterAll(async () => {
      if (suite.isWhole) writeReport(name, suite.report());
      await backend.dispose();
    });
  });
}

/** Samples of forward passes that are also differentiated: all layouts once, second order once. */
const gradientOrders = { first: 1, second: 2 } as const;

class Suite {
  private readonly adapter: BackendAdapter;
  private readonly backend: Backend;
  private readonly oracle = reference();
  private readonly results = new Map<string, OpResults>();
  private readonly used = new Set<object>();

  constructor(adapter: BackendAdapter, backend: Backend) {
    this.adapter = adapter;
    this.backend = backend;
  }

  /** All comparisons of one operation; the unexpected misses. */
  async run(record: OpRecord): Promise<string[]> {
    const checks: Partial<Record<Check, Count>> = {};
    const misses: string[] = [];
    const oracle = new Map<string, Promise<Named>>();
    for (const { tested, sample } of casesOf(record)) {
      const excuse = this.adapter.unsupported?.find(({ matches }) => matches(tested));
      if (excuse !== undefined) {
        this.used.add(excuse);
        continue;
      }
      const count = (checks[tested.check] ??= { met: 0, total: 0 });
      count.total++;
      const problem = await this.compare(record, sample, tested, oracle);
      if (problem === undefined) {
        count.met++;
        continue;
      }
      const exception = this.adapter.exceptions?.find((known) => isMatch(known, tested));
      if (exception !== undefined) this.used.add(exception);
      else
        misses.push(
          `${tested.check} ${tested.dtype} ${tested.layout} ${tested.isEager ? "eager" : "deferred"} (${tested.sample}): ${problem}`,
        );
    }
    this.results.set(record.name, {
      theme: record.theme,
      differentiable: record.differentiable,
      checks,
    });
    return misses;
  }

  private async compare(
    record: OpRecord,
    sample: Sample,
    { check, dtype, layout, isEager }: ConformanceCase,
    oracle: Map<string, Promise<Named>>,
  ): Promise<string | undefined> {
    const inSameType = check === "extremes" || record.isExact === true;
    const plainInputs = laidOut(sample, dtype, layout);
    const key = [
      check,
      sample.name,
      layout === "broadcast",
      isFloat(dtype) && !inSameType ? "float64" : dtype,
    ];
    const run = (inputs: typeof plainInputs, target: Target): Promise<Named> =>
      check === "first" || check === "second"
        ? evaluateGradients(sample, inputs, target, gradientOrders[check])
        : evaluate(sample, inputs, target);
    try {
      let expected = oracle.get(key.join());
      if (expected === undefined) {
        expected = run(plainInputs, {
          backend: this.oracle,
          dtype: isFloat(dtype) && !inSameType ? "float64" : dtype,
          layout: "contiguous",
          isEager: true,
        });
        oracle.set(key.join(), expected);
      }
      const received = await run(sample.inputs, { backend: this.backend, dtype, layout, isEager });
      return firstDifference(received, await expected, toleranceOf(record, check));
    } catch (error) {
      return error instanceof Error ? `${error.name}: ${error.message}` : String(error);
    }
  }

  get isWhole(): boolean {
    return this.results.size === opRecords.length;
  }

  shares(): (check: Check) => number {
    return (check) => {
      let met = 0;
      let total = 0;
      for (const { checks } of this.results.values()) {
        met += checks[check]?.met ?? 0;
        total += checks[check]?.total ?? 0;
      }
      return total === 0 ? 1 : met / total;
    };
  }

  unused(): string[] {
    return [
      ...(this.adapter.unsupported ?? [])
        .filter((entry) => !this.used.has(entry))
        .map(({ reason }) => `unsupported, but nothing matches: ${reason}`),
      ...(this.adapter.exceptions ?? [])
        .filter((entry) => !this.used.has(entry))
        .map(({ op, check, sample }) => `passes now, remove it: ${op} ${check} ${sample ?? ""}`),
    ];
  }

  report(): CoverageReport {
    return {
      backend: this.adapter.name,
      unsupported: (this.adapter.unsupported ?? []).map(({ reason }) => reason),
      exceptions: this.adapter.exceptions ?? [],
      ops: Object.fromEntries(this.results),
    };
  }
}

function toleranceOf(record: OpRecord, check: Check): Tolerance {
  if (record.isExact === true) return exact;
  return check === "extremes" ? { ...float32Tolerance, signedZeros: true } : float32Tolerance;
}

function isMatch(known: ToleranceException, tested: ConformanceCase): boolean {
  return (
    known.op === tested.op &&
    known.check === tested.check &&
    (known.sample ?? tested.sample) === tested.sample
  );
}

function firstDifference(
  received: Named,
  expected: Named,
  tolerance: Tolerance,
): string | undefined {
  if (received.length !== expected.length)
    return `${received.length} results, expected ${expected.length}`;
  for (const [i, [name, values]] of expected.entries()) {
    const found = difference(name, received[i]![1], values, tolerance);
    if (found !== undefined) return found;
  }
  return undefined;
}

function* casesOf(record: OpRecord): Generator<{ tested: ConformanceCase; sample: Sample }> {
  const dtypes: readonly DType[] = record.dtypes ?? ["float32", "float64"];
  for (const sample of samplesOf(record)) {
    const layouts = layoutNames.filter(
      (layout) =>
        layout === "contiguous" || sample.inputs.some((input) => hasLayout(input, layout)),
    );
    const made = (
      check: Check,
      dtype: DType,
      layout: LayoutName,
      isEager: boolean,
    ): { tested: ConformanceCase; sample: Sample } => ({
      tested: { op: record.name, sample: sample.name, check, dtype, layout, isEager },
      sample,
    });
    for (const dtype of dtypes)
      for (const layout of layouts)
        for (const isEager of [false, true])
          // The layouts are the same for all types, and the modes for all layouts: not every triple.
          if (!isEager || layout === "contiguous" || dtype === "float32")
            yield made("forward", dtype, layout, isEager);
    const hasGradient =
      record.differentiable === true &&
      sample.hasGradient !== false &&
      sample.inputs.some(({ role }) => role === "real");
    if (!hasGradient) continue;
    for (const dtype of dtypes.filter(isFloat)) {
      for (const layout of layouts)
        if (dtype === "float32" || layout === "contiguous")
          yield made("first", dtype, layout, layout === "contiguous");
      yield made("first", dtype, "contiguous", false);
      if (record.secondDerivative === undefined) yield made("second", dtype, "contiguous", false);
    }
  }
  for (const sample of extremesOf(record))
    for (const isEager of [false, true])
      yield {
        tested: {
          op: record.name,
          sample: sample.name,
          check: "extremes",
          dtype: "float32",
          layout: "contiguous",
          isEager,
        },
        sample,
      };
}
