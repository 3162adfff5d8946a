// Emulator: `mdsync serve --sdk`, started for this adapter alone, as the service that devices talk to.
//
// All that a service is to the rest of the adapter stands here, and a second time in cloud.mjs: where devices connect,
// what they are called there, and what only its console can do.
import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';

import { Backend } from './backend.mjs';
import { EmulatorClock } from './clock.mjs';
import { Console } from './console.mjs';
import { pass, patiently, still } from './stillness.mjs';

const APP_KEY = 'ak', SECRET = 'sec';

// Starts the program; gives its address when it is ready, and the process. Its clock stands still unless it is told to move.
export async function startEmulator({ program, server }) {
  const args = ['serve', '--sdk', '127.0.0.1:0', '--clock', 'stepped', '--app-key', APP_KEY, '--secret',
                SECRET];
  if (server) args.push('--server', server);
  const child = spawn(program, args, { stdio: ['ignore', 'pipe', 'inherit'] });
  process.on('exit', () => child.kill());
  const ended = new Promise((_, reject) => {
    child.on('error', reject);
    child.on('exit', (code) => reject(new Error(`${program} ${args.join(' ')} ended with ${code}`)));
  });
  ended.catch(() => {});
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const { value = '' } = await Promise.race([lines.next(), ended]);
  const url = /^sdk: (http:\S+)/.exec(value)?.[1];
  if (!url) throw new Error(`${program} did not say where it listens: ${value}`);
  return { url, child };
}

export class Emulator {
  // Without its emulator an adapter cannot go on.
  static async start(options) {
    const { url, child } = await startEmulator(options);
    child.on('exit', () => process.exit(1));
    return new Emulator(url);
  }

  name = 'RongCloud web SDK 5.38.0 on the emulator';
  ops = ['login', 'logout', 'drop', 'reinstall', 'hold', 'release', 'send', 'publish', 'recall', 'sync', 'set', 'join',
         'leave', 'network', 'server', 'advance'];
  hosts = new Set(['127.0.0.1']);
  appKey = APP_KEY;
  playsDesktopAs = 'web';
  clock = new EmulatorClock();
  tokens = new Map();

  constructor(url) {
    this.navigators = [url];
    this.sockets = [new URL(url).host];
    this.console = new Console(url);
    this.backend = new Backend(APP_KEY, SECRET, url);
  }

  // What hello says of its clock.
  pace() {
    return { clock: 'virtual', tick: 0 };
  }

  // Begins a new world.
  async begin({ seed, world }) {
    this.tokens.clear();
    const { t } = await this.console.post('reset', { seed, world });
    this.clock.begin(t ?? world.t);
  }

  // Names are the same here as in the scenario.
  real(kind, name) {
    return name;
  }

  known(kind, name) {
    return name;
  }

  // Which of its user's devices this is; a browser could not say so, and the emulator would find a name of its own.
  headersOf(device) {
    return { 'mdsync-device': device.name.split('/')[1] };
  }

  async tokenOf(user) {
    if (!this.tokens.has(user)) this.tokens.set(user, await this.backend.tokenOf(user));
    return this.tokens.get(user);
  }

  // Asks the console, and sets the clock by what it says.
  async command(op, body = {}) {
    const said = await this.console.post(op, body);
    this.clock.learn(said?.t);
    return said;
  }

  async drop(device, noticedAfter) {
    await this.command('drop', { dev: device.name, noticedAfter });
  }

  async pulse() {
    return this.console.pulse();
  }

  // Moves the clock, unless it is so late already; gives the pulse after it.
  async leapTo(time) {
    const ms = Math.max(0, time - this.clock.time);
    this.clock.leap(ms);
    return this.command('advance', { ms });
  }

  // To the next arrival; not at all, if another one has become the next meanwhile.
  async leapToNext(due) {
    const ms = Math.max(0, due - this.clock.time);
    this.clock.leap(ms);
    const pulse = await this.command('advance', { ms, due });
    if (pulse.now < due) this.clock.leap(pulse.now - due);
    return pulse;
  }

  async pass(world, target) {
    await pass(this, world, target);
  }

  // Those of `devices` that have no session any more.
  async endedSessions(devices) {
    const { users } = await this.console.state();
    return devices.filter(({ name }) => {
      const [user, device] = name.split('/');
      return !users[user][device].online;
    });
  }

  async still(world) {
    await still(this, world);
  }

  async patiently(asked, world, mayMove) {
    return patiently(asked, this, world, mayMove);
  }
}
