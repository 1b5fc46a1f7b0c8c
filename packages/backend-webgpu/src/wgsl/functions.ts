import { arithmeticFunctions, type ArithmeticName } from "./arithmetic.ts";
import { exponentialFunctions, type ExponentialName } from "./exponential.ts";
import { powerFunctions, type PowerName } from "./power.ts";
import { randomFunctions, type RandomName } from "./random.ts";
import { trigonometryFunctions, type TrigonometryName } from "./trigonometry.ts";
import type { WgslFunction } from "./wgsl-function.ts";

export type WgslFunctionName =
  | ArithmeticName
  | ExponentialName
  | PowerName
  | RandomName
  | TrigonometryName;

/**
 * Functions the WGSL library lacks, or whose accuracy and handling of NaN and infinity WGSL leaves
 * open: the built-in tanh is not finite for large arguments on some devices, sin is off by 2e-4,
 * and `x != x` may be folded to false. NaN is therefore found by its bits.
 */
export const wgslFunctions: { readonly [Name in WgslFunctionName]: WgslFunction } = {
  ...arithmeticFunctions,
  ...exponentialFunctions,
  ...powerFunctions,
  ...randomFunctions,
  ...trigonometryFunctions,
};

/** The function on vectors of four, lane by lane. */
export function fourLanes(name: WgslFunctionName): string {
  const { text } = wgslFunctions[name];
  const [, list, result] = /^\(([^)]*)\) -> (\w+)/.exec(text)!;
  const parameters = list!
    .split(", ")
    .map((parameter) => parameter.split(": ") as [string, string]);
  const lanes = ["x", "y", "z", "w"].map(
    (lane) => `dl_${name}(${parameters.map(([parameter]) => `${parameter}.${lane}`).join(", ")})`,
  );
  return [
    `fn dl_${name}4(${parameters.map(([parameter, type]) => `${parameter}: vec4<${type}>`).join(", ")}) -> vec4<${result!}> {`,
    `return vec4<${result!}>(${lanes.join(", ")});`,
    "}",
  ].join("\n");
}
