import { game } from "./adversarial/games.ts";
import { classification } from "./classification/classify.ts";
import { pictureMaking } from "./generative/make-pictures.ts";
import type { ModelName } from "./names.ts";
import type { TrainOptions } from "./options.ts";
import type { Task } from "./task.ts";

/** What each model is there for. */
const tasks: { readonly [Name in ModelName]: (options: TrainOptions) => Promise<Task> } = {
  cnn: (options) => classification("cnn", options),
  mlp: (options) => classification("mlp", options),
  autoencoder: (options) => pictureMaking("autoencoder", options),
  vae: (options) => pictureMaking("vae", options),
  "vae-conv": (options) => pictureMaking("vae-conv", options),
  "vq-vae": (options) => pictureMaking("vq-vae", options),
  dcgan: (options) => game("dcgan", options),
  sngan: (options) => game("sngan", options),
  stylegan: (options) => game("stylegan", options),
  pix2pix: (options) => game("pix2pix", options),
  cyclegan: (options) => game("cyclegan", options),
};

/** What the options ask for; finds and checks the pictures. */
export const taskOf = (options: TrainOptions): Promise<Task> => tasks[options.model](options);
