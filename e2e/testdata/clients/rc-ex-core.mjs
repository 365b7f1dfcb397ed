// @rc-ex/core, the vendor's TypeScript SDK: the JWT flow.
import RingCentral from "@rc-ex/core";

const {VENDOR, CLIENT_ID, CLIENT_SECRET, JWT} = process.env;

const rc = new RingCentral({server: VENDOR, clientId: CLIENT_ID, clientSecret: CLIENT_SECRET});
const first = await rc.authorize({jwt: JWT});
const me = await rc.restapi().account().extension().get();
const profile = await rc.restapi().account().extension().authzProfile().get();
const second = await rc.refresh();
const session = second.session_id === first.session_id;
await rc.revoke();
const refused = await rc.get("/restapi/v1.0/account/~").then(() => "nothing", e => e.response?.status ?? e.message);
console.log(JSON.stringify({me: me.id, permissions: profile.permissions.length, session, refused}));
