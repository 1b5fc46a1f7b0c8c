/** Where an axis begins and ends, and where its numbers stand. */
export interface Scale {
  readonly low: number;
  readonly high: number;
  readonly ticks: readonly number[];
  /** Share of the way from low to high. */
  readonly at: (value: number) => number;
  readonly text: (tick: number) => string;
}

/** From a round number below the values to one above them, with about `count` ticks. */
export function linearScale(values: readonly number[], count = 5): Scale {
  const [least, most] = extent(values);
  const step = roundStep((most - least || 1) / count);
  const low = Math.floor(least / step + 1e-9) * step;
  const high = Math.max(Math.ceil(most / step - 1e-9) * step, low + step);
  const ticks = Array.from(
    { length: Math.round((high - low) / step) + 1 },
    (_, i) => low + i * step,
  );
  const digits = Math.max(0, -Math.floor(Math.log10(step)));
  return {
    low,
    high,
    ticks,
    at: (value) => (value - low) / (high - low),
    text: (tick) => tick.toFixed(digits).replace(/^-(0(\.0*)?)$/, "$1"),
  };
}

/** Whole powers of ten; at most eight of them are named. */
export function logScale(values: readonly number[]): Scale {
  const [least, most] = extent(values.filter((value) => value > 0).map(Math.log10));
  const low = Math.floor(least + 1e-9);
  const high = Math.max(Math.ceil(most - 1e-9), low + 1);
  const every = Math.ceil((high - low + 1) / 8);
  const powers = Array.from({ length: high - low + 1 }, (_, i) => low + i);
  return {
    low: 10 ** low,
    high: 10 ** high,
    ticks: powers.filter((power) => power % every === 0).map((power) => 10 ** power),
    at: (value) => (Math.log10(value) - low) / (high - low),
    text(tick) {
      const power = Math.round(Math.log10(tick));
      if (power >= -2 && power <= 4) return String(Number(tick.toPrecision(1)));
      return `10${String(power).replaceAll(/./g, raised)}`;
    },
  };
}

function raised(digit: string): string {
  return digit === "-" ? "⁻" : "⁰¹²³⁴⁵⁶⁷⁸⁹".charAt(Number(digit));
}

/** 1, 2 or 5 times a power of ten. */
function roundStep(step: number): number {
  const power = 10 ** Math.floor(Math.log10(step));
  return [1, 2, 5, 10].find((factor) => factor * power >= step * 0.999)! * power;
}

function extent(values: readonly number[]): [number, number] {
  const finite = values.filter(Number.isFinite);
  return [finite.reduce((a, b) => Math.min(a, b)), finite.reduce((a, b) => Math.max(a, b))];
}
