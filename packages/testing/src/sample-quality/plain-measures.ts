// The measures of @dl/generator written down plainly: rows as lists, every pair by itself, float64.

type Rows = readonly (readonly number[])[];

const mean = (numbers: readonly number[]): number =>
  numbers.reduce((sum, x) => sum + x, 0) / numbers.length;
const column = (rows: Rows, i: number): number[] => rows.map((row) => row[i]!);
const dot = (a: readonly number[], b: readonly number[]): number =>
  a.reduce((sum, x, i) => sum + x * b[i]!, 0);
const product = (a: Rows, b: Rows): number[][] =>
  a.map((row) => b[0]!.map((_, j) => dot(row, column(b, j))));
const distance = (a: readonly number[], b: readonly number[]): number =>
  Math.hypot(...a.map((x, i) => x - b[i]!));

function covariance(rows: Rows): number[][] {
  const centred = rows.map((row) => row.map((x, i) => x - mean(column(rows, i))));
  return rows[0]!.map((_, i) =>
    rows[0]!.map((__, j) => dot(column(centred, i), column(centred, j)) / (rows.length - 1)),
  );
}

/** Jacobi's rotations, till nothing is left beside the diagonal: A = V diag(values) Vᵀ. */
function eigen(a: Rows): { readonly values: number[]; readonly vectors: number[][] } {
  const m = a.map((row) => [...row]);
  const n = m.length;
  const v = m.map((_, i) => m.map((__, j) => Number(i === j)));
  for (let sweep = 0; sweep < 60; sweep++)
    for (let p = 0; p < n; p++)
      for (let q = p + 1; q < n; q++) {
        if (m[p]![q] === 0) continue;
        const angle = Math.atan2(2 * m[p]![q]!, m[q]![q]! - m[p]![p]!) / 2;
        const [c, s] = [Math.cos(angle), Math.sin(angle)];
        for (const rows of [m, v])
          for (const row of rows)
            [row[p], row[q]] = [c * row[p]! - s * row[q]!, s * row[p]! + c * row[q]!];
        for (let k = 0; k < n; k++)
          [m[p]![k], m[q]![k]] = [c * m[p]![k]! - s * m[q]![k]!, s * m[p]![k]! + c * m[q]![k]!];
      }
  return { values: m.map((row, i) => row[i]!), vectors: v };
}

/** tr (C₁^½ C₂ C₁^½)^½ with the root of C₁ by its eigenvectors; what is rounding error counts as 0. */
export function plainFrechet(samples: Rows, reference: Rows): number {
  const [a, b] = [covariance(samples), covariance(reference)];
  const { values, vectors } = eigen(a);
  const root = product(
    vectors.map((row) => row.map((x, j) => x * Math.sqrt(Math.max(0, values[j]!)))),
    vectors[0]!.map((_, j) => column(vectors, j)),
  );
  const products = eigen(product(product(root, b), root)).values;
  const noise = 1e-14 * Math.max(...products);
  const trace = a.reduce((sum, row, i) => sum + row[i]! + b[i]![i]!, 0);
  const gap = samples[0]!.map((_, i) => mean(column(samples, i)) - mean(column(reference, i)));
  return (
    dot(gap, gap) + trace - 2 * products.reduce((sum, x) => sum + (x > noise ? Math.sqrt(x) : 0), 0)
  );
}

export function plainKernel(samples: Rows, reference: Rows): number {
  const width = samples[0]!.length;
  const kernel = (a: readonly number[], b: readonly number[]): number =>
    (dot(a, b) / width + 1) ** 3;
  const within = (rows: Rows): number =>
    mean(rows.flatMap((a, i) => rows.filter((_, j) => j !== i).map((b) => kernel(a, b))));
  const between = mean(samples.flatMap((a) => reference.map((b) => kernel(a, b))));
  return within(samples) + within(reference) - 2 * between;
}

function radius(rows: Rows, i: number, neighbors: number): number {
  const others = rows.filter((_, j) => j !== i).map((row) => distance(row, rows[i]!));
  return others.toSorted((a, b) => a - b)[neighbors - 1]!;
}

/** Share of the points that lie in a ball around one of the others. */
function shareInside(points: Rows, centres: Rows, neighbors: number): number {
  const radii = centres.map((_, i) => radius(centres, i, neighbors));
  return mean(
    points.map((point) =>
      Number(centres.some((centre, i) => distance(point, centre) <= radii[i]!)),
    ),
  );
}

export function plainPrecisionRecall(
  samples: Rows,
  reference: Rows,
  neighbors: number,
): { readonly precision: number; readonly recall: number } {
  return {
    precision: shareInside(samples, reference, neighbors),
    recall: shareInside(reference, samples, neighbors),
  };
}

export function plainDensityCoverage(
  samples: Rows,
  reference: Rows,
  neighbors: number,
): { readonly density: number; readonly coverage: number } {
  const radii = reference.map((_, i) => radius(reference, i, neighbors));
  const inside = reference.map(
    (centre, i) => samples.filter((sample) => distance(sample, centre) <= radii[i]!).length,
  );
  return {
    density: inside.reduce((sum, x) => sum + x, 0) / (neighbors * samples.length),
    coverage: mean(inside.map((count) => Number(count > 0))),
  };
}

export function plainNearest(samples: Rows, data: Rows): number[] {
  return samples.map((sample) => Math.min(...data.map((row) => distance(sample, row))));
}
