import { UnsupportedError } from "@dl/backend";
import { AffineTransform } from "../transforms/affine-transform.ts";
import type { Transform } from "../transforms/transform.ts";
import { TransformedDistribution } from "../transforms/transformed-distribution.ts";
import { closedForm, type ClosedForm } from "./closed-form.ts";

/** What both go through changes nothing: the divergence of the bases. */
export const transformedForms: readonly ClosedForm[] = [
  closedForm(TransformedDistribution, TransformedDistribution, (p, q, klDivergence) => {
    const [first, second] = [p.transform.parts, q.transform.parts];
    const isSame =
      first.length === second.length && first.every((part, i) => areSame(part, second[i]!));
    if (!isSame)
      throw new UnsupportedError(
        "klDivergence",
        `there is no closed form for different transforms: received ${namesOf(first)} and ${namesOf(second)}. Give both the same objects, or estimate it with monteCarloKl(p, q, { samples: 1000 }).`,
        { received: [first, second] },
      );
    return klDivergence(p.base, q.base);
  }),
];

/** Whether they are known to do the same: numbers in tensors are not read. */
function areSame(a: Transform, b: Transform): boolean {
  if (a === b) return true;
  if (a instanceof AffineTransform)
    return b instanceof AffineTransform && a.loc === b.loc && a.scale === b.scale;
  return a.constructor === b.constructor;
}

const namesOf = (parts: readonly Transform[]): string =>
  parts.map(({ constructor }) => constructor.name).join(", ") || "none";
