/**
 * @module web-test/browser
 * A real browser that a test drives as a person would: what it presses it finds by role and name, as the browser's own
 * accessibility tree has them. Pages are of persons, who share nothing.
 */
import { atEnd } from "../support/cleanup.ts";
import { tempDir } from "../support/tempdir.ts";
import { until } from "../support/until.ts";
import { DevTools, type Session } from "./devtools.ts";

/** Where the browser is; undefined where there is none. */
export const CHROMIUM = Bun.which("chromium") ?? Bun.which("google-chrome") ?? undefined;

/** How long what is to be seen may take, milliseconds: a browser is slow where the machine is busy. */
const timeoutMs = 30_000;

/** A page of the browser. */
export class Page {
  readonly #session: Session;

  constructor(session: Session) {
    this.#session = session;
  }

  /** The value of an expression in the page, as JSON has it. */
  async evaluate(expression: string): Promise<unknown> {
    const { result, exceptionDetails } = await this.#session.call("Runtime.evaluate", {
      ...{ expression, returnByValue: true, awaitPromise: true },
    });
    if (exceptionDetails !== undefined) throw new Error(`${expression}: ${JSON.stringify(exceptionDetails)}`);
    return (result as { value?: unknown }).value;
  }

  /** All that the page shows. */
  async text(): Promise<string> {
    return String(await this.evaluate("document.body.innerText"));
  }

  /** Whether something of that role and name is shown; `name` may be a part of it. */
  async has(role: string, name: string): Promise<boolean> {
    return (await this.#find(role, name)) !== undefined;
  }

  /** Waits until something of that role and name is shown. */
  async sees(role: string, name: string): Promise<void> {
    await this.#until(() => this.has(role, name), `the ${role} “${name}”`);
  }

  /** Waits until nothing of that role and name is shown. */
  async misses(role: string, name: string): Promise<void> {
    await this.#until(async () => !(await this.has(role, name)), `no ${role} “${name}”`);
  }

  /** Waits until the page shows a text. */
  async reads(text: string): Promise<void> {
    await this.#until(async () => (await this.text()).includes(text), `the text “${text}”`);
  }

  /** Presses what has that role and name, once it is there, where it is seen. */
  async press(role: string, name: string): Promise<void> {
    const at = await this.#until(() => this.#standing(role, name), `the ${role} “${name}” to stand still`);
    for (const type of ["mousePressed", "mouseReleased"])
      await this.#session.call("Input.dispatchMouseEvent", { type, ...at, button: "left", clickCount: 1 });
  }

  /** Where something is seen, when it has not moved for a frame and nothing lies over it: nobody hits what moves. */
  async #standing(role: string, name: string): Promise<{ x: number; y: number } | undefined> {
    const objectId = await this.#find(role, name);
    if (objectId === undefined) return undefined;
    await this.#session.call("DOM.scrollIntoViewIfNeeded", { objectId });
    const { result } = await this.#session.call("Runtime.callFunctionOn", {
      objectId,
      awaitPromise: true,
      returnByValue: true,
      functionDeclaration: `async function () {
        const middle = () => {
          const { left, top, width, height } = this.getBoundingClientRect();
          return { x: left + width / 2, y: top + height / 2 };
        };
        const before = middle();
        await new Promise((resolve) => setTimeout(resolve, 50));
        const { x, y } = middle();
        const hit = document.elementFromPoint(x, y);
        return x === before.x && y === before.y && this.contains(hit) ? { x, y } : null;
      }`,
    });
    return (result as { value?: { x: number; y: number } | null }).value ?? undefined;
  }

  /** Types into what has that role and name; what stood there is replaced. */
  async type(role: string, name: string, text: string): Promise<void> {
    const objectId = await this.#until(() => this.#find(role, name), `the ${role} “${name}”`);
    await this.#session.call("Runtime.callFunctionOn", {
      objectId,
      functionDeclaration: "function () { this.focus(); this.select?.(); }",
    });
    await this.#session.call("Input.insertText", { text });
  }

  /** Chooses the option that starts so of the list of that name. */
  async choose(name: string, option: string): Promise<void> {
    const objectId = await this.#until(() => this.#find("combobox", name), `the list “${name}”`);
    await this.#session.call("Runtime.callFunctionOn", {
      objectId,
      functionDeclaration: `function (label) {
        this.value = [...this.options].find(({ text }) => text.startsWith(label)).value;
        this.dispatchEvent(new Event("change", { bubbles: true }));
      }`,
      arguments: [{ value: option }],
    });
  }

  /** Presses a key, such as `Enter` or `Escape`. */
  async key(key: string): Promise<void> {
    const code = key === "Enter" ? 13 : 27;
    for (const type of ["keyDown", "keyUp"])
      await this.#session.call("Input.dispatchKeyEvent", {
        ...{ type, key, windowsVirtualKeyCode: code, ...(key === "Enter" && { text: "\r" }) },
      });
  }

  /** What the page looks like, as a PNG; for whoever looks into a test that fails. */
  async picture(path: string): Promise<void> {
    const { data } = await this.#session.call("Page.captureScreenshot", {});
    await Bun.write(path, Buffer.from(String(data), "base64"));
  }

  async reload(): Promise<void> {
    await this.#session.call("Page.reload", {});
  }

  /** Waits; what does not come is told with what is there instead. */
  async #until<T>(condition: () => Promise<T>, what: string) {
    try {
      return await until(condition, { timeoutMs, what });
    } catch (error) {
      throw new Error(`${String(error)}; the page shows: ${await this.text()}`, { cause: error });
    }
  }

  /** The object of the first element of that role whose name has `name` in it. */
  async #find(role: string, name: string): Promise<string | undefined> {
    const { root } = await this.#session.call("DOM.getDocument", { depth: 0 });
    const { nodeId } = root as { nodeId: number };
    const { nodes } = await this.#session.call("Accessibility.queryAXTree", { nodeId, role });
    const shown = nodes as { ignored: boolean; name?: { value: string }; backendDOMNodeId: number }[];
    const exact = shown.find((node) => !node.ignored && node.name?.value === name);
    const found = exact ?? shown.find((node) => !node.ignored && node.name?.value.includes(name));
    if (found === undefined) return undefined;
    const { object } = await this.#session.call("DOM.resolveNode", { backendNodeId: found.backendDOMNodeId });
    return (object as { objectId: string }).objectId;
  }
}

/** The browser, without a window. Ends with the test process at the latest. */
export class Browser {
  readonly #devtools: DevTools;
  readonly #child: Bun.Subprocess;

  private constructor(child: Bun.Subprocess, devtools: DevTools) {
    this.#child = child;
    this.#devtools = devtools;
  }

  static async start(): Promise<Browser> {
    if (CHROMIUM === undefined) throw new Error("there is no browser");
    const child = Bun.spawn(
      [
        CHROMIUM,
        ...["--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--no-first-run"],
        ...["--remote-debugging-port=0", `--user-data-dir=${tempDir("browser")}`, "about:blank"],
      ],
      { stdout: "ignore", stderr: "pipe" },
    );
    atEnd(async () => child.kill(9));
    return new Browser(child, await DevTools.connect(await addressOf(child.stderr)));
  }

  /** Opens a page as a person who was never here. */
  async open(url: string): Promise<Page> {
    const { browserContextId } = await this.#devtools.call("Target.createBrowserContext", {});
    const { targetId } = await this.#devtools.call("Target.createTarget", {
      ...{ url: "about:blank", browserContextId },
    });
    const session = await this.#devtools.attach(String(targetId));
    for (const domain of ["DOM", "Accessibility", "Page", "Runtime"])
      await session.call(`${domain}.enable`, {});
    // Several pages at once are looked at, each by its person.
    await session.call("Emulation.setFocusEmulationEnabled", { enabled: true });
    const arrived = async () => (await session.call("Page.navigate", { url })).errorText === undefined;
    await until(arrived, { timeoutMs, what: `the page at ${url}` });
    return new Page(session);
  }

  async stop(): Promise<void> {
    this.#devtools.close();
    this.#child.kill();
    await this.#child.exited;
  }
}

/** Reads what the browser says at its start, until it says where it is driven. */
async function addressOf(stderr: ReadableStream<Uint8Array>): Promise<string> {
  const decoder = new TextDecoder();
  let said = "";
  for await (const chunk of stderr) {
    said += decoder.decode(chunk, { stream: true });
    const [, address] = /DevTools listening on (ws:\S+)/.exec(said) ?? [];
    if (address !== undefined) return address;
  }
  throw new Error(`the browser ended: ${said}`);
}
