/**
 * @module mail/resend
 * Mail through the HTTP API of Resend, by its SDK.
 */
import { Resend } from "resend";
import { MAIL_TIMEOUT_MS, type MailTransport, mailFailure } from "./mail.ts";

export interface ResendOptions {
  readonly apiKey: string;
  /** Where the API is; a test stands in for it. "" for Resend's own. */
  readonly baseUrl: string;
  /** The From header; its domain must be verified with Resend. */
  readonly from: string;
  /** For one call, milliseconds. */
  readonly timeoutMs?: number;
}

const RESEND_API = "https://api.resend.com";

/** What the SDK says of a call that failed; it does not throw. */
interface ResendFailure {
  readonly name?: string;
  readonly message?: string;
  readonly statusCode?: number | null;
}

/** The answer to a key that may send and nothing else: good enough for us, and the advised kind. */
const SENDING_ONLY = "restricted_api_key";

export function resendTransport(options: ResendOptions): MailTransport {
  const { apiKey, from, timeoutMs = MAIL_TIMEOUT_MS } = options;
  const baseUrl = (options.baseUrl || RESEND_API).replace(/\/+$/, "");
  const resend = new Resend(apiKey, { baseUrl });

  /** @throws AppError NETWORK_FAILED for an error that `excused` does not excuse, and when time is up. */
  const call = async (
    start: (signal: AbortSignal) => Promise<{ error: ResendFailure | null }>,
    excused: (failure: ResendFailure) => boolean = () => false,
  ): Promise<void> => {
    const signal = AbortSignal.timeout(timeoutMs);
    const { error } = await start(signal).catch((thrown: unknown) => {
      throw mailFailure("resend", thrown);
    });
    if (error === null || excused(error)) return;
    throw mailFailure("resend", signal.aborted ? `no answer within ${timeoutMs} ms` : describe(error));
  };

  return {
    kind: "resend",
    send: ({ to, subject, text, html }) =>
      call((signal) => resend.emails.send({ from, to, subject, text, html }, { signal })),
    probe: () =>
      call(
        (signal) => resend.domains.list({}, { signal }),
        (failure) => failure.name === SENDING_ONLY,
      ),
    close: async () => {},
  };
}

const describe = ({ statusCode, name, message }: ResendFailure): string =>
  [statusCode, name, message].filter((part) => part !== undefined && part !== null).join(" ");
