import {
  ArgumentError,
  checkOptions,
  GradientError,
  refuseOptions,
  type OptionKinds,
} from "@dl/backend";
import { Generator, uniform, type Tensor } from "@dl/tensor";
import { vjp } from "./functional.ts";

/** How closely {@link gradcheck} looks. */
export interface GradcheckOptions {
  /** Step of the central difference. Default 1e-6. */
  readonly epsilon?: number;
  readonly relativeTolerance?: number;
  readonly absoluteTolerance?: number;
  /** Random directions tried. Default 3. */
  readonly directions?: number;
  readonly seed?: number;
}

const gradcheckKinds: OptionKinds<GradcheckOptions> = {
  epsilon: "number",
  relativeTolerance: "number",
  absoluteTolerance: "number",
  directions: "number",
  seed: "number",
};

type DifferentiableFunction = (...inputs: Tensor[]) => Tensor;

/**
 * Compares the gradient of `f` with central differences along random directions: for a cotangent v
 * and a direction u, v · J u computed both ways.
 *
 * Inputs must be float64, since differences in float32 are mostly rounding: use the reference
 * backend.
 *
 * @throws {GradientError} with both numbers if they differ by more than
 * `absoluteTolerance + relativeTolerance · |numeric|`.
 * @throws {ArgumentError} if an input is not float64.
 * @example
 * const x = tensor([0.5, 2], { dtype: "float64", backend: reference() });
 * await gradcheck((x) => x.mul(x).sin(), [x]);
 */
export async function gradcheck(
  f: DifferentiableFunction,
  inputs: readonly Tensor[],
  options: GradcheckOptions = {},
): Promise<void> {
  refuseOptions("gradcheck", inputs, "the list of inputs");
  const {
    epsilon = 1e-6,
    relativeTolerance = 1e-3,
    absoluteTolerance = 1e-5,
    directions = 3,
    seed = 0,
  } = checkOptions("gradcheck", options, gradcheckKinds);
  for (const input of inputs)
    if (input.dtype !== "float64")
      throw new ArgumentError(
        "gradcheck",
        `inputs must be float64, got ${input.dtype}. Make them on the reference backend with { dtype: "float64" }.`,
        { expected: "float64", received: input.dtype },
      );
  const generator = new Generator(seed);
  const random = (like: Tensor): Tensor =>
    uniform(like.shape, {
      low: -1,
      high: 1,
      dtype: "float64",
      backend: like.backend,
      generator,
    });
  for (let i = 0; i < directions; i++) {
    const us = inputs.map(random);
    const { outputs, pullback } = vjp(f, inputs);
    const v = random(outputs);
    const gradients = pullback(v);
    const analytic = await sumOfProducts(gradients, us);
    const along = (step: number): Tensor =>
      f(...inputs.map((x, k) => x.detach().add(us[k]!.mul(step))));
    const difference = along(epsilon)
      .sub(along(-epsilon))
      .div(2 * epsilon);
    const numeric = await sumOfProducts([difference], [v]);
    const allowed = absoluteTolerance + relativeTolerance * Math.abs(numeric);
    if (!(Math.abs(analytic - numeric) <= allowed))
      throw new GradientError(
        "gradcheck",
        `the gradient along direction ${i} is ${analytic}, central differences give ${numeric}. They may differ by ${allowed}.`,
        { expected: numeric, received: analytic },
      );
  }
}

/**
 * {@link gradcheck} of the gradient itself, with respect to the inputs and to the cotangent: second
 * derivatives.
 *
 * @throws {GradientError} if they disagree with central differences of the first ones.
 * @example
 * const x = tensor([0.5, 2], { dtype: "float64", backend: reference() });
 * await gradgradcheck((x) => x.sin(), [x]);
 */
export async function gradgradcheck(
  f: DifferentiableFunction,
  inputs: readonly Tensor[],
  options: GradcheckOptions = {},
): Promise<void> {
  refuseOptions("gradgradcheck", inputs, "the list of inputs");
  checkOptions("gradgradcheck", options, gradcheckKinds);
  const output = f(...inputs.map((x) => x.detach()));
  const cotangent = uniform(output.shape, {
    low: -1,
    high: 1,
    dtype: "float64",
    backend: output.backend,
    generator: new Generator((options.seed ?? 0) + 1),
  });
  for (let which = 0; which < inputs.length; which++)
    await gradcheck(
      (...all) => vjp(f, all.slice(0, -1)).pullback(all[all.length - 1]!)[which]!,
      [...inputs, cotangent],
      options,
    );
}

async function sumOfProducts(a: readonly Tensor[], b: readonly Tensor[]): Promise<number> {
  let sum = 0;
  for (let i = 0; i < a.length; i++) {
    const product = await a[i]!.mul(b[i]!).data();
    for (const term of product) sum += term;
  }
  return sum;
}
