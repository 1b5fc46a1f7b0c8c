import { cpu } from "@dl/backend-cpu";
import { reference } from "@dl/backend-reference";
import { testPrograms } from "./test-programs.ts";

testPrograms("cpu", await cpu({ deterministic: true }));
// The oracle must not depend on its own rounding: float32, stored here and there, against float64.
testPrograms("the reference in float32", reference());
