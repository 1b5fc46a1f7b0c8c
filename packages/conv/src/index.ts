export { adaptiveAvgPool2d, adaptiveMaxPool2d, globalAvgPool2d } from "./adaptive-pooling.ts";
export type { OutputSize } from "./adaptive-pooling.ts";
export { blur } from "./blur.ts";
export { conv1d } from "./conv1d.ts";
export type { Conv1dOptions } from "./conv1d.ts";
export { conv2d } from "./conv2d.ts";
export { conv3d, convTranspose3d } from "./conv3d.ts";
export type { Conv3dOptions, Convolution3dOptions, ConvTranspose3dOptions } from "./conv3d.ts";
export { convTranspose1d } from "./conv-transpose1d.ts";
export type { ConvTranspose1dOptions } from "./conv-transpose1d.ts";
export { convTranspose2d } from "./conv-transpose2d.ts";
export { Conv1d, Conv2d, ConvTranspose1d, ConvTranspose2d } from "./convolution-layers.ts";
export type { PaddingMode, PaddingModeOptions } from "./convolution-layers.ts";
export type {
  Conv2dOptions,
  ConvTranspose2dOptions,
  Convolution1dOptions,
  ConvolutionOptions,
  Padding,
} from "./convolution-options.ts";
export { interpolate } from "./interpolate.ts";
export type { InterpolateOptions } from "./interpolate.ts";
export type { InterpolationMode } from "./interpolation-taps.ts";
export { lpPool2d } from "./lp-pool2d.ts";
export type { LpPool2dOptions } from "./lp-pool2d.ts";
export { maxUnpool2d } from "./max-unpool2d.ts";
export type { MaxUnpool2dOptions } from "./max-unpool2d.ts";
export { pixelShuffle, pixelUnshuffle } from "./pixel-shuffle.ts";
export {
  AdaptiveAvgPool2d,
  AdaptiveMaxPool2d,
  AvgPool1d,
  AvgPool2d,
  GlobalAvgPool2d,
  LpPool2d,
  MaxPool1d,
  MaxPool2d,
  MaxUnpool2d,
} from "./pooling-layers.ts";
export type { AvgPool2dOptions, MaxPool2dOptions, PoolOptions } from "./pooling-window.ts";
export { avgPool2d, maxPool2d, maxPool2dWithIndices } from "./pooling.ts";
export type { PooledWithIndices } from "./pooling.ts";
export { avgPool1d, maxPool1d } from "./pooling1d.ts";
export type { AvgPool1dOptions, MaxPool1dOptions, Pool1dOptions } from "./pooling1d.ts";
export { avgPool3d, maxPool3d } from "./pooling3d.ts";
export type { AvgPool3dOptions, MaxPool3dOptions, Pool3dOptions } from "./pooling3d.ts";
export { Blur, Fold, PixelShuffle, PixelUnshuffle, Unfold, Upsample } from "./resampling-layers.ts";
export { fold, unfold } from "./unfold.ts";
export type { UnfoldOptions } from "./unfold.ts";
export { upfirdn2d } from "./upfirdn2d.ts";
export type { UpfirdnOptions } from "./upfirdn2d.ts";
export type { Triple } from "./volume.ts";
export { AvgPool3d, Conv3d, ConvTranspose3d, MaxPool3d } from "./volume-layers.ts";
export type { Pair } from "./window.ts";
