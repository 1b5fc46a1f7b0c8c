import { cpu } from "@dl/backend-cpu";
import { configure } from "@dl/tensor";
import { it } from "vitest";
import { writeFileSync } from "node:fs";
import { generators } from "./generators.ts";
import { variational } from "./variational.ts";
it.each([generators, variational] as any[])(
  "runs $number",
  { timeout: 600000 },
  async (ch: any) => {
    configure({ backend: await cpu() });
    const c = process.cpuUsage();
    const r = await ch.run();
    for (const f of ch.figures(r)) process.stdout.write(`${f.what}: ${f.value}\n`);
    const d = process.cpuUsage(c);
    process.stdout.write(`cpu ${(d.user + d.system) / 1e6}\n`);
    let i = 0;
    for (const svg of Object.values((await ch.plots!(r)) as any))
      writeFileSync(
        `/tmp/digits/ch${ch.number}-${i++}.${typeof svg === "string" ? "svg" : "png"}`,
        svg as any,
      );
  },
);
