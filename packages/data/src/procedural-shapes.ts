import { checkGiven, checkOptions, extendKinds, type OptionKinds, sineCosine } from "@dl/backend";
import { checkIndex, checkWhole } from "./check-range.ts";
import type { ClassificationSample, Dataset, HostBatch } from "./dataset.ts";
import { Canvas } from "./drawing/canvas.ts";
import type { Color } from "./drawing/color.ts";
import { ellipse, everywhere, polygon, without, type Shape } from "./drawing/shape.ts";
import { drawnClass, drawnKinds, drawnSplit, type DrawnOptions } from "./drawn-split.ts";
import { type RandomStream, randomStreams } from "./random-stream.ts";

/** A polygon with its corners at equal angles around the origin; several radii take turns. */
function wheel(count: number, ...radii: readonly number[]): Shape {
  return polygon(
    Array.from({ length: count }, (_, i) => {
      const [sine, cosine] = sineCosine(i / count);
      const radius = radii[i % radii.length]!;
      return [radius * sine, -radius * cosine] as const;
    }),
  );
}

const cross: readonly (readonly [number, number])[] = [
  [-0.3, -0.95],
  [0.3, -0.95],
  [0.3, -0.3],
  [0.95, -0.3],
  [0.95, 0.3],
  [0.3, 0.3],
  [0.3, 0.95],
  [-0.3, 0.95],
  [-0.3, 0.3],
  [-0.95, 0.3],
  [-0.95, -0.3],
  [-0.3, -0.3],
];

/** The farthest corner, in radii. */
const reach = 1.15;

/** What can be drawn, about 1 in radius around the origin; made at first use. */
const shapes: readonly (readonly [name: string, create: () => Shape])[] = [
  ["circle", () => ellipse(0, 0, 0.9, 0.9)],
  ["square", () => wheel(4, 1.1)],
  ["triangle", () => wheel(3, reach)],
  ["star", () => wheel(10, reach, 0.5)],
  ["cross", () => polygon(cross)],
  ["ring", () => without(ellipse(0, 0, 1, 1), ellipse(0, 0, 0.55, 0.55))],
];

/**
 * Names of the classes, in the order of their numbers.
 *
 * @example
 * new Set(shapeNames).size === shapeNames.length; // => true
 */
export const shapeNames: readonly string[] = /* @__PURE__ */ shapes.map(([name]) => name);

export interface ProceduralShapesOptions extends DrawnOptions {
  /** Side of the images. Default 32. */
  readonly size?: number;
}

const shapesKinds: OptionKinds<ProceduralShapesOptions> = /* @__PURE__ */ extendKinds(drawnKinds, {
  size: "number",
});

/**
 * Coloured shapes of any size, place and angle on a coloured ground.
 *
 * A picture depends on (seed, split, index) alone, and has the same pixels in every engine. Each
 * six in a row hold every class once.
 *
 * Shape: inputs [3, size, size] from 0 to 1 in steps of 1/255; targets 0 to 5.
 *
 * @throws {ArgumentError} if an option is out of range.
 * @example
 * const shapes = new ProceduralShapes({ length: 600 });
 * shapes.get(0).inputs.shape; // => [3, 32, 32]
 * shapeNames[2]; // => "triangle"
 */
export class ProceduralShapes implements Dataset {
  readonly length: number;
  readonly size: number;
  readonly #random: RandomStream;
  readonly #canvas: Canvas;
  readonly #shapes = shapes.map(([, create]) => create());

  constructor(options: ProceduralShapesOptions) {
    const { length, size = 32 } = checkOptions("ProceduralShapes", options, shapesKinds);
    this.#random = drawnSplit(options, randomStreams.shapes, "ProceduralShapes");
    checkWhole(size, 8, 1024, "size", "ProceduralShapes");
    this.length = length;
    this.size = size;
    this.#canvas = new Canvas(size);
  }

  get(index: number): ClassificationSample {
    const { inputs, targets } = this.getBatch([index]);
    return {
      inputs: { data: inputs.data, shape: inputs.shape.slice(1) },
      targets: targets.data[0]!,
    };
  }

  getBatch(indices: ArrayLike<number>): HostBatch<ClassificationSample> {
    checkGiven("ProceduralShapes.getBatch", "the indices", indices, ["length"]);
    const { size } = this;
    const imageLength = 3 * size * size;
    const inputs = new Float32Array(indices.length * imageLength);
    const targets = Int32Array.from(indices, (index, i) => {
      checkIndex(index, this.length, "ProceduralShapes.get");
      return this.#draw(index, inputs.subarray(i * imageLength, (i + 1) * imageLength));
    });
    return {
      inputs: { data: inputs, shape: [indices.length, 3, size, size] },
      targets: { data: targets, shape: [indices.length] },
    };
  }

  #draw(index: number, pixels: Float32Array): number {
    const random = this.#random;
    const target = drawnClass(random, index, shapes.length);
    random.seek(index);
    const radius = random.uniform(0.3, 0.6);
    const room = 0.95 - reach * radius;
    const x = random.uniform(-room, room);
    const y = random.uniform(-room, room);
    const shape = this.#shapes[target]!;
    const [sine, cosine] = sineCosine(random.uniform(0, 1));
    const ground = drawColor(random);
    let color = drawColor(random);
    while (contrast(color, ground) < 0.35) color = drawColor(random);
    const canvas = this.#canvas;
    const place = { pivotX: x, pivotY: y, originX: x, originY: y, scale: radius };
    canvas.clear();
    canvas.fill(everywhere, ground);
    canvas.fill(shape, color, { frame: canvas.turned({ sine, cosine, ...place }) });
    canvas.writeTo(pixels);
    return target;
  }
}

function drawColor(random: RandomStream): Color {
  return [random.uniform(0, 1), random.uniform(0, 1), random.uniform(0, 1)];
}

/** Largest difference in a channel. */
function contrast(a: Color, b: Color): number {
  return Math.max(...a.map((value, c) => Math.abs(value - b[c]!)));
}
