/**
 * @module contract/mail.smtp
 * nodemailer against a real SMTP server in this process.
 */
import { expect, test } from "bun:test";
import { readFileSync } from "node:fs";
import type { AddressInfo } from "node:net";
import PostalMime from "postal-mime";
import { SMTPServer, type SMTPServerOptions } from "smtp-server";
import { silentLogger } from "../../src/lib/log.ts";
import { openMail } from "../../src/mail/open.ts";
import { smtpTransport } from "../../src/mail/smtp.ts";
import { atEnd } from "../support/cleanup.ts";
import { failureOf } from "../support/failure.ts";
import { makeCerts } from "../support/tls.ts";
import { FROM, mail, mailContract } from "./mail.cases.ts";

const USER = "mailer@example.com";
const PASSWORD = "p@ss/w:rd ü";
const LOGIN = `${encodeURIComponent(USER)}:${encodeURIComponent(PASSWORD)}`;
const certificates = makeCerts();
const tls = {
  key: readFileSync(certificates.serverKey),
  cert: readFileSync(certificates.serverCert),
};

/** A server on a free port of 127.0.0.1 that keeps what it is given. */
async function startSmtp(options: SMTPServerOptions = {}) {
  const inbox: { raw: Buffer; secure: boolean; user: string | undefined }[] = [];
  const server = new SMTPServer({
    authOptional: true,
    disableReverseLookup: true,
    closeTimeout: 1,
    ...tls,
    onAuth: ({ username, password }, _session, done) =>
      username === USER && password === PASSWORD ? done(null, { user: username }) : done(new Error("no")),
    onData: (stream, session, done) => {
      const chunks: Buffer[] = [];
      stream.on("data", (chunk: Buffer) => chunks.push(chunk));
      stream.on("end", () => {
        inbox.push({ raw: Buffer.concat(chunks), secure: session.secure, user: session.user });
        done();
      });
    },
    ...options,
  });
  // A client that distrusts the certificate hangs up on the server: that is what those tests are about.
  server.on("error", () => {});
  const stop = () => new Promise<void>((resolve) => server.close(resolve));
  const listening = server.listen(0, "127.0.0.1");
  await new Promise<void>((resolve) => listening.once("listening", () => resolve()));
  atEnd(stop);
  return { inbox, stop, host: `127.0.0.1:${(listening.address() as AddressInfo).port}` };
}

const NO_TLS: SMTPServerOptions = { disabledCommands: ["STARTTLS"], allowInsecureAuth: true };
const TRUST_ANY = "?tls.rejectUnauthorized=false";

mailContract("smtp", async () => {
  const { inbox, host, stop } = await startSmtp(NO_TLS);
  return {
    transport: smtpTransport({ url: `smtp://${host}`, from: FROM }),
    received: async () => Promise.all(inbox.map(({ raw }) => PostalMime.parse(raw))),
    breakIt: stop,
  };
});

test("logs in with the user and password of the url, percent signs decoded", async () => {
  const { inbox, host } = await startSmtp({ ...NO_TLS, authOptional: false });
  const url = `smtp://${LOGIN}@${host}`;
  await openMail(
    { transport: "smtp", from: FROM, smtpUrl: url, resendApiKey: "", resendBaseUrl: "", outboxDir: "" },
    silentLogger,
  ).send(mail);
  expect(inbox.map(({ user }) => user)).toEqual([USER]);
});

test("a wrong password and no password are NETWORK_FAILED and send nothing", async () => {
  const { inbox, host } = await startSmtp({ ...NO_TLS, authOptional: false });
  for (const url of [`smtp://someone:wrong@${host}`, `smtp://${host}`]) {
    const transport = smtpTransport({ url, from: FROM });
    const failure = await failureOf(transport.send(mail));
    expect(failure.codeName).toBe("NETWORK_FAILED");
    expect(failure.message).not.toContain("wrong@");
  }
  const probe = smtpTransport({ url: `smtp://someone:wrong@${host}`, from: FROM }).probe();
  expect((await failureOf(probe)).codeName).toBe("NETWORK_FAILED");
  expect(inbox).toEqual([]);
});

test("a refused recipient, sender or content is NETWORK_FAILED with the server's words", async () => {
  const refuse = new Error("not here, please");
  const refusals: SMTPServerOptions[] = [
    { onRcptTo: (_address, _session, done) => done(refuse) },
    { onMailFrom: (_address, _session, done) => done(refuse) },
    {
      onData: (stream, _session, done) => {
        stream.on("end", () => done(refuse));
        stream.resume();
      },
    },
  ];
  for (const options of refusals) {
    const { host } = await startSmtp({ ...NO_TLS, ...options });
    const failure = await failureOf(smtpTransport({ url: `smtp://${host}`, from: FROM }).send(mail));
    expect(failure.codeName).toBe("NETWORK_FAILED");
    expect(failure.detail).toContain("not here, please");
  }
});

test("smtp:// upgrades by STARTTLS where it is offered, smtps:// is TLS from the first byte", async () => {
  for (const [scheme, options] of [
    ["smtp", {}],
    ["smtps", { secure: true }],
  ] as const) {
    const { inbox, host } = await startSmtp({ ...options, authOptional: false });
    await smtpTransport({ url: `${scheme}://${LOGIN}@${host}${TRUST_ANY}`, from: FROM }).send(mail);
    expect(inbox.map(({ secure, user }) => ({ secure, user }))).toEqual([{ secure: true, user: USER }]);
  }
});

test("a certificate that nobody signed is refused unless the url says otherwise", async () => {
  const { inbox, host } = await startSmtp({ secure: true });
  const failure = await failureOf(smtpTransport({ url: `smtps://${host}`, from: FROM }).send(mail));
  expect(failure.codeName).toBe("NETWORK_FAILED");
  expect(inbox).toEqual([]);
});

test("requireTLS insists: a server without STARTTLS gets nothing", async () => {
  const { inbox, host } = await startSmtp(NO_TLS);
  const url = `smtp://${LOGIN}@${host}?requireTLS=true`;
  expect((await failureOf(smtpTransport({ url, from: FROM }).send(mail))).codeName).toBe("NETWORK_FAILED");
  expect(inbox).toEqual([]);
});

test("a server that takes the connection and says nothing is given up in time", async () => {
  const silent = Bun.listen({ hostname: "127.0.0.1", port: 0, socket: { data() {} } });
  atEnd(async () => silent.stop(true));
  const transport = smtpTransport({ url: `smtp://127.0.0.1:${silent.port}`, from: FROM, timeoutMs: 100 });
  const began = performance.now();
  expect((await failureOf(transport.send(mail))).codeName).toBe("NETWORK_FAILED");
  expect((await failureOf(transport.probe())).codeName).toBe("NETWORK_FAILED");
  expect(performance.now() - began).toBeLessThan(2_000);
});
