import { DataLoader } from "@dl/data";
import { linearSchedule, Scheduler } from "@dl/optim";
import { progressLine } from "@dl/training";
import { SampleCount } from "../count-samples.ts";
import { optimizers, type MakeOptimizer } from "../optimizers.ts";
import type { AutoencoderName } from "../names.ts";
import type { TrainOptions } from "../options.ts";
import { loadPictures, type Picture, type Pictures } from "../pictures/load-pictures.ts";
import { checkWritable, writePicture } from "../pictures/picture-file.ts";
import { keptTraining } from "../saved/kept-training.ts";
import type { Learner, Run, Task } from "../task.ts";
import { note } from "../terminal.ts";
import { watchLoss } from "../watch-loss.ts";
import { autoencoding } from "./autoencoding.ts";
import { galleryPicture, galleryText, makeGallery } from "./gallery.ts";
import type { PictureFigures, PictureModel } from "./picture-model.ts";
import { quantizing } from "./quantizing.ts";
import { variational } from "./variational.ts";

type Build = (shape: Pictures["shape"], seed: number, optimizerOf: MakeOptimizer) => PictureModel;

/** Pictures that are tested on at once. */
const testBatch = 250;

export const models: { readonly [Name in AutoencoderName]: Build } = {
  autoencoder: autoencoding,
  vae: (...given) => variational("vae", ...given),
  "vae-conv": (...given) => variational("vae-conv", ...given),
  "vq-vae": quantizing,
};

/** Learning to make pictures. */
export async function pictureMaking(name: AutoencoderName, options: TrainOptions): Promise<Task> {
  if (options.samples !== undefined) await checkWritable(options.samples);
  const pictures = await loadPictures(options);
  return {
    pictures,
    build() {
      const { optimizer, learningRate, seed } = options;
      const model = models[name](pictures.shape, seed, (parameters) =>
        optimizers[optimizer](parameters, learningRate),
      );
      const parameters = model.trained.module.parameters();
      return {
        parameters,
        trained: model.trained,
        shapes: { shape: pictures.shape },
        learn: (run) => learn(model, pictures, options, run),
      };
    },
  };
}

async function learn(
  model: PictureModel,
  pictures: Pictures,
  options: TrainOptions,
  run: Run,
): ReturnType<Learner["learn"]> {
  const { say, paint, signal, output } = run;
  const { epochs, batchSize, seed } = options;
  const started = performance.now();
  const data = new DataLoader<Picture>(pictures.train, { batchSize, shuffle: true, seed });
  const test = [...new DataLoader<Picture>(pictures.test, { batchSize: testBatch })];
  const total = epochs * data.length;
  const schedule = new Scheduler(model.optimizer, linearSchedule({ from: 1, to: 0, steps: total }));
  const count = new SampleCount();
  const callbacks = [
    count,
    watchLoss(() => count.seen),
    progressLine(output, { unit: "pictures", linesPerEpoch: 4, figures: model.progress }),
    ...(model.watch?.(test.slice(0, 4), say) ?? []),
  ];
  try {
    const generators = model.generators;
    const training = { data, epochs, schedule, callbacks, ...(generators && { generators }) };
    await keptTraining(model.step, training, options, run);
  } catch (error) {
    if (!signal.aborted) throw error;
    say(`Stopped after ${count.seen} pictures.`);
    return undefined;
  }
  const end = note(output, `testing on ${pictures.test.length} pictures ...`);
  const figures = await model.test(test);
  const seconds = (performance.now() - started) / 1000;
  end();
  const shown = await makeGallery(model, test, data);
  say(`\n${await galleryText(shown, run)}`);
  if (options.samples !== undefined)
    await writePicture(options.samples, await galleryPicture(shown));
  say(
    `\n${paint("bold", figuresText(figures))} after ${seconds.toFixed(1)} s of training and testing`,
  );
  return { ...figures, seconds: Number(seconds.toFixed(2)) };
}

/** What the test found, in a sentence. */
function figuresText({ testBound, reconstruction, kl, activeUnits }: PictureFigures): string {
  if (testBound === null || kl === null)
    return `test error ${reconstruction.toFixed(4)} a pixel, ${activeUnits} numbers in use`;
  return `test bound ${testBound.toFixed(2)} nats a picture (reconstruction ${reconstruction.toFixed(2)}, KL ${kl.toFixed(2)}), ${activeUnits} in use`;
}
