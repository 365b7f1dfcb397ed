# Authlib as it is, at a broker: it gets a token, calls, gets the next one by itself, and asks about it.
import json
import os

from authlib.integrations.requests_client import OAuth2Session

broker, caller, key = (os.environ[name] for name in ("BROKER", "CALLER", "KEY"))


def session(secret, method="client_secret_basic"):
    return OAuth2Session(
        caller, secret, scope="broker", token_endpoint=broker + "/oauth2/token", token_endpoint_auth_method=method,
        grant_type="client_credentials", leeway=1,
    )


with session(key) as client:
    first = client.fetch_token()
    answer = client.get(broker + "/voice/api/v1/admin/accounts")
    client.token["expires_at"] = 1
    again = client.get(broker + "/voice/api/v1/admin/accounts")
    about = client.introspect_token(broker + "/oauth2/introspect", token=client.token["access_token"])
    renewed = client.token["access_token"] != first["access_token"]
with session(key, "client_secret_post") as client:
    posted = "access_token" in client.fetch_token()
try:
    session("rcxb_wrong").fetch_token()
    refused = ""
except Exception as err:
    refused = getattr(err, "error", type(err).__name__)
print(json.dumps({
    "status": [answer.status_code, again.status_code], "accounts": len(answer.json()), "renewed": renewed, "posted": posted,
    "active": about.json()["active"], "refused": refused,
}))
