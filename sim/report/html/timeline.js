// Timeline: a case as a drawing: time runs down, a lane a device. Only what is in view is drawn, in pieces of a fixed
// height that stay while they are near; the browser scrolls them.
'use strict';

const PIECE = 720;       // px of a piece
const GUTTER = 320;      // px of the steps and the times
const SERVER = 64;       // px of a lane of the server or the API
const SEND = -6, BRING = 6;  // where in its row a message goes up to the server, and down to devices

class Timeline {
  // options: `gutter` and `lane` are widths in px, where others than the usual ones are wanted.
  // actions: what a click does: {problem(id), device(d), message(m, event), event(i)}. To be put into the page, then arranged.
  constructor(story, options, actions) {
    this.story = story;
    this.actions = actions;
    this.options = {toScale: false, zoom: undefined, fold: undefined, bundles: true, spans: true, open: new Set(), focus: undefined, ...options};
    this.selected = {};
    this.pieces = new Map();
    this.build();
  }

  // ---- frame -------------------------------------------------------------------------------------------------------

  build() {
    this.gutter = make('div', {class: 'gutter'});
    this.lanes = make('div', {class: 'lanes'});
    this.head = make('div', {class: 'tl-head'});
    this.body = make('div', {class: 'tl-body'}, this.gutter, this.lanes);
    this.node = make('div', {
      class: 'timeline', tabindex: 0, role: 'application', 'aria-roledescription': 'timeline',
      'aria-label': 'Timeline. Arrow keys go from event to event and from lane to lane; the button “Table” shows the same as a table.',
    }, this.head, this.body);
    this.node.addEventListener('scroll', () => this.draw(), {passive: true});
    this.node.addEventListener('click', e => this.clicked(e));
    this.node.addEventListener('mousemove', e => this.hover(e));
    this.node.addEventListener('mouseleave', () => this.hideTip());
    this.observer = new ResizeObserver(() => (Math.abs(this.node.clientWidth - this.arrangedFor) > 40 && this.node.clientWidth > 0 ? this.change({}) : this.draw()));
    this.observer.observe(this.node);
  }

  // Chooses the lanes and the rows, and draws all anew.
  arrange() {
    const story = this.story, o = this.options;
    this.layout = new Layout(story, o);
    const shown = story.devices.filter(device => device.events > 0 || story.blamed.has(device.number));
    // As wide as there is room for.
    this.arrangedFor = this.node.clientWidth;
    this.gutterWidth = o.gutter ?? GUTTER;
    this.node.style.setProperty('--gutter', `${this.gutterWidth}px`);
    const room = (this.node.clientWidth || 900) - this.gutterWidth - 2 * SERVER - 60;
    const longest = Math.max(...shown.map(device => Array.from(device.name).length), 0);
    const width = Math.max(o.lane ?? (longest < 7 ? 54 : 66), Math.min(120, Math.floor(room / Math.max(1, shown.length))));
    this.x = new Float64Array(story.devices.length).fill(-1);
    let x = 12;
    this.apiX = story.usesApi ? x + SERVER / 2 : -1;
    if (story.usesApi) x += SERVER;
    this.serverX = x + SERVER / 2;
    x += SERVER + 20;
    let user = -1;
    this.groups = [];
    for (const device of shown) {
      if (device.user !== user) {
        if (user >= 0) x += 18;
        user = device.user;
        this.groups.push({user, from: x, devices: []});
      }
      this.groups[this.groups.length - 1].devices.push(device);
      this.x[device.number] = x + 22;
      x += width;
    }
    this.order = shown.map(device => device.number);
    this.laneWidth = width;
    this.width = Math.max(x + 150, (this.node.clientWidth || 900) - this.gutterWidth);
    this.body.style.height = `${this.layout.height + 40}px`;
    this.body.style.width = this.head.style.width = `${this.gutterWidth + this.width}px`;
    this.drawHead();
    this.redraw();
  }

  drawHead() {
    const corner = make('div', {class: 'corner'}, make('span', {}, this.story.sources.length ? 'line and step of the file' : 'line of the trace'), make('span', {}, 'time'));
    const lanes = make('div', {class: 'heads', style: `width:${this.width}px`});
    const put = (x, width, ...inside) => {
      const head = make('div', {class: 'lane-head', style: `left:${x}px;width:${width}px`}, ...inside);
      lanes.append(head);
      return head;
    };
    if (this.apiX >= 0) put(this.apiX - SERVER / 2, SERVER, make('span', {class: 'plain'}, 'API'));
    put(this.serverX - SERVER / 2, SERVER, make('span', {class: 'plain strong'}, 'server'));
    for (const group of this.groups) {
      const width = group.devices.length * this.laneWidth;
      lanes.append(make('div', {class: 'user-head', style: `left:${group.from}px;width:${width - 6}px`, dir: 'auto', title: visible(this.story.users[group.user])}, name(this.story.users[group.user])));
      for (const device of group.devices) {
        put(group.from + group.devices.indexOf(device) * this.laneWidth, this.laneWidth,
          make('button', {type: 'button', class: 'device', 'data-device': device.number, tabindex: -1, title: `${visible(this.story.path(device.number))} (${device.platform}): its story alone`},
            name(device.name), make('small', {}, device.platform)));
      }
    }
    this.head.replaceChildren(corner, lanes);
  }

  // ---- drawing what is in view -------------------------------------------------------------------------------------

  redraw() {
    for (const piece of this.pieces.values()) { piece.lanes.remove(); piece.gutter.remove(); }
    this.pieces.clear();
    this.draw();
  }

  draw() {
    const from = Math.max(0, Math.floor((this.node.scrollTop - PIECE / 2) / PIECE));
    const to = Math.floor((this.node.scrollTop + (this.node.clientHeight || 800) + PIECE / 2) / PIECE);
    this.drawPieces(from, Math.min(to, Math.floor((this.layout.height + 39) / PIECE)));
  }

  drawPieces(from, to) {
    for (const [number, piece] of this.pieces) {
      if (number >= from && number <= to) continue;
      piece.lanes.remove();
      piece.gutter.remove();
      this.pieces.delete(number);
    }
    for (let number = from; number <= to; ++number) {
      if (!this.pieces.has(number)) this.pieces.set(number, this.piece(number));
    }
  }

  drawAll() {
    this.drawPieces(0, Math.min(400, Math.floor((this.layout.height + 39) / PIECE)));
  }

  piece(number) {
    const top = number * PIECE, height = Math.min(PIECE, this.layout.height + 40 - top);
    const drawing = new Drawing(this, top, height);
    const lanes = make('div', {class: 'piece', style: `top:${top}px;height:${height}px`});
    lanes.innerHTML = drawing.lanes();
    const gutter = make('div', {class: 'piece', style: `top:${top}px;height:${height}px`});
    gutter.innerHTML = drawing.gutter();
    this.lanes.append(lanes);
    this.gutter.append(gutter);
    return {lanes, gutter};
  }

  // ---- going there -------------------------------------------------------------------------------------------------

  select(selected, {scroll} = {scroll: true}) {
    this.selected = selected;
    if (scroll && selected.event >= 0) this.goTo(selected.event, selected.step);
    this.redraw();
  }

  goTo(event, step) {
    const block = this.layout.blockOf(event);
    if (block !== undefined) {
      this.options.open.add(block);
      this.arrange();
    }
    let y = this.layout.yOf(Math.max(0, event));
    const row = step && this.layout.rows.find(each => each.step === step && each.type === 'step');
    if (row) y = row.y + row.base / 2;
    const room = this.node.clientHeight - 60;
    if (y < this.node.scrollTop + 40 || y > this.node.scrollTop + room - 40) {
      this.node.scrollTop = Math.max(0, y - room / 2);
    }
    const x = this.x[this.story.d[event]];
    if (x > 0) {
      const view = this.node.clientWidth - this.gutterWidth;
      if (x < this.node.scrollLeft + 20 || x > this.node.scrollLeft + view - 80) this.node.scrollLeft = x - view / 2;
    }
  }

  // Everything anew with other options. What was looked at stays where it is: `event`, or the one that is selected, if it
  // is in view, or what is in the middle.
  change(options, event) {
    const {node, layout, selected, story} = this;
    const isInView = i => layout.yOf(i) > node.scrollTop && layout.yOf(i) < node.scrollTop + node.clientHeight;
    const middle = layout.rows[Math.max(0, lowerBound(layout.tops, node.scrollTop + node.clientHeight / 2) - 1)];
    const anchor = Math.max(0, Math.min(story.count - 1, event ?? (isInView(selected.event) ? selected.event : middle?.a ?? 0)));
    const before = layout.yOf(anchor) - node.scrollTop;
    Object.assign(this.options, options);
    this.arrange();
    node.scrollTop = this.layout.yOf(anchor) - before;
    this.draw();
  }

  // ---- mouse -------------------------------------------------------------------------------------------------------

  clicked(e) {
    const target = e.target.closest('[data-device],[data-event],[data-problem],[data-fold],[data-opens]');
    const near = target ? undefined : this.near(e);
    if (!target && near === undefined) return;
    const {device, event = near, problem, fold, opens} = target?.dataset ?? {};
    const message = e.target.closest('.gutter') ? -1 : this.story.m[event];
    if (fold !== undefined) this.unfold(Number(fold));
    else if (opens !== undefined) this.foldAgain(Number(opens));
    else if (problem !== undefined) this.actions.problem(problem);
    else if (device !== undefined) this.actions.device(Number(device));
    else if (message >= 0) this.actions.message(message, Number(event));
    else this.actions.event(Number(event));
  }

  unfold(block) {
    this.options.open.add(block);
    this.change({}, this.layout.rows.find(row => row.number === block)?.a);
  }

  foldAgain(block) {
    this.options.open.delete(block);
    this.change({}, this.layout.rows.find(row => row.opens === block)?.a);
  }

  // The event whose mark or line the mouse is at: the nearest in its lane, else the message of the row.
  near(e) {
    const frame = this.lanes.getBoundingClientRect(), x = e.clientX - frame.left, y = e.clientY - frame.top;
    if (x < 0 || e.target.closest('.tl-head')) return undefined;
    const {layout, story} = this;
    let nearest, least = 15, line;
    const [from, to] = layout.between(y - 12, y + 12);
    for (let i = from; i < to; ++i) {
      const row = layout.rows[i];
      if (row.type !== 'event' || y < row.y - 8 || y > row.y + row.base + 8) continue;
      for (let event = row.a; event < row.b; ++event) {
        if (story.quiet[event]) continue;
        const place = this.placeOf(event, row);
        const distance = Math.abs(place[0] - x) + Math.abs(place[1] - y) / 2;
        if (distance < least) { least = distance; nearest = event; }
        if (row.base && story.m[event] >= 0 && Math.abs(place[1] - y) < 6) line ??= event;
      }
    }
    return nearest ?? line;
  }

  // Where an event is marked.
  placeOf(event, row) {
    const {story} = this, kind = story.kinds[event], d = story.d[event];
    const x = d >= 0 ? this.x[d] : 'pe'.includes(kind) && this.apiX >= 0 ? this.apiX : this.serverX;
    const side = !row.base || story.m[event] < 0 || 'qz'.includes(kind) ? 0 : 'speaAjJ'.includes(kind) ? SEND : BRING;
    return [x, row.y + row.base / 2 + side];
  }

  hover(e) {
    const target = e.target.closest('[data-event]');
    const tip = byId('tip');
    const event = target ? Number(target.dataset.event) : this.near(e);
    this.lanes.classList.toggle('at', event !== undefined);
    if (event === undefined) return this.hideTip();
    const story = this.story;
    if (tip.dataset.event !== String(event)) {
      tip.dataset.event = event;
      const step = story.sources.length ? story.source(story.origin[event]) : undefined;
      tip.replaceChildren(
        make('b', {}, story.time(story.t[event])), ' ', name(story.who(event)), make('br'), name(story.text(event)),
        step ? make('code', {}, `${step.place}  ${short(step.text, 90)}`) : make('code', {}, `line ${story.origin[event]} of the trace`));
      tip.hidden = false;
    }
    tip.style.left = `${Math.min(e.clientX + 14, innerWidth - tip.offsetWidth - 8)}px`;
    tip.style.top = `${Math.min(e.clientY + 16, innerHeight - tip.offsetHeight - 8)}px`;
  }

  hideTip() {
    byId('tip').hidden = true;
    delete byId('tip').dataset.event;
  }
}

// A Drawing is one piece of a timeline as markup.
class Drawing {
  constructor(timeline, top, height) {
    Object.assign(this, {timeline, top, height, story: timeline.story, layout: timeline.layout, x: timeline.x});
    [this.from, this.to] = this.layout.between(top - 60, top + height + 60);
    this.under = [];
    this.dots = {};
    this.marks = [];
    this.labels = [];
    this.taken = new Map();  // lane -> where its last label ends
  }

  y(value) {
    return Math.round((value - this.top) * 10) / 10;
  }

  // Whether the row is the one that is selected.
  isHere(row) {
    const {event, step} = this.timeline.selected;
    return step ? row.type === 'step' && row.step === step : event >= row.a && event < row.b;
  }

  // ---- the gutter --------------------------------------------------------------------------------------------------

  gutter() {
    const rows = [];
    let lastY = -100, lastTime = '';
    for (let i = this.from; i < this.to; ++i) {
      const row = this.layout.rows[i];
      if (row.y + row.h < this.top - 2 || row.y > this.top + this.height) continue;
      const isTight = this.layout.toScale && row.type === 'event' && row.y - lastY < 16;
      if (isTight) continue;
      lastY = row.y;
      rows.push(this.gutterRow(row, lastTime));
      lastTime = this.timeOf(row);
    }
    return rows.join('');
  }

  timeOf(row) {
    return row.a < row.b && row.a < this.story.count && row.type !== 'step' ? this.story.time(this.story.t[row.a]) : '';
  }

  gutterRow(row, lastTime) {
    const story = this.story, y = this.y(row.y) - (row.base ? 0 : 8);
    const isHere = this.isHere(row);
    const step = row.step && story.sources.length ? story.source(row.step) : undefined;
    const time = this.timeOf(row);
    let text = '', mark = '';
    if (row.type === 'fold') {
      const steps = row.steps[0] && story.sources.length ? `, steps ${row.steps[0]} to ${row.steps[1]}` : '';
      text = `<button type="button" tabindex="-1" data-fold="${row.number}">▸ ${counted(row.b - row.a, 'event')}${steps}</button>`;
    } else if (row.type === 'gap') {
      const before = story.t[row.from], now = story.t[row.a];
      const day = story.day(before) === story.day(now) ? '' : ` · ${story.day(now)}`;
      return `<div class="g gap" style="top:${y}px;height:${row.h}px"><span>${lasting(now - before)} later${day}</span></div>`;
    } else if (step) {
      const results = row.results || [];
      if (row.type === 'step' && results.length) mark = results.every(e => e.met) ? '<i class="ok">✓</i>' : '<i class="bad">✗</i>';
      const from = step.file ? `${escaped(step.file.split('/').pop())}:` : '';
      text = `<b>${from}${step.line}</b>${mark}<code dir="auto">${escaped(short(brief(step.text), 200))}</code>`;
    }
    else if (row.type === 'event' && !story.sources.length) {
      text = `<b>${story.origin[row.a]}</b><bdi>${escaped(short(`${story.who(row.a)} ${story.text(row.a)}`, 60))}</bdi>`;
    }
    if (row.opens !== undefined) text = `<button type="button" tabindex="-1" data-opens="${row.opens}" aria-label="Fold">▾</button>${text}`;
    const height = row.base ? Math.min(row.base, 34) : 16;
    const title = step ? ` title="${escaped(`${step.file ? step.place : `line ${step.line}`}: ${step.text}`)}"` : '';
    const event = row.a < row.b ? ` data-event="${row.a}"` : '';
    return `<div class="g ${row.type}${isHere ? ' here' : ''}" style="top:${y}px;height:${height}px"${row.type === 'event' ? event : ''}${title}>` +
      `<span>${text}</span>${!time || time === lastTime ? '' : `<time>${time}</time>`}</div>`;
  }

  // ---- the lanes ---------------------------------------------------------------------------------------------------

  lanes() {
    const {timeline} = this;
    const out = [`<svg width="${timeline.width}" height="${this.height}" aria-hidden="true" focusable="false">`];
    out.push('<defs><pattern id="hatch" width="6" height="6" patternUnits="userSpaceOnUse" patternTransform="rotate(45)"><path d="M0 0V6" class="hatch"/></pattern></defs>');
    for (let i = this.from; i < this.to; ++i) this.row(this.layout.rows[i]);
    if (this.layout.toScale) this.slopes();
    this.problems();
    out.push(...this.under, timeline.options.spans ? this.spans() : '', this.rails(), ...this.marks, ...Object.entries(this.dots).map(([kind, d]) => `<path class="dots ${kind}" d="${d}"/>`), ...this.labels, '</svg>');
    return out.join('');
  }

  // The windows of logins and the half hour of a switch.
  spans() {
    const {story, layout, timeline} = this, parts = [];
    for (const i of story.switches) {
      const from = layout.yOf(i), to = layout.yAt(story.t[i] + story.delay);
      if (!this.sees(from, to)) continue;
      const [a, b] = this.clip(from, to);
      parts.push(`<rect class="switch" x="0" y="${a}" width="${timeline.width}" height="${b - a}"/>`);
      if (from >= this.top - 20) {
        const word = story.words[i].includes('enable') ? 'on' : 'off';
        this.labels.push(`<text class="note" x="${timeline.width - 12}" y="${this.y(from) + 14}" text-anchor="end">until the switch to ${word} holds (${lasting(story.delay)}), both ways are right</text>`);
      }
    }
    for (const device of timeline.order) {
      const x = this.x[device], seen = [];
      for (const [i] of story.devices[device].online) {
        if (story.windows[i] === undefined) continue;
        const to = layout.yOf(i), from = Math.min(to, layout.yAt(story.windows[i]));
        if (!this.sees(from, to) || to - from < 2) continue;
        const [a, b] = this.clip(from, to);
        seen.push(`<rect class="window" data-event="${i}" x="${x - 9}" y="${a}" width="18" height="${b - a}"><title>${escaped(this.windowText(i))}</title></rect>`);
      }
      parts.push(...seen.slice(-6));  // more of them over one another show nothing
    }
    return parts.join('');
  }

  windowText(i) {
    const story = this.story, from = story.windows[i];
    return `window of this login: messages accepted from ${story.day(from)} ${story.time(from)}`;
  }

  sees(from, to) {
    return to >= this.top && from <= this.top + this.height;
  }

  clip(from, to) {
    return [this.y(Math.max(from, this.top - 4)), this.y(Math.min(to, this.top + this.height + 4))];
  }

  rails() {
    const {story, layout, timeline} = this, idle = [], online = [];
    const bottom = this.height;
    for (const x of [timeline.apiX, timeline.serverX]) if (x >= 0) idle.push(`M${x} 0V${bottom}`);
    for (const device of timeline.order) {
      const x = this.x[device];
      idle.push(`M${x} 0V${bottom}`);
      for (const [a, b] of story.devices[device].online) {
        const from = layout.yOf(a), to = layout.yOf(b);
        if (!this.sees(from, to)) continue;
        const [p, q] = this.clip(from, to);
        online.push(`M${x} ${p}V${q}`);
      }
    }
    return `<path class="idle" d="${idle.join('')}"/><path class="online" d="${online.join('')}"/>`;
  }

  row(row) {
    if (row.y + row.h < this.top - 40 || row.y > this.top + this.height + 40) return;
    const y = this.y(row.y + row.base / 2), timeline = this.timeline;
    if (this.isHere(row)) {
      this.under.push(`<rect class="here" x="0" y="${y - (row.base || 18) / 2}" width="${timeline.width}" height="${row.base || 18}"/>`);
    }
    if (row.type === 'gap') this.marks.push(`<path class="pause" d="M0 ${y}H${timeline.width}"/>`);
    if (row.type === 'fold') this.fold(row, y);
    if (row.type === 'step') this.step(row);
    if (row.missing) this.missingIn(row);
    if (row.type !== 'event') return;
    const first = this.story.kinds[row.a];
    if (this.layout.toScale) this.point(row.a, y);
    else if ('spajrl'.includes(first)) this.message(row, y);
    else if ('qz'.includes(first)) this.bundle(row, y);
    else if ('eAJd'.includes(first)) this.recall(row, y);
    else for (let i = row.a; i < row.b; ++i) this.single(i, y);
    if (row.settled !== undefined) this.marks.push(`<path class="settled" d="M${timeline.serverX - 16} ${y + row.base / 2}H${timeline.width}"/>`);
  }

  // What happened in a folded block: the lanes in which something did.
  fold(row, y) {
    const seen = new Set();
    for (let i = row.a; i < row.b; ++i) if (this.story.d[i] >= 0) seen.add(this.story.d[i]);
    const dots = [...seen].map(d => `M${this.x[d] - 5} ${y}h10`).join('');
    this.marks.push(`<rect class="fold" data-fold="${row.number}" x="0" y="${y - row.h / 2 + 2}" width="${this.timeline.width}" height="${row.h - 4}" rx="4"/><path class="folded" d="${dots}"/>`);
  }

  step(row) {
    const results = row.results || [];
    const top = this.y(row.y);
    const source = this.story.source(row.step);
    if (source?.kind === 'n') this.labels.push(`<text class="note" x="${this.timeline.serverX + 24}" y="${top + 17}">${escaped(short(source.text, 120))}</text>`);
    if (!results.length) return;
    const isBad = results.some(e => !e.met);
    this.marks.push(`<rect class="expect ${isBad ? 'bad' : 'ok'}" x="0" y="${top + 2}" width="${this.timeline.width}" height="${row.base - 4}" rx="4"/>`);
    results.slice(0, 12).forEach((e, i) => {
      const number = this.story.result.expectations.indexOf(e);
      const problem = e.met ? '' : ` data-problem="x${number}"`;
      const chosen = !e.met && this.timeline.selected.problem === `x${number}` ? ' chosen' : '';
      this.labels.push(`<text class="result ${e.met ? 'ok' : 'bad'}${chosen}"${problem} x="12" y="${top + 17 + i * RESULT}">${e.met ? '✓' : '✗'} ${escaped(short(e.text, 160))}</text>`);
    });
  }

  // A message: up to the server, and down to all who get it at this moment.
  message(row, y) {
    const {story, timeline} = this;
    const m = story.m[row.a], server = timeline.serverX;
    const tells = [];
    for (let i = row.a; i < row.b; ++i) {
      const kind = story.kinds[i];
      if (kind === 's' || kind === 'p') {
        const x = kind === 's' ? this.x[story.d[i]] : timeline.apiX;
        const toServer = x > server ? server + 5 : server - 5;
        this.marks.push(this.arrow(x, toServer, y + SEND, 'send'));
        this.dot('send', x, y + SEND);
        this.name(m, i, x + (x > server ? 7 : 6), y + SEND - 5, this.bodyOf(i));
      } else if (kind === 'a') {
        this.dot('server', server, y + SEND);
      } else if (kind === 'j') {
        this.cross(server, y + SEND, i, 'bad');
        this.labels.push(`<text class="bad" data-event="${i}" x="${server + 12}" y="${y + 12}">${escaped(short(story.text(i), 60))}</text>`);
      } else if (RECEIPTS.includes(kind)) {
        tells.push(i);
      }
    }
    if (!tells.length && story.kinds[row.a] === 'a') this.accepted(row, y);
    if (!tells.length) return;
    const accepted = story.messages[m].answered;
    const isLate = accepted >= 0 && (accepted < row.a);
    this.marks.push(this.arrows(server + 5, tells.map(i => this.x[story.d[i]] - 4), y + BRING, 'live'));
    if (story.kinds[row.a] !== 's' && story.kinds[row.a] !== 'p') {
      const farthest = Math.min(...tells.map(i => this.x[story.d[i]]));
      const late = isLate && story.t[row.a] - story.t[accepted] >= PAUSE ? ` (${lasting(story.t[row.a] - story.t[accepted])} later)` : '';
      this.name(m, row.a, Math.min(server + 10, farthest - 30), y + BRING - 4, late);
    }
  }

  accepted(row, y) {
    const names = [];
    for (let i = row.a; i < row.b; ++i) if (this.story.kinds[i] === 'a') names.push(this.story.names[this.story.m[i]]);
    this.labels.push(`<text class="name" data-event="${row.a}" x="${this.timeline.serverX + 10}" y="${y + SEND + 4}"><tspan class="msg">${escaped(short(names.join(' '), 80))}</tspan> accepted</text>`);
  }

  bodyOf(i) {
    const words = this.story.words[i] || '';
    const to = / to (\S+)/.exec(words);
    const type = / (?:RC|app):\S+/.exec(words);
    return (to ? ` → ${to[1]}` : '') + (type ? type[0] : '') + (words.includes(' as status') ? ' status' : '') + (words.includes('+sender') ? ' +sender' : '');
  }

  name(m, i, x, y, more = '') {
    const names = this.story.names[m];
    this.labels.push(`<text class="name" data-event="${i}" x="${x}" y="${y}"><tspan class="msg">${escaped(short(names, 18))}</tspan>${escaped(short(more, 26))}</text>`);
  }

  arrow(from, to, y, kind) {
    const back = to < from ? 6 : -6;
    const end = Math.round(to * 10) / 10;
    return `<g class="arrow ${kind}"><path d="M${from} ${y}H${end}"/><path class="tip" d="M${end} ${y}l${back} -3.4v6.8z"/></g>`;
  }

  // One line with many heads, all to the right.
  arrows(from, ends, y, kind) {
    const tips = ends.map(end => `M${Math.round(end * 10) / 10} ${y}l-6 -3.4v6.8z`).join('');
    return `<g class="arrow ${kind}"><path d="M${from} ${y}H${Math.max(...ends)}"/><path class="tip" d="${tips}"/></g>`;
  }

  // Dots of one kind are one path, drawn with a round pen.
  dot(kind, x, y) {
    this.dots[kind] = (this.dots[kind] || '') + `M${x} ${y}h0`;
  }

  cross(x, y, i, kind) {
    this.marks.push(`<path class="cross ${kind}" data-event="${i}" d="M${x - 5} ${y - 5}l10 10m0 -10l-10 10"/>`);
  }

  // What a login brings at once.
  bundle(row, y) {
    const {story, timeline} = this, d = story.d[row.a];
    const receipts = [];
    for (let i = row.a; i < row.b; ++i) if ('qz'.includes(story.kinds[i])) receipts.push(i);
    const kind = story.kinds[row.a] === 'z' ? 'compensation' : 'offline';
    const width = Math.min(11, 2 + Math.log2(receipts.length) * 1.6), end = this.x[d] - 5;
    this.marks.push(`<g class="arrow ${kind}" data-event="${row.a}"><path style="stroke-width:${width}" d="M${timeline.serverX + 5} ${y}H${end - 7}"/><path class="tip" d="M${end + 2} ${y}l-9 -${width / 2 + 4}v${width + 8}z"/></g>`);
    const names = receipts.slice(0, 6).map(i => story.names[story.m[i]]).join(' ');
    const more = receipts.length > 6 ? ` … ${story.names[story.m[receipts[receipts.length - 1]]]}` : '';
    const what = kind === 'compensation' ? 'compensation' : 'offline store';
    const count = receipts.length > 1 ? `×${receipts.length} ` : '';
    this.labels.push(`<text class="${kind}" data-event="${row.a}" x="${timeline.serverX + 12}" y="${y - width / 2 - 4}"><tspan class="msg">${count}${escaped(short(names + more, 60))}</tspan> · ${what}</text>`);
  }

  recall(row, y) {
    const {story, timeline} = this, server = timeline.serverX, m = story.m[row.a];
    for (let i = row.a; i < row.b; ++i) {
      const kind = story.kinds[i], d = story.d[i];
      if (kind === 'e') {
        const x = d >= 0 ? this.x[d] : timeline.apiX;
        this.marks.push(this.arrow(x, x > server ? server + 5 : server - 5, y + SEND, 'recall'));
        this.name(m, i, x + (x > server ? 7 : 6), y + SEND - 5, ' recall');
      } else if (kind === 'A') {
        this.dot('recall', server, y + SEND);
      } else if (kind === 'J') {
        this.cross(server, y + SEND, i, 'bad');
        this.labels.push(`<text class="bad" x="${server + 12}" y="${y + 12}">${escaped(short(story.text(i), 60))}</text>`);
      } else if (kind === 'd') {
        this.marks.push(this.arrow(server + 5, this.x[d] - 5, y + BRING, 'recall'));
        this.marks.push(`<path class="strike" data-event="${i}" d="M${this.x[d] - 4} ${y + BRING - 4}h8v8h-8zm-3 10l14 -12"/>`);
      }
    }
    if (story.kinds[row.a] === 'A') this.name(m, row.a, server + 10, y + SEND + 4, ' recall accepted');
    else if (story.kinds[row.a] === 'd') this.name(m, row.a, server + 10, y + BRING - 4, ' recalled');
  }

  // Whatever is no message on its way.
  single(i, y) {
    const {story, timeline} = this, kind = story.kinds[i], d = story.d[i], x = this.x[d];
    const label = (text, style = '', at = x + 9, most = timeline.laneWidth > 100 ? 15 : 11) =>
      this.label(d, `<text class="${style}" data-event="${i}" x="${at}" y="${y + 4}">${escaped(short(text, most))}</text>`, y);
    if (kind === 'O') {
      this.marks.push(`<circle class="up" data-event="${i}" cx="${x}" cy="${y}" r="5"/>`);
      label('online');
    } else if (kind === 'x') {
      this.offline(i, y, label);
    } else if (kind === 'i') {
      this.marks.push(`<path class="install" data-event="${i}" d="M${x - 16} ${y}h32"/><rect class="box" data-event="${i}" x="${x - 5}" y="${y - 5}" width="10" height="10" rx="2"/>`);
      label('reinstalled');
    } else if (kind === 'f') {
      this.cross(x, y, i, 'warn');
      label(story.text(i), 'warn', x + 9, 22);
    } else if (story.quiet[i]) {
      return;
    } else if (kind === 'u') {
      label(`caught up${/ \(\d+\)/.exec(story.words[i]) || ''}`, 'faint');
    } else if (kind === 'c') {
      this.marks.push(`<circle class="asks" data-event="${i}" cx="${x}" cy="${y}" r="4"/>`);
      label('connects', 'faint');
    } else if ('+-'.includes(kind) && d >= 0) {
      this.marks.push(`<circle class="asks" data-event="${i}" cx="${x}" cy="${y}" r="4"/>`);
      label(story.text(i), /refused/.test(story.text(i)) ? 'warn' : '', x + 9, 24);
    } else if (kind !== '.') {
      this.dot('server', timeline.serverX, y);
      this.labels.push(`<text class="says${/refused/.test(story.text(i)) ? ' warn' : ''}" data-event="${i}" x="${timeline.serverX + 12}" y="${y + 4}">${escaped(short(story.text(i), 90))}</text>`);
    }
  }

  offline(i, y, label) {
    const {story} = this, x = this.x[story.d[i]], by = story.by[i];
    const reason = /\((\w+)/.exec(story.words[i] || '')?.[1] || '';
    if (reason === 'evicted' || reason === 'replaced') {
      if (by !== undefined) {
        const from = this.x[by], end = from > x ? x + 8 : x - 8;
        this.marks.push(`<path class="evicts" data-event="${i}" d="M${from} ${y}H${end}"/>`);
      }
      this.cross(x, y, i, 'warn');
      this.label(story.d[i], `<text class="warn" data-event="${i}" x="${x + 8}" y="${y + 14}">${reason}</text>`, y);
    } else {
      this.marks.push(`<circle class="down" data-event="${i}" cx="${x}" cy="${y}" r="4.5"/>`);
      label({logout: 'logs out', drop: 'dropped', uninstall: 'uninstalled', server: 'cut by server'}[reason] || 'offline', 'faint');
    }
  }

  // To scale, a label that would lie over another one in its lane is left out.
  label(lane, text, y) {
    if (this.layout.toScale) {
      if (y - (this.taken.get(lane) ?? -100) < 13) return;
      this.taken.set(lane, y);
    }
    this.labels.push(text);
  }

  // ---- to scale ----------------------------------------------------------------------------------------------------

  point(i, y) {
    const {story, timeline} = this, kind = story.kinds[i], d = story.d[i], m = story.m[i];
    if (y < -20 || y > this.height + 20) return;
    if (m < 0) return this.single(i, y);
    const x = d >= 0 ? this.x[d] : 'pe'.includes(kind) && timeline.apiX >= 0 ? timeline.apiX : timeline.serverX;
    const style = 'eAJd'.includes(kind) ? 'recall' : {q: 'offline', z: 'compensation', j: 'bad', s: 'send', p: 'send'}[kind] || 'server';
    if (kind === 'j' || kind === 'J') this.cross(x, y, i, 'bad');
    else this.dot(style, x, y);
    this.label(d >= 0 ? d : -1, `<text class="name" data-event="${i}" x="${x + 8}" y="${y + 4}"><tspan class="msg">${escaped(short(story.names[m], 12))}</tspan>${'Aed'.includes(kind) ? ' recall' : ''}</text>`, y);
  }

  // Lines from who asks to the server, and from there to who gets it.
  slopes() {
    const {story, layout, timeline} = this;
    const bottom = this.top + this.height;
    const lines = layout.slopes ??= this.allSlopes();
    const paths = {send: [], live: [], offline: [], compensation: [], recall: []};
    for (const number of lines.pieces.get(Math.floor(this.top / PIECE)) || []) {
      const [kind, a, b] = lines.list[number];
      const ya = layout.yOf(a), yb = layout.yOf(b);
      if (yb < this.top || ya > bottom) continue;
      const xa = kind === 'send' || story.kinds[a] === 'e' ? (story.d[a] >= 0 ? this.x[story.d[a]] : timeline.apiX) : timeline.serverX;
      const xb = 'aAjJ'.includes(story.kinds[b]) ? timeline.serverX : this.x[story.d[b]];
      paths[kind].push(`M${xa} ${this.y(ya)}L${xb} ${this.y(yb)}`);
    }
    this.marks.unshift(...Object.entries(paths).map(([kind, parts]) => `<path class="slope ${kind}" d="${parts.join('')}"/>`));
  }

  allSlopes() {
    const {story, layout} = this, list = [], pieces = new Map();
    const add = (kind, a, b) => {
      if (layout.focus && !(layout.wanted(a) && layout.wanted(b))) return;
      const from = Math.floor(layout.yOf(a) / PIECE), to = Math.floor(layout.yOf(b) / PIECE);
      for (let piece = from; piece <= to; ++piece) {
        if (piece - from > 40 && to - piece > 1) continue;
        if (!pieces.has(piece)) pieces.set(piece, []);
        pieces.get(piece).push(list.length);
      }
      list.push([kind, a, b]);
    };
    for (const message of story.messages) {
      let recall = -1;
      for (const i of message.events) {
        const kind = story.kinds[i];
        if (kind === 'a' && message.asked >= 0) add('send', message.asked, i);
        if ('rlqz'.includes(kind)) {
          // What a login brings comes from then, not from when it was sent.
          const begins = 'qz'.includes(kind) ? i : message.answered >= 0 && message.answered < i ? message.answered : i;
          add({q: 'offline', z: 'compensation'}[kind] || 'live', begins, i);
        }
        if (kind === 'e') recall = i;
        if (kind === 'A') { if (recall >= 0) add('recall', recall, i); recall = i; }
        if (kind === 'd' && recall >= 0 && story.t[i] - story.t[recall] < PAUSE) add('recall', recall, i);
      }
    }
    return {list, pieces};
  }

  // ---- what went wrong ---------------------------------------------------------------------------------------------

  problems() {
    for (const problem of this.story.problems) {
      if (problem.violation) this.violated(problem);
      else this.unmet(problem);
    }
  }

  chosen(problem) {
    return this.timeline.selected.problem === problem.id ? ' chosen' : '';
  }

  violated(problem) {
    const {story, layout, timeline} = this;
    if (problem.event < 0) return;
    const row = layout.rows[layout.rowOf(problem.event)];
    const y = this.y(layout.yOf(problem.event));
    if (y < -40 || y > this.height + 40 || !row || row.type === 'fold') return;
    const device = problem.device >= 0 ? problem.device : story.d[problem.event];
    const x = device >= 0 && this.x[device] > 0 ? this.x[device] : timeline.serverX;
    if (problem.missing) return;  // missingIn
    const from = `data-problem="${problem.id}" class="wrong${this.chosen(problem)}"`;
    const rule = PAGE.rules[problem.violation.rule].name;
    const isMessage = 'sparlj'.includes(story.kinds[problem.event]) && !layout.toScale;
    const at = isMessage ? y + ('sp'.includes(story.kinds[problem.event]) ? SEND : BRING) : y;
    this.labels.push(`<g ${from}><circle cx="${x}" cy="${at}" r="10"/><text class="flag" x="${x + 14}" y="${'qz'.includes(story.kinds[problem.event]) ? at + 16 : at - 8}">${rule}</text></g>`);
  }

  missingIn(row) {
    let y = this.y(row.y + row.base) + (row.base ? MISSING / 2 - 2 : MISSING);
    for (const [device, group] of [...row.missing].slice(0, 12)) {
      const {names, problems, rules} = group, most = 4;
      const shown = [...names].slice(0, most).join(', ') + (names.size > most ? ` and ${names.size - most} more` : '');
      const isChosen = problems.includes(this.timeline.selected.problem);
      this.missing(problems[0], isChosen ? ' chosen' : '', this.x[device], y, shown, [...rules].join(', '));
      y += MISSING;
    }
  }

  // A dashed arrow for what did not come.
  missing(id, chosen, x, y, what, why) {
    const from = this.timeline.serverX;
    const isWide = x + 260 > this.timeline.width;  // then the words stand before the cross
    const words = `${short(what, 44)} missing${why ? ` · ${why}` : ''}`;
    const end = isWide ? Math.max(from + 20, x - 16 - 6.9 * words.length) : x - 8;
    this.labels.push(`<g data-problem="${id}" class="wrong missing${chosen}"><path class="dashed" d="M${from + 6} ${y}H${end}"/>` +
      `<path d="M${x - 5} ${y - 5}l10 10m0 -10l-10 10"/><text class="flag" x="${isWide ? x - 12 : x + 10}"${isWide ? ' text-anchor="end"' : ''} y="${y + 4}">` +
      `${escaped(words)}</text></g>`);
  }

  // What an expectation did not want there is ringed; what it misses has a place of its own in the layout.
  unmet(problem) {
    const {story, layout} = this, about = story.unmet[problem.step];
    if (!about) return;
    for (const [device, m] of unwantedOf(story, about, problem.event)) {
      const receipt = story.messages[m].events.find(i => story.d[i] === device && RECEIPTS.includes(story.kinds[i]));
      if (receipt === undefined) continue;
      const at = layout.rows[layout.rowOf(receipt)];
      if (at.type === 'fold') continue;
      const y = this.y(layout.yOf(receipt)) + (!layout.toScale && 'rl'.includes(story.kinds[receipt]) ? BRING : 0);
      if (y > -20 && y < this.height + 20) this.labels.push(`<g data-problem="${problem.id}" class="wrong${this.chosen(problem)}"><circle cx="${this.x[device]}" cy="${y}" r="10"/></g>`);
    }
  }
}

// Of an expectation that was not met: [device, names of what it wants and the device lacks]. Kept, once it is known.
function missingOf(story, about, at) {
  return about.missing ??= (about.has ? about.devices : []).map(device => {
    const {has} = story.holds(device, at);
    return [device, about.has.filter(each => !has.has(story.messagesByName.get(each) ?? -1))];
  }).filter(([, names]) => names.length > 0);
}

// The same the other way round: [device, message] that it has and should not have.
function unwantedOf(story, about, at) {
  const isUnwanted = each => about.lacks?.includes(each) || (about.only && about.has && !about.has.includes(each));
  return about.unwanted ??= about.devices.flatMap(device =>
    [...story.holds(device, at).has.keys()].filter(m => isUnwanted(story.names[m])).map(m => [device, m]));
}

// A step of the file with less to read: without the braces around it and most of the quotes.
function brief(text) {
  return text.replace(/^\{\s*|\s*\}$/g, '').replace(/"([\w$]+)":/g, '$1:').replace(/"([^"\s]+)"/g, '$1');
}
