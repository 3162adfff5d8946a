// Judgement: every rule and how often it was put to the test, by families; violated ones first, with their sentences and the
// clause that they break.
'use strict';

const TOLD = 5;              // violations of a rule that are told
const FAMILIES = {
  off: 'The service is off', online: 'Devices online', limit: 'Limits a class', web: 'Web tabs', status: 'Status messages',
  service: 'The switch and the settings', compensation: 'Compensation', recall: 'Recalls', api: 'Server API', chatroom: 'Chatrooms',
  delivery: 'Delivery',
};

class Judgement {
  // show(event): brings the event with this number into view, if it is there. sentence(text): with names instead of ids.
  constructor(show, sentence) {
    this.show = show;
    this.sentence = sentence;
    this.rules = new Map();      // name -> what the catalogue says
    this.rows = new Map();       // name -> {counts, node}
    this.cards = new Map();
  }

  // The catalogue.
  begin(rules) {
    this.rules = new Map(rules.map(each => [each.name, each]));
    const families = new Map();
    for (const each of rules) {
      const family = each.name.split('.')[0];
      if (!families.has(family)) families.set(family, []);
      families.get(family).push(each);
    }
    this.rows.clear();
    byId('families').replaceChildren(...[...families].map(([family, members]) => this.family(family, members)));
  }

  family(family, members) {
    return make('section', {class: 'family'}, make('h3', {}, FAMILIES[family] || family), ...members.map(each => {
      const counts = make('span', {class: 'counts'});
      const node = make('details', {class: 'rule'}, make('summary', {}, make('span', {class: 'rule-name'}, each.name), counts), this.text(each));
      this.rows.set(each.name, {node, counts});
      return node;
    }));
  }

  text(rule) {
    return make('div', {class: 'rule-text'}, make('p', {}, rule.statement),
      rule.quote ? make('blockquote', {}, rule.quote, make('cite', {}, rule.source)) : make('p', {class: 'faint'}, rule.source));
  }

  draw({rules, violations}) {
    let checks = 0, tested = 0;
    for (const [each, counts] of Object.entries(rules)) {
      checks += counts.checked;
      if (counts.checked) ++tested;
      this.drawRow(this.rows.get(each), counts);
    }
    const violated = Object.keys(rules).filter(each => rules[each].violated);
    say(byId('judgement-count'), `${tested} of ${Object.keys(rules).length} tested, ${counted(checks, 'check')}`);
    byId('judgement-count').classList.toggle('bad-text', violated.length > 0);
    keyed(byId('violated'), this.cards, violated, each => this.card(each), (card, each) => this.drawCard(card, rules[each], violations.filter(v => v.rule === each)));
  }

  drawRow(row, {checked, violated, undecided}) {
    if (!row) return;
    say(row.counts, [[violated, 'violated'], [undecided, 'undecided'], [checked, 'checked']].filter(([count]) => count)
      .map(([count, word]) => `${count.toLocaleString('en-US')} ${word}`).join(' · ') || 'not tested');
    row.node.classList.toggle('bad', violated > 0);
    row.node.classList.toggle('never', !checked && !violated);
  }

  card(rule) {
    const counts = make('span', {class: 'counts'}), list = make('ul', {});
    const node = make('article', {class: 'card', 'aria-label': `${rule} is violated`}, make('div', {class: 'head'}, make('b', {}, rule), make('span', {class: 'grow'}), counts),
      list, this.rules.has(rule) ? this.text(this.rules.get(rule)) : null);
    return {node, counts, list, drawn: ''};
  }

  drawCard(card, counts, violations) {
    say(card.counts, `${counts.violated} of ${counts.checked}`);
    const last = violations.slice(-TOLD), key = JSON.stringify([violations.length, last.map(each => this.sentence(each.text))]);
    if (card.drawn === key) return;
    card.drawn = key;
    card.list.replaceChildren(...last.map(each => make('li', {}, make('button', {type: 'button', class: 'bare', title: 'Show it among the events', onclick: () => this.show(each)},
      name(this.sentence(each.text))))), ...(violations.length > TOLD ? [make('li', {class: 'faint'}, `and ${violations.length - TOLD} before`)] : []));
  }
}
