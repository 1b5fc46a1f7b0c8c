import { describe, expect, it } from "vitest";
import { decodeInPage } from "./decode-in-page.ts";

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

describe("decodeInPage", () => {
  it.each([
    ["image/png", 0],
    ["image/jpeg", 12],
  ] as const)("reads %s by the browser's own decoder", async (type, tolerance) => {
    const { width, height, data } = await decodeInPage(await encoded(type));
    expect([width, height]).toEqual([32, 16]);
    [
      [255, 0, 0],
      [0, 255, 0],
      [0, 0, 255],
      [128, 128, 128],
    ].forEach((color, i) =>
      color.forEach((value, c) =>
        expect(Math.abs(data[4 * (8 * 32 + 8 * i + 4) + c]! - value)).toBeLessThanOrEqual(
          tolerance,
        ),
      ),
    );
  });

  it("refuses damaged files with a FormatError", async () => {
    const file = await encoded("image/png");
    await expect(decodeInPage(file.subarray(0, 60))).rejects.toMatchObject({ name: "FormatError" });
    const jpeg = await encoded("image/jpeg");
    await expect(decodeInPage(jpeg.subarray(0, -9))).rejects.toMatchObject({ name: "FormatError" });
  });
});
