import { tensor, type Tensor } from "@dl/tensor";

/** The numbers that the scripts/make-*-fixtures.py of models draw: x <- 1664525 x + 1013904223 modulo 2^32. */
export class NumberStream {
  private state = 1;

  shares(count: number): Float64Array {
    return Float64Array.from({ length: count }, () => {
      this.state = (Math.imul(1664525, this.state) + 1013904223) >>> 0;
      return this.state / 2 ** 32;
    });
  }

  /** From −scale to scale, in steps of float32. */
  draw(shape: readonly number[], scale = 1): Tensor {
    const count = shape.reduce((product, size) => product * size, 1);
    const numbers = this.shares(count).map((share) => Math.fround(2 * share - 1) * scale);
    return tensor(Float32Array.from(numbers), { shape });
  }
}
