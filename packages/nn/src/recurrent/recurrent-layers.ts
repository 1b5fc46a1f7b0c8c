import {
  ArgumentError,
  checkOptions,
  extendKinds,
  formatShape,
  ShapeError,
  type OptionKinds,
} from "@dl/backend";
import { concatenate, stack, type Tensor } from "@dl/tensor";
import { Dropout } from "../dropout.ts";
import { checkCount } from "../layer-options.ts";
import { Module } from "../module.ts";
import { GRUCell, LSTMCell, RNNCell, type LSTMState, type RNNCellOptions } from "./cells.ts";
import {
  recurrentCellKinds,
  type RecurrentCell,
  type RecurrentCellOptions,
} from "./recurrent-cell.ts";
import { recurrentNaming, type PytorchNaming } from "../pytorch/names-table.ts";

/** Depth and directions of a recurrent layer. */
export interface RecurrentOptions extends RecurrentCellOptions {
  /** How many cells are stacked, each reading the outputs of the one below. Default 1. */
  readonly layerCount?: number;
  /** Probability of dropping outputs between layers in training. Default 0. */
  readonly dropout?: number;
  /** Whether each layer also reads from the end, with a cell of its own. Default false. */
  readonly isBidirectional?: boolean;
}

const recurrentKinds: OptionKinds<RecurrentOptions> = /* @__PURE__ */ extendKinds(
  recurrentCellKinds,
  { layerCount: "number", dropout: "number", isBidirectional: "boolean" },
);

const rnnKinds: OptionKinds<RecurrentOptions & RNNCellOptions> = /* @__PURE__ */ extendKinds(
  recurrentKinds,
  { nonlinearity: '"tanh"|"relu"' },
);

/** The options that a layer passes on to its cells. */
function cellOptions(op: string, options: RecurrentOptions): RecurrentCellOptions {
  const {
    layerCount: _count,
    dropout: _dropout,
    isBidirectional: _both,
    ...cell
  } = checkOptions(op, options, recurrentKinds);
  return cell;
}

/** What a recurrent layer gives. */
export interface RecurrentOutput<State> {
  /** Outputs of the top layer at every step: [batch, length, hiddenSize], twice that of both directions. */
  readonly outputs: Tensor;
  /**
   * The last state of each layer; given to the next call, it continues the sequence. With two
   * directions, both of layer 0, then both of layer 1, ...
   */
  readonly states: readonly State[];
}

/**
 * Stacked cells run over sequences.
 *
 * Always batch first: [batch, length, size] (PyTorch's `batch_first=True`). The parameters of layer k
 * are `layers.k.weightIh` and so on (PyTorch's `weight_ih_lk`), and `reverseLayers.k.weightIh` of the
 * other direction (`weight_ih_lk_reverse`).
 *
 * @example
 * const layer = new LSTM(4, 8);
 * layer instanceof Recurrent; // => true
 * layer.forward(zeros([2, 5, 4])).outputs.shape; // => [2, 5, 8]
 */
export abstract class Recurrent<State> extends Module {
  readonly layers: readonly RecurrentCell<State>[];
  readonly reverseLayers: readonly RecurrentCell<State>[];
  readonly dropout: Dropout;
  private readonly op: string;

  static get pytorchNaming(): PytorchNaming {
    return recurrentNaming;
  }

  constructor(
    op: string,
    cellFor: (inputSize: number) => RecurrentCell<State>,
    inputSize: number,
    hiddenSize: number,
    options: RecurrentOptions,
  ) {
    super();
    const {
      layerCount = 1,
      dropout = 0,
      isBidirectional = false,
      generator,
    } = checkOptions(op, options, recurrentKinds);
    checkCount(op, "layerCount", layerCount);
    this.op = op;
    const above = isBidirectional ? 2 * hiddenSize : hiddenSize;
    const cells = (): RecurrentCell<State>[] =>
      Array.from({ length: layerCount }, (_, i) => cellFor(i === 0 ? inputSize : above));
    this.layers = cells();
    this.reverseLayers = isBidirectional ? cells() : [];
    this.dropout = new Dropout(dropout, { ...(generator && { generator }) });
  }

  forward(inputs: Tensor, states?: readonly State[]): RecurrentOutput<State> {
    if (inputs.ndim !== 3 || inputs.shape[1] === 0)
      throw new ShapeError(
        this.op,
        `expects [batch, length, size] with at least one step: received ${formatShape(inputs.shape)}.`,
        { received: inputs.shape },
      );
    const count = this.layers.length + this.reverseLayers.length;
    if (states !== undefined && states.length !== count)
      throw new ArgumentError(
        this.op,
        `needs one state per layer and direction: received ${states.length}, expected ${count}.`,
        { expected: count, received: states.length },
      );
    let sequence = inputs;
    const last: State[] = [];
    for (const [i, layer] of this.layers.entries()) {
      const fed = i === 0 ? sequence : this.dropout.forward(sequence);
      const directions = [layer, this.reverseLayers[i]].filter((cell) => cell !== undefined);
      const read = directions.map((cell, direction) => {
        const { outputs, state } = unrolled(cell, fed, states?.[last.length], direction === 1);
        last.push(state);
        return outputs;
      });
      sequence = read.length === 1 ? read[0]! : concatenate(read, -1);
    }
    return { outputs: sequence, states: last };
  }
}

/** All steps of one cell, from the end if reversed; outputs are in the order of the inputs. */
function unrolled<State>(
  cell: RecurrentCell<State>,
  inputs: Tensor,
  first: State | undefined,
  isReversed: boolean,
): { outputs: Tensor; state: State } {
  const [batch, length] = inputs.shape as readonly [number, number, number];
  const projected = cell.project(inputs); // [batch, length, gates · hiddenSize]
  let state = first ?? cell.start(batch);
  const outputs: Tensor[] = [];
  for (let i = 0; i < length; i++) {
    const step = isReversed ? length - 1 - i : i;
    state = cell.step(projected.select(1, step), state);
    outputs[step] = cell.outputOf(state);
  }
  return { outputs: stack(outputs, 1), state };
}

/**
 * {@link RNNCell} over sequences, batch first.
 *
 * Shape: [batch, length, inputSize] → outputs [batch, length, hiddenSize], states of [batch, hiddenSize].
 *
 * @throws {ArgumentError} for sizes out of their range.
 * @example
 * new RNN(8, 16).forward(zeros([4, 10, 8])).outputs.shape; // => [4, 10, 16]
 */
export class RNN extends Recurrent<Tensor> {
  constructor(
    inputSize: number,
    hiddenSize: number,
    options: RecurrentOptions & RNNCellOptions = {},
  ) {
    const { nonlinearity = "tanh", ...shared } = checkOptions("rnn", options, rnnKinds);
    const cell = { ...cellOptions("rnn", shared), nonlinearity };
    const cellFor = (size: number): RNNCell => new RNNCell(size, hiddenSize, cell);
    super("rnn", cellFor, inputSize, hiddenSize, shared);
  }
}

/**
 * {@link LSTMCell} over sequences, batch first.
 *
 * Shape: [batch, length, inputSize] → outputs [batch, length, hiddenSize], states of { hidden, cell }.
 *
 * @throws {ArgumentError} for sizes out of their range.
 * @example
 * const lstm = new LSTM(8, 16, { layerCount: 2 });
 * const { outputs, states } = lstm.forward(zeros([4, 10, 8]));
 * lstm.forward(zeros([4, 10, 8]), states); // goes on from there
 */
export class LSTM extends Recurrent<LSTMState> {
  constructor(inputSize: number, hiddenSize: number, options: RecurrentOptions = {}) {
    const cell = cellOptions("lstm", options);
    const cellFor = (size: number): LSTMCell => new LSTMCell(size, hiddenSize, cell);
    super("lstm", cellFor, inputSize, hiddenSize, options);
  }
}

/**
 * {@link GRUCell} over sequences, batch first.
 *
 * Shape: [batch, length, inputSize] → outputs [batch, length, hiddenSize], states of [batch, hiddenSize].
 *
 * @throws {ArgumentError} for sizes out of their range.
 * @example
 * new GRU(8, 16).forward(zeros([4, 10, 8])).outputs.shape; // => [4, 10, 16]
 */
export class GRU extends Recurrent<Tensor> {
  constructor(inputSize: number, hiddenSize: number, options: RecurrentOptions = {}) {
    const cell = cellOptions("gru", options);
    const cellFor = (size: number): GRUCell => new GRUCell(size, hiddenSize, cell);
    super("gru", cellFor, inputSize, hiddenSize, options);
  }
}
