import { formatShape, ShapeError, shapesEqual } from "@dl/backend";
import { checkTensor, type Tensor } from "@dl/tensor";
import type { Autoencoder } from "./autoencoder.ts";

/**
 * How far samples are from what the autoencoder makes of others: of themselves, or of `seen`, such as
 * the samples corrupted, which makes it a denoising autoencoder.
 *
 * Mean over the batch of Σ (decode(encode(seen)) - x)².
 *
 * Shape: x, seen [batch, ...] → scalar.
 * Source: Vincent et al. 2008, ICML, "Extracting and composing robust features with denoising autoencoders".
 * @throws {ShapeError} if the decoder gives another shape than the samples have.
 * @example
 * const autoencoder = new Autoencoder(new Linear(4, 2), new Linear(2, 4));
 * const seen = maskingCorruption(inputs, { share: 0.3 });
 * reconstructionError(autoencoder, inputs, seen).shape; // => []
 */
export function reconstructionError(model: Autoencoder, x: Tensor, seen: Tensor = x): Tensor {
  checkTensor("reconstructionError", x);
  return squaredError("reconstructionError", model.forward(seen), x);
}

/** Mean over the batch of the squared distance. @throws {ShapeError} */
export function squaredError(op: string, made: Tensor, x: Tensor): Tensor {
  if (x.ndim === 0 || !shapesEqual(made.shape, x.shape))
    throw new ShapeError(
      op,
      `the decoder gives another shape than the samples have: received ${formatShape(made.shape)} for ${formatShape(x.shape)}. End the decoder with the samples' shape, e.g. by Unflatten.`,
      { expected: x.shape, received: made.shape },
    );
  return made.sub(x).square().sum().div(x.shape[0]!);
}
