import { checkFunction, GradientError, isFloat } from "@dl/backend";
import { keepBeyondScope, stepRecorder, Tensor } from "@dl/tensor";
import { backward, type BackwardOptions } from "./backward.ts";
import { checkGradient } from "./check-gradient.ts";
import { noteHook } from "./hook-changes.ts";
import { startRecorder } from "./recorder.ts";
import { Recording, recordingOf, type GradientHook } from "./recording.ts";
import { stopGradient } from "./stop-gradient.ts";

declare module "@dl/tensor" {
  interface Tensor {
    /**
     * Whether operations on this tensor are recorded for backward. May be set on tensors that were
     * not computed from recorded ones.
     *
     * @throws {GradientError} when set on an integer tensor, or to false on a computed one.
     */
    requiresGrad: boolean;
    /**
     * Gradient summed by {@link Tensor.backward}; null before the first one.
     *
     * @throws {GradientError} when set to what is no tensor of the same shape, type and backend.
     */
    grad: Tensor | null;
    /** True for a tensor that was not computed by a recorded operation. */
    readonly isLeaf: boolean;
    /**
     * Sets {@link Tensor.requiresGrad} and returns the tensor, for chaining.
     *
     * @example
     * tensor([1, 2]).requireGrad().requiresGrad; // => true
     */
    requireGrad(): Tensor;
    /**
     * Adds the gradients of this scalar to `.grad` of every leaf behind it.
     *
     * @throws {GradientError} if it is no scalar and no gradient is given, or was not recorded.
     * @example
     * const x = tensor([1, 2]).requireGrad();
     * x.square().sum().backward();
     * await x.grad.toArray(); // => [2, 4]
     */
    backward(options?: BackwardOptions): void;
    /**
     * The same elements without a history.
     *
     * @example
     * tensor([1, 2]).requireGrad().mul(2).detach().requiresGrad; // => false
     */
    detach(): Tensor;
    /**
     * Keep `.grad` of a computed tensor too.
     *
     * @throws {GradientError} if the tensor requires no gradient.
     * @example
     * const y = tensor([1, 2]).requireGrad().mul(3);
     * y.retainGrad();
     * y.sum().backward();
     * await y.grad.toArray(); // => [1, 1]
     */
    retainGrad(): void;
    /**
     * Calls `hook` with this tensor's whole gradient during backward; what it returns replaces the
     * gradient. The function returned removes it.
     *
     * @throws {GradientError} if the tensor requires no gradient; during backward if what the hook
     * returns is no tensor of the gradient's shape, type and backend.
     * @example
     * const x = tensor([1, 2]).requireGrad();
     * x.registerHook((gradient) => gradient.mul(10));
     * x.sum().backward();
     * await x.grad.toArray(); // => [10, 10]
     */
    registerHook(hook: GradientHook): () => void;
  }
}

function demandRecording(tensor: Tensor, op: string): Recording {
  const recording = recordingOf(tensor);
  if (recording === undefined)
    throw new GradientError(op, "the tensor requires no gradient. Set requiresGrad first.");
  return recording;
}

function setRequiresGrad(tensor: Tensor, required: boolean): void {
  const recording = recordingOf(tensor);
  if (required === (recording !== undefined)) return;
  if (recording?.node !== undefined)
    throw new GradientError(
      "requiresGrad",
      "only a leaf can be told not to require a gradient, and this tensor was computed. Use detach().",
    );
  if (required && !isFloat(tensor.dtype))
    throw new GradientError(
      "requiresGrad",
      `only float tensors have gradients, got ${tensor.dtype}. Convert with x.cast("float32").`,
      { received: tensor.dtype },
    );
  startRecorder();
  tensor.recording = required ? new Recording(tensor) : undefined;
}

Object.defineProperties(Tensor.prototype, {
  requiresGrad: {
    get(this: Tensor): boolean {
      return this.recording !== undefined;
    },
    set(this: Tensor, required: boolean) {
      setRequiresGrad(this, required);
    },
    configurable: true,
  },
  grad: {
    get(this: Tensor): Tensor | null {
      const recording = recordingOf(this);
      if (recording === undefined) return null;
      if (stepRecorder() === undefined) recording.slot.isTaken = true;
      return recording.grad;
    },
    set(this: Tensor, gradient: Tensor | null) {
      const recording = demandRecording(this, "grad");
      if (gradient !== null) {
        checkGradient("grad", "the gradient", gradient, this);
        keepBeyondScope(gradient, recording.scope);
      }
      recording.grad = gradient;
    },
    configurable: true,
  },
  isLeaf: {
    get(this: Tensor): boolean {
      return recordingOf(this)?.node === undefined;
    },
    configurable: true,
  },
  requireGrad: {
    value(this: Tensor): Tensor {
      setRequiresGrad(this, true);
      return this;
    },
    configurable: true,
  },
  backward: {
    value(this: Tensor, options?: BackwardOptions): void {
      backward(this, options);
    },
    configurable: true,
  },
  detach: {
    value(this: Tensor): Tensor {
      return stopGradient(this);
    },
    configurable: true,
  },
  retainGrad: {
    value(this: Tensor): void {
      demandRecording(this, "retainGrad").retainsGrad = true;
    },
    configurable: true,
  },
  registerHook: {
    value(this: Tensor, hook: GradientHook): () => void {
      checkFunction("registerHook", "hook", hook);
      const recording = demandRecording(this, "registerHook");
      noteHook(recording);
      recording.hooks = [...recording.hooks, hook];
      return () => {
        noteHook(recording);
        recording.hooks = recording.hooks.filter((other) => other !== hook);
      };
    },
    configurable: true,
  },
});
