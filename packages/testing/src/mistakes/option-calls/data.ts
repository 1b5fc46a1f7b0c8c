import * as data from "@dl/data";
import * as formats from "@dl/formats";
import { ones } from "@dl/tensor";
import type { OptionCalls } from "./option-call.ts";

const dataset = (): data.ProceduralDigits => new data.ProceduralDigits({ length: 10 });
const table = (): formats.CsvTable => formats.parseCsv("a,b\n1,2\n3,4");
const bytes = new Uint8Array(90);
const statistics = { minimum: [0], maximum: [1] };

/** Of data sets, loaders, files and transforms. */
export const dataCalls: OptionCalls = {
  "ProceduralFaces.getWith": () => {
    const faces = new data.ProceduralFaces({ length: 2 });
    return [faces.getWith.bind(faces), 0];
  },
  "TensorDataset.sample": () => {
    const points = new data.TensorDataset({ inputs: ones([4, 2]) });
    return [points.sample.bind(points), 2];
  },
  "new DataLoader": () => [data.DataLoader, dataset()],
  "new ImageFolder": () => [
    data.ImageFolder,
    [{ path: "cats/1.png", byteLength: 90, read: () => Promise.resolve(bytes) }],
    () => Promise.resolve({ width: 1, height: 1, data: bytes }),
  ],
  "new ProceduralDigits": () => [data.ProceduralDigits],
  "new ProceduralFaces": () => [data.ProceduralFaces],
  "new ProceduralShapes": () => [data.ProceduralShapes],
  "new StreamLoader": () => [data.StreamLoader, { samples: () => [{ count: 1 }] }],
  circles: () => [data.circles],
  classificationTable: () => [data.classificationTable, table()],
  decodeInPage: () => [formats.decodeInPage, bytes],
  gaussianGrid: () => [data.gaussianGrid],
  gaussianRing: () => [data.gaussianRing],
  inspectImage: () => [formats.inspectImage, bytes],
  kFolds: () => [data.kFolds, dataset(), 2],
  mixup: () => [data.mixup],
  normalize: () => [data.normalize, statistics],
  parseCsv: () => [formats.parseCsv, "a,b\n1,2"],
  randomAffine: () => [data.randomAffine],
  randomCrop: () => [data.randomCrop, 2],
  randomFlip: () => [data.randomFlip],
  randomSplit: () => [data.randomSplit, dataset(), [0.5, 0.5]],
  ravine: () => [data.ravine, ones([2])],
  readIdx: () => [formats.readIdx, bytes],
  readNpz: () => [formats.readNpz, bytes],
  readStateDict: () => [formats.readStateDict, bytes],
  safetensorsLayout: () => [formats.safetensorsLayout, new Map()],
  regressionTable: () => [data.regressionTable, table()],
  safetensorsParts: () => [formats.safetensorsParts, {}],
  spirals: () => [data.spirals],
  twoMoons: () => [data.twoMoons],
  writeSafetensors: () => [formats.writeSafetensors, {}],
};
