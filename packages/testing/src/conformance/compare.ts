import type { DType } from "@dl/backend";
import { formatShape, isFloat, shapesEqual, type Shape } from "@dl/backend";

/** A tensor's contents on the host. */
export interface Values {
  readonly shape: Shape;
  readonly dtype: DType;
  readonly data: ArrayLike<number>;
}

export interface Tolerance {
  readonly relative: number;
  readonly absolute: number;
  /** Tell 0 from -0. */
  readonly signedZeros?: boolean;
}

/** What results and gradients are held to. */
export interface Tolerances {
  readonly forward: Tolerance;
  readonly gradient: Tolerance;
}

/** PyTorch's own for float32 (torch.testing.assert_close). */
export const float32Tolerance: Tolerance = { relative: 1.3e-6, absolute: 1e-5 };
export const pytorchTolerances: Tolerances = {
  forward: float32Tolerance,
  gradient: float32Tolerance,
};
export const exact: Tolerance = { relative: 0, absolute: 0 };

/** The first difference beyond the tolerance as text; undefined where there is none. */
export function difference(
  name: string,
  received: Values,
  expected: Values,
  tolerance: Tolerance,
): string | undefined {
  if (!shapesEqual(received.shape, expected.shape))
    return `${name}: shape ${formatShape(received.shape)}, expected ${formatShape(expected.shape)}`;
  const bothFloat = isFloat(received.dtype) && isFloat(expected.dtype);
  if (!bothFloat && received.dtype !== expected.dtype)
    return `${name}: ${received.dtype}, expected ${expected.dtype}`;
  const used = bothFloat ? tolerance : exact;
  for (let i = 0; i < expected.data.length; i++)
    if (!isClose(received.data[i]!, expected.data[i]!, used))
      return `${name}[${i}]: ${print(received.data[i]!)}, expected ${print(expected.data[i]!)}`;
  return undefined;
}

function isClose(received: number, expected: number, tolerance: Tolerance): boolean {
  if (tolerance.signedZeros === true && received === 0 && expected === 0)
    return Object.is(received, expected);
  if (Object.is(received, expected) || received === expected) return true;
  // What float32 cannot hold is infinite there.
  if (Math.abs(received) === Infinity) return Math.fround(expected) === received;
  return (
    Math.abs(received - expected) <= tolerance.absolute + tolerance.relative * Math.abs(expected)
  );
}

function print(value: number): string {
  return Object.is(value, -0) ? "-0" : String(value);
}
