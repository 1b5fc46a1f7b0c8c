import { DataLoader } from "@dl/data";
import { linearSchedule, Scheduler } from "@dl/optim";
import { Generator } from "@dl/tensor";
import { imageGrid, progressLine, type Batches, type Callback } from "@dl/training";
import { SampleCount } from "../count-samples.ts";
import { galleryPicture, galleryText, hostArrayOf } from "../generative/gallery.ts";
import { judgeOf } from "../judging/judge.ts";
import { judgeQuality, qualityText } from "../judging/quality.ts";
import type { TrainOptions } from "../options.ts";
import type { Picture, Pictures } from "../pictures/load-pictures.ts";
import { writePicture } from "../pictures/picture-file.ts";
import { pictureText } from "../pictures/picture-text.ts";
import { keptTraining } from "../saved/kept-training.ts";
import type { Learner, Run } from "../task.ts";
import { note } from "../terminal.ts";
import { watchLoss } from "../watch-loss.ts";
import type { GameModel } from "./game-model.ts";
import { watchHealth } from "./watch-health.ts";

/** What a game is played over. */
export interface Played<Batch> {
  readonly model: GameModel<Batch>;
  /** Batches of an epoch, in a new order each time. */
  readonly data: Batches<Batch> & { readonly length: number };
  /** Pictures of the kind that is made, by which it is judged. */
  readonly pictures: Pictures;
}

/** Pictures that are judged at once. */
const judgedAtOnce = 250;
const shown = 8;

/** Plays for so many epochs, shows how it goes, and judges what came of it. */
export async function play<Batch>(
  { model, data, pictures }: Played<Batch>,
  options: TrainOptions,
  run: Run,
): ReturnType<Learner["learn"]> {
  const { say, paint, signal, output } = run;
  const { epochs } = options;
  const judge = await judgeOf(pictures, run);
  const started = performance.now();
  const total = epochs * data.length;
  const falling = linearSchedule({ from: 1, to: 0, steps: total });
  const health = watchHealth(model, total, say);
  const count = new SampleCount();
  const callbacks = [
    count,
    watchLoss(() => count.seen),
    model.freshen,
    health.callback,
    showSamples(model, options, run),
    progressLine(output, {
      unit: "pictures",
      per: "minute",
      linesPerEpoch: 4,
      figures: (scalars) => [...lossesText(scalars), health.word()],
    }),
  ];
  try {
    const training = {
      data,
      epochs,
      schedule: model.optimizers.map((optimizer) => new Scheduler(optimizer, falling)),
      averages: model.averages,
      generators: model.generators,
      callbacks,
    };
    await keptTraining(model.step, training, options, run);
  } catch (error) {
    if (!signal.aborted) throw error;
    say(`Stopped after ${count.seen} pictures.`);
    return undefined;
  }
  const end = note(output, `judging beside ${pictures.test.length} pictures ...`);
  const test = new DataLoader<Picture>(pictures.test, { batchSize: judgedAtOnce });
  const figures = await judgeQuality(judge, model.sampler, test, pictures.test.length);
  const seconds = (performance.now() - started) / 1000;
  end();
  const gallery = await model.gallery();
  say(`\n${await galleryText(gallery, run)}`);
  if (options.samples !== undefined)
    await writePicture(options.samples, await galleryPicture(gallery));
  say(`\n${health.message()}`);
  say(`\n${paint("bold", qualityText(figures))} after ${seconds.toFixed(1)} s`);
  return { ...figures, verdict: health.word(), seconds: Number(seconds.toFixed(2)) };
}

/** What both players lose, and what else a step tells of distances. */
function lossesText(scalars: Readonly<Record<string, number>>): string[] {
  const shownNames = {
    discriminatorLoss: "D",
    generatorLoss: "G",
    distance: "distance",
    cycle: "cycle",
    pathLength: "paths",
  };
  return Object.entries(shownNames).flatMap(([name, title]) =>
    scalars[name] === undefined ? [] : [`${title} ${scalars[name].toFixed(2)}`],
  );
}

/** After every epoch, some pictures in the terminal and in the file that was named. */
function showSamples<Batch>(
  { sampler }: GameModel<Batch>,
  { samples }: TrainOptions,
  { say, width, isColored }: Run,
): Callback {
  return {
    async onEpoch({ epoch }, { epochs }) {
      if (epoch === epochs) return; // the gallery follows
      const made = sampler.sample(shown * shown, { generator: new Generator(0) });
      const grid = (rows: number, columns: number) =>
        hostArrayOf(imageGrid(made.narrow(0, 0, rows * columns), { columns }));
      const columns = Math.max(1, Math.min(shown, Math.floor(width / (made.shape[3]! + 2))));
      say(pictureText(await grid(1, columns), { width, isColored }));
      if (samples !== undefined) await writePicture(samples, await grid(shown, shown));
    },
  };
}
