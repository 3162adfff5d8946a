// Link: the way to the emulator: requests, the trace as it grows, and the token where the console wants one.
'use strict';

const PATIENCE = 10000;     // ms for an answer
const TAIL = 300000;        // bytes of the trace's end that are asked for at the beginning

let token = '';
try { token = sessionStorage.getItem('mdsync-token') || ''; } catch { /* a browser may keep nothing */ }

function setToken(value) {
  token = value;
  try { sessionStorage.setItem('mdsync-token', value); } catch { /* see above */ }
}

// The console wants a token, or is closed.
class Closed extends Error {}

function headersOf(more) {
  return token ? {...more, Authorization: `Bearer ${token}`} : more;
}

async function answerOf(response) {
  const answer = await response.json();
  if (response.status === 401 || response.status === 403) throw new Closed(answer.error);
  return answer;
}

async function get(what) {
  return answerOf(await fetch(what, {headers: headersOf({}), cache: 'no-store', signal: AbortSignal.timeout(PATIENCE)}));
}

// {ok}, {refused} or {error}.
async function post(what, body) {
  const headers = headersOf({'Content-Type': 'application/json'});
  return answerOf(await fetch(what, {method: 'POST', headers, body: JSON.stringify(body), signal: AbortSignal.timeout(PATIENCE)}));
}

// Gives each line of the trace to `line`, and to `skipped` how many were left out before them; returns when the emulator ends
// it. By fetch, because an EventSource sends no token.
async function follow(line, skipped, begun) {
  const response = await fetch(`trace?follow&last=${TAIL}`, {headers: headersOf({}), cache: 'no-store'});
  if (!response.ok) return answerOf(response);
  begun();
  const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
  let rest = '', kind = '';
  for (;;) {
    const {value, done} = await reader.read();
    if (done) return undefined;
    const lines = (rest + value).split('\n');
    rest = lines.pop();
    for (const each of lines) {
      if (each.startsWith('event: ')) kind = each.slice(7);
      else if (each.startsWith('data: ')) (kind === 'skipped' ? skipped : line)(each.slice(6));
      else if (each === '') kind = '';
    }
  }
}

function asleep(ms) {
  return new Promise(done => setTimeout(done, ms));
}
