import type { ModuleBuilder } from "../wasm/module-builder.ts";
import {
  changeAxis,
  inputAxis,
  outputAxis,
  weightAxis,
  weightGradientAxis,
} from "./halving-axis.ts";
import {
  PANEL_LANES,
  QUAD_LANES,
  type HalvingGradientPlan,
  type HalvingProductPlan,
} from "./halving-plan.ts";
import {
  emitFromSlots,
  emitMultiplySlots,
  emitToSlots,
  gridBytes,
  type SlotLayout,
} from "./halving-slots.ts";
import { emitPlanes } from "./planes.ts";

type Kernel = (...parameters: number[]) => void;
export type HalvingExports = Readonly<
  Record<
    | "fillZero"
    | "inputSlots"
    | "changeSlots"
    | "weightSlots"
    | "outputPlanes"
    | "weightPlanes"
    | "multiplySlots",
    Kernel
  >
>;

/** Convolutions of kernel 4x4 and stride 2, which halve an image, and their gradients. */
export function emitHalving(module: ModuleBuilder): void {
  emitPlanes(module);
  emitMultiplySlots(module);
  emitToSlots(module, "inputSlots", inputAxis);
  emitToSlots(module, "changeSlots", changeAxis);
  emitToSlots(module, "weightSlots", weightAxis);
  emitFromSlots(module, "outputPlanes", outputAxis);
  emitFromSlots(module, "weightPlanes", weightGradientAxis);
}

/** Kernels, the memory they work on, and a part's scratch, 16-byte aligned and `plan.scratchBytes` long. */
export interface HalvingPart {
  readonly exports: HalvingExports;
  readonly memory: WebAssembly.Memory;
  readonly scratch: number;
}

type Range = readonly [begin: number, end: number];

function writeTables(
  { memory, scratch }: HalvingPart,
  { tables, places }: HalvingProductPlan | HalvingGradientPlan,
): number {
  new Int32Array(memory.buffer).set(tables, (scratch + places.tables) >>> 2);
  return scratch + places.tables;
}

/** Some lanes' panels of left matrices, from a multiple of {@link QUAD_LANES} on. */
function packQuads(
  toSlots: Kernel,
  { laneBytes, quadBytes }: SlotLayout,
  words: number,
  planes: number,
  target: number,
  [first, end]: Range,
  scratch: number,
): void {
  const panels = target + (first / QUAD_LANES) * quadBytes;
  toSlots(words, planes + first * laneBytes, end - first, panels, scratch);
}

/** The left matrices' panels of some filters. */
export function packHalvingWeights(
  part: HalvingPart,
  plan: HalvingProductPlan,
  weight: number,
  target: number,
  range: Range,
): void {
  const words = writeTables(part, plan) + plan.offsets.weights;
  const scratch = part.scratch + plan.places.other;
  packQuads(part.exports.weightSlots, plan.weights, words, weight, target, range, scratch);
}

/** The outputs of some images, from a multiple of {@link PANEL_LANES} on. */
export function multiplyHalving(
  part: HalvingPart,
  plan: HalvingProductPlan,
  source: number,
  weights: number,
  target: number,
  [first, end]: Range,
): void {
  const { exports, scratch } = part;
  const { input, output, offsets, places, slots, rows, depth } = plan;
  const tables = writeTables(part, plan);
  const [right, sums] = [scratch + places.right, scratch + places.sums];
  exports.fillZero(scratch + places.input, gridBytes(input));
  for (let image = first; image < end; image += PANEL_LANES) {
    const lanes = Math.min(PANEL_LANES, end - image);
    const from = source + image * input.laneBytes;
    exports.inputSlots(tables + offsets.input, from, lanes, right, scratch + places.input);
    exports.multiplySlots(
      tables + offsets.products,
      slots,
      weights,
      right,
      sums,
      plan.weights.slotBytes,
      input.slotBytes,
      output.slotBytes,
      rows,
      depth,
      0,
    );
    const to = target + image * output.laneBytes;
    exports.outputPlanes(tables + offsets.output, to, lanes, sums, scratch + places.other);
  }
}

/** The left matrices of a weight's gradient, from dy: some of its channels, from a multiple of 4 on. */
export function packHalvingChanges(
  part: HalvingPart,
  plan: HalvingGradientPlan,
  dy: number,
  target: number,
  range: Range,
): void {
  const words = writeTables(part, plan) + plan.offsets.change;
  const scratch = part.scratch + plan.places.other;
  packQuads(part.exports.changeSlots, plan.change, words, dy, target, range, scratch);
}

/** The weight's gradient for some input channels, from a multiple of {@link PANEL_LANES} on. */
export function sumHalvingWeights(
  part: HalvingPart,
  plan: HalvingGradientPlan,
  x: number,
  changes: number,
  dweight: number,
  [first, end]: Range,
): void {
  const { exports, scratch } = part;
  const { input, change, weights, offsets, places, slots, outChannels, depth } = plan;
  const tables = writeTables(part, plan);
  const [right, sums] = [scratch + places.right, scratch + places.sums];
  exports.fillZero(scratch + places.input, gridBytes(input));
  for (let channel = first; channel < end; channel += PANEL_LANES) {
    const from = x + channel * input.laneBytes;
    exports.inputSlots(tables + offsets.input, from, PANEL_LANES, right, scratch + places.input);
    exports.fillZero(sums, plan.sumBytes);
    for (let phase = 0; phase < plan.phases; phase++)
      exports.multiplySlots(
        tables + offsets.products,
        slots,
        changes,
        right + phase * input.phaseBytes,
        sums + phase * weights.phaseBytes,
        change.slotBytes,
        input.slotBytes,
        weights.slotBytes,
        outChannels,
        depth,
        1,
      );
    const to = dweight + channel * weights.laneBytes;
    exports.weightPlanes(tables + offsets.weights, to, PANEL_LANES, sums, scratch + places.other);
  }
}
