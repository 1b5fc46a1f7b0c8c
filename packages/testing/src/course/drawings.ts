import { conv2d } from "@dl/conv";
import { pad, tensor, type Tensor } from "@dl/tensor";

/**
 * Lines on white where a picture changes, the darker the more, each channel by itself: as traced with
 * coloured pencils. Shape: [count, channels, height, width] from −1 to 1 → the same.
 */
export function outlinesOf(pictures: Tensor): Tensor {
  const [, , height, width] = pictures.shape as readonly [number, number, number, number];
  // Differences of neighbours to the right and below, each a mean over the other direction.
  const sobel = tensor(
    [
      [
        [
          [-1, 0, 1],
          [-2, 0, 2],
          [-1, 0, 1],
        ],
      ],
      [
        [
          [-1, -2, -1],
          [0, 0, 0],
          [1, 2, 1],
        ],
      ],
    ],
    { dtype: "float32" },
  );
  const around = [
    [1, 1],
    [1, 1],
  ] as const;
  const channels = pad(pictures.reshape([-1, 1, height, width]), around, { mode: "replicate" });
  const strength = conv2d(channels, sobel).norm(2, 1).div(4); // [count · channels, height, width]
  return strength.clamp(0, 2).neg().add(1).reshape(pictures.shape);
}

/** How sharp pictures are: the mean absolute step between neighbouring pixels. */
export async function sharpness(pictures: Tensor): Promise<number> {
  const steps = [2, 3].map((axis) => {
    const last = pictures.shape[axis]! - 1;
    return pictures
      .narrow(axis, 1, last)
      .sub(pictures.narrow(axis, 0, last))
      .abs()
      .mean();
  });
  return await steps[0]!.add(steps[1]!).item();
}
