import { DlError, InternalError } from "@dl/backend";
import { cpu } from "@dl/backend-cpu";
import { openImageFolder } from "@dl/data/node";
import { decodeImage } from "@dl/formats/node";
import { configure, ones } from "@dl/tensor";
import { beforeEach, describe, expect, it } from "vitest";
import { adversarialExampleCalls } from "./option-calls/adversarial-examples.ts";
import { adversarialCalls } from "./option-calls/adversarial.ts";
import { dataCalls } from "./option-calls/data.ts";
import { distributionCalls } from "./option-calls/distributions.ts";
import { latentCalls } from "./option-calls/latents.ts";
import { layerCalls } from "./option-calls/layers.ts";
import type { OptionCalls } from "./option-calls/option-call.ts";
import { pictureNetworkCalls } from "./option-calls/picture-networks.ts";
import { sampleQualityCalls } from "./option-calls/sample-quality.ts";
import { styleCalls } from "./option-calls/style.ts";
import { tensorCalls } from "./option-calls/tensors.ts";
import { trainingCalls } from "./option-calls/training.ts";
import { vaeCalls } from "./option-calls/vae.ts";
import { publicOptions } from "./public-options.ts";

const backend = await cpu();
const published = publicOptions();
/** Only a test may import what is not for pages. */
const nodeCalls: OptionCalls = {
  decodeImage: () => [decodeImage, new Uint8Array(90)],
  openImageFolder: () => [openImageFolder, import.meta.dirname],
};
const calls: OptionCalls = {
  ...tensorCalls,
  ...layerCalls,
  ...trainingCalls,
  ...dataCalls,
  ...distributionCalls,
  ...vaeCalls,
  ...adversarialExampleCalls,
  ...pictureNetworkCalls,
  ...adversarialCalls,
  ...latentCalls,
  ...sampleQualityCalls,
  ...styleCalls,
  ...nodeCalls,
};

/** What takes an object that is not made of options, or more than options. */
const noOptions: ReadonlySet<string> = new Set([
  // Details of an error: refusing them would hide it.
  ...[...published.keys()].filter((name) => /^new .*Error$/.test(name)),
  // A data set, an array, modules or fields by names that the caller chooses.
  "mapDataset",
  "subset",
  "fitStatistics",
  "toHostArray",
  "writeNpy",
  "RandomStream.shuffle",
  "samplesOf",
  "new ModuleDict",
  "new ArrayDataset",
  // Picks three keys from any layer's options.
  "randomOptions",
  "toFloat32",
  // Told a step's report.
  "RunRecorder.afterStep",
]);

const names = [...published.keys()].filter((name) => !noOptions.has(name));

beforeEach(() => {
  configure({ backend });
});

/** What the call throws or rejects with when `last` stands where options do; undefined where it works. */
async function errorOf(name: string, last: unknown, omitted = 0): Promise<unknown> {
  const [callee, ...before] = calls[name]!();
  const given = [...before.slice(0, before.length - omitted), last];
  try {
    await (name.startsWith("new ")
      ? Reflect.construct(callee, given)
      : Reflect.apply(callee, undefined, given));
  } catch (error) {
    return error;
  }
  return undefined;
}

function expectRefusal(error: unknown): void {
  expect(error).toBeInstanceOf(DlError);
  expect(error).not.toBeInstanceOf(InternalError);
}

it("everything published that takes options is tried, and nothing else", () => {
  expect(Object.keys(calls).toSorted()).toEqual(names.toSorted());
});

describe("a key that is not known is refused with the nearest and all that are", () => {
  it.each(names)("%s", async (name) => {
    const { keys } = published.get(name)!;
    const error = await errorOf(name, { [`${keys[0]}s_`]: 1 });
    expectRefusal(error);
    expect(String(error)).toMatch(
      new RegExp(`: there is no option ${keys[0]}s_: received 1. Did you mean ${keys[0]}\\?`),
    );
    const [, known] = /There are (.*)\.$/.exec(String(error))!;
    expect(known!.split(", ").toSorted()).toEqual(keys.toSorted());
  });
});

describe("a value of a type that is not declared is refused by the option's name", () => {
  it.each(names)("%s", async (name) => {
    for (const [key, value] of published.get(name)!.wrong) {
      const error = await errorOf(name, { [key]: value });
      expectRefusal(error);
      expect(String(error)).toContain(key);
      expect(String(error)).toMatch(/: received /);
    }
  });
});

describe("anything but a plain object is refused; none at all is not a bare TypeError", () => {
  it.each(names)("%s", async (name) => {
    for (const options of [null, true, "nonsense", [1], ones([1]), new Map()]) {
      const error = await errorOf(name, options);
      expectRefusal(error);
      expect(String(error)).toContain("options must be a plain object: received ");
    }
    // Without options this one starts a GPU, where there is one.
    for (const options of name === "webgpu" ? [] : [undefined, {}]) {
      const error = await errorOf(name, options);
      if (error !== undefined) expectRefusal(error);
    }
  });
});

describe("options in the place of a tensor are refused as such", () => {
  it.each(names.filter((name) => published.get(name)!.followsTensor))("%s", async (name) => {
    const error = await errorOf(name, { [published.get(name)!.keys[0]!]: 1 }, 1);
    expectRefusal(error);
    expect(String(error)).toContain("options stand where ");
  });
});
