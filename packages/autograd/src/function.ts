import { ArgumentError, isFloat } from "@dl/backend";
import { Tensor, zerosLike } from "@dl/tensor";
import { checkGradient } from "./check-gradient.ts";
import { isGradEnabled, noGrad } from "./grad-mode.ts";
import { currentSite } from "./recorder.ts";
import { noteUses } from "./recording-uses.ts";
import { GraphNode, recordingOf } from "./recording.ts";

/**
 * What a {@link Function} passes from its forward to its backward.
 *
 * @example
 * class Square extends Function {
 *   forward(ctx, x) {
 *     ctx.saveForBackward(x);
 *     return x.square();
 *   }
 *   backward(ctx, dy) {
 *     return [ctx.savedTensors[0].mul(dy).mul(2)];
 *   }
 * }
 * const x = tensor(3).requireGrad();
 * new Square().apply(x).backward();
 * await x.grad.item(); // => 6
 */
export class FunctionContext {
  /** Which inputs need a gradient. */
  readonly needsInputGrad: readonly boolean[];
  private saved: readonly Tensor[] = [];

  constructor(needsInputGrad: readonly boolean[]) {
    this.needsInputGrad = needsInputGrad;
  }

  /** Inputs or outputs that backward will read. */
  saveForBackward(...tensors: Tensor[]): void {
    this.saved = tensors;
  }

  get savedTensors(): readonly Tensor[] {
    return this.saved;
  }
}

/** What `forward` returns: one tensor or several. */
export type FunctionOutput = Tensor | readonly Tensor[];

/**
 * A function on tensors with a gradient of its own: any number of inputs and outputs.
 *
 * `forward` runs unrecorded. `backward` gets one gradient per output (zeros where an output was
 * not used) and returns one per input, or `undefined` for an input without one. Written in tensor
 * operations, it can be differentiated again.
 *
 * @example
 * class Square extends Function {
 *   forward(ctx: FunctionContext, x: Tensor): Tensor {
 *     ctx.saveForBackward(x);
 *     return x.mul(x);
 *   }
 *   backward(ctx: FunctionContext, dy: Tensor): Tensor {
 *     return ctx.savedTensors[0]!.mul(2).mul(dy);
 *   }
 * }
 * const x = tensor(3).requireGrad();
 * new Square().apply(x).backward();
 * await x.grad!.item(); // => 6
 */
export abstract class Function<Output extends FunctionOutput = Tensor> {
  /** Computes the outputs; what backward needs goes to `ctx.saveForBackward`. */
  abstract forward(ctx: FunctionContext, ...inputs: Tensor[]): Output;
  /** From one cotangent per output, one gradient per input of forward. */
  abstract backward(
    ctx: FunctionContext,
    ...outputGradients: Tensor[]
  ): Tensor | readonly (Tensor | undefined)[];

  /** Runs `forward` and records `backward`. */
  apply(...inputs: Tensor[]): Output {
    const recordings = inputs.map(recordingOf);
    noteUses(recordings);
    const ctx = new FunctionContext(recordings.map((recording) => recording !== undefined));
    const result = noGrad(() => this.forward(ctx, ...inputs));
    if (!isGradEnabled() || recordings.every((recording) => recording === undefined)) return result;
    // New handles: forward may return one of its inputs, whose own history must stay.
    const results: readonly Tensor[] = result instanceof Tensor ? [result] : result;
    const outputs = results.map((x) => new Tensor(x.value));
    const differentiable = outputs.filter((output) => isFloat(output.dtype));
    const node = new GraphNode(this.constructor.name, recordings, differentiable, currentSite());
    node.isForeign = true;
    keepSaved(ctx, node, results, outputs);
    node.vjp = (gradients) => {
      const filled = gradients.map((gradient, i) => gradient ?? zerosLike(differentiable[i]!));
      return this.checked(this.backward(ctx, ...filled), inputs);
    };
    return (result instanceof Tensor ? outputs[0]! : outputs) as FunctionOutput as Output;
  }

  private checked(
    returned: Tensor | readonly (Tensor | undefined)[],
    inputs: readonly Tensor[],
  ): readonly (Tensor | undefined)[] {
    const gradients = Array.isArray(returned) ? returned : [returned];
    const name = `${this.constructor.name}.backward`;
    if (gradients.length !== inputs.length)
      throw new ArgumentError(
        name,
        `returned ${gradients.length} gradients for ${inputs.length} inputs. Return one for each, undefined where there is none.`,
        { expected: inputs.length, received: gradients.length },
      );
    gradients.forEach((gradient, i) => {
      // What is no float has no gradient; one given all the same goes nowhere.
      if (gradient !== undefined && isFloat(inputs[i]!.dtype))
        checkGradient(name, `gradient ${i}`, gradient, inputs[i]!);
    });
    return gradients;
  }
}

/** Saved outputs are exchanged for the recorded handles, so that second derivatives see them. */
function keepSaved(
  ctx: FunctionContext,
  node: GraphNode,
  results: readonly Tensor[],
  outputs: readonly Tensor[],
): void {
  ctx.saveForBackward(
    ...ctx.savedTensors.map((tensor) => {
      const at = results.indexOf(tensor);
      return node.keep(at < 0 ? tensor : outputs[at]!);
    }),
  );
}
