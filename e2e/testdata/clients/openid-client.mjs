// openid-client, with every check it has: a person signs in, and the app learns who it is.
import * as client from "openid-client";

const {VENDOR, PERSON, CLIENT_ID, CLIENT_SECRET, REDIRECT_URI} = process.env;

const auth = CLIENT_SECRET ? client.ClientSecretBasic(CLIENT_SECRET) : client.None();
const config = await client.discovery(new URL(VENDOR), CLIENT_ID, undefined, auth, {
	execute: [client.allowInsecureRequests, client.enableNonRepudiationChecks],
});

// signIn gives the tokens of a person who signs in; the app expects the nonce that it sent, or another.
const signIn = async expectedNonce => {
	const [verifier, state, nonce] = [client.randomPKCECodeVerifier(), client.randomState(), client.randomNonce()];
	const url = client.buildAuthorizationUrl(config, {
		redirect_uri: REDIRECT_URI, scope: "openid email profile", state, nonce,
		code_challenge: await client.calculatePKCECodeChallenge(verifier), code_challenge_method: "S256",
	});
	const callback = await (await fetch(PERSON, {method: "POST", body: url.href})).text();
	return client.authorizationCodeGrant(config, new URL(callback), {
		pkceCodeVerifier: verifier, expectedState: state, expectedNonce: expectedNonce ?? nonce, idTokenExpected: true,
	});
};

const tokens = await signIn();
const claims = tokens.claims();
const info = await client.fetchUserInfo(config, tokens.access_token, claims.sub);
const renewed = await client.refreshTokenGrant(config, tokens.refresh_token);
await client.tokenRevocation(config, renewed.refresh_token);
const refused = await client.refreshTokenGrant(config, renewed.refresh_token).catch(e => e.error);
const forged = await signIn("another").then(() => "nothing", e => `${e.code} ${(e.cause?.cause ?? e.cause)?.claim}`);
console.log(JSON.stringify({claims, info, renewed: renewed.access_token !== tokens.access_token, refused, forged}));
