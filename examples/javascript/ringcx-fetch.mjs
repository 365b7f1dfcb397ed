// fetch with tokens: await ringcxFetch("/voice/api/v1/admin/users"). Needs Node.js 18 and the command `ringcx`, which logs in
// and renews, for all programs that share its store. Here a token is kept until its last minute.

import { execFile } from "node:child_process";
import { promisify } from "node:util";

const run = promisify(execFile);
const base = process.env.RINGCX_SERVER_URL || "https://ringcx.ringcentral.com";
let kept; // a promise of one token for all, or undefined

async function ask(refused) {
  if (refused) await run("ringcx", ["token", "--validate"]); // RingCX ended it early: this has it renewed
  const { accessToken, expiresIn } = JSON.parse((await run("ringcx", ["token", "--json"])).stdout);
  return { accessToken, until: performance.now() + (expiresIn - 60) * 1000 };
}

async function token(refused) {
  const current = kept;
  const { accessToken, until } = (await current?.catch(() => {})) ?? {};
  const good = accessToken && accessToken !== refused && performance.now() < until;
  if (!good && kept === current) kept = ask(accessToken && accessToken === refused); // else another call has asked meanwhile
  return (await kept).accessToken;
}

export async function ringcxFetch(path, init = {}) {
  const url = new URL(path, base);
  if (url.origin !== new URL(base).origin) throw new Error(`${url.origin} is not RingCX and gets no token`);
  const send = (accessToken) => {
    const headers = new Headers(init.headers);
    headers.set("Authorization", "Bearer " + accessToken);
    return fetch(url, { ...init, headers });
  };
  const first = await token();
  const response = await send(first);
  if (response.status !== 401 || typeof (init.body ?? "") !== "string") return response; // a stream cannot be sent twice
  await response.body?.cancel();
  return send(await token(first));
}
