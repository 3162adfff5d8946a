// Page: what stands around the timelines: the list of cases and its filters, the summary, the rules, what is said of an
// event, a message, a device or a failure, links, keys. What is shown follows from the address behind its #, so that
// each case and each event has a link.
'use strict';

let PAGE;  // the data of the run
const VERDICTS = [
  ['fail', 'failed', '✗'], ['error', 'error', '!'], ['flaky', 'flaky', '~'], ['inconclusive', 'inconclusive', '?'],
  ['notApplicable', 'not applicable', '–'], ['pass', 'passed', '✓'],
];
const stories = new Map();  // number of a case -> its Story; the last few that were looked at
const filters = {text: '', verdicts: new Set(), rule: '', tag: ''};
let view = {};              // what is shown: {number, story, timeline, ...}

function start() {
  PAGE = JSON.parse(byId('data').textContent);
  PAGE.cases.forEach((c, number) => {
    c.number = number;
    c.words = [c.id, c.name, c.about, c.reason, ...(c.violations || []).map(v => `${PAGE.rules[v.rule].name} ${v.text}`),
      ...(c.expectations || []).map(e => e.text)].join('\n').toLowerCase();
  });
  drawTop();
  drawFilters();
  filter();
  addEventListener('hashchange', () => route());
  addEventListener('keydown', pressed);
  addEventListener('beforeprint', () => view.timeline?.drawAll());
  addEventListener('afterprint', () => view.timeline?.redraw());
  byId('help-button').addEventListener('click', help);
  byId('theme-button').addEventListener('click', turnTheme);
  route();
}

// ---- links -----------------------------------------------------------------------------------------------------------

function link(...parts) {
  return '#' + parts.map(each => encodeURIComponent(each)).join('/');
}

function linkOf(c, ...parts) {
  return link('case', c.id, ...parts);
}

function go(hash) {
  if (location.hash === hash || (hash === '#' && location.hash === '')) route();
  else location.hash = hash;
}

function route() {
  const parts = location.hash.slice(1).split('/').map(part => {
    try { return decodeURIComponent(part); } catch { return part; }
  });
  if (parts[0] === 'case') {
    const c = PAGE.cases.find(each => each.id === parts[1]);
    if (c) return showCase(c, parts.slice(2));
    return showNothing(`There is no case ${parts[1]} on this page.`);
  }
  if (parts[0] === 'rule') {
    const rule = PAGE.rules.find(each => each.name === parts[1]);
    if (rule) return showRule(rule);
    return showNothing(`There is no rule ${parts[1]}.`);
  }
  showSummary();
}

function show(title, ...children) {
  document.title = title ? `${visible(title)} · mdsync` : 'mdsync';
  view.timeline?.observer.disconnect();
  view = {};
  byId('main').className = '';
  byId('main').replaceChildren(...children);
  byId('main').scrollTop = 0;
  for (const each of document.querySelectorAll('#list a')) each.removeAttribute('aria-current');
}

// What is said to who listens instead of looking.
function announce(text) {
  byId('live').textContent = visible(text);
}

function showNothing(text) {
  show('', make('div', {class: 'text'}, make('h1', {}, 'Nothing here'), make('p', {}, text), make('p', {}, make('a', {href: '#'}, 'To the summary'))));
}

// ---- above and beside ------------------------------------------------------------------------------------------------

function drawTop() {
  const s = PAGE.summary, verdict = byId('verdict');
  verdict.textContent = PAGE.verdict === 'pass' ? 'PASS' : PAGE.verdict.toUpperCase();
  verdict.classList.add(PAGE.verdict);
  byId('sums').textContent = `${counted(s.cases, 'case')}: ${s.passed} passed, ${s.failed} failed` +
    (s.inconclusive ? `, ${s.inconclusive} inconclusive` : '') + (s.notApplicable ? `, ${s.notApplicable} not applicable` : '') +
    (s.errors ? `, ${counted(s.errors, 'error')}` : '');
  if (PAGE.cases.length < 2) document.body.classList.add('single');
  let theme = null;
  try { theme = localStorage.getItem('mdsync-theme'); } catch { /* a page from a file may have no store */ }
  setTheme(theme || (matchMedia('(prefers-color-scheme: dark)').matches ? 'dark' : 'light'));
}

function setTheme(theme) {
  document.documentElement.dataset.theme = theme;
  byId('theme-button').textContent = theme === 'dark' ? 'Light' : 'Dark';
}

function turnTheme() {
  const theme = document.documentElement.dataset.theme === 'dark' ? 'light' : 'dark';
  setTheme(theme);
  try { localStorage.setItem('mdsync-theme', theme); } catch { /* see above */ }
}

function drawFilters() {
  const counts = new Map();
  for (const c of PAGE.cases) counts.set(c.verdict, (counts.get(c.verdict) || 0) + 1);
  for (const [verdict, word, sign] of VERDICTS) {
    if (!counts.has(verdict)) continue;
    byId('verdicts').append(make('button', {
      type: 'button', class: `chip ${verdict}`, 'aria-pressed': 'false', 'data-verdict': verdict,
      onclick: e => {
        const isOn = !filters.verdicts.delete(verdict);
        if (isOn) filters.verdicts.add(verdict);
        e.currentTarget.setAttribute('aria-pressed', String(isOn));
        filter();
      },
    }, make('span', {'aria-hidden': 'true'}, sign), ` ${counts.get(verdict)} ${word}`));
  }
  const rules = new Set(), tags = new Set();
  for (const c of PAGE.cases) {
    for (const [rule] of c.rules) rules.add(rule);
    for (const rule of c.notExercised || []) rules.add(rule);
    for (const tag of c.tags || []) tags.add(tag);
  }
  const choices = (id, all, words) => {
    byId(id).append(make('option', {value: ''}, all), ...words);
    byId(id).addEventListener('change', e => { filters[id] = e.target.value; filter(); });
  };
  choices('rule', 'every rule', [...rules].sort((a, b) => a - b).map(i => make('option', {value: String(i)}, PAGE.rules[i].name)));
  choices('tag', 'every tag', [...tags].sort().map(tag => make('option', {value: tag}, tag)));
  byId('search').addEventListener('input', e => { filters.text = e.target.value.trim().toLowerCase(); filter(); });
}

function isWanted(c) {
  if (filters.verdicts.size && !filters.verdicts.has(c.verdict)) return false;
  if (filters.tag && !c.tags?.includes(filters.tag)) return false;
  if (filters.rule !== '') {
    const rule = Number(filters.rule);
    if (!c.rules.some(each => each[0] === rule && each[1] > 0) && !c.notExercised?.includes(rule)) return false;
  }
  return filters.text.split(/\s+/).every(word => c.words.includes(word));
}

function signOf(c) {
  const [, word, sign] = VERDICTS.find(([verdict]) => verdict === c.verdict) || ['', c.verdict, '·'];
  return make('span', {class: `sign ${c.verdict}`, title: word}, make('span', {'aria-hidden': 'true'}, sign), make('span', {class: 'unseen'}, word));
}

function filter() {
  const found = PAGE.cases.filter(isWanted);
  // What went wrong stands first.
  const order = new Map(VERDICTS.map(([verdict], i) => [verdict, i]));
  found.sort((a, b) => order.get(a.verdict) - order.get(b.verdict) || a.number - b.number);
  const most = 3000;
  byId('list').replaceChildren(...found.slice(0, most).map(c => make('li', {}, make('a', {href: linkOf(c), 'data-case': c.number, 'aria-current': view.number === c.number ? 'page' : undefined},
    signOf(c), make('span', {class: 'case-name'}, name(c.name || c.id), make('small', {dir: 'ltr'}, name(c.id)))))));
  byId('found').textContent = found.length === PAGE.cases.length ? counted(found.length, 'case')
    : `${found.length} of ${counted(PAGE.cases.length, 'case')}`;
  if (found.length > most) byId('list').append(make('li', {class: 'more'}, `and ${found.length - most} more: filter to see them`));
}

// ---- the summary -----------------------------------------------------------------------------------------------------

function showSummary() {
  const s = PAGE.summary;
  const tile = (value, word, style) => make('div', {class: `tile ${style || ''}`}, make('b', {}, value.toLocaleString('en-US')), make('span', {}, word));
  const bad = PAGE.cases.filter(c => c.verdict === 'fail' || c.verdict === 'error');
  show('',
    make('div', {class: 'text wide'},
      make('h1', {}, PAGE.verdict === 'pass' ? 'All that was checked holds' : PAGE.verdict === 'fail' ? (s.violations ? 'Promises were broken' : s.unmet ? 'Expectations were not met' : 'Not all was put to the test') : `Verdict: ${PAGE.verdict}`),
      make('div', {class: 'tiles'}, tile(s.passed, 'passed', s.passed ? 'pass' : ''), tile(s.failed, s.expectedFailures ? `failed, ${s.expectedFailures} of them expected` : 'failed', s.failed ? 'fail' : ''),
        s.errors ? tile(s.errors, 'errors', 'fail') : null, s.inconclusive ? tile(s.inconclusive, 'inconclusive', 'warn') : null,
        s.notApplicable ? tile(s.notApplicable, 'not applicable') : null,
        tile(s.checks, 'checks'), tile(s.violations, 'violations', s.violations ? 'fail' : ''), tile(s.expectations, 'expectations'),
        tile(s.unmet, 'unmet', s.unmet ? 'fail' : ''), tile(s.events, 'events')),
      PAGE.interrupted ? make('p', {class: 'warn-text'}, 'The run was interrupted: this page counts what had ended.') : null,
      PAGE.missing.length ? [make('h2', {}, 'Required, but never put to the test'), make('p', {}, PAGE.missing.map(i => [ruleLink(i), ' ']))] : null,
      listing('Slower than --max-latency allows', PAGE.exceeded),
      bad.length ? [make('h2', {}, 'What failed'), failures(bad)] : null,
      listing('How long it took', PAGE.latency ? [PAGE.latency] : []),
      listing('Not applicable, by what stands in the way', PAGE.lacks.length ? [PAGE.lacks.join('\n')] : []),
      listing('What is wrong with the baseline', PAGE.baseline), listing('What was said about files', PAGE.diagnostics),
      make('h2', {}, 'Rules'), rulesTable(),
      make('footer', {}, `mdsync ${PAGE.version}`)));
}

function listing(title, lines) {
  return lines.length ? [make('h2', {}, title), ...lines.map(line => make('pre', {}, line))] : null;
}

function ruleLink(i) {
  return make('a', {href: link('rule', PAGE.rules[i].name), class: 'rule'}, PAGE.rules[i].name);
}

function reasonOf(c) {
  const v = c.violations?.[0], e = c.expectations?.find(each => !each.met);
  if (v) return [ruleLink(v.rule), ' ', name(v.text)];
  if (e) return [name(e.text)];
  if (c.notExercised) return ['not exercised: ', ...c.notExercised.map(i => [ruleLink(i), ' '])];
  return [c.reason || (c.diagnostics ? c.diagnostics[0].split('\n')[0] : '')];
}

function failures(bad) {
  const most = 200;
  return make('div', {class: 'table'}, make('table', {}, make('thead', {}, make('tr', {}, make('th', {scope: 'col'}, 'Case'), make('th', {scope: 'col'}, 'First of what is wrong'))),
    make('tbody', {}, bad.slice(0, most).map(c => make('tr', {}, make('td', {}, make('a', {href: linkOf(c)}, name(c.name || c.id)), make('small', {}, name(c.id))), make('td', {}, ...reasonOf(c).flat()))))),
    bad.length > most ? make('p', {}, `and ${bad.length - most} more, in the list of cases`) : null);
}

function rulesTable() {
  const number = (value, style) => make('td', {class: `number ${value ? style || '' : 'none'}`}, value.toLocaleString('en-US'));
  return make('div', {class: 'table'}, make('table', {class: 'rules'},
    make('thead', {}, make('tr', {}, ...['Rule', 'What it says', 'Checked', 'Violated', 'Undecided'].map((word, i) => make('th', {scope: 'col', class: i > 1 ? 'number' : ''}, word)))),
    make('tbody', {}, PAGE.rules.map((rule, i) => make('tr', {class: rule.counts[1] ? 'bad' : rule.counts[0] ? '' : 'never'},
      make('td', {}, ruleLink(i), make('small', {}, rule.source)), make('td', {}, plain(rule.statement),
        rule.counts[0] ? null : make('em', {}, ' Never put to the test.'),
        rule.adapters ? make('em', {}, ' Of the adapter, which emulates what the rule rests on.') : null),
      number(rule.counts[0]), number(rule.counts[1], 'bad'), number(rule.counts[2]))))));
}

// Texts of rules are Markdown, of which they use only `code`.
function plain(text) {
  return text.split('`').map((part, i) => i % 2 ? make('code', {}, part) : document.createTextNode(part));
}

function showRule(rule) {
  const i = PAGE.rules.indexOf(rule);
  const cases = PAGE.cases.filter(c => c.violations?.some(v => v.rule === i) || c.notExercised?.includes(i));
  const tested = PAGE.cases.filter(c => c.rules.some(each => each[0] === i && each[1] > 0));
  show(rule.name, make('div', {class: 'text'},
    make('p', {class: 'crumb'}, make('a', {href: '#'}, 'Summary')), make('h1', {}, rule.name),
    make('p', {class: 'lead'}, plain(rule.statement)),
    rule.quote ? make('blockquote', {}, rule.quote, make('cite', {}, rule.source)) : make('p', {class: 'faint'}, rule.source),
    rule.reading ? [make('h2', {}, 'How it is read'), make('p', {}, plain(rule.reading))] : null,
    make('h2', {}, 'When it counts as checked'), make('p', {}, plain(rule.tempted)),
    make('p', {}, `Here: checked ${rule.counts[0].toLocaleString('en-US')} times in ${counted(tested.length, 'case')}, violated ${rule.counts[1]}, undecided ${rule.counts[2]}.`),
    rule.never.length ? [make('h2', {}, 'Never put to the test here'), make('ul', {}, rule.never.map(each => make('li', {}, each)))] : null,
    cases.length ? [make('h2', {}, 'Where it was violated, or not exercised'), failures(cases)] : null,
    tested.length ? make('p', {}, make('button', {type: 'button', onclick: () => { byId('rule').value = String(i); filters.rule = String(i); filter(); byId('list').querySelector('a')?.focus(); }}, `List the ${counted(tested.length, 'case')} that put it to the test`)) : null));
}

// ---- a case ----------------------------------------------------------------------------------------------------------

function storyOf(c) {
  if (!c.story) return undefined;
  if (!stories.has(c.number)) {
    if (stories.size > 4) stories.delete(stories.keys().next().value);
    stories.set(c.number, new Story(JSON.parse(byId(`story${c.number}`).textContent), c));
  }
  return stories.get(c.number);
}

function showCase(c, parts) {
  if (view.number !== c.number) openCase(c);
  const {story, timeline} = view;
  if (!story) return;
  const [kind, value] = parts;
  if (kind === 'event') selectEvent(Math.max(0, Math.min(story.count - 1, Number(value) || 0)));
  else if (kind === 'message' && story.messagesByName.has(value)) selectMessage(story.messagesByName.get(value), Number(parts[2] ?? -1));
  else if (kind === 'device' && story.devicesByPath.has(value)) selectDevice(story.devicesByPath.get(value));
  else if (kind === 'failure' && story.problems.some(each => each.id === value)) selectProblem(story.problems.find(each => each.id === value));
  else if (!kind && story.problems.length && !view.touched) selectProblem(story.problems[0]);
  else { unfocus(); timeline.select({}); describeCase(); }
  view.touched = true;
}

function openCase(c) {
  show(c.name || c.id);
  const main = byId('main');
  main.className = 'case';
  const story = storyOf(c);
  view = {number: c.number, c, story};
  const here = document.querySelector(`#list a[data-case="${c.number}"]`);
  here?.setAttribute('aria-current', 'page');
  here?.scrollIntoView({block: 'nearest'});
  view.panel = make('aside', {id: 'panel', 'aria-label': 'What is selected', tabindex: -1});
  const title = make('div', {class: 'title'}, make('h1', {}, signOf(c), ' ', name(c.name || c.id)),
    make('p', {class: 'facts'}, name(c.id), ` · ${counted(c.events, 'event')}`, c.seed ? ` · seed ${c.seed}` : '', c.tags ? [' · ', ...c.tags.map(tag => make('span', {class: 'tag'}, tag))] : ''));
  if (!story) {
    main.append(title, make('div', {class: 'bare'}, view.panel));
    describeCase();
    return;
  }
  const timeline = view.timeline = new Timeline(story, {}, {
    problem: id => go(linkOf(c, 'failure', id)),
    device: d => go(linkOf(c, 'device', story.path(d))),
    message: (m, i) => go(linkOf(c, 'message', story.names[m], i)),
    event: i => go(linkOf(c, 'event', i)),
  });
  view.table = make('div', {class: 'events', hidden: true});
  main.append(title, toolbar(), make('div', {class: 'stage'}, timeline.node, view.table, view.panel));
  timeline.arrange();
  pressedState('fold', timeline.layout.folded);
}

function toolbar() {
  const {story} = view;
  const button = (id, text, key, act, extra) => make('button', {type: 'button', id, 'aria-keyshortcuts': key, title: `key: ${key}`, onclick: act, ...extra}, text);
  const count = story.problems.length;
  return make('div', {class: 'tools', role: 'toolbar', 'aria-label': 'Timeline'},
    count ? [button('previous', '‹', 'p', () => nextProblem(-1), {'aria-label': 'Previous failure'}),
      make('span', {class: 'bad', id: 'which'}, counted(count, 'failure')), button('next', '›', 'n', () => nextProblem(1), {'aria-label': 'Next failure'})] : null,
    button('by-events', 'By events', 's', () => setScale(false), {'aria-pressed': 'true'}),
    button('to-scale', 'To scale', 's', () => setScale(true), {'aria-pressed': 'false'}),
    button('zoom-out', '−', '-', () => zoom(0.5), {'aria-label': 'Zoom out', disabled: true}), button('zoom-in', '+', '+', () => zoom(2), {'aria-label': 'Zoom in', disabled: true}),
    button('fold', 'Fold', 'f', turnFold, {'aria-pressed': 'false'}),
    button('windows', 'Windows', 'w', turnWindows, {'aria-pressed': 'true'}),
    button('as-table', 'Table', 'v', turnTable, {'aria-pressed': 'false'}),
    make('span', {class: 'grow'}), legend());
}

function legend() {
  const line = (style, word) => make('span', {class: `key ${style}`}, make('i', {'aria-hidden': 'true'}), word);
  return make('span', {class: 'legend'}, line('send', 'sent'), line('live', 'live'), line('offline', 'offline store'), line('compensation', 'compensation'),
    line('recall', 'recall'), line('window', 'window of a login'), line('missing', 'broken'));
}

function pressedState(id, isOn) {
  byId(id)?.setAttribute('aria-pressed', String(isOn));
}

function setScale(toScale) {
  pressedState('by-events', !toScale);
  pressedState('to-scale', toScale);
  byId('zoom-in').disabled = byId('zoom-out').disabled = !toScale;
  byId('fold').disabled = toScale;
  view.timeline.change({toScale});
}

function zoom(factor) {
  const {timeline} = view;
  if (!timeline.options.toScale) return;
  timeline.change({zoom: Math.max(1e-7, timeline.layout.perMs * factor)});
}

function turnFold() {
  const {timeline} = view;
  if (timeline.options.toScale) return;
  const fold = !timeline.layout.folded;
  pressedState('fold', fold);
  timeline.change({fold, open: new Set()});
}

function turnWindows() {
  const spans = !view.timeline.options.spans;
  pressedState('windows', spans);
  view.timeline.change({spans});
}

function turnTable() {
  const isOn = view.table.hidden;
  pressedState('as-table', isOn);
  view.table.hidden = !isOn;
  view.timeline.node.hidden = isOn;
  if (isOn) {
    drawTable(Math.floor(Math.max(0, view.timeline.selected.event ?? 0) / ROWS_OF_TABLE));
    view.table.querySelector('table').focus();
    view.table.querySelector('tr.here, tr.bad')?.scrollIntoView({block: 'center'});
  }
}

const ROWS_OF_TABLE = 500;

function drawTable(page) {
  const {story, c, timeline} = view;
  const events = [];
  for (let i = 0; i < story.count; ++i) if (timeline.layout.wanted(i)) events.push(i);
  const pages = Math.ceil(events.length / ROWS_OF_TABLE);
  page = Math.max(0, Math.min(pages - 1, page));
  const wrong = new Map();
  for (const problem of story.problems) wrong.set(problem.event, [...(wrong.get(problem.event) || []), problem]);
  const turn = (to, word) => make('button', {type: 'button', disabled: to < 0 || to >= pages, onclick: () => drawTable(to)}, word);
  const rows = events.slice(page * ROWS_OF_TABLE, (page + 1) * ROWS_OF_TABLE).map(i => {
    const step = story.sources.length ? story.source(story.origin[i]) : undefined;
    return make('tr', {class: wrong.has(i) ? 'bad' : i === timeline.selected.event ? 'here' : '', 'data-row': i},
      make('td', {}, make('a', {href: linkOf(c, 'event', i)}, String(i))), make('td', {}, story.time(story.t[i])),
      make('td', {}, step ? (step.file ? step.place : String(step.line)) : story.sources.length ? '' : String(story.origin[i])), make('td', {}, name(story.who(i))), make('td', {}, name(story.text(i))),
      make('td', {}, (wrong.get(i) || []).map((each, at) => [at ? '; ' : '', make('a', {href: linkOf(c, 'failure', each.id)}, each.violation ? PAGE.rules[each.violation.rule].name : each.expectation.text)]).flat()));
  });
  view.table.replaceChildren(
    make('p', {}, turn(page - 1, 'Earlier'), ` page ${page + 1} of ${Math.max(1, pages)} `, turn(page + 1, 'Later')),
    make('table', {tabindex: -1}, make('caption', {}, `Events of ${visible(c.name || c.id)}`), make('thead', {}, make('tr', {}, ['Event', 'Time', 'Line', 'Who', 'What', 'Wrong'].map(word => make('th', {scope: 'col'}, word)))),
      make('tbody', {}, rows)));
}

// ---- what is selected --------------------------------------------------------------------------------------------------

function focusOn(focus) {
  const {timeline} = view;
  if (JSON.stringify(timeline.options.focus) === JSON.stringify(focus)) return;
  timeline.options.focus = focus;
  timeline.options.open = new Set();
  timeline.arrange();
  timeline.node.scrollTop = 0;
  if (!view.table.hidden) drawTable(0);
}

function unfocus() {
  focusOn(undefined);
}

function selectEvent(i) {
  const {focus} = view.timeline.options;
  if (focus && !view.timeline.layout.wanted(i)) unfocus();
  view.timeline.select({event: i});
  describeEvent(i);
  announce(`${view.story.time(view.story.t[i])} ${view.story.who(i)} ${view.story.text(i)}`);
}

function selectMessage(m, event) {
  focusOn({message: m});
  view.timeline.select({event: event >= 0 ? event : view.story.messages[m].events[0], message: m}, {scroll: true});
  describeMessage(m);
  announce(`Message ${view.story.names[m]} alone: ${counted(view.story.messages[m].events.length, 'event')}`);
}

function selectDevice(d) {
  focusOn({device: d});
  view.timeline.select({device: d});
  describeDevice(d);
  announce(`Device ${view.story.path(d)} alone`);
}

function selectProblem(problem) {
  unfocus();
  view.timeline.select({event: problem.event, problem: problem.id, step: problem.expectation ? problem.step : undefined});
  describeProblem(problem);
  const {violation: v, expectation: e} = problem;
  announce(v ? `${PAGE.rules[v.rule].name}: ${v.text}` : e.text);
  const at = view.story.problems.indexOf(problem);
  byId('which').textContent = `${at + 1} of ${counted(view.story.problems.length, 'failure')}`;
}

function nextProblem(by) {
  const {story, timeline, c} = view, {problems} = story;
  if (!problems.length) return;
  const at = problems.findIndex(each => each.id === timeline.selected.problem);
  const next = problems[((at < 0 ? (by > 0 ? -1 : 0) : at) + by + problems.length) % problems.length];
  go(linkOf(c, 'failure', next.id));
}

// ---- the panel ---------------------------------------------------------------------------------------------------------

function panel(...children) {
  view.panel.replaceChildren(...children.flat(3).filter(Boolean));
  view.panel.scrollTop = 0;
}

function back() {
  const all = view.timeline?.options.focus ? 'Show all events' : 'About this case';
  return make('p', {class: 'crumb'}, make('a', {href: linkOf(view.c, 'all')}, all));
}

function eventLink(i) {
  const {story, c} = view;
  return make('a', {href: linkOf(c, 'event', i), class: 'event'}, make('time', {}, story.time(story.t[i])), ' ', name(story.who(i)), ' ', name(story.text(i)));
}

function describeCase() {
  const {c, story} = view;
  const problems = story?.problems || [];
  panel(
    make('h2', {}, VERDICTS.find(([verdict]) => verdict === c.verdict)?.[1] || c.verdict),
    c.about ? make('p', {}, c.about) : null,
    c.reason ? make('p', {class: 'warn-text'}, c.reason) : null,
    c.expected ? make('p', {}, 'The baseline expects what failed here.') : null,
    problems.length ? [make('h3', {}, 'What is wrong'), make('ol', {class: 'failures'}, problems.map(problem => make('li', {}, problemLink(problem))))] : null,
    !story ? lists(c) : null,
    c.notExercised ? [make('h3', {}, 'Not exercised'), make('p', {}, 'The scenario exists for these, but nothing put them to the test: ', ...c.notExercised.map(i => [ruleLink(i), ' ']).flat())] : null,
    c.beyond ? make('p', {}, `${c.beyond} more violations were counted.`) : null,
    c.open ? make('p', {}, `${counted(c.open, 'duty')} still open at the end.`) : null,
    c.diagnostics?.map(each => make('pre', {}, each)),
    c.last ? [make('h3', {}, 'The last lines of the target'), make('pre', {}, c.last.join('\n'))] : null,
    again(c),
    !story ? make('p', {class: 'faint'}, c.verdict === 'pass' ? 'The events of cases that passed are left out. --report html-full=FILE keeps them.' : 'There are no events of this case.') : null,
    c.rules.length ? [make('h3', {}, 'Rules put to the test'), make('table', {class: 'small'}, make('tbody', {}, c.rules.filter(each => each[1] || each[2]).map(([rule, checked, violated, undecided]) => make('tr', {},
      make('td', {}, ruleLink(rule)), make('td', {class: 'number'}, `${checked}`), make('td', {class: violated ? 'number bad' : 'number none'}, violated ? `${violated} violated` : undecided ? `${undecided} undecided` : '')))))] : null);
}

// Without events: what failed, as it was said.
function lists(c) {
  return [...(c.violations || []).map(v => [make('h3', {}, ruleLink(v.rule)), make('p', {}, name(v.text)), chain(v)]),
    ...(c.expectations || []).filter(e => !e.met).map(e => make('p', {class: 'bad-text'}, `${e.file || ''}:${e.line} `, name(e.text)))].flat();
}

function again(c) {
  if (!c.again) return null;
  const copy = make('button', {type: 'button', onclick: async () => {
    try { await navigator.clipboard.writeText(c.again); copy.textContent = 'Copied'; } catch { copy.textContent = 'Select it above'; }
  }}, 'Copy');
  return [make('h3', {}, 'See it again'), make('pre', {class: 'again'}, c.again), make('p', {}, copy)];
}

function problemLink(problem) {
  const {violation: v, expectation: e} = problem;
  return make('a', {href: linkOf(view.c, 'failure', problem.id)},
    v ? make('b', {}, PAGE.rules[v.rule].name) : make('b', {}, !e.line ? 'expectation' : e.file ? `${e.file}:${e.line}` : `line ${e.line}`), ' ', name(v ? v.text : e.text));
}

function chain(v) {
  if (!v.because.length) return null;
  const most = 40, {story} = view;
  const links = v.because.slice(0, most).map(([event, time, text]) => make('li', {},
    story ? make('a', {href: linkOf(view.c, 'event', event), class: 'event'}, make('time', {}, time), ' ', name(text)) : [make('time', {}, time), ' ', name(text)]));
  return make('ol', {class: 'chain'}, links, v.because.length > most ? make('li', {}, `and ${v.because.length - most} more`) : null);
}

function describeProblem(problem) {
  const {violation: v, expectation: e} = problem;
  if (v) return describeViolation(problem, v);
  panel(back(), make('h2', {class: 'bad-text'}, 'Expectation not met'), make('p', {class: 'lead'}, name(e.text)),
    e.excerpt ? source(e.line, e.excerpt, e.file) : null, e.expected ? make('p', {}, 'The baseline expects this: ', e.expected) : null,
    reasons(problem), again(view.c));
}

function describeViolation(problem, v) {
  const rule = PAGE.rules[v.rule];
  panel(back(), make('h2', {class: 'bad-text'}, ruleLink(v.rule)), make('p', {class: 'lead'}, name(v.text)),
    v.excerpt ? source(v.line, v.excerpt, v.file) : null,
    v.because.length ? [make('h3', {}, 'Because'), chain(v)] : null,
    make('h3', {}, 'The rule'), make('p', {}, plain(rule.statement)),
    rule.quote ? make('blockquote', {}, rule.quote, make('cite', {}, rule.source)) : make('p', {class: 'faint'}, rule.source),
    v.with !== undefined ? make('p', {}, 'One fault with ', ruleLink(view.c.violations[v.with].rule)) : null,
    v.expected ? make('p', {}, 'The baseline expects this: ', v.expected) : null,
    aboutLinks(problem.message, problem.device), again(view.c));
}

// `file`: of a step that comes from a file that the scenario extends.
function source(line, excerpt, file) {
  return make('pre', {class: 'source', dir: 'auto'}, line ? make('b', {}, file ? `${file}:${line} ` : `${line} `) : null, excerpt.trim());
}

function aboutLinks(m, d) {
  const {story, c} = view;
  return make('p', {class: 'abouts'}, m >= 0 ? make('a', {class: 'button', href: linkOf(c, 'message', story.names[m])}, 'The way of ', name(story.names[m])) : null, ' ',
    d >= 0 ? make('a', {class: 'button', href: linkOf(c, 'device', story.path(d))}, 'The story of ', name(story.path(d))) : null);
}

// `- m1, m3: reason` and `+ m9: reason`, as a reader who sees no list takes them.
function spelled(text) {
  return text.replace(/^- ([^:]+): /, '$1 missing: ').replace(/^\+ ([^:]+): /, '$1 too much: ').replace(/^- /, 'missing: ').replace(/^\+ /, 'too much: ');
}

// Why an expectation is unmet, a sentence for all that have the same reason; then what the events say about each message.
function reasons(problem) {
  const {story} = view, about = story.unmet[problem.step], because = problem.expectation.because || [];
  const why = because.length ? make('ul', {class: 'facts-list'}, because.map(([, text]) => make('li', {}, name(spelled(text))))) : null;
  if (!about) return why;
  const most = 12, parts = [why];
  for (const [device, names] of missingOf(story, about, problem.event)) {
    parts.push(make('h3', {}, name(story.path(device)), ' lacks'));
    for (const each of names.slice(0, most)) {
      parts.push(make('p', {class: 'what'}, make('b', {}, name(each))), make('ul', {class: 'facts-list'}, whyLacks(device, each, problem.event).map(fact => make('li', {}, name(fact)))),
        aboutLinks(story.messagesByName.get(each) ?? -1, -1));
    }
    if (names.length > most) parts.push(make('p', {}, `and ${names.length - most} more`));
    parts.push(aboutLinks(-1, device));
  }
  for (const [device, m] of unwantedOf(story, about, problem.event).slice(0, most)) {
    const receipt = story.messages[m].events.find(i => story.d[i] === device && (RECEIPTS.includes(story.kinds[i]) || story.kinds[i] === 's'));
    parts.push(make('h3', {}, name(story.path(device)), ' has ', name(story.names[m])), receipt !== undefined ? make('p', {}, eventLink(receipt)) : null, aboutLinks(m, device));
  }
  if (about.message !== undefined && story.messagesByName.has(about.message)) parts.push(aboutLinks(story.messagesByName.get(about.message), -1));
  for (const each of [...(about.recalled || []), ...(about.hidden || [])].slice(0, most)) parts.push(aboutLinks(story.messagesByName.get(each) ?? -1, -1));
  if (parts.length === 1) for (const device of about.devices) parts.push(make('p', {}, stateOf(device, problem.event)), aboutLinks(-1, device));
  return parts;
}

// Facts, an item each.
function whyLacks(device, messageName, at) {
  const {story} = view, m = story.messagesByName.get(messageName), path = story.path(device);
  if (m === undefined || story.messages[m].events[0] > at) return ['it had not been sent by then'];
  const {asked, answered, events} = story.messages[m];
  if (answered >= 0 && story.kinds[answered] === 'j') return [`${story.text(answered)} at ${story.moment(story.t[answered])}, so that nobody gets it`];
  if (answered < 0 || answered > at) return ['the server had not accepted it by then'];
  const facts = [`${asked >= 0 ? `${story.who(asked)}: ${story.words[asked]}, ` : ''}accepted ${story.moment(story.t[answered])}`];
  const {online, installs} = story.devices[device];
  const during = online.find(([a, b]) => a <= answered && answered < b);
  if (during) facts.push(`${path} was online then, since ${story.moment(story.t[during[0]])}`);
  else facts.push(online.some(([a]) => a < answered) ? `${path} was offline then` : online.some(([a]) => a <= at) ? `${path} had not been online by then` : `${path} was never online`);
  const later = online.filter(([a]) => a > answered && a <= at), most = 4;
  for (const [a] of later.slice(-most)) {
    const from = story.windows[a], isInside = story.t[answered] >= from;
    facts.push(`login ${story.moment(story.t[a])}: it is ${isInside ? 'inside' : 'before'} the window of that login, from ${story.moment(from)}`);
  }
  if (later.length > most) facts.push(`and ${later.length - most} logins before that`);
  for (const i of installs.filter(each => each > answered && each <= at)) facts.push(`reinstalled ${story.moment(story.t[i])}`);
  const others = [...new Set(events.filter(i => i <= at && RECEIPTS.includes(story.kinds[i]) && story.d[i] !== device).map(i => story.path(story.d[i])))];
  facts.push(others.length ? `received by ${others.slice(0, 5).join(', ')}${others.length > 5 ? ` and ${others.length - 5} more` : ''}` : 'received by nobody');
  return facts;
}

function stateOf(device, at) {
  const {story} = view, {has, since} = story.holds(device, at);
  const path = story.path(device);
  return `${path} was ${since >= 0 ? `online, since ${story.time(story.t[since])}` : 'offline'} and had ${counted(has.size, 'message')}.`;
}

function describeEvent(i) {
  const {story, c} = view, step = story.sources.length ? story.source(story.origin[i]) : undefined;
  const wrong = story.problems.filter(each => each.event === i);
  panel(back(), make('h2', {}, name(story.text(i))),
    make('p', {class: 'lead'}, name(story.who(i))), make('p', {}, make('time', {}, `${story.day(story.t[i])} ${story.time(story.t[i])}`), ` · event ${i}`),
    wrong.map(each => make('p', {class: 'bad-text'}, problemLink(each))),
    step ? source(step.line, step.text, step.file) : !story.sources.length ? make('p', {class: 'faint'}, `line ${story.origin[i]} of ${visible(c.file)}`) : null,
    story.windows[i] !== undefined ? make('p', {}, `Its window: messages accepted from ${story.day(story.windows[i])} ${story.time(story.windows[i])}.`) : null,
    story.by[i] !== undefined ? make('p', {}, 'By the login of ', name(story.path(story.by[i])), '.') : null,
    aboutLinks(story.m[i], story.d[i]),
    story.d[i] >= 0 ? holding(story.d[i], i) : null);
}

// What a device is and has at a moment.
function holding(device, at) {
  const {story, c} = view, {has, since, window} = story.holds(device, at), most = 60;
  return [make('h3', {}, name(story.path(device)), ' at this moment'),
    make('p', {}, since >= 0 ? `Online since ${story.time(story.t[since])}${window !== undefined ? `, with a window from ${story.day(window)} ${story.time(window)}` : ''}.` : 'Offline.'),
    make('p', {}, has.size ? `Has ${counted(has.size, 'message')}: ` : 'Has no messages.', ...[...has].slice(-most).map(([m, isRecalled]) => [make('a', {class: isRecalled ? 'recalled' : '', href: linkOf(c, 'message', story.names[m]), title: isRecalled ? 'recalled' : ''}, name(story.names[m])), ' ']).flat(),
      has.size > most ? `and ${has.size - most} older ones` : null)];
}

function describeMessage(m) {
  const {story} = view, {asked, answered, events} = story.messages[m], most = 400;
  const receipts = events.filter(i => RECEIPTS.includes(story.kinds[i]));
  const at = answered >= 0 ? story.t[answered] : undefined;
  panel(back(), make('h2', {}, 'The way of ', name(story.names[m])),
    asked >= 0 ? make('p', {class: 'lead'}, name(story.who(asked)), ' ', name(story.text(asked))) : null,
    make('ol', {class: 'chain'}, events.slice(0, most).map(i => make('li', {class: story.problems.some(each => each.event === i) ? 'bad' : ''}, eventLink(i), at !== undefined && RECEIPTS.includes(story.kinds[i]) ? make('small', {}, ` ${lasting(story.t[i] - at)} after acceptance`) : null)),
      events.length > most ? make('li', {}, `and ${events.length - most} more`) : null),
    make('p', {}, `Received ${counted(receipts.length, 'time')}.`),
    story.problems.filter(each => each.message === m).map(each => make('p', {class: 'bad-text'}, problemLink(each))));
}

function describeDevice(d) {
  const {story} = view, device = story.devices[d], most = 400;
  const events = [];
  for (let i = 0; i < story.count && events.length <= most; ++i) if (story.d[i] === d || story.by[i] === d) events.push(i);
  panel(back(), make('h2', {}, 'The story of ', name(story.path(d))), make('p', {}, `${device.platform}, ${counted(device.events, 'event')}, online ${counted(device.online.length, 'time')}`),
    story.problems.filter(each => each.device === d || (story.unmet[each.step]?.devices.includes(d) && each.expectation.text.includes(story.path(d)))).map(each => make('p', {class: 'bad-text'}, problemLink(each))),
    make('ol', {class: 'chain'}, events.slice(0, most).map(i => make('li', {}, eventLink(i))), events.length > most ? make('li', {}, 'and more') : null),
    holding(d, story.count - 1));
}

// ---- keys --------------------------------------------------------------------------------------------------------------

const KEYS = [
  ['/', 'filter the cases'], ['j  k', 'next, previous case'], ['g', 'to the summary'],
  ['n  p', 'next, previous failure'], ['↓  ↑', 'next, previous event'], ['→  ←', 'next, previous event of the same device'],
  ['Home  End', 'first, last event'], ['PgDn  PgUp', 'scroll'], ['Enter', 'unfold the block at hand'],
  ['m', 'the way of this message alone'], ['d', 'the story of this device alone'], ['Esc', 'show everything again'],
  ['s', 'by events or to scale'], ['+  −', 'zoom, to scale'], ['f', 'fold, unfold'], ['w', 'windows of logins'], ['v', 'as a table'],
  ['t', 'dark or light'], ['?', 'this help'],
];

function help() {
  const dialog = byId('help');
  dialog.replaceChildren(make('h2', {id: 'help-title'}, 'Keys'), make('table', {class: 'small'}, make('tbody', {}, KEYS.map(([key, what]) => make('tr', {}, make('td', {}, make('kbd', {}, key)), make('td', {}, what))))),
    make('p', {}, make('button', {type: 'button', onclick: () => dialog.close()}, 'Close')));
  dialog.showModal();
}

function pressed(e) {
  if (e.ctrlKey || e.metaKey || e.altKey || byId('help').open) return;
  if (e.target.closest('input, select, textarea')) {
    if (e.key === 'Escape') { e.target.blur(); byId('main').focus(); }
    return;
  }
  const acts = {'/': () => byId('search').focus(), '?': help, t: turnTheme, g: () => go('#'), j: () => nextCase(1), k: () => nextCase(-1)};
  const act = acts[e.key] || (view.timeline && inTimeline(e));
  if (!act) return;
  e.preventDefault();
  act();
}

function inTimeline(e) {
  const isArrow = e.key.startsWith('Arrow') || e.key === 'Home' || e.key === 'End' || e.key === 'Enter';
  // Where something else has the keyboard, as a link or the panel, arrows scroll it and Enter follows it.
  if (isArrow && e.target !== view.timeline.node && e.target !== document.body && e.target !== byId('main')) return undefined;
  return {
    n: () => nextProblem(1), p: () => nextProblem(-1), s: () => setScale(!view.timeline.options.toScale), f: turnFold, w: turnWindows, v: turnTable,
    '+': () => zoom(2), '=': () => zoom(2), '-': () => zoom(0.5), Escape: () => go(linkOf(view.c, 'all')),
    m: aboutMessage, d: aboutDevice,
    ArrowDown: () => move(1), ArrowUp: () => move(-1), ArrowRight: () => move(1, true), ArrowLeft: () => move(-1, true),
    Home: () => move(0), End: () => move(Infinity), Enter: unfoldHere,
  }[e.key];
}

// The message and the device that is selected, by an event or by what failed; -1: none.
function selectedPair() {
  const {story, timeline} = view, event = timeline.selected.event ?? -1;
  const problem = story.problems.find(each => each.id === timeline.selected.problem);
  if (!problem) return event >= 0 ? [story.m[event], story.d[event]] : [-1, -1];
  if (problem.violation) return [problem.message, problem.device];
  const about = story.unmet[problem.step], [missing] = about ? missingOf(story, about, problem.event) : [];
  return missing ? [story.messagesByName.get(missing[1][0]) ?? -1, missing[0]] : [-1, about?.devices[0] ?? -1];
}

function aboutMessage() {
  const {story, timeline, c} = view, [message] = selectedPair();
  if (message >= 0) go(linkOf(c, 'message', story.names[message], timeline.selected.problem ? story.messages[message].asked : timeline.selected.event));
}

function aboutDevice() {
  const {story, c} = view, [, device] = selectedPair();
  if (device >= 0) go(linkOf(c, 'device', story.path(device)));
}

function move(by, sameDevice) {
  const {story, timeline, c} = view, {layout} = timeline;
  if (!story.count) return;
  let i = timeline.selected.event ?? -1;
  const device = story.d[i];
  const goesUp = by < 0 || by === Infinity;
  if (by === 0) i = -1;
  if (by === Infinity) i = story.count;
  do {
    i += goesUp ? -1 : 1;
  } while (i >= 0 && i < story.count && (story.kinds[i] === '.' || !layout.wanted(i) || (sameDevice && story.d[i] !== device)));
  if (i < 0 || i >= story.count) return;
  // A step of a key is no place to come back to.
  history.replaceState(null, '', linkOf(c, 'event', i));
  selectEvent(i);
}

function unfoldHere() {
  const {timeline} = view, {layout} = timeline;
  const y = timeline.node.scrollTop + timeline.node.clientHeight / 2;
  const row = layout.rows[Math.max(0, lowerBound(layout.tops, y) - 1)];
  if (row?.type !== 'fold') return;
  timeline.unfold(row.number);
}

function nextCase(by) {
  const links = [...document.querySelectorAll('#list a')];
  const at = links.findIndex(each => Number(each.dataset.case) === view.number);
  const next = links[at < 0 ? (by > 0 ? 0 : links.length - 1) : at + by];
  if (next) go(next.getAttribute('href'));
}

addEventListener('DOMContentLoaded', start);
