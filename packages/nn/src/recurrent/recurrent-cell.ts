import { checkOptions, extendKinds, formatShape, ShapeError, type OptionKinds } from "@dl/backend";
import { randomKinds, zeros, type RandomOptions, type Tensor } from "@dl/tensor";
import { defaultUniform } from "../initializers/scaled.ts";
import { checkCount, randomOptions } from "../layer-options.ts";
import { linear } from "../linear.ts";
import { Module } from "../module.ts";
import { Parameter } from "../parameter.ts";

/** Parts of a recurrent cell. */
export interface RecurrentCellOptions extends RandomOptions {
  /** Whether biases are added. Default true. */
  readonly bias?: boolean;
}

export const recurrentCellKinds: OptionKinds<RecurrentCellOptions> = /* @__PURE__ */ extendKinds(
  randomKinds,
  { bias: "boolean" },
);

/**
 * One step of a recurrent network: from inputs and a state to the next state.
 *
 * Weights have PyTorch's layout, the gates one below the other, and start uniform in ±1 / √hiddenSize.
 *
 * @example
 * const cell = new GRUCell(4, 8);
 * cell instanceof RecurrentCell; // => true
 * cell.forward(zeros([2, 4])).shape; // => [2, 8]
 */
export abstract class RecurrentCell<State> extends Module {
  readonly weightIh: Parameter;
  readonly weightHh: Parameter;
  readonly biasIh: Parameter | undefined;
  readonly biasHh: Parameter | undefined;
  readonly hiddenSize: number;
  private readonly op: string;

  constructor(
    op: string,
    gates: number,
    inputSize: number,
    hiddenSize: number,
    options: RecurrentCellOptions = {},
  ) {
    super();
    checkCount(op, "inputSize", inputSize);
    checkCount(op, "hiddenSize", hiddenSize);
    const random = randomOptions(checkOptions(op, options, recurrentCellKinds));
    const draw = (shape: readonly number[]): Parameter =>
      new Parameter(defaultUniform(shape, hiddenSize, random));
    this.op = op;
    this.hiddenSize = hiddenSize;
    this.weightIh = draw([gates * hiddenSize, inputSize]);
    this.weightHh = draw([gates * hiddenSize, hiddenSize]);
    if (options.bias !== false) {
      this.biasIh = draw([gates * hiddenSize]);
      this.biasHh = draw([gates * hiddenSize]);
    }
  }

  /** The state before the first step: zeros. */
  abstract start(batch: number): State;

  /** The next state, given {@link RecurrentCell.project} of the inputs. */
  abstract step(projected: Tensor, state: State): State;

  /** What a state shows to the outside: [batch, hiddenSize]. */
  abstract outputOf(state: State): Tensor;

  /** Inputs times their weights, which needs no state: for many steps at once. */
  project(inputs: Tensor): Tensor {
    const size = this.weightIh.shape[1]!;
    if (inputs.ndim < 2 || inputs.shape.at(-1) !== size)
      throw new ShapeError(
        this.op,
        `expects inputs of size ${size}: received ${formatShape(inputs.shape)} (layout [batch, ..., size]).`,
        { expected: size, received: inputs.shape },
      );
    return linear(inputs, this.weightIh, this.biasIh);
  }

  forward(inputs: Tensor, state: State = this.start(inputs.shape[0] ?? 1)): State {
    return this.step(this.project(inputs), state);
  }

  /** The state's part in the sums before the gates. */
  protected projectHidden(hidden: Tensor): Tensor {
    return linear(hidden, this.weightHh, this.biasHh);
  }

  /** Zeros: [batch, hiddenSize]. */
  protected zeroState(batch: number): Tensor {
    const { dtype, backend } = this.weightHh;
    return zeros([batch, this.hiddenSize], { dtype, backend });
  }
}
