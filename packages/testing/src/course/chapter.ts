/** One measured number of a chapter, as its page shows it. */
export interface Figure {
  readonly what: string;
  readonly value: string;
}

/** What a chapter says before anything is measured. */
export interface ChapterHead {
  readonly number: number;
  readonly title: string;
  readonly claim: string;
  /** Source of the experiment; the page shows everything before `export const`. */
  readonly file: string;
}

/** Texts of SVG files and bytes of PNG files by caption. */
type Pictures = Readonly<Record<string, string | Uint8Array>>;

/** A chapter of the course: its claim, the experiment that shows it, and what the page says of it. */
export interface Chapter<Result> extends ChapterHead {
  readonly run: () => Promise<Result>;
  readonly figures: (result: Result) => readonly Figure[];
  /** What the page shows, by caption; the files are numbered. */
  readonly plots?: (result: Result) => Pictures | Promise<Pictures>;
}

/** Few digits: 0.0123, 45.6, 1.2e-7. */
export function round(value: number): string {
  const size = Math.abs(value);
  if (value === 0 || (size >= 1e-3 && size < 1e5)) return String(Number(value.toPrecision(3)));
  return value.toExponential(1);
}
