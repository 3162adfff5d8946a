// Layout: which rows a timeline has, and where they lie. A row is a stretch of events that belong together (a message
// and all who get it at once, a login and what it brings), a step of the file in which nothing happened, a pause, or a
// block of rows that is folded. By events, each row has its height; to scale, each event lies where its time is.
'use strict';

const HEIGHTS = {event: 34, step: 26, gap: 22, fold: 26};
const RESULT = 17;            // px of a further result of a step
const MISSING = 19;           // px of a line that says what is missing
const BLOCK = 40;             // rows that fold into one
const FOLDS_FROM = 2000;      // rows from which a timeline opens folded
const PAUSE = 60000;          // ms from which a pause has a row
const TALLEST = 12000000;     // px of a drawing to scale: a browser's limit is near
const MEDIAN = 24;            // px between two events that follow each other, in the middle of all, to scale
const LONGEST = 320;          // px of a pause, to scale; a longer one is cut
const CUT = 44;               // px of a pause that is cut

class Layout {
  // focus: {message} or {device}, whose events alone are shown; open: numbers of the blocks that are unfolded.
  constructor(story, {toScale, zoom, focus, fold, bundles, open}) {
    this.story = story;
    this.toScale = toScale;
    this.rows = [];
    this.bundles = bundles;
    this.focus = focus;
    this.read();
    this.folded = !toScale && (fold === undefined ? this.rows.length > FOLDS_FROM : fold);
    if (this.folded) this.foldBlocks(open);
    this.firsts = this.rows.map(row => row.a);
    this.placeMissing();
    if (toScale) this.scale(zoom);
    else this.stack();
    this.tops = Float64Array.from(this.rows, row => row.y);
  }

  // ---- rows --------------------------------------------------------------------------------------------------------

  read() {
    const story = this.story;
    let step = 0, last = -1;
    for (let i = 0; i < story.count;) {
      if (story.sources.length) {
        while (step < story.origin[i]) this.addStep(++step, i);
      }
      if (!this.wanted(i)) { ++i; continue; }
      if (!this.toScale && last >= 0 && story.t[i] - story.t[last] >= PAUSE) {
        this.rows.push({type: 'gap', a: i, b: i, from: last, step: 0});
      }
      const end = this.toScale ? i + 1 : this.endOfRow(i);
      if (story.quiet[i]) {
        this.lean(i);
      } else {
        this.rows.push({type: 'event', a: i, b: end, step: this.newStep(i)});
      }
      last = end - 1;
      i = end;
    }
    if (story.sources.length) while (step < story.steps.length) this.addStep(++step, story.count);
  }

  // A quiet event is a part of the row before it.
  lean(i) {
    const row = this.rows[this.rows.length - 1];
    if (row?.type !== 'event' || this.toScale || row.b !== i) return;
    row.b = i + 1;
    if (this.story.kinds[i] === '.') row.settled = i;
  }

  // The step that begins with event `i`, or 0 where it began before.
  newStep(i) {
    const step = this.story.origin[i];
    if (step === this.shownStep) return 0;
    this.shownStep = step;
    return step;
  }

  // A step in which nothing happened has a row of its own, before event `i`.
  addStep(step, i) {
    const story = this.story;
    const kind = story.source(step)?.kind;
    if (story.loud.has(step) && kind !== 'e') return;
    if (this.focus && kind !== 'e') return;
    const results = story.result.expectations?.filter(e => e.step === step) || [];
    if (this.focus && !results.some(e => this.mentions(e.text))) return;
    this.rows.push({type: 'step', a: i, b: i, step, kind, results});
  }

  mentions(text) {
    const {message, device} = this.focus;
    const name = message !== undefined ? this.story.names[message] : this.story.path(device);
    return text.split(/[\s,]+/).includes(name);
  }

  wanted(i) {
    if (!this.focus) return true;
    const {message, device} = this.focus, story = this.story;
    if (message !== undefined) return story.m[i] === message;
    return story.d[i] === device || story.by[i] === device ||
      (story.m[i] >= 0 && 'aj'.includes(story.kinds[i]) && story.d[story.messages[story.m[i]].asked] === device);
  }

  // The event behind the last one that shares a row with event `i`.
  endOfRow(i) {
    const {kinds, d, m, count} = this.story;
    const kind = kinds[i];
    const takes = j => j < count && (this.story.origin[j] === this.story.origin[i] || !this.story.sources.length) && this.wanted(j);
    let end = i + 1;
    if (this.bundles && 'qz'.includes(kind)) {
      while (takes(end) && d[end] === d[i] && 'qz'.includes(kinds[end])) ++end;
      if (takes(end) && kinds[end] === 'u' && d[end] === d[i]) ++end;
    } else if ('spjarl'.includes(kind)) {
      const seen = new Set('rl'.includes(kind) ? [d[i]] : []);
      while (takes(end) && m[end] === m[i] && 'ajrl'.includes(kinds[end]) && !seen.has(d[end])) {
        if ('rl'.includes(kinds[end])) seen.add(d[end]);
        ++end;
      }
      // Acceptances of several messages in a row, of which none is received at once.
      const isAlone = j => kinds[j] === 'a' && !(takes(j + 1) && m[j + 1] === m[j] && 'rl'.includes(kinds[j + 1]));
      if (end === i + 1 && isAlone(i)) while (takes(end) && isAlone(end)) ++end;
    } else if ('eAJd'.includes(kind)) {
      const seen = new Set(kind === 'd' ? [d[i]] : []);
      while (takes(end) && m[end] === m[i] && 'AJd'.includes(kinds[end]) && !seen.has(d[end])) {
        if (kinds[end] === 'd') seen.add(d[end]);
        ++end;
      }
    }
    return end;
  }

  // ---- folding -----------------------------------------------------------------------------------------------------

  // Blocks of rows become one row each, but for those that are open, and those in which something is wrong.
  foldBlocks(open) {
    const wrong = new Set();
    const rowsAt = this.rows.map(row => row.a);
    for (const problem of this.story.problems) {
      const at = Math.max(0, lowerBound(rowsAt, problem.event + 1) - 1);
      wrong.add(Math.floor(at / BLOCK));
    }
    this.rows.forEach((row, i) => { if (row.results?.some(e => !e.met)) wrong.add(Math.floor(i / BLOCK)); });
    const folded = [];
    for (let i = 0; i < this.rows.length; i += BLOCK) {
      const number = i / BLOCK, rows = this.rows.slice(i, i + BLOCK);
      if (rows.length < 4 || open.has(number) || wrong.has(number)) {
        if (open.has(number)) rows[0].opens = number;
        folded.push(...rows);
      } else {
        folded.push({type: 'fold', a: rows[0].a, b: rows[rows.length - 1].b, step: 0, number, rows: rows.length,
          steps: [rows.find(row => row.step)?.step, rows.findLast(row => row.step)?.step]});
      }
    }
    this.rows = folded;
  }

  // The block in which event `i` is folded away, or undefined.
  blockOf(i) {
    const row = this.rows[this.rowOf(i)];
    return row?.type === 'fold' ? row.number : undefined;
  }

  // ---- places ------------------------------------------------------------------------------------------------------

  stack() {
    let y = 10;
    for (const row of this.rows) {
      row.y = y;
      row.base = HEIGHTS[row.type];
      if (row.type === 'step' && row.results?.length > 1) row.base += RESULT * (Math.min(row.results.length, 12) - 1);
      row.h = row.base + MISSING * Math.min(row.missing?.size ?? 0, 12);
      y += row.h;
    }
    this.height = y;
  }

  // What a rule or an expectation misses has a line a device, below the row in which it was due.
  placeMissing() {
    const steps = new Map(this.rows.filter(row => row.type === 'step').map(row => [row.step, row]));
    const known = new Set();
    const add = (row, device, name, problem, rule) => {
      const isKnown = known.has(`${device} ${name}`);
      known.add(`${device} ${name}`);
      if (!row || row.type === 'fold' || (isKnown && !rule)) return;
      row.missing ??= new Map();
      if (!row.missing.has(device)) row.missing.set(device, {names: new Set(), problems: [], rules: new Set()});
      const group = row.missing.get(device);
      group.names.add(name);
      group.problems.push(problem.id);
      if (rule) group.rules.add(rule);
    };
    for (const problem of this.story.problems) {
      if (!problem.missing) continue;
      if (this.focus && this.focus.device !== problem.device && this.focus.message !== problem.message) continue;
      const rule = PAGE.rules[problem.violation.rule].name;
      const row = this.rows[Math.max(0, lowerBound(this.firsts, problem.event + 1) - 1)];
      add(row, problem.device, problem.missing, problem, rule);
    }
    for (const problem of this.story.problems) {
      const about = problem.expectation && this.story.unmet[problem.step];
      if (!about) continue;
      for (const [device, names] of missingOf(this.story, about, problem.event)) {
        for (const name of names) add(steps.get(problem.step), device, name, problem);
      }
    }
  }

  // Pauses that would be empty for more than a part of the view are cut; steps and what is missing need room, not time.
  scale(zoom) {
    const {t, count} = this.story;
    this.perMs = Math.min(zoom ?? MEDIAN / middleGap(t), TALLEST / Math.max(1, count ? t[count - 1] - t[0] : 1));
    const rows = [];
    let y = 18, last = count ? t[0] : 0, before = 0;
    for (const row of this.rows) {
      if (row.type === 'event') {
        const space = (t[row.a] - last) * this.perMs;
        if (space > LONGEST) {
          rows.push({type: 'gap', a: row.a, b: row.a, from: before, step: 0, y, base: CUT, h: CUT});
          y += CUT;
        } else {
          y += space;
        }
        last = t[row.a];
        before = row.a;
        row.base = 0;
      } else {
        row.base = HEIGHTS.step + RESULT * Math.max(0, Math.min(row.results?.length ?? 0, 12) - 1);
        y += 8;
      }
      row.y = y;
      row.h = row.base + MISSING * Math.min(row.missing?.size ?? 0, 12);
      y += row.h + (row.type === 'step' ? 12 : row.missing ? 18 : 0);
      rows.push(row);
    }
    this.rows = rows;
    this.firsts = rows.map(row => row.a);
    this.height = y + 20;
  }

  // The row in which event `i` is, or the next one where it is not shown.
  rowOf(i) {
    const at = lowerBound(this.firsts, i + 1) - 1;
    // Rows without events stand before the one with the same first event.
    for (let row = Math.max(at, 0); row < this.rows.length; ++row) {
      if (this.rows[row].b > i || this.rows[row].a > i) return row;
    }
    return this.rows.length - 1;
  }

  // Where the line of event `i` lies.
  yOf(i) {
    if (i >= this.story.count) return this.height;
    const row = this.rows[this.rowOf(i)];
    if (!row) return 0;
    return row.a > i ? row.y : row.y + row.base / 2;
  }

  // Where the moment `t` lies: before the first event that is not earlier.
  yAt(t) {
    const i = lowerBound(this.story.t, t);
    if (i >= this.story.count) return this.height;
    if (this.toScale && i > 0) {
      const before = this.story.t[i - 1], part = (t - before) / Math.max(1, this.story.t[i] - before);
      return this.yOf(i - 1) + (this.yOf(i) - this.yOf(i - 1)) * part;
    }
    const row = this.rows[this.rowOf(i)];
    return row ? row.y : 0;
  }

  // The rows between two heights.
  between(top, bottom) {
    let from = Math.max(0, lowerBound(this.tops, top) - 1);
    const to = lowerBound(this.tops, bottom);
    while (from > 0 && this.tops[from - 1] === this.tops[from]) --from;
    return [from, to];
  }
}

// The pause in the middle of all pauses between events, in ms.
function middleGap(t) {
  const gaps = [];
  for (let i = 1; i < t.length; ++i) if (t[i] > t[i - 1]) gaps.push(t[i] - t[i - 1]);
  gaps.sort((a, b) => a - b);
  return gaps[gaps.length >> 1] ?? 1;
}
