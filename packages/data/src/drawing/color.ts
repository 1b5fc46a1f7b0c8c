/** Red, green and blue from 0 to 1. */
export type Color = readonly [red: number, green: number, blue: number];

export function mixColors(from: Color, to: Color, share: number): Color {
  return [
    from[0] + (to[0] - from[0]) * share,
    from[1] + (to[1] - from[1]) * share,
    from[2] + (to[2] - from[2]) * share,
  ];
}

/** The colour with this much of its light: below 1 darker. */
export function shaded([red, green, blue]: Color, light: number): Color {
  return [red * light, green * light, blue * light];
}
