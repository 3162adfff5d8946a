// Device: one installation of an app with the vendor's SDK in it. It does what a user would do, and tells what the app
// was shown: not what came over the wire.
import { contentOf, NOBODYS, RECALL, TYPING } from './ledger.mjs';
import { Link } from './surroundings.mjs';
import { Refused, Unsupported } from './talk.mjs';

const CONVERSATION = { user: 1, group: 3, chatroom: 4 };
const SENT = 1;      // the direction of what a user sent, here on another device
const RETRIEVED = 8; // the received status of what another device of the user had before
const KICKED = 31010;
const TABS = 10;     // more web pages than these of one user do not stay online together

// What the SDK is told to be. There is no SDK for HarmonyOS that runs here; it is of the same class as Android.
const PLAYED_AS = { web: 'web', miniprogram: 'miniprogram', android: 'android', harmony: 'android', ios: 'ios' };

// `alice`, `group:team`, `chatroom:lobby` as kind and name.
export function placeOf(to) {
  const [kind, name] = to.includes(':') ? to.split(':') : ['user', to];
  return { kind, name };
}

// Where `user` finds a message: with the other one of the two, or in the group or room.
export function whereFor(user, { author, to }) {
  return to.includes(':') || author === user ? to : author;
}

// Whether the SDK says that it heard nothing: the line broke, or the time is over. What the server did, nobody knows.
function isUnanswered(code) {
  return code === -1 || (code > 30000 && code < 31000);
}

// So long as nobody has to wait for an answer from the network, the SDK has answered by then.
async function answeredAtOnce(asked) {
  const breath = new Promise((resolve) => setImmediate(() => setImmediate(resolve)));
  return Promise.race([asked, breath]);
}

export class Device {
  // `name` is user/device; of `world` it needs service, shelf, ledger, types, tell() and later().
  constructor(name, platform, world) {
    this.name = name;
    this.user = name.split('/')[0];
    this.platform = platform;
    this.world = world;
    this.isOnline = false;
    this.page = null;
    this.isHeld = false;
    this.forget();
  }

  // A new installation: nothing stored, nothing listed.
  forget() {
    this.profile = new Map();
    this.listed = new Set();
  }

  tell(event) {
    this.world.tell({ ...event, dev: this.name });
  }

  // Whether something that it began has not ended. What a hold keeps from it does not count.
  isBusy() {
    return this.page !== null && !this.isHeld && !this.page.isIdle();
  }

  // -- what its user does

  async login() {
    if (this.page === null) this.open();
    this.endGhost();
    this.page.link.isUp = true;
    this.brought = 0;
    this.typings = new Set();
    this.reason = null;
    const asked = this.page.sdk.connect(await this.world.service.tokenOf(this.user));
    const { code } = await this.world.patiently(asked, true);
    if (code !== 0) throw new Refused(String(code));
  }

  open() {
    const { service, shelf, types } = this.world;
    const platform = PLAYED_AS[this.platform] ?? service.playsDesktopAs;
    if (!platform) throw new Unsupported('the vendor\'s SDK for desktops is a native library');
    this.page = shelf.take(platform);
    this.page.open(this.profile, new Link(service.hosts, service.headersOf(this)));
    const { sdk } = this.page;
    sdk.init({ appkey: service.appKey, navigators: service.navigators, customCMP: service.sockets });
    for (const [type, kind] of Object.entries(types)) {
      const isNormal = kind === 'normal';
      sdk.registerMessageType(type, isNormal, isNormal, [], !isNormal);
    }
    this.listen(sdk);
  }

  async logout() {
    await this.leave('logout');
  }

  // Ends its session for `reason`; the SDK shall not come back by itself.
  async leave(reason) {
    this.reason = reason;
    if (this.page !== null) await this.page.sdk.disconnect();
    this.ended(reason);
  }

  // Its network will be gone for a reason that the server notices later: until endGhost() it counts as online.
  becomeGhost() {
    this.isGhost = this.isOnline;
    this.isOnline = false;
  }

  // Its network is gone.
  async lose(reason) {
    this.reason = reason;
    this.page?.link.cut();
    await this.page?.sdk.disconnect();
    this.ended(reason);
  }

  // The server has noticed that it is gone, or has to.
  endGhost(reason = 'drop') {
    if (!this.isGhost) return;
    this.isGhost = false;
    this.tell({ ev: 'offline', reason });
  }

  async reinstall() {
    this.endGhost('uninstall');
    this.reason = 'uninstall';
    await this.close();
    this.ended('uninstall');
    this.forget();
  }

  async close() {
    const { page } = this;
    this.page = null;
    if (page !== null) await this.world.shelf.put(page);
  }

  async send({ msg, to, type, text }) {
    const message = this.world.ledger.write(msg, this.user, to, type);
    if (this.page === null) throw new Refused('mdsync:offline');
    const asked = this.ask(type, this.conversation(to), contentOf(type, msg, text));
    message.answered = asked;
    const result = await answeredAtOnce(asked);
    if (result && result.code !== 0) throw new Refused(String(result.code));
    asked.then(({ code, data }) => {
      if (isUnanswered(code)) return;
      if (code !== 0) return this.world.tell({ ev: 'reject', msg, code: String(code) });
      this.world.ledger.learn(msg, data.messageUId, data.sentTime);
      this.accepted(msg, data);
    });
  }

  ask(type, conversation, content) {
    const { sdk } = this.page;
    if (type === TYPING) return sdk.sendTypingStatusMessage(conversation, content.typingContentType);
    const { types } = this.world;
    const isNormal = types[type] !== 'status';
    return sdk.sendMessage(conversation, new sdk.BaseMessage(type, content, isNormal, isNormal));
  }

  // For a status message the SDK does not wait, so its word means nothing: it is taken when all has gone out and come in.
  accepted(msg, { messageUId, sentTime }) {
    const event = { ev: 'accept', msg };
    if (messageUId) this.world.tell(event, sentTime);
    else this.world.whenStill(() => this.isOnline && this.world.tell(event));
  }

  async recall({ msg }) {
    const message = this.world.ledger.find(msg);
    if (message?.answered && !message.uid) await this.world.patiently(message.answered);
    if (this.page === null) throw new Refused('mdsync:offline');
    const where = this.conversation(message ? whereFor(this.user, message) : this.user);
    const options = { messageUId: message?.uid ?? NOBODYS, sentTime: message?.sentTime || Date.now() };
    const asked = this.page.sdk.recallMessage(where, options);
    const result = await answeredAtOnce(asked);
    if (result && result.code !== 0) throw new Refused(String(result.code));
    asked.then(({ code, data }) => {
      if (isUnanswered(code)) return;
      if (code === 0) this.world.tell({ ev: 'recall-accept', msg }, data.sentTime);
      else this.world.tell({ ev: 'recall-reject', msg, code: String(code) });
    });
  }

  async enter(room) {
    await this.visit((sdk, id) => sdk.joinChatRoom(id, { count: -1 }), room);
  }

  async exit(room) {
    await this.visit((sdk, id) => sdk.quitChatRoom(id), room);
  }

  async visit(ask, room) {
    if (this.page === null) throw new Refused('mdsync:offline');
    const asked = ask(this.page.sdk, this.conversation(`chatroom:${room}`).targetId);
    const { code } = (!this.isHeld && await this.world.patiently(asked)) || { code: 0 };
    if (code !== 0) throw new Refused(String(code));
  }

  conversation(to) {
    const { kind, name } = placeOf(to);
    return { conversationType: CONVERSATION[kind], targetId: this.world.service.real(kind, name) };
  }

  // -- what the app is shown

  listen(sdk) {
    const { Events } = sdk;
    const on = (event, run) => sdk.addEventListener(event, run);
    on(Events.CONNECTED, () => this.came());
    on(Events.SUSPEND, () => this.ended('drop'));
    on(Events.DISCONNECT, (code) => this.ended(code === KICKED ? this.kicked() : 'drop'));
    on(Events.MESSAGES, ({ messages }) => messages.forEach((message) => this.shown(message)));
    on(Events.TYPING_STATUS, ({ status }) => status.forEach((place) => this.typed(place)));
    on(Events.CONVERSATION, ({ conversationList }) => conversationList.forEach((each) => this.list(each)));
    // The list of conversations is told after the end of the catch-up.
    on(Events.PULL_OFFLINE_MESSAGE_FINISHED, () => {
      this.isCatchingUp = false;
      this.world.later(() => this.caughtUp());
    });
  }

  came() {
    if (this.isOnline) return;
    this.isOnline = true;
    this.isCatchingUp = true;
    this.tell({ ev: 'online' });
  }

  ended(reason) {
    if (!this.isOnline) return;
    this.isOnline = false;
    this.tell({ ev: 'offline', reason: this.reason ?? reason });
  }

  // The SDK does not say which limit it was.
  kicked() {
    const isWeb = this.platform === 'web';
    return isWeb && this.world.countOnline(this.user, 'web') >= TABS ? 'evicted' : 'replaced';
  }

  shown(message) {
    const { ledger } = this.world;
    if (message.messageType === RECALL) {
      this.world.tell({ ev: 'recalled', msg: ledger.nameOfRecalled(message), dev: this.name }, message.sentTime);
      return;
    }
    ++this.brought;
    const event = { ev: 'receive', msg: ledger.nameOf(message), dev: this.name, via: this.wayOf(message) };
    const { content } = message.content;
    if (typeof content === 'string') event.text = content;
    this.world.tell(event, message.sentTime);
  }

  // The SDK compares times: a message of the very moment of the login is no offline message to it, though it waited.
  wayOf({ isOffLineMessage, receivedStatus, messageDirection }) {
    if (!isOffLineMessage && !this.isCatchingUp) return 'live';
    return messageDirection === SENT || (receivedStatus & RETRIEVED) !== 0 ? 'compensation' : 'offline';
  }

  // Who types is a state, which is told again when it changes: only what is new in it was received.
  typed({ list }) {
    for (const { messageType } of list) {
      if (this.typings.has(messageType)) continue;
      this.typings.add(messageType);
      this.tell({ ev: 'receive', msg: this.world.ledger.nameOfTyping(messageType) });
    }
  }

  list({ conversation: { conversationType, targetId } }) {
    const { service } = this.world;
    if (conversationType === CONVERSATION.user) this.listed.add(service.known('user', targetId));
    if (conversationType === CONVERSATION.group) this.listed.add(`group:${service.known('group', targetId)}`);
  }

  caughtUp() {
    if (this.isOnline) this.tell({ ev: 'caught-up', count: this.brought, conversations: [...this.listed] });
  }
}
