import { cpu } from "@dl/backend-cpu";
import { testAgainstPyTorch } from "./test-against-pytorch.ts";

testAgainstPyTorch({
  name: "cpu",
  create: () => cpu(),
  dtype: "float32",
  tolerance: { relative: 1e-5, absolute: 1e-6 },
});
