import { topologicalOrder, type ApplyScalar, type DType, type Scalar } from "@dl/backend";
import { convert } from "./arithmetic.ts";
import { emittersAt, type ElementPosition } from "./emitters.ts";

/** One instruction: read up to four registers, write one. */
interface Step {
  readonly emit: (node: ApplyScalar, ...args: number[]) => number;
  readonly node: ApplyScalar;
  readonly operands: readonly [number, number, number, number];
  readonly register: number;
}

/** Expressions as a flat list of instructions over numbered registers, run once per element. */
export class Evaluator {
  /** Registers that hold the expressions' values after `run`. */
  readonly outputs: readonly number[];
  /** Which input goes to which register; inputs that no expression reads are left out. */
  readonly loads: readonly { readonly slot: number; readonly register: number }[];
  readonly registers: Float64Array;
  private readonly steps: readonly Step[];
  private readonly parameters: readonly { slot: number; register: number; dtype: DType }[];
  private readonly indexRegister: number | undefined;
  private readonly position: ElementPosition = { index: 0 };

  constructor(values: readonly Scalar[]) {
    const emitters = emittersAt(this.position);
    const registerOf = new Map<Scalar, number>();
    const loads: { slot: number; register: number }[] = [];
    const parameters: { slot: number; register: number; dtype: DType }[] = [];
    const constants: number[] = [];
    const steps: Step[] = [];
    for (const node of topologicalOrder(values)) {
      const register = registerOf.size;
      registerOf.set(node, node.kind === "custom" ? registerOf.get(node.value)! : register);
      if (node.kind === "input") loads.push({ slot: node.slot, register });
      else if (node.kind === "parameter")
        parameters.push({ slot: node.slot, register, dtype: node.dtype });
      else if (node.kind === "constant") constants[register] = node.value;
      else if (node.kind === "apply") {
        const [a = 0, b = 0, c = 0, d = 0] = node.args.map((arg) => registerOf.get(arg)!);
        steps.push({ emit: emitters[node.op], node, operands: [a, b, c, d], register });
      }
    }
    this.registers = new Float64Array(registerOf.size);
    constants.forEach((value, register) => (this.registers[register] = value));
    this.indexRegister = [...registerOf].find(([node]) => node.kind === "index")?.[1];
    this.outputs = values.map((value) => registerOf.get(value)!);
    this.loads = loads;
    this.parameters = parameters;
    this.steps = steps;
  }

  /** Numbers given at dispatch, each brought to its parameter's type. */
  setParameters(scalars: readonly number[]): void {
    for (const { slot, register, dtype } of this.parameters)
      this.registers[register] = convert(scalars[slot]!, dtype, dtype);
  }

  /** Computes the element at a row-major position; its inputs are already in their registers. */
  run(index: number): void {
    const { registers, steps } = this;
    this.position.index = index;
    if (this.indexRegister !== undefined) registers[this.indexRegister] = index;
    for (let i = 0; i < steps.length; i++) {
      const { emit, node, operands, register } = steps[i]!;
      registers[register] = emit(
        node,
        registers[operands[0]]!,
        registers[operands[1]]!,
        registers[operands[2]]!,
        registers[operands[3]]!,
      );
    }
  }
}
