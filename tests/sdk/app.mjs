// An app with the vendor's SDK in it, for tests: it remembers what it was shown.
import { fetchText } from '../../adapters/rongcloud/http.mjs';
import { Link, Page } from '../../adapters/rongcloud/surroundings.mjs';

const PATIENCE = 30000; // milliseconds: so long may a slow machine take for what comes in a moment

const HOSTS = new Set(['127.0.0.1']);

export const PRIVATE = 1, GROUP = 3, ROOM = 4;

export const alice = { conversationType: PRIVATE, targetId: 'alice' };
export const bob = { conversationType: PRIVATE, targetId: 'bob' };
export const team = { conversationType: GROUP, targetId: 'team' };
export const lobby = { conversationType: ROOM, targetId: 'lobby' };

// Waits until `isTrue`; what has not come after a long time will not come.
export async function until(isTrue, what) {
  const deadline = performance.now() + PATIENCE;
  while (!isTrue()) {
    if (performance.now() > deadline) throw new Error(`it did not happen that ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 2));
  }
}

export class App {
  // `keep` names what shall be as in an earlier page: {profile}.
  constructor(service, user, platform = 'web', { profile = new Map(), navigators = [service.url], appkey = 'ak' } = {}) {
    this.service = service;
    this.user = user;
    this.profile = profile;
    this.messages = [];
    this.typings = [];
    this.rooms = [];
    this.states = [];
    this.finished = 0;
    this.page = new Page(platform, Date.now);
    this.page.open(profile, new Link(HOSTS));
    this.sdk = this.page.sdk;
    this.sdk.init({ appkey, navigators, customCMP: [new URL(service.url).host] });
    this.listen(this.sdk.Events);
    service.apps.add(this);
  }

  listen(Events) {
    const on = (event, run) => this.sdk.addEventListener(event, run);
    on(Events.MESSAGES, ({ messages }) => this.messages.push(...messages));
    on(Events.TYPING_STATUS, ({ status }) => this.typings.push(...status));
    on(Events.CHATROOM, (event) => this.rooms.push(event));
    on(Events.PULL_OFFLINE_MESSAGE_FINISHED, () => ++this.finished);
    for (const state of ['CONNECTED', 'SUSPEND', 'DISCONNECT']) {
      on(Events[state], (code) => this.states.push(code === undefined ? state : `${state} ${code}`));
    }
  }

  async connect(token = `tok-${this.user}`) {
    return (await this.sdk.connect(token)).code;
  }

  // Connects, and waits for the end of the catch-up.
  async login() {
    const before = this.finished;
    const code = await this.connect();
    if (code !== 0) throw new Error(`${this.user} was refused: ${code}`);
    await until(() => this.finished > before, `${this.user} caught up`);
    return this;
  }

  async logout() {
    await this.sdk.disconnect();
    await this.service.still();
  }

  // The network goes for a moment; the SDK comes back by itself.
  async loseLine() {
    this.page.link.cut();
    this.page.link.isUp = true;
    const before = this.count('CONNECTED');
    await until(() => this.count('CONNECTED') > before, `${this.user} came back`);
    await this.service.still();
  }

  count(state) {
    return this.states.filter((each) => each === state).length;
  }

  async say(to, content, type = 'RC:TxtMsg') {
    const message = new this.sdk.BaseMessage(type, { content }, true, true);
    const result = await this.sdk.sendMessage(to, message);
    await this.service.still();
    return result;
  }

  async recall(to, { messageUId, sentTime }) {
    const { code } = await this.sdk.recallMessage(to, { messageUId, sentTime });
    await this.service.still();
    return code;
  }

  texts() {
    return this.messages.filter(({ messageType }) => messageType === 'RC:TxtMsg').map(({ content }) => content.content);
  }

  // The ids of the messages that it was told to take back.
  recalls() {
    return this.messages.filter(({ messageType }) => messageType === 'RC:RcCmd').map(({ content }) => content.messageUId);
  }

  find(text) {
    return this.messages.find(({ content }) => content.content === text);
  }

  async close() {
    this.service.apps.delete(this);
    await this.page.close();
  }
}

// An emulator, and all apps that talk to it.
export class Service {
  apps = new Set();

  constructor(url) {
    this.url = url;
  }

  async ask(op, body) {
    const options = { method: 'POST', body: JSON.stringify(body), headers: { 'Content-Type': 'application/json' } };
    const { status, text } = await fetchText(`${this.url}/mdsync/${op}`, body === undefined ? {} : options);
    if (status !== 200) throw new Error(`/mdsync/${op}: ${status} ${text}`);
    return JSON.parse(text);
  }

  async closeAll() {
    for (const each of [...this.apps]) await each.close();
  }

  // A new world with these settings; everybody has gone.
  async reset(app = {}, others = {}) {
    await this.closeAll();
    const world = { mdsync: 'trace/1', t: Date.parse('2024-05-01T09:00:00+08:00'), app, users: { alice: {}, bob: {} },
                    groups: { team: ['alice', 'bob'] }, chatrooms: ['lobby'], ...others };
    await this.ask('reset', { seed: 1, world });
  }

  // Waits until nothing is under way: what has not come by then does not come.
  async still() {
    const activity = () => [...this.apps].reduce((sum, { page }) => sum + page.traffic.frames, 0);
    const deadline = performance.now() + PATIENCE;
    for (;;) {
      await until(() => [...this.apps].every(({ page }) => page.isIdle()), 'all is still');
      const before = activity();
      const state = await this.ask('state');
      for (let i = 0; i < 4; ++i) await new Promise((resolve) => setImmediate(resolve));
      if (state.underWay === 0 && before === activity()) return;
      if (performance.now() > deadline) throw new Error(`the server is not still: ${state.underWay} under way`);
    }
  }
}
