// Console: what the emulator is and does, now: asks for its state, follows its trace, and sends what the buttons say.
'use strict';

const PAGE = {rules: []};    // the timeline looks here for the names of rules
const OFTEN = 700;           // ms between two questions for the state, at least
const SHARE = 10;            // the emulator spends at most this part of its time on answering them
const AGAIN = 1000;          // ms until a lost emulator is looked for again
const SAID = 6000;           // ms that a word about a button stays

const zone = {
  name: '', formatter: undefined,
  // Minutes that the app's time zone adds at a moment.
  offset(t) {
    const fixed = /^([+-])(\d\d):?(\d\d)$/.exec(this.name);
    if (fixed) return (fixed[1] === '-' ? -1 : 1) * (Number(fixed[2]) * 60 + Number(fixed[3]));
    const parts = Object.fromEntries(this.formatter.formatToParts(t).map(each => [each.type, Number(each.value)]));
    return Math.round((Date.UTC(parts.year, parts.month - 1, parts.day, parts.hour, parts.minute, parts.second) - t) / 60000);
  },
  set(timezone) {
    if (this.name === timezone) return;
    const numbers = {year: 'numeric', month: 'numeric', day: 'numeric', hour: 'numeric', minute: 'numeric', second: 'numeric', hourCycle: 'h23'};
    try { this.formatter = new Intl.DateTimeFormat('en-US', {timeZone: timezone, ...numbers}); } catch { this.formatter = new Intl.DateTimeFormat('en-US', {timeZone: 'UTC', ...numbers}); }
    this.name = timezone;
  },
  local(t) { return new Date(t + this.offset(t) * 60000).toISOString(); },
  time(t) { return this.local(t).slice(11, 23); },
  day(t) { return this.local(t).slice(0, 10); },
  // The first moment of the next day.
  midnight(t) {
    const next = new Date(t + this.offset(t) * 60000);
    next.setUTCHours(24, 0, 0, 0);
    const guess = next.getTime() - this.offset(t) * 60000;
    return next.getTime() - this.offset(guess) * 60000;
  },
};
zone.set('UTC');

let state, stateAt = 0;      // what the emulator said last, and when by performance.now()
let wake = () => {};         // asks for the state at once
let events, people, judgement;
const feed = new Feed();

function start() {
  for (const each of document.querySelectorAll('.origin')) each.textContent = location.origin;
  events = new Events(feed, zone);
  people = new People(act, id => feed.nameOf(id));
  judgement = new Judgement(showViolation, text => feed.sentence(text));
  let theme = null;
  try { theme = localStorage.getItem('mdsync-theme'); } catch { /* a browser may keep nothing */ }
  setTheme(theme || (matchMedia('(prefers-color-scheme: dark)').matches ? 'dark' : 'light'));
  listen();
  setInterval(drawClock, 200);
  keepState();
  keepTrace();
}

function showViolation(violation) {
  if (!events.show(violation.event)) tell(`This was ${counted(feed.count - violation.event, 'event')} ago: the trace has it, in line ${violation.event + 2}.`);
  byId('events').scrollIntoView({block: 'nearest'});
}

// ---- the emulator ------------------------------------------------------------------------------------------------------

async function keepState() {
  for (;;) {
    const begun = performance.now();
    try {
      if (!PAGE.rules.length) {
        PAGE.rules = await get('rules');
        judgement.begin(PAGE.rules);
        events.rules = PAGE.rules;
      }
      drawState(await get('state'));
      lost('');
    } catch (error) {
      await without(error);
      continue;
    }
    await new Promise(done => { wake = done; setTimeout(done, Math.max(OFTEN, SHARE * (performance.now() - begun))); });
  }
}

async function keepTrace() {
  for (;;) {
    try {
      await follow(line => { feed.add(line); events.later(); }, count => feed.skip(count), () => { feed.begin(); events.begin(); });
    } catch { /* keepState says so */ }
    do await asleep(AGAIN / 4); while (byId('token-dialog').open);
  }
}

// There was no answer, or one that says that a token is needed.
async function without(error) {
  if (error instanceof Closed) {
    await askForToken(error.message);
    return;
  }
  PAGE.rules = [];  // another emulator may come back
  lost('The emulator does not answer: it has ended, or is beginning anew. This page looks for it every second.');
  await asleep(AGAIN);
}

function lost(words) {
  const box = byId('lost');
  say(box, words);
  box.hidden = !words;
  document.body.classList.toggle('stale', Boolean(words));
}

function askForToken(why) {
  const dialog = byId('token-dialog');
  say(byId('token-why'), why);
  return new Promise(done => {
    dialog.addEventListener('close', () => {
      if (byId('token').value) setToken(byId('token').value);
      byId('token').value = '';
      done();
    }, {once: true});
    if (!dialog.open) dialog.showModal();
  });
}

// Asks for it, and says what came of it. Whether it was done.
async function act(what, body, words) {
  try {
    const answer = await post(what, body);
    if (answer.error) tell(`No: ${answer.error}`, true);
    else if (answer.refused !== undefined) tell(`Refused: ${answer.refused}`, true);
    else tell(words);
    wake();
    return Boolean(answer.ok);
  } catch (error) {
    tell(error instanceof Closed ? error.message : 'The emulator does not answer.', true);
    return false;
  }
}

let saidAt;

function tell(words, isBad = false) {
  const box = byId('said');
  box.textContent = visible(words);
  box.classList.toggle('bad', isBad);
  box.classList.add('here');
  clearTimeout(saidAt);
  saidAt = setTimeout(() => box.classList.remove('here'), SAID);
}

// ---- above -------------------------------------------------------------------------------------------------------------

function drawState(next) {
  state = next;
  stateAt = performance.now();
  zone.set(state.app.timezone);
  for (const [user, devices] of Object.entries(state.users)) {
    for (const [device, what] of Object.entries(devices)) feed.device(`${user}/${device}`, what.platform);
  }
  drawServer();
  drawSync();
  drawSettings();
  drawClock();
  people.draw(state);
  judgement.draw(state);
  if (JSON.stringify(state.violations) !== JSON.stringify(events.violations)) {
    events.violations = state.violations;
    events.later();
  }
}

function drawServer() {
  const isBad = state.server !== 'reference', box = byId('server');
  say(box, isBad ? `known-bad server: ${state.server.replace('mutant:', '')}` : 'reference server');
  box.title = isBad ? 'This server is wrong on purpose (--server): rules are to be violated' : 'The server that keeps all rules';
  box.classList.toggle('bad', isBad);
  document.title = `${isBad ? state.server : 'mdsync'}: the emulator`;
}

function drawSync() {
  const {state: word, enabled, inForce} = state.sync, box = byId('sync');
  const until = inForce ? `, until ${zone.day(inForce) === zone.day(state.now) ? '' : `${zone.day(inForce)} `}${zone.time(inForce).slice(0, 8)}` : '';
  say(box, word === 'changing' ? `service changing to ${enabled ? 'on' : 'off'}${until}` : `service ${word}`);
  box.className = `badge ${word}`;
  say(byId('turn'), enabled ? 'Turn off' : 'Turn on');
  const {environment, offlineDays, onLimit} = state.app;
  say(byId('app'), `${environment}, offline store ${counted(offlineDays, 'day')}, over a limit: ${onLimit}`);
}

// What somebody is typing is not written over.
function drawSettings() {
  const fields = {days: state.app.compensationDays, mobile: state.app.limits.mobile, miniprogram: state.app.limits.miniprogram};
  for (const [id, value] of Object.entries(fields)) {
    const field = byId(id);
    if (field.dataset.said === String(value)) continue;
    field.dataset.said = field.value = value;
  }
  const prepaid = byId('prepaid');
  if (prepaid.dataset.said !== String(state.app.prepaid)) {
    prepaid.checked = state.app.prepaid;
    prepaid.dataset.said = state.app.prepaid;
  }
}

function moment() {
  return state.clock === 'stepped' ? state.now : state.now + (performance.now() - stateAt);
}

function drawClock() {
  if (!state) return;
  const now = moment();
  if (!document.body.classList.contains('stale')) say(byId('now'), `${zone.day(now)} ${zone.time(now).slice(0, 8)}`);
  say(byId('clock-kind'), `${zone.name} · ${{real: 'real clock', virtual: 'virtual clock', stepped: 'stepped clock'}[state.clock]}`);
  byId('jumps').hidden = state.clock === 'real';
  byId('next-due').hidden = state.clock !== 'stepped' || state.due === null;
}

// ---- buttons -----------------------------------------------------------------------------------------------------------

function listen() {
  byId('turn').addEventListener('click', () => act('sync', {enabled: !state.sync.enabled}, `The switch is turned to ${state.sync.enabled ? 'off' : 'on'}; in force 30 minutes later`));
  byId('settings').addEventListener('submit', set);
  for (const button of document.querySelectorAll('[data-jump]')) button.addEventListener('click', () => jump(Number(button.dataset.jump)));
  byId('midnight').addEventListener('click', toMidnight);
  byId('next-due').addEventListener('click', () => jump(Math.max(0, state.due - state.now)));
  byId('slow').addEventListener('submit', e => {
    e.preventDefault();
    const [latency, loss] = chosenNetwork();
    act('network', {latency, loss}, `Everybody's network is slow: ${latency.join(' to ')} ms`);
  });
  byId('fast').addEventListener('click', () => act('network', {latency: [0, 0], loss: 0}, "Everybody's network is fast"));
  byId('restart').addEventListener('click', () => act('server', {do: 'restart'}, 'The server died and came back'));
  byId('reset').addEventListener('click', () => byId('reset-dialog').showModal());
  byId('reset-yes').addEventListener('click', () => act('reset', {}, 'A new world'));
  byId('verdict-button').addEventListener('click', showVerdict);
  byId('theme-button').addEventListener('click', () => {
    const theme = document.documentElement.dataset.theme === 'dark' ? 'light' : 'dark';
    setTheme(theme);
    try { localStorage.setItem('mdsync-theme', theme); } catch { /* a browser may keep nothing */ }
  });
}

function setTheme(theme) {
  document.documentElement.dataset.theme = theme;
  byId('theme-button').textContent = theme === 'dark' ? 'Light' : 'Dark';
}

// Only what differs is asked for: each change is an event.
function set(e) {
  e.preventDefault();
  const app = {}, limits = {};
  const number = id => Number(byId(id).value);
  if (number('days') !== state.app.compensationDays) app.compensationDays = number('days');
  if (number('mobile') !== state.app.limits.mobile) limits.mobile = number('mobile');
  if (number('miniprogram') !== state.app.limits.miniprogram) limits.miniprogram = number('miniprogram');
  if (Object.keys(limits).length) app.limits = limits;
  if (byId('prepaid').checked !== state.app.prepaid) app.prepaid = byId('prepaid').checked;
  if (!Object.keys(app).length) return tell('Nothing is to be changed.');
  return act('set', {app}, 'The settings are changed').then(isDone => {
    // What is refused goes back.
    if (!isDone) for (const field of document.querySelectorAll('#settings input')) delete field.dataset.said;
  });
}

function jump(ms) {
  return act('advance', {ms}, `The clock moved by ${lasting(ms)}`);
}

async function toMidnight() {
  try {
    const {now} = await get('state');
    await jump(zone.midnight(now) - now);
  } catch { /* the page says that the emulator does not answer */ }
}

async function showVerdict() {
  let result;
  try {
    result = await get('verdict');
  } catch {
    return tell('The emulator gives no verdict.', true);
  }
  wake();
  const {verdict, summary, scenarios} = result, found = scenarios[0] || {};
  byId('verdict-text').replaceChildren(...[
    make('p', {class: 'lead'}, make('span', {class: `verdict ${verdict}`}, verdict.toUpperCase()), ` ${counted(summary.events, 'event')}, ${counted(summary.checks, 'check')}, ${counted(summary.violations, 'violation')}`),
    found.reason ? make('p', {}, found.reason) : null,
    make('ol', {class: 'failures'}, ...(found.violations || []).slice(0, 50).map(each => make('li', {}, make('b', {}, each.rule), ' ', name(feed.sentence(each.text))))),
    (found.violations || []).length > 50 ? make('p', {class: 'faint'}, `and ${found.violations.length - 50} more`) : null,
    found.openDuties ? make('p', {class: 'faint'}, `${counted(found.openDuties, 'duty')} still open`) : null,
  ].filter(Boolean));
  byId('verdict-dialog').showModal();
  return undefined;
}

document.addEventListener('DOMContentLoaded', start);
