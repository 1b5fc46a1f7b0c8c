import { gradientsOf } from "@dl/autograd";
import type { Backend, DType } from "@dl/backend";
import { cpu } from "@dl/backend-cpu";
import { reference } from "@dl/backend-reference";
import { pointwiseFunctions, tensor, zerosLike, type Tensor } from "@dl/tensor";
import { it } from "vitest";
import { float32Tolerance } from "../conformance/compare.ts";
import { readFixture } from "../pytorch/fixtures.ts";

interface SpecialPoints {
  readonly op: keyof typeof pointwiseFunctions;
  readonly numbers: readonly number[];
  readonly points: readonly (readonly (number | string)[])[];
  readonly values: readonly (number | string)[];
  readonly first: readonly (readonly (number | string)[])[];
  readonly second: readonly (readonly (number | string)[])[];
}
const { records } = readFixture<{ records: SpecialPoints[] }>("special-points");
const targets: [string, Backend, DType][] = [
  ["reference", reference(), "float64"],
  ["cpu", await cpu(), "float32"],
];
const slopesOf = (y: Tensor, operands: readonly Tensor[]): Tensor[] =>
  y.requiresGrad
    ? gradientsOf(y.sum(), operands, { createGraph: true })
    : operands.map((x) => zerosLike(x));
it("probe", async () => {
  for (const { op, numbers, points, values, first, second } of records)
    for (const [name, backend, dtype] of targets) {
      const operands = points.map((c) => tensor(c.map(Number), { dtype, backend }).requireGrad());
      const y = pointwiseFunctions[op].apply(operands[0]!, ...operands.slice(1), ...numbers);
      const slopes = slopesOf(y, operands);
      const curv = slopes.flatMap((s, i) => slopesOf(s, operands).slice(i));
      const check = async (part: string, x: Tensor, want: readonly (number | string)[]) => {
        const got = await x.data();
        const bad: string[] = [];
        want.forEach((w, i) => {
          const e = Number(w), g = got[i]!;
          const { relative, absolute } = float32Tolerance;
          if (Object.is(e, g) || e === g || Math.abs(e - g) <= absolute + relative * Math.abs(e)) return;
          if (dtype === "float32" && Math.abs(g) === Infinity && Math.fround(e) === g) return;
          bad.push(`(${points.map((p) => p[i]).join(",")}) ${g} torch ${w}`);
        });
        if (bad.length) console.log(`${op}(${numbers}) ${name} ${part}: ${bad.length}: ${bad.slice(0,100).join("; ")}`);
      };
      await check("value", y, values);
      for (const [i, s] of slopes.entries()) await check(`first ${i}`, s, first[i]!);
      for (const [i, s] of curv.entries()) await check(`second ${i}`, s, second[i]!);
    }
});
