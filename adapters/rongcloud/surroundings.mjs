// Surroundings: what the web SDK finds around itself, so that it takes Node for a browser, a mini-program or a phone.
//
// A Page is one instance of the SDK. The names that it looks for are parameters of a function around its source: each
// page has its own, and none of Node's is touched. What must outlive a page lies in a `profile`, the stored pairs of
// localStorage: who keeps the profile is the same installation, who gets an empty one has reinstalled.
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import vm from 'node:vm';

import { fetchFrom, makeXmlHttpRequest } from './http.mjs';
import { makeWebSocket } from './line.mjs';
import { Timers } from './timers.mjs';
import { Traffic } from './traffic.mjs';

const NAMES = ['exports', 'require', 'module', 'window', 'document', 'wx', 'uni', 'process', 'XMLHttpRequest', 'WebSocket',
               'localStorage', 'sessionStorage', 'navigator', 'location', 'console', 'setTimeout', 'setInterval',
               'clearTimeout', 'clearInterval', 'Date'];

const find = createRequire(import.meta.url).resolve;
const compiled = new Map();

// A package of the vendor as a function of its surroundings, compiled once for all pages.
function sourceOf(name) {
  if (!compiled.has(name)) {
    const filename = find(name);
    compiled.set(name, vm.compileFunction(readFileSync(filename, 'utf8'), NAMES, { filename }));
  }
  return compiled.get(name);
}

function load(name, around, packages) {
  const module = { exports: {} };
  const values = { exports: module.exports, module, require: (wanted) => packages[wanted], ...around };
  sourceOf(name)(...NAMES.map((each) => values[each]));
  return module.exports;
}

// The network of one device: up or down, and where it leads.
export class Link {
  // `hosts`: the names that may be asked for; null: all. `headers` go with each WebSocket.
  constructor(hosts, headers = {}) {
    this.hosts = hosts;
    this.headers = headers;
    this.isUp = true;
    this.sockets = new Set();
  }

  lets(url) {
    return this.isUp && (this.hosts === null || this.hosts.has(new URL(url).hostname));
  }

  // What is open ends without a farewell, and nothing opens until `isUp` again.
  cut() {
    this.isUp = false;
    for (const socket of [...this.sockets]) socket.cut();
  }
}

// `pairs` gives the stored pairs of the moment.
function storageOf(pairs) {
  return {
    get length() { return pairs().size; },
    key: (at) => [...pairs().keys()][at] ?? null,
    getItem: (key) => pairs().get(String(key)) ?? null,
    setItem: (key, value) => { pairs().set(String(key), String(value)); },
    removeItem: (key) => { pairs().delete(String(key)); },
    clear: () => { pairs().clear(); },
  };
}

function browser(page) {
  const session = new Map();
  return {
    XMLHttpRequest: makeXmlHttpRequest(page),
    WebSocket: makeWebSocket(page),
    localStorage: storageOf(() => page.profile),
    sessionStorage: storageOf(() => session),
    navigator: { userAgent: 'Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 Chrome/120.0.0.0 Safari/537.36' },
  };
}

function socketOf(Socket, url) {
  const socket = new Socket(url);
  return {
    onOpen: (run) => { socket.onopen = run; },
    onClose: (run) => { socket.onclose = run; },
    onError: (run) => { socket.onerror = ({ message }) => run({ errMsg: message }); },
    onMessage: (run) => { socket.onmessage = run; },
    send: ({ data }) => socket.send(data),
    close: () => socket.close(),
  };
}

// What mini-programs (`wx`) and phones (`uni`) offer in place of a browser's classes: the same functions.
function hostObject(page, system) {
  const Socket = makeWebSocket(page);
  return {
    request: async ({ url, method, header, data, success, fail }) => {
      const { status, text } = await fetchFrom(page, url, { method, headers: header, body: data });
      if (status === 0) fail({});
      else success({ statusCode: status, data: text });
    },
    connectSocket: ({ url }) => socketOf(Socket, url),
    getStorageSync: (key) => page.profile.get(key) ?? '',
    setStorage: ({ key, data }) => { page.profile.set(key, data); },
    removeStorage: ({ key }) => { page.profile.delete(key); },
    getSystemInfo: ({ success }) => success(system),
    getSystemInfoSync: () => system,
    getNetworkType: ({ success }) => success({ networkType: 'wifi' }),
    onNetworkStatusChange: () => {},
    offNetworkStatusChange: () => {},
  };
}

const PHONES = {
  android: { osName: 'android', osAndroidAPILevel: 34, osVersion: '14' },
  ios: { osName: 'ios', osVersion: '17' },
};

function hostOf(page) {
  if (page.platform === 'web') return browser(page);
  if (page.platform === 'miniprogram') return { wx: hostObject(page, { platform: 'devtools' }) };
  const system = { uniPlatform: 'app-plus', deviceBrand: 'mdsync', deviceModel: page.platform, ...PHONES[page.platform] };
  return { uni: hostObject(page, system), process: { env: { VUE_APP_PLATFORM: 'app-plus' } } };
}

// The class Date by the clock that the device has: the emulator's, where that one is virtual.
function makeDate(page) {
  return class extends Date {
    constructor(...args) {
      super(...(args.length === 0 ? [page.now()] : args));
    }
    static now() {
      return page.now();
    }
  };
}

const silent = () => {};
const MUTE = { log: silent, info: silent, warn: silent, error: silent, debug: silent };

export class Page {
  // `platform`: web, miniprogram, android or ios. `now` gives the device's time, in milliseconds since the Unix epoch.
  constructor(platform, now) {
    this.platform = platform;
    this.now = now;
    this.timers = new Timers();
    const window = { location: { protocol: 'http:' }, addEventListener: silent, removeEventListener: silent, atob, btoa };
    const around = { window, location: window.location, console: MUTE, Date: makeDate(this), ...this.timersForPage(),
                     ...hostOf(this) };
    const engine = load('@rongcloud/engine', around, {});
    this.sdk = load('@rongcloud/imlib-next', around, { '@rongcloud/engine': engine });
  }

  timersForPage() {
    const { timers } = this;
    return {
      setTimeout: (...args) => timers.after(...args),
      setInterval: (...args) => timers.every(...args),
      clearTimeout: (timer) => timers.stop(timer),
      clearInterval: (timer) => timers.stop(timer),
    };
  }

  // The page is opened by a device: from here on it has that one's profile and network.
  open(profile, link) {
    this.profile = profile;
    this.link = link;
    this.traffic = new Traffic();
  }

  // Whether nothing keeps it busy but frames that may have to wait for the server's clock.
  isQuick() {
    return this.traffic.isQuick() && this.timers.isIdle();
  }

  // Whether nothing is under way that the page knows of.
  isIdle() {
    return this.traffic.isIdle() && this.timers.isIdle();
  }

  // The page is closed. It may be opened again, by another device: the SDK's own destroy() left nothing behind.
  async close() {
    this.link.cut();
    await this.sdk.destroy();
    this.timers.stopAll();
  }
}
