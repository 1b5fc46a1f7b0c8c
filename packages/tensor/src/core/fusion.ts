import { input, parameter, type DType, type InputSpec, type Scalar } from "@dl/backend";
import { expensiveCost } from "./pointwise-op.ts";
import { isPrior } from "./step-recorder.ts";
import type { Stored } from "./storage.ts";
import type { NumberOperand, PendingPointwise, TensorValue } from "./tensor-value.ts";

/**
 * Gathers a pending expression into one program: which buffers and numbers it reads, in order, and
 * the scalar expression over them.
 */
export class Fusion {
  readonly inputs: Stored[] = [];
  readonly specs: InputSpec[] = [];
  readonly numbers: NumberOperand[];
  readonly parameters: DType[];
  private readonly scalars = new Map<TensorValue, Scalar>();
  private readonly firstSlot: number;
  private readonly storeValue: (value: TensorValue) => Stored;
  /** The value being stored: the only one whose own recomputation is the purpose. */
  private readonly target: TensorValue | undefined;

  /**
   * `result`: a reduction's or routine's value, read as input 0 of an epilogue. `after`: the part
   * of the program that comes before the epilogue and has its own numbers.
   */
  constructor(
    storeValue: (value: TensorValue) => Stored,
    options: { target?: TensorValue; result?: TensorValue; after?: Fusion } = {},
  ) {
    this.storeValue = storeValue;
    this.target = options.target;
    this.firstSlot = options.result === undefined ? 0 : 1;
    this.numbers = options.after?.numbers ?? [];
    this.parameters = options.after?.parameters ?? [];
    if (options.result !== undefined)
      this.scalars.set(options.result, input(0, options.result.dtype));
  }

  /** The expression of a value; what is not worth computing again is stored and read. */
  scalar(value: TensorValue): Scalar {
    const known = this.scalars.get(value);
    if (known !== undefined) return known;
    const { pending } = value;
    const scalar =
      pending?.kind === "pointwise" && !this.shouldStore(value, pending)
        ? this.expression(value, pending)
        : this.leaf(value);
    this.scalars.set(value, scalar);
    return scalar;
  }

  private shouldStore(value: TensorValue, pending: PendingPointwise): boolean {
    if (value === this.target) return false;
    return isPrior(value) || (value.timesRecomputed > 0 && pending.size >= expensiveCost);
  }

  private expression(value: TensorValue, pending: PendingPointwise): Scalar {
    if (value !== this.target) value.timesRecomputed++;
    return pending.op.expression(
      pending.operands.map((operand) => {
        if (!("number" in operand)) return this.scalar(operand);
        this.numbers.push(operand);
        this.parameters.push(operand.dtype);
        return parameter(this.numbers.length - 1, operand.dtype);
      }),
    );
  }

  private leaf(value: TensorValue): Scalar {
    const stored = this.storeValue(value);
    let slot = this.inputs.findIndex(
      (known) =>
        known.storage === stored.storage &&
        known.layout === stored.layout &&
        known.offset === stored.offset,
    );
    if (slot < 0) {
      slot = this.inputs.length;
      this.inputs.push(stored);
      this.specs.push({ dtype: value.dtype, layout: stored.layout });
    }
    return input(slot + this.firstSlot, value.dtype);
  }
}
