import { noGrad } from "@dl/autograd";
import type { Module } from "@dl/nn";
import { gradNorm } from "@dl/optim";
import { concatenate, stack, zeros, type Tensor } from "@dl/tensor";
import type { GameReport } from "./game-report.ts";

/**
 * What the networks' latest updates went by: how long each one's gradient is, and how much of it has none.
 * A network whose parameters keep no gradient at all is left out: nothing is known of it.
 */
export async function gradientReport(
  modules: Readonly<Record<string, Module>>,
): Promise<Required<Pick<GameReport, "gradientNorms" | "idle">>> {
  const names = Object.keys(modules).filter((name) =>
    modules[name]!.parameters().some(({ grad }) => grad !== null),
  );
  if (names.length === 0) return { gradientNorms: {}, idle: {} };
  const figures = noGrad(() => stack(names.map((name) => figuresOf(modules[name]!))));
  const rows = await figures.toArray<number[][]>();
  const column = (i: number): Record<string, number> =>
    Object.fromEntries(names.map((name, row) => [name, rows[row]![i]!]));
  return { gradientNorms: column(0), idle: column(1) };
}

/** [norm of the gradient, share of parameters without any]. */
function figuresOf(module: Module): Tensor {
  const parameters = module.parameters();
  const isIdle = parameters.map(({ grad }) =>
    grad === null ? zeros([]).equal(0) : grad.abs().max().equal(0),
  );
  const idle = stack(isIdle.map((flag) => flag.cast("float32"))).mean();
  return concatenate([gradNorm(parameters).cast("float32").reshape([1]), idle.reshape([1])]);
}
