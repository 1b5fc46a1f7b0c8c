import { ArgumentError, formatShape } from "@dl/backend";
import { dot, stack, tidy, type Tensor } from "@dl/tensor";

/** What {@link LBFGS} remembers; all tensors are [all elements of all parameters]. */
export interface LbfgsMemory {
  readonly iterationCount: number;
  readonly direction: Tensor;
  /** How much of the direction was stepped. */
  readonly stepLength: number;
  readonly gradient: Tensor;
  /** The last steps, oldest first. */
  readonly pairs: readonly CurvaturePair[];
  /** sᵀy / yᵀy of the last pair. */
  readonly hessianScale: number;
}

/** A step and how the gradient changed along it. */
export interface CurvaturePair {
  readonly s: Tensor;
  readonly y: Tensor;
  /** 1 / sᵀy. */
  readonly rho: number;
}

/** A pair with less curvature would make the estimate indefinite. */
const leastCurvature = 1e-10;

/** The memory with the pair since `before` in it, and the direction from here. */
export async function nextDirection(
  before: LbfgsMemory | null,
  gradient: Tensor,
  historySize: number,
): Promise<LbfgsMemory> {
  if (before === null)
    return {
      iterationCount: 1,
      direction: gradient.neg(),
      stepLength: 0,
      gradient,
      pairs: [],
      hessianScale: 1,
    };
  let { pairs, hessianScale } = before;
  const y = gradient.sub(before.gradient);
  const s = before.direction.mul(before.stepLength);
  const [sy, yy] = (await stack([dot(s, y), dot(y, y)]).data()) as unknown as [number, number];
  if (sy > leastCurvature) {
    pairs = [...pairs, { s, y, rho: 1 / sy }].slice(-historySize);
    hessianScale = sy / yy;
  }
  const direction = tidy(() => twoLoop(gradient, pairs, hessianScale));
  const iterationCount = before.iterationCount + 1;
  return { iterationCount, direction, stepLength: 0, gradient, pairs, hessianScale };
}

/** −H g. Source: Nocedal & Wright 2006, algorithm 7.4; nothing is read. */
function twoLoop(gradient: Tensor, pairs: readonly CurvaturePair[], hessianScale: number): Tensor {
  let q = gradient.neg();
  const alphas = pairs
    .toReversed()
    .map(({ s, y, rho }) => {
      const alpha = dot(s, q).mul(rho);
      q = q.sub(y.mul(alpha));
      return alpha;
    })
    .toReversed();
  let r = q.mul(hessianScale);
  pairs.forEach(({ s, y, rho }, i) => {
    const beta = dot(y, r).mul(rho);
    r = r.add(s.mul(alphas[i]!.sub(beta)));
  });
  return r;
}

/** @throws {ArgumentError} unless the memory is of `elementCount` parameters' elements. */
export function checkMemory(
  { direction, gradient, pairs }: LbfgsMemory,
  elementCount: number,
): void {
  const tensors = [direction, gradient, ...pairs.flatMap(({ s, y }) => [s, y])];
  for (const { shape } of tensors)
    if (shape.length !== 1 || shape[0] !== elementCount)
      throw new ArgumentError(
        "lbfgs",
        `the state does not fit: it has vectors of shape ${formatShape(shape)}, the parameters ${elementCount} elements. Load it into an optimiser made the same way.`,
        { expected: elementCount, received: shape },
      );
}
