import { expect, inject, it } from "vitest";
import { commands } from "vitest/browser";
import { trainInTab, type TabReport } from "./in-tab.ts";

declare module "vitest" {
  interface ProvidedContext {
    /** How often a tab is closed while it saves: the environment variable DL_CLOSED_TABS, or twice. */
    closedTabs: number;
  }
}
declare module "vitest/browser" {
  interface BrowserCommands {
    /** Trains in a tab of its own, which is closed so long after training began; what it told, if it lived. */
    trainInClosedTab(
      module: string,
      folder: string,
      closeAfterMs: number | undefined,
    ): Promise<{ readonly from: number; readonly report: TabReport | undefined }>;
  }
}

const module = new URL("./in-tab.ts", import.meta.url).href;

it("a tab closed while every step is saved leaves a checkpoint, and the next one ends with the same bits", async () => {
  const { digest } = await trainInTab(undefined);
  const root = await navigator.storage.getDirectory();
  let kills = 0;
  for (let run = 0; kills < inject("closedTabs"); run++) {
    const folder = `closed-${run}`;
    let last = 0;
    for (let tab = 0; ; tab++) {
      // At moments from the first step to the last, other ones in each run.
      const isLast = tab === 5 || kills >= inject("closedTabs");
      const closeAfter = isLast ? undefined : 5 + (((run * 5 + tab) * 67) % 240);
      const { from, report } = await commands.trainInClosedTab(module, folder, closeAfter);
      // No step that was kept is lost.
      expect(from).toBeGreaterThanOrEqual(last);
      last = from;
      if (report === undefined) {
        kills++;
        continue;
      }
      expect(report).toEqual({ from, digest, warnings: [] });
      break;
    }
    await root.removeEntry(folder, { recursive: true });
  }
}, 600_000);
