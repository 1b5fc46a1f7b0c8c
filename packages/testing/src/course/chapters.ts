import { adversarialExamples } from "./adversarial-examples.ts";
import { autodiff } from "./autodiff.ts";
import { autoencoders } from "./autoencoders.ts";
import { backpropagation } from "./backpropagation.ts";
import type { ChapterHead } from "./chapter.ts";
import { conditional } from "./conditional.ts";
import { convolution } from "./convolution.ts";
import { cycleGan } from "./cycle-gan.ts";
import { deepNets } from "./deep-nets.ts";
import { endToEnd } from "./end-to-end.ts";
import { faceGenerators } from "./face-generators.ts";
import { functions } from "./functions.ts";
import { generators } from "./generators.ts";
import { latentUses } from "./latent-uses.ts";
import { minibatches } from "./minibatches.ts";
import { optimizersChapter } from "./optimizers.ts";
import { regularizers } from "./regularizers.ts";
import { vanillaGans } from "./vanilla-gans.ts";
import { styleGan } from "./style-gan.ts";
import { variational } from "./variational.ts";

/** In the order in which they are read. */
export const chapters: readonly ChapterHead[] = [
  functions,
  autodiff,
  backpropagation,
  deepNets,
  minibatches,
  optimizersChapter,
  regularizers,
  convolution,
  endToEnd,
  generators,
  adversarialExamples,
  vanillaGans,
  conditional,
  cycleGan,
  styleGan,
  latentUses,
  autoencoders,
  faceGenerators,
  variational,
];
