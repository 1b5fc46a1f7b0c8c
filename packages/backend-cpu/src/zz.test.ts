import { contiguousLayout, input, mapProgram, scalar, type Scalar } from "@dl/backend";
import { test } from "vitest";
import { cpu } from "./index.ts";
test("t", async () => {
  const backend = await cpu();
  const x = input(0, "float32");
  const n = 2 ** 20;
  const a = backend.allocate(4 * n), b = backend.allocate(4 * n);
  backend.write(a, new Uint8Array(Float32Array.from({ length: n }, (_, i) => ((i * 2654435761) % 1000) / 250 - 2).buffer));
  const cube = scalar.mul(scalar.add(x, scalar.mul(scalar.mul(scalar.mul(x, x), x), 0.044715)), 0.7978846);
  const list: [string, Scalar][] = [["neg", scalar.neg(x)], ["cube", cube], ["tanh", scalar.tanh(x)], ["gelu", scalar.mul(scalar.mul(x, 0.5), scalar.add(scalar.tanh(cube), 1))], ["exp", scalar.exp(x)], ["log", scalar.log(x)], ["erf", scalar.erf(x)], ["sin", scalar.sin(x)], ["pow", scalar.pow(x, x)], ["expm1", scalar.expm1(x)], ["log1p", scalar.log1p(x)], ["atan", scalar.atan(x)], ["mod", scalar.mod(x, scalar.abs(x))]];
  for (const [name, v] of list) {
    const e = backend.compile(mapProgram([n], [{ dtype: "float32", layout: contiguousLayout([n]) }], [], [v]));
    let best = 1e9;
    for (let i = 0; i < 60; i++) { const t = performance.now(); backend.dispatch(e, [{ buffer: a, offset: 0 }], [b], []); best = Math.min(best, performance.now() - t); }
    console.log(name, best.toFixed(3));
  }
});
