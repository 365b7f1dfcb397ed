#!/usr/bin/env python3
"""RingCX quick start: log in, list accounts and users, keep the tokens for the next run.

usage: ringcx.py [--print-token]     (prints the access token that worked instead of the lists)

Needs Python 3.9 or newer and no packages. Settings come from the environment; see README.md beside this directory:
RC_APP_CLIENT_ID, RC_APP_CLIENT_SECRET, RC_USER_JWT; RC_SERVER_URL and RINGCX_SERVER_URL when not production; RINGCX_STATE
for the file that keeps the tokens. Copies that run at the same time take turns (not on Windows).
"""

import base64
import email.utils
import hashlib
import http.client
import json
import math
import os
import re
import sys
import tempfile
import time
import urllib.error
import urllib.parse
import urllib.request
from typing import NamedTuple

try:
    import fcntl
except ImportError:  # Windows: run one at a time
    fcntl = None

USER_AGENT = "ringcx-example-python/1.0"
TIMEOUT = 30  # seconds without a sign of life from the server
PATIENCE = 60, 3600  # seconds to wait after a 429 that does not say how long, and at most


class Problem(Exception):
    """What went wrong, in one line without secrets."""

    exit_code = 1


class WrongUse(Problem):
    """The caller has to change something."""

    exit_code = 2


class Refused(Problem):
    """The vendor understood and said no. After any other Problem the same request may work later."""

    def __init__(self, status, message):
        super().__init__(message)
        self.status = status


class Postponed(Problem):
    """The vendor understood and did nothing: not now."""

    def __init__(self, message, wait=0):
        super().__init__(message)
        self.wait = wait  # seconds in which it wants no requests for tokens


class Config(NamedTuple):
    ringcentral: str
    ringcx: str
    client_id: str
    client_secret: str
    jwt: str
    state: str  # path of the file that keeps the tokens

    def identity(self):
        """Whose tokens the state file holds, so that they are never sent to another server or used for another user."""
        parts = (self.ringcentral, self.ringcx, self.client_id, self.jwt)
        return hashlib.sha256("\n".join(parts).encode()).hexdigest()


def read_config():
    missing = [v for v in ("RC_APP_CLIENT_ID", "RC_APP_CLIENT_SECRET", "RC_USER_JWT") if not os.environ.get(v)]
    if missing:
        raise WrongUse("not set: " + ", ".join(missing))
    return Config(
        ringcentral=server("RC_SERVER_URL", "https://platform.ringcentral.com"),
        ringcx=server("RINGCX_SERVER_URL", "https://ringcx.ringcentral.com"),
        client_id=os.environ["RC_APP_CLIENT_ID"],
        client_secret=os.environ["RC_APP_CLIENT_SECRET"],
        jwt=os.environ["RC_USER_JWT"],
        state=os.environ.get("RINGCX_STATE") or os.path.expanduser("~/.ringcx-example.json"),
    )


def server(variable, production):
    """The URL in a variable. Secrets travel to it, so it is https, or http on this machine."""
    url = (os.environ.get(variable) or production).rstrip("/")
    if not re.fullmatch(r"https://[^/?#@\s]+|http://(localhost|127\.0\.0\.1|\[::1\])(:\d+)?", url):
        raise WrongUse(variable + " must be https://host (http:// only for localhost)")
    return url


def log_in(config):
    """The two steps to RingCX tokens: a RingCentral token for the JWT, RingCX tokens for the RingCentral token."""
    basic = base64.b64encode(f"{config.client_id}:{config.client_secret}".encode()).decode()
    ringcentral = send(
        "log in to RingCentral",
        config.ringcentral + "/restapi/oauth/token",
        authorization="Basic " + basic,
        form={"grant_type": "urn:ietf:params:oauth:grant-type:jwt-bearer", "assertion": config.jwt},
    )
    return tokens_of(send(
        "exchange the RingCentral token",
        config.ringcx + "/api/auth/login/rc/accesstoken?includeRefresh=true",
        form={"rcAccessToken": ringcentral.get("access_token", ""), "rcTokenType": "Bearer"},
    ))


def refresh(config, tokens):
    """New tokens for the refresh token, which can be spent once: from here on the old one is worth nothing."""
    return tokens_of(send(
        "refresh the RingCX token",
        config.ringcx + "/api/auth/token/refresh",
        form={"refresh_token": tokens["refreshToken"]},
    ))


def tokens_of(answer):
    if not isinstance(answer, dict) or not answer.get("accessToken"):
        raise Problem("RingCX answered without an access token")
    return {"accessToken": answer["accessToken"], "refreshToken": answer.get("refreshToken") or ""}


def renew(config, tokens):
    """Put fresh tokens into tokens, saved before anybody uses them, or remember until when the vendor wants no requests."""
    wait = tokens.get("quietUntil", 0) - time.time()
    if wait > 0:
        raise Problem(f"the vendor wants no requests for tokens for {math.ceil(wait)} seconds")
    try:
        fresh = fresh_tokens(config, tokens)
    except Postponed as postponed:
        if postponed.wait:
            tokens["quietUntil"] = time.time() + postponed.wait
        save(config, tokens)
        raise
    save(config, fresh)
    tokens.update(fresh)


def fresh_tokens(config, tokens):
    """Refresh, or log in if there is no other way.

    A refresh token leaves the file before it is sent: if the answer gets lost, it is spent all the same.
    """
    if tokens.get("refreshToken"):
        say("refreshing the tokens")
        save(config, {**tokens, "refreshToken": ""})
        try:
            return refresh(config, tokens)
        except Refused as refusal:
            say(str(refusal))
            tokens["refreshToken"] = ""
    say("logging in")
    return log_in(config)


def call(config, tokens, doing, path):
    """GET a list of the RingCX API. After a 401 ("Jwt is expired") it renews the tokens and tries once more."""
    for attempt in (1, 2):
        try:
            answer = send(doing, config.ringcx + path, authorization="Bearer " + tokens["accessToken"])
        except Refused as refusal:
            if refusal.status != 401 or attempt == 2:
                raise
            say(str(refusal))
            renew(config, tokens)
            continue
        if not isinstance(answer, list):
            raise Problem(doing + ": the answer is not a list")
        return answer


class NoRedirects(urllib.request.HTTPRedirectHandler):
    """A redirected request would take its secrets to another host."""

    def redirect_request(self, *_):
        return None


OPENER = urllib.request.build_opener(NoRedirects)  # certificates are verified, that is the default


def send(doing, url, authorization=None, form=None):
    """Send one request, a POST if there is a form, and return the JSON of its answer."""
    headers = {"Accept": "application/json", "User-Agent": USER_AGENT}
    if authorization:
        headers["Authorization"] = authorization
    body = None if form is None else urllib.parse.urlencode(form).encode()
    try:
        with OPENER.open(urllib.request.Request(url, data=body, headers=headers), timeout=TIMEOUT) as response:
            answer = response.read()
    except urllib.error.HTTPError as error:
        raise problem_of(doing, error) from None
    except (OSError, http.client.HTTPException) as error:
        host = urllib.parse.urlsplit(url).netloc
        raise Problem(f"{doing}: no answer from {host}: {readable(str(getattr(error, 'reason', error)))}") from None
    try:
        return json.loads(answer)
    except ValueError:
        raise Problem(f"{doing}: the answer is not JSON; is this the right server?") from None


def problem_of(doing, error):
    """The Problem that an HTTP error is, in the vendor's code and words."""
    try:
        text = error.read().decode("utf-8", "replace")
    except (OSError, http.client.HTTPException):
        text = ""
    message = f"{doing}: {error.code} {vendor_words(text) or error.reason}"
    if error.code == 429:
        wait = error.headers.get("Retry-After")
        told = readable(wait) if wait else "not given, wait a minute"
        return Postponed(f"{message}; Retry-After: {told}", seconds_of(wait))
    if error.code in (408, 503):
        return Postponed(message)
    if 400 <= error.code < 500:
        return Refused(error.code, message)
    return Problem(message)


def seconds_of(retry_after):
    """How long a Retry-After asks to wait; it is a number or a date."""
    usual, longest = PATIENCE
    try:
        if not (retry_after or "").isdigit():
            retry_after = email.utils.parsedate_to_datetime(retry_after).timestamp() - time.time()
        return min(max(float(retry_after), 0), longest)
    except (TypeError, ValueError):
        return usual


def vendor_words(text):
    """Code and message of an error body. RingCentral and RingCX have one shape each, and gateways send plain text."""
    try:
        answer = json.loads(text)
    except ValueError:
        return "" if text.lstrip().startswith("<") else readable(text)
    if not isinstance(answer, dict):
        return readable(text)
    errors = answer.get("errors")
    first = errors[0] if isinstance(errors, list) and errors and isinstance(errors[0], dict) else answer
    code = first.get("errorCode") or answer.get("errorCode") or answer.get("error") or ""
    words = first.get("message") or answer.get("generalMessage") or answer.get("error_description") or ""
    return readable(f"{code} {words}")


def readable(text):
    """Text of a server on one line, without control characters, and without what might be a token."""
    text = re.sub(r"[\w.~+/=|-]{40,}", "[...]", "".join(c if c.isprintable() else " " for c in str(text)))
    return " ".join(text.split())[:200]


def take_turns(config):
    """Wait until no other copy runs with this state. The lock lasts as long as the file is open, also after a crash."""
    try:
        file = os.open(config.state + ".lock", os.O_RDWR | os.O_CREAT, 0o600)
        if fcntl:
            fcntl.flock(file, fcntl.LOCK_EX)
    except OSError as error:
        raise Problem(f"lock {config.state}.lock: {error.strerror}") from None


def load(config):
    """The tokens of the last run; {} if there are none for these settings."""
    try:
        with open(config.state, encoding="utf-8") as file:
            state = json.load(file)
    except FileNotFoundError:
        return {}
    except OSError as error:
        raise Problem(f"read {config.state}: {error.strerror}") from None
    except ValueError:
        say(f"{config.state} is damaged, its tokens are lost")
        return {}
    if not isinstance(state, dict) or state.get("identity") != config.identity():
        return {}
    return state


def save(config, tokens):
    """Replace the state file whole: a crash leaves the old tokens or the new ones. Only this user may read it."""
    state = {"identity": config.identity(), **tokens}
    temporary = None
    try:
        handle, temporary = tempfile.mkstemp(prefix=".ringcx-", dir=os.path.dirname(os.path.abspath(config.state)))
        with os.fdopen(handle, "w", encoding="utf-8") as file:  # mkstemp made it with mode 0600
            json.dump(state, file)
            file.flush()
            os.fsync(file.fileno())
        os.replace(temporary, config.state)
    except OSError as error:
        if temporary and os.path.exists(temporary):
            os.unlink(temporary)
        raise Problem(f"write {config.state}: {error.strerror}") from None


def report(accounts, users):
    mains = {a.get("mainAccountId"): a.get("mainAccountName") for a in accounts}
    for main_id, name in mains.items():
        print(f"Main account: {readable(name)} ({main_id})")
        print("Sub-accounts:")
        for account in accounts:  # among them the main account itself
            if account.get("mainAccountId") == main_id != account.get("accountId"):
                print(f"  {account.get('accountId')}  {readable(account.get('accountName'))}")
    print("Users:")
    report_users(users)


def report_users(users):
    """RingCX lists users as a tree."""
    for user in users:
        name = f"{user.get('firstName')} {user.get('lastName')}"
        print(f"  {user.get('userId')}  {readable(name)}  {readable(user.get('userName'))}")
        report_users(user.get("children") or [])


def say(text):
    print("ringcx.py: " + text, file=sys.stderr)


def main(arguments):
    if arguments not in ([], ["--print-token"]):
        raise WrongUse("usage: ringcx.py [--print-token]")
    config = read_config()
    take_turns(config)
    tokens = load(config)
    if not tokens.get("accessToken"):
        renew(config, tokens)
    accounts = call(config, tokens, "list accounts", "/voice/api/v1/admin/accounts")
    users = call(config, tokens, "list users", "/voice/api/v1/admin/users")
    if arguments:
        print(tokens["accessToken"])
    else:
        report(accounts, users)


if __name__ == "__main__":
    try:
        main(sys.argv[1:])
    except Problem as problem:
        say(str(problem))
        sys.exit(problem.exit_code)
    except Exception as error:  # its message or trace might hold a token
        say(f"unexpected {type(error).__name__}")
        sys.exit(1)
