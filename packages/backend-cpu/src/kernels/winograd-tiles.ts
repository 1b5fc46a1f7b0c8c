import type {
  FunctionBuilder,
  FunctionHandle,
  FunctionHost,
  Local,
} from "../wasm/function-builder.ts";
import { axisMaps, transform2d, type AxisTransform } from "./winograd-transforms.ts";
import { partOperations as ops } from "../wasm/part-operations.ts";

/** How a filter is taken apart along both axes. */
export interface WinogradTransform {
  readonly rows: AxisTransform;
  readonly columns: AxisTransform;
}

interface Slot {
  readonly bin: number;
  readonly y: number;
  readonly x: number;
}

/** The kinds of product of both axes, bin after bin; y and x number the slots of each axis. */
export function slotsOf({ rows, columns }: WinogradTransform): Slot[] {
  const at = (axis: AxisTransform, bin: number): number[] =>
    axis.slots.flatMap((slot, i) => (slot.bin === bin ? [i] : []));
  const bins = rows.bins.flatMap((y) => columns.bins.map((x) => [y, x] as const));
  return bins.flatMap(([rowBin, columnBin], bin) =>
    at(rows, rowBin).flatMap((y) => at(columns, columnBin).map((x) => ({ bin, y, x }))),
  );
}

/** For each bin how many slots are summed in it, and how many come before. */
export function binsOf(transform: WinogradTransform): { slots: number; before: number }[] {
  const slots = slotsOf(transform);
  return Array.from(
    { length: transform.rows.bins.length * transform.columns.bins.length },
    (_, i) => ({
      slots: slots.filter(({ bin }) => bin === i).length,
      before: slots.findIndex(({ bin }) => bin === i),
    }),
  );
}

/** Parameters or locals; as many as are taken apart. */
export type Locals = readonly [
  Local,
  Local,
  Local,
  Local,
  Local,
  Local,
  Local,
  Local,
  Local,
  Local,
];

export const integers = (body: FunctionBuilder, count: number): Locals =>
  Array.from({ length: count }, () => body.local("i32")) as unknown as Locals;

export const parametersOf = (body: FunctionBuilder): Locals => body.parameters as unknown as Locals;

/** The first columns of four tiles, side by side and 2 apart, from `line` on. */
export function loadColumns(body: FunctionBuilder, line: Local, count: number): Local[] {
  const pairs = Math.ceil(count / 2);
  const vectors = Array.from({ length: pairs + 2 }, (_, i) => {
    const vector = body.local("v128");
    body.load("v128.load", line, 8 * i).set(vector);
    return vector;
  });
  return Array.from({ length: 2 * pairs }, (_, x) => {
    const column = body.local("v128");
    const [low, high] = [vectors[x >> 1]!, vectors[(x >> 1) + 2]!];
    body.shuffle32(x % 2 === 0 ? [0, 2, 4, 6] : [1, 3, 5, 7], low, high).set(column);
    return column;
  });
}

export function advance(body: FunctionBuilder, pointer: Local, step: Local): void {
  body.op("i32.add", pointer, step).set(pointer);
}

/**
 * (source, rowBytes, planeBytes, channels, target, binBytes, channelBytes): the gradients of a group's
 * outputs as gradients of its bins, for every channel.
 */
export function transformChange(host: FunctionHost, of: WinogradTransform): FunctionHandle {
  const { rows, columns } = of;
  return host.helper("transformChange", Array<"i32">(7).fill("i32"), [], (body) => {
    const [source, rowBytes, planeBytes, channels, target, binBytes, channelBytes] =
      parametersOf(body);
    const [channel, line, at] = integers(body, 3);
    body.countUp(channel, channels, 1, () => {
      body.scope(() => {
        body.get(source).set(line);
        body.get(target).set(at);
        const loadRow = (y: number): Local[] => {
          if (y > 0) advance(body, line, rowBytes);
          return loadColumns(body, line, 2);
        };
        const maps = [axisMaps.outputGradient(rows), axisMaps.outputGradient(columns)] as const;
        const value = transform2d(body, 2, loadRow, ...maps);
        rows.bins.forEach((_, y) =>
          columns.bins.forEach((_bin, x) => {
            body.store("v128.store", at, value(y, x));
            advance(body, at, binBytes);
          }),
        );
        advance(body, target, channelBytes);
        advance(body, source, planeBytes);
      });
    });
  });
}

/**
 * (bins, binBytes, channels, target, rowBytes, planeBytes, width, height): the outputs of a group for every
 * channel, whose sums lie one panel row (32 bytes) apart; of 2 rows of 8 only those within width and height.
 */
export function transformOutput(host: FunctionHost, of: WinogradTransform): FunctionHandle {
  const { rows, columns } = of;
  const store = storeSome(host);
  return host.helper("transformOutput", Array<"i32">(8).fill("i32"), [], (body) => {
    const [bins, binBytes, channels, target, rowBytes, planeBytes, width, height] =
      parametersOf(body);
    const [channel, at, line] = integers(body, 3);
    const [low, high] = [body.local("v128"), body.local("v128")];
    body.countUp(channel, channels, 1, () => {
      body.scope(() => {
        body.get(bins).set(at);
        const loadRow = (): Local[] =>
          columns.bins.map(() => {
            const vector = body.local("v128");
            body.load("v128.load", at).set(vector);
            advance(body, at, binBytes);
            return vector;
          });
        const maps = [axisMaps.output(rows), axisMaps.output(columns)] as const;
        const output = transform2d(body, rows.bins.length, loadRow, ...maps);
        const storeRow = (left: Local, right: Local): void => {
          body.shuffle32([0, 4, 1, 5], left, right).set(low);
          body.shuffle32([2, 6, 3, 7], left, right).set(high);
          body.op(ops["i32.ge_s"], width, 8).if(
            () => {
              body.store("v128.store", line, low).store("v128.store", line, high, 16);
            },
            () => {
              body.get(line, low, width).call(store);
              body.op("i32.add", line, 16).get(high).op("i32.sub", width, 4).call(store);
            },
          );
        };
        body.get(target).set(line);
        storeRow(output(0, 0), output(0, 1));
        body.op(ops["i32.gt_s"], height, 1).if(() => {
          advance(body, line, rowBytes);
          storeRow(output(1, 0), output(1, 1));
        });
        body.op("i32.add", bins, 32).set(bins);
        advance(body, target, planeBytes);
      });
    });
  });
}

/** (target, vector, count): stores the first lanes, none if the count is not above 0. */
function storeSome(host: FunctionHost): FunctionHandle {
  return host.helper("storeSome", ["i32", "v128", "i32"], [], (body) => {
    const [target, vector, count] = parametersOf(body);
    body.op(ops["i32.ge_s"], count, 4).if(() => {
      body.store("v128.store", target, vector).return();
    });
    for (const lane of [0, 1, 2])
      body.op(ops["i32.gt_s"], count, lane).if(() => {
        body.memoryLane("v128.store32_lane", lane, target, vector, 4 * lane);
      });
  });
}
