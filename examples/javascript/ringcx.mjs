#!/usr/bin/env node
// RingCX quick start: log in, list accounts and users, keep the tokens for the next run.
//
// usage: ringcx.mjs [--print-token]     (prints the access token that worked instead of the lists)
//
// Needs Node.js 18 or newer and no packages. Settings come from the environment; see README.md beside this directory:
// RC_APP_CLIENT_ID, RC_APP_CLIENT_SECRET, RC_USER_JWT; RC_SERVER_URL and RINGCX_SERVER_URL when not production;
// RINGCX_STATE for the file that keeps the tokens. Copies that run at the same time take turns.

import { createHash, randomUUID } from "node:crypto";
import { open, readFile, rename, rm } from "node:fs/promises";
import { createServer } from "node:net";
import { homedir } from "node:os";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";

const USER_AGENT = "ringcx-example-javascript/1.0";
const TIMEOUT = 30_000; // milliseconds for a request and its answer
const PATIENCE = { usual: 60, longest: 3600 }; // seconds to wait after a 429 that does not say how long, and at most

/** What went wrong, in one line without secrets. */
class Problem extends Error {
  exitCode = 1;
}

/** The caller has to change something. */
class WrongUse extends Problem {
  exitCode = 2;
}

/** The vendor understood and said no. After any other Problem the same request may work later. */
class Refused extends Problem {
  constructor(status, message) {
    super(message);
    this.status = status;
  }
}

/** The vendor understood and did nothing: not now. It wants no requests for tokens for so many seconds. */
class Postponed extends Problem {
  constructor(message, wait = 0) {
    super(message);
    this.wait = wait;
  }
}

function readConfig(env) {
  const missing = ["RC_APP_CLIENT_ID", "RC_APP_CLIENT_SECRET", "RC_USER_JWT"].filter((name) => !env[name]);
  if (missing.length > 0) throw new WrongUse(`not set: ${missing.join(", ")}`);
  const config = {
    ringcentral: server(env, "RC_SERVER_URL", "https://platform.ringcentral.com"),
    ringcx: server(env, "RINGCX_SERVER_URL", "https://ringcx.ringcentral.com"),
    clientId: env.RC_APP_CLIENT_ID,
    clientSecret: env.RC_APP_CLIENT_SECRET,
    jwt: env.RC_USER_JWT,
    statePath: env.RINGCX_STATE || join(homedir(), ".ringcx-example.json"),
  };
  // Whose tokens the state file holds, so that they are never sent to another server or used for another user.
  const parts = [config.ringcentral, config.ringcx, config.clientId, config.jwt];
  config.identity = createHash("sha256").update(parts.join("\n")).digest("hex");
  return config;
}

/** The URL in a variable. Secrets travel to it, so it is https, or http on this machine. */
function server(env, variable, production) {
  const url = (env[variable] || production).replace(/\/+$/, "");
  if (!/^(https:\/\/[^/?#@\s]+|http:\/\/(localhost|127\.0\.0\.1|\[::1\])(:\d+)?)$/.test(url)) {
    throw new WrongUse(`${variable} must be https://host (http:// only for localhost)`);
  }
  return url;
}

/** The two steps to RingCX tokens: a RingCentral token for the JWT, RingCX tokens for the RingCentral token. */
async function logIn(config) {
  const basic = Buffer.from(`${config.clientId}:${config.clientSecret}`).toString("base64");
  const ringcentral = await send("log in to RingCentral", `${config.ringcentral}/restapi/oauth/token`, {
    authorization: `Basic ${basic}`,
    form: { grant_type: "urn:ietf:params:oauth:grant-type:jwt-bearer", assertion: config.jwt },
  });
  const url = `${config.ringcx}/api/auth/login/rc/accesstoken?includeRefresh=true`;
  return tokensOf(
    await send("exchange the RingCentral token", url, {
      form: { rcAccessToken: ringcentral?.access_token ?? "", rcTokenType: "Bearer" },
    }),
  );
}

/** New tokens for the refresh token, which can be spent once: from here on the old one is worth nothing. */
async function refresh(config, tokens) {
  return tokensOf(
    await send("refresh the RingCX token", `${config.ringcx}/api/auth/token/refresh`, {
      form: { refresh_token: tokens.refreshToken },
    }),
  );
}

function tokensOf(answer) {
  if (!answer?.accessToken) throw new Problem("RingCX answered without an access token");
  return { accessToken: answer.accessToken, refreshToken: answer.refreshToken ?? "" };
}

/** Puts fresh tokens into tokens, saved before anybody uses them, or remembers until when the vendor wants no requests. */
async function renew(config, tokens) {
  const wait = (tokens.quietUntil ?? 0) - Date.now() / 1000;
  if (wait > 0) throw new Problem(`the vendor wants no requests for tokens for ${Math.ceil(wait)} seconds`);
  try {
    const fresh = await freshTokens(config, tokens);
    await save(config, fresh);
    Object.assign(tokens, fresh);
  } catch (error) {
    if (error instanceof Postponed) {
      if (error.wait) tokens.quietUntil = Date.now() / 1000 + error.wait;
      await save(config, tokens);
    }
    throw error;
  }
}

/**
 * Refreshes, or logs in if there is no other way. A refresh token leaves the file before it is sent: if the answer gets
 * lost, it is spent all the same.
 */
async function freshTokens(config, tokens) {
  if (tokens.refreshToken) {
    say("refreshing the tokens");
    await save(config, { ...tokens, refreshToken: "" });
    try {
      return await refresh(config, tokens);
    } catch (error) {
      if (!(error instanceof Refused)) throw error;
      say(error.message);
      tokens.refreshToken = "";
    }
  }
  say("logging in");
  return logIn(config);
}

/** GETs a list of the RingCX API. After a 401 ("Jwt is expired") it renews the tokens and tries once more. */
async function call(config, tokens, doing, path) {
  const get = () => send(doing, config.ringcx + path, { authorization: `Bearer ${tokens.accessToken}` });
  let answer;
  try {
    answer = await get();
  } catch (error) {
    if (!(error instanceof Refused) || error.status !== 401) throw error;
    say(error.message);
    await renew(config, tokens);
    answer = await get();
  }
  if (!Array.isArray(answer)) throw new Problem(`${doing}: the answer is not a list`);
  return answer;
}

/** Sends one request, a POST if there is a form, and returns the JSON of its answer. */
async function send(doing, url, { authorization, form }) {
  const headers = { Accept: "application/json", "User-Agent": USER_AGENT };
  if (authorization) headers.Authorization = authorization;
  let response, text;
  try {
    response = await fetch(url, {
      method: form ? "POST" : "GET",
      headers,
      body: form && new URLSearchParams(form),
      redirect: "manual", // a redirected request would take its secrets to another host
      signal: AbortSignal.timeout(TIMEOUT),
    });
    text = await response.text();
  } catch (error) {
    const reason = error.cause?.code ?? error.cause?.message ?? error.message;
    throw new Problem(`${doing}: no answer from ${new URL(url).host}: ${readable(reason)}`);
  }
  if (!response.ok) throw problemOf(doing, response, text);
  try {
    return JSON.parse(text);
  } catch {
    throw new Problem(`${doing}: the answer is not JSON; is this the right server?`);
  }
}

/** The Problem that an HTTP error is, in the vendor's code and words. */
function problemOf(doing, response, text) {
  const { status } = response;
  const message = `${doing}: ${status} ${vendorWords(text) || response.statusText}`;
  if (status === 429) {
    const wait = response.headers.get("Retry-After");
    const told = wait ? readable(wait) : "not given, wait a minute";
    return new Postponed(`${message}; Retry-After: ${told}`, secondsOf(wait));
  }
  if (status === 408 || status === 503) return new Postponed(message);
  if (status >= 400 && status < 500) return new Refused(status, message);
  return new Problem(message);
}

/** How long a Retry-After asks to wait; it is a number or a date. */
function secondsOf(retryAfter) {
  const seconds = /^\d+$/.test(retryAfter ?? "") ? Number(retryAfter) : (Date.parse(retryAfter) - Date.now()) / 1000;
  return Number.isNaN(seconds) ? PATIENCE.usual : Math.min(Math.max(seconds, 0), PATIENCE.longest);
}

/** Code and message of an error body. RingCentral and RingCX have one shape each, and gateways send plain text. */
function vendorWords(text) {
  let answer;
  try {
    answer = JSON.parse(text);
  } catch {
    return text.trimStart().startsWith("<") ? "" : readable(text);
  }
  const first = answer?.errors?.[0];
  const code = first?.errorCode ?? answer?.errorCode ?? answer?.error ?? "";
  const words = first?.message ?? answer?.generalMessage ?? answer?.message ?? answer?.error_description ?? "";
  return readable(`${code} ${words}`);
}

/** Text of a server on one line, without control characters, and without what might be a token. */
function readable(text) {
  const line = String(text ?? "").replace(/[\p{C}\s]+/gu, " ");
  return line.replace(/[\w.~+/=|-]{40,}/g, "[...]").trim().slice(0, 200);
}

/**
 * Waits until no other copy runs with these settings. Node.js cannot lock a file, but a port has one listener, and loses
 * it with the process. A port that is still taken after a minute is somebody else's.
 */
async function takeTurns(config) {
  const port = 20_000 + (parseInt(config.identity.slice(0, 6), 16) % 10_000);
  for (let tries = 0; tries < 600; tries++) {
    const listener = createServer((socket) => socket.destroy());
    const mine = await new Promise((resolve) => {
      listener.once("error", () => resolve(false)).once("listening", () => resolve(true));
      listener.listen({ host: "127.0.0.1", port, exclusive: true });
    });
    if (mine) return listener.unref();
    await pause(100);
  }
}

/** The tokens of the last run; empty if there are none for these settings. */
async function load(config) {
  let text;
  try {
    text = await readFile(config.statePath, "utf8");
  } catch (error) {
    if (error.code === "ENOENT") return {};
    throw new Problem(`read ${config.statePath}: ${error.code}`);
  }
  try {
    const state = JSON.parse(text);
    return state?.identity === config.identity ? state : {};
  } catch {
    say(`${config.statePath} is damaged, its tokens are lost`);
    return {};
  }
}

/** Replaces the state file whole: a crash leaves the old tokens or the new ones. Only this user may read it. */
async function save(config, { accessToken, refreshToken, quietUntil }) {
  const temporary = `${config.statePath}.${randomUUID()}`;
  try {
    const file = await open(temporary, "wx", 0o600);
    try {
      await file.writeFile(JSON.stringify({ identity: config.identity, accessToken, refreshToken, quietUntil }));
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(temporary, config.statePath);
  } catch (error) {
    await rm(temporary, { force: true });
    throw new Problem(`write ${config.statePath}: ${error.code}`);
  }
}

function report(accounts, users) {
  for (const mainId of new Set(accounts.map((account) => account.mainAccountId))) {
    const ours = accounts.filter((account) => account.mainAccountId === mainId);
    console.log(`Main account: ${readable(ours[0].mainAccountName)} (${mainId})`);
    console.log("Sub-accounts:");
    for (const account of ours) {
      if (account.accountId === mainId) continue; // RingCX lists the main account itself too
      console.log(`  ${account.accountId}  ${readable(account.accountName)}`);
    }
  }
  console.log("Users:");
  reportUsers(users);
}

/** RingCX lists users as a tree. */
function reportUsers(users) {
  for (const user of users) {
    const name = readable(`${user.firstName} ${user.lastName}`);
    console.log(`  ${user.userId}  ${name}  ${readable(user.userName)}`);
    reportUsers(user.children ?? []);
  }
}

function say(text) {
  console.error(`ringcx.mjs: ${text}`);
}

async function main(args) {
  const printToken = args[0] === "--print-token";
  if (args.length > (printToken ? 1 : 0)) throw new WrongUse("usage: ringcx.mjs [--print-token]");
  const config = readConfig(process.env);
  await takeTurns(config);
  const tokens = await load(config);
  if (!tokens.accessToken) await renew(config, tokens);
  const accounts = await call(config, tokens, "list accounts", "/voice/api/v1/admin/accounts");
  const users = await call(config, tokens, "list users", "/voice/api/v1/admin/users");
  if (printToken) console.log(tokens.accessToken);
  else report(accounts, users);
}

main(process.argv.slice(2)).catch((error) => {
  // The message or trace of anything unexpected might hold a token.
  say(error instanceof Problem ? error.message : `unexpected ${error?.name}`);
  process.exitCode = error.exitCode ?? 1;
});
