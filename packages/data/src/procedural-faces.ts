import { checkGiven, checkOptions, extendKinds, type OptionKinds } from "@dl/backend";
import { checkIndex, checkNumber, checkWhole } from "./check-range.ts";
import type { Dataset, HostArray, HostBatch } from "./dataset.ts";
import { drawnKinds, drawnSplit, type DrawnOptions } from "./drawn-split.ts";
import { Canvas } from "./drawing/canvas.ts";
import { drawDetail } from "./faces/detail.ts";
import { drawFace } from "./faces/draw-face.ts";
import { drawPerson, type FaceAttributes } from "./faces/person.ts";
import { type RandomStream, randomStreams } from "./random-stream.ts";

/**
 * The attributes, in the order in which a sample has them.
 *
 * @example
 * faceAttributes.length; // => 4
 */
export const faceAttributes: readonly (keyof FaceAttributes)[] = ["smile", "eyes", "hair", "tilt"];

export interface ProceduralFacesOptions extends DrawnOptions {
  /** Side of the images. Default 32. */
  readonly size?: number;
  /**
   * How much chance adds that no attribute tells: 0 (or false) nothing, 1 (or true) all. Freckles, 8 in the
   * mean and Poisson-distributed, up to 40 % darker than the skin; strands of hair, a 17th of the frame wide,
   * and patches of the shirt, a 16th, whose light has a standard deviation of 12 % of itself. Default false.
   */
  readonly detail?: boolean | number;
}

const attributeKinds: OptionKinds<FaceAttributes> = {
  smile: "number",
  eyes: "number",
  hair: "number",
  tilt: "number",
};

const facesKinds: OptionKinds<ProceduralFacesOptions> = /* @__PURE__ */ extendKinds(drawnKinds, {
  size: "number",
  detail: "boolean|number",
});

/** A picture of a face, and what about it is known. */
export type FaceSample = {
  readonly inputs: HostArray;
  readonly attributes: HostArray;
};

/**
 * Drawn faces with known attributes: no download, no real person.
 *
 * A face depends on (seed, split, index) alone, and has the same pixels in every engine. The
 * attributes are evenly distributed and independent of each other and of who it is. Detail is drawn apart
 * from all these: the same faces, with chance added.
 *
 * Shape: inputs [3, size, size] from 0 to 1 in steps of 1/255; attributes [4] from −1 to 1: smile,
 * eyes, hair, tilt.
 *
 * @throws {ArgumentError} if an option is out of range.
 * @example
 * const faces = new ProceduralFaces({ length: 1000 });
 * faces.get(0).inputs.shape; // => [3, 32, 32]
 * faceAttributes; // => ["smile", "eyes", "hair", "tilt"]
 */
export class ProceduralFaces implements Dataset<FaceSample> {
  readonly length: number;
  readonly size: number;
  /** From 0 to 1. */
  readonly detail: number;
  readonly #random: RandomStream;
  readonly #canvas: Canvas;

  constructor(options: ProceduralFacesOptions) {
    const { length, size = 32, detail = 0 } = checkOptions("ProceduralFaces", options, facesKinds);
    this.#random = drawnSplit(options, randomStreams.faces, "ProceduralFaces");
    checkWhole(size, 8, 1024, "size", "ProceduralFaces");
    this.length = length;
    checkNumber(Number(detail), 0, 1, "detail", "ProceduralFaces");
    this.size = size;
    this.detail = Number(detail);
    this.#canvas = new Canvas(size);
  }

  get(index: number): FaceSample {
    return this.getWith(index, {});
  }

  /**
   * The same person with some attributes changed.
   *
   * @throws {ArgumentError} if an attribute is not from −1 to 1.
   * @example
   * const faces = new ProceduralFaces({ length: 10 });
   * faces.getWith(3, { smile: 1 }).attributes.data[0]; // => 1
   */
  getWith(index: number, changes: Partial<FaceAttributes>): FaceSample {
    checkIndex(index, this.length, "ProceduralFaces.get");
    checkOptions("ProceduralFaces.getWith", changes, attributeKinds);
    for (const name of faceAttributes)
      if (changes[name] !== undefined)
        checkNumber(changes[name], -1, 1, name, "ProceduralFaces.getWith");
    const data = new Float32Array(3 * this.size * this.size);
    const attributes = this.#draw(index, changes, data);
    return { inputs: { data, shape: [3, this.size, this.size] }, attributes };
  }

  getBatch(indices: ArrayLike<number>): HostBatch<FaceSample> {
    checkGiven("ProceduralFaces.getBatch", "the indices", indices, ["length"]);
    const count = indices.length;
    const imageLength = 3 * this.size * this.size;
    const inputs = new Float32Array(count * imageLength);
    const attributes = new Float32Array(count * faceAttributes.length);
    for (let i = 0; i < count; i++) {
      checkIndex(indices[i]!, this.length, "ProceduralFaces.getBatch");
      const image = inputs.subarray(i * imageLength, (i + 1) * imageLength);
      attributes.set(this.#draw(indices[i]!, {}, image).data, i * faceAttributes.length);
    }
    return {
      inputs: { data: inputs, shape: [count, 3, this.size, this.size] },
      attributes: { data: attributes, shape: [count, faceAttributes.length] },
    };
  }

  #draw(index: number, changes: Partial<FaceAttributes>, pixels: Float32Array): HostArray {
    const random = this.#random;
    random.seek(index);
    const drawn = {
      smile: random.uniform(-1, 1),
      eyes: random.uniform(-1, 1),
      hair: random.uniform(-1, 1),
      tilt: random.uniform(-1, 1),
    };
    const attributes = { ...drawn, ...changes };
    const person = drawPerson(random);
    // Numbers of a round of their own, so that the person is the same without.
    if (this.detail > 0) random.seek(index, 1);
    const detail = this.detail > 0 ? drawDetail(random, person, this.detail) : undefined;
    drawFace(person, attributes, detail, this.#canvas, pixels);
    return {
      data: Float32Array.from(faceAttributes, (name) => attributes[name]),
      shape: [faceAttributes.length],
    };
  }
}
