export type { GenerativeModel } from "./generative-model.ts";
