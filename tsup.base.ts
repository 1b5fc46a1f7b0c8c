import type { Options } from "tsup";

const shared: Options = {
  format: ["esm"],
  target: "es2022",
  dts: false,
  sourcemap: true,
  // What is old is left to scripts/build-package.mjs.
  clean: false,
  splitting: false,
  silent: true,
  removeNodeProtocol: false,
};

/** A published package: runs in Node, browsers and workers; other packages and `node:` modules stay imports. */
export const library: Options = {
  ...shared,
  entry: ["src/index.ts"],
  platform: "neutral",
  external: [/^@dl\//, /^node:/],
  // Puts constants in their places: a bundler would keep those of what it leaves out.
  esbuildOptions: (options) => {
    options.minifySyntax = true;
  },
};

/** A program of ours for Node: imports the built packages. */
export const program: Options = {
  ...shared,
  entry: ["src/main.ts"],
  platform: "node",
  external: [/^@dl\//],
};
