// Dom: small helpers. Whatever comes from the data becomes text or an escaped attribute, never markup.
'use strict';

// make('a', {href: '#', class: 'x', onclick: f}, 'text', node, ...)
function make(name, attributes, ...children) {
  const node = document.createElement(name);
  for (const [key, value] of Object.entries(attributes || {})) {
    if (value === undefined || value === null || value === false) continue;
    if (key.startsWith('on')) node.addEventListener(key.slice(2), value);
    else node.setAttribute(key, value === true ? '' : value);
  }
  for (const child of children.flat()) {
    if (child === undefined || child === null || child === false || child === '') continue;
    node.append(child instanceof Node ? child : visible(String(child)));
  }
  return node;
}

// Control characters as pictures of themselves, so that they are seen and do nothing; directions cannot be turned.
function visible(text) {
  return text.replace(/[\u0000-\u0009\u000b-\u001f]/g, c => String.fromCharCode(0x2400 + c.charCodeAt(0)))
    .replace(/[\u007f-\u009f\u202a-\u202e\u2066-\u2069\u200b-\u200f\u2028\u2029\ufeff]/g, '\ufffd');
}

// A name among other words: what is written from right to left stays within itself.
function name(text) {
  return make('bdi', {}, text);
}

// The same for a text that goes into markup which is put together as a string.
function escaped(text) {
  return visible(text).replace(/[&<>"']/g, c => ({'&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;'})[c]);
}

// Cut to so many characters, as a person counts them.
function short(text, most) {
  const letters = Array.from(text);
  return letters.length <= most ? text : letters.slice(0, most - 1).join('') + '…';
}

function counted(count, noun) {
  return `${count.toLocaleString('en-US')} ${noun}${count === 1 ? '' : 's'}`;
}

function byId(id) {
  return document.getElementById(id);
}

// The first position in `list` (sorted) whose value is not below `value`.
function lowerBound(list, value) {
  let low = 0, high = list.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (list[middle] < value) low = middle + 1;
    else high = middle;
  }
  return low;
}
