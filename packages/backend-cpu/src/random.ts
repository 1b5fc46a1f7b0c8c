import { normalTableFormat, philoxKeyIncrements, philoxMultipliers } from "@dl/backend";
import { normalTableAddress } from "./memory/memory-map.ts";
import type { VectorValue } from "./vector-value.ts";
import type {
  FunctionBuilder,
  FunctionHandle,
  FunctionHost,
  Local,
} from "./wasm/function-builder.ts";
import { partOperations as ops } from "./wasm/part-operations.ts";

/** The instruction `randomBits` in one kernel: 16 words of scratch filled by four Philox blocks at once. */
export class RandomBits {
  readonly #body: FunctionBuilder;
  readonly #buffer: Local;
  /** Position of the first word in the buffer, a multiple of 4. */
  readonly #start: Local;

  constructor(body: FunctionBuilder, scratch: Local, offset: number) {
    this.#body = body;
    this.#buffer = body.local("i32");
    this.#start = body.local("i32");
    body.op("i32.add", scratch, offset).set(this.#buffer);
    // Positions are below 2³¹, so none lies in a buffer that starts there.
    body.get(-(2 ** 31)).set(this.#start);
  }

  /** Bits for four neighbours from `position` on; `keys` hold one value in all lanes. */
  emitNeighbours(position: Local, keys: readonly VectorValue[]): VectorValue {
    const body = this.#body;
    const fill = philoxFill(body.host);
    body
      .op("i32.sub", position, this.#start)
      .op("i32.gt_u", 12)
      .if(() => {
        body.op("i32.and", position, -4).set(this.#start);
        body.get(this.#buffer).op("i32.shr_u", position, 2);
        for (const key of keys) body.laneOp("i32x4.extract_lane", 0, key.local);
        body.call(fill);
      });
    const local = body.local("v128");
    body.op("i32.sub", position, this.#start).op("i32.shl", 2).op("i32.add", this.#buffer);
    body.load("v128.load").set(local);
    return { local, isMask: false };
  }

  /** Bits for four positions anywhere, under keys that may differ by lane. Slow. */
  emitLanes(positions: Local, keys: readonly VectorValue[]): VectorValue {
    const body = this.#body;
    const fill = philoxFill(body.host);
    const result = body.local("v128");
    const position = body.local("i32");
    for (let lane = 0; lane < 4; lane++) {
      body.laneOp("i32x4.extract_lane", lane, positions).set(position);
      body.get(this.#buffer).op("i32.shr_u", position, 2);
      for (const key of keys) body.laneOp("i32x4.extract_lane", lane, key.local);
      body.call(fill);
      body.get(result);
      body.op("i32.and", position, 3).op("i32.shl", 2).op("i32.add", this.#buffer);
      body.load("i32.load").laneOp("i32x4.replace_lane", lane).set(result);
    }
    return { local: result, isMask: false };
  }
}

/**
 * (buffer, block, seedLow, seedHigh, stream, draw): writes the 16 words of Philox4x32-10 blocks
 * `block` to `block + 3`, one block in each lane.
 */
function philoxFill(host: FunctionHost): FunctionHandle {
  return host.helper("philoxFill", Array<"i32">(6).fill("i32"), [], (body) => {
    const [buffer, block, seedLow, seedHigh, stream, draw] = body.parameters as [
      Local,
      Local,
      Local,
      Local,
      Local,
      Local,
    ];
    const counter = [0, 1, 2, 3].map(() => body.local("v128")) as [Local, Local, Local, Local];
    const [c0, c1, c2, c3] = counter;
    const [k0, k1, low, high, low0, low1, high0] = Array.from({ length: 7 }, () =>
      body.local("v128"),
    ) as [Local, Local, Local, Local, Local, Local, Local];
    body.get(block).op("i32x4.splat").set(c0);
    for (let lane = 1; lane < 4; lane++)
      body.get(c0).op("i32.add", block, lane).laneOp("i32x4.replace_lane", lane).set(c0);
    body.get(draw).op("i32x4.splat").set(c2);
    body.get(seedHigh).op("i32x4.splat").set(c3);
    body.get(seedLow).op("i32x4.splat").set(k0);
    body.get(stream).op("i32x4.splat").set(k1);
    const multiply = (factor: number, x: Local, lowWords: Local): void => {
      const constant = body.constant("i32x4", factor | 0);
      body.op("i64x2.extmul_low_i32x4_u", x, constant).set(low);
      body.op("i64x2.extmul_high_i32x4_u", x, constant).set(high);
      body.shuffle32([0, 2, 4, 6], low, high).set(lowWords);
      body.shuffle32([1, 3, 5, 7], low, high);
    };
    for (let round = 0; round < 10; round++) {
      multiply(philoxMultipliers[0], c0, low0);
      body.set(high0);
      multiply(philoxMultipliers[1], c2, low1);
      body.op("v128.xor", c1).op("v128.xor", k0).set(c0);
      body.get(low1).set(c1);
      body.get(high0).op("v128.xor", c3).op("v128.xor", k1).set(c2);
      body.get(low0).set(c3);
      body.op("i32x4.add", k0, body.constant("i32x4", philoxKeyIncrements[0] | 0)).set(k0);
      body.op("i32x4.add", k1, body.constant("i32x4", philoxKeyIncrements[1] | 0)).set(k1);
    }
    // Transposed, so that each block's four words are neighbours.
    body.shuffle32([0, 4, 1, 5], c0, c1).set(low0);
    body.shuffle32([2, 6, 3, 7], c0, c1).set(low1);
    body.shuffle32([0, 4, 1, 5], c2, c3).set(low);
    body.shuffle32([2, 6, 3, 7], c2, c3).set(high);
    const rows = [
      [[0, 1, 4, 5], low0, low],
      [[2, 3, 6, 7], low0, low],
      [[0, 1, 4, 5], low1, high],
      [[2, 3, 6, 7], low1, high],
    ] as const;
    rows.forEach(([lanes, a, b], row) => {
      body
        .get(buffer)
        .shuffle32(lanes, a, b)
        .store("v128.store", undefined, undefined, 16 * row);
    });
  });
}

/** Pushes the normal deviates for four words; see normal-table.ts of @dl/backend. */
export function emitNormalFromBits(body: FunctionBuilder, bits: Local): void {
  body.call(normalLanes(body.host), bits);
}

function normalLanes(host: FunctionHost): FunctionHandle {
  return host.helper("normalLanes", ["v128"], ["v128"], (body) => {
    const { segmentBits, fractionBits, fixedPointBits } = normalTableFormat;
    const bits = body.parameters[0]!;
    const magnitudes = body.local("v128");
    const [u, zeros, mantissa, address, low] = Array.from({ length: 5 }, () =>
      body.local("i32"),
    ) as [Local, Local, Local, Local, Local];
    for (let lane = 0; lane < 4; lane++) {
      body.laneOp("i32x4.extract_lane", lane, bits).op("i32.and", 0x7fffffff).tee(u);
      // max(u, 1): 0 becomes 1, anything else stays.
      body.get(u).op("i32.eqz").op("i32.or").tee(u);
      body.op(ops["i32.clz"]).set(zeros);
      body.op("i32.shl", u, zeros).op("i32.and", 0x7fffffff).set(mantissa);
      body.get(31, zeros).op("i32.sub").op("i32.shl", segmentBits);
      body.op("i32.shr_u", mantissa, 31 - segmentBits).op("i32.add");
      body.op("i32.shl", 2).set(address);
      body.load("i32.load", address, normalTableAddress).set(low);
      body.get(magnitudes);
      body.load("i32.load", address, normalTableAddress + 4).op("i32.sub", low);
      body.op("i32.shr_u", mantissa, 31 - segmentBits - fractionBits);
      body.op("i32.and", 2 ** fractionBits - 1).op("i32.mul");
      body.op("i32.shr_s", fractionBits).op("i32.add", low);
      body.laneOp("i32x4.replace_lane", lane).set(magnitudes);
    }
    body.op("f32x4.convert_i32x4_s", magnitudes);
    body.op("f32x4.mul", body.constant("f32x4", 2 ** -fixedPointBits));
    body.op("v128.and", bits, body.constant("i32x4", -(2 ** 31))).op("v128.xor");
  });
}
