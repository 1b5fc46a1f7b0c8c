import * as gan from "@dl/gan";
import { Linear } from "@dl/nn";
import type { OptionCalls } from "./option-call.ts";

const network = (): Linear => new Linear(2, 2);

/** Of networks from pictures to pictures and the steps that they learn by. */
export const pictureNetworkCalls: OptionCalls = {
  "new ImagePool": () => [gan.ImagePool, 2, [1]],
  cycleStep: () => [
    gan.cycleStep,
    { aToB: network(), bToA: network() },
    { a: network(), b: network() },
  ],
  pairStep: () => [gan.pairStep, network(), network()],
  patchDiscriminator: () => [gan.patchDiscriminator],
  resnetGenerator: () => [gan.resnetGenerator],
  unetGenerator: () => [gan.unetGenerator],
};
