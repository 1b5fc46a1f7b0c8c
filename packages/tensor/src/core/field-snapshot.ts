/** The fields of an object as they were; of an array among them, its elements. */
export class FieldSnapshot {
  private readonly owner: Readonly<Record<string, unknown>>;
  private readonly names: readonly string[];
  private readonly values: readonly unknown[];

  constructor(owner: object) {
    this.owner = owner as Record<string, unknown>;
    this.names = Object.keys(owner);
    this.values = Object.values(owner).map((value) =>
      Array.isArray(value) ? (value as readonly unknown[]).slice() : value,
    );
  }

  /** The first field that is another now. */
  changedField(): string | undefined {
    const { owner, names, values } = this;
    for (let i = 0; i < names.length; i++) {
      const [before, now] = [values[i], owner[names[i]!]];
      if (before !== now && !Object.is(before, now) && !areSame(before, now))
        return `${names[i]!} of ${owner.constructor?.name ?? "an object"}`;
    }
    return undefined;
  }
}

function areSame(before: unknown, now: unknown): boolean {
  return (
    Array.isArray(before) &&
    Array.isArray(now) &&
    before.length === now.length &&
    before.every((item, i) => Object.is(item, now[i]))
  );
}
