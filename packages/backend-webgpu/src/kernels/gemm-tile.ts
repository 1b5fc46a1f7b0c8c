/** Sizes of a matrix product: `batch` products of [m, k] by [k, n]. */
export interface GemmSize {
  readonly batch: number;
  readonly m: number;
  readonly n: number;
  readonly k: number;
}

/**
 * Outputs of a workgroup and of an invocation (multiples of 4), and depth taken at a time. Both
 * slices are copied by all invocations, four elements each: rows·depth and columns·depth are
 * multiples of four times their number.
 */
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

const tileOf = (
  rows: number,
  columns: number,
  threadRows: number,
  threadColumns: number,
): Tile => ({
  rows,
  columns,
  threadRows,
  threadColumns,
  depth: 16,
});

/** Each has at least 64 invocations: fewer leave a part of most devices' SIMD units idle. */
const tiles = {
  large: tileOf(128, 128, 8, 8),
  medium: tileOf(64, 64, 8, 4),
  small: tileOf(32, 32, 4, 4),
  wide: tileOf(16, 64, 4, 4),
  tall: tileOf(64, 16, 4, 4),
};

/** The largest tile of which there are enough; a flat one where most of a square one were empty. */
export function chooseTile(size: GemmSize): Tile {
  const { m, n } = size;
  if (Math.min(m, n) <= 16 && Math.max(m, n) > 16) return m < n ? tiles.wide : tiles.tall;
  if (Math.min(m, n) >= 128 && tilesOf(size, tiles.large) >= enoughGroups) return tiles.large;
  if (Math.min(m, n) > 32 && tilesOf(size, tiles.medium) >= enoughGroups / 4) return tiles.medium;
  return tiles.small;
}

/** Parts into which the depth is cut where there are too few tiles to fill a device. */
export function chooseParts(size: GemmSize, tile: Tile): number {
  const count = tilesOf(size, tile);
  if (count === 0 || count >= enoughGroups / 4 || size.k < 1024) return 1;
  return Math.min(Math.ceil(enoughGroups / count), Math.floor(size.k / 256));
}
