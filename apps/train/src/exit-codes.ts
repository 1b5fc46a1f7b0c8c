/** Of mistakes of the user's. */
export const usageExitCode = 2;
/** What a shell reports for a program ended by Ctrl-C. */
export const interruptedExitCode = 130;
