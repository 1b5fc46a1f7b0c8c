import { checkGiven, FormatError, formatShape } from "@dl/backend";
import { type IdxArray, readIdx } from "@dl/formats";
import { checkIndex } from "../check-range.ts";
import type { ClassificationSample, Dataset, HostBatch } from "../dataset.ts";

const classCount = 10;

/** The two files of a set in the format of MNIST. */
export interface MnistFiles {
  /** `train-images-idx3-ubyte` or its like, gzip-compressed or not. */
  readonly images: Uint8Array;
  /** `train-labels-idx1-ubyte` or its like. */
  readonly labels: Uint8Array;
}

/**
 * MNIST, or a set in its form such as Fashion-MNIST, from the bytes of its two files.
 *
 * Pixels stay bytes until a batch is asked for: a quarter of the memory of floats.
 *
 * Shape: inputs [1, height, width] from 0 to 1; targets 0 to 9.
 *
 * @throws {FormatError} if a file is malformed, holds something else, or the two do not belong
 * together.
 * @example
 * const images = Uint8Array.of(0, 0, 8, 3, 0, 0, 0, 1, 0, 0, 0, 1, 0, 0, 0, 2, 0, 255);
 * const labels = Uint8Array.of(0, 0, 8, 1, 0, 0, 0, 1, 7);
 * const set = await loadMnist({ images, labels });
 * set.get(0).targets; // => 7
 */
export async function loadMnist(files: MnistFiles): Promise<Dataset> {
  checkGiven("loadMnist", "the files", files, ["images", "labels"]);
  const [images, labels] = await Promise.all([readIdx(files.images), readIdx(files.labels)]);
  const [count, height, width] = checkKind(images, "images", 3) as [number, number, number];
  checkKind(labels, "labels", 1);
  if (labels.data.length !== count)
    throw new FormatError(
      "loadMnist",
      `the files do not belong together: ${count} images, ${labels.data.length} labels.`,
      { expected: count, received: labels.data.length },
    );
  labels.data.forEach((label: number, i: number) => {
    if (label >= classCount)
      throw new FormatError(
        "loadMnist",
        `labels must be from 0 to 9: received ${label} at position ${i}.`,
        { expected: "0..9", received: label },
      );
  });
  return new ByteImages(images.data as Uint8Array, labels.data as Uint8Array, height, width);
}

/** Checks element type and number of axes, which together are the file's magic number. */
function checkKind(file: IdxArray, name: "images" | "labels", ndim: number): readonly number[] {
  if (file.dtype !== "uint8" || file.shape.length !== ndim) {
    const other = name === "images" ? "labels" : "images";
    const isOther = file.dtype === "uint8" && file.shape.length === 4 - ndim;
    throw new FormatError(
      "loadMnist",
      `${name} must be uint8 with ${ndim} ${ndim === 1 ? "axis" : "axes"} (magic 0x80${ndim}): received ${file.dtype} ${formatShape(file.shape)}.${isOther ? ` This looks like the ${other} file: swap them.` : ""}`,
      { expected: `uint8, ${ndim}`, received: `${file.dtype}, ${file.shape.length}` },
    );
  }
  return file.shape;
}

class ByteImages implements Dataset {
  readonly length: number;
  readonly #pixels: Uint8Array;
  readonly #labels: Uint8Array;
  readonly #imageShape: readonly [channels: 1, height: number, width: number];

  constructor(pixels: Uint8Array, labels: Uint8Array, height: number, width: number) {
    this.length = labels.length;
    this.#pixels = pixels;
    this.#labels = labels;
    this.#imageShape = [1, height, width];
  }

  get(index: number): ClassificationSample {
    const { inputs, targets } = this.getBatch([index]);
    return { inputs: { data: inputs.data, shape: this.#imageShape }, targets: targets.data[0]! };
  }

  getBatch(indices: ArrayLike<number>): HostBatch<ClassificationSample> {
    checkGiven("loadMnist.get", "the indices", indices, ["length"]);
    const count = indices.length;
    const pixelCount = this.#imageShape[1] * this.#imageShape[2];
    const inputs = new Float32Array(count * pixelCount);
    const targets = new Int32Array(count);
    for (let i = 0; i < count; i++) {
      const index = indices[i]!;
      checkIndex(index, this.length, "loadMnist.get");
      const start = index * pixelCount;
      for (let k = 0; k < pixelCount; k++)
        inputs[i * pixelCount + k] = this.#pixels[start + k]! / 255;
      targets[i] = this.#labels[index]!;
    }
    return {
      inputs: { data: inputs, shape: [count, ...this.#imageShape] },
      targets: { data: targets, shape: [count] },
    };
  }
}
