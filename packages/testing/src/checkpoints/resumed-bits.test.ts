import { cpu } from "@dl/backend-cpu";
import { configure } from "@dl/tensor";
import { CheckpointStore, keepCheckpoints, memoryPlace, resume } from "@dl/training";
import { beforeAll, describe, expect, it } from "vitest";
import { stateDigest } from "./state-digest.ts";
import { trainings } from "./trainings.ts";

beforeAll(async () => {
  configure({ backend: await cpu({ threads: 1 }) });
});

describe("a training resumed from its checkpoint", () => {
  it.each(Object.entries(trainings))(
    "%s ends with the bits of one never stopped",
    async (_, make) => {
      const epochs = 2;
      const whole = make({ epochs });
      await whole.fit();
      const expected = await stateDigest(whole.stateDict());

      const place = memoryPlace();
      const store = new CheckpointStore(place, { keep: 99 });
      await make({ epochs, callbacks: [keepCheckpoints(store, { everySteps: 1 })] }).fit();
      const names = [...place.files.keys()].toSorted();
      expect(names).toHaveLength(10);
      // In an epoch, at its end, and where turns that are taken now and then come next.
      for (const steps of [8, 5, 3]) {
        for (const name of names.splice(steps)) await place.remove(name);
        const rest = make({
          epochs,
          callbacks: [keepCheckpoints(new CheckpointStore(memoryPlace()))],
        });
        expect((await resume(rest, store))!.state.step).toBe(steps);
        await rest.fit();
        expect(await stateDigest(rest.stateDict()), `from step ${steps}`).toBe(expected);
      }
    },
  );
});
