import { writeFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { hasRelaxedSimd } from "../wasm/relaxed-simd.ts";
import { arrayFunction, erf, measureAccuracy, sampleFloats } from "./accuracy.ts";
import { moreFunctions, softmaxFunctions } from "./vector-math.ts";

// DL_WRITE_ACCURACY=1 measures at more points and writes docs/cpu-accuracy.md.
const isReport = process.env["DL_WRITE_ACCURACY"] === "1";
const STEP = isReport ? 251 : 5003;

const { normalFromBits: _, ...vectorMath } = { ...softmaxFunctions, ...moreFunctions };
type UnaryName = Exclude<keyof typeof vectorMath, "mod" | "pow">;

/** Largest error allowed, in ULP. */
const unary: Record<UnaryName, { exact: (x: number) => number; bound: number }> = {
  exp: { exact: Math.exp, bound: 1 },
  expm1: { exact: Math.expm1, bound: 2 },
  log: { exact: Math.log, bound: 1 },
  log1p: { exact: Math.log1p, bound: 2 },
  sin: { exact: Math.sin, bound: 2 },
  cos: { exact: Math.cos, bound: 2 },
  atan: { exact: Math.atan, bound: 3 },
  tanh: { exact: Math.tanh, bound: 2.6 },
  erf: { exact: erf, bound: 2 },
};
const POW_BOUND = 0.51;

let seed = 12345;
function random(): number {
  seed = (Math.imul(seed, 1664525) + 1013904223) >>> 0;
  return seed / 2 ** 32;
}

/** Operands of pow whose results cover the whole range of float32. */
function powOperands(count: number): [Float32Array, Float32Array] {
  const x = new Float32Array(count);
  const y = new Float32Array(count);
  for (let i = 0; i < count; i++) {
    x[i] = Math.exp((random() - 0.5) * (i % 2 ? 170 : 2));
    y[i] = ((random() - 0.5) * 210) / Math.max(1e-3, Math.abs(Math.log(x[i]!)));
  }
  return [x, y];
}

const edges = [
  0,
  -0,
  1,
  -1,
  2,
  -2,
  0.5,
  -0.5,
  3,
  -3,
  3.5,
  -3.5,
  1e30,
  -1e30,
  16777217,
  33554432,
  1e-40,
  -1e-40,
  3.4028234663852886e38,
  Infinity,
  -Infinity,
  NaN,
].map(Math.fround);
const pairs = edges.flatMap((x) => edges.map((y) => [x, y] as const));
const left = Float32Array.from(pairs, ([x]) => x);
const right = Float32Array.from(pairs, ([, y]) => y);

/** Python's remainder, on numbers that are float32. */
function modulo(x: number, y: number): number {
  const rest = x % y;
  return rest !== 0 && rest < 0 !== y < 0 ? Math.fround(rest + y) : rest;
}

const rows: string[] = [];

for (const fused of hasRelaxedSimd() ? [false, true] : [false])
  describe(fused ? "fused multiply-add" : "plain multiply and add", () => {
    const report = (
      name: string,
      maximum: number,
      samples: number,
      at: readonly number[],
    ): void => {
      rows.push(
        `| ${name} | ${fused ? "fused" : "plain"} | ${maximum.toFixed(3)} | ${at.map(String).join(", ")} | ${samples} |`,
      );
    };

    for (const [name, { exact, bound }] of Object.entries(unary)) {
      const run = arrayFunction(vectorMath[name as UnaryName], 1, fused);

      test(`${name}: within ${bound} ULP over all floats`, () => {
        const everywhere = measureAccuracy(run, exact, [sampleFloats(STEP, -Infinity, Infinity)]);
        const central = measureAccuracy(run, exact, [
          Float32Array.from({ length: isReport ? 4e6 : 2e5 }, () => random() * 8 - 4),
        ]);
        const worst = central.maximum > everywhere.maximum ? central : everywhere;
        report(name, worst.maximum, everywhere.samples + central.samples, worst.at);
        expect(worst.maximum, `at ${worst.at.join()}`).toBeLessThanOrEqual(bound);
      });

      test(`${name}: zeros, infinities, NaN, subnormal numbers`, () => {
        const results = run(Float32Array.from(edges));
        edges.forEach((x, i) => {
          const meant = Math.fround(exact(x));
          if (Number.isFinite(meant) && meant !== 0)
            expect(results[i]! / meant, `${x}`).toBeCloseTo(1, 5);
          else expect(results[i], `${x}`).toBe(meant);
        });
      });
    }

    test("sin and cos of huge arguments stay in range", () => {
      const huge = sampleFloats(100003, 1e6, Infinity).filter(Number.isFinite);
      for (const name of ["sin", "cos"] as const)
        for (const value of arrayFunction(vectorMath[name], 1, fused)(huge))
          expect(Math.abs(value)).toBeLessThanOrEqual(1);
    });

    test(`pow: within ${POW_BOUND} ULP`, () => {
      const run = arrayFunction(vectorMath.pow, 2, fused);
      const worst = measureAccuracy(run, Math.pow, powOperands(isReport ? 8e6 : 5e5));
      report("pow", worst.maximum, worst.samples, worst.at);
      expect(worst.maximum, `at ${worst.at.join()}`).toBeLessThanOrEqual(POW_BOUND);
    });

    test("pow: the special cases of C99", () => {
      const results = arrayFunction(vectorMath.pow, 2, fused)(left, right);
      pairs.forEach(([x, y], i) => {
        // JavaScript differs from C here.
        const isOne = x === 1 || (x === -1 && Math.abs(y) === Infinity);
        const meant = isOne ? 1 : Math.fround(x ** y);
        if (Number.isFinite(meant) && Math.abs(meant) > 1e-38)
          expect(results[i]! / meant, `${x} ** ${y}`).toBeCloseTo(1, 6);
        else expect(results[i], `${x} ** ${y}`).toBe(meant);
      });
    });

    test("mod is exact and has the divisor's sign", () => {
      const run = arrayFunction(vectorMath.mod, 2, fused);
      const words = Uint32Array.from(
        { length: 400_000 },
        () => (random() * 2 ** 32) ^ (random() * 2 ** 16),
      );
      const floats = new Float32Array(words.buffer);
      for (const [x, y] of [
        [left, right],
        [floats.subarray(0, 200_000), floats.subarray(200_000)],
      ] as const) {
        let wrong = 0;
        run(x, y).forEach((value, i) => {
          if (!Object.is(value, modulo(x[i]!, y[i]!))) wrong++;
        });
        expect(wrong).toBe(0);
      }
      report("mod", 0, 200_000, []);
    });
  });

test.runIf(isReport)("writes docs/cpu-accuracy.md", () => {
  const text = `# Accuracy of the CPU backend's functions

Largest error found against float64, in units in the last place (ULP) of the exact result, over float32 bit patterns spread evenly over all
floats, and points in [-4, 4]. 0.5 is a correctly rounded result. "fused" uses relaxed SIMD's multiply-add, "plain" gives
the same bits on every machine. \`mod\` is exact.

Written by \`DL_WRITE_ACCURACY=1 node --experimental-wasm-relaxed-simd node_modules/vitest/vitest.mjs run --project node
--pool=threads --testTimeout=200000 vector-math\` (Node 20 needs the flag for the fused rows); the test beside the functions
holds the bounds.

| function | arithmetic | largest error (ULP) | at | points |
|---|---|---|---|---|
${rows.join("\n")}
`;
  writeFileSync(new URL("../../../../docs/cpu-accuracy.md", import.meta.url), text);
});
