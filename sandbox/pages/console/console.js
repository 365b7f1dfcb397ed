// The console works without this script: it adds copying, the live log, and forms that show what they need.
(() => {
  "use strict";
  const told = document.getElementById("told");
  const tell = (text) => {
    told.textContent = text;
  };

  const offerCopies = (within) => {
    for (const button of within.querySelectorAll("[data-copy]")) button.hidden = false;
  };
  offerCopies(document);
  document.addEventListener("click", async (event) => {
    const button = event.target.closest("[data-copy]");
    if (!button) return;
    const text = document.getElementById(button.dataset.copy).textContent;
    try {
      await navigator.clipboard.writeText(text);
      button.textContent = "Copied";
      tell("Copied");
    } catch {
      getSelection().selectAllChildren(document.getElementById(button.dataset.copy));
      button.textContent = "Selected";
      tell("Selected: copy with the keyboard");
    }
    setTimeout(() => {
      button.textContent = "Copy";
    }, 2000);
  });

  // After a form, the keyboard is where something was changed or has to be.
  const wrong = document.querySelector("[aria-invalid]");
  const notice = document.getElementById("notice");
  if (wrong) wrong.focus();
  else if (notice) {
    const place = location.hash && document.getElementById(location.hash.slice(1));
    (place || notice).focus();
    if (place && document.activeElement !== place) {
      place.tabIndex = -1;
      place.focus();
    }
  }

  const code = document.getElementById("code-flow");
  if (code) {
    const show = () => {
      code.hidden = !document.getElementById("auth-code").checked;
    };
    for (const radio of document.querySelectorAll("[name=auth]")) radio.addEventListener("change", show);
    show();
  }

  // News of the server come to one tab, which tells the others: a browser gives a server few connections.
  const listen = (hear) => {
    const ask = () => setInterval(() => hear({ state: "Live, every two seconds" }), 2000);
    if (!window.EventSource || !window.BroadcastChannel || !navigator.locks) return ask();
    const channel = new BroadcastChannel("ringcx-console");
    let latest = null;
    channel.onmessage = (event) => {
      if (!event.data.asks) hear(event.data);
      else if (latest) channel.postMessage(latest);
    };
    channel.postMessage({ asks: true });
    const hold = () => new Promise(() => {
      const events = new EventSource("/console/requests/stream");
      const say = (news) => {
        latest = { ...latest, ...news };
        channel.postMessage(latest);
        hear(latest);
      };
      events.onopen = () => say({ state: "Live" });
      events.onmessage = (event) => say({ last: Number(event.data) });
      events.onerror = () => {
        if (events.readyState !== EventSource.CLOSED) return say({ state: "Not connected; trying again" });
        latest = null;
        ask();
      };
      addEventListener("pagehide", () => events.close());
    });
    navigator.locks.request("ringcx-console", hold).catch(ask);
  };

  // often runs a task that takes a while after each call, but never twice at a time nor without a pause.
  const often = (task, pause) => {
    let busy = false;
    let again = false;
    const run = async () => {
      again = busy || document.hidden;
      if (again) return;
      busy = true;
      try {
        await task();
      } catch {} // the server is away: the next news of it come when it is back
      setTimeout(() => {
        busy = false;
        if (again) run();
      }, pause);
    };
    document.addEventListener("visibilitychange", () => again && run());
    return run;
  };

  const log = document.getElementById("log");
  if (log && log.dataset.rows) {
    const most = 200;
    const live = document.getElementById("live");
    const pause = document.getElementById("pause");
    let last = Number(log.dataset.last);
    let latest = last;
    let state = "Live";
    let paused = false;
    let fresh = 0;
    const status = () => {
      live.textContent = paused ? `Paused, ${latest - last} waiting` : state;
    };
    const seen = (e) => {
      const box = e.getBoundingClientRect();
      return box.bottom > 0 && box.top < innerHeight;
    };
    // What one reads stays where it is: an entry that is open, else the first one if those above it cannot be seen.
    const add = (html) => {
      const rows = [...log.children];
      const open = rows.filter((row) => row.querySelector("details[open]"));
      const read = open.find(seen) || (rows[0] && rows[0].getBoundingClientRect().top < 0 && rows.find(seen));
      const before = read && read.getBoundingClientRect().top;
      log.insertAdjacentHTML("afterbegin", html);
      offerCopies(log);
      document.getElementById("none").hidden = log.children.length > 0;
      for (const row of [...log.children].reverse()) {
        if (log.children.length <= most) break;
        if (row !== read && !open.includes(row) && !row.contains(document.activeElement)) row.remove();
      }
      if (!read) return;
      const moved = () => read.getBoundingClientRect().top - before;
      scrollBy({ top: moved(), behavior: "instant" });
      if (moved() >= 1) {
        const main = document.getElementById("main");
        main.style.paddingBottom = `${parseFloat(getComputedStyle(main).paddingBottom) + moved()}px`;
        scrollBy({ top: moved(), behavior: "instant" });
      }
    };
    const refresh = often(async () => {
      if (paused) return;
      const answer = await fetch(`${log.dataset.rows}${log.dataset.rows.endsWith("?") ? "" : "&"}after=${last}`);
      const now = Number(answer.headers.get("X-Last"));
      if (!answer.ok || !answer.headers.has("X-Last") || now < last) {
        state = "The sandbox has changed: reload the page";
        return status();
      }
      const html = await answer.text();
      last = now;
      latest = Math.max(latest, now);
      status();
      if (!html.trim()) return;
      const count = log.children.length;
      add(html);
      fresh += Math.max(1, log.children.length - count);
    }, 400);
    listen((news) => {
      state = news.state || state;
      latest = Math.max(latest, news.last || 0);
      status();
      if (!news.last || news.last !== last) refresh();
    });
    pause.hidden = false;
    pause.addEventListener("click", () => {
      paused = !paused;
      pause.textContent = paused ? "Go on" : "Pause";
      status();
      refresh();
    });
    setInterval(() => {
      if (fresh > 0) tell(`${fresh} new ${fresh === 1 ? "request" : "requests"}`);
      fresh = 0;
    }, 5000);
  }

  // Parts of a page that follow the log: they are drawn again, unless somebody is busy in them.
  const parts = [...document.querySelectorAll("[data-live]")];
  if (parts.length > 0) {
    let drawn = -1;
    let latest = 0;
    const redraw = often(async () => {
      const upto = latest;
      const answer = await fetch(location.pathname + location.search);
      if (!answer.ok || answer.redirected) return;
      const page = new DOMParser().parseFromString(await answer.text(), "text/html");
      for (const part of document.querySelectorAll("[data-live]")) {
        const now = page.getElementById(part.id);
        const busy = part !== document.activeElement && part.contains(document.activeElement);
        if (now && !busy && now.innerHTML !== part.innerHTML) part.innerHTML = now.innerHTML;
      }
      drawn = upto;
    }, 1000);
    listen((news) => {
      latest = news.last || latest;
      if (!news.last || news.last !== drawn) redraw();
    });
  }
})();
