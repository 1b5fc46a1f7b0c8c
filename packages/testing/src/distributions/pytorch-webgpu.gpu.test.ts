import { webgpu } from "@dl/backend-webgpu";
import { testAgainstPyTorch } from "./test-against-pytorch.ts";

testAgainstPyTorch({
  name: "webgpu",
  create: () => webgpu(),
  dtype: "float32",
  // What the conformance suite allows gradients on a device, ten times closer.
  tolerance: { relative: 1e-4, absolute: 1e-5 },
});
