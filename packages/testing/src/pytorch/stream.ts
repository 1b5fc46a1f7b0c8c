/**
 * The numbers that scripts/make-vae-fixtures.py and make-picture-fixtures.py draw too:
 * x <- 1664525 x + 1013904223 modulo 2^32.
 */
export class Stream {
  private state = 1;

  shares(count: number): Float64Array {
    return Float64Array.from({ length: count }, () => {
      this.state = (Math.imul(1664525, this.state) + 1013904223) >>> 0;
      return this.state / 2 ** 32;
    });
  }
}
