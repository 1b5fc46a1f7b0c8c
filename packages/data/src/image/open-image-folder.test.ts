import { mkdtempSync, mkdirSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { encode as encodeJpeg } from "jpeg-js";
import { afterAll, describe, expect, it } from "vitest";
import { decodeInPage, encodePng } from "@dl/formats";
import { decodeImage } from "@dl/formats/node";
import { DataLoader } from "../data-loader.ts";
import { ImageFolder, pageFiles } from "./image-folder.ts";
import { openImageFolder } from "./open-image-folder.ts";
import { reference } from "@dl/backend-reference";
import { configure } from "@dl/tensor";

configure({ backend: reference() });

/** Two grey pixels side by side. */
const plain = new Uint8Array(
  await encodePng({ data: Float32Array.of(10 / 255, 250 / 255), shape: [1, 1, 2] }),
);

const jpegOf = (width: number, height: number): Uint8Array => {
  const pixels = new Uint8Array(4 * width * height);
  for (let i = 0; i < width * height; i++)
    pixels.set([(i % width) * 8, Math.floor(i / width) * 8, 60, 255], 4 * i);
  return new Uint8Array(encodeJpeg({ width, height, data: pixels }, 90).data);
};
describe("openImageFolder", () => {
  const folder = mkdtempSync(join(tmpdir(), "images-"));
  afterAll(() => rmSync(folder, { recursive: true }));
  for (const name of ["dogs", "cats"]) mkdirSync(join(folder, name));
  writeFileSync(join(folder, "cats/1.png"), plain);
  writeFileSync(join(folder, "dogs/2.JPG"), jpegOf(20, 12));
  writeFileSync(join(folder, "dogs/broken.png"), plain.subarray(0, 40));
  writeFileSync(join(folder, "dogs/notes.txt"), "no image");
  symlinkSync("/etc/hostname", join(folder, "dogs/link.png"));

  it("gives images of one size with their classes", async () => {
    const images = await openImageFolder(folder, { size: 8, channels: 1 });
    expect([images.length, images.classes]).toEqual([3, ["cats", "dogs"]]);
    const loader = new DataLoader(images, { batchSize: 2 });
    for await (const { inputs, targets } of loader) {
      expect(inputs.shape).toEqual([2, 1, 8, 8]);
      expect(await targets.toArray()).toEqual([0, 1]);
      break;
    }
    await expect(images.get(2)).rejects.toThrow(
      /^ImageFolder\.get: dogs\/broken\.png: decodeImage: the PNG file is malformed: it is truncated/,
    );
    expect((await images.get(0)).inputs.data[3]! * 255).toBeGreaterThan(10);
  });

  it("refuses an empty folder, a large file and a size out of range", async () => {
    await expect(openImageFolder(join(folder, "cats"), { size: 0 })).rejects.toThrow(
      "ImageFolder: height must be a whole number from 1 to 65536: received 0.",
    );
    const small = await openImageFolder(folder, { size: 8, maxByteLength: 20 });
    await expect(small.get(0)).rejects.toThrow("cats/1.png is too large");
    expect(() => new ImageFolder([], decodeImage, { size: 4 })).toThrow(
      "ImageFolder: there is no image: received 0 files, none ending in .png, .jpg or .jpeg that is not hidden.",
    );
  });

  it("reads files that a page was given, and says that Node has no browser's decoder", async () => {
    const file = new File([plain.slice()], "one.png");
    const images = new ImageFolder(pageFiles([file]), decodeImage, { size: 2 });
    expect((await images.get(0)).inputs.shape).toEqual([3, 2, 2]);
    const jpeg = new File([jpegOf(4, 4).slice()], "one.jpg");
    const inPage = new ImageFolder(pageFiles([jpeg]), decodeInPage, { size: 2 });
    await expect(inPage.get(0)).rejects.toThrow(
      "decodeInPage: this engine has no image decoder. In Node use decodeImage of @dl/formats/node.",
    );
  });
});
