import { describe, expect, it } from "vitest";
import * as formats from "./index.ts";
import { decodeImage } from "./node.ts";

/** Calls with one argument, which is never what it should be; `never` takes anything. */
const calls: Readonly<Record<string, (value: never) => unknown>> = {
  parseIdx: (value) => formats.parseIdx(value),
  readIdx: (value) => formats.readIdx(value),
  parseNpy: (value) => formats.parseNpy(value),
  readNpz: (value) => formats.readNpz(value),
  writeNpy: (value) => formats.writeNpy(value),
  "writeNpy of": (value) => formats.writeNpy({ data: value, shape: [1] }),
  "writeNpz of": (value) => formats.writeNpz({ a: value }),
  openBytes: (value) => formats.openBytes(value),
  parseSafetensors: (value) => formats.parseSafetensors(value),
  openSafetensors: (value) => formats.openSafetensors(value),
  writeSafetensors: (value) => formats.writeSafetensors(value),
  "writeSafetensors of": (value) => formats.writeSafetensors({ a: value }),
  safetensorsParts: (value) => formats.safetensorsParts(value),
  safetensorsLayout: (value) => formats.safetensorsLayout(value),
  toFloat32: (value) => formats.toFloat32(value),
  toFloat16: (value) => formats.toFloat16(value),
  toBfloat16: (value) => formats.toBfloat16(value),
  parseCsv: (value) => formats.parseCsv(value),
  inspectImage: (value) => formats.inspectImage(value),
  decodeImage: (value) => decodeImage(value),
  decodeInPage: (value) => formats.decodeInPage(value),
  imageToArray: (value) => formats.imageToArray(value, 3, [1, 1]),
  "imageToArray of": (value) =>
    formats.imageToArray({ width: 1, height: 1, data: value }, 3, [1, 1]),
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
    [
      { width: 1, height: 1, data: new Uint16Array(4) },
      "received an object of class Uint16Array for 1 x 1 pixels",
    ],
    [{ width: 1, height: 1, data: [1, 2, 3, 4] }, "received a list for 1 x 1 pixels"],
  ])("is refused: %o", (image, message) => {
    expect(() => formats.imageToArray(image as formats.DecodedImage, 3, [1, 1])).toThrow(
      `imageToArray: the image must have four bytes per pixel, red, green, blue and opacity: ${message}.`,
    );
  });
});
