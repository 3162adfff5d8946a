// People: users and their devices, and what can be done to them. Rows stay the same elements while they change, so that
// nothing jumps, and a button that has the focus keeps it.
'use strict';

const MOST_USERS = 60;       // that are shown at once
const MOST_LISTED = 50;      // messages of a device

class People {
  // act(what, body, words): asks the emulator, and says what came of it. nameOf(id): of a message.
  constructor(act, nameOf) {
    this.act = act;
    this.nameOf = nameOf;
    this.users = new Map();     // name -> its parts
    this.groups = new Map();
    byId('people-filter').addEventListener('input', () => this.draw(this.state));
    byId('join').addEventListener('submit', e => this.join(e));
  }

  draw(state) {
    if (!state) return;
    this.state = state;
    const names = Object.keys(state.users), text = byId('people-filter').value.trim().toLowerCase();
    const found = names.filter(each => each.toLowerCase().includes(text));
    const devices = names.flatMap(each => Object.values(state.users[each]));
    byId('people-count').textContent = `${names.length}, ${counted(devices.length, 'device')}, ${devices.filter(each => each.online).length} online`;
    byId('nobody').hidden = names.length > 0;
    keyed(byId('users'), this.users, found.slice(0, MOST_USERS), each => new User(each, this), (user, each) => user.draw(state.users[each]));
    const more = byId('more-users');
    more.hidden = found.length <= MOST_USERS;
    more.textContent = `${found.length - MOST_USERS} more: filter them`;
    this.drawGroups(state);
  }

  drawGroups({groups, chatrooms, users}) {
    const all = {...Object.fromEntries(Object.entries(groups).map(([each, members]) => [`group:${each}`, members])),
      ...Object.fromEntries(Object.entries(chatrooms).map(([each, present]) => [`chatroom:${each}`, present]))};
    keyed(byId('groups'), this.groups, Object.keys(all).slice(0, MOST_USERS), each => new Group(each, this), (group, each) => group.draw(all[each]));
    byId('join').hidden = !Object.keys(groups).length;
    choices(byId('group-names'), Object.keys(groups));
    choices(byId('user-names'), Object.keys(users));
  }

  join(e) {
    e.preventDefault();
    const group = byId('join-group').value, user = byId('join-user').value;
    this.act('join', {group, user}, `${user} joins ${group}`).then(done => { if (done) byId('join-user').value = ''; });
  }

  cut(whom) {
    return this.act('drop', {...whom, noticedAfter: Number(byId('noticed').value)}, `${whom.dev || whom.user}: the network is cut`);
  }
}

class User {
  constructor(user, people) {
    this.devices = new Map();
    this.user = user;
    this.people = people;
    this.count = make('span', {class: 'faint'});
    this.cut = make('button', {type: 'button', 'aria-label': `Cut the network of all devices of ${user}`, onclick: () => people.cut({user})}, 'Cut all');
    this.list = make('ul', {});
    this.node = make('article', {class: 'user', 'aria-label': user}, make('div', {class: 'head'}, make('h3', {}, name(user)), this.count, make('span', {class: 'grow'}), this.cut), this.list);
  }

  draw(devices) {
    const all = Object.keys(devices), online = all.filter(each => devices[each].online);
    const installations = new Set(all.map(each => devices[each].installation));
    say(this.count, `${online.length} of ${all.length} online${installations.size < all.length ? `, ${counted(installations.size, 'installation')}` : ''}`);
    this.cut.disabled = !online.length;
    keyed(this.list, this.devices, all, each => new Device(`${this.user}/${each}`, this.people), (device, each) => device.draw(devices[each]));
  }
}

class Device {
  constructor(path, people) {
    this.people = people;
    this.path = path;
    const button = (label, act) => make('button', {type: 'button', onclick: act}, label);
    this.cut = button('Cut', () => people.cut({dev: path}));
    this.cut.setAttribute('aria-label', `Cut the network of ${path}`);
    this.hold = button('Hold', () => (this.state.held
      ? people.act('release', {dev: path}, `${path}: what waited goes on`)
      : people.act('hold', {dev: path}, `${path}: what the server sends waits`)));
    this.slow = button('Slow', () => (this.isSlow() ? this.network([0, 0], 0, 'fast again') : this.network(...chosenNetwork(), 'slow')));
    this.dot = make('i', {class: 'dot'});
    this.presence = make('span', {class: 'unseen'});
    this.kind = make('small', {});
    this.badges = make('span', {class: 'badges'});
    this.facts = make('span', {});
    this.has = make('ul', {});
    this.details = make('details', {ontoggle: () => this.drawHas()}, make('summary', {}, this.facts, this.badges), this.has);
    this.node = make('li', {class: 'device'}, make('div', {class: 'line'}, this.dot, make('b', {}, name(path.split('/')[1])), this.presence, this.kind,
      make('span', {class: 'grow'}), make('span', {class: 'acts'}, this.cut, this.hold, this.slow)), this.details);
  }

  network(latency, loss, words) {
    return this.people.act('network', {latency, loss, on: [this.path]}, `${this.path}: the network is ${words}`);
  }

  isSlow() {
    const {latency = [0, 0], loss = 0} = this.state.network || {};
    return latency[1] > 0 || loss > 0;
  }

  draw(state) {
    this.state = state;
    const isSlow = this.isSlow();
    this.node.classList.toggle('online', state.online);
    this.dot.title = state.online ? 'online' : 'offline';
    say(this.presence, state.online ? ' online ' : ' offline ');
    say(this.kind, state.class);
    this.kind.title = `platform ${state.platform}, device ${state.deviceId}`;
    say(this.badges, [state.held && ' · held', isSlow && ` · ${linkOf(state.network)}`].filter(Boolean).join(''));
    say(this.facts, `${counted(state.count, 'message')}${state.waiting ? `, ${state.waiting} waiting` : ''} · installation ${state.installation}`);
    toggled(this.hold, state.held, 'Release', 'Hold', state.held ? `Send on what waits for ${this.path}` : `Hold what the server sends to ${this.path}`);
    toggled(this.slow, isSlow, 'Fast', 'Slow', isSlow ? `Give ${this.path} a fast network` : `Give ${this.path} the slow network that is chosen above`);
    this.cut.disabled = !state.online;
    this.drawHas();
  }

  drawHas() {
    if (!this.details.open || !this.state) return;
    const listed = this.state.has.slice(0, MOST_LISTED), key = `${listed.join()} ${this.state.count}`;
    if (this.drawn === key) return;
    this.drawn = key;
    this.has.replaceChildren(...listed.map(id => make('li', {title: id}, name(this.people.nameOf(id)))),
      ...(this.state.count > listed.length ? [make('li', {class: 'faint'}, `${this.state.count - listed.length} more`)] : []),
      ...(this.state.count ? [] : [make('li', {class: 'faint'}, 'no message')]));
  }
}

// Members of a group, and who is in a chatroom.
class Group {
  constructor(path, people) {
    this.people = people;
    [this.kind, this.group] = [path.slice(0, path.indexOf(':')), path.slice(path.indexOf(':') + 1)];
    this.members = make('span', {class: 'members'});
    this.node = make('p', {class: 'group'}, make('b', {}, name(path)), ' ', this.members);
  }

  draw(members) {
    if (this.drawn === members.join()) return;
    this.drawn = members.join();
    this.members.replaceChildren(...members.slice(0, 100).map(each => make('span', {class: 'tag'}, name(each), this.kind === 'group' ? this.remover(each) : null)),
      ...(members.length > 100 ? [`and ${members.length - 100} more`] : []), ...(members.length ? [] : [make('span', {class: 'faint'}, 'nobody')]));
  }

  remover(user) {
    return make('button', {type: 'button', class: 'bare', 'aria-label': `Take ${user} out of ${this.group}`,
      onclick: () => this.people.act('leave', {group: this.group, user}, `${user} leaves ${this.group}`)}, '✕');
  }
}

// `300–900 ms, 5 % lost`
function linkOf({latency: [low, high], loss}) {
  return `${low}–${high} ms${loss ? `, ${Math.round(loss * 1000) / 10} % lost` : ''}`;
}

// What the form above says: [[low, high], loss].
function chosenNetwork() {
  const low = Math.max(0, Math.round(Number(byId('latency-low').value))), high = Math.max(low, Math.round(Number(byId('latency-high').value)));
  return [[low, high], Math.min(1, Math.max(0, Number(byId('loss').value) / 100))];
}

// ---- elements that stay ------------------------------------------------------------------------------------------------

// Gives `parent` a part with a `node` for each key, in this order; parts that there are stay.
function keyed(parent, parts, keys, made, drawn) {
  const wanted = new Set(keys);
  for (const [key, part] of parts) {
    if (wanted.has(key)) continue;
    part.node.remove();
    parts.delete(key);
  }
  keys.forEach((key, place) => {
    if (!parts.has(key)) parts.set(key, made(key));
    const part = parts.get(key);
    if (parent.children[place] !== part.node) parent.insertBefore(part.node, parent.children[place] || null);
    drawn(part, key);
  });
}

// A text that is written only where it is another.
function say(node, text) {
  if (node.textContent !== text) node.textContent = text;
}

function toggled(button, isOn, on, off, label) {
  say(button, isOn ? on : off);
  button.setAttribute('aria-label', label);
  button.classList.toggle('on', isOn);
}

function choices(list, values) {
  const key = values.slice(0, 200).join('\n');
  if (list.dataset.key === key) return;
  list.dataset.key = key;
  list.replaceChildren(...values.slice(0, 200).map(value => make('option', {value})));
}
