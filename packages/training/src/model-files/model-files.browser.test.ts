import { reference } from "@dl/backend-reference";
import { BatchNorm, Linear, Sequential } from "@dl/nn";
import { configure } from "@dl/tensor";
import { expect, it } from "vitest";
import { loadModel, saveModel } from "../index.ts";

const make = (): Sequential => new Sequential(new Linear(3, 2), new BatchNorm(2));

it("saves to the page's own file system, and loads from there and from an address", async () => {
  configure({ backend: reference() });
  const folder = await navigator.storage.getDirectory();
  const handle = await folder.getFileHandle("model.safetensors", { create: true });
  const model = make();
  await saveModel(model, handle);
  const file = await handle.getFile();
  const address = URL.createObjectURL(file);
  for (const source of [file, address, new URL(address)]) {
    const other = make();
    expect(await loadModel(other, source)).toEqual({ missing: [], unexpected: [] });
    expect(await (other[0] as Linear).weight.data()).toEqual(
      await (model[0] as Linear).weight.data(),
    );
  }
  await expect(saveModel(model, "model.safetensors")).rejects.toThrow(
    'saveModel: needs a FileSystemFileHandle in a page: received "model.safetensors".',
  );
  await folder.removeEntry("model.safetensors");
});
