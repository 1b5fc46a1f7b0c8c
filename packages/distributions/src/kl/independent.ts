import { ArgumentError } from "@dl/backend";
import { Independent, sumLast } from "../independent.ts";
import { closedForm, type ClosedForm } from "./closed-form.ts";

export const independentForms: readonly ClosedForm[] = [
  closedForm(Independent, Independent, (p, q, klDivergence) => {
    if (p.axes !== q.axes)
      throw new ArgumentError(
        "klDivergence",
        `both must read as many axes of the batch as one event: received ${p.axes} and ${q.axes}.`,
        { expected: p.axes, received: q.axes },
      );
    return sumLast(klDivergence(p.base, q.base), p.axes);
  }),
];
