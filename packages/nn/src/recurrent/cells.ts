import { checkOptions, extendKinds, type OptionKinds } from "@dl/backend";
import type { Tensor } from "@dl/tensor";
import { RecurrentCell, recurrentCellKinds, type RecurrentCellOptions } from "./recurrent-cell.ts";

/** Parts of {@link RNNCell}. */
export interface RNNCellOptions extends RecurrentCellOptions {
  /** Default `"tanh"`. */
  readonly nonlinearity?: "tanh" | "relu";
}

const rnnCellKinds: OptionKinds<RNNCellOptions> = /* @__PURE__ */ extendKinds(recurrentCellKinds, {
  nonlinearity: '"tanh"|"relu"',
});

/**
 * h' = tanh(W_ih x + b_ih + W_hh h + b_hh), or with ReLU.
 *
 * Shape: inputs [batch, inputSize], state [batch, hiddenSize] → the next state.
 * Source: Elman 1990, doi:10.1207/s15516709cog1402_1.
 *
 * @throws {ArgumentError} unless the sizes are whole numbers of at least 1.
 * @example
 * new RNNCell(8, 16).forward(zeros([4, 8])).shape; // => [4, 16]
 */
export class RNNCell extends RecurrentCell<Tensor> {
  readonly nonlinearity: "tanh" | "relu";

  constructor(inputSize: number, hiddenSize: number, options: RNNCellOptions = {}) {
    const { nonlinearity = "tanh", ...shared } = checkOptions("rnnCell", options, rnnCellKinds);
    super("rnnCell", 1, inputSize, hiddenSize, shared);
    this.nonlinearity = nonlinearity;
  }

  start(batch: number): Tensor {
    return this.zeroState(batch);
  }

  step(projected: Tensor, hidden: Tensor): Tensor {
    const sum = projected.add(this.projectHidden(hidden));
    return this.nonlinearity === "tanh" ? sum.tanh() : sum.relu();
  }

  outputOf(hidden: Tensor): Tensor {
    return hidden;
  }
}

/** What an LSTM remembers: both [batch, hiddenSize]. */
export interface LSTMState {
  readonly hidden: Tensor;
  readonly cell: Tensor;
}

/**
 * Long short-term memory: c' = f c + i g, h' = o tanh(c'), with gates i, f, o = σ(W x + U h + b) and
 * g = tanh(W x + U h + b); rows of the weights in the order i, f, g, o.
 *
 * Shape: inputs [batch, inputSize], hidden and cell [batch, hiddenSize] → the next two.
 * Source: Hochreiter & Schmidhuber 1997, doi:10.1162/neco.1997.9.8.1735; forget gate: Gers et al. 2000.
 *
 * @throws {ArgumentError} unless the sizes are whole numbers of at least 1.
 * @example
 * new LSTMCell(8, 16).forward(zeros([4, 8])).hidden.shape; // => [4, 16]
 */
export class LSTMCell extends RecurrentCell<LSTMState> {
  constructor(inputSize: number, hiddenSize: number, options: RecurrentCellOptions = {}) {
    super("lstmCell", 4, inputSize, hiddenSize, options);
  }

  start(batch: number): LSTMState {
    return { hidden: this.zeroState(batch), cell: this.zeroState(batch) };
  }

  step(projected: Tensor, { hidden, cell }: LSTMState): LSTMState {
    const gates = projected.add(this.projectHidden(hidden)).chunk(4, -1);
    const [input, forget, candidate, output] = gates as [Tensor, Tensor, Tensor, Tensor];
    const next = forget.sigmoid().mul(cell).add(input.sigmoid().mul(candidate.tanh()));
    return { hidden: output.sigmoid().mul(next.tanh()), cell: next };
  }

  outputOf({ hidden }: LSTMState): Tensor {
    return hidden;
  }
}

/**
 * Gated recurrent unit: h' = (1 − z) n + z h, with r, z = σ(W x + b + U h + c) and
 * n = tanh(W x + b + r (U h + c)); rows of the weights in the order r, z, n.
 *
 * Shape: inputs [batch, inputSize], state [batch, hiddenSize] → the next state.
 * Source: Cho et al. 2014, arXiv:1406.1078, eq. 5 to 8, with the reset gate after the product, as in
 * PyTorch.
 *
 * @throws {ArgumentError} unless the sizes are whole numbers of at least 1.
 * @example
 * new GRUCell(8, 16).forward(zeros([4, 8])).shape; // => [4, 16]
 */
export class GRUCell extends RecurrentCell<Tensor> {
  constructor(inputSize: number, hiddenSize: number, options: RecurrentCellOptions = {}) {
    super("gruCell", 3, inputSize, hiddenSize, options);
  }

  start(batch: number): Tensor {
    return this.zeroState(batch);
  }

  step(projected: Tensor, hidden: Tensor): Tensor {
    const [xReset, xUpdate, xNew] = projected.chunk(3, -1) as [Tensor, Tensor, Tensor];
    const ofHidden = this.projectHidden(hidden).chunk(3, -1);
    const [hReset, hUpdate, hNew] = ofHidden as [Tensor, Tensor, Tensor];
    const reset = xReset.add(hReset).sigmoid();
    const update = xUpdate.add(hUpdate).sigmoid();
    const candidate = xNew.add(reset.mul(hNew)).tanh();
    return candidate.add(update.mul(hidden.sub(candidate)));
  }

  outputOf(hidden: Tensor): Tensor {
    return hidden;
  }
}
