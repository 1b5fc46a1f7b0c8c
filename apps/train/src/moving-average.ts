/** Exponential moving average, corrected for its start as Adam's moments are. */
export class MovingAverage {
  private sum = 0;
  private weight = 0;
  private readonly decay: number;

  constructor(decay = 0.97) {
    this.decay = decay;
  }

  add(value: number): void {
    this.sum = this.decay * this.sum + (1 - this.decay) * value;
    this.weight = this.decay * this.weight + (1 - this.decay);
  }

  get value(): number {
    return this.sum / this.weight;
  }
}
