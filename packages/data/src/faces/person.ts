import { type Color, mixColors } from "../drawing/color.ts";
import type { RandomStream } from "../random-stream.ts";

/** What about a face is asked for, each from −1 to 1. */
export interface FaceAttributes {
  /** From a frown to a broad smile that shows teeth. */
  readonly smile: number;
  /** From closed to wide open. */
  readonly eyes: number;
  /** From none to long. */
  readonly hair: number;
  /** From leaning to the picture's left to leaning to its right. */
  readonly tilt: number;
}

/** Everything else that tells one face from another. */
export interface Person {
  readonly skin: Color;
  readonly hairColor: Color;
  readonly irisColor: Color;
  readonly shirt: Color;
  readonly background: Color;
  readonly faceWidth: number;
  readonly faceHeight: number;
  readonly eyeDistance: number;
  readonly eyeSize: number;
  readonly browHeight: number;
  readonly browSlant: number;
  readonly noseLength: number;
  readonly mouthWidth: number;
  /** On which side the hair is parted, and how much. */
  readonly parting: number;
  readonly centerX: number;
  readonly centerY: number;
}

const palest: Color = [0.98, 0.86, 0.76];
const middle: Color = [0.82, 0.6, 0.44];
const darkest: Color = [0.4, 0.25, 0.17];

const hairColors: readonly Color[] = [
  [0.1, 0.08, 0.07],
  [0.25, 0.15, 0.09],
  [0.45, 0.27, 0.13],
  [0.85, 0.68, 0.36],
  [0.66, 0.3, 0.12],
  [0.62, 0.61, 0.6],
];
const irisColors: readonly Color[] = [
  [0.28, 0.17, 0.09],
  [0.25, 0.42, 0.63],
  [0.28, 0.45, 0.28],
  [0.4, 0.32, 0.18],
];

/** Draws a person at random. */
export function drawPerson(random: RandomStream): Person {
  const tone = random.uniform(0, 2);
  const skin = tone < 1 ? mixColors(palest, middle, tone) : mixColors(middle, darkest, tone - 1);
  const hairColor = hairColors[random.below(hairColors.length)]!;
  return {
    skin,
    hairColor: mixColors(hairColor, [0.4, 0.3, 0.2], random.uniform(0, 0.25)),
    irisColor: tone > 1 ? irisColors[0]! : irisColors[random.below(irisColors.length)]!,
    shirt: [random.uniform(0.1, 0.9), random.uniform(0.1, 0.9), random.uniform(0.1, 0.9)],
    background: [random.uniform(0.5, 0.95), random.uniform(0.55, 0.95), random.uniform(0.6, 1)],
    faceWidth: 0.47 + random.bell(0.03),
    faceHeight: 0.62 + random.bell(0.03),
    eyeDistance: 0.2 + random.bell(0.012),
    eyeSize: 0.105 + random.bell(0.01),
    browHeight: 0.17 + random.bell(0.02),
    browSlant: random.bell(0.02),
    noseLength: 0.2 + random.bell(0.025),
    mouthWidth: 0.2 + random.bell(0.02),
    parting: random.uniform(-0.3, 0.3),
    centerX: random.bell(0.04),
    centerY: 0.0 + random.bell(0.03),
  };
}
