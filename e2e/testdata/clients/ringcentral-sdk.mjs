// @ringcentral/sdk, the vendor's JavaScript SDK: the JWT flow, and the browser login by discovery.
import {SDK} from "@ringcentral/sdk";

const {VENDOR, PERSON, CLIENT_ID, CLIENT_SECRET, JWT, NATIVE_CLIENT_ID, REDIRECT_URI} = process.env;

const platform = new SDK({server: VENDOR, clientId: CLIENT_ID, clientSecret: CLIENT_SECRET}).platform();
await platform.login({jwt: JWT});
const first = (await platform.auth().data()).access_token;
const me = await (await platform.get("/restapi/v1.0/account/~/extension/~")).json();
await platform.refresh();
const renewed = (await platform.auth().data()).access_token !== first;
const loggedIn = await platform.loggedIn();
await platform.logout();
const loggedOut = !await platform.loggedIn();

const native = new SDK({discoveryServer: VENDOR, enableDiscovery: true, clientId: NATIVE_CLIENT_ID, redirectUri: REDIRECT_URI}).platform();
await native.discovery().init();
const callback = await (await fetch(PERSON, {method: "POST", body: await native.loginUrlWithDiscovery({usePKCE: true})})).text();
const answer = Object.fromEntries(new URL(callback).searchParams);
await native.login(answer);
const account = await (await native.get("/restapi/v1.0/account/~")).json();
const external = await native.discovery().externalData();
await native.logout();
console.log(JSON.stringify({me: me.id, renewed, loggedIn, loggedOut, account: account.id, tag: external?.tag, answer: Object.keys(answer).sort()}));
process.exit(0); // its timers would go on
