// Looks at the page at / in a browser, as test_console.py asks: node console_page.mjs BROWSER URL FOLDER.
// Prints one JSON object, {check: what was seen}; screenshots go into FOLDER. What is expected stands in the test.
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";

const [browserPath, url, folder, modules] = process.argv.slice(2);
const require = createRequire(join(modules, "anchor.js"));
const { chromium } = require("playwright-core");
const axe = readFileSync(require.resolve("axe-core/axe.min.js"), "utf8");

const browser = await chromium.launchPersistentContext(join(folder, "profile"), {
  executablePath: browserPath,
  headless: true,
  args: ["--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
         "--disable-background-networking", "--disable-component-update", "--disable-sync"],
  viewport: { width: 1280, height: 900 },
  permissions: ["clipboard-read", "clipboard-write"],
});
const seen = {};

// A page that writes down what goes wrong in it.
async function open(options = {}) {
  const page = await browser.newPage();
  page.problems = [];
  page.foreign = [];
  page.on("console", (message) => {
    if (["error", "warning"].includes(message.type())) page.problems.push(message.text());
  });
  page.on("pageerror", (error) => page.problems.push(String(error)));
  page.on("request", (request) => {
    if (new URL(request.url()).host !== new URL(url).host) page.foreign.push(request.url());
  });
  if (options.width) await page.setViewportSize({ width: options.width, height: 800 });
  if (options.scheme) await page.emulateMedia({ colorScheme: options.scheme, reducedMotion: "reduce" });
  await page.goto(url);
  return page;
}

const figure = (page, key) => page.locator(`#figures dd[data-key="${key}"]`);
const number = async (page, key) => Number((await figure(page, key).textContent()).replaceAll(",", ""));

async function post(content, { path = "/api/messages", ...more } = {}) {
  const who = more.from ? {} : { user: "Test" };
  const answer = await fetch(new URL(path, url), {
    method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify({ content, ...who, ...more }),
  });
  if (!answer.ok) throw new Error(`${path}: ${await answer.text()}`);
}

async function live() {
  const page = await open();
  await page.locator('#state[data-state="live"]').waitFor();
  const before = await number(page, "messages");
  await post("counted");
  await page.waitForFunction(
    ([key, value]) => Number(document.querySelector(`#figures dd[data-key="${key}"]`).textContent.replaceAll(",", "")) > value,
    ["messages", before]);
  seen.messages = [before, await number(page, "messages")];
  seen.streams = await number(page, "event_streams");

  // A hidden page follows nothing; shown again it does.
  const setHidden = (hidden) => page.evaluate((value) => {
    Object.defineProperty(document, "hidden", { configurable: true, get: () => value });
    document.dispatchEvent(new Event("visibilitychange"));
  }, hidden);
  await setHidden(true);
  seen.paused = await page.locator("#state").textContent();
  await setHidden(false);
  await page.locator('#state[data-state="live"]').waitFor();
  seen.resumed = await page.locator("#state").textContent();
  seen.problems = page.problems;
  seen.foreign = page.foreign;
  await page.close();
}

async function copying() {
  const page = await open();
  const first = page.locator(".command").first();
  const command = (await first.locator("code").textContent()).trim();
  const button = first.getByRole("button");
  await button.focus();
  await page.keyboard.press("Enter");
  await page.waitForFunction(() => document.getElementById("said").textContent !== "");
  seen.copied = {
    command, clipboard: await page.evaluate(() => navigator.clipboard.readText()),
    said: await page.locator("#said").textContent(), focused: await button.evaluate((b) => b === document.activeElement),
  };
  seen.commands = await page.locator(".command code").allTextContents();
  seen.buttons = await page.locator(".command button").count();
  await page.close();
}

async function chatting() {
  const page = await open();
  // Whoever types another name and sends before the connection stands, which the first focus began, leaves no warning.
  await page.evaluate(() => {
    form.elements.user.dispatchEvent(new Event("focusin", { bubbles: true }));
    form.elements.user.value = "Bob";
    form.elements.content.value = "in a hurry";
    form.requestSubmit();
  });
  await page.locator("#messages p", { hasText: "in a hurry" }).waitFor();
  await page.locator('#say input[name="user"]').fill("Ada");
  await page.locator('#say input[name="content"]').fill("<b>Hello</b> from the page");
  await page.keyboard.press("Enter");
  await page.locator("#messages p", { hasText: "<b>Hello</b> from the page" }).waitFor();
  await post("an answer");
  await page.locator("#messages p", { hasText: "an answer" }).waitFor();
  // A position in the page's inbox is none in the room: after a cut nothing comes again, nor is anything missing.
  await post("psst", { path: "/api/messages/direct", from: "Test", to: "Ada" });
  await post("named as an error", { type: "error" });
  await page.locator("#messages p", { hasText: "named as an error" }).waitFor();
  await page.evaluate(() => chat.socket.close(4000));
  await page.locator("#messages p", { hasText: "Cut off" }).waitFor();
  await post("meanwhile");
  await page.locator("#messages p", { hasText: "meanwhile" }).waitFor();
  await post("and after");
  await page.locator("#messages p", { hasText: "and after" }).waitFor();
  seen.chat = await page.locator("#messages p").allTextContents();
  seen.chatProblems = page.problems;
  await page.close();
}

async function looks() {
  seen.violations = {};
  for (const scheme of ["light", "dark"]) {
    const page = await open({ scheme });
    await page.locator('#state[data-state="live"]').waitFor();
    await page.evaluate(axe);  // through the debugger, which the page's policy does not concern
    const result = await page.evaluate(() => axe.run(document, { resultTypes: ["violations"] }));
    seen.violations[scheme] = result.violations.map(
      (v) => `${v.id}: ${v.help}: ${v.nodes.slice(0, 3).map((n) => n.html).join(" | ")}`);
    await page.screenshot({ path: join(folder, `${scheme}.png`), fullPage: true });
    await page.close();
  }
  seen.overflow = {};
  for (const width of [320, 768, 1280]) {
    const page = await open({ width });
    seen.overflow[width] = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
    if (width === 320) await page.screenshot({ path: join(folder, "narrow.png"), fullPage: true });
    await page.close();
  }
}

async function keyboard() {
  const page = await open();
  await page.keyboard.press("Tab");
  seen.skip = await page.evaluate(() => {
    const link = document.activeElement;
    return { text: link.textContent, visible: link.getBoundingClientRect().top >= 0, outline: getComputedStyle(link).outlineStyle };
  });
  await page.keyboard.press("Enter");
  seen.skipped = new URL(page.url()).hash;
  seen.headings = await page.locator("h1, h2, h3").evaluateAll((all) => all.map((h) => Number(h.tagName[1])));
  seen.links = await page.locator('a[href^="/"]').evaluateAll((all) => all.map((a) => a.getAttribute("href")));
  seen.anchors = await page.locator('a[href^="#"]').evaluateAll(
    (all) => all.map((a) => a.getAttribute("href")).filter((href) => !document.querySelector(href)));
  await page.close();
}

try {
  for (const look of [live, copying, chatting, looks, keyboard]) await look();
} finally {
  await browser.close();
}

// Without scripts, in a browser of its own.
const plain = await chromium.launch({ executablePath: browserPath, headless: true, args: ["--no-sandbox", "--disable-gpu", "--disable-quic"] });
const context = await plain.newContext({ javaScriptEnabled: false });
const page = await context.newPage();
await page.goto(url);
seen.plain = {
  commands: await page.locator(".command").allTextContents(),
  figures: await page.locator("#figures dd").allTextContents(),
  buttons: await page.getByRole("button").count(),
  rows: await page.locator(".rows tbody tr").count(),
};
await plain.close();
console.log(JSON.stringify(seen));
