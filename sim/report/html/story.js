// Story: the events of one case, and what follows from them: who was online when, which way each message went, where a
// rule was violated. Nothing here draws.
'use strict';

// The letters of the kinds of events (html.cpp has the same).
const KINDS = {
  c: 'asks to connect', O: 'online', f: 'refused', x: 'offline', i: 'reinstalled', s: 'send', p: 'publish',
  a: 'accepted', j: 'rejected', r: 'received', l: 'received live', q: 'received from the offline store',
  z: 'received by compensation', u: 'caught up', e: 'recall', A: 'recall accepted', J: 'recall rejected',
  d: 'shown recalled', y: 'switch', g: 'settings', '+': 'joins', '-': 'leaves', '.': 'settled', n: 'note', D: 'declared',
};
const RECEIPTS = 'rlqz';

class Story {
  constructor(json, result) {
    this.result = result;
    this.start = json.start;
    this.users = json.users;
    this.devices = json.devices.map(([name, user, platform], number) => ({name, user, platform, number, events: 0}));
    this.names = json.messages;
    this.kinds = json.kinds;
    this.count = json.t.length;
    this.t = summed(json.t, Float64Array);
    this.d = Int32Array.from(json.d);
    this.m = Int32Array.from(json.m);
    this.origin = summed(json.o, Int32Array);
    this.zone = json.zone;
    this.delay = json.delay;
    this.sync = json.sync;
    this.words = json.words;
    this.by = json.by;
    this.api = json.api;
    this.windows = json.windows;
    this.sources = json.sources || [];
    this.steps = json.steps || [];
    this.unmet = json.unmet || {};
    this.missing = json.missing;
    this.quiet = Uint8Array.from(json.quiet, Number);  // events that say nothing a reader looks for
    this.devicesByPath = new Map(this.devices.map(device => [this.path(device.number), device.number]));
    this.messagesByName = new Map(this.names.map((each, number) => [each, number]));
    this.follow();
    this.problems = this.findProblems();
    // Devices that something is wrong with; some of them never did anything.
    this.blamed = new Set(this.problems.flatMap(problem => problem.violation ? [problem.device] : this.unmet[problem.step]?.devices || []));
  }

  path(device) {
    return device < 0 ? 'server' : `${this.users[this.devices[device].user]}/${this.devices[device].name}`;
  }

  // One pass over all events.
  follow() {
    this.messages = this.names.map(() => ({asked: -1, answered: -1, events: []}));
    for (const device of this.devices) {
      device.online = [];    // [event, event after the last]
      device.installs = [];  // events
    }
    this.bundle = new Map();       // receipt of a catch-up -> its `caught-up`, or the last receipt of it
    this.switches = [];
    this.loud = new Set();         // steps in which something happened that a row shows
    this.usesApi = false;
    const open = new Map();        // device -> event of its login
    const brought = new Map();     // device -> receipts since its login
    for (let i = 0; i < this.count; ++i) {
      const kind = this.kinds[i], d = this.d[i], m = this.m[i];
      if (m >= 0) this.messages[m].events.push(i);
      if (d >= 0) this.devices[d].events++;
      if (kind === 'O') {
        if (!open.has(d)) open.set(d, i);
        brought.set(d, []);
      } else if (kind === 'x' || kind === 'i') {
        if (open.has(d)) this.devices[d].online.push([open.get(d), i]);
        open.delete(d);
        brought.delete(d);
        if (kind === 'i') this.devices[d].installs.push(i);
      } else if (kind === 'q' || kind === 'z') {
        if (brought.has(d)) brought.get(d).push(i);
      } else if (kind === 'u') {
        for (const receipt of brought.get(d) || []) this.bundle.set(receipt, i);
        brought.set(d, []);
      } else if (kind === 's' || kind === 'p') {
        this.messages[m].asked = i;
      } else if (kind === 'a' || kind === 'j') {
        if (this.messages[m].answered < 0) this.messages[m].answered = i;
      } else if (kind === 'y' && !this.words[i].includes('refused')) {
        this.switches.push(i);
      }
      if (this.api[i] !== undefined || kind === 'y' || kind === 'g') this.usesApi = true;
    }
    for (let i = 0; i < this.count; ++i) if (!this.quiet[i]) this.loud.add(this.origin[i]);
    for (const [d, i] of open) this.devices[d].online.push([i, this.count]);
  }

  // What went wrong, and where: violations, then expectations; by the order of the events.
  findProblems() {
    const problems = [];
    this.result.violations?.forEach((v, number) => {
      const event = Math.min(v.event, this.count - 1);
      const device = this.devicesByPath.get(v.device) ?? -1;
      const message = this.messagesByName.get(v.message) ?? -1;
      problems.push({id: `v${number}`, violation: v, event, device, message, missing: this.missing[number], step: v.step});
    });
    this.result.expectations?.forEach((e, number) => {
      if (!e.met) problems.push({id: `x${number}`, expectation: e, event: this.endOf(e.step) - 1, step: e.step});
    });
    return problems.sort((a, b) => a.event - b.event);
  }

  // The event behind the last one of a step.
  endOf(step) {
    if (!this.sources.length) return this.count;
    let low = 0, high = this.count;  // `origin` never falls in a run
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.origin[middle] <= step) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  source(step) {
    const source = this.sources[this.steps[step - 1]];
    // A step that comes from a file that the scenario extends says from which.
    return source && {line: source[0], kind: source[1], text: source[2], file: source[3] || '', place: `${source[3] || ''}:${source[0]}`};
  }

  // ---- words -------------------------------------------------------------------------------------------------------

  offset(t) {
    let minutes = this.zone.length ? this.zone[0][1] : 0;
    for (const [from, value] of this.zone) if (from <= t) minutes = value;
    return minutes;
  }

  local(t) {
    return new Date(this.start + t + this.offset(t) * 60000).toISOString();
  }

  time(t) {
    return this.local(t).slice(11, 23);
  }

  day(t) {
    return this.local(t).slice(0, 10);
  }

  // A moment in a sentence: without what is zero.
  moment(t) {
    return `${this.local(t).slice(5, 10)} ${this.time(t).replace(/(:00)?\.000$/, '')}`;
  }

  // What an event says, without when and on which device.
  text(i) {
    const kind = this.kinds[i];
    if (this.words[i] !== undefined) return this.words[i];
    const message = this.m[i] >= 0 ? this.names[this.m[i]] : '';
    return message ? `${message} ${KINDS[kind]}` : KINDS[kind];
  }

  // The user or device that an event is about.
  who(i) {
    if (this.d[i] >= 0) return this.path(this.d[i]);
    return this.api[i] !== undefined ? `${this.users[this.api[i]]} by the API` : 'server';
  }

  // What a device has after the event `at`: received or sent since it was installed.
  holds(device, at) {
    const has = new Map();
    let since = -1, window;
    for (let i = 0; i <= at && i < this.count; ++i) {
      if (this.d[i] !== device) continue;
      const kind = this.kinds[i];
      if (kind === 'i') has.clear();
      if (kind === 'i' || kind === 'x') since = -1;
      if (kind === 'O') { since = i; window = this.windows[i]; }
      if (kind === 's' || RECEIPTS.includes(kind)) has.set(this.m[i], false);
      if (kind === 'd') has.set(this.m[i], true);
    }
    return {has, since, window};
  }
}

function summed(list, Kind) {
  const sums = new Kind(list.length);
  let sum = 0;
  for (let i = 0; i < list.length; ++i) sums[i] = sum += list[i];
  return sums;
}

// `2 days`, `10 min`, `1.5 s`: for people, rounded.
function lasting(ms) {
  for (const [unit, size] of [['day', 86400000], ['h', 3600000], ['min', 60000], ['s', 1000]]) {
    if (ms < size) continue;
    const count = Math.round(ms / size * 10) / 10;
    return unit === 'day' ? counted(count, 'day') : `${count} ${unit}`;
  }
  return `${ms} ms`;
}
