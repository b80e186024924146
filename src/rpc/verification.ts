/**
 * @module rpc/verification
 * VerificationService of the original: the verify role served, and as the gateway calls it.
 */
import type { Logger } from "../lib/log.ts";
import type { CodeSender } from "../services/ports.ts";
import { codeNameOf, codeTable } from "../wire/codes.ts";
import type { RpcAddress, RpcClient } from "./client.ts";
import { type RpcService, rpcService } from "./definition.ts";
import { answered, requireSuccess } from "./errors.ts";
import { VerificationService } from "./gen/message_pb.ts";

/** Serves a CodeSender. */
export function verificationService(sender: CodeSender, logger: Logger): RpcService {
  return rpcService(VerificationService, {
    getVerificationCode: async ({ email }, context) => {
      const answer = await answered(context, logger, async () => {
        await sender.sendCode(email);
        return {};
      });
      const name = codeNameOf(answer.error);
      return { ...answer, email, message: name === undefined ? "" : codeTable[name].meaning };
    },
  });
}

/** The CodeSender of another process. A lost call is not repeated: it may have mailed. */
export function remoteCodeSender(rpc: RpcClient, address: RpcAddress): CodeSender {
  return {
    async sendCode(email) {
      const { answer, trailer } = await rpc.unary(address, VerificationService.method.getVerificationCode, {
        email,
      });
      requireSuccess(answer, trailer);
    },
  };
}
