"""Tokens of the command ringcx for requests: requests.get(BASE + "/voice/…", auth=RingCXAuth(), timeout=60)."""

import json
import os
import subprocess
import threading
import time

import requests.auth

BASE = (os.environ.get("RINGCX_SERVER_URL") or "https://ringcx.ringcentral.com").rstrip("/")


class RingCXAuth(requests.auth.AuthBase):
    kept, until, lock = "", 0.0, threading.Lock()  # one token for all sessions and threads

    def token(self, refused=None):
        with self.lock:
            if refused == self.kept:  # RingCX ended it early: this has it renewed
                subprocess.run(["ringcx", "token", "--validate"], check=True, stdout=subprocess.PIPE)
            if refused == self.kept or time.monotonic() >= self.until:
                answer = json.loads(subprocess.run(["ringcx", "token", "--json"], check=True, stdout=subprocess.PIPE).stdout)
                RingCXAuth.kept, RingCXAuth.until = answer["accessToken"], time.monotonic() + answer["expiresIn"] - 60
            return self.kept

    def __call__(self, request):
        if request.url.startswith(BASE + "/"):  # nobody else gets it
            request.headers["Authorization"] = "Bearer " + self.token()
            request.register_hook("response", self.again)
        return request

    def again(self, response, **how):
        request, sent = response.request.copy(), response.request.headers.get("Authorization")
        if response.status_code != 401 or not sent or not isinstance(request.body, (str, bytes, type(None))):
            return response  # a stream cannot be sent twice
        response.close()
        request.headers["Authorization"] = "Bearer " + self.token(refused=sent[7:])
        return response.connection.send(request, **how)
