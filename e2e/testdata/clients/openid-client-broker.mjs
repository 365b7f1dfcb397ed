// openid-client as it is, at a broker: it finds the endpoints by itself, gets a token, calls, and asks about the token.
import * as client from "openid-client";

const {BROKER, CALLER, KEY} = process.env;
const config = await client.discovery(new URL(BROKER), CALLER, undefined, client.ClientSecretBasic(KEY), {
	algorithm: "oauth2", execute: [client.allowInsecureRequests],
});
const tokens = await client.clientCredentialsGrant(config, {scope: "broker"});
const resp = await client.fetchProtectedResource(config, tokens.access_token, new URL("/voice/api/v1/admin/accounts", BROKER), "GET");
const about = await client.tokenIntrospection(config, tokens.access_token);
await client.tokenRevocation(config, tokens.access_token);
const ended = await client.tokenIntrospection(config, tokens.access_token);
const vendors = await client.clientCredentialsGrant(config);
const wrong = await client.discovery(new URL(BROKER), CALLER, undefined, client.ClientSecretPost("rcxb_wrong"), {
	algorithm: "oauth2", execute: [client.allowInsecureRequests],
});
const refused = await client.clientCredentialsGrant(wrong).catch(e => e.error ?? e.code);
console.log(JSON.stringify({
	status: resp.status, accounts: (await resp.json()).length, active: [about.active, ended.active], refresh: [tokens.refresh_token, vendors.refresh_token],
	own: tokens.access_token !== vendors.access_token, refused,
}));
