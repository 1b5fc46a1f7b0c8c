import { reference } from "@dl/backend-reference";
import { testBackend } from "./test-backend.ts";

await testBackend({ name: "reference", create: reference });
