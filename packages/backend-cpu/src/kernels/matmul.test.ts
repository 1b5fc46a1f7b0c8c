import { describe, expect, test } from "vitest";
import { ModuleBuilder } from "../wasm/module-builder.ts";
import { hasRelaxedSimd } from "../wasm/relaxed-simd.ts";
import {
  emitMatmul,
  matmul,
  type MatmulArguments,
  type MatmulExports,
  matmulMethod,
  matmulScratchBytes,
} from "./matmul.ts";

const A = 1 << 16;
const B = 1 << 22;
const C = 1 << 23;
const SCRATCH = 3 << 22;

const sizes: [number, number, number][] = [
  [1, 1, 1],
  [1, 7, 5],
  [7, 1, 5],
  [2, 3, 4],
  [3, 5, 7],
  [4, 8, 16],
  [5, 9, 257],
  [13, 4, 2],
  [17, 19, 23],
  [37, 1, 19],
  [1, 37, 19],
  [3, 37, 21],
  [64, 64, 64],
  [131, 17, 513],
  [5, 1027, 3],
  [2, 33, 300],
  [9, 6, 1],
];

for (const fused of hasRelaxedSimd() ? [false, true] : [false])
  describe(fused ? "fused multiply-add" : "plain multiply and add", () => {
    const module = new ModuleBuilder({ sharedMemory: false, fusedMultiplyAdd: fused });
    emitMatmul(module);
    const memory = new WebAssembly.Memory({ initial: 256, maximum: 65536 });
    const instance = new WebAssembly.Instance(new WebAssembly.Module(module.finish()), {
      env: { memory },
    });
    const exports = instance.exports as unknown as MatmulExports;
    const floats = new Float32Array(memory.buffer);

    const problem = (
      m: number,
      n: number,
      k: number,
      aTransposed: boolean,
      bTransposed: boolean,
      gap = 0,
    ): MatmulArguments => ({
      a: A,
      b: B,
      c: C,
      m,
      n,
      k,
      aRowStride: aTransposed ? 1 : k + gap,
      aDepthStride: aTransposed ? m + gap : 1,
      bDepthStride: bTransposed ? 1 : n + gap,
      bColumnStride: bTransposed ? k + gap : 1,
      cRowStride: n + gap,
    });
    const randomise = (): void => {
      let seed = 7;
      for (let i = A / 4; i < C / 4; i++) {
        seed = (Math.imul(seed, 1664525) + 1013904223) | 0;
        floats[i] = seed / 2 ** 31;
      }
    };
    const run = (p: MatmulArguments, accumulate = false): void => {
      floats.fill(NaN, SCRATCH / 4);
      matmul(exports, p, SCRATCH, accumulate);
    };
    const element = (
      p: MatmulArguments,
      i: number,
      j: number,
    ): [sum: number, magnitude: number] => {
      let sum = 0;
      let magnitude = 0;
      for (let k = 0; k < p.k; k++) {
        const term =
          floats[p.a / 4 + i * p.aRowStride + k * p.aDepthStride]! *
          floats[p.b / 4 + k * p.bDepthStride + j * p.bColumnStride]!;
        sum += term;
        magnitude += Math.abs(term);
      }
      return [sum, magnitude];
    };
    const worstError = (p: MatmulArguments, before = 0): number => {
      let worst = 0;
      for (let i = 0; i < p.m; i++)
        for (let j = 0; j < p.n; j++) {
          const [sum, magnitude] = element(p, i, j);
          const error =
            Math.abs(floats[C / 4 + i * p.cRowStride + j]! - before - sum) /
            (magnitude + Math.abs(before));
          if (!(error <= worst)) worst = error;
        }
      return worst;
    };

    for (const [m, n, k] of sizes)
      test(`${m} x ${n} x ${k}, every layout`, () => {
        randomise();
        for (const aTransposed of [false, true])
          for (const bTransposed of [false, true])
            for (const gap of [0, 3]) {
              const p = problem(m, n, k, aTransposed, bTransposed, gap);
              floats.fill(NaN, C / 4, SCRATCH / 4);
              run(p);
              expect(worstError(p)).toBeLessThan(1e-6);
              // Nothing is written between rows or behind the last.
              if (gap) expect(floats[C / 4 + n]).toBeNaN();
              expect(floats[C / 4 + (m - 1) * p.cRowStride + n]).toBeNaN();
              floats.fill(2, C / 4, SCRATCH / 4);
              run(p, true);
              expect(worstError(p, 2)).toBeLessThan(1e-6);
            }
      });

    test("strides may be zero or skip", () => {
      randomise();
      for (const strides of [
        { aRowStride: 0 },
        { bColumnStride: 0 },
        { aDepthStride: 2, aRowStride: 40 },
        { bDepthStride: 50, bColumnStride: 3 },
      ]) {
        const p = { ...problem(9, 11, 13, false, false), ...strides };
        run(p);
        expect(worstError(p)).toBeLessThan(1e-6);
      }
    });

    test("an empty depth gives zeros, or leaves C when accumulating", () => {
      for (const m of [2, 9]) {
        const p = problem(m, 5, 0, false, false);
        floats.fill(3, C / 4, C / 4 + 100);
        run(p, true);
        expect(floats[C / 4 + 4]).toBe(3);
        run(p);
        expect([...floats.subarray(C / 4, C / 4 + m * 5)]).toEqual(Array(m * 5).fill(0));
      }
    });

    test("any split of the rows gives the same bits", () => {
      randomise();
      for (const [n, k] of [
        [70, 600],
        [1, 45],
        [19, 31],
      ] as const)
        for (const bTransposed of [false, true]) {
          const p = problem(150, n, k, false, bTransposed);
          run(p);
          const whole = floats.slice(C / 4, C / 4 + p.m * n);
          const method = matmulMethod(p);
          for (const [first, m] of [
            [0, 3],
            [3, 1],
            [4, 130],
            [134, 16],
          ] as const)
            matmul(
              exports,
              { ...p, m, a: p.a + first * p.aRowStride * 4, c: p.c + first * n * 4 },
              SCRATCH,
              false,
              method,
            );
          expect(floats.slice(C / 4, C / 4 + p.m * n)).toEqual(whole);
        }
    });

    test("NaN and infinity reach exactly the elements they belong to", () => {
      for (const [m, n, k] of [
        [9, 13, 7],
        [1, 13, 7],
        [9, 1, 7],
      ] as const)
        for (const bTransposed of [false, true]) {
          floats.fill(0, A / 4, C / 4);
          const p = problem(m, n, k, false, bTransposed);
          floats[A / 4 + (m - 1) * p.aRowStride + 2] = NaN;
          floats[B / 4 + 3 * p.bDepthStride + (n - 1) * p.bColumnStride] = Infinity; // 0·Inf is NaN
          run(p);
          for (let i = 0; i < m; i++)
            for (let j = 0; j < n; j++)
              expect(floats[C / 4 + i * n + j], `${i} ${j}`).toBe(
                i === m - 1 || j === n - 1 ? NaN : 0,
              );
        }
    });

    test("scratch is large enough", () => {
      const p = problem(131, 1100, 300, false, true);
      const end = (SCRATCH + matmulScratchBytes(p.m, p.n, p.k)) / 4;
      floats.fill(42, end, end + 1024);
      matmul(exports, p, SCRATCH);
      expect([...floats.subarray(end, end + 1024)].every((value) => value === 42)).toBe(true);
    });
  });
