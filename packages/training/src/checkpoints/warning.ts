/** Where warnings go unless the user says. */
export function warnAloud(message: string): void {
  // oxlint-disable-next-line no-console -- a warning that nobody hears is none
  console.warn(message);
}
