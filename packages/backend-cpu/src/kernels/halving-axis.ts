import type { FunctionHandle, FunctionHost, Local } from "../wasm/function-builder.ts";
import { integers, parametersOf } from "./winograd-tiles.ts";
import { transformed, type Combination } from "./winograd-transforms.ts";

/**
 * A filter of 4 taps at stride 2 is the sum of two filters of 2 taps at stride 1, one on the even inputs
 * and one on the odd ones. Winograd's F(3, 2) gives three outputs of such a filter by 4 products instead of
 * 6, F(2, 2) two by 3. Products with the same combination of taps make a bin: 0 is that of the first tap, 1
 * of half the sum, 2 of half the difference, 3 of the second.
 *
 * All factors are ±1, ½ and 2, so rounding errors stay those of a plain sum.
 * Source: Lavin & Gray 2016, arXiv:1509.09308, section 4.1.
 */
export const BINS = 4;

type Map = readonly Combination[];

/** Of a tile of 3, 2 or 1 outputs, from its inputs d to its products' left sides. */
const inputMaps: Readonly<Record<TileSize, Map>> = {
  3: [
    [
      [0, 1],
      [2, -1],
    ],
    [
      [1, 1],
      [2, 1],
    ],
    [
      [1, 1],
      [2, -1],
    ],
    [
      [3, 1],
      [1, -1],
    ],
  ],
  2: [
    [
      [0, 1],
      [1, -1],
    ],
    [[1, 2]],
    [
      [1, 1],
      [2, -1],
    ],
  ],
  1: [[[0, 1]], [[1, 1]]],
};

/** From a tile's products to its outputs. */
const outputMaps: Readonly<Record<TileSize, Map>> = {
  3: [
    [
      [1, 1],
      [2, -1],
      [0, 1],
    ],
    [
      [1, 1],
      [2, 1],
    ],
    [
      [1, 1],
      [2, -1],
      [3, 1],
    ],
  ],
  2: [
    [
      [0, 1],
      [1, 1],
    ],
    [
      [1, 1],
      [2, -1],
    ],
  ],
  1: [
    [
      [0, 1],
      [1, 1],
    ],
  ],
};

/** From the two taps to the bins. */
const weightMap: Map = [
  [[0, 1]],
  [
    [0, 0.5],
    [1, 0.5],
  ],
  [
    [0, 0.5],
    [1, -0.5],
  ],
  [[1, 1]],
];

type TileSize = 1 | 2 | 3;
const tileBins: Readonly<Record<TileSize, readonly number[]>> = {
  3: [0, 1, 2, 3],
  2: [0, 1, 3],
  1: [0, 3],
};

/** The gradient of a map. */
function transposed(map: Map): Map {
  const inputs = 1 + Math.max(...map.flat().map(([input]) => input));
  return Array.from({ length: inputs }, (_, input) =>
    map.flatMap((terms, i) =>
      terms.filter(([from]) => from === input).map(([, factor]) => [i, factor] as const),
    ),
  );
}

/** The gradients of the maps of all tiles. */
const allTransposed = (maps: Readonly<Record<TileSize, Map>>): Readonly<Record<TileSize, Map>> => ({
  3: /* @__PURE__ */ transposed(maps[3]),
  2: /* @__PURE__ */ transposed(maps[2]),
  1: /* @__PURE__ */ transposed(maps[1]),
});

/** How the outputs of one axis fall into tiles. */
export interface HalvingAxis {
  /** Tiles of three outputs. */
  readonly thirds: number;
  /** Outputs of the tile after them. */
  readonly rest: 0 | 1 | 2;
  /** Whether the first and the last output stand alone, with one product each, beside a zero. */
  readonly edges: boolean;
  /** The bin of each product. */
  readonly bins: readonly number[];
}

export function halvingAxis(outputs: number, edges: boolean): HalvingAxis {
  const inner = edges ? outputs - 2 : outputs;
  const thirds = Math.floor(inner / 3);
  const rest = (inner % 3) as 0 | 1 | 2;
  const bins = [
    ...(edges ? [3] : []),
    ...Array.from({ length: thirds }, () => tileBins[3]).flat(),
    ...(rest === 0 ? [] : tileBins[rest]),
    ...(edges ? [0] : []),
  ];
  return { thirds, rest, edges, bins };
}

/**
 * (source, sourceStep, target, targetStep, thirds, rest, edges, lines, sourceLine, targetLine): lines of
 * vectors through a map, each tile after tile; steps within a line and from line to line in bytes.
 */
export type AxisKernel = (host: FunctionHost) => FunctionHandle;

/** From inputs to the left sides of products. */
export const inputAxis: AxisKernel = /* @__PURE__ */ axisKernel("inputAxis", inputMaps, {
  edgeSource: 1,
});
/** From products to outputs. */
export const outputAxis: AxisKernel = /* @__PURE__ */ axisKernel("outputAxis", outputMaps);
/** From gradients of outputs to those of products. */
export const changeAxis: AxisKernel = /* @__PURE__ */ axisKernel(
  "changeAxis",
  /* @__PURE__ */ allTransposed(outputMaps),
);
/** From two taps to bins, as a tile of 1. */
export const weightAxis: AxisKernel = /* @__PURE__ */ axisKernel("weightAxis", { 1: weightMap });
/** From gradients of bins to those of two taps, as a tile of 1. */
export const weightGradientAxis: AxisKernel = /* @__PURE__ */ axisKernel("weightGradientAxis", {
  1: /* @__PURE__ */ transposed(weightMap),
});

function axisKernel(
  name: string,
  maps: Readonly<Partial<Record<TileSize, Map>>>,
  { edgeSource = 0 } = {},
): AxisKernel {
  return (host) =>
    host.helper(name, Array<"i32">(10).fill("i32"), [], (body) => {
      const [firstSource, sourceStep, firstTarget, targetStep, thirds, rest, edges, ...more] =
        parametersOf(body);
      const [lines, sourceLine, targetLine] = more;
      const [line, tile, source, target] = integers(body, 4);
      const move = (pointer: Local, step: Local): void => {
        body.op("i32.add", pointer, step).set(pointer);
      };
      const load = (): Local => {
        const vector = body.local("v128");
        body.load("v128.load", source).set(vector);
        return vector;
      };
      /** One tile; leaves source where the next begins. */
      const emitTile = (size: TileSize, map: Map): void => {
        body.scope(() => {
          const inputs = 1 + Math.max(...map.flat().map(([input]) => input));
          // Tiles of inputs overlap by one; products and gradients do not.
          const own = maps === inputMaps ? size : inputs;
          const next = body.local("i32");
          const vectors = Array.from({ length: inputs }, (_, i) => {
            if (i === own) body.get(source).set(next);
            const vector = load();
            move(source, sourceStep);
            return vector;
          });
          if (own < inputs) body.get(next).set(source);
          const value = transformed(body, vectors, map);
          map.forEach((_, i) => {
            body.store("v128.store", target, value(i));
            move(target, targetStep);
          });
        });
      };
      const emitEdge = (from: number): void => {
        body.get(edges).if(() => {
          body.scope(() => {
            body.op("i32.mul", sourceStep, from).op("i32.add", source);
            const vector = body.local("v128");
            body.load("v128.load").set(vector).store("v128.store", target, vector);
            move(source, sourceStep);
            move(target, targetStep);
          });
        });
      };
      body.countUp(line, lines, 1, () => {
        body.get(firstSource).set(source).get(firstTarget).set(target);
        emitEdge(edgeSource);
        if (maps[3] !== undefined) {
          const map = maps[3];
          body.get(0).set(tile);
          body.countUp(tile, thirds, 1, () => emitTile(3, map));
        }
        for (const size of [1, 2] as const) {
          const map = maps[size];
          if (map !== undefined) body.op("i32.eq", rest, size).if(() => emitTile(size, map));
        }
        emitEdge(0);
        move(firstSource, sourceLine);
        move(firstTarget, targetLine);
      });
    });
}
