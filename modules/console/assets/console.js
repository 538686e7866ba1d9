// What the page does beyond being read: copying commands, live figures, a chat. Without it all is there but those.
"use strict";

const said = document.getElementById("said");

// The same words twice are said twice.
function say(text) {
  said.textContent = "";
  setTimeout(() => { said.textContent = text; }, 50);
}

// ---- copying ----

async function copy(text) {
  if (navigator.clipboard && window.isSecureContext) return navigator.clipboard.writeText(text);
  const area = document.createElement("textarea");  // a page from another machine without TLS
  area.value = text;
  area.className = "unseen";
  document.body.append(area);
  area.select();
  const done = document.execCommand("copy");
  area.remove();
  if (!done) throw new Error("refused");
}

for (const block of document.querySelectorAll(".command")) {
  const command = block.textContent.trim();
  const button = document.createElement("button");
  button.type = "button";
  button.textContent = "Copy";
  button.setAttribute("aria-label", "Copy: " + command);
  button.addEventListener("click", async () => {
    try {
      await copy(command);
      button.textContent = "Copied";
      say("Copied to the clipboard");
    } catch {
      button.textContent = "Select it";
      say("The browser does not let this page copy; select the command instead");
      getSelection().selectAllChildren(block.querySelector("code"));
    }
    button.focus();
    setTimeout(() => { button.textContent = "Copy"; }, 2000);
  });
  block.classList.add("copies");
  block.append(button);
}

// ---- waiting longer after each failure ----

class Backoff {
  #failures = 0;
  #timer = 0;
  again(work) {
    const longest = Math.min(30000, 500 * 2 ** this.#failures++);
    clearTimeout(this.#timer);
    this.#timer = setTimeout(work, longest / 2 + Math.random() * longest / 2);
  }
  reset() { this.#failures = 0; }
  stop() { clearTimeout(this.#timer); }
}

// ---- figures ----

const state = document.getElementById("state");
const shown = new Map();
for (const figure of document.querySelectorAll("#figures dd")) shown.set(figure.dataset.key, figure);
const whole = new Intl.NumberFormat("en");
const tenths = new Intl.NumberFormat("en", { maximumFractionDigits: 1 });

function duration(seconds) {
  const parts = [[Math.floor(seconds / 86400), "d"], [Math.floor(seconds / 3600) % 24, "h"],
                 [Math.floor(seconds / 60) % 60, "m"], [Math.floor(seconds) % 60, "s"]];
  while (parts.length > 1 && parts[0][0] === 0) parts.shift();
  return parts.slice(0, 2).map(([count, unit]) => count + unit).join(" ");
}

function show(values) {
  for (const [key, value] of Object.entries(values)) {
    const figure = shown.get(key);
    if (!figure) continue;
    const text = figure.dataset.unit === "seconds" ? duration(value)
      : (Number.isInteger(value) ? whole : tenths).format(value);
    if (figure.textContent === text) continue;
    figure.textContent = text;
    if (figure.dataset.unit === "seconds") continue;
    figure.classList.remove("moved");
    void figure.offsetWidth;  // begins the animation anew
    figure.classList.add("moved");
  }
}

function tell(name, text) {
  state.dataset.state = name;
  state.textContent = text;
}

const figures = {
  source: null,
  backoff: new Backoff(),
  open() {
    if (this.source || document.hidden) return;
    const source = this.source = new EventSource("/api/stats/stream");
    source.addEventListener("open", () => tell("live", "live"));
    source.addEventListener("stats", (event) => {
      this.backoff.reset();
      show(JSON.parse(event.data).figures);
    });
    source.addEventListener("error", () => {
      this.close();
      tell("lost", "connection lost, trying again");
      this.backoff.again(() => this.open());
    });
  },
  close() {
    this.source?.close();
    this.source = null;
  },
};
document.addEventListener("visibilitychange", () => {
  if (document.hidden) {
    figures.close();
    figures.backoff.stop();
    tell("still", "paused");
  } else {
    figures.open();
  }
});
addEventListener("pagehide", () => figures.close());
addEventListener("pageshow", () => figures.open());
figures.open();

// ---- chat ----

const messages = document.getElementById("messages");
const form = document.getElementById("say");
const kept = 100;

function line(user, text) {
  const item = document.createElement("p");
  if (user) {
    const name = document.createElement("b");
    name.textContent = user;
    item.append(name);
  } else {
    item.className = "note";
  }
  item.append(text);
  messages.append(item);
  while (messages.children.length > kept) messages.firstChild.remove();
  messages.scrollTop = messages.scrollHeight;
}

const chat = {
  socket: null,
  user: "",
  since: null,
  waiting: [],
  backoff: new Backoff(),
  say(user, content) {
    if (user !== this.user) {
      this.user = user;
      this.leave();
    }
    this.waiting.push(JSON.stringify({ type: "message", content, user }));
    this.open();
    this.flush();
  },
  // A browser warns in its console of a socket closed before it was open: that one closes itself when it is.
  leave() {
    if (this.socket?.readyState === WebSocket.OPEN) this.socket.close(1000);
    this.socket = null;
  },
  flush() {
    if (this.socket?.readyState !== WebSocket.OPEN) return;
    for (const message of this.waiting.splice(0)) this.socket.send(message);
  },
  open() {
    if (this.socket) return;
    const query = new URLSearchParams({ user: this.user });
    if (this.since !== null) query.set("since", this.since);
    const scheme = location.protocol === "https:" ? "wss:" : "ws:";
    const socket = this.socket = new WebSocket(`${scheme}//${location.host}/chat?${query}`);
    socket.addEventListener("open", () => {
      if (this.socket !== socket) {
        socket.close(1000);
        return;
      }
      this.backoff.reset();
      this.flush();
    });
    socket.addEventListener("message", (event) => {
      if (this.socket === socket) this.show(JSON.parse(event.data));
    });
    socket.addEventListener("close", (event) => {
      if (this.socket !== socket) return;
      this.socket = null;
      if (event.code === 1000) return;
      line("", "Cut off; connecting again.");
      this.backoff.again(() => this.open());
    });
  },
  show(frame) {
    // A position in the room's log: direct messages have theirs in the inbox. Whoever says something may call it
    // what they like; what is without a position, the server says.
    if (frame.room === "lobby" && Number.isInteger(frame.seq)) {
      this.since = frame.seq;
      line(frame.user || "anonymous", frame.content);
    } else if (frame.type === "gap" || frame.type === "error") {
      line("", frame.content || "That was refused.");
    }
  },
};

form.elements.user.value = "guest-" + Math.floor(Math.random() * 9000 + 1000);
document.getElementById("try").addEventListener("focusin", () => {
  if (chat.user) return;
  chat.user = form.elements.user.value.trim();
  if (chat.user) chat.open();
});
form.addEventListener("submit", (event) => {
  event.preventDefault();
  const content = form.elements.content;
  const user = form.elements.user.value.trim();
  if (!user || !content.value.trim()) return;
  chat.say(user, content.value);
  content.value = "";
  content.focus();
});
document.getElementById("try").hidden = false;
