/**
 * @module bench/protocol
 * What the bench and its load processes tell each other: JSON on standard input and output.
 */

/** One pair: who sends and who receives, with the tokens to log in. */
export interface PairLogin {
  readonly sender: Login;
  readonly receiver: Login;
}

export interface Login {
  readonly uuid: string;
  readonly token: string;
  readonly host: string;
  readonly port: number;
}

export interface LoadOrder {
  readonly pairs: readonly PairLogin[];
  /** Texts that each sender keeps unanswered. */
  readonly outstanding: number;
  readonly seconds: number;
  /** Bytes of each text. */
  readonly textBytes: number;
}

export interface LoadReport {
  /** Texts answered with error 0, and texts that arrived, while measuring. */
  readonly acked: number;
  readonly delivered: number;
  readonly failed: number;
  readonly seconds: number;
  /** From the send to the answer, milliseconds. */
  readonly p50: number;
  readonly p95: number;
  readonly p99: number;
}

/** Who write to a group, each with one text unanswered, and those of its members who listen. */
export interface GroupOrder {
  readonly writers: readonly Login[];
  readonly receivers: readonly Login[];
  readonly conversation: string;
  readonly seconds: number;
  readonly textBytes: number;
}

export interface GroupReport {
  readonly deliveries: number;
  /** Texts answered. */
  readonly acked: number;
  /** Of one frame as it was delivered. */
  readonly bytes: number;
  readonly seconds: number;
  /** From the first receiver of a text to the last, milliseconds. */
  readonly p50: number;
  readonly p99: number;
}
