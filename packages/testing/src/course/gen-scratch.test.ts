import { cpu } from "@dl/backend-cpu";
import { configure } from "@dl/tensor";
import { it } from "vitest";
import { generators } from "./generators.ts";
it("runs", { timeout: 300000 }, async () => {
  configure({ backend: await cpu() });
  const c = process.cpuUsage();
  const r = await generators.run();
  for (const f of generators.figures(r)) console.log(f.what, f.value);
  const d = process.cpuUsage(c); console.log("cpu", (d.user + d.system) / 1e6);
  const { writeFileSync } = await import("node:fs");
  let i = 0; for (const svg of Object.values((await generators.plots!(r)))) writeFileSync(`/tmp/digits/g${i++}.svg`, svg);
});
