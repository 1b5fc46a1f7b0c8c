/** A function along a line, at `step` times the direction. */
export interface LinePoint<Evaluation> {
  readonly step: number;
  readonly loss: number;
  /** Derivative along the direction. */
  readonly slope: number;
  /** What the caller wants back of it. */
  readonly evaluation: Evaluation;
}

export interface LineSearchLimits {
  /** Largest element of the direction, in size. */
  readonly directionSize: number;
  /** The bracket is not narrowed below this, in parameter units. */
  readonly toleranceChange: number;
}

const sufficientDecrease = 1e-4; // c₁
const sufficientFlatness = 0.9; // c₂
const maximumEvaluations = 25;

/**
 * A step along a descent direction with enough decrease and a flat enough slope:
 *
 * L(θ + t d) ≤ L(θ) + c₁ t L′ and |L′(θ + t d)| ≤ c₂ |L′|, with c₁ = 10⁻⁴ and c₂ = 0.9.
 *
 * Source: Nocedal & Wright 2006, "Numerical optimization", algorithms 3.5 and 3.6, with the
 * interpolation and safeguards of Schmidt's minFunc, as PyTorch.
 */
export async function strongWolfe<Evaluation>(
  evaluate: (step: number) => Promise<LinePoint<Evaluation>>,
  start: LinePoint<Evaluation>,
  firstStep: number,
  { directionSize, toleranceChange }: LineSearchLimits,
): Promise<{ point: LinePoint<Evaluation>; evaluationCount: number }> {
  const isTooHigh = ({ step, loss }: LinePoint<Evaluation>): boolean =>
    loss > start.loss + sufficientDecrease * step * start.slope;
  const isFlat = ({ slope }: LinePoint<Evaluation>): boolean =>
    Math.abs(slope) <= -sufficientFlatness * start.slope;

  // Bracketing: longer and longer steps, until an interval must contain a good one.
  let previous = start;
  let current = await evaluate(firstStep);
  let trials = 0;
  let bracket: [LinePoint<Evaluation>, LinePoint<Evaluation>] | undefined;
  while (trials < maximumEvaluations) {
    const isBracketed = isTooHigh(current) || (trials > 1 && current.loss >= previous.loss);
    if (!isBracketed && isFlat(current)) return { point: current, evaluationCount: trials + 1 };
    if (isBracketed || current.slope >= 0) {
      bracket = [previous, current];
      break;
    }
    const [shortest, longest] = [
      current.step + 0.01 * (current.step - previous.step),
      current.step * 10,
    ];
    const next = cubicMinimum(previous, current, shortest, longest);
    previous = current;
    current = await evaluate(next);
    trials++;
  }
  bracket ??= [start, current];

  // Zoom: narrow the bracket around its lower end.
  let [low, high] = ordered(bracket[0], bracket[1]);
  let wasNearEnd = false;
  while (trials < maximumEvaluations) {
    const [from, to] = [Math.min(low.step, high.step), Math.max(low.step, high.step)];
    if ((to - from) * directionSize < toleranceChange) break;
    let step = cubicMinimum(low, high, from, to);
    const margin = 0.1 * (to - from);
    if (Math.min(to - step, step - from) < margin) {
      if (wasNearEnd || step >= to || step <= from) {
        step = to - step < step - from ? to - margin : from + margin;
        wasNearEnd = false;
      } else wasNearEnd = true;
    } else wasNearEnd = false;
    const trial = await evaluate(step);
    trials++;
    if (isTooHigh(trial) || trial.loss >= low.loss) {
      [low, high] = ordered(low, trial);
    } else {
      if (isFlat(trial)) return { point: trial, evaluationCount: trials + 1 };
      if (trial.slope * (high.step - low.step) >= 0) high = low;
      low = trial;
    }
  }
  return { point: low, evaluationCount: trials + 1 };
}

function ordered<Evaluation>(
  a: LinePoint<Evaluation>,
  b: LinePoint<Evaluation>,
): [low: LinePoint<Evaluation>, high: LinePoint<Evaluation>] {
  return a.loss <= b.loss ? [a, b] : [b, a];
}

/** Minimum of the cubic through two points with their slopes, held between two bounds. */
function cubicMinimum(
  a: LinePoint<unknown>,
  b: LinePoint<unknown>,
  from: number,
  to: number,
): number {
  const [left, right] = a.step <= b.step ? [a, b] : [b, a];
  const d1 = left.slope + right.slope - (3 * (left.loss - right.loss)) / (left.step - right.step);
  const squared = d1 * d1 - left.slope * right.slope;
  if (!(squared >= 0)) return (from + to) / 2;
  const d2 = Math.sqrt(squared);
  const share = (right.slope + d2 - d1) / (right.slope - left.slope + 2 * d2);
  const step = right.step - (right.step - left.step) * share;
  return Math.min(Math.max(step, from), to);
}
