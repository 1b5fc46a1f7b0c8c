import { reference } from "@dl/backend-reference";
import { type DecodedImage, parseCsv } from "@dl/formats";
import { configure } from "@dl/tensor";
import { describe, expect, it } from "vitest";
import * as data from "./index.ts";
import { openImageFolder } from "./node.ts";
import { RandomStream } from "./random-stream.ts";

configure({ backend: reference() });

const points = new data.ArrayDataset({
  inputs: { data: Float32Array.of(1, 2), shape: [2, 1] },
  targets: { data: Int32Array.of(0, 1), shape: [2] },
});
const table = parseCsv("a,b\n1,2");
const random = new RandomStream(0, 0);
const file = { path: "a/a.png", byteLength: 1, read: async () => new Uint8Array(1) };
const decode = async (): Promise<DecodedImage> => ({
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
  toHostArray: (value) => data.toHostArray(value),
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
