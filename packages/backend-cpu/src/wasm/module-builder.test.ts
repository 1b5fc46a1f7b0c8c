import { describe, expect, test } from "vitest";
import type { Local } from "./function-builder.ts";
import { ModuleBuilder } from "./module-builder.ts";
import { partOperations as ops, pushScalar } from "./part-operations.ts";

function instantiate(
  build: (module: ModuleBuilder) => void,
): Record<string, (...operands: number[]) => number> {
  const module = new ModuleBuilder({ sharedMemory: false, fusedMultiplyAdd: false });
  build(module);
  const memory = new WebAssembly.Memory({ initial: 1, maximum: 65536 });
  const instance = new WebAssembly.Instance(new WebAssembly.Module(module.finish()), {
    env: { memory },
  });
  return instance.exports as Record<string, (...operands: number[]) => number>;
}

describe("ModuleBuilder", () => {
  test("loops, blocks, branches and calls", () => {
    const { sum, firstPower } = instantiate((module) => {
      const square = module.helper("square", ["i32"], ["i32"], (body) => {
        const [x] = body.parameters as [Local];
        body.op("i32.mul", x, x);
      });
      expect(module.helper("square", ["i32"], ["i32"], () => {})).toBe(square);
      module.exported("sum", ["i32"], ["i32"], (body) => {
        const [limit] = body.parameters as [Local];
        const [i, total] = [body.local("i32"), body.local("i32")];
        body.countUp(i, limit, 1, () => {
          body.call(square, i).op("i32.add", total).set(total);
        });
        body.get(total);
      });
      module.exported("firstPower", ["i32"], ["i32"], (body) => {
        const [atLeast] = body.parameters as [Local];
        const power = body.local("i32");
        body.get(1).set(power);
        body.block((done) => {
          body.loop((again) => {
            body.op(ops["i32.ge_s"], power, atLeast).branchIf(done);
            body.op("i32.shl", power, 1).set(power).branch(again);
          });
        });
        body.get(power);
      });
    });
    expect([0, 1, 5, 10].map((n) => sum!(n))).toEqual([0, 0, 30, 285]);
    expect([1, 2, 5, 1000].map((n) => firstPower!(n))).toEqual([1, 2, 8, 1024]);
  });

  test("integer constants of every encoded length", () => {
    const values = [
      0,
      63,
      64,
      -64,
      -65,
      8191,
      8192,
      -8193,
      1 << 20,
      -(1 << 27),
      2 ** 31 - 1,
      -(2 ** 31),
    ];
    const exports = instantiate((module) => {
      values.forEach((value, i) => {
        module.exported(`i32_${i}`, [], ["i32"], (body) => body.get(value));
        module.exported(`i64_${i}`, [], ["i64"], (body) =>
          pushScalar(body, "i64", BigInt(value) * 2n ** 31n),
        );
      });
    });
    values.forEach((value, i) => {
      expect(exports[`i32_${i}`]!()).toBe(value);
      expect(exports[`i64_${i}`]!()).toBe(BigInt(value) * 2n ** 31n);
    });
  });

  test("a constant is kept once a function and set before the code", () => {
    const { run } = instantiate((module) => {
      module.exported("run", [], ["f32"], (body) => {
        const local = body.constant("f32x4", 1.5);
        expect(body.constant("f32x4", 1.5)).toBe(local);
        expect(body.constant("i32x4", 0x3fc00000)).toBe(local);
        body.laneOp("f32x4.extract_lane", 3, local);
      });
    });
    expect(run!()).toBe(1.5);
  });

  test("locals of a scope are used again", () => {
    const { run } = instantiate((module) => {
      module.exported("run", [], ["i32"], (body) => {
        let first: Local | undefined;
        body.scope(() => {
          first = body.local("i32");
          body.get(7).set(first);
          body.get(first);
        });
        body.scope(() => {
          expect(body.local("i32")).toBe(first);
          expect(body.local("i32")).not.toBe(first);
        });
      });
    });
    expect(run!()).toBe(7);
  });

  test("the memory's sharing must match", () => {
    const module = new ModuleBuilder({ sharedMemory: true, fusedMultiplyAdd: false });
    module.exported("run", [], [], () => {});
    const compiled = new WebAssembly.Module(module.finish());
    const shared = new WebAssembly.Memory({ initial: 1, maximum: 65536, shared: true });
    expect(() => new WebAssembly.Instance(compiled, { env: { memory: shared } })).not.toThrow();
    const plain = new WebAssembly.Memory({ initial: 1, maximum: 65536 });
    expect(() => new WebAssembly.Instance(compiled, { env: { memory: plain } })).toThrow(/memory/);
  });
});
