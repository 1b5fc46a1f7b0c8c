import { ProceduralDigits } from "@dl/data";
import { encodePng } from "@dl/formats";
import { decodeImage } from "@dl/formats/node";
import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { capturedRun as run, type CapturedRun as Run } from "../../test/captured-run.ts";

let root = "";
const digits: string[] = [];
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), "dl-saved-"));
  const drawn = new ProceduralDigits({ length: 2, split: "test", seed: 3 });
  for (let i = 0; i < drawn.length; i++) {
    digits.push(join(root, `digit-${i}.png`));
    await writeFile(digits[i]!, await encodePng(drawn.get(i).inputs));
  }
});
afterAll(() => rm(root, { recursive: true }));
const at = (name: string): string => join(root, name);
const figuresOf = ({ stdout }: Run): object => {
  const { seconds: _, ...figures } = JSON.parse(stdout) as { seconds: number };
  return figures;
};

describe.each([
  ["mlp", "--examples 300 --epochs 2 --batch-size 20", ["predict"]],
  ["vae", "--examples 128 --epochs 2 --batch-size 32", ["sample", "interpolate", "project"]],
  ["vq-vae", "--examples 64 --epochs 1 --batch-size 32", ["sample", "interpolate", "project"]],
  ["dcgan", "--examples 24 --epochs 2 --batch-size 8", ["sample", "interpolate"]],
  ["stylegan", "--examples 16 --epochs 1 --batch-size 8", ["sample", "interpolate", "mix-styles"]],
  ["cyclegan", "--examples 16 --epochs 1 --batch-size 8", ["translate", "translate --back"]],
])("%s", (model, line, commands) => {
  const weights = (): string => at(`${model}.safetensors`);
  const recorded = (): string => at(`${model}.run`);

  test("is repeated from its run file, to the same bits", { timeout: 120_000 }, async () => {
    const first = await run(
      `--model ${model} ${line} --json --run ${recorded()} --export ${weights()}`,
    );
    expect(first).toMatchObject({ code: 0 });
    expect(first.stderr).toContain("run recorded in");
    const again = await run(`verify ${recorded()}`);
    expect(again.stdout).toMatch(/The same bits at each of \d+ steps that were compared\.\n$/);
    expect(again.code).toBe(0);
  });

  test("can do over its weights what it is for", { timeout: 120_000 }, async () => {
    for (const command of commands) {
      const picture = at(`${model}.png`);
      const needs = /predict|project|translate/.test(command) ? ` ${digits.join(" ")}` : "";
      const into = command === "predict" ? "" : ` --count 8 --samples ${picture}`;
      const made = await run(`${command} --load ${weights()}${into}${needs}`);
      expect(made).toMatchObject({ code: 0, stderr: "" });
      if (command === "predict") {
        expect(made.stdout).toMatch(/digit-0\.png: \d \(\d+\.\d %, then \d\)/);
        continue;
      }
      const { width, height } = await decodeImage(await readFile(picture));
      expect([width % 30, height % 30]).toEqual([2, 2]);
    }
  });
});

describe("a training that is kept", () => {
  const line = "--model mlp --examples 300 --epochs 2 --batch-size 20 --json";

  test("goes on after Ctrl-C to the same figures", { timeout: 60_000 }, async () => {
    const whole = figuresOf(await run(line));
    const stop = new AbortController();
    const folder = at("kept");
    const waiting = setInterval(() => {
      readdir(folder).then(
        (names) => names.length > 3 && stop.abort(),
        () => {},
      );
    }, 1);
    const stopped = await run(`${line} --save ${folder} --every 1`, stop.signal);
    clearInterval(waiting);
    if (stopped.code === 130) expect(stopped.stderr).toContain(`go on with --resume ${folder}.`);
    const rest = await run(`--resume ${folder} --json`);
    expect(rest.stderr).toMatch(/goes on after step \d+/);
    expect(figuresOf(rest)).toEqual(whole);
  });

  test("takes no settings that would make it another", async () => {
    const folder = at("kept");
    expect((await run(`--resume ${folder} --batch-size 7`)).stderr).toContain(
      "--resume goes on with the settings that it began with: --batch-size cannot be changed.",
    );
    expect((await run(`--resume ${at("nowhere")}`)).stderr).toMatch(
      /^--resume: .*nowhere holds no training: settings\.json is not there\./,
    );
    await writeFile(join(folder, "settings.json"), "{");
    expect((await run(`--resume ${folder}`)).stderr).toContain("settings.json is damaged");
  });
});

describe("mistakes", () => {
  test.each<[string, string]>([
    ["predict", "predict needs --load FILE, the weights that --export wrote."],
    ["sample --load x.safetensors one.png", "sample takes no pictures: received one.png."],
    ["predict --load x.safetensors", "predict needs pictures: name PNG or JPEG files."],
    ["sample --load nowhere.safetensors", "there is no such file"],
    ["sample --load ROOT/mlp.safetensors", "sample: mlp cannot do this. See --help."],
    ["predict --load ROOT/mlp.safetensors --model cnn ROOT/x.png", "is of mlp: received cnn."],
    ["predict --load ROOT/mlp.safetensors ROOT/none.png", "there is no such file"],
    ["predict --load ROOT/mlp.safetensors ROOT/mlp.run", "decodeImage"],
    ["verify", "verify needs one file that --run wrote: received none."],
    ["verify ROOT/mlp.safetensors", "the file is no checkpoint"],
    ["--every 3", "--every needs --save FOLDER or --resume FOLDER."],
    ["--run a --save b", "--run records a whole run: leave out --save, --resume and --load."],
    ["--model mlp --load ROOT/vae.safetensors", "does not fit the model"],
    ["--model mlp --examples 20 --export ROOT/no/folder", "--export: cannot write"],
    ["--save ROOT/digit-0.png", "--save: cannot write in"],
  ])("%s", async (line, message) => {
    const { code, stderr } = await run(line.replaceAll("ROOT", root));
    expect([code, stderr]).toEqual([2, expect.stringContaining(message)]);
  });

  test("a run file of other data, or of another program", async () => {
    const changed = (await readFile(at("mlp.run"))).toString("latin1");
    await writeFile(at("damaged.run"), Buffer.from(changed.slice(0, -9), "latin1"));
    expect((await run(`verify ${at("damaged.run")}`)).stderr).toContain("malformed");
  });
});
