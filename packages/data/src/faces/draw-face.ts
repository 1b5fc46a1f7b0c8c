import { sineCosine } from "@dl/backend";
import {
  both,
  Canvas,
  type Distance,
  ellipse,
  everywhere,
  mixColors,
  shaded,
  stroke,
  turned,
  without,
} from "../drawing/canvas.ts";
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
  /** Turns a shape given about the middle of an upright face to where the face is. */
  readonly place: (shape: Distance) => Distance;
}

/** Draws a face into `pixels`, [3, size, size]: from the back to the front. */
export function drawFace(
  person: Person,
  attributes: FaceAttributes,
  size: number,
  pixels: Float32Array,
): void {
  const canvas = new Canvas(size);
  const { centerX, centerY } = person;
  const turn = sineCosine(attributes.tilt * mostTilt);
  // A head turns about the neck, not about the nose.
  const neck = 0.6;
  const place = (shape: Distance): Distance =>
    turned(
      (x, y) => zoom * shape((x - centerX) / zoom, (y - centerY) / zoom),
      turn,
      centerX,
      centerY + neck,
    );
  const sitting = { canvas, person, attributes, place };
  drawBackground(sitting);
  drawHairBehind(sitting);
  drawBody(sitting);
  drawHead(sitting);
  drawHairAbove(sitting);
  for (const side of [-1, 1]) drawEye(sitting, side);
  drawNose(sitting);
  drawMouth(sitting);
  canvas.writeTo(pixels);
}

function drawBackground({ canvas, person }: Sitting): void {
  const { background } = person;
  canvas.fill(everywhere, (_, y) => shaded(background, 0.94 - 0.08 * y));
}

function drawBody({ canvas, person, place }: Sitting): void {
  const { skin, shirt, centerX, faceWidth } = person;
  canvas.fill(ellipse(centerX, 1.18, 0.85, 0.42), (x) =>
    shaded(shirt, 1 - 0.25 * Math.abs(x - centerX)),
  );
  canvas.fill(place(stroke(0, 0.35, 0, 0.78, 0.42 * faceWidth)), shaded(skin, 0.8));
}

function drawHead({ canvas, person, place }: Sitting): void {
  const { skin, faceWidth, faceHeight } = person;
  for (const side of [-1, 1])
    canvas.fill(place(ellipse(side * faceWidth, 0.04, 0.09, 0.15)), shaded(skin, 0.86));
  const head = headShape(person);
  // Lighter in the middle, darker to the edge, as if lit from the front.
  const placed = place(head);
  const depth = Math.min(faceWidth, faceHeight);
  canvas.fill(placed, (x, y) => {
    const inside = Math.min(-placed(x, y) / depth, 1);
    return shaded(skin, 0.84 + 0.16 * Math.min(Math.max(inside * 2.4, 0), 1));
  });
}

/** An ellipse whose lower half narrows to the chin. */
function headShape({ faceWidth, faceHeight }: Person): Distance {
  return (x, y) => {
    const narrowing = y > 0 ? 1 - 0.16 * (y / faceHeight) * (y / faceHeight) : 1;
    return ellipse(0, 0, faceWidth * narrowing, faceHeight)(x, y);
  };
}

/** Long hair falls behind the neck. */
function drawHairBehind({ canvas, person, attributes, place }: Sitting): void {
  const { faceWidth, faceHeight, hairColor } = person;
  const length = (attributes.hair - 0.1) / 0.9;
  if (length <= 0) return;
  const width = faceWidth + 0.06 + 0.12 * length;
  const bottom = -0.1 + length * (faceHeight + 0.28);
  const curtain: Distance = both(
    stroke(0, -0.12, 0, Math.max(bottom, -0.12), width),
    (_, y) => y - bottom,
  );
  canvas.fill(place(curtain), shaded(hairColor, 0.75));
}

/** A cap over the skull, cut by the hairline; thinner and higher the less hair there is. */
function drawHairAbove({ canvas, person, attributes, place }: Sitting): void {
  const { faceWidth, faceHeight, hairColor, parting } = person;
  const amount = (attributes.hair + 1) / 2;
  const thickness = 0.02 + 0.12 * Math.min(amount * 1.6, 1);
  const cap = ellipse(0, -0.05, faceWidth + 0.75 * thickness, faceHeight - 0.05 + thickness);
  // The hairline comes down with the amount, and rises towards the parting.
  const height = -faceHeight * (1.12 - 0.62 * Math.min(amount * 1.5, 1));
  const sides = 0.9 * Math.min(amount * 1.5, 1);
  const hairline = above(parting * faceWidth, height, sides / (faceWidth * faceWidth));
  canvas.fill(place(both(cap, hairline)), (x, y) =>
    // Strands of light and dark.
    shaded(
      hairColor,
      1.12 - 0.35 * Math.max(y + 0.6, 0) + 0.06 * ((Math.floor((x + 2) * 17) % 2) - 0.5),
    ),
  );
}

function drawEye({ canvas, person, attributes, place }: Sitting, side: number): void {
  const { skin, hairColor, irisColor, eyeDistance, eyeSize, browHeight, browSlant } = person;
  const x = side * eyeDistance;
  const y = -0.06;
  const openness = (attributes.eyes + 1) / 2;
  const height = eyeSize * 0.95 * openness;
  const dark = mixColors(shaded(skin, 0.35), [0.1, 0.08, 0.08], 0.5);
  const lid = 0.022;
  if (height > 0.012) {
    const opening = ellipse(x, y, eyeSize, height);
    canvas.fill(place(ellipse(x, y - lid, eyeSize + lid, height + lid * 0.6)), dark);
    canvas.fill(place(opening), [0.97, 0.97, 0.96]);
    const iris = eyeSize * 0.58;
    canvas.fill(place(both(ellipse(x, y, iris, iris), opening)), irisColor);
    canvas.fill(place(both(ellipse(x, y, iris * 0.52, iris * 0.52), opening)), [0.04, 0.04, 0.05]);
    canvas.fill(
      place(both(ellipse(x - iris * 0.3, y - iris * 0.35, iris * 0.22, iris * 0.22), opening)),
      [1, 1, 1],
    );
  } else {
    // Closed: a lid that curves downward.
    canvas.fill(place(arc(x, y, eyeSize, 0.035, lid)), dark);
  }
  const browY = y - browHeight - 0.05 * openness;
  canvas.fill(
    place(
      stroke(
        x - side * eyeSize * 0.9,
        browY + browSlant,
        x + side * eyeSize * 1.15,
        browY - browSlant + 0.015,
        0.024,
      ),
    ),
    shaded(mixColors(hairColor, skin, 0.15), 0.8),
  );
}

function drawNose({ canvas, person, place }: Sitting): void {
  const { skin, noseLength } = person;
  const bottom = noseLength - 0.02;
  canvas.fill(place(stroke(0.03, -0.02, 0.045, bottom - 0.05, 0.012)), shaded(skin, 0.84), 1.5);
  canvas.fill(place(arc(0, bottom, 0.075, 0.03, 0.016)), shaded(skin, 0.66));
}

function drawMouth({ canvas, person, attributes, place }: Sitting): void {
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
    const mouth = both(without(lowerLip, upperLip), (px) => Math.abs(px) - width);
    canvas.fill(
      place((px, py) => mouth(px, py) - 0.028),
      lips,
    );
    canvas.fill(place(mouth), [0.36, 0.08, 0.1]);
    const teeth = both(mouth, above(0, bottom + 0.5 * opening, steepness));
    canvas.fill(place(teeth), [0.98, 0.97, 0.94]);
    return;
  }
  canvas.fill(place(arc(0, y - bend, width, 2 * bend, 0.032)), lips);
  canvas.fill(place(arc(0, y - bend, width, 2 * bend, 0.01)), shaded(lips, 0.55));
}

/** What lies above the parabola y = height + steepness (x − middle)². */
function above(middle: number, height: number, steepness: number): Distance {
  return (x, y) => {
    const across = x - middle;
    const slope = 2 * steepness * across;
    return (y - height - steepness * across * across) / Math.sqrt(1 + slope * slope);
  };
}

/** A line that runs from side to side at height y and hangs `depth` lower in the middle. */
function arc(x: number, y: number, halfWidth: number, depth: number, radius: number): Distance {
  return (px, py) => {
    const across = (px - x) / halfWidth;
    const height = y + depth * (1 - across * across);
    const slope = (2 * depth * across) / halfWidth;
    const toCurve = Math.abs(py - height) / Math.sqrt(1 + slope * slope);
    const past = Math.max(Math.abs(px - x) - halfWidth, 0);
    return Math.sqrt(toCurve * toCurve + past * past) - radius;
  };
}
