// Cloud: the vendor's own service, with an app key of yours. See emulator.mjs for the other one.
//
// Nothing here needs a console: what only a console can do is not among `ops`, and a world that needs other settings than
// the app has is not applicable.
import { Backend } from './backend.mjs';
import { RealClock } from './clock.mjs';
import { Unsupported } from './talk.mjs';

// The settings of an app of which the vendor's console was never asked for anything but the switch.
const SETTINGS = { environment: 'development', prepaid: false, compensationDays: 1, offlineDays: 7, timezone: '+08:00',
                   limits: { mobile: 1, miniprogram: 1 }, onLimit: 'replace' };

export class Cloud {
  name = 'RongCloud web SDK 5.38.0 on the vendor\'s cloud';
  ops = ['login', 'logout', 'drop', 'reinstall', 'send', 'publish', 'recall', 'join', 'leave'];
  hosts = null;
  playsDesktopAs = null;
  clock = new RealClock();
  tokens = new Map();
  worlds = 0;

  constructor({ api, navigators, appKey, secret, sync, quiet }) {
    Object.assign(this, { navigators, appKey, sync, quiet });
    this.backend = new Backend(appKey, secret, api);
  }

  pace() {
    return { clock: 'real', quiet: this.quiet };
  }

  async begin({ world, given }) {
    this.check(world.app, given);
    this.suffix = `-${Date.now().toString(36)}${++this.worlds}`;
    this.tokens.clear();
    for (const [group, members] of Object.entries(world.groups)) {
      const users = members.map((each) => this.real('user', each));
      if (users.length > 0) await this.backend.createGroup(this.real('group', group), users);
    }
    for (const room of world.chatrooms) await this.backend.createChatroom(this.real('chatroom', room));
  }

  check(app, given) {
    if (app.sync !== this.sync) throw new Unsupported(`the service is ${this.sync ? 'on' : 'off'} in this app (--sync)`);
    for (const key of given) {
      if (key === 'sync' || JSON.stringify(app[key]) === JSON.stringify(SETTINGS[key])) continue;
      throw new Unsupported(`${key} of an app in the cloud cannot be set from here`);
    }
  }

  // Fresh names for each world: nobody else's messages, nothing to clean up.
  real(kind, name) {
    return name + this.suffix;
  }

  known(kind, name) {
    return name.endsWith(this.suffix) ? name.slice(0, -this.suffix.length) : name;
  }

  headersOf() {
    return {};
  }

  async tokenOf(user) {
    if (!this.tokens.has(user)) this.tokens.set(user, await this.backend.tokenOf(this.real('user', user)));
    return this.tokens.get(user);
  }

  async command(op) {
    throw new Unsupported(`${op} needs the emulator's console`);
  }

  // The device's line is cut; when the server notices is its own affair.
  async drop(device, noticedAfter) {
    if (noticedAfter > 0) throw new Unsupported('when the server notices a broken line cannot be chosen');
  }

  async patiently(asked) {
    return asked;
  }

  // Nobody says that all is still: it is, when nothing has happened for a while.
  async still(world) {
    let before, now = world.activity();
    do {
      before = now;
      await new Promise((resolve) => setTimeout(resolve, this.quiet));
      now = world.activity();
    } while (now !== before || !world.isIdle());
  }
}
