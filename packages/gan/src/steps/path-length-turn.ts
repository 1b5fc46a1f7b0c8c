import type { SteppingOptimizer } from "@dl/optim";
import type { Tensor } from "@dl/tensor";
import { descend } from "@dl/training";
import { pathLengthPenalty } from "../style/path-length-penalty.ts";
import type { StyleGenerator } from "../style/style-generator.ts";
import type { GameScalars } from "./game.ts";
import type { GivenStyleOptions } from "./style-options.ts";

/** What a step tells of the game; of paths where it was their turn. */
export interface StyleScalars extends GameScalars {
  readonly pathPenalty?: Tensor;
  /** Running mean. */
  readonly pathLength?: Tensor;
}

/** A batch's styles as pictures. */
export function picturesOf<Batch>(
  model: StyleGenerator,
  { noise }: GivenStyleOptions<Batch>,
  styles: Tensor,
  batch: Batch,
): Tensor {
  return model.synthesis.forward(styles, noise(styles.shape[0]!, batch));
}

/** The generator's step by the path length penalty, as large as those that it stands for. */
export function pathLengthTurn<Batch>(
  model: StyleGenerator,
  optimizer: SteppingOptimizer,
  given: GivenStyleOptions<Batch>,
  batch: Batch,
): Pick<Required<StyleScalars>, "pathPenalty" | "pathLength"> {
  const pathPenalty = descend(optimizer, () => {
    const styles = given.styles(Math.ceil(given.samples(batch).shape[0]! / 2), batch);
    const pictures = picturesOf(model, given, styles, batch);
    const noise = given.directions(pictures.shape, batch);
    const penalty = pathLengthPenalty(pictures, styles, model.meanPathLength, { noise });
    return penalty.mul(given.pathLengthWeight * given.pathLengthEvery);
  });
  return { pathPenalty, pathLength: model.meanPathLength.detach() };
}
