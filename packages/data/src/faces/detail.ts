import type { Light } from "../drawing/canvas.ts";
import type { RandomStream } from "../random-stream.ts";
import type { Person } from "./person.ts";

/** What chance adds to a face, and nothing about it tells. */
export interface Detail {
  /** From 0, where nothing can be seen of it, to 1. */
  readonly amount: number;
  /** Middles of freckles, about the middle of the face. */
  readonly freckles: readonly (readonly [x: number, y: number])[];
  /** How light strands of hair are beside the others, in deviations, from the picture's left to its right. */
  readonly strands: Float64Array;
  /** The same of patches of cloth, row by row. */
  readonly patches: Float64Array;
}

/** e⁻⁸: freckles are Poisson-distributed with a mean of 8. */
const noFreckles = 0.00033546262790251185;
/** Standard deviation of the light of strands and patches, as a share of it. */
const deviation = 0.12;
/** Strands and patches across the picture. */
const strandCount = 34;
const patchCount = 32;
/** Cloth begins here, in rows of patches; half a row above the shirt. */
const firstRow = 27;

/** Draws what chance adds. */
export function drawDetail(random: RandomStream, { faceWidth }: Person, amount: number): Detail {
  const freckles: (readonly [number, number])[] = [];
  // Products of uniform numbers fall below e⁻⁸ after a Poisson-distributed number of them (Knuth 1969, 3.4.1).
  let product = random.uniform(0, 1);
  while (product > noFreckles) {
    freckles.push([random.uniform(-0.8, 0.8) * faceWidth, random.uniform(-0.04, 0.28)]);
    product *= random.uniform(0, 1);
  }
  const bells = (count: number): Float64Array =>
    Float64Array.from({ length: count }, () => random.bell(1));
  const strands = bells(strandCount);
  return { amount, freckles, strands, patches: bells((patchCount - firstRow) * patchCount) };
}

/** The light with strands that differ at random. */
export function withStrands(light: Light, { strands, amount }: Detail): Light {
  return (x, y, distances, from, to, lights) => {
    light(x, y, distances, from, to, lights);
    for (let i = from; i < to; i++) {
      const strand = strands[Math.floor((x[i]! + 1) * (strandCount / 2))]!;
      lights[i] = lights[i]! * (1 + amount * deviation * strand);
    }
  };
}

/** The light with patches that differ at random. */
export function withPatches(light: Light, { patches, amount }: Detail): Light {
  return (x, y, distances, from, to, lights) => {
    light(x, y, distances, from, to, lights);
    for (let i = from; i < to; i++) {
      const row = Math.floor((y[i]! + 1) * (patchCount / 2)) - firstRow;
      const column = Math.floor((x[i]! + 1) * (patchCount / 2));
      const patch = patches[Math.max(row, 0) * patchCount + column]!;
      lights[i] = lights[i]! * (1 + amount * deviation * patch);
    }
  };
}
