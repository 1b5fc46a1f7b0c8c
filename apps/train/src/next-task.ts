/**
 * Settles in the engine's next task, in Node and in pages: signals, timers and paints get their turn.
 * Timers would wait a millisecond in Node and four in a page.
 */
export function nextTask(): Promise<void> {
  return new Promise((resolve) => {
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = () => {
      port1.close();
      resolve();
    };
    port2.postMessage(undefined);
  });
}
