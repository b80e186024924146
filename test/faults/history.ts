/**
 * @module faults/history
 * What the clients of a fault run saw. A text is told from all others by its content.
 */

/** A text that a device handed to its SDK. */
export interface Sent {
  readonly from: string;
  readonly device: string;
  readonly to: string;
  readonly content: string;
  /** The seq it was acknowledged with; undefined when it never was. */
  acked: number | undefined;
}

/** One entry of a 19 as a connection carried it. */
export interface Pushed {
  readonly sender: string;
  readonly receiver: string;
  readonly seq: number;
  readonly content: string;
}

/** One session, from its connection on. */
export interface SessionHistory {
  readonly user: string;
  readonly device: string;
  readonly pushed: Pushed[];
}

/** One device over all its sessions: what its SDK handed to the app. */
export interface DeviceHistory {
  readonly user: string;
  readonly device: string;
  readonly shown: Pushed[];
}

/** A message as the store holds it at the end. */
export interface Stored {
  readonly sender: string;
  readonly receiver: string;
  readonly seq: number;
  readonly content: string;
}

export interface History {
  readonly sent: readonly Sent[];
  readonly sessions: readonly SessionHistory[];
  readonly devices: readonly DeviceHistory[];
  readonly stored: readonly Stored[];
}

/** A conversation's name, the same for both members. */
export const conversationOf = (a: string, b: string): string =>
  Number(a) < Number(b) ? `${a}-${b}` : `${b}-${a}`;

/** Whether a message is of one of the user's conversations: all the user's devices are to show it. */
export const concerns = (message: Stored, user: string): boolean =>
  message.receiver === user || message.sender === user;
