import { isFloat, type DType } from "@dl/backend";
import { ones, pointwiseFunctions, zeros, type Tensor } from "@dl/tensor";
import {
  allTypes,
  fails,
  floatTypes,
  sample,
  type ErrorSample,
  type OpRecord,
  type Sample,
} from "./record.ts";
import type { PointwiseFunction, PointwiseName } from "./pointwise-function.ts";
import { pointwiseReferences } from "./pointwise-references.ts";
import { given, type SampleInput, type SampleSource } from "./sample-source.ts";
import { specialPoints } from "./special-points.ts";

const integers: readonly DType[] = ["int32", "uint32", "bool"];
const dtypesOf: Record<NonNullable<PointwiseFunction["definition"]["types"]>, readonly DType[]> = {
  float: floatTypes,
  trueFloat: allTypes,
  numeric: allTypes,
  any: allTypes,
  compared: allTypes,
  bool: allTypes,
  bits: integers,
  integer: integers,
};

const call =
  (entry: PointwiseFunction, ...numbers: readonly number[]): Sample["call"] =>
  ([x, ...others]) =>
    entry.apply(x!, ...others, ...numbers);

function pointwiseSamples(
  draw: SampleSource,
  name: PointwiseName,
  entry: PointwiseFunction,
): Sample[] {
  const { tensorOperands, numbers, numberForms } = entry.definition;
  const { domain = [-3, 3] as const } = pointwiseReferences[name];
  const operands = (...shapes: (readonly number[])[]): SampleInput[] =>
    Array.from({ length: tensorOperands + 1 }, (_, i) =>
      draw.real(shapes[i % shapes.length]!, domain),
    );
  const samples = [[3, 5], [2, 3, 4], [37], [1], [], [0, 3]].map((shape) =>
    sample(`[${shape.join(", ")}]`, operands(shape), call(entry)),
  );
  if (tensorOperands > 0) {
    samples.push(
      sample("[2, 3] with [3]", operands([2, 3], [3]), call(entry)),
      sample("[4, 1] with [1, 5]", operands([4, 1], [1, 5]), call(entry)),
      sample("[] with [2, 2]", operands([], [2, 2]), call(entry)),
    );
    const [low, high] = domain;
    const inside = low <= 2 && high >= 2 ? 2 : (low + high) / 2;
    for (const number of new Set([inside, ...(numberForms?.keys() ?? [])])) {
      const applied = call(entry, ...new Array<number>(tensorOperands).fill(number));
      // A form may be for floats only, as x to the power of -1.
      const asFloat = ([x]: readonly Tensor[]): Tensor[] =>
        isFloat(x!.dtype) || number === inside ? [x!] : [x!.cast("float32")];
      samples.push(
        sample(`number ${number}`, [draw.real([3, 4], domain)], (inputs, target) =>
          applied(asFloat(inputs), target),
        ),
      );
    }
  }
  if (numbers.length > 0)
    samples.push(
      sample(
        "other numbers",
        [draw.real([3, 5], domain)],
        call(entry, ...numbers.map((number) => number * 0.5 + 0.25)),
      ),
    );
  return samples;
}

const odd = [0, -0, 1, -1, 0.5, -2, 1e-40, 1e-10, -88.5, 89, 104, -104, 1e4, -1e10, 3e38, -3e38];
const oddest = [...odd, Infinity, -Infinity, NaN].map(Math.fround);
const oddPairs = [0, -0, 1, -1, 0.5, -2.5, 3, 1e-40, 1e10, -3e38, Infinity, -Infinity, NaN];
const oddTriples = [0, -0, 1, -2, 1e30, Infinity, -Infinity, NaN];
const oddIntegers = [2 ** 31 - 1, -(2 ** 31), -1, 0, 1, 7, 46341];

function pointwiseExtremes(entry: PointwiseFunction): Sample[] {
  const { tensorOperands, types = "float" } = entry.definition;
  const samples: Sample[] = [];
  const floats = ([oddest, oddPairs, oddTriples][tensorOperands] ?? oddTriples).map(Math.fround);
  if (types !== "bits" && types !== "integer")
    samples.push(sample("floats", combinations(floats, tensorOperands + 1), call(entry)));
  if (types === "numeric" || types === "any" || types === "compared" || types === "bits")
    samples.push(
      sample("int32", combinations(oddIntegers, tensorOperands + 1, "index"), call(entry)),
    );
  return samples;
}

/** Each operand's values in every combination with the others'. */
function combinations(
  values: readonly number[],
  operands: number,
  role: SampleInput["role"] = "real",
): SampleInput[] {
  const n = values.length;
  return Array.from({ length: operands }, (_, i) =>
    given(
      [n ** operands],
      Array.from({ length: n ** operands }, (_unused, k) => values[Math.floor(k / n ** i) % n]!),
      role,
    ),
  );
}

function pointwiseErrors(name: string, entry: PointwiseFunction): ErrorSample[] {
  const { tensorOperands, numbers, types = "float" } = entry.definition;
  const others = (fill: Tensor | number): (Tensor | number)[] =>
    new Array<Tensor | number>(tensorOperands).fill(fill);
  const errors: ErrorSample[] = [
    fails("ArgumentError", `${name}: needs a tensor, got string. Make one with tensor(...).`, () =>
      entry.apply("x" as unknown as Tensor, ...others(1)),
    ),
  ];
  if (types === "float")
    errors.push(
      fails(
        "DTypeError",
        `${name}: needs a float tensor, got int32. Convert with x.cast("float32").`,
        (backend) => {
          const x = ones([2], { dtype: "int32", backend });
          return entry.apply(x, ...others(x));
        },
      ),
    );
  if (types === "bits" || types === "integer")
    errors.push(
      fails(
        "DTypeError",
        `${name}: needs integer${types === "bits" ? " or bool" : ""} operands, got float32. Convert with x.cast("int32").`,
        (backend) => {
          const x = ones([2], { backend });
          return entry.apply(x, ...others(x));
        },
      ),
    );
  if (tensorOperands > 0)
    errors.push(
      fails(
        "ArgumentError",
        `${name}: needs a tensor or a number, got undefined. Make one with tensor(...).`,
        (backend) => entry.apply(ones([2], { backend })),
      ),
      fails(
        "ShapeError",
        `${name}: shapes do not broadcast: left [2, 3], right [4]. Aligned at the end, sizes must be equal or 1.`,
        (backend) =>
          entry.apply(
            zeros([2, 3], { backend }).cast(anyType[types]),
            ...others(zeros([4], { backend }).cast(anyType[types])),
          ),
      ),
    );
  if (numbers.length > 0)
    errors.push(
      fails(
        "ArgumentError",
        `${name}: needs a number, got string. Give a plain number.`,
        (backend) => entry.apply(ones([2], { backend }), ...others(1), "1" as unknown as number),
      ),
    );
  return errors;
}

const anyType: Record<keyof typeof dtypesOf, DType> = {
  float: "float32",
  trueFloat: "float32",
  numeric: "float32",
  any: "float32",
  compared: "float32",
  bool: "bool",
  bits: "int32",
  integer: "int32",
};

/** Everything a row says is enough for its record: a new row needs no test of its own. */
export const pointwiseRecords: readonly OpRecord[] = Object.entries(pointwiseFunctions).map(
  ([op, entry]): OpRecord => {
    const name = op as PointwiseName;
    const { types = "float" } = entry.definition;
    const { isDifferentiable } = pointwiseReferences[name];
    return {
      name,
      theme: "pointwise",
      samples: (draw) => pointwiseSamples(draw, name, entry),
      extremes: () => pointwiseExtremes(entry),
      points: specialPoints(name, entry),
      errors: pointwiseErrors(name, entry),
      differentiable: isDifferentiable === false ? "piecewise constant, or no float" : true,
      dtypes: dtypesOf[types],
    };
  },
);
