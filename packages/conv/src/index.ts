export { conv2d } from "./conv2d.ts";
export type { Conv2dOptions, Padding } from "./conv2d.ts";
export { convTranspose2d } from "./conv-transpose2d.ts";
export type { ConvTranspose2dOptions } from "./conv-transpose2d.ts";
export type { ConvolutionOptions } from "./convolution-options.ts";
export { AvgPool2d, Conv2d, ConvTranspose2d, MaxPool2d } from "./layers.ts";
export { avgPool2d, maxPool2d } from "./pooling.ts";
export type { AvgPool2dOptions, MaxPool2dOptions, PoolOptions } from "./pooling.ts";
export type { Pair } from "./window.ts";
