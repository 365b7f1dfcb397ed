"""Tokens of the command ringcx for httpx: httpx.Client(base_url=BASE, auth=RingCXAuth()), also httpx.AsyncClient."""

import asyncio
import json
import os
import subprocess
import threading
import time

import httpx

BASE = (os.environ.get("RINGCX_SERVER_URL") or "https://ringcx.ringcentral.com").rstrip("/")


class RingCXAuth(httpx.Auth):
    kept, until, lock = "", 0.0, threading.Lock()  # one token for all clients and threads

    def token(self, refused=None):
        with self.lock:
            if refused == self.kept:  # RingCX ended it early: this has it renewed
                subprocess.run(["ringcx", "token", "--validate"], check=True, stdout=subprocess.PIPE)
            if refused == self.kept or time.monotonic() >= self.until:
                answer = json.loads(subprocess.run(["ringcx", "token", "--json"], check=True, stdout=subprocess.PIPE).stdout)
                RingCXAuth.kept, RingCXAuth.until = answer["accessToken"], time.monotonic() + answer["expiresIn"] - 60
            return self.kept

    def sign(self, request, response=None):
        if str(request.url).startswith(BASE + "/") and getattr(response, "status_code", 401) == 401:  # nobody else gets it
            request.headers["Authorization"] = "Bearer " + self.token(response and request.headers["Authorization"][7:])
            return isinstance(request.stream, httpx.ByteStream)  # other streams cannot be sent twice

    def sync_auth_flow(self, request):
        self.sign(request)
        if self.sign(request, (yield request)):
            yield request

    async def async_auth_flow(self, request):
        await asyncio.to_thread(self.sign, request)
        if await asyncio.to_thread(self.sign, request, (yield request)):
            yield request
