// World: what one scenario plays in, from one `reset` to the next. It does what mdsync asks, with devices, the app's
// backend and the console, and tells what happened.
import { timeOf } from './backend.mjs';
import { Device, placeOf, whereFor } from './device.mjs';
import { Ledger, NOBODYS } from './ledger.mjs';
import { Unsupported } from './talk.mjs';

export class World {
  // `tell` takes events.
  constructor(service, shelf, request, tell) {
    this.service = service;
    this.shelf = shelf;
    this.say = tell;
    this.types = request.world.messageTypes;
    this.readings = request.world.readings;
    this.ledger = new Ledger();
    this.devices = new Map();
    for (const [user, devices] of Object.entries(request.world.users)) {
      for (const [name, platform] of Object.entries(devices)) {
        this.devices.set(`${user}/${name}`, new Device(`${user}/${name}`, platform, this));
      }
    }
    this.notices = [];  // drops that the server will notice: {device, due}
    this.postponed = 0; // what waits for the SDK's next breath
    this.atRest = [];   // what is told when all is still
    this.told = 0;
    this.openCount = new Map();
  }

  // -- what the devices need

  tell(event, time = 0) {
    if (this.isOver) return;
    const { clock } = this.service;
    clock.learn(time);
    ++this.told;
    this.say({ ...clock.stamp(), ...event });
  }

  // Waits for `asked`, unless that has to wait for the service's clock, which only some requests may move.
  async patiently(asked, mayMove = false) {
    return this.service.patiently(asked, this, mayMove);
  }

  later(run) {
    ++this.postponed;
    setImmediate(() => {
      --this.postponed;
      run();
    });
  }

  whenStill(run) {
    this.atRest.push(run);
  }

  countOnline(user, platform) {
    return this.all().filter((each) => each.isOnline && each.user === user && each.platform === platform).length;
  }

  // -- stillness

  all() {
    return [...this.devices.values()];
  }

  // Whether nothing is under way but frames that may have to wait for the server's clock.
  isQuick() {
    return this.postponed === 0 && this.all().every(({ page }) => page === null || page.isQuick());
  }

  isIdle() {
    return this.postponed === 0 && !this.all().some((device) => device.isBusy());
  }

  // Whether something waits that will not come by itself.
  isHeld() {
    return this.notices.length > 0 || this.all().some((device) => device.isHeld);
  }

  // Changes with whatever happens.
  activity() {
    return this.all().reduce((sum, { page }) => sum + (page?.traffic.frames ?? 0), this.told);
  }

  connections() {
    return this.all().filter((device) => device.isOnline).length;
  }

  hurry() {
    for (const { page } of this.all()) page?.timers.hurry();
  }

  describeTraffic() {
    return this.all().filter((device) => device.isBusy() || device.isOnline).map(({ name, page, isOnline }) =>
      `${name} ${isOnline ? 'online' : 'offline'}, waits for ${page?.traffic.unanswered.size} answers`).join('; ');
  }

  // -- what mdsync asks

  async settle() {
    await this.service.still(this);
    await this.lookForGhosts();
    for (const run of this.atRest.splice(0)) run();
  }

  // Of a device that is gone and not missed yet nobody is told when the server lets another one take its place.
  async lookForGhosts() {
    if (this.notices.length === 0) return;
    const ended = await this.service.endedSessions(this.notices.map(({ device }) => device));
    this.notices = this.notices.filter(({ device }) => !ended.includes(device));
    for (const device of ended) device.endGhost(device.kicked());
  }

  async advance({ ms }) {
    const { clock } = this.service;
    const target = clock.answered + ms;
    for (;;) {
      const next = this.notices[0];
      const until = Math.min(target, next?.due ?? target);
      await this.service.pass(this, until);
      if (!next || next.due > target) break;
      this.notices.shift();
      next.device.endGhost();
    }
  }

  async login({ dev }) {
    this.forgetNotice(dev);
    await this.devices.get(dev).login();
  }

  async logout({ dev }) {
    await this.devices.get(dev).logout();
  }

  async drop({ dev, noticedAfter }) {
    const device = this.devices.get(dev);
    if (noticedAfter > 0) device.becomeGhost();
    else device.reason = 'drop';
    await this.service.drop(device, noticedAfter);
    await device.lose('drop');
    if (noticedAfter === 0) return;
    this.notices.push({ device, due: this.service.clock.time + noticedAfter });
    this.notices.sort((a, b) => a.due - b.due);
  }

  forgetNotice(dev) {
    this.notices = this.notices.filter(({ device }) => device.name !== dev);
  }

  async reinstall({ dev }) {
    this.forgetNotice(dev);
    await this.devices.get(dev).reinstall();
  }

  async hold({ dev }) {
    await this.service.command('hold', { dev });
    this.devices.get(dev).isHeld = true;
  }

  async release({ dev }) {
    await this.service.command('release', { dev });
    this.devices.get(dev).isHeld = false;
  }

  async send(request) {
    await this.devices.get(request.dev).send(request);
  }

  async publish({ msg, from, to, type, text, api, includeSender }) {
    const { kind, name } = placeOf(to);
    const { service } = this;
    if (kind === 'group' && api === 'message' && this.readings['group-status-path'] === 'seed') {
      throw new Unsupported('in this reading the only path for groups is one for status messages');
    }
    const message = this.ledger.write(msg, from, to, type);
    const asked = service.backend.publish({
      id: msg, from: service.real('user', from), kind, target: service.real(kind, name), type, text, api, includeSender,
    });
    message.answered = asked.catch(() => {});
    const uid = await asked;
    this.ledger.learn(msg, uid, timeOf(uid ?? ''));
    this.tell({ ev: 'accept', msg }, message.sentTime);
  }

  async recall(request) {
    if (request.dev !== undefined) return this.devices.get(request.dev).recall(request);
    const { msg, api } = request;
    const message = this.ledger.find(msg);
    await message?.answered;
    const { kind, name } = placeOf(message ? whereFor(api, message) : api);
    const { service } = this;
    const from = service.real('user', api), target = service.real(kind, name);
    const { uid = null, sentTime = 0 } = message ?? {};
    await service.backend.recall({ from, kind, target, uid: uid ?? NOBODYS, sentTime });
    this.tell({ ev: 'recall-accept', msg });
  }

  async join({ group, user, chatroom, dev }) {
    const { service } = this;
    if (chatroom !== undefined) return this.devices.get(dev).enter(chatroom);
    await service.backend.joinGroup(service.real('group', group), service.real('user', user));
  }

  async leave({ group, user, chatroom, dev }) {
    const { service } = this;
    if (chatroom !== undefined) return this.devices.get(dev).exit(chatroom);
    await service.backend.quitGroup(service.real('group', group), service.real('user', user));
  }

  async sync({ enabled }) {
    await this.service.command('sync', { enabled });
  }

  async set({ app }) {
    await this.service.command('set', { app });
  }

  async network(request) {
    const { latency, loss, duplicate, on } = request;
    await this.service.command('network', { latency, loss, duplicate, ...(on && { on }) });
  }

  // Nobody comes back by itself: the devices stay without a network until they are told to log in.
  async server() {
    const known = this.all().filter((device) => device.isOnline || device.isGhost);
    for (const device of known) device.reason = 'server';
    await this.service.command('server', { do: 'restart' });
    this.notices = [];
    for (const device of known) {
      device.endGhost('server');
      await device.lose('server');
    }
  }

  // The world is over: nothing of it is told any more.
  async end() {
    this.isOver = true;
    for (const device of this.all()) await device.close();
  }
}
