// oauth4webapi: the JWT flow, with the app authenticated by a secret, by a statement signed with the secret, and by one
// signed with a key.
import * as oauth from "oauth4webapi";

const {VENDOR, CLIENT_ID, CLIENT_SECRET, KEY_CLIENT_ID, KEY, JWT} = process.env;

const options = {[oauth.allowInsecureRequests]: true};
const as = await oauth.processDiscoveryResponse(new URL(VENDOR), await oauth.discoveryRequest(new URL(VENDOR), options));
const key = await crypto.subtle.importKey("jwk", JSON.parse(KEY), {name: "ECDSA", namedCurve: "P-256"}, false, ["sign"]);

const logIn = async (client, auth) => oauth.processGenericTokenEndpointResponse(as, client, await oauth.genericTokenEndpointRequest(
	as, client, auth, "urn:ietf:params:oauth:grant-type:jwt-bearer", {assertion: JWT}, options));

const app = {client_id: CLIENT_ID}, keyApp = {client_id: KEY_CLIENT_ID};
const basic = await logIn(app, oauth.ClientSecretBasic(CLIENT_SECRET));
const signed = await logIn(app, oauth.ClientSecretJwt(CLIENT_SECRET));
const byKey = await logIn(keyApp, oauth.PrivateKeyJwt(key));
const refused = await logIn(app, oauth.ClientSecretBasic("wrong")).then(() => "nothing", e => e.cause?.[0]?.parameters?.error ?? e.error);
console.log(JSON.stringify({types: [basic, signed, byKey].map(t => t.token_type), scope: basic.scope, refused}));
