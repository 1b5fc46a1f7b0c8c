export { ArrayDataset } from "./array-dataset.ts";
export { concat } from "./concat.ts";
export {
  DataLoader,
  type DataLoaderOptions,
  type DataLoaderState,
  type LoadingOptions,
} from "./data-loader.ts";
export type {
  AsyncDataset,
  ClassificationSample,
  Dataset,
  HostArray,
  HostBatch,
  HostSource,
  IterableDataset,
  Sample,
} from "./dataset.ts";
export { toHostArray } from "./host-array.ts";
export { loadMnist, type MnistFiles } from "./idx/load-mnist.ts";
export type { Shard } from "./loading/epoch-order.ts";
export type { Batch } from "./loading/to-tensors.ts";
export { mapDataset } from "./map-dataset.ts";
export type { DrawnOptions } from "./drawn-split.ts";
export type { FaceAttributes } from "./faces/person.ts";
export {
  circles,
  gaussianGrid,
  type GaussianGridOptions,
  gaussianRing,
  type GaussianRingOptions,
  type PointsOptions,
  spirals,
  type SpiralsOptions,
  twoMoons,
} from "./points/point-clouds.ts";
export { ravine, type RavineOptions, rosenbrock } from "./points/surfaces.ts";
export { ProceduralDigits } from "./procedural-digits.ts";
export {
  faceAttributes,
  type FaceSample,
  ProceduralFaces,
  type ProceduralFacesOptions,
} from "./procedural-faces.ts";
export { ProceduralShapes, type ProceduralShapesOptions, shapeNames } from "./procedural-shapes.ts";
export { type Fold, kFolds, randomSplit, type RandomSplitOptions } from "./random-split.ts";
export type { RandomStream } from "./random-stream.ts";
export { stackSamples } from "./stack-samples.ts";
export { StreamLoader, type StreamLoaderOptions, type StreamLoaderState } from "./stream-loader.ts";
export { subset } from "./subset.ts";
export { type SampleOptions, TensorDataset } from "./tensor-dataset.ts";
export {
  type UnpairedInputs,
  UnpairedLoader,
  type UnpairedLoaderState,
} from "./unpaired-loader.ts";
export { type BatchTransform, inOrder, onField, type Transform } from "./transforms/transform.ts";
export {
  randomCrop,
  type RandomCropOptions,
  randomFlip,
  type RandomFlipOptions,
} from "./transforms/crop-and-flip.ts";
export { cutout } from "./transforms/cutout.ts";
export { mixup, type MixupOptions } from "./transforms/mixup.ts";
export { toOneHot } from "./transforms/one-hot.ts";
export { randomAffine, type RandomAffineOptions } from "./transforms/random-affine.ts";
export {
  type MeanAndDeviation,
  normalize,
  type NormalizeOptions,
  standardize,
  unstandardize,
} from "./transforms/standardize.ts";
export { fitStatistics, type Statistics } from "./transforms/statistics.ts";
export {
  classificationTable,
  type RegressionSample,
  regressionTable,
  type TableColumns,
} from "./csv/table-dataset.ts";
export {
  type ImageFile,
  ImageFolder,
  type ImageFolderOptions,
  pageFiles,
} from "./image/image-folder.ts";
