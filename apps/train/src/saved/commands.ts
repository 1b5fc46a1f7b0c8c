import { imageToArray, type ImageChannels } from "@dl/formats";
import { decodeImage } from "@dl/formats/node";
import { configure, Generator, stack, tensor, type Tensor } from "@dl/tensor";
import { imageGrid } from "@dl/training";
import { readFile } from "node:fs/promises";
import { interruptedExitCode } from "../exit-codes.ts";
import { galleryPicture, galleryText, hostArrayOf } from "../generative/gallery.ts";
import { openBackend } from "../open-backend.ts";
import { checkWritable, writePicture } from "../pictures/picture-file.ts";
import { pictureText } from "../pictures/picture-text.ts";
import { columnsOf, hasColor, note, type Outputs } from "../terminal.ts";
import { UsageError } from "../usage-error.ts";
import { userPath } from "../user-path.ts";
import { buildTrained } from "./build-trained.ts";
import { parseCommand, type CommandName, type CommandOptions } from "./command-options.ts";
import type { Gallery, PictureShape, Trained, Uses } from "./trained.ts";
import { loadWeights, weightsNote, type WeightsNote } from "./weights-file.ts";

export { isCommand } from "./command-options.ts";

const perRow = 8;

/** What trained networks are asked to do, over the weights of a file. */
export async function runCommand(
  command: CommandName,
  args: readonly string[],
  signal: AbortSignal,
  outputs: Outputs,
): Promise<number> {
  const options = parseCommand(command, args);
  const output = options.json ? outputs.stderr : outputs.stdout;
  const say = (text: string): void => void output.write(`${text}\n`);
  const known = await noteOf(options);
  if (options.samples !== undefined) await checkWritable(options.samples);
  const shape = inputShape(command, options, known);
  const pictures = await Promise.all(options.pictures.map((file) => pictureOf(file, shape)));
  const backend = await openBackend(options.backend, say);
  configure({ backend });
  try {
    const trained = buildTrained(known);
    await loadWeights(options.load, trained);
    const work = works[command](trained, known, options);
    const given = pictures.map((data) => tensor(data, { shape }));
    const view = { width: columnsOf(output), isColored: hasColor(output) };
    let clear = (): void => {};
    const result = await work({
      given: given.length === 0 ? undefined : stack(given),
      generator: new Generator(options.seed),
      search: {
        signal,
        onProgress: ({ step, steps, secondsLeft }) =>
          void (clear = note(output, `step ${step} of ${steps}, ${secondsLeft.toFixed(0)} s left`)),
      },
    }).catch((error: unknown) => {
      if (!signal.aborted) throw error;
      return undefined;
    });
    clear();
    if (result === undefined) return interruptedExitCode;
    if (result.gallery !== undefined) {
      say(await galleryText(result.gallery, view));
      if (options.samples !== undefined)
        await writePicture(options.samples, await galleryPicture(result.gallery));
    } else if (given.length > 0 && !options.json)
      say(pictureText(await hostArrayOf(imageGrid(stack(given), { columns: perRow })), view));
    for (const line of result.lines ?? []) say(line);
    if (options.json) outputs.stdout.write(`${JSON.stringify(result.figures ?? {})}\n`);
    return 0;
  } finally {
    await backend.dispose();
  }
}

interface Given {
  readonly given: Tensor | undefined;
  readonly generator: Generator;
  readonly search: Parameters<NonNullable<Uses["project"]>>[1];
}
interface Result {
  readonly gallery?: Gallery;
  readonly lines?: readonly string[];
  readonly figures?: object;
}
type Work = (given: Given) => Promise<Result>;

const works: {
  readonly [Name in CommandName]: (
    trained: Trained,
    known: WeightsNote,
    options: CommandOptions,
  ) => Work;
} = {
  predict: ({ uses: { read } }, { model }, { pictures }) => {
    const classes = able(read, model, "predict");
    return async ({ given }) => {
      const shares = await classes(given!).softmax(1).toArray<number[][]>();
      const found = shares.map((row, i) => {
        const [best, next] = row
          .map((share, label) => ({ share, label }))
          .toSorted((a, b) => b.share - a.share);
        return { picture: pictures[i]!, reads: best!.label, share: best!.share, next: next!.label };
      });
      return {
        lines: found.map(
          ({ picture, reads, share, next }) =>
            `${picture}: ${reads} (${(100 * share).toFixed(1)} %, then ${next})`,
        ),
        figures: { predictions: found },
      };
    };
  },
  sample: ({ uses: { sample } }, { model }, { count }) => {
    const draw = able(sample, model, "sample");
    return ({ generator }) => shown("new pictures", draw(count, generator));
  },
  interpolate: ({ uses: { interpolate } }, { model }, { count }) => {
    const walk = able(interpolate, model, "interpolate");
    const rows = Math.max(1, Math.round(count / perRow));
    return ({ generator }) =>
      shown("on the way from one to another", walk(rows, perRow, generator));
  },
  "mix-styles": ({ uses: { mixStyles } }, { model }) => {
    const mix = able(mixStyles, model, "mix-styles");
    return ({ generator }) => Promise.resolve({ gallery: mix(generator) });
  },
  project: ({ uses: { project } }, { model }) => {
    const search = able(project, model, "project");
    return async ({ given, search: how }) => ({ gallery: await search(given!, how) });
  },
  translate: ({ uses }, { model }, { back }) => {
    const turn = able(
      back ? uses.translateBack : uses.translate,
      model,
      back ? "translate --back" : "translate",
    );
    return ({ given }) => shown("what is made of them", turn(given!));
  },
};

const shown = (caption: string, pictures: Tensor): Promise<Result> =>
  Promise.resolve({ gallery: new Map([[caption, pictures]]) });

function able<Use>(use: Use | undefined, model: string, command: string): Use {
  if (use === undefined) throw new UsageError(`${command}: ${model} cannot do this. See --help.`);
  return use;
}

/** What the file says it is, or the user. */
async function noteOf({ load, model }: CommandOptions): Promise<WeightsNote> {
  const found = await weightsNote(load);
  if (found !== undefined && model !== undefined && model !== found.model)
    throw new UsageError(`--model: ${load} is of ${found.model}: received ${model}. Leave it out.`);
  if (found !== undefined) return found;
  if (model === undefined)
    throw new UsageError(
      `--load: ${load} does not say what model it is of. Say it by --model NAME.`,
    );
  return { model, shape: [1, 28, 28] };
}

/** Of the pictures that a command is given. */
const inputShape = (
  command: CommandName,
  { back }: CommandOptions,
  { shape, from }: WeightsNote,
): PictureShape => (command === "translate" && !back ? (from ?? shape) : shape);
/** A picture of the shape that the networks take. */
async function pictureOf(
  file: string,
  [channels, height, width]: PictureShape,
): Promise<Float32Array> {
  const bytes = await readFile(userPath(file)).catch((error: NodeJS.ErrnoException) => {
    throw new UsageError(
      `cannot read ${file}: ${error.code === "ENOENT" ? "there is no such file" : error.message}.`,
    );
  });
  const image = await decodeImage(bytes);
  return imageToArray(image, channels as ImageChannels, [height, width]).data;
}
