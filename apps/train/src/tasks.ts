import { classification } from "./classification/classify.ts";
import type { ModelName, TrainOptions } from "./options.ts";
import type { Task } from "./task.ts";

/** What each model is there for. */
const tasks: { readonly [Name in ModelName]: (options: TrainOptions) => Promise<Task> } = {
  cnn: (options) => classification("cnn", options),
  mlp: (options) => classification("mlp", options),
};

/** What the options ask for; finds and checks the pictures. */
export const taskOf = (options: TrainOptions): Promise<Task> => tasks[options.model](options);
