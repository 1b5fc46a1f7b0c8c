import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import { encodePng } from "@dl/formats";
import { decodeImage } from "@dl/formats/node";
import { ImageFolder, pageFiles } from "./image-folder.ts";
import { openImageFolder } from "./open-image-folder.ts";

let plain = new Uint8Array(0);
beforeAll(async () => {
  plain = new Uint8Array(await encodePng({ data: Float32Array.of(0, 1), shape: [1, 1, 2] }));
});

describe("ImageFolder", () => {
  it("leaves out what is hidden or a system's own", async () => {
    const hidden = [
      ".ipynb_checkpoints/a.png",
      "cats/._a.png",
      "cats/.hidden/a.png",
      "cats/@eaDir/a.png",
      "__MACOSX/cats/._a.png",
      "__MACOSX/dogs/a.png",
      "dogs/Thumbs.db",
      ".DS_Store",
      "..png",
    ];
    const paths = ["cats/a.png", "dogs/a.b.png", ...hidden];
    const place = mkdtempSync(join(tmpdir(), ".hidden-"));
    for (const path of paths) {
      mkdirSync(join(place, path, ".."), { recursive: true });
      writeFileSync(join(place, path), plain);
    }
    const opened = await openImageFolder(place, { size: 2 });
    rmSync(place, { recursive: true });
    const files = paths.map((path) => ({ path, byteLength: 1, read: async () => plain }));
    const given = new ImageFolder(files, decodeImage, { size: 2 });
    for (const root of ["chosen", ".chosen"]) {
      const chosen = pageFiles(
        paths.map((path) => {
          const file = new File([plain.slice()], path.split("/").at(-1)!);
          Object.defineProperty(file, "webkitRelativePath", { value: `${root}/${path}` });
          return file;
        }),
      );
      expect(chosen).toHaveLength(2);
      const images = new ImageFolder(chosen, decodeImage, { size: 2 });
      expect([images.length, images.classes]).toEqual([2, ["cats", "dogs"]]);
    }
    for (const images of [opened, given])
      expect([images.length, images.classes]).toEqual([2, ["cats", "dogs"]]);
  });

  it("numbers classes by size where all folders are numbers", async () => {
    const classes = (names: readonly string[]): readonly string[] =>
      new ImageFolder(
        names.map((name) => ({ path: `${name}/a.png`, byteLength: 1, read: async () => plain })),
        decodeImage,
        { size: 2 },
      ).classes;
    expect(classes(["10", "9", "0", "2"])).toEqual(["0", "2", "9", "10"]);
    expect(classes(["10", "9", "x"])).toEqual(["10", "9", "x"]);
  });
});
