import { reference } from "@dl/backend-reference";
import { isFloat, type Backend } from "@dl/backend";
import type { OpRecord, Sample } from "../op-samples/record.ts";
import type { BackendAdapter, Check, ConformanceCase, ToleranceException } from "./adapter.ts";
import { casesOf } from "./cases.ts";
import { difference, exact, pytorchTolerances, type Tolerance } from "./compare.ts";
import { evaluate, evaluateGradients, laidOut, type Named, type Target } from "./evaluate.ts";
import type { Count, CoverageReport, OpResults } from "./results.ts";

/** Samples of forward passes that are also differentiated: all layouts once, second order once. */
const gradientOrders = { first: 1, second: 2 } as const;

/**
 * Compares a backend with the reference, operation by operation, and keeps count. It knows no test
 * runner, so that it runs in a worker as well.
 */
export class Suite {
  private readonly adapter: BackendAdapter;
  private readonly backend: Backend;
  private readonly exceptions: readonly ToleranceException[];
  private readonly oracle = reference();
  private readonly results = new Map<string, OpResults>();
  private readonly used = new Set<object>();

  private constructor(
    adapter: BackendAdapter,
    backend: Backend,
    exceptions: readonly ToleranceException[],
  ) {
    this.adapter = adapter;
    this.backend = backend;
    this.exceptions = exceptions;
  }

  static async of(adapter: BackendAdapter, backend: Backend): Promise<Suite> {
    return new Suite(adapter, backend, (await adapter.exceptions?.(backend)) ?? []);
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
      const exception = this.exceptions.find((known) => isMatch(known, tested));
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
      return firstDifference(received, await expected, this.tolerance(record, check));
    } catch (error) {
      return error instanceof Error ? `${error.name}: ${error.message}` : String(error);
    }
  }

  /** Operations run so far. */
  get count(): number {
    return this.results.size;
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

  /** Entries of the adapter for the operations run that matched nothing. */
  unused(): string[] {
    return [
      ...(this.adapter.unsupported ?? [])
        .filter((entry) => !this.used.has(entry))
        .map(({ reason }) => `unsupported, but nothing matches: ${reason}`),
      ...this.exceptions
        .filter((entry) => this.results.has(entry.op) && !this.used.has(entry))
        .map(({ op, check, sample }) => `passes now, remove it: ${op} ${check} ${sample ?? ""}`),
    ];
  }

  private tolerance(record: OpRecord, check: Check): Tolerance {
    if (record.isExact === true) return exact;
    const { forward, gradient } = this.adapter.tolerances ?? pytorchTolerances;
    if (check === "extremes") return { ...forward, signedZeros: true };
    return check === "forward" ? forward : gradient;
  }

  report(): CoverageReport {
    return {
      backend: this.adapter.name,
      tolerances: this.adapter.tolerances ?? pytorchTolerances,
      unsupported: (this.adapter.unsupported ?? []).map(({ reason }) => reason),
      exceptions: this.exceptions,
      ops: Object.fromEntries(this.results),
    };
  }
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
