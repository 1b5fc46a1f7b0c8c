import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { cpu } from "@dl/backend-cpu";
import { ProceduralDigits } from "@dl/data";
import { encodePng } from "@dl/formats";
import { normalQuantile } from "@dl/distributions";
import { Adam, cosineSchedule, Scheduler } from "@dl/optim";
import { bernoulli, configure, Generator, linspace, stack, tensor, type Tensor } from "@dl/tensor";
import { fit, imageGrid } from "@dl/training";
import { expect, it } from "vitest";
import { elbo, mlpVae, variationalStep } from "./index.ts";

const path = join(import.meta.dirname, "../latent-plane.png");
const [side, batch, count, epochs] = [14, 100, 2000, 16];

it("the README's picture is what is learnt; with DL_COURSE=write it is written anew", async () => {
  configure({ backend: await cpu() });
  const generator = new Generator(1);
  const digits = new ProceduralDigits({ length: count });
  const all = digits.getBatch(Array.from({ length: count }, (_, i) => i)).inputs;
  const pictures = tensor(all.data).reshape([count, 784]);
  const data = pictures.split(batch).map((part) => part.clone());
  const vae = mlpVae({ hidden: 128, latent: 2, generator });
  const optimizer = new Adam(vae.parameters(), { learningRate: 4e-3 });
  const step = variationalStep<Tensor>(vae, {
    optimizer,
    bound: (grey) => elbo(vae, bernoulli(grey, { generator }), { generator }),
  });
  const steps = epochs * data.length;
  const schedule = new Scheduler(optimizer, cosineSchedule({ steps }));
  const history = await fit(step, { data, epochs, schedule });
  expect(history.at(-1)!.training.bound).toBeGreaterThan(history[0]!.training.bound + 20);

  // Every place of the plane as likely as every other: quantiles of the prior.
  const places = normalQuantile(linspace(0.5 / side, 1 - 0.5 / side, side));
  const across = places.expand([side, side]);
  const latents = stack([across, across.transpose(0, 1)], -1).reshape([side * side, 2]);
  const decoded = vae
    .eval()
    .decode(latents)
    .mean.reshape([side * side, 1, 28, 28]);
  const grid = imageGrid(decoded, { columns: side, gap: 0 });
  const shape = grid.shape as [number, number, number];
  const picture = await encodePng({ data: await grid.data(), shape });
  if (process.env["DL_COURSE"] === "write") writeFileSync(path, picture);
  expect(Buffer.compare(readFileSync(path), Buffer.from(picture))).toBe(0);
});
