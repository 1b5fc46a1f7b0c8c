import {
  foldScalar,
  InternalError,
  topologicalOrder,
  type Emitters,
  type Scalar,
} from "@dl/backend";
import { vectorEmitters } from "./emitters.ts";
import type { VectorValue } from "./vector-value.ts";
import { scratchBytes } from "./memory/memory-map.ts";
import { RandomBits } from "./random.ts";
import type { FunctionBuilder, Local } from "./wasm/function-builder.ts";

/** How often a value changes: never, once a row of the inner axis, or with every vector. */
export type Level = 0 | 1 | 2;

/** Where the vector being computed lies. */
export interface VectorPlace {
  /** Row-major position of lane 0; the lanes are neighbours. */
  readonly position: Local | undefined;
  /** Positions of all lanes, for when they are not neighbours. */
  readonly positions: Local | undefined;
  /** The input's four elements, in a local. */
  input(slot: number): Local;
}

/** Values already emitted at some place, by node. */
export type Memo = ReadonlyMap<Scalar, VectorValue>;
type GrowingMemo = Map<Scalar, VectorValue>;

/**
 * Emits scalar expressions on four lanes, each part as far out of the loops as its inputs allow:
 * what depends on parameters alone once, what depends on broadcast inputs once a row.
 */
export class ExpressionCode {
  readonly #body: FunctionBuilder;
  readonly #order: readonly Scalar[];
  readonly #levels = new Map<Scalar, Level>();
  readonly #random = new Map<Scalar, RandomBits>();
  readonly #iota: Local | undefined;
  readonly #parameters: readonly Local[];
  readonly #uniform: GrowingMemo = new Map();

  /** Emits what is level 0. */
  constructor(
    body: FunctionBuilder,
    roots: readonly Scalar[],
    inputLevel: (slot: number) => Level,
    parameters: readonly Local[],
    scratch: Local,
  ) {
    this.#body = body;
    this.#parameters = parameters;
    this.#order = topologicalOrder(roots);
    let randomOffset = 0;
    for (const node of this.#order) {
      this.#levels.set(node, this.#levelOf(node, inputLevel));
      if (node.kind === "apply" && node.op === "randomBits")
        this.#random.set(node, new RandomBits(body, scratch, randomScratch + 64 * randomOffset++));
    }
    if (randomScratch + 64 * randomOffset > scratchBytes)
      throw new InternalError("cpu", `a program has ${randomOffset} random instructions.`);
    if (this.#order.some(({ kind }) => kind === "index") || this.#random.size > 0)
      this.#iota = emitIota(body);
    this.#emitLevel(0, this.#uniform, nowhere);
  }

  /** Emits what changes once a row. */
  emitRow(input: (slot: number) => Local): Memo {
    const row: GrowingMemo = new Map(this.#uniform);
    this.#emitLevel(1, row, { ...nowhere, input });
    return row;
  }

  /** Emits the rest; gives each root's value. May be called several times, at different places. */
  emit(roots: readonly Scalar[], place: VectorPlace, row: Memo): VectorValue[] {
    const memo: GrowingMemo = new Map(row);
    const emitters = this.#emitters(place);
    return roots.map((root) => foldScalar(root, emitters, (leaf) => this.#leaf(leaf, place), memo));
  }

  #emitLevel(level: Level, memo: GrowingMemo, place: VectorPlace): void {
    const emitters = this.#emitters(place);
    for (const node of this.#order)
      if (this.#levels.get(node) === level)
        foldScalar(node, emitters, (leaf) => this.#leaf(leaf, place), memo);
  }

  #levelOf(node: Scalar, inputLevel: (slot: number) => Level): Level {
    switch (node.kind) {
      case "constant":
      case "parameter":
        return 0;
      case "input":
        return inputLevel(node.slot);
      case "index":
        return 2;
      case "custom":
        return this.#levels.get(node.value)!;
      case "apply":
        return node.op === "randomBits"
          ? 2
          : node.args.reduce<Level>((most, arg) => {
              const level = this.#levels.get(arg)!;
              return level > most ? level : most;
            }, 0);
    }
  }

  #emitters(place: VectorPlace): Emitters<VectorValue> {
    return vectorEmitters(this.#body, {
      randomBits: (node, args) => {
        const uniform = node.args.every((arg) => this.#levels.get(arg) === 0);
        const state = this.#random.get(node)!;
        return uniform && place.position !== undefined
          ? state.emitNeighbours(place.position, args)
          : state.emitLanes(this.#positions(place), args);
      },
    });
  }

  #positions(place: VectorPlace): Local {
    if (place.positions !== undefined) return place.positions;
    const local = this.#body.local("v128");
    this.#body.get(place.position!).op("i32x4.splat").op("i32x4.add", this.#iota!).set(local);
    return local;
  }

  #leaf(
    leaf: Extract<Scalar, { kind: "input" | "parameter" | "constant" | "index" }>,
    place: VectorPlace,
  ): VectorValue {
    switch (leaf.kind) {
      case "input":
        return { local: place.input(leaf.slot), isMask: false };
      case "parameter":
        return { local: this.#parameters[leaf.slot]!, isMask: false };
      case "constant":
        if (leaf.dtype === "bool")
          return { local: this.#body.constant("i32x4", leaf.value === 0 ? 0 : -1), isMask: true };
        return {
          local: this.#body.constant(leaf.dtype === "float32" ? "f32x4" : "i32x4", leaf.value),
          isMask: false,
        };
      case "index":
        return { local: this.#positions(place), isMask: false };
    }
  }
}

const nowhere: VectorPlace = {
  position: undefined,
  positions: undefined,
  input: () => {
    throw new InternalError("cpu", "an input was read outside its loop.");
  },
};

/** Scratch below this holds the last, partial vector of each output. */
const randomScratch = 2048;

/** 0, 1, 2, 3 in a local. */
export function emitIota(body: FunctionBuilder): Local {
  const iota = body.local("v128");
  body.get(body.constant("i32x4", 0));
  for (let lane = 1; lane < 4; lane++) body.get(lane).laneOp("i32x4.replace_lane", lane);
  body.set(iota);
  return iota;
}
