// Calls RingCX through a broker with fetch, and prints the answer: node call.mjs [PATH]. With a library: openid-client's
// clientCredentialsGrant(config, {scope: "broker"}), whose client ID is the name of the key.
import {readFileSync} from "node:fs";
import {setTimeout as sleep} from "node:timers/promises";

const broker = (process.env.RINGCX_BROKER || "http://127.0.0.1:8788").replace(/\/$/, "");
const path = process.argv[2] ?? "/voice/api/v1/admin/accounts";

// key is read each time: a file may hold a new one.
const key = () => {
	const {RINGCX_BROKER_KEY, RINGCX_BROKER_KEY_FILE} = process.env;
	const found = RINGCX_BROKER_KEY_FILE ? readFileSync(RINGCX_BROKER_KEY_FILE, "utf8").trim() : RINGCX_BROKER_KEY;
	if (!found) throw new Error("RINGCX_BROKER_KEY is the key, or RINGCX_BROKER_KEY_FILE its file");
	return found;
};

const request = (url, options) => fetch(url, {redirect: "manual", signal: AbortSignal.timeout(120_000), ...options});

// token gives the token at hand until it expires, so a program that goes on asks for one in ten minutes or so.
let current = {value: "", until: 0};
const token = async () => {
	if (Date.now() < current.until) return current.value;
	const resp = await request(`${broker}/oauth2/token`, {
		method: "POST", body: new URLSearchParams({grant_type: "client_credentials", scope: "broker", client_secret: key()}),
	});
	if (!resp.ok) throw new Error(`the broker gives no token: ${resp.status} ${await resp.text()}`);
	const {access_token, expires_in} = await resp.json();
	current = {value: access_token, until: Date.now() + (expires_in - 10) * 1000};
	return access_token;
};

const get = async path => {
	let refused = false;
	for (let attempt = 1; ; attempt++) {
		const resp = await request(broker + path, {headers: {Authorization: `Bearer ${await token()}`}});
		if (resp.status === 401 && !refused) {
			refused = true;
			current.until = 0;
		} else if (resp.status === 429 && attempt < 5) {
			const wait = resp.headers.get("Retry-After") ?? "";
			if (!/^\d{1,3}$/.test(wait) || wait > 120) throw new Error(`a limit is used up, and lets nothing in for long: ${wait}`);
			await resp.arrayBuffer();
			await sleep(wait * 1000);
		} else if (resp.ok) {
			return resp.text();
		} else {
			throw new Error(`${path} is answered ${resp.status}: ${await resp.text()}`);
		}
	}
};

try {
	process.stdout.write(await get(path));
} catch (e) {
	console.error(`call.mjs: ${e.message}${e.cause ? `: ${e.cause.message || e.cause.code}` : ""}`);
	process.exitCode = 1;
}
