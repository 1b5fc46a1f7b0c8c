export { type FileSource, openBytes } from "./bytes/byte-source.ts";
export type { ByteSource } from "./bytes/checked-bytes.ts";
export type { ReadableHandle } from "./bytes/file-bytes.ts";
export { crc32 } from "./bytes/crc32.ts";
export { toBfloat16, toFloat16, toFloat32 } from "./bytes/half-floats.ts";
export type { HostDType, HostTensor, HostTensorSource } from "./bytes/host-tensor.ts";
export type { ReadLimits } from "./bytes/file-limits.ts";
export { type IdxArray, type IdxDType, parseIdx } from "./idx/parse-idx.ts";
export { readIdx } from "./idx/read-idx.ts";
export { type CsvColumn, type CsvTable, parseCsv, type ParseCsvOptions } from "./csv/parse-csv.ts";
export type { NpyDType } from "./npy/npy-elements.ts";
export { type NpyArray, parseNpy } from "./npy/parse-npy.ts";
export { readNpz } from "./npy/read-npz.ts";
export { type NpySource, writeNpy } from "./npy/write-npy.ts";
export { writeNpz } from "./npy/write-npz.ts";
export { decodeInPage } from "./image/decode-in-page.ts";
export {
  type DecodedImage,
  type ImageChannels,
  type ImageDecoder,
  imageToArray,
} from "./image/decoded-image.ts";
export { encodePng, type PictureNumbers } from "./image/encode-png.ts";
export type { ImageInfo, ImageLimits } from "./image/image-info.ts";
export { inspectImage } from "./image/inspect-image.ts";
export {
  eventRecord,
  type EventHistogram,
  histogramValue,
  scalarValue,
  summaryEvent,
  versionEvent,
} from "./tensorboard/event-file.ts";
export type { Field } from "./tensorboard/protobuf.ts";
export type { SafetensorsEntry } from "./safetensors/header.ts";
export {
  openSafetensors,
  parseSafetensors,
  type Safetensors,
  SafetensorsFile,
} from "./safetensors/read-safetensors.ts";
export {
  type FileParts,
  type NamedTensors,
  safetensorsLayout,
  type SafetensorsLayout,
  type SafetensorsOptions,
  safetensorsParts,
  writeSafetensors,
} from "./safetensors/write-safetensors.ts";
export type { PyTorchKey, PyTorchValue } from "./pytorch/pickle.ts";
export { readPyTorch, readStateDict } from "./pytorch/read-pytorch.ts";
