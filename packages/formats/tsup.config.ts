import { defineConfig } from "tsup";
import { library } from "../../tsup.base.ts";

// What both entries need goes into a chunk that they share.
export default defineConfig({
  ...library,
  entry: ["src/index.ts", "src/node.ts"],
  splitting: true,
});
