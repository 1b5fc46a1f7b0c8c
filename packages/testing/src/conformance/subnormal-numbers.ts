import type { Backend } from "@dl/backend";
import { tensor } from "@dl/tensor";

/** Where a subnormal number (below 1.2e-38) may stand in arithmetic. */
export type SubnormalPlace = "factor" | "dividend" | "divisor";

/** Where this device takes a subnormal number for 0, or is wrong on one: found by trying. */
export async function subnormalsLostBy(
  backend: Backend,
): Promise<{ readonly [Place in SubnormalPlace]: boolean }> {
  const [subnormal, large, small] = [1e-40, 3e38, 1e-30].map((number) =>
    tensor([number], { backend }),
  );
  const results = {
    factor: [subnormal!.mul(large!), 0.03],
    dividend: [subnormal!.div(small!), 1e-10],
    divisor: [subnormal!.div(subnormal!), 1],
  } as const;
  const isLost = async (place: SubnormalPlace): Promise<boolean> => {
    const [result, expected] = results[place];
    return !(Math.abs((await result.item()) / expected - 1) < 1e-3);
  };
  return {
    factor: await isLost("factor"),
    dividend: await isLost("dividend"),
    divisor: await isLost("divisor"),
  };
}
