import { reference } from "@dl/backend-reference";
import { cpu } from "@dl/backend-cpu";
import { nanMean, tensor } from "@dl/tensor";
import { expect, test } from "vitest";
import "./index.ts";
import { hessian } from "./jacobian.ts";
test("try", async () => {
  for (const backend of [reference(), await cpu()]) {
    const t = (v: any) => tensor(v, { backend });
    const g = async (f: (x: any) => any, v: any) => {
      const x = t(v).requireGrad();
      f(x).sum().backward();
      console.log(backend.name, f.toString(), await x.grad!.toArray());
    };
    await g((x) => x.relu().sqrt(), [-1, 4]);
    await g((x) => x.sub(0.1).amax(), [0.3, 0.7]);
    await g((x) => x.sub(0.1).norm(Infinity), [0.3, 0.7]);
    await g((x) => x.amax().sqrt(), [0, 0, -1]);
    await g((x) => x.xlogy(2), [0]);
    await g((x) => x.logsumexp(), [Infinity]);
    await g((x) => x.logsumexp(), [Infinity, 0]);
    await g((x) => x.logsumexp(), [-Infinity, -Infinity]);
    await g((x) => nanMean(x), [NaN, NaN]);
    await g((x) => x.leakyRelu(0).sqrt(), [-1, 4]);
    await g((x) => x.pow(0).sub(1).sqrt(), [-1, 4, 0]);
    const f = (x: any) => x.select(0, 0).logaddexp(x.select(0, 1));
    console.log(await hessian(f)(t([1, 1])).toArray());
    console.log(await hessian((x: any) => x.select(0, 0).pow(x.select(0, 1)))(t([2, 0])).toArray());
    console.log(await hessian((x: any) => x.select(0, 0).xlogy(x.select(0, 1)))(t([0, 2])).toArray());
  }
});
