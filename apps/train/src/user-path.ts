import { resolve } from "node:path";

/** The path that the user means: npm runs scripts in the project's folder, a relative path is the user's. */
export const userPath = (path: string): string =>
  resolve(process.env["INIT_CWD"] ?? process.cwd(), path);
