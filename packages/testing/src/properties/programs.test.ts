import { cpu } from "@dl/backend-cpu";
import { testPrograms } from "./test-programs.ts";

testPrograms("cpu", await cpu({ deterministic: true }));
