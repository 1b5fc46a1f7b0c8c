import { checkGiven, checkOptions } from "@dl/backend";
import { checkIndex } from "./check-range.ts";
import type { ClassificationSample, Dataset, HostBatch } from "./dataset.ts";
import { paintPath } from "./digits/paint.ts";
import { createPath, glyphsOf, traceGlyph } from "./digits/path.ts";
import { bendPath, leanPath, placePath } from "./digits/warp.ts";
import { drawnClass, drawnKinds, type DrawnOptions, drawnSplit } from "./drawn-split.ts";
import { type RandomStream, randomStreams } from "./random-stream.ts";

const size = 28;
const pixelCount = size * size;
const classCount = 10;

/**
 * Handwritten-looking digits, drawn on demand: no download, no end.
 *
 * A digit depends on (seed, split, index) alone, and has the same pixels in every engine. Each ten
 * in a row hold every class once.
 *
 * Shape: inputs [1, 28, 28] from 0 to 1 in steps of 1/255, ink high as in MNIST; targets 0 to 9.
 *
 * @throws {ArgumentError} if length is not a whole number from 1 to 2³¹, or seed not one from 0 to
 * 2³² − 1.
 * @example
 * const digits = new ProceduralDigits({ length: 60_000 });
 * digits.get(0).inputs.shape; // => [1, 28, 28]
 */
export class ProceduralDigits implements Dataset {
  readonly length: number;
  readonly #random: RandomStream;
  readonly #path = createPath();
  readonly #ink = new Float64Array(pixelCount);

  constructor(options: DrawnOptions) {
    checkOptions("ProceduralDigits", options, drawnKinds);
    this.#random = drawnSplit(options, randomStreams.digits, "ProceduralDigits");
    this.length = options.length;
  }

  get(index: number): ClassificationSample {
    checkIndex(index, this.length, "ProceduralDigits.get");
    const data = new Float32Array(pixelCount);
    const targets = this.#draw(index, data);
    return { inputs: { data, shape: [1, size, size] }, targets };
  }

  getBatch(indices: ArrayLike<number>): HostBatch<ClassificationSample> {
    checkGiven("ProceduralDigits.getBatch", "the indices", indices, ["length"]);
    const count = indices.length;
    const inputs = new Float32Array(count * pixelCount);
    const targets = new Int32Array(count);
    for (let i = 0; i < count; i++) {
      const index = indices[i]!;
      checkIndex(index, this.length, "ProceduralDigits.getBatch");
      targets[i] = this.#draw(index, inputs.subarray(i * pixelCount, (i + 1) * pixelCount));
    }
    return {
      inputs: { data: inputs, shape: [count, 1, size, size] },
      targets: { data: targets, shape: [count] },
    };
  }

  /** Draws digit `index` into `pixels` and returns its class. */
  #draw(index: number, pixels: Float32Array): number {
    const random = this.#random;
    const digit = drawnClass(random, index, classCount);
    const path = this.#path;
    random.seek(index);
    const hands = glyphsOf(digit);
    traceGlyph(hands[random.below(hands.length)]!, random, path);
    bendPath(path, random);
    leanPath(path, random);

    const radius = Math.min(Math.max(1.2 + random.bell(0.3), 0.7), 1.9);
    placePath(path, {
      centerX: size / 2 + random.uniform(-1.5, 1.5),
      centerY: size / 2 + random.uniform(-1.5, 1.5),
      // As in MNIST the ink, not the line's middle, fills about 20 of the 28 pixels.
      extent: random.uniform(17.5, 20.5) - 2 * radius,
    });
    const pen = {
      startRadius: radius * random.uniform(0.8, 1.15),
      endRadius: radius * random.uniform(0.75, 1.15),
      softness: random.uniform(0.8, 1.7),
    };
    paintPath(path, pen, this.#ink, size);
    this.#develop(pixels);
    return digit;
  }

  /**
   * Ink to pixels: overall strength, noise of the paper, and rounding to 8 bits as a scanner does.
   */
  #develop(pixels: Float32Array): void {
    const random = this.#random;
    const strength = random.uniform(0.88, 1.15);
    const noise = random.uniform(0, 0.06);
    for (let i = 0; i < pixelCount; i += 4) {
      const word = random.nextUint32();
      for (let k = 0; k < 4; k++) {
        const grain = (((word >>> (8 * k)) & 255) - 127.5) / 127.5;
        const value = Math.min(Math.max(strength * this.#ink[i + k]! + noise * grain, 0), 1);
        pixels[i + k] = Math.floor(value * 255 + 0.5) / 255;
      }
    }
  }
}
