import type { FunctionHandle, FunctionHost, Local } from "../wasm/function-builder.ts";
import { gather4, transpose4 } from "./pack.ts";

type Integers9 = readonly [Local, Local, Local, Local, Local, Local, Local, Local, Local];

/** A pixel of four planes side by side. */
export const LANE_PIXEL_BYTES = 16;

/**
 * (plane0, plane1, plane2, plane3, rowBytes, rows, width, target, targetRowBytes): four planes as one whose
 * pixels are vectors.
 */
export function interleavePlanes(host: FunctionHost): FunctionHandle {
  return host.helper("interleavePlanes", Array<"i32">(9).fill("i32"), [], (body) => {
    const lanes = body.parameters.slice(0, 4);
    const [, , , , rowBytes, rows, width, target, targetRowBytes] =
      body.parameters as unknown as Integers9;
    const [row, pixel, whole, to] = [0, 1, 2, 3].map(() => body.local("i32")) as [
      Local,
      Local,
      Local,
      Local,
    ];
    const lines = lanes.map(() => body.local("i32"));
    const vectors = lanes.map(() => body.local("v128"));
    body.op("i32.and", width, -4).set(whole);
    body.countUp(row, rows, 1, () => {
      lines.forEach((line, i) => body.get(lanes[i]!).set(line));
      body.get(target).set(to);
      body.get(0).set(pixel);
      body.countUp(pixel, whole, 4, () => {
        lines.forEach((line, i) => {
          body.load("v128.load", line).set(vectors[i]!);
          body.op("i32.add", line, 16).set(line);
        });
        transpose4(body, vectors);
        vectors.forEach((vector, i) => body.store("v128.store", to, vector, LANE_PIXEL_BYTES * i));
        body.op("i32.add", to, 4 * LANE_PIXEL_BYTES).set(to);
      });
      body.countUp(pixel, width, 1, () => {
        gather4(body, lines, vectors[0]!);
        body.store("v128.store", to, vectors[0]);
        for (const line of lines) body.op("i32.add", line, 4).set(line);
        body.op("i32.add", to, LANE_PIXEL_BYTES).set(to);
      });
      for (const lane of lanes) body.op("i32.add", lane, rowBytes).set(lane);
      body.op("i32.add", target, targetRowBytes).set(target);
    });
  });
}

/** The reverse of {@link interleavePlanes}: (plane0, ..., plane3, rowBytes, rows, width, source, sourceRowBytes). */
export function separatePlanes(host: FunctionHost): FunctionHandle {
  return host.helper("separatePlanes", Array<"i32">(9).fill("i32"), [], (body) => {
    const lanes = body.parameters.slice(0, 4);
    const [, , , , rowBytes, rows, width, source, sourceRowBytes] =
      body.parameters as unknown as Integers9;
    const [row, pixel, whole, from] = [0, 1, 2, 3].map(() => body.local("i32")) as [
      Local,
      Local,
      Local,
      Local,
    ];
    const lines = lanes.map(() => body.local("i32"));
    const vectors = lanes.map(() => body.local("v128"));
    body.op("i32.and", width, -4).set(whole);
    body.countUp(row, rows, 1, () => {
      lines.forEach((line, i) => body.get(lanes[i]!).set(line));
      body.get(source).set(from);
      body.get(0).set(pixel);
      body.countUp(pixel, whole, 4, () => {
        vectors.forEach((vector, i) =>
          body.load("v128.load", from, LANE_PIXEL_BYTES * i).set(vector),
        );
        transpose4(body, vectors);
        lines.forEach((line, i) => {
          body.store("v128.store", line, vectors[i]);
          body.op("i32.add", line, 16).set(line);
        });
        body.op("i32.add", from, 4 * LANE_PIXEL_BYTES).set(from);
      });
      body.countUp(pixel, width, 1, () => {
        body.load("v128.load", from).set(vectors[0]!);
        lines.forEach((line, i) => {
          body.memoryLane("v128.store32_lane", i, line, vectors[0]!);
          body.op("i32.add", line, 4).set(line);
        });
        body.op("i32.add", from, LANE_PIXEL_BYTES).set(from);
      });
      for (const lane of lanes) body.op("i32.add", lane, rowBytes).set(lane);
      body.op("i32.add", source, sourceRowBytes).set(source);
    });
  });
}
