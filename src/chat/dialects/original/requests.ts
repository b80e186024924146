/**
 * @module chat/dialects/original/requests
 * What later protocols added to requests that the original has, too. It is not there for a session of the original's.
 */
import type { Request, RequestName } from "../../../wire/messages.ts";

type Later = { readonly [N in RequestName]?: (body: Request<N>) => void };

const LATER: Later = {
  FRIENDREQUESTSENDER: (body) => {
    delete body.cancel;
  },
  TEXTCHATMSGREQUEST: (body) => {
    delete body.conversation;
    for (const entry of body.text_msg) {
      delete entry.kind;
      delete entry.data;
      delete entry.reply_to;
    }
  },
};

/** Takes it out of a checked body. */
export function withoutLater<N extends RequestName>(name: N, body: Request<N>): void {
  LATER[name]?.(body);
}
