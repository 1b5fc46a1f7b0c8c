import { reference } from "@dl/backend-reference";
import { testAgainstPyTorch } from "./test-against-pytorch.ts";

testAgainstPyTorch({
  name: "reference",
  create: reference,
  dtype: "float64",
  tolerance: { relative: 1e-10, absolute: 1e-12 },
});
