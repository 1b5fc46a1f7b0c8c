import { reference } from "@dl/backend-reference";
import { writeReport } from "./results.ts";
import { testBackend } from "./test-backend.ts";

await testBackend(
  { name: "reference", create: reference },
  { onReport: (report) => writeReport("reference", report) },
);
