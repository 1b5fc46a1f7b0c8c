import * as gan from "@dl/gan";
import { Adam } from "@dl/optim";
import { ones, tensor } from "@dl/tensor";
import type { OptionCalls } from "./option-call.ts";

const sizes = { channels: [4, 4], width: 8, mappingLayers: 1 };
const generator = (): gan.StyleGenerator => new gan.StyleGenerator(sizes);
const styles = (): ReturnType<typeof ones> => ones([2, 4, 8]);

/** Of a generator with styles, and its parts. */
export const styleCalls: OptionCalls = {
  "StyleGenerator.forward": () => [
    (...given: never[]) => generator().forward(...(given as [never])),
    ones([2, 8]),
  ],
  "StyleGenerator.sample": () => [
    (...given: never[]) => generator().sample(...(given as [never])),
    1,
  ],
  "StyleGenerator.styles": () => [
    (...given: never[]) => generator().styles(...(given as [never])),
    ones([2, 8]),
  ],
  "SynthesisNetwork.drawNoise": () => [
    (...given: never[]) => generator().synthesis.drawNoise(...(given as [never])),
    1,
  ],
  "new EqualizedConv2d": () => [gan.EqualizedConv2d, 2, 2, 3],
  "new EqualizedLinear": () => [gan.EqualizedLinear, 2, 2],
  "new MappingNetwork": () => [gan.MappingNetwork, 8],
  "new ModulatedConv2d": () => [gan.ModulatedConv2d, 2, 2, 3, 8],
  "new StyleDiscriminator": () => [gan.StyleDiscriminator],
  "new StyleGenerator": () => [gan.StyleGenerator],
  "new SynthesisNetwork": () => [gan.SynthesisNetwork],
  mixStyles: () => [gan.mixStyles, styles(), styles()],
  modulatedConv2d: () => [
    gan.modulatedConv2d,
    ones([2, 2, 4, 4]),
    ones([2, 2, 3, 3]),
    ones([2, 2]),
  ],
  pathLengthPenalty: () => {
    const at = styles().requireGrad();
    return [gan.pathLengthPenalty, at.unsqueeze(1), at, tensor(1)];
  },
  projectStyles: () => [gan.projectStyles, generator(), ones([1, 3, 8, 8])],
  styleStep: () => {
    const model = generator();
    const discriminator = new gan.StyleDiscriminator({ channels: [4, 4] });
    return [
      (_players: unknown, options: never) => gan.styleStep(model, discriminator, options),
      [new Adam(model.parameters()), new Adam(discriminator.parameters())],
    ];
  },
};
