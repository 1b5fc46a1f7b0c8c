import type { Backend } from "@dl/backend";
import { afterAll, describe, expect, it } from "vitest";
import type { BackendAdapter } from "./adapter.ts";
import { testDevice } from "./device-tests.ts";
import { testIntegerArithmetic } from "./integer-arithmetic.ts";
import { testNumberOperands } from "./number-operands.ts";
import { everything, recordsIn, type Part } from "./part.ts";
import type { CoverageReport } from "./results.ts";
import { Suite } from "./suite.ts";

interface ViteMeta {
  readonly env: Readonly<Record<string, string | undefined>>;
}

interface TestOptions {
  /** The share of the operations to test, so that files run side by side: all of them when absent. */
  readonly part?: Part;
  /** Only operations of this theme. */
  readonly theme?: string;
  /** Called once all operations asked for were compared. */
  readonly onReport?: (report: CoverageReport) => void;
}

/** A software adapter compiles hundreds of pipelines for some operations, and may have half a core. */
const patience = 240_000;

/**
 * Everything a backend must do, as tests: every operation in every type, layout and mode against
 * float64 on the reference backend, memory, order and errors. One call per backend.
 *
 * A backend that cannot be created here is skipped, unless REQUIRED_BACKENDS (a list with commas)
 * names it.
 */
export async function testBackend(
  adapter: BackendAdapter,
  { part = everything, theme, onReport }: TestOptions = {},
): Promise<void> {
  const { name } = adapter;
  const backend = await createOrSkip(adapter);
  if (backend === undefined) return;
  const records = recordsIn(part).filter((record) => theme === undefined || record.theme === theme);
  const suite = await Suite.of(adapter, backend);
  describe.runIf(part.index === 0)(`${name} device`, () => {
    testDevice(adapter);
  });
  describe.runIf(part.index === 0)(`${name} numbers outside the type`, () => {
    testNumberOperands(adapter);
  });
  describe.runIf(part.index === 0)(`${name} integers`, () => {
    testIntegerArithmetic(adapter);
  });
  describe(`${name} operations`, () => {
    it.each(records.map((record) => [record.name, record] as const))(
      "%s",
      { timeout: patience },
      async (_name, record) => {
        const misses = await suite.run(record);
        expect(misses.slice(0, 20), `${misses.length} comparisons missed`).toEqual([]);
      },
    );
    describe.each(records.filter(({ errors }) => errors !== undefined))(
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
      if (suite.count === records.length) expect(suite.unused()).toEqual([]);
    });
    afterAll(async () => {
      if (suite.count === records.length) onReport?.(suite.report());
      await backend.dispose();
    });
  });
}

async function createOrSkip({ name, create }: BackendAdapter): Promise<Backend | undefined> {
  try {
    return await create();
  } catch (error) {
    // A page has no process: there Vitest puts the project's environment into import.meta.env.
    const env =
      typeof process === "undefined" ? (import.meta as ImportMeta & ViteMeta).env : process.env;
    const isRequired = (env["REQUIRED_BACKENDS"] ?? "").split(",").includes(name);
    const test = isRequired ? it : it.skip;
    test(`${name}: can be created`, () => {
      throw new Error(`${name} cannot be created here`, { cause: error });
    });
    return undefined;
  }
}
