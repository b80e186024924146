/**
 * @module roles/verify
 * The verify role: makes codes and mails them. Gateways of this process call the service directly, others
 * by gRPC.
 */
import type { Coordination } from "../coordination/coordination.ts";
import { addressText } from "../lib/address.ts";
import type { MailTransport } from "../mail/mail.ts";
import { verificationService } from "../rpc/verification.ts";
import { VerificationService } from "../services/accounts/verification.ts";
import type { Role, RoleInput } from "./role.ts";
import type { RpcHost } from "./rpc-host.ts";

export function makeVerification(
  { config, logger }: RoleInput,
  coordination: Coordination,
  mail: MailTransport,
): VerificationService {
  const { code_ttl, resend_cooldown } = config.VerificationServer;
  return new VerificationService({
    codes: coordination.codes,
    mail,
    logger,
    codeTtlMs: code_ttl * 1_000,
    resendCooldownMs: resend_cooldown * 1_000,
  });
}

export async function startVerify(
  input: RoleInput,
  service: VerificationService,
  rpc: RpcHost,
): Promise<Role> {
  const server = await rpc.serve(input.config.VerificationServer, [
    verificationService(service, input.logger),
  ]);
  return {
    addresses: server === undefined ? {} : { verify: addressText(server.address) },
    stop: async () => server?.stop(),
  };
}
