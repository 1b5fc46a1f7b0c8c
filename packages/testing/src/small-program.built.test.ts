import { execFileSync } from "node:child_process";
import { join } from "node:path";
import { expect, it } from "vitest";

const root = join(import.meta.dirname, "../../..");
const node = (args: readonly string[], input?: string): string =>
  execFileSync(process.execPath, args, { cwd: root, encoding: "utf8", ...(input && { input }) });

it("the smallest program, of which a bundler left out all it could, trains", () => {
  const text = node(["scripts/size.mjs", "--bundle", "mlp-on-cpu"]);
  const losses = node(["--input-type=module"], text).trim().split("\n").map(Number);
  expect(losses).toHaveLength(30);
  expect(losses[0]).toBeGreaterThan(2);
  expect(losses.at(-1)).toBeLessThan(0.5 * losses[0]!);
});
