#!/usr/bin/env python3
"""Calls RingCX through a broker with requests, and prints the answer: call.py [PATH].

Authlib and requests-oauthlib do the same: client credentials with the scope broker at /oauth2/token, where the client ID is the
name of the key.
"""
import os
import sys
import time

import requests

BROKER = (os.environ.get("RINGCX_BROKER") or "http://127.0.0.1:8788").rstrip("/")

SESSION = requests.Session()
SESSION.trust_env = not BROKER.startswith("http://")  # that is for a broker on this machine, where no proxy is to see the key


def key():
    """The key, read each time: a file may hold a new one."""
    name = os.environ.get("RINGCX_BROKER_KEY_FILE")
    if name:
        with open(name, encoding="ascii") as file:
            return file.read().strip()
    found = os.environ.get("RINGCX_BROKER_KEY")
    if not found:
        raise SystemExit("call.py: RINGCX_BROKER_KEY is the key, or RINGCX_BROKER_KEY_FILE its file")
    return found


class Broker(requests.auth.AuthBase):
    """Shows a token of the broker's, the same one until it expires."""

    def __init__(self):
        self.token, self.until = "", 0.0

    def __call__(self, request):
        if time.monotonic() >= self.until:
            self.renew()
        request.headers["Authorization"] = "Bearer " + self.token
        return request

    def renew(self):
        form = {"grant_type": "client_credentials", "scope": "broker", "client_secret": key()}
        plain = lambda request: request  # the key is in the form
        answer = SESSION.post(BROKER + "/oauth2/token", data=form, auth=plain, timeout=60, allow_redirects=False)
        if answer.status_code != 200:
            raise SystemExit(f"call.py: the broker gives no token: {answer.status_code} {answer.text}")
        found = answer.json()
        self.token, self.until = found["access_token"], time.monotonic() + found["expires_in"] - 10


def get(path):
    refused = False
    for attempt in range(5):
        answer = SESSION.get(BROKER + path, timeout=120, allow_redirects=False)
        if answer.status_code == 401 and not refused:
            refused = True
            SESSION.auth.renew()
        elif answer.status_code == 429 and attempt < 4:
            wait = answer.headers.get("Retry-After", "")
            if not wait.isdecimal() or int(wait) > 120:
                raise SystemExit(f"call.py: a limit is used up, and lets nothing in for long: {wait!r}")
            time.sleep(int(wait))
        elif answer.ok:
            break
        else:
            raise SystemExit(f"call.py: {path} is answered {answer.status_code}: {answer.text}")
    return answer


def main():
    SESSION.auth = Broker()
    try:
        answer = get(sys.argv[1] if len(sys.argv) > 1 else "/voice/api/v1/admin/accounts")
    except requests.RequestException as err:
        raise SystemExit(f"call.py: the broker is not reached: {type(err).__name__}") from None
    sys.stdout.write(answer.text)


if __name__ == "__main__":
    main()
