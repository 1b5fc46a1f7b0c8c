import { reference } from "@dl/backend-reference";
import { configure } from "@dl/tensor";
import { describe, expect, it } from "vitest";
import * as data from "./index.ts";
import { decodeImage, openImageFolder } from "./node.ts";
import { RandomStream } from "./random-stream.ts";

configure({ backend: reference() });

const points = new data.ArrayDataset({
  inputs: { data: Float32Array.of(1, 2), shape: [2, 1] },
  targets: { data: Int32Array.of(0, 1), shape: [2] },
});
const table = data.parseCsv("a,b\n1,2");
const random = new RandomStream(0, 0);
const file = { path: "a/a.png", byteLength: 1, read: async () => new Uint8Array(1) };
const decode = async (): Promise<data.DecodedImage> => ({
  width: 1,
  height: 1,
  data: new Uint8Array(4),
});
const range = { minimum: [0], maximum: [1] };

/** Calls with one argument, which is never what it should be; `never` takes anything. */
const calls: Readonly<Record<string, (value: never) => unknown>> = {
  ArrayDataset: (value) => new data.ArrayDataset(value),
  "ArrayDataset of a field": (value) => new data.ArrayDataset<{ a: data.HostArray }>({ a: value }),
  "ArrayDataset.get": (value) => points.get(value),
  "ArrayDataset.getBatch": (value) => points.getBatch(value),
  "ProceduralDigits.getBatch": (value) => new data.ProceduralDigits({ length: 2 }).getBatch(value),
  "ProceduralFaces.getBatch": (value) => new data.ProceduralFaces({ length: 2 }).getBatch(value),
  "ProceduralShapes.getBatch": (value) => new data.ProceduralShapes({ length: 2 }).getBatch(value),
  concat: (value) => data.concat(value),
  "concat of": (value) => data.concat([points, value]),
  mapDataset: (value) => data.mapDataset(value, (sample: object) => sample),
  "mapDataset by": (value) => data.mapDataset(points, value),
  subset: (value) => data.subset(value, [0]),
  "subset of": (value) => data.subset(points, value),
  randomSplit: (value) => data.randomSplit(value, [1]),
  "randomSplit into": (value) => data.randomSplit(points, value),
  kFolds: (value) => data.kFolds(value, 2),
  stackSamples: (value) => data.stackSamples(value),
  "stackSamples of": (value) => data.stackSamples([value]),
  DataLoader: (value) => new data.DataLoader(value, { batchSize: 1 }),
  "DataLoader.loadState": (value) => new data.DataLoader(points, { batchSize: 1 }).loadState(value),
  "DataLoader.order": (value) => new data.DataLoader(points, { batchSize: 1 }).order(value),
  StreamLoader: (value) => new data.StreamLoader(value, { batchSize: 1 }),
  "StreamLoader.loadState": (value) =>
    new data.StreamLoader({ samples: () => [] }, { batchSize: 1 }).loadState(value),
  loadMnist: (value) => data.loadMnist(value),
  "loadMnist of": (value) => data.loadMnist({ images: value, labels: value }),
  parseIdx: (value) => data.parseIdx(value),
  readIdx: (value) => data.readIdx(value),
  parseNpy: (value) => data.parseNpy(value),
  readNpz: (value) => data.readNpz(value),
  writeNpy: (value) => data.writeNpy(value),
  "writeNpy of": (value) => data.writeNpy({ data: value, shape: [1] }),
  "writeNpz of": (value) => data.writeNpz({ a: value }),
  toHostArray: (value) => data.toHostArray(value),
  parseCsv: (value) => data.parseCsv(value),
  classificationTable: (value) => data.classificationTable(value, { inputs: ["a"], targets: "b" }),
  "classificationTable by": (value) => data.classificationTable(table, value),
  "classificationTable from": (value) =>
    data.classificationTable(table, { inputs: value, targets: "b" }),
  regressionTable: (value) => data.regressionTable(value, { inputs: ["a"], targets: "b" }),
  fitStatistics: (value) => data.fitStatistics(value, "inputs"),
  onField: (value) => data.onField("inputs", value),
  inOrder: (value) => data.inOrder(value),
  standardize: (value) => data.standardize(value),
  unstandardize: (value) => data.unstandardize(value),
  normalize: (value) => data.normalize(value),
  "normalize a batch": (value) => data.normalize(range)(value, random),
  "mixup a batch": (value) => data.mixup({ classCount: 2 })(value, random),
  "cutout a batch": (value) => data.cutout(2)(value, random),
  "toOneHot a batch": (value) => data.toOneHot(2)(value, random),
  ravine: (value) => data.ravine(value),
  inspectImage: (value) => data.inspectImage(value),
  decodeImage: (value) => decodeImage(value),
  decodeInPage: (value) => data.decodeInPage(value),
  imageToArray: (value) => data.imageToArray(value, 3, [1, 1]),
  "imageToArray of": (value) => data.imageToArray({ width: 1, height: 1, data: value }, 3, [1, 1]),
  ImageFolder: (value) => new data.ImageFolder(value, decode, { size: 1 }),
  "ImageFolder of": (value) => new data.ImageFolder([value], decode, { size: 1 }),
  "ImageFolder by": (value) => new data.ImageFolder([file], value, { size: 1 }),
  "ImageFolder by a decoder of": (value) =>
    new data.ImageFolder([file], async () => value, { size: 1 }).get(0),
  pageFiles: (value) => data.pageFiles(value),
  "pageFiles of": (value) => data.pageFiles([value]),
  openImageFolder: (value) => openImageFolder(value, { size: 1 }),
};

describe.each(Object.entries(calls))("%s", (_, call) => {
  it.each([[undefined], [null], [Number.NaN], [{ a: null }], [[null]], [Symbol("x")]])(
    "refuses %s by an error that says what to do",
    async (value) => {
      const failure = await Promise.resolve()
        .then((): unknown => Reflect.apply(call, undefined, [value]))
        .catch((error: unknown) => error);
      expect(failure).toMatchObject({
        name: expect.stringMatching(/^(Argument|Shape|DType|Format)Error$/) as string,
        message: expect.stringMatching(/^\w+(\.\w+)?: ./) as string,
      });
    },
  );
});

describe("what other decoders give", () => {
  it.each([
    [{ width: 2, height: 1, data: new Uint8Array(6) }, "received 6 bytes for 2 x 1 pixels"],
    [{ width: 1, height: 1, data: new Uint16Array(4) }, "received a Uint16Array for 1 x 1 pixels"],
    [{ width: 1, height: 1, data: [1, 2, 3, 4] }, "received a list of 4 for 1 x 1 pixels"],
  ])("is refused: %o", (image, message) => {
    expect(() => data.imageToArray(image as data.DecodedImage, 3, [1, 1])).toThrow(
      `imageToArray: the image must have four bytes per pixel, red, green, blue and opacity: ${message}.`,
    );
  });
});

describe("statistics", () => {
  it("are of as many channels and of numbers", () => {
    expect(() => data.standardize({ mean: [0, 0], deviation: [1] })).toThrow(
      "standardize: mean and deviation need a number for each channel: received 2 and 1.",
    );
    expect(() => data.normalize({ minimum: [Number.NaN], maximum: [1] })).toThrow(
      "normalize: each of minimum must be a number",
    );
  });
});
