/** Sizes of a matrix product: `batch` products of [m, k] by [k, n]. */
export interface GemmSize {
  readonly batch: number;
  readonly m: number;
  readonly n: number;
  readonly k: number;
}

/** Outputs of a workgroup and of an invocation (multiples of 4 across), and depth taken at a time. */
export interface Tile {
  readonly rows: number;
  readonly columns: number;
  readonly threadRows: number;
  readonly threadColumns: number;
  readonly depth: number;
}

/** Workgroups that keep any device busy. */
const enoughGroups = 128;

const tilesOf = ({ batch, m, n }: GemmSize, tile: Tile): number =>
  batch * Math.ceil(m / tile.rows) * Math.ceil(n / tile.columns);

const largeTile: Tile = { rows: 128, columns: 128, threadRows: 8, threadColumns: 8, depth: 16 };

/** Smallest power of two that holds `size`, within bounds. */
function fit(size: number, least: number, most: number): number {
  return Math.min(most, Math.max(least, 2 ** Math.ceil(Math.log2(Math.max(size, 1)))));
}

/** Tiles no larger than the result, and small enough that there are many of them. */
export function chooseTile(size: GemmSize): Tile {
  if (size.m >= 128 && size.n >= 128 && tilesOf(size, largeTile) >= enoughGroups) return largeTile;
  const rows = fit(size.m, 8, 64);
  const columns = fit(size.n, 16, rows <= 16 ? 128 : 64);
  const tile = { rows, columns, threadRows: rows >= 32 ? 8 : 4, threadColumns: 4, depth: 16 };
  if (rows < 64 || columns < 64 || tilesOf(size, tile) >= enoughGroups / 4) return tile;
  return { rows: 32, columns: 32, threadRows: 4, threadColumns: 4, depth: 16 };
}

/** Parts into which the depth is cut where there are too few tiles to fill a device. */
export function chooseParts(size: GemmSize, tile: Tile): number {
  const tiles = tilesOf(size, tile);
  if (tiles === 0 || tiles >= enoughGroups / 4 || size.k < 1024) return 1;
  return Math.min(Math.ceil(enoughGroups / tiles), Math.floor(size.k / 256));
}
