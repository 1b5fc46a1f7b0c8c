import type {
  FunctionBuilder,
  FunctionHandle,
  FunctionHost,
  Local,
} from "../wasm/function-builder.ts";
import {
  advance,
  integers,
  loadColumns,
  parametersOf,
  slotsOf,
  type Locals,
  type WinogradTransform,
} from "./winograd-tiles.ts";
import { axisMaps, transform2d, transformed } from "./winograd-transforms.ts";

/** Filters longer than this have so many products of a tile that sharing the work along x pays. */
const mostTapsUnshared = 3;

export const sharesLines = ({ columns }: WinogradTransform): boolean =>
  columns.taps > mostTapsUnshared;

/** Bytes of a group in a line of pixels that is transformed along x. */
export const lineGroupBytes = ({ columns }: WinogradTransform): number => 16 * columns.slots.length;

/**
 * (source, rowBytes, planeBytes, channels, rows, rowGroups, lines): all rows of pixels transformed along x,
 * which rows of tiles share: [channel, row, group, slot].
 */
export function transformLines(host: FunctionHost, of: WinogradTransform): FunctionHandle {
  const { columns } = of;
  return host.helper("transformLines", Array<"i32">(7).fill("i32"), [], (body) => {
    const [source, rowBytes, planeBytes, channels, rows, rowGroups, to] = parametersOf(body);
    const [channel, row, group, line, pixels] = integers(body, 5);
    body.countUp(channel, channels, 1, () => {
      body.get(source).set(line);
      body.get(0).set(row);
      body.countUp(row, rows, 1, () => {
        body.get(line).set(pixels);
        body.get(0).set(group);
        body.countUp(group, rowGroups, 1, () => {
          body.scope(() => {
            const inputs = loadColumns(body, pixels, columns.taps + 1);
            const value = transformed(body, inputs, axisMaps.input(columns));
            columns.slots.forEach((_, x) => body.store("v128.store", to, value(x), 16 * x));
            body.op("i32.add", to, lineGroupBytes(of)).set(to);
            body.op("i32.add", pixels, groupPixelBytes).set(pixels);
          });
        });
        advance(body, line, rowBytes);
      });
      advance(body, source, planeBytes);
    });
  });
}

/** From one group of a row to the next: 4 tiles of 2 pixels. */
const groupPixelBytes = 32;

/**
 * (source, rowBytes, planeBytes, channels, first, count, rowGroups, target, panelBytes, slotBytes,
 * channelBytes): the transformed inputs of some groups, every channel and slot, from pixels or from their
 * lines. Every second group begins a panel of the target.
 *
 * `inner` is what the innermost loop runs over: what lies closer together in the target. `binPadding` bytes
 * follow each bin.
 */
export function transformInput(
  host: FunctionHost,
  of: WinogradTransform,
  inner: "channels" | "groups",
  binPadding = 0,
): FunctionHandle {
  const groupBytes = sharesLines(of) ? lineGroupBytes(of) : groupPixelBytes;
  return host.helper("transformInput", Array<"i32">(11).fill("i32"), [], (body) => {
    const [source, rowBytes, planeBytes, channels, first, count, rowGroups, ...rest] =
      parametersOf(body);
    const [target, panelBytes, slotBytes, channelBytes] = rest as unknown as Locals;
    const [channel, i, y, x, line, at] = integers(body, 6);
    const emitTile = (): void => {
      body.op("i32.mul", y, rowBytes).op("i32.shl", 1).op("i32.add", source);
      body.op("i32.mul", x, groupBytes).op("i32.add");
      body.op("i32.mul", channel, planeBytes).op("i32.add").set(line);
      body.op("i32.shr_u", i, 1).op("i32.mul", panelBytes).op("i32.add", target);
      body.op("i32.and", i, 1).op("i32.shl", 4).op("i32.add");
      body.op("i32.mul", channel, channelBytes).op("i32.add").set(at);
      const words = { line, rowBytes, slotBytes, at, channels };
      if (sharesLines(of)) emitFromLines(body, of, words, binPadding);
      else emitFromPixels(body, of, words, binPadding);
    };
    const overChannels = (emit: () => void): void => {
      body.get(0).set(channel);
      body.countUp(channel, channels, 1, emit);
    };
    const overGroups = (emit: () => void): void => {
      body.op("i32.div_u", first, rowGroups).tee(y).op("i32.mul", rowGroups).set(x);
      body.op("i32.sub", first, x).set(x);
      body.get(0).set(i);
      body.countUp(i, count, 1, () => {
        emit();
        body.op("i32.add", x, 1).tee(x).op("i32.eq", rowGroups);
        body.if(() => {
          body.get(0).set(x).op("i32.add", y, 1).set(y);
        });
      });
    };
    if (inner === "channels") overGroups(() => overChannels(emitTile));
    else overChannels(() => overGroups(emitTile));
  });
}

type TileWords = Readonly<Record<"line" | "rowBytes" | "slotBytes" | "at" | "channels", Local>>;

/** One channel of a group. */
function emitFromPixels(
  body: FunctionBuilder,
  of: WinogradTransform,
  { line, rowBytes, slotBytes, at }: TileWords,
  binPadding: number,
): void {
  const { rows, columns } = of;
  body.scope(() => {
    const loadRow = (): Local[] => {
      const pixels = loadColumns(body, line, columns.taps + 1);
      advance(body, line, rowBytes);
      return pixels;
    };
    const maps = [axisMaps.input(rows), axisMaps.input(columns)] as const;
    const value = transform2d(body, rows.taps + 1, loadRow, ...maps);
    for (const { bin, y, x } of slotsOf(of)) {
      body.store("v128.store", at, value(y, x), bin * binPadding);
      advance(body, at, slotBytes);
    }
  });
}

function emitFromLines(
  body: FunctionBuilder,
  of: WinogradTransform,
  { line, rowBytes, slotBytes, at, channels }: TileWords,
  binPadding: number,
): void {
  const { rows, columns } = of;
  const order = slotsOf(of);
  const [pointer] = integers(body, 1);
  columns.slots.forEach((_, column) =>
    // A block of its own: Node 20 would load all columns first, and spill them.
    body.get(channels).if(() => {
      body.scope(() => {
        body.get(line).set(pointer);
        const inputs = Array.from({ length: rows.taps + 1 }, (_unused, y) => {
          const vector = body.local("v128");
          if (y > 0) advance(body, pointer, rowBytes);
          body.load("v128.load", pointer, 16 * column).set(vector);
          return vector;
        });
        const value = transformed(body, inputs, axisMaps.input(rows));
        order.forEach(({ bin, y, x }, place) => {
          if (x !== column) return;
          const vector = value(y);
          body.op("i32.mul", slotBytes, place).op("i32.add", at).get(vector);
          body.store("v128.store", undefined, undefined, bin * binPadding);
        });
      });
    }),
  );
}
