"""Requests-OAuthlib: an app without a secret signs a person in with PKCE, and renews its token by itself."""

import base64
import hashlib
import json
import os

import requests
from requests_oauthlib import OAuth2Session

env = os.environ
token_url = env["VENDOR"] + "/restapi/oauth/token"
saved = []
session = OAuth2Session(
    env["CLIENT_ID"], redirect_uri=env["REDIRECT_URI"], auto_refresh_url=token_url,
    auto_refresh_kwargs={"client_id": env["CLIENT_ID"]}, token_updater=saved.append,
)
verifier = "v" * 50
challenge = base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).decode().rstrip("=")
url, _ = session.authorization_url(
    env["VENDOR"] + "/restapi/oauth/authorize", code_challenge=challenge, code_challenge_method="S256"
)
callback = requests.post(env["PERSON"], data=url, timeout=30).text
token = session.fetch_token(
    token_url, authorization_response=callback, code_verifier=verifier, include_client_id=True
)
session.token = {**token, "expires_at": 1}  # as if it had expired
account = session.get(env["VENDOR"] + "/restapi/v1.0/account/~").json()
print(json.dumps({"account": account["id"], "renewed": [t["access_token"] != token["access_token"] for t in saved]}))
