// @ringcentral/sdk, the vendor's JavaScript SDK: the password flow with an extension, then RingCX as the vendor's collection of
// requests goes on.
import {SDK} from "@ringcentral/sdk";

const {VENDOR, CLIENT_ID, CLIENT_SECRET, USERNAME, PASSWORD} = process.env;

const platform = new SDK({server: VENDOR, clientId: CLIENT_ID, clientSecret: CLIENT_SECRET}).platform();
console.warn = () => {}; // it says that passwords are deprecated
await platform.login({username: USERNAME, extension: "101", password: PASSWORD});
const first = (await platform.auth().data()).access_token;
const me = await (await platform.get("/restapi/v1.0/account/~/extension/~")).json();
await platform.refresh();
const second = await platform.auth().data();

const form = {"Content-Type": "application/x-www-form-urlencoded;charset=UTF-8", "User-Agent": "collection/1.0"};
const post = async (path, body) => (await fetch(VENDOR + path, {method: "POST", headers: form, body: new URLSearchParams(body)})).json();
const get = async (path, token) => (await fetch(VENDOR + path, {headers: {Authorization: `Bearer ${token}`, "User-Agent": "collection/1.0"}})).json();
const cx = await post("/api/auth/login/rc/accesstoken?includeRefresh=true", {rcTokenType: second.token_type, rcAccessToken: second.access_token});
const accounts = await get("/voice/api/v1/admin/accounts", cx.accessToken);
const next = await post("/api/auth/token/refresh", {refresh_token: cx.refreshToken});
const groups = await get(`/voice/api/v1/admin/accounts/${accounts[0].accountId}/agentGroups`, next.accessToken);

await platform.logout();
const loggedOut = !(await platform.auth().accessTokenValid());
console.log(JSON.stringify({
  me: me.id, renewed: first !== second.access_token, account: accounts[0].accountId, groups: groups.length,
  again: next.accessToken !== cx.accessToken, loggedOut,
}));
