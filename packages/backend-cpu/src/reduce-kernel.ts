import type { ReduceOp, Scalar } from "@dl/backend";
import type { AccumulatorMaker } from "./accumulator.ts";
import { ArgumentReader } from "./argument-block.ts";
import { eachCoordinate } from "./coordinates.ts";
import { ExpressionCode, type VectorPlace } from "./expression-code.ts";
import { InputReader, type AccessMode } from "./input-reader.ts";
import type { FunctionBuilder, Local } from "./wasm/function-builder.ts";

/** What the code of a reduction depends on. */
export interface ReduceSignature {
  readonly op: ReduceOp;
  readonly value: Scalar;
  /** `rows`: lanes run along a reduced axis. `columns`: along the last kept one. */
  readonly form: "rows" | "columns";
  readonly slots: readonly number[];
  readonly modes: readonly AccessMode[];
  /** Columns: inputs that do not change along any reduced axis. */
  readonly held: readonly boolean[];
  readonly outerKept: number;
  readonly outerReduced: number;
  /** How row-major positions run along the inner axis; undefined where nobody asks. */
  readonly indexMode: AccessMode | undefined;
  readonly parameterCount: number;
  /** Vectors folded side by side. */
  readonly vectors: number;
  /** A part of the backend. */
  readonly hypot: AccumulatorMaker | undefined;
}

/** One thing that moves with the loops: an input's address, or the row-major position. */
interface Walker {
  readonly origin: Local;
  readonly kept: readonly Local[];
  readonly reduced: readonly Local[];
}

export interface WalkedInput extends Walker {
  readonly base: Local;
  readonly reader: InputReader;
}

/** Row-major positions of the elements being read. */
export interface WalkedIndex extends Walker {
  /** Distance between neighbours along the inner axis. */
  readonly stride: Local;
}

/**
 * What both forms of reduction share: arguments in locals, and the loops around the inner axis.
 *
 * Geometry words: inner size, groups, kept sizes, reduced sizes, then for each input kept strides,
 * reduced strides and, if strided, the inner one (bytes); the same for the index (elements).
 */
export class ReduceFrame {
  readonly body: FunctionBuilder;
  readonly signature: ReduceSignature;
  readonly scratch: Local;
  readonly outputBase: Local;
  readonly innerSize: Local;
  readonly groups: Local;
  readonly inputs: readonly WalkedInput[];
  readonly index: WalkedIndex | undefined;
  readonly code: ExpressionCode;
  readonly #keptSizes: readonly Local[];
  readonly #reducedSizes: readonly Local[];

  constructor(body: FunctionBuilder, signature: ReduceSignature) {
    const { slots, modes, held, outerKept, outerReduced, indexMode, form } = signature;
    this.body = body;
    this.signature = signature;
    const [args, scratch] = body.parameters as [Local, Local];
    this.scratch = scratch;
    const words = new ArgumentReader(body, args);
    const bases = words.integers(slots.length);
    this.outputBase = words.integer();
    const parameters = Array.from({ length: signature.parameterCount }, () => words.splat());
    this.innerSize = words.integer();
    this.groups = words.integer();
    this.#keptSizes = words.integers(outerKept);
    this.#reducedSizes = words.integers(outerReduced);
    this.inputs = modes.map((mode, i) => {
      const kept = words.integers(outerKept);
      const reduced = words.integers(outerReduced);
      const stride = mode === "strided" ? words.integer() : undefined;
      const reader = new InputReader(body, mode, stride);
      return { base: bases[i]!, origin: body.local("i32"), kept, reduced, reader };
    });
    if (indexMode !== undefined) {
      const kept = words.integers(outerKept);
      const reduced = words.integers(outerReduced);
      const stride = words.integer();
      this.index = { origin: body.local("i32"), kept, reduced, stride };
    }
    this.code = new ExpressionCode(
      body,
      [signature.value],
      (slot) => {
        const i = slots.indexOf(slot);
        return (form === "rows" ? modes[i] === "broadcast" : held[i]) ? 1 : 2;
      },
      parameters,
      scratch,
    );
  }

  inputOf(slot: number): WalkedInput {
    return this.inputs[this.signature.slots.indexOf(slot)]!;
  }

  /** Sets every origin for a row-major position over the outer kept axes. Destroys `linear`. */
  seek(linear: Local): void {
    const { body } = this;
    for (const { origin, base } of this.inputs) body.get(base).set(origin);
    if (this.index !== undefined) body.get(0).set(this.index.origin);
    eachCoordinate(body, linear, this.#keptSizes, (coordinate, axis) => {
      for (const { origin, kept } of this.#walkers())
        body.get(origin).op("i32.mul", coordinate, kept[axis]!).op("i32.add").set(origin);
    });
  }

  /** Runs `emit` for every position on the outer reduced axes; it is given the innermost counter. */
  overReduced(emit: (counter: Local | undefined) => void, axis = 0): void {
    const { body } = this;
    const counter = body.local("i32");
    const size = this.#reducedSizes[axis];
    if (size === undefined) {
      emit(undefined);
      return;
    }
    const isLast = axis === this.#reducedSizes.length - 1;
    body.get(0).set(counter);
    body.countUp(counter, size, 1, () => {
      if (isLast) emit(counter);
      else this.overReduced(emit, axis + 1);
      for (const { origin, reduced } of this.#walkers())
        body.op("i32.add", origin, reduced[axis]!).set(origin);
    });
    for (const { origin, reduced } of this.#walkers()) {
      body.get(origin).op("i32.mul", size, reduced[axis]!).op("i32.sub").set(origin);
    }
  }

  /** The place `offset` elements along the inner axis from the origins, for inputs read by `read`. */
  place(offset: Local | number, iota: Local, read: (reader: InputReader) => void): VectorPlace {
    const { body, index } = this;
    const input = (slot: number): Local => {
      const local = body.local("v128");
      read(this.inputOf(slot).reader);
      body.set(local);
      return local;
    };
    if (index === undefined) return { position: undefined, positions: undefined, input };
    const position = body.local("i32");
    body.get(index.origin).get(offset).op("i32.mul", index.stride).op("i32.add").set(position);
    if (this.signature.indexMode === "contiguous") return { position, positions: undefined, input };
    const positions = body.local("v128");
    body.op("i32x4.splat", index.stride).op("i32x4.mul", iota);
    body.get(position).op("i32x4.splat").op("i32x4.add").set(positions);
    return { position: undefined, positions, input };
  }

  #walkers(): readonly Walker[] {
    return this.index === undefined ? this.inputs : [...this.inputs, this.index];
  }
}
