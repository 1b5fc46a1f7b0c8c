import { existsSync } from "node:fs";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { chromiumPath, ourScript, startChromium, type ChromiumHost } from "./chromium.ts";
import type { BlockRequest } from "./subject.ts";

const request: BlockRequest = {
  case: "tiny-mlp",
  kind: "tiny-mlp",
  params: { batch: 32 },
  threads: 1,
  steps: 3,
};
const identity = `{ lib: "x", version: "0", backend: "none", threads: [1], dtype: "float32" }`;

describe.skipIf(!existsSync(chromiumPath))("pages", () => {
  let host: ChromiumHost;
  beforeAll(async () => {
    host = await startChromium();
  }, 60_000);
  afterAll(() => host.stop());

  test("are isolated, so that threads and a fine clock are there", () => {
    expect(host.isIsolated).toBe(true);
    expect(host.timerStepNs).toBeLessThan(100_000);
  });

  test("run our steps on the GPU, counted", async () => {
    const script = await ourScript(`${import.meta.dirname}/..`);
    const page = await host.open({ script, backend: "webgpu" });
    expect(page.identity).toMatchObject({ lib: "dl", backend: "webgpu" });
    expect(page.identity.adapter).toBeTruthy();
    expect(await page.block({ ...request, check: true })).toMatchObject({ check: { ok: true } });
    const { ns, gpu } = await page.block(request);
    expect(ns).toHaveLength(3);
    const [before, after] = gpu!;
    for (const name of ["dispatches", "submissions", "readBytes", "boundBytes"] as const)
      expect(after[name]).toBeGreaterThan(before[name]);
    await page.stop();
  }, 60_000);

  test("that fail or crash are told of, and others go on", async () => {
    const open = (block: string) =>
      host.open({
        script: `globalThis.bench = { open: async () => (${identity}), block: async () => ${block} }`,
        backend: "none",
      });
    const [well, failing, crashing] = [
      await open("({ ns: [1] })"),
      await open(`{ throw new Error("no such work") }`),
      await open("new Promise(() => {})"),
    ];
    await expect(failing.block(request)).rejects.toThrow("no such work");
    const waiting = crashing.block(request);
    const pages = host.browser.contexts().flatMap((context) => context.pages());
    // The answer of a crashed page never comes.
    void pages
      .at(-1)!
      .goto("chrome://crash")
      .catch(() => {});
    await expect(waiting).rejects.toThrow("the page crashed");
    expect(await well.block(request)).toEqual({ ns: [1] });
    for (const page of [well, failing, crashing]) await page.stop();
  }, 60_000);

  test("without a library say why", async () => {
    const open = (script: string): Promise<unknown> => host.open({ script, backend: "none" });
    await expect(open("throw new Error('no library')")).rejects.toThrow("no library");
    await expect(
      open(`globalThis.bench = { open: async () => { throw new Error("no adapter"); } }`),
    ).rejects.toThrow("no adapter");
  });
});
