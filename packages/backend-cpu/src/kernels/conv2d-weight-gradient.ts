import {
  type Conv2dKernels,
  copyPadded,
  packDenseRows,
  runProduct,
  writeTables,
} from "./conv2d.ts";
import {
  columnsOf,
  type Conv2dRange,
  type Conv2dShape,
  type ImplicitProduct,
  implicitProduct,
  outputSize,
  packedRowsBytes,
  type PaddedPlane,
  paddedInput,
  ScratchLayout,
  tapOffsets,
  windowOffsets,
} from "./conv2d-plan.ts";

export interface Conv2dWeightGradientPlan {
  readonly shape: Conv2dShape;
  readonly plane: PaddedPlane;
  readonly product: ImplicitProduct;
  readonly parts: {
    readonly lanes: number;
    readonly depths: number;
    readonly panel: number;
    readonly dy: number;
    readonly image: number;
  };
  readonly scratchBytes: number;
}

export function planConv2dWeightGradient(shape: Conv2dShape): Conv2dWeightGradientPlan {
  const plane = paddedInput(shape);
  // The forward product with columns and depth exchanged: dW [O, taps] = dy [O, pixels] · patches [pixels, taps].
  const product = implicitProduct(
    shape.outChannels / shape.groups,
    tapOffsets(shape, plane),
    windowOffsets(outputSize(shape), shape.stride, plane.width),
  );
  const layout = new ScratchLayout();
  const parts = {
    ...layout.takeProduct(product),
    dy: layout.take(packedRowsBytes(product)),
    image: layout.take(plane.isPadded ? shape.inChannels * plane.height * plane.width * 4 : 0),
  };
  return { shape, plane, product, parts, scratchBytes: layout.byteLength };
}

/**
 * dweight = or += the sum over `images` of dy · patchesᵀ, image after image.
 *
 * Byte addresses of contiguous float32 arrays; `scratch` is 16-byte aligned and `plan.scratchBytes` long. Columns are taps:
 * channel of the group, ky, kx. A caller that splits the batch sums the parts in a fixed order to keep the bits.
 */
export function conv2dWeightGradient(
  kernels: Conv2dKernels,
  plan: Conv2dWeightGradientPlan,
  x: number,
  dy: number,
  dweight: number,
  { images, columns, groups: groupRange = [0, plan.shape.groups] }: Conv2dRange,
  scratch: number,
  accumulate = false,
): void {
  const { shape, plane, product, parts } = plan;
  const { product: partProduct, offset } = columnsOf(product, columns);
  const { exports } = kernels;
  const { groups, inChannels, outChannels, inputSize } = shape;
  const { rows, columns: taps, depth: pixels } = product;
  const groupPlanes = (inChannels / groups) * plane.height * plane.width * 4;
  const at = {
    a: scratch + parts.dy,
    lanes: scratch + parts.lanes,
    depths: scratch + parts.depths,
    panel: scratch + parts.panel,
  };
  writeTables(kernels.memory, product, at);
  const padded = scratch + parts.image;
  if (plane.isPadded) exports.fillZero(padded, groupPlanes * groups);
  if (images[0] >= images[1] && !accumulate) exports.fillZero(dweight, outChannels * taps * 4);

  for (let image = images[0]; image < images[1]; image++) {
    let source = x + image * inChannels * inputSize[0] * inputSize[1] * 4;
    if (plane.isPadded) {
      copyPadded(exports, source, inputSize, inChannels, plane, padded);
      source = padded;
    }
    for (let group = groupRange[0]; group < groupRange[1]; group++) {
      packDenseRows(
        exports,
        product,
        dy + (image * outChannels + group * rows) * pixels * 4,
        pixels,
        at.a,
      );
      runProduct(
        exports,
        partProduct,
        { ...at, lanes: at.lanes + offset },
        source + group * groupPlanes,
        dweight + group * rows * taps * 4 + offset,
        taps * 4,
        accumulate || image > images[0],
      );
    }
  }
}
