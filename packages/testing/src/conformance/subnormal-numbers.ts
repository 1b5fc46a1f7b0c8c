import type { Backend } from "@dl/backend";
import { tensor } from "@dl/tensor";

/** Where a subnormal number (below 1.2e-38) may stand in arithmetic. */
export type SubnormalPlace = "term" | "factor" | "quotient";

/** Where this device takes a subnormal number for 0, or is wrong on one: found by trying. */
export async function subnormalsLostBy(
  backend: Backend,
): Promise<{ readonly [Place in SubnormalPlace]: boolean }> {
  const [subnormal, large, one] = [1e-40, 3e38, 1].map((number) => tensor([number], { backend }));
  const results = {
    term: [subnormal!.add(subnormal!), 2e-40],
    factor: [subnormal!.mul(large!), 0.03],
    quotient: [subnormal!.div(one!), 1e-40],
  } as const;
  const isLost = async (place: SubnormalPlace): Promise<boolean> => {
    const [result, expected] = results[place];
    return !(Math.abs((await result.item()) / expected - 1) < 1e-3);
  };
  return {
    term: await isLost("term"),
    factor: await isLost("factor"),
    quotient: await isLost("quotient"),
  };
}
