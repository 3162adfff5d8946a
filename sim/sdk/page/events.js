// Events: what happened last, as a ladder (timeline.js) or as a list. What is looked at stays where it is while more comes:
// only at the end does the view follow.
'use strict';

const AT_ONCE = 250;         // ms between two drawings
const LIST_KEPT = 300;       // rows of the list
const WIDE = 860;            // px from which the gutter says what happened, and not only when
const NEAR = 40;             // px from the end that count as being there

class Events {
  // zone: {offset(t), time(t), day(t)}.
  constructor(feed, zone) {
    this.feed = feed;
    this.zone = zone;
    this.violations = [];
    this.rules = [];
    this.focus = undefined;    // {id} of a message or {path} of a device whose events alone are shown
    this.selected = undefined; // number of an event
    this.isLadder = byId('stage').clientWidth > 520;
    this.drawn = -1;
    this.list = make('ol', {class: 'list', tabindex: 0, 'aria-label': 'The last events'});
    byId('as-ladder').addEventListener('click', () => this.as(true));
    byId('as-list').addEventListener('click', () => this.as(false));
    byId('follow').addEventListener('click', () => this.toEnd());
    byId('focus').addEventListener('click', () => this.only(undefined));
    this.list.addEventListener('scroll', () => this.scrolled(), {passive: true});
    this.list.addEventListener('click', e => this.clicked(e.target.closest('[data-number]')));
    this.list.addEventListener('keydown', e => { if (e.key === 'Enter') this.clicked(e.target.closest('[data-number]')); });
    byId('events').addEventListener('keydown', e => { if (e.key === 'Escape') this.leave(); });
    this.as(this.isLadder);
  }

  // Nothing is selected, and all events are shown.
  leave() {
    this.show(undefined);
    if (this.focus) this.only(undefined);
  }

  // ---- when to draw ------------------------------------------------------------------------------------------------

  later() {
    this.pending ??= setTimeout(() => { this.pending = undefined; this.draw(); }, AT_ONCE);
  }

  begin() {
    this.focus = this.selected = undefined;
    this.drawn = -1;
    this.detail(undefined);
    this.later();
  }

  as(isLadder) {
    this.isLadder = isLadder;
    byId('as-ladder').setAttribute('aria-pressed', String(isLadder));
    byId('as-list').setAttribute('aria-pressed', String(!isLadder));
    this.timeline?.observer.disconnect();
    this.timeline = undefined;
    byId('stage').replaceChildren(isLadder ? make('p', {class: 'hint'}, 'Nothing has happened yet.') : this.list);
    this.isFollowing = true;
    this.draw();
  }

  toEnd() {
    this.isFollowing = true;
    this.draw();
    (this.timeline?.node || this.list).focus();
  }

  scroller() {
    return this.isLadder ? this.timeline?.node : this.list;
  }

  scrolled() {
    const node = this.scroller();
    if (!node || this.isDrawing) return;
    this.isFollowing = node.scrollTop + node.clientHeight > node.scrollHeight - NEAR;
    if (this.isFollowing && this.drawn < this.feed.count) this.later();
    this.drawFollow();
  }

  draw() {
    byId('events-count').textContent = counted(this.feed.count, 'event') + (this.feed.count > KEPT ? `, the last ${KEPT} here` : '');
    if (this.isFollowing) {
      this.isDrawing = true;
      if (this.isLadder) this.drawLadder();
      else this.drawList();
      this.drawn = this.feed.count;
      const node = this.scroller();
      if (node) node.scrollTop = node.scrollHeight;
      this.isDrawing = false;
    }
    this.drawFollow();
  }

  drawFollow() {
    const button = byId('follow'), count = this.feed.count - this.drawn;
    button.hidden = this.isFollowing;
    button.textContent = count > 0 ? `${counted(count, 'new event')} ↓` : 'To the end ↓';
    const focus = byId('focus');
    focus.hidden = !this.focus;
    if (this.focus) focus.replaceChildren('only ', name(this.focus.path || this.feed.nameOf(this.focus.id)), ' ✕');
    if (this.focus) focus.setAttribute('aria-label', 'Show all events again');
  }

  // ---- the ladder --------------------------------------------------------------------------------------------------

  drawLadder() {
    const story = this.feed.story(this.violations, this.rules, t => this.zone.offset(t));
    if (!story.count) return;
    const stage = byId('stage');
    const longest = Math.max(0, ...story.devices.map(each => Array.from(each.name).length));
    const options = {focus: this.focusIn(story), gutter: stage.clientWidth > WIDE ? 250 : 96, lane: Math.max(54, Math.min(100, 14 + 7.2 * longest)), fold: false};
    if (this.timeline) {
      Object.assign(this.timeline, {story});
      Object.assign(this.timeline.options, options);
      this.timeline.selected = this.selectedIn(story);
    } else {
      this.timeline = new Timeline(story, options, {
        problem: id => this.problem(id), device: d => this.only({path: this.timeline.story.path(d)}),
        message: (m, event) => this.turn(this.timeline.story.rows[event].number), event: event => this.turn(this.timeline.story.rows[event].number),
      });
      this.timeline.node.addEventListener('scroll', () => this.scrolled(), {passive: true});
      this.timeline.node.addEventListener('keydown', e => this.pressed(e));
      this.timeline.node.setAttribute('aria-label', 'Timeline. Arrow keys go from event to event; the button “List” shows the same as a list.');
      stage.replaceChildren(this.timeline.node);
    }
    this.timeline.node.classList.toggle('narrow', options.gutter < 200);
    this.timeline.arrange();
  }

  focusIn(story) {
    if (!this.focus) return undefined;
    if (this.focus.path) return {device: story.devicesByPath.get(this.focus.path) ?? -2};
    return {message: story.messagesByName.get(this.feed.nameOf(this.focus.id)) ?? -2};
  }

  selectedIn(story) {
    const event = story.rows.findIndex(each => each.number === this.selected && !each.isBefore);
    return event < 0 ? {} : {event};
  }

  problem(id) {
    const problem = this.timeline.story.problems.find(each => each.id === id);
    if (problem) this.show(this.timeline.story.rows[problem.event].number);
  }

  // Down and up: the next event, and the one before it.
  pressed(e) {
    const by = {ArrowDown: 1, ArrowUp: -1}[e.key];
    if (!by) return;
    e.preventDefault();
    const {rows, quiet} = this.timeline.story;
    let at = rows.findIndex(each => each.number === this.selected && !each.isBefore);
    if (at < 0) at = rows.length;
    do at += by; while (at >= 0 && at < rows.length && (quiet[at] || rows[at].isBefore));
    if (rows[at]) this.show(rows[at].number);
  }

  // ---- the list ----------------------------------------------------------------------------------------------------

  drawList() {
    const violated = new Map();
    for (const each of this.violations) violated.set(each.event, [...violated.get(each.event) || [], each]);
    const wanted = this.feed.events.filter(each => !each.isQuiet && this.isWanted(each)).slice(-LIST_KEPT);
    this.list.replaceChildren(...wanted.map(each => this.item(each, violated.get(each.number))));
    if (!wanted.length) this.list.append(make('li', {class: 'hint'}, 'Nothing has happened yet.'));
  }

  isWanted(event) {
    if (!this.focus) return true;
    return this.focus.path ? event.json.dev === this.focus.path || event.json.by === this.focus.path : event.json.msg === this.focus.id;
  }

  item(event, violations = []) {
    const {json} = event, isHere = event.number === this.selected;
    // What should have come by then is not this event's fault.
    const broken = [...new Set(violations.map(each => `${this.feed.missing(each, json) ? ' missing by now: ' : ' '}${each.rule}`))];
    return make('li', {'data-number': event.number, tabindex: -1, class: `${KIND_STYLES[event.letter] || ''}${broken.length ? ' bad' : ''}${isHere ? ' here' : ''}`},
      make('time', {title: this.zone.day(json.t)}, this.zone.time(json.t)), make('b', {}, name(this.who(event))),
      make('span', {}, name(this.text(event)), broken.map(each => make('em', {}, each))));
  }

  who({json}) {
    return json.dev || (json.from || (json.ev === 'recall' && json.api) ? `${json.from || json.api} (API)` : 'server');
  }

  text({letter, words, json}) {
    return words ?? [json.msg ? this.feed.nameOf(json.msg) : '', KINDS[letter]].filter(Boolean).join(' ');
  }

  clicked(item) {
    if (item) this.turn(Number(item.dataset.number));
  }

  // ---- one of them -------------------------------------------------------------------------------------------------

  // Shows the event, or no longer.
  turn(number) {
    this.show(this.selected === number ? undefined : number);
  }

  // Whether it is still here.
  show(number) {
    const event = this.feed.events.find(each => each.number === number);
    this.selected = event?.number;
    this.detail(event);
    if (this.isLadder && this.timeline) this.timeline.select(this.selectedIn(this.timeline.story));
    else for (const each of this.list.children) each.classList.toggle('here', Number(each.dataset.number) === this.selected);
    if (!this.isLadder) this.list.querySelector('.here')?.scrollIntoView({block: 'nearest'});
    return event !== undefined;
  }

  only(focus) {
    this.focus = focus;
    this.isFollowing = true;
    this.draw();
  }

  detail(event) {
    const box = byId('detail');
    box.hidden = !event;
    if (!event) return;
    const {json} = event;
    const violations = this.violations.filter(each => each.event === event.number);
    const only = (focus, words) => make('button', {type: 'button', onclick: () => this.only(focus)}, 'only ', name(words));
    box.replaceChildren(
      make('div', {class: 'head'}, make('b', {}, name(`${this.who(event)}: ${this.text(event)}`)), make('span', {class: 'grow'}),
        make('button', {type: 'button', 'aria-label': 'Close', onclick: () => this.show(undefined)}, '✕')),
      make('p', {class: 'faint'}, `${this.zone.day(json.t)} ${this.zone.time(json.t)}, line ${event.number + 2} of the trace`),
      ...violations.slice(0, 10).map(each => make('p', {class: 'bad-text'}, `${each.rule}: ${this.feed.sentence(each.text)}`)),
      make('pre', {}, event.line),
      make('p', {class: 'row'}, json.msg ? only({id: json.msg}, this.feed.nameOf(json.msg)) : null, json.dev ? only({path: json.dev}, json.dev) : null));
    box.scrollIntoView({block: 'nearest'});
  }
}

// How the list marks kinds of events.
const KIND_STYLES = {s: 'send', p: 'send', l: 'live', r: 'live', q: 'offline', z: 'compensation', e: 'recall', A: 'recall', d: 'recall', J: 'warn', j: 'warn', f: 'warn', y: 'says', g: 'says', O: 'up'};
