import { sineCosine } from "@dl/backend";
import type { Canvas, Light } from "../drawing/canvas.ts";
import { mixColors, shaded, type Color } from "../drawing/color.ts";
import type { Frame } from "../drawing/grid.ts";
import { both, ellipse, everywhere, stroke, without } from "../drawing/shape.ts";
import { withPatches, withStrands, type Detail } from "./detail.ts";
import { above, arc, headShape, higherThan, narrowerThan, spread } from "./face-shapes.ts";
import type { FaceAttributes, Person } from "./person.ts";

/** Largest tilt, in full turns: 20 degrees. */
const mostTilt = 20 / 360;

/** How much larger a face is drawn than the numbers below say. */
const zoom = 1.18;

/** What the parts of a face are drawn with. */
interface Sitting {
  readonly canvas: Canvas;
  readonly person: Person;
  readonly attributes: FaceAttributes;
  /** Coordinates about the middle of an upright face, laid to where the face is. */
  readonly frame: Frame;
  readonly detail: Detail | undefined;
}

/** Draws a face on a canvas, from the back to the front, and copies it into `pixels`, [3, size, size]. */
export function drawFace(
  person: Person,
  attributes: FaceAttributes,
  detail: Detail | undefined,
  canvas: Canvas,
  pixels: Float32Array,
): void {
  canvas.clear();
  const { centerX, centerY } = person;
  const [sine, cosine] = sineCosine(attributes.tilt * mostTilt);
  // A head turns about the neck, not about the nose.
  const neck = 0.6;
  const frame = canvas.turned({
    sine,
    cosine,
    pivotX: centerX,
    pivotY: centerY + neck,
    originX: centerX,
    originY: centerY,
    scale: zoom,
  });
  const sitting = { canvas, person, attributes, frame, detail };
  drawBackground(sitting);
  drawHairBehind(sitting);
  drawBody(sitting);
  drawHead(sitting);
  drawFreckles(sitting);
  drawHairAbove(sitting);
  for (const side of [-1, 1]) drawEye(sitting, side);
  drawNose(sitting);
  drawMouth(sitting);
  canvas.writeTo(pixels);
}

function drawBackground({ canvas, person }: Sitting): void {
  const { background } = person;
  canvas.fill(everywhere, background, {
    light: (_x, y, _distances, from, to, lights) => {
      for (let i = from; i < to; i++) lights[i] = 0.94 - 0.08 * y[i]!;
    },
  });
}

function drawBody({ canvas, person, frame, detail }: Sitting): void {
  const { skin, shirt, centerX, faceWidth } = person;
  const light: Light = (x, _y, _distances, from, to, lights) => {
    for (let i = from; i < to; i++) lights[i] = 1 - 0.25 * Math.abs(x[i]! - centerX);
  };
  canvas.fill(ellipse(centerX, 1.18, 0.85, 0.42), shirt, {
    light: detail ? withPatches(light, detail) : light,
  });
  canvas.fill(stroke(0, 0.35, 0, 0.78, 0.42 * faceWidth), shaded(skin, 0.8), { frame });
}

function drawHead({ canvas, person, frame }: Sitting): void {
  const { skin, faceWidth, faceHeight } = person;
  for (const side of [-1, 1])
    canvas.fill(ellipse(side * faceWidth, 0.04, 0.09, 0.15), shaded(skin, 0.86), { frame });
  // Lighter in the middle, darker to the edge, as if lit from the front.
  const depth = Math.min(faceWidth, faceHeight);
  canvas.fill(headShape(faceWidth, faceHeight), skin, {
    frame,
    light: (_x, _y, distances, from, to, lights) => {
      for (let i = from; i < to; i++) {
        const inside = Math.min(-distances[i]! / depth, 1);
        lights[i] = 0.84 + 0.16 * Math.min(Math.max(inside * 2.4, 0), 1);
      }
    },
  });
}

/** Small and dark, on cheeks and nose. */
function drawFreckles({ canvas, person, frame, detail }: Sitting): void {
  if (detail === undefined) return;
  const color = shaded(person.skin, 1 - 0.4 * detail.amount);
  for (const [x, y] of detail.freckles) canvas.fill(ellipse(x, y, 0.03, 0.03), color, { frame });
}

/** Long hair falls behind the neck. */
function drawHairBehind({ canvas, person, attributes, frame, detail }: Sitting): void {
  const { faceWidth, faceHeight, hairColor } = person;
  const length = (attributes.hair - 0.1) / 0.9;
  if (length <= 0) return;
  const width = faceWidth + 0.06 + 0.12 * length;
  const bottom = -0.1 + length * (faceHeight + 0.28);
  const curtain = both(stroke(0, -0.12, 0, Math.max(bottom, -0.12), width), higherThan(bottom));
  canvas.fill(curtain, shaded(hairColor, 0.75), {
    frame,
    ...(detail && { light: withStrands(evenLight, detail) }),
  });
}

/** A cap over the skull, cut by the hairline; thinner and higher the less hair there is. */
function drawHairAbove({ canvas, person, attributes, frame, detail }: Sitting): void {
  const { faceWidth, faceHeight, hairColor, parting } = person;
  const amount = (attributes.hair + 1) / 2;
  const thickness = 0.02 + 0.12 * Math.min(amount * 1.6, 1);
  const cap = ellipse(0, -0.05, faceWidth + 0.75 * thickness, faceHeight - 0.05 + thickness);
  // The hairline comes down with the amount, and rises towards the parting.
  const height = -faceHeight * (1.12 - 0.62 * Math.min(amount * 1.5, 1));
  const sides = 0.9 * Math.min(amount * 1.5, 1);
  const hairline = above(parting * faceWidth, height, sides / (faceWidth * faceWidth));
  // Strands of light and dark.
  const light: Light = (x, y, _distances, from, to, lights) => {
    for (let i = from; i < to; i++) {
      const strand = 0.06 * ((Math.floor((x[i]! + 2) * 17) % 2) - 0.5);
      lights[i] = 1.12 - 0.35 * Math.max(y[i]! + 0.6, 0) + strand;
    }
  };
  canvas.fill(both(cap, hairline), hairColor, {
    frame,
    light: detail ? withStrands(light, detail) : light,
  });
}

const evenLight: Light = (_x, _y, _distances, from, to, lights) => {
  lights.fill(1, from, to);
};

function drawEye({ canvas, person, attributes, frame }: Sitting, side: number): void {
  const { skin, hairColor, irisColor, eyeDistance, eyeSize, browHeight, browSlant } = person;
  const x = side * eyeDistance;
  const y = -0.06;
  const openness = (attributes.eyes + 1) / 2;
  const height = eyeSize * 0.95 * openness;
  const dark = mixColors(shaded(skin, 0.35), [0.1, 0.08, 0.08], 0.5);
  const lid = 0.022;
  if (height > 0.012) {
    const opening = ellipse(x, y, eyeSize, height);
    canvas.fill(ellipse(x, y - lid, eyeSize + lid, height + lid * 0.6), dark, { frame });
    canvas.fill(opening, [0.97, 0.97, 0.96], { frame });
    const iris = eyeSize * 0.58;
    const seen = (left: number, top: number, radius: number, color: Color): void =>
      canvas.fill(both(ellipse(left, top, radius, radius), opening), color, { frame });
    seen(x, y, iris, irisColor);
    seen(x, y, iris * 0.52, [0.04, 0.04, 0.05]);
    seen(x - iris * 0.3, y - iris * 0.35, iris * 0.22, [1, 1, 1]);
  } else {
    // Closed: a lid that curves downward.
    canvas.fill(arc(x, y, eyeSize, 0.035, lid), dark, { frame });
  }
  const browY = y - browHeight - 0.05 * openness;
  const brow = stroke(
    x - side * eyeSize * 0.9,
    browY + browSlant,
    x + side * eyeSize * 1.15,
    browY - browSlant + 0.015,
    0.024,
  );
  canvas.fill(brow, shaded(mixColors(hairColor, skin, 0.15), 0.8), { frame });
}

function drawNose({ canvas, person, frame }: Sitting): void {
  const { skin, noseLength } = person;
  const bottom = noseLength - 0.02;
  const bridge = stroke(0.03, -0.02, 0.045, bottom - 0.05, 0.012);
  canvas.fill(bridge, shaded(skin, 0.84), { frame, softness: 1.5 });
  canvas.fill(arc(0, bottom, 0.075, 0.03, 0.016), shaded(skin, 0.66), { frame });
}

function drawMouth({ canvas, person, attributes, frame }: Sitting): void {
  const { skin, mouthWidth, noseLength } = person;
  const { smile } = attributes;
  const lips = mixColors(skin, [0.62, 0.18, 0.2], 0.62);
  const y = noseLength + 0.17;
  const width = mouthWidth * (1 + 0.22 * Math.max(smile, 0));
  const bend = (smile > 0 ? 0.09 : 0.07) * smile;
  // The curve hangs from its corners, so that a smile raises them and a frown lowers them.
  const bottom = y + bend;
  const steepness = (-2 * bend) / (width * width);
  const opening = 0.15 * Math.max(smile - 0.25, 0);
  if (opening > 0) {
    const upperLip = above(0, bottom, steepness);
    const lowerLip = above(0, bottom + opening, steepness - opening / (width * width));
    const mouth = both(without(lowerLip, upperLip), narrowerThan(width));
    canvas.fill(spread(mouth, 0.028), lips, { frame });
    canvas.fill(mouth, [0.36, 0.08, 0.1], { frame });
    const teeth = both(mouth, above(0, bottom + 0.5 * opening, steepness));
    canvas.fill(teeth, [0.98, 0.97, 0.94], { frame });
    return;
  }
  canvas.fill(arc(0, y - bend, width, 2 * bend, 0.032), lips, { frame });
  canvas.fill(arc(0, y - bend, width, 2 * bend, 0.01), shaded(lips, 0.55), { frame });
}
