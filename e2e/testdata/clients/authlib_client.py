"""Authlib: a person signs in with OpenID Connect, and the app checks who it is."""

import json
import os

import requests
from authlib.integrations.requests_client import OAuth2Session
from authlib.jose import jwt
from authlib.oidc.core import CodeIDToken

env = os.environ
vendor = requests.get(env["VENDOR"] + "/.well-known/openid-configuration", timeout=30).json()
session = OAuth2Session(
    env["CLIENT_ID"], env["CLIENT_SECRET"], scope="openid email profile", redirect_uri=env["REDIRECT_URI"],
    code_challenge_method="S256", token_endpoint_auth_method="client_secret_basic",
    revocation_endpoint_auth_method="client_secret_basic",
)
verifier, nonce = "v" * 50, "n-authlib"
url, state = session.create_authorization_url(vendor["authorization_endpoint"], code_verifier=verifier, nonce=nonce)
callback = requests.post(env["PERSON"], data=url, timeout=30).text
token = session.fetch_token(
    vendor["token_endpoint"], authorization_response=callback, state=state, code_verifier=verifier
)
claims = jwt.decode(
    token["id_token"], requests.get(vendor["jwks_uri"], timeout=30).json(), claims_cls=CodeIDToken,
    claims_options={"iss": {"essential": True, "value": vendor["issuer"]}, "aud": {"value": env["CLIENT_ID"]}},
    claims_params={"nonce": nonce, "client_id": env["CLIENT_ID"]},
)
claims.validate()
info = session.get(vendor["userinfo_endpoint"]).json()
first = token["access_token"]
renewed = session.refresh_token(vendor["token_endpoint"])
revoked = session.revoke_token(vendor["revocation_endpoint"], token=renewed["access_token"])
print(json.dumps({
    "claims": claims, "info": info, "renewed": renewed["access_token"] != first, "revoked": revoked.status_code,
}))
