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

  const code = document.getElementById("code-flow");
  if (code) {
    const show = () => {
      code.hidden = !document.getElementById("auth-code").checked;
    };
    for (const radio of document.querySelectorAll("[name=auth]")) radio.addEventListener("change", show);
    show();
  }

  const log = document.getElementById("log");
  if (log && window.EventSource) {
    const most = 200;
    const live = document.getElementById("live");
    const pause = document.getElementById("pause");
    const waiting = [];
    let paused = false;
    let fresh = 0;
    const add = (html) => {
      log.insertAdjacentHTML("afterbegin", html);
      offerCopies(log.firstElementChild);
      document.getElementById("none").hidden = true;
      while (log.children.length > most) log.lastElementChild.remove();
    };
    const events = new EventSource(log.dataset.stream);
    const status = () => {
      live.textContent = paused ? `Paused, ${waiting.length} waiting` : "Live";
    };
    events.onopen = status;
    events.onerror = () => {
      const lost = events.readyState === EventSource.CLOSED;
      live.textContent = lost ? "Not connected: reload the page" : "Not connected; trying again";
    };
    events.onmessage = (event) => {
      fresh += 1;
      if (paused) waiting.push(event.data);
      else add(event.data);
      if (waiting.length > most) waiting.shift();
      status();
    };
    pause.hidden = false;
    pause.addEventListener("click", () => {
      paused = !paused;
      pause.textContent = paused ? "Go on" : "Pause";
      while (!paused && waiting.length > 0) add(waiting.shift());
      status();
    });
    setInterval(() => {
      if (fresh > 0) tell(`${fresh} new ${fresh === 1 ? "request" : "requests"}`);
      fresh = 0;
    }, 5000);
    addEventListener("pagehide", () => events.close());
  }
})();
