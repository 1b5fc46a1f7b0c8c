import { BackendError, formatProgram, OutOfMemoryError, type Program } from "@dl/backend";
import type { Block } from "./memory/buffer-pool.ts";

/**
 * What a device reports late: WebGPU says nothing when a call fails, but later, when the host
 * awaits. The first fault is kept for the next awaited call. A refused buffer or kernel makes every
 * command with it fail too, so a refused command counts only where there is no such cause.
 */
export class Faults {
  #cause: BackendError | OutOfMemoryError | undefined;
  #command: BackendError | undefined;

  note(cause: BackendError | OutOfMemoryError): void {
    this.#cause ??= cause;
  }

  noteCommand(fault: BackendError): void {
    this.#command ??= fault;
  }

  /** The fault since the last call. */
  take(): Error | undefined {
    const fault = this.#cause ?? this.#command;
    this.#cause = undefined;
    this.#command = undefined;
    return fault;
  }
}

export function refusedBuffer(
  { message }: GPUError,
  { byteLength, writer }: Block,
  liveBytes: number,
): OutOfMemoryError {
  const purpose = writer === undefined ? "" : `\nfor a result of\n${formatProgram(writer)}`;
  return new OutOfMemoryError(
    "webgpu",
    `the device has no memory for a buffer of ${byteLength} bytes while ${liveBytes} bytes are in use: ${firstLine(message)}. Free some tensors or use smaller ones.${purpose}`,
    { received: byteLength },
  );
}

export function refusedProgram({ message }: GPUError, program: Program): BackendError {
  return new BackendError(
    "webgpu",
    `the device refuses the kernel of a program: ${message.trimEnd()}\n${formatProgram(program)}`,
    { received: program },
  );
}

export function refusedCommand({ message }: GPUError): BackendError {
  return new BackendError("webgpu", `the device refused a command: ${message.trimEnd()}`, {
    received: message,
  });
}

function firstLine(message: string): string {
  return message.split("\n", 1)[0]!.replace(/\.$/, "");
}
