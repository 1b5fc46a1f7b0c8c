import type {
  FunctionBuilder,
  FunctionHandle,
  FunctionHost,
  Local,
} from "../wasm/function-builder.ts";
import { gather4, transpose4 } from "./pack.ts";
import { integers, parametersOf } from "./winograd-tiles.ts";

/** A pixel of four planes side by side. */
export const LANE_PIXEL_BYTES = 16;

/** Moves four pixels, or one, between the lines of four planes and the vectors at `pixels`. */
type Move = (
  body: FunctionBuilder,
  lines: readonly Local[],
  vectors: readonly Local[],
  pixels: Local,
) => void;

/** (plane0, plane1, plane2, plane3, rowBytes, rows, width, pixels, pixelRowBytes). */
function eachPixel(
  host: FunctionHost,
  name: string,
  moveFour: Move,
  moveOne: Move,
): FunctionHandle {
  return host.helper(name, Array<"i32">(9).fill("i32"), [], (body) => {
    const lanes = body.parameters.slice(0, 4);
    const [, , , , rowBytes, rows, width, pixels, pixelRowBytes] = parametersOf(body);
    const [row, x, whole, at] = integers(body, 4);
    const lines = lanes.map(() => body.local("i32"));
    const vectors = lanes.map(() => body.local("v128"));
    const move = (emit: Move, count: number): void => {
      emit(body, lines, vectors, at);
      for (const line of lines) body.op("i32.add", line, 4 * count).set(line);
      body.op("i32.add", at, LANE_PIXEL_BYTES * count).set(at);
    };
    body.op("i32.and", width, -4).set(whole);
    body.countUp(row, rows, 1, () => {
      lines.forEach((line, i) => body.get(lanes[i]!).set(line));
      body.get(pixels).set(at);
      body.get(0).set(x);
      body.countUp(x, whole, 4, () => move(moveFour, 4));
      body.countUp(x, width, 1, () => move(moveOne, 1));
      for (const lane of lanes) body.op("i32.add", lane, rowBytes).set(lane);
      body.op("i32.add", pixels, pixelRowBytes).set(pixels);
    });
  });
}

/**
 * (plane0, plane1, plane2, plane3, rowBytes, rows, width, target, targetRowBytes): four planes as one whose
 * pixels are vectors.
 */
export const interleavePlanes = (host: FunctionHost): FunctionHandle =>
  eachPixel(
    host,
    "interleavePlanes",
    (body, lines, vectors, target) => {
      lines.forEach((line, i) => body.load("v128.load", line).set(vectors[i]!));
      transpose4(body, vectors);
      vectors.forEach((vector, i) =>
        body.store("v128.store", target, vector, LANE_PIXEL_BYTES * i),
      );
    },
    (body, lines, [vector], target) => {
      gather4(body, lines, vector!);
      body.store("v128.store", target, vector);
    },
  );

/** The reverse of {@link interleavePlanes}: (plane0, ..., plane3, rowBytes, rows, width, source, sourceRowBytes). */
export const separatePlanes = (host: FunctionHost): FunctionHandle =>
  eachPixel(
    host,
    "separatePlanes",
    (body, lines, vectors, source) => {
      vectors.forEach((vector, i) =>
        body.load("v128.load", source, LANE_PIXEL_BYTES * i).set(vector),
      );
      transpose4(body, vectors);
      lines.forEach((line, i) => body.store("v128.store", line, vectors[i]));
    },
    (body, lines, [vector], source) => {
      body.load("v128.load", source).set(vector!);
      lines.forEach((line, i) => body.memoryLane("v128.store32_lane", i, line, vector!));
    },
  );
