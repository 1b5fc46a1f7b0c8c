import { spawn } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import ts from "typescript";
import { afterAll, describe, expect, it } from "vitest";

/** Kills of each kind of training; DL_KILLS=100 is the long version. */
const kills = Number(process.env["DL_KILLS"] ?? 1);
const epochs = 12;
const root = mkdtempSync(join(tmpdir(), "killed-"));
afterAll(() => rmSync(root, { recursive: true }));

const sources = ["trainings.ts", "state-digest.ts"].map((name) =>
  ts.transpile(readFileSync(join(import.meta.dirname, name), "utf8"), {
    module: ts.ModuleKind.ESNext,
    target: ts.ScriptTarget.ES2023,
  }),
);
/** Resumes the training of a name from a folder, or trains without one, and prints the end's digest. */
const program = `${sources.join("\n")}
import { cpu } from "@dl/backend-cpu";
import { CheckpointStore, keepCheckpoints, resume } from "@dl/training";
import { configure } from "@dl/tensor";
configure({ backend: await cpu({ threads: 1 }) });
const [name, folder] = process.argv.slice(-2);
const store = new CheckpointStore(folder);
const callbacks = folder === "none" ? [] : [keepCheckpoints(store, { everySteps: 1 })];
const trainer = trainings[name]({ epochs: ${epochs}, callbacks });
const found = folder === "none" ? undefined : await resume(trainer, store);
console.log("from", found?.state.step ?? 0);
await trainer.fit();
console.log("end", await stateDigest(trainer.stateDict()));
`;

interface Run {
  readonly from: number;
  /** `undefined` if it was killed before its end. */
  readonly digest: string | undefined;
}

/** Runs the program; killed some time after it began to train, where a time is given. */
async function run(name: string, folder: string, killAfterMs?: number): Promise<Run> {
  const args = ["--input-type=module", "-", name, folder];
  const child = spawn(process.execPath, args, { cwd: import.meta.dirname });
  const said = { out: "", problems: "" };
  child.stderr.on("data", (text) => (said.problems += String(text)));
  child.stdout.on("data", (text) => {
    const isFirst = said.out === "";
    said.out += String(text);
    if (isFirst && killAfterMs !== undefined) setTimeout(() => child.kill("SIGKILL"), killAfterMs);
  });
  child.stdin.end(program);
  await new Promise((resolve) => child.on("close", resolve));
  // A damaged checkpoint would have been warned of, an unreadable one thrown.
  expect(said.problems).toBe("");
  return {
    from: Number(/^from (\d+)/.exec(said.out)![1]),
    digest: /end (\w+)/.exec(said.out)?.[1],
  };
}

describe("kill -9 while every step is saved", () => {
  it.each(["mlp", "cnn", "dcgan", "style", "vae"])(
    "%s: resumes every time, and ends with the bits of one never stopped",
    { timeout: 60_000 + 10_000 * kills },
    async (name) => {
      const { digest: expected } = await run(name, "none");
      expect(expected).toMatch(/^\w{64}$/);
      let [killed, folders, reached] = [0, 0, 0];
      const folder = (): string => join(root, `${name}-${folders}`);
      while (killed < kills) {
        const { from, digest } = await run(name, folder(), Math.random() * 300);
        expect(from).toBeGreaterThanOrEqual(reached);
        if (digest === undefined) {
          killed++;
          reached = from;
        } else {
          expect(digest).toBe(expected);
          folders++;
          reached = 0;
        }
      }
      const last = await run(name, folder());
      expect(last.from).toBeGreaterThanOrEqual(reached);
      expect(last.digest).toBe(expected);
    },
  );
});
