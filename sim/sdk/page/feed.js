// Feed: the last events of the trace, as the timeline of a report wants them (story.js). Nothing here draws.
'use strict';

const KEPT = 400;             // events that are shown
const NAMED = 20000;          // messages whose names are kept
const HALF_HOUR = 1800000;    // ms until a turn of the switch is in force
const LETTERS = {             // story.js says what they mean
  connect: 'c', online: 'O', refused: 'f', offline: 'x', reinstall: 'i', send: 's', publish: 'p', accept: 'a', reject: 'j',
  'caught-up': 'u', recall: 'e', 'recall-accept': 'A', 'recall-reject': 'J', recalled: 'd', sync: 'y', set: 'g', join: '+',
  leave: '-', settled: '.', note: 'n', device: 'D', group: 'D', room: 'D',
};
const VIAS = {live: 'l', offline: 'q', compensation: 'z'};
const DONE_ONLINE = ['send', 'receive', 'caught-up', 'recalled', 'offline'];
const IDS = /[0-9A-V]{4}(?:-[0-9A-V]{4}){3}/g;

class Feed {
  constructor() {
    this.begin();
  }

  begin() {
    this.events = [];            // the last ones: {number, line, json, letter, device, words, isQuiet}
    this.count = 0;              // of all events, with those that were skipped
    this.devices = [];           // {name, user, platform, path}
    this.byPath = new Map();
    this.users = [];
    this.userNumbers = new Map();
    this.messages = new Map();   // id -> name
    this.named = 0;
    this.online = new Set();     // numbers of devices, when the last event has happened
    this.asking = new Map();     // device -> the event of its request to connect
  }

  // A line of the trace, the header or an event.
  add(line) {
    const json = JSON.parse(line);
    if (json.mdsync) return this.header(json);
    const device = json.dev ? this.device(json.dev, json.platform) : -1;
    const letter = json.ev === 'receive' ? VIAS[json.via] || 'r' : LETTERS[json.ev] || 'n';
    if (json.msg && !this.messages.has(json.msg)) this.nameMessage(json);
    const event = {number: this.count++, line, json, letter, device, words: this.words(json), isQuiet: isQuiet(json), wasOnline: false};
    this.follow(event);
    this.events.push(event);
    // Dropped in one go now and then: an array is not moved for each event.
    if (this.events.length > 2 * KEPT) this.events.splice(0, this.events.length - KEPT);
    return event;
  }

  skip(count) {
    this.count += Number(count);
  }

  header(json) {
    this.begin();
    for (const [user, devices] of Object.entries(json.users || {})) {
      for (const [device, what] of Object.entries(devices)) this.device(`${user}/${device}`, what.platform || what);
    }
    return undefined;
  }

  // Who is online, and whether a request to connect is answered.
  follow(event) {
    const {device, json} = event;
    // What happened before the first event here is seen by what a device does.
    event.wasOnline = this.online.has(device) || DONE_ONLINE.includes(json.ev);
    if (event.wasOnline || json.ev === 'online') this.online.add(device);
    if (json.ev === 'offline') this.online.delete(device);
    if (json.ev === 'connect') this.asking.set(device, event);
    if (json.ev !== 'online' && json.ev !== 'refused') return;
    if (this.asking.has(device)) this.asking.get(device).isQuiet = true;
    this.asking.delete(device);
  }

  device(path, platform = '') {
    let number = this.byPath.get(path);
    if (number === undefined) {
      const [user, named] = path.split('/');
      number = this.devices.push({name: named, user: this.userNumber(user), platform, path}) - 1;
      this.byPath.set(path, number);
    }
    if (platform) this.devices[number].platform = platform;
    return number;
  }

  // `m3 “hello”`: for people, who cannot tell the vendor's ids apart.
  nameMessage(json) {
    const words = json.text ? ` “${short(json.text.replace(/\s+/g, ' '), 24)}”` : json.type && json.type !== 'RC:TxtMsg' ? ` ${json.type}` : '';
    this.messages.set(json.msg, `m${++this.named}${words}`);
    if (this.messages.size > NAMED) this.messages.delete(this.messages.keys().next().value);
  }

  nameOf(id) {
    return this.messages.get(id) || id;
  }

  // A sentence of a rule with the names that are shown here.
  sentence(text) {
    return text.replace(IDS, id => this.nameOf(id));
  }

  // What happened, without when and on which device; undefined where the kind and the message say it.
  words(json) {
    const message = json.msg ? this.nameOf(json.msg) : '', refused = json.refused ? ` refused (${json.refused})` : '';
    const who = json.from ? ` from ${json.from}` : '';
    const room = json.group ? `group:${json.group}` : `chatroom:${json.chatroom}`;
    switch (json.ev) {
      case 'refused': return `refused (${json.code})`;
      case 'offline': return `offline (${json.reason}${json.by ? ` by ${json.by}` : ''})`;
      case 'send': case 'publish':
        return `${json.ev} ${message}${who} to ${json.to}${json.api === 'status' ? ' as status' : ''}${json.includeSender ? ' +sender' : ''}`;
      case 'reject': return `rejects ${message} (${json.code})`;
      case 'caught-up': return `caught up${json.count === undefined ? '' : ` (${json.count})`}${json.conversations?.length ? ` list: ${json.conversations.join(' ')}` : ''}`;
      case 'recall': return `recall ${message}${json.api ? ` for ${json.api}` : ''}`;
      case 'recall-reject': return `rejects recall of ${message} (${json.code})`;
      case 'sync': return `sync ${json.enabled ? 'enable' : 'disable'}${refused}`;
      case 'set': return `set ${Object.entries(json.app || {}).map(([key, value]) => `${key}=${JSON.stringify(value)}`).join(' ')}${refused}`;
      case 'join': return `${json.user ? `${json.user} ` : ''}joins ${room}${refused}`;
      case 'leave': return `${json.user ? `${json.user} ` : ''}leaves ${room}${refused}`;
      case 'device': return `exists (${json.platform})`;
      case 'group': case 'room': return `${room} exists`;
      case 'note': return `note: ${json.text}`;
      default: return undefined;
    }
  }

  // ---- for the timeline --------------------------------------------------------------------------------------------

  // The last events as a Story. violations: as the state has them. offsetOf: minutes that the zone adds at a moment.
  story(violations, rules, offsetOf) {
    const rows = this.rows(), start = rows[0]?.json.t ?? 0, first = rows[0]?.number ?? 0;
    const devices = this.lanes(rows, violations);
    const numbers = new Map(devices.map((device, number) => [device, number]));
    const names = new Map();
    const numberOf = id => (names.has(id) ? names.get(id) : names.set(id, names.size).get(id));
    const rare = read => Object.fromEntries(rows.map((each, i) => [i, read(each)]).filter(([, value]) => value !== undefined));
    const m = rows.map(each => (each.json.msg ? numberOf(each.json.msg) : -1));
    const told = this.told(violations, rows, rules);
    const story = new Story({
      start, users: this.users, devices: devices.map(each => [this.devices[each].name, this.devices[each].user, this.devices[each].platform]),
      messages: [...names.keys()].map(id => this.nameOf(id)), kinds: rows.map(each => each.letter).join(''),
      t: steps(rows.map(each => each.json.t - start)), d: rows.map(each => numbers.get(each.device) ?? -1), m,
      o: steps(rows.map(each => each.number + 2)),  // lines of the trace, of which the first is the header
      zone: zoneOf(rows.map(each => each.json.t), start, offsetOf), delay: HALF_HOUR, words: rare(each => each.words),
      by: rare(each => (each.json.by ? numbers.get(this.device(each.json.by)) : undefined)), windows: {}, api: rare(each => this.apiUser(each)),
      missing: Object.fromEntries(told.map((each, i) => [i, each.missing]).filter(([, what]) => what)),
      quiet: rows.map(each => (each.isQuiet ? '1' : '0')).join(''),
    }, {violations: told});
    return Object.assign(story, {rows, first});
  }

  // The last events; before them, a quiet one for each device of theirs that was online before.
  rows() {
    const events = this.events.slice(-KEPT), seen = new Map();
    for (const each of events) if (each.device >= 0 && !seen.has(each.device)) seen.set(each.device, each.wasOnline);
    const first = events[0];
    const online = [...seen].filter(([, wasOnline]) => wasOnline)
      .map(([device]) => ({json: {t: first.json.t, ev: 'online'}, letter: 'O', device, isQuiet: true, number: first.number, isBefore: true}));
    return [...online, ...events];
  }

  // The devices that something happened to, those of one user together: web2 before web10.
  lanes(rows, violations) {
    const used = new Set(rows.map(each => each.device));
    for (const each of rows) if (each.json.by) used.add(this.device(each.json.by));
    for (const each of violations.slice(-KEPT)) if (each.device) used.add(this.device(each.device));
    used.delete(-1);
    const by = (a, b) => a.user - b.user || a.name.localeCompare(b.name, 'en', {numeric: true});
    return [...used].sort((a, b) => by(this.devices[a], this.devices[b]));
  }

  // The violations that these events show.
  told(violations, rows, rules) {
    const before = rows.findIndex(each => !each.isBefore), first = rows[before]?.number ?? 0;
    return violations.map(each => ({...each, event: each.event - first + before}))
      .filter(each => each.event >= before && each.event < rows.length).slice(-100)
      .map(each => ({...each, rule: rules.findIndex(rule => rule.name === each.rule), missing: this.missing(each, rows[each.event].json), message: this.nameOf(each.message)}))
      .filter(each => each.rule >= 0);
  }

  // What should have come to the device by then (missingOf in picture.cpp); nothing: the event itself was wrong.
  missing(violation, event) {
    if (!violation.device || !violation.message) return '';
    if (event.dev === violation.device && event.msg === violation.message) return '';
    const [message] = this.nameOf(violation.message).split(' ');  // `m3`: the rule's name needs the room
    if (violation.rule === 'delivery.answered') return `answer to ${message}`;
    return message + (violation.rule.startsWith('recall.') ? ' recall' : '');
  }

  // The user in whose name the backend asked.
  apiUser({json}) {
    const user = json.ev === 'publish' ? json.from : json.ev === 'recall' ? json.api : undefined;
    return user === undefined ? undefined : this.userNumber(user);
  }

  userNumber(user) {
    if (!this.userNumbers.has(user)) this.userNumbers.set(user, this.users.push(user) - 1);
    return this.userNumbers.get(user);
  }
}

// Whether it says nothing that a reader looks for (quietEvents in picture.cpp).
function isQuiet(json) {
  return ['settled', 'device', 'group', 'room'].includes(json.ev) || (json.ev === 'caught-up' && !json.count);
}

function steps(list) {
  return list.map((value, i) => (i ? value - list[i - 1] : value));
}

// [[ms since the first event, minutes]]: where what the zone adds begins to be another.
function zoneOf(times, start, offsetOf) {
  const zone = [];
  for (const t of times) {
    const offset = offsetOf(t);
    if (!zone.length || zone[zone.length - 1][1] !== offset) zone.push([t - start, offset]);
  }
  return zone;
}
