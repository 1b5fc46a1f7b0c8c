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
  type Program,
  type Scalar,
} from "@dl/backend";
import fc from "fast-check";

/** What three inputs hold: two of floats, one of integers. */
export const inputTypes: readonly DType[] = ["float32", "float32", "int32"];
const parameters: DType[] = ["float32", "int32"];
export const parameterValues: readonly number[] = [0.75, -7];

/** A view of one shape into a buffer: permuted, sliced with steps of either sign, or broadcast. */
function layoutOf(
  shape: readonly number[],
  bufferLength: number,
): fc.Arbitrary<{ layout: Layout; offset: number }> {
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

/** A program, and where in its three input buffers element 0 lies. */
export interface RandomProgram {
  readonly program: Program;
  readonly offsets: readonly number[];
}

const inputsOf = (shapes: fc.Arbitrary<number[]>, bufferLength: number) =>
  shapes.chain((shape) => {
    const layout = layoutOf(shape, bufferLength);
    return fc.tuple(layout, layout, layout).map((layouts) => ({
      shape,
      specs: layouts.map(({ layout: view }, i) => ({ dtype: inputTypes[i]!, layout: view })),
      offsets: layouts.map(({ offset }) => offset),
    }));
  });

export const randomMaps = (
  shapes: fc.Arbitrary<number[]>,
  bufferLength: number,
): fc.Arbitrary<RandomProgram> =>
  fc
    .tuple(
      inputsOf(shapes, bufferLength),
      fc.array(fc.oneof(floats(4), integers(4)), { minLength: 1, maxLength: 3 }),
    )
    .map(([{ shape, specs, offsets }, values]) => ({
      program: mapProgram(shape, specs, parameters, values),
      offsets,
    }));

export const randomReductions = (
  shapes: fc.Arbitrary<number[]>,
  bufferLength: number,
): fc.Arbitrary<RandomProgram> =>
  inputsOf(shapes, bufferLength)
    .chain(({ shape, specs, offsets }) =>
      fc.record({
        shape: fc.constant(shape),
        specs: fc.constant(specs),
        offsets: fc.constant(offsets),
        axes: fc.subarray(shape.map((_, axis) => axis)),
        op: fc.constantFrom("sum", "max", "min", "argmax", "argmin"),
        // One argument apart from the next by more than rounding, so that the first best is the same.
        value: fc.oneof(floats(3), integers(3)),
        leaf: fc.constantFrom(input(0, "float32"), input(2, "int32")),
      }),
    )
    .filter(({ op, axes }) => !op.startsWith("arg") || axes.length === 1)
    .map(({ shape, specs, offsets, axes, op, value, leaf }) => ({
      program: reduceProgram({
        op,
        shape,
        axes,
        inputs: specs,
        parameters,
        value: op.startsWith("arg") ? leaf : value,
        epilogue: undefined,
      }),
      offsets,
    }));
