import {
  constant,
  index,
  input,
  internLayout,
  mapProgram,
  parameter,
  reduceProgram,
  scalar,
  type DType,
  type Layout,
  type Scalar,
} from "@dl/backend";
import fc from "fast-check";
import { test } from "vitest";
import { expectSame, sampleElements } from "../test/against-reference.ts";

const bufferLength = 4096;
const shapes = fc.array(fc.oneof(fc.integer({ min: 0, max: 3 }), fc.integer({ min: 1, max: 9 })), {
  maxLength: 4,
});

/** A view of one shape into a buffer: permuted, sliced with steps of either sign, or broadcast. */
function layoutOf(shape: readonly number[]): fc.Arbitrary<{ layout: Layout; offset: number }> {
  const order = fc.shuffledSubarray(
    shape.map((_, axis) => axis),
    { minLength: shape.length },
  );
  const steps = fc.array(fc.constantFrom(1, 1, 1, 2, -1, -2, 0), {
    minLength: shape.length,
    maxLength: shape.length,
  });
  return fc.tuple(order, steps, fc.nat(7)).map(([axes, factors, start]) => {
    const strides = shape.map(() => 0);
    let extent = 1;
    for (const axis of axes) {
      strides[axis] = extent * factors[axis]!;
      if (factors[axis] !== 0) extent *= Math.max(shape[axis]!, 1) * Math.abs(factors[axis]!);
    }
    // The lowest element read lies at `start`.
    const offset =
      start +
      strides.reduce((sum, s, axis) => (s < 0 ? sum - s * Math.max(shape[axis]! - 1, 0) : sum), 0);
    return extent > bufferLength - 8
      ? {
          layout: internLayout(
            shape,
            shape.map(() => 0),
          ),
          offset: 0,
        }
      : { layout: internLayout(shape, strides), offset };
  });
}

/** Expressions that stay finite and away from jumps, so that rounding does not change the outcome. */
const floats: fc.Memo<Scalar> = fc.memo((depth) => {
  const leaf = fc.constantFrom<Scalar>(
    input(0, "float32"),
    input(1, "float32"),
    parameter(0, "float32"),
    constant(0.5, "float32"),
    scalar.cast(input(2, "int32"), "float32"),
    scalar.cast(index(), "float32"),
  );
  if (depth <= 1) return leaf;
  const inner = floats(depth - 1);
  const small = inner.map((x) => scalar.max(scalar.min(x, 4), -4));
  return fc.oneof(
    leaf,
    fc
      .tuple(inner, inner, fc.constantFrom(scalar.add, scalar.sub, scalar.max, scalar.min))
      .map(([a, b, f]) => f(a, b)),
    fc.tuple(small, small).map(([a, b]) => scalar.mul(a, b)),
    fc.tuple(inner, fc.constantFrom(scalar.neg, scalar.abs)).map(([x, f]) => f(x)),
    fc
      .tuple(small, fc.constantFrom(scalar.exp, scalar.tanh, scalar.erf, scalar.sin, scalar.atan))
      .map(([x, f]) => f(x)),
    small.map((x) => scalar.sqrt(scalar.add(scalar.abs(x), 0.1))),
    fc.tuple(small, small).map(([a, b]) => scalar.div(a, scalar.add(scalar.abs(b), 1))),
    fc.tuple(inner, inner).map(([a, b]) => scalar.select(scalar.less(input(2, "int32"), 3), a, b)),
  );
});
const integers: fc.Memo<Scalar> = fc.memo((depth) => {
  const leaf = fc.constantFrom<Scalar>(
    input(2, "int32"),
    parameter(1, "int32"),
    constant(3, "int32"),
    scalar.cast(index(), "int32"),
  );
  if (depth <= 1) return leaf;
  const inner = integers(depth - 1);
  const binary = [
    scalar.add,
    scalar.sub,
    scalar.mul,
    scalar.mod,
    scalar.max,
    scalar.min,
    scalar.and,
    scalar.or,
    scalar.xor,
    scalar.shiftLeft,
    scalar.shiftRight,
  ];
  return fc.oneof(
    leaf,
    fc.tuple(inner, inner, fc.constantFrom(...binary)).map(([a, b, f]) => f(a, b)),
    fc
      .tuple(inner, inner, fc.constantFrom(scalar.less, scalar.lessEqual, scalar.equal))
      .map(([a, b, f]) => scalar.cast(f(a, b), "int32")),
    fc.tuple(inner, inner).map(([a, b]) => scalar.select(scalar.not(scalar.cast(a, "bool")), a, b)),
  );
});

const inputs = shapes.chain((shape) =>
  fc
    .tuple(layoutOf(shape), layoutOf(shape), layoutOf(shape))
    .map((layouts) => ({ shape, layouts })),
);
const dtypes: DType[] = ["float32", "float32", "int32"];
const parameters: DType[] = ["float32", "int32"];
const data = dtypes.map((dtype, i) => sampleElements(dtype, bufferLength, i + 3));
const tolerance = { relative: 1e-4, absolute: 1e-3 };

function bind(layouts: readonly { layout: Layout; offset: number }[]) {
  return {
    specs: layouts.map(({ layout }, i) => ({ dtype: dtypes[i]!, layout })),
    buffers: layouts.map(({ offset }, i) => ({ elements: data[i]!, offset })),
  };
}

test("random maps agree with the reference", async () => {
  await fc.assert(
    fc.asyncProperty(
      inputs,
      fc.array(fc.oneof(floats(4), integers(4)), { minLength: 1, maxLength: 3 }),
      async ({ shape, layouts }, values) => {
        const { specs, buffers } = bind(layouts);
        await expectSame(
          mapProgram(shape, specs, parameters, values),
          buffers,
          [0.75, -7],
          tolerance,
        );
      },
    ),
    { numRuns: 40, seed: 1 },
  );
});

test("random reductions agree with the reference", async () => {
  const reduction = inputs.chain(({ shape, layouts }) =>
    fc.record({
      shape: fc.constant(shape),
      layouts: fc.constant(layouts),
      axes: fc.subarray(shape.map((_, axis) => axis)),
      op: fc.constantFrom("sum", "max", "min", "argmax", "argmin"),
      // One argument apart from the next by more than rounding, so that the first best is the same.
      value: fc.oneof(floats(3), integers(3)),
      exactly: fc.boolean(),
    }),
  );
  await fc.assert(
    fc.asyncProperty(reduction, async ({ shape, layouts, axes, op, value, exactly }) => {
      const isArg = op === "argmax" || op === "argmin";
      if (isArg && axes.length !== 1) return;
      const { specs, buffers } = bind(layouts);
      const leaf = exactly ? input(0, "float32") : input(2, "int32");
      await expectSame(
        reduceProgram({
          op,
          shape,
          axes,
          inputs: specs,
          parameters,
          value: isArg ? leaf : value,
          epilogue: undefined,
        }),
        buffers,
        [0.75, -7],
        tolerance,
      );
    }),
    { numRuns: 40, seed: 1 },
  );
});
