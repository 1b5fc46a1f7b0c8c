import { cpu } from "@dl/backend-cpu";
import { reference } from "@dl/backend-reference";
import { describe } from "vitest";
import { testNonFiniteConvolutions } from "./non-finite-convolutions.ts";

describe("what is not finite in convolutions: reference", () => {
  testNonFiniteConvolutions({ create: reference }, false);
});

describe.each([
  { threads: 1 },
  { threads: 2 },
  { strictNonFinite: true },
  { threads: 2, strictNonFinite: true },
])("what is not finite in convolutions: cpu %o", (options) => {
  testNonFiniteConvolutions({ create: () => cpu(options) }, options.strictNonFinite !== true);
});
