import { expect, test } from "vitest";
import { help } from "./help.ts";
import { parseOptions } from "./options.ts";
import { UsageError } from "./usage-error.ts";

test("defaults", () => {
  expect(parseOptions([])).toEqual({
    data: undefined,
    epochs: 1,
    seed: 0,
    model: "cnn",
    backend: "cpu",
    optimizer: "adam",
    batchSize: 64,
    learningRate: 0.003,
    examples: undefined,
    samples: undefined,
    graph: undefined,
    json: false,
  });
});

test("every flag", () => {
  const args =
    "--data f --epochs 3 --seed=4 --model mlp --backend reference --optimizer nesterov --batch-size 5 --learning-rate 1e-2 --examples 6 --graph g.svg --json";
  expect(parseOptions(args.split(" "))).toEqual({
    data: "f",
    epochs: 3,
    seed: 4,
    model: "mlp",
    backend: "reference",
    optimizer: "nesterov",
    batchSize: 5,
    learningRate: 0.01,
    examples: 6,
    samples: undefined,
    graph: "g.svg",
    json: true,
  });
});

test.each([
  ["adam", 0.003],
  ["sgd", 0.1],
  ["momentum", 0.02],
  ["nesterov", 0.02],
])("%s has its own learning rate", (optimizer, learningRate) => {
  expect(parseOptions(["--optimizer", optimizer])).toMatchObject({ learningRate });
});

test.each([["--help"], ["-h"], ["--json --help"]])("%s asks for help", (line) => {
  expect(parseOptions(line.split(" "))).toBe("help");
});

test("help names every flag", () => {
  const { json: _, ...options } = parseOptions([]) as object as Record<string, unknown>;
  for (const name of Object.keys(options))
    expect(help).toContain(
      `--${name.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)} `,
    );
});

test.each([
  ["--bogus", "Unknown option '--bogus'. See --help."],
  ["--bogus=1", "Unknown option '--bogus'. See --help."],
  ["-x", "Unknown option '-x'. See --help."],
  ["digits", "Unexpected argument 'digits'. See --help."],
  ["--epochs", "Option '--epochs' argument missing. See --help."],
  ["--epochs --json", "Option '--epochs' argument missing. See --help."],
  ["--json=1", "Option '--json' does not take an argument. See --help."],
  ["--batch-size 0", '--batch-size must be a whole number from 1 to 65536: received "0".'],
  ["--batch-size -3", '--batch-size must be a whole number from 1 to 65536: received "-3".'],
  ["--batch-size 1e9", '--batch-size must be a whole number from 1 to 65536: received "1e9".'],
  ["--batch-size=", '--batch-size must be a whole number from 1 to 65536: received "".'],
  ["--epochs 0", '--epochs must be a whole number from 1 to 10000: received "0".'],
  ["--epochs 1.5", '--epochs must be a whole number from 1 to 10000: received "1.5".'],
  ["--epochs two", '--epochs must be a whole number from 1 to 10000: received "two".'],
  ["--examples 0", '--examples must be a whole number from 1 to 10000000: received "0".'],
  [
    "--model vae --graph g.svg",
    "--graph needs a model that reads digits, cnn or mlp: received it for vae.",
  ],
  ["--samples 0", '--samples must be a whole number from 1 to 10000000: received "0".'],
  ["--seed -1", '--seed must be a whole number from 0 to 4294967295: received "-1".'],
  [
    "--seed 4294967296",
    '--seed must be a whole number from 0 to 4294967295: received "4294967296".',
  ],
  ["--learning-rate 0", '--learning-rate must be a number above 0: received "0".'],
  ["--learning-rate -.1", '--learning-rate must be a number above 0: received "-.1".'],
  ["--learning-rate Infinity", '--learning-rate must be a number above 0: received "Infinity".'],
  [
    "--model rnn",
    '--model must be cnn or mlp or autoencoder or vae or vae-conv or vq-vae or dcgan or sngan or stylegan or pix2pix or cyclegan: received "rnn".',
  ],
  ["--backend gpu", '--backend must be cpu or webgpu or reference: received "gpu".'],
  [
    "--optimizer toString",
    '--optimizer must be adam or sgd or momentum or nesterov: received "toString".',
  ],
])("%s is a mistake", (line, message) => {
  expect(() => parseOptions(line.split(" "))).toThrow(new UsageError(message));
});
