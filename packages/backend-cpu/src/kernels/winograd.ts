import { ArgumentReader } from "../argument-block.ts";
import type {
  FunctionBuilder,
  FunctionHandle,
  FunctionHost,
  Local,
} from "../wasm/function-builder.ts";
import type { ModuleBuilder } from "../wasm/module-builder.ts";
import { laneProducts } from "./lane-products.ts";
import { matmulPackedKernel } from "./matmul.ts";
import { panelKernel, TILE_COLUMNS, TILE_ROWS } from "./micro-kernel.ts";
import { GROUP_TILES } from "./winograd-sides.ts";
import { lineGroupBytes, sharesLines, transformInput, transformLines } from "./winograd-input.ts";
import {
  binsOf,
  integers,
  slotsOf,
  transformChange,
  transformOutput,
  type Locals,
  type WinogradTransform,
} from "./winograd-tiles.ts";

const GROUP_BYTES = 4 * GROUP_TILES;
/** Up to so many output channels, and from so many groups in an image on, packing takes longer than it saves. */
const mostUnpackedRows = (slots: number): number => (slots > 16 ? 12 : 16);
const FEWEST_UNPACKED_GROUPS = 16;
const PANEL_BYTES = 4 * TILE_COLUMNS;

// A tile's values would lie powers of two apart, in the same few sets of a cache.
export const BIN_PADDING_BYTES = 64;
export const LANE_PADDING_TILES = 4;

/** What both kernels are told of an image, as words in memory. */
export interface WinogradImage {
  /** The padded input. */
  readonly rowBytes: number;
  readonly planeBytes: number;
  readonly channels: number;
  /** The outputs, or their gradients. */
  readonly outChannels: number;
  readonly outRowBytes: number;
  readonly outPlaneBytes: number;
  readonly height: number;
  readonly width: number;
  /** Groups in a row of tiles, and how many are done at once: an even number. */
  readonly rowGroups: number;
  readonly blockGroups: number;
}

const imageFields = [
  "rowBytes",
  "planeBytes",
  "channels",
  "outChannels",
  "outRowBytes",
  "outPlaneBytes",
  "height",
  "width",
  "rowGroups",
  "blockGroups",
] as const satisfies readonly (keyof WinogradImage)[];

export const imageWords = (image: WinogradImage): Int32Array =>
  Int32Array.from(imageFields, (field) => image[field]);

type ImageLocals = Readonly<Record<keyof WinogradImage, Local>>;

function readImage(body: FunctionBuilder, address: Local): ImageLocals {
  const words = new ArgumentReader(body, address);
  const fields = imageFields.map((field) => [field, words.integer()] as const);
  return Object.fromEntries(fields) as ImageLocals;
}

/** Runs `emit` for every block of groups: the first, and how many. */
function eachBlock(
  body: FunctionBuilder,
  { blockGroups }: ImageLocals,
  first: Local,
  end: Local,
  emit: (count: Local) => void,
): void {
  const [count] = integers(body, 1);
  body.countUp(first, end, blockGroups, () => {
    body.op("i32.sub", end, first).tee(count).get(blockGroups);
    body.op("i32.lt_u", count, blockGroups).select().set(count);
    emit(count);
  });
}

/** Runs `emit` for every group of a block: its number there, its row of tiles, and its place in the row. */
function eachGroup(
  body: FunctionBuilder,
  { rowGroups }: ImageLocals,
  first: Local,
  count: Local,
  emit: (i: Local, y: Local, x: Local) => void,
): void {
  const [i, y, x] = integers(body, 3);
  body.get(0).set(i);
  body.countUp(i, count, 1, () => {
    body.op("i32.add", first, i).tee(x).get(rowGroups).op("i32.div_u").set(y);
    body.get(x).op("i32.mul", y, rowGroups).op("i32.sub").set(x);
    emit(i, y, x);
  });
}

/**
 * Where `transformInput` reads an image: pixels, or, after this, their lines. Gives the first three of its
 * parameters, and leaves `scratch` behind the lines.
 */
function emitSource(
  module: ModuleBuilder,
  body: FunctionBuilder,
  transform: WinogradTransform,
  { rowBytes, planeBytes, channels, height, rowGroups }: ImageLocals,
  source: Local,
  scratch: Local,
): [source: Local, rowBytes: Local, planeBytes: Local] {
  if (!sharesLines(transform)) return [source, rowBytes, planeBytes];
  const [lines, lineBytes, lineRows, linePlaneBytes] = integers(body, 4);
  body.op("i32.add", height, 1).op("i32.and", -2);
  body.op("i32.add", transform.rows.taps - 1).set(lineRows);
  body.op("i32.mul", rowGroups, lineGroupBytes(transform)).tee(lineBytes);
  body.op("i32.mul", lineRows).set(linePlaneBytes);
  body.get(scratch).set(lines);
  body.op("i32.mul", linePlaneBytes, channels).op("i32.add", scratch).set(scratch);
  body.get(source, rowBytes, planeBytes, channels, lineRows, rowGroups, lines);
  body.call(transformLines(module, transform));
  return [lines, lineBytes, linePlaneBytes];
}

/** Pushes the address of a group's first element in a plane; input and output move alike. */
function pushGroup(body: FunctionBuilder, plane: Local, rowBytes: Local, y: Local, x: Local): void {
  body.op("i32.mul", y, rowBytes).op("i32.shl", 1).op("i32.add", plane);
  body.op("i32.mul", x, 2 * GROUP_BYTES).op("i32.add");
}

/** For each bin: m = u · v, panel after panel of 8 tiles. */
function multiplyBins(host: FunctionHost, transform: WinogradTransform): FunctionHandle {
  const panel = panelKernel(host);
  const bins = binsOf(transform);
  return host.helper("multiplyBins", Array<"i32">(6).fill("i32"), [], (body) => {
    const [u, v, m, rows, depths, panels] = body.parameters as unknown as Locals;
    const [i, a, b, c, depth, vBytes, mBytes] = integers(body, 7);
    body.op("i32.mul", depths, slotsOf(transform).length * PANEL_BYTES);
    body.op("i32.add", bins.length * BIN_PADDING_BYTES).set(vBytes);
    body.op("i32.mul", rows, bins.length * PANEL_BYTES);
    body.op("i32.add", bins.length * BIN_PADDING_BYTES).set(mBytes);
    body.get(u).set(a);
    bins.forEach(({ slots, before }, bin) => {
      body.op("i32.mul", depths, slots).set(depth);
      body
        .op("i32.mul", depths, before * PANEL_BYTES)
        .op("i32.add", bin * BIN_PADDING_BYTES)
        .op("i32.add", v)
        .set(b);
      body
        .op("i32.mul", rows, bin * PANEL_BYTES)
        .op("i32.add", bin * BIN_PADDING_BYTES)
        .op("i32.add", m)
        .set(c);
      body.get(0).set(i);
      body.countUp(i, panels, 1, () => {
        // Rows are whole panels, so the scratch for corners is not used.
        body.get(a, b, c, PANEL_BYTES, rows, TILE_COLUMNS, depth, 0, 0).call(panel);
        body.op("i32.add", b, vBytes).set(b);
        body.op("i32.add", c, mBytes).set(c);
      });
      body.op("i32.mul", rows, depth).op("i32.shl", 2).op("i32.add", a).set(a);
    });
  });
}

/**
 * Exports `winogradProduct(words, source, u, target, scratch, first, end)`: groups `first` to `end` of one
 * image's outputs, from its padded input and weights of `winogradWeights`.
 */
export function emitWinogradProduct(module: ModuleBuilder, transform: WinogradTransform): void {
  const input = transformInput(module, transform, "channels", BIN_PADDING_BYTES);
  const output = transformOutput(module, transform);
  const multiply = multiplyBins(module, transform);
  const slots = slotsOf(transform).length;
  const bins = binsOf(transform).length;
  module.exported("winogradProduct", Array<"i32">(7).fill("i32"), [], (body) => {
    const [words, pixels, u, target, v, first, end] = body.parameters as unknown as Locals;
    const image = readImage(body, words);
    const { channels, outChannels, outRowBytes, outPlaneBytes, rowGroups } = image;
    const [m, paddedRows, vBytes, binBytes, mBytes] = integers(body, 5);
    const source = emitSource(module, body, transform, image, pixels, v);
    body
      .op("i32.add", outChannels, TILE_ROWS - 1)
      .op("i32.and", -TILE_ROWS)
      .set(paddedRows);
    body.op("i32.mul", channels, slots * PANEL_BYTES);
    body.op("i32.add", bins * BIN_PADDING_BYTES).set(vBytes);
    body.op("i32.mul", paddedRows, PANEL_BYTES).op("i32.add", BIN_PADDING_BYTES).tee(binBytes);
    body.op("i32.mul", bins).set(mBytes);
    body.op("i32.shr_u", image.blockGroups, 1).op("i32.mul", vBytes).op("i32.add", v).set(m);
    eachBlock(body, image, first, end, (count) => {
      body.get(...source, channels, first, count, rowGroups, v, vBytes);
      body.op("i32.mul", channels, PANEL_BYTES).get(PANEL_BYTES).call(input);
      body.get(u, v, m, paddedRows, channels);
      body.op("i32.add", count, 1).op("i32.shr_u", 1).call(multiply);
      eachGroup(body, image, first, count, (i, y, x) => {
        // Two groups make a panel.
        body.op("i32.shr_u", i, 1).op("i32.mul", mBytes).op("i32.add", m);
        body.op("i32.and", i, 1).op("i32.mul", GROUP_BYTES).op("i32.add");
        body.get(binBytes, outChannels);
        pushGroup(body, target, outRowBytes, y, x);
        body.get(outRowBytes, outPlaneBytes, image.width);
        body.op("i32.mul", x, 2 * GROUP_TILES).op("i32.sub");
        body.get(image.height).op("i32.shl", y, 1).op("i32.sub").call(output);
      });
    });
  });
}

/**
 * Exports `winogradChanges(words, source, change, sums, scratch)`: adds one image's part to the gradient of
 * the transformed weights, for each bin [outChannels, slot, channels]. Gradients of outputs, `change`, are
 * padded to whole groups.
 */
export function emitWinogradChanges(module: ModuleBuilder, transform: WinogradTransform): void {
  const input = transformInput(module, transform, "groups");
  const gradient = transformChange(module, transform);
  const matmul = matmulPackedKernel(module);
  const unpacked = laneProducts(module);
  const slots = slotsOf(transform).length;
  const bins = binsOf(transform);
  module.exported("winogradChanges", Array<"i32">(5).fill("i32"), [], (body) => {
    const [words, pixels, change, sums, v] = body.parameters as unknown as Locals;
    const image = readImage(body, words);
    const { channels, outChannels, outRowBytes, outPlaneBytes, rowGroups } = image;
    const [m, scratch, groups, first, tiles, laneBytes] = integers(body, 6);
    const [width, a, b, c] = integers(body, 4);
    const source = emitSource(module, body, transform, image, pixels, v);
    body.op("i32.mul", image.blockGroups, GROUP_TILES).op("i32.add", LANE_PADDING_TILES);
    body.tee(tiles).op("i32.shl", 2).set(laneBytes);
    body.op("i32.mul", channels, slots).op("i32.mul", laneBytes).op("i32.add", v).set(m);
    body.op("i32.mul", outChannels, bins.length).op("i32.mul", laneBytes);
    body.op("i32.add", m).set(scratch);
    body.op("i32.add", image.height, 1).op("i32.shr_u", 1).op("i32.mul", rowGroups).set(groups);
    eachBlock(body, image, first, groups, (count) => {
      body.get(...source, channels, first, count, rowGroups, v, 2 * GROUP_BYTES);
      body.op("i32.mul", channels, laneBytes).get(laneBytes).call(input);
      eachGroup(body, image, first, count, (i, y, x) => {
        pushGroup(body, change, outRowBytes, y, x);
        body.get(outRowBytes, outPlaneBytes, outChannels);
        body.op("i32.mul", i, GROUP_BYTES).op("i32.add", m);
        body.op("i32.mul", outChannels, laneBytes).get(laneBytes).call(gradient);
      });
      body.get(m).set(a);
      body.get(v).set(b);
      body.get(sums).set(c);
      for (const bin of bins) {
        body.op("i32.mul", channels, bin.slots).set(width);
        body.op("i32.gt_u", outChannels, mostUnpackedRows(slots));
        body
          .op("i32.lt_u", groups, FEWEST_UNPACKED_GROUPS)
          .op("i32.or")
          .if(
            () => {
              body.get(a, b, c, outChannels, width).op("i32.mul", count, GROUP_TILES);
              body.get(tiles, 1, 1, tiles, width, scratch, 1).call(matmul);
            },
            () => {
              body.get(a, b, c, outChannels, width).op("i32.mul", count, GROUP_BYTES);
              body.get(laneBytes).call(unpacked);
            },
          );
        body.op("i32.mul", outChannels, laneBytes).op("i32.add", a).set(a);
        body.op("i32.mul", width, laneBytes).op("i32.add", b).set(b);
        body.op("i32.mul", width, outChannels).op("i32.shl", 2).op("i32.add", c).set(c);
      }
    });
  });
}
