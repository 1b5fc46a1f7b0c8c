const entities: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
};

export function escapeText(words: string | number): string {
  return String(words).replace(/[&<>"]/g, (character) => entities[character]!);
}

/** One element; attribute values are escaped, children are markup already. */
export function element(
  name: string,
  attributes: Readonly<Record<string, string | number>>,
  ...children: readonly string[]
): string {
  const written = Object.entries(attributes).map(
    ([key, value]) =>
      ` ${key}="${escapeText(typeof value === "number" ? Number(value.toFixed(2)) : value)}"`,
  );
  return `<${name}${written.join("")}>${children.join("")}</${name}>`;
}

export function text(
  x: number,
  y: number,
  words: string | number,
  attributes: Readonly<Record<string, string | number>> = {},
): string {
  return element("text", { x, y, ...attributes }, escapeText(words));
}

export function picture(width: number, height: number, label: string, body: string): string {
  const attributes = { viewBox: `0 0 ${width} ${height}`, role: "img", "aria-label": label };
  // Drawn at its own size and only ever made smaller: letters stay the page's size.
  return element("svg", { ...attributes, style: `max-width:${width}px` }, body);
}

/** From data to pixels on a logarithmic axis. */
export function logScale(
  [low, high]: readonly [number, number],
  [from, to]: readonly [number, number],
): (value: number) => number {
  const span = Math.log(high / low);
  return (value) => from + ((to - from) * Math.log(value / low)) / span;
}

/** Round numbers within a range, about `most` of them at the utmost: 1, 2, 5 times powers of ten, or powers alone. */
export function logTicks([low, high]: readonly [number, number], most = 7): number[] {
  for (const factors of [[1, 2, 5], [1, 3], [1]]) {
    const ticks: number[] = [];
    for (let power = Math.floor(Math.log10(low)); power <= Math.log10(high) + 1; power++)
      for (const factor of factors) {
        const tick = factor * 10 ** power;
        if (tick >= low * 0.999 && tick <= high * 1.001) ticks.push(tick);
      }
    if (ticks.length <= most || factors.length === 1) return ticks;
  }
  return [];
}

/** 0.02, 3.1, 25, 1.2k: at most three figures. */
export function figures(value: number): string {
  if (value >= 1e6) return `${Number((value / 1e6).toPrecision(3))}M`;
  if (value >= 1e4) return `${Number((value / 1e3).toPrecision(3))}k`;
  return String(Number(value.toPrecision(3)));
}

/** A name's place in the page's palette, the same in every picture. */
export function paletteIndex(name: string, names: readonly string[]): number {
  return Math.max(0, names.indexOf(name)) % paletteSize;
}

const paletteSize = 6;
