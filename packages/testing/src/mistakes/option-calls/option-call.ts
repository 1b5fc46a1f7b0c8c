type Callee = ((...given: never[]) => unknown) | (abstract new (...given: never[]) => unknown);

/** Something public that takes options, and what it is given before them; made when it is called. */
type OptionCall = () => readonly [callee: Callee, ...before: readonly unknown[]];

/** By the names of `publicOptions`. */
export type OptionCalls = Readonly<Record<string, OptionCall>>;
