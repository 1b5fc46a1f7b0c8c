import { decodeInPage } from "@dl/formats";
import { expect, it } from "vitest";
import { ImageFolder, pageFiles } from "./image-folder.ts";

/** A picture of four colours, as the browser itself encodes it. */
async function encoded(type: "image/png" | "image/jpeg"): Promise<Uint8Array<ArrayBuffer>> {
  const canvas = new OffscreenCanvas(32, 16);
  const context = canvas.getContext("2d")!;
  ["#ff0000", "#00ff00", "#0000ff", "#808080"].forEach((color, i) => {
    context.fillStyle = color;
    context.fillRect(8 * i, 0, 8, 16);
  });
  const blob = await canvas.convertToBlob({ type, quality: 1 });
  return new Uint8Array(await blob.arrayBuffer());
}

it("serves a folder chosen in the page", async () => {
  const files = [
    new File([await encoded("image/png")], "a.png"),
    new File([await encoded("image/jpeg")], "b.jpg"),
  ];
  const images = new ImageFolder(pageFiles(files), decodeInPage, { size: 16 });
  const [a, b] = [await images.get(0), await images.get(1)];
  expect([images.length, a.inputs.shape]).toEqual([2, [3, 16, 16]]);
  // The middle of the picture: green on the left, blue on the right.
  expect(a.inputs.data[256 + 8 * 16 + 3]).toBeCloseTo(1, 5);
  a.inputs.data.forEach((value, i) =>
    expect(Math.abs(value - b.inputs.data[i]!)).toBeLessThan(0.1),
  );
});
