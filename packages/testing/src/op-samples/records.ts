import { convolutionRecords } from "./convolution.ts";
import { creationRecords } from "./creation.ts";
import { embeddingLossRecords } from "./embedding-losses.ts";
import { indexingRecords } from "./indexing.ts";
import { joinRecords } from "./joins.ts";
import { linearAlgebraRecords } from "./linear-algebra.ts";
import { lossRecords } from "./losses.ts";
import { matrixRecords } from "./matrix.ts";
import { pointwiseRecords } from "./pointwise.ts";
import { poolingRecords } from "./pooling.ts";
import type { OpRecord } from "./record.ts";
import { reductionRecords } from "./reductions.ts";
import { resamplingRecords } from "./resampling.ts";
import { statisticsRecords } from "./statistics.ts";
import { triangleRecords } from "./triangles.ts";
import { viewRecords } from "./views.ts";
import { volumeRecords } from "./volumes.ts";

/** Every operation there is. */
export const opRecords: readonly OpRecord[] = [
  ...creationRecords,
  ...pointwiseRecords,
  ...reductionRecords,
  ...statisticsRecords,
  ...viewRecords,
  ...joinRecords,
  ...triangleRecords,
  ...indexingRecords,
  ...matrixRecords,
  ...linearAlgebraRecords,
  ...convolutionRecords,
  ...poolingRecords,
  ...volumeRecords,
  ...resamplingRecords,
  ...lossRecords,
  ...embeddingLossRecords,
];
