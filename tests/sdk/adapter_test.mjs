// The parts of adapters/rongcloud that need neither the vendor's packages nor a server.
//
//     node tests/sdk/adapter_test.mjs
import assert from 'node:assert/strict';
import { PassThrough } from 'node:stream';
import { test } from 'node:test';

import { timeOf } from '../../adapters/rongcloud/backend.mjs';
import { EmulatorClock } from '../../adapters/rongcloud/clock.mjs';
import { contentOf, Ledger, TYPING } from '../../adapters/rongcloud/ledger.mjs';
import { Traffic } from '../../adapters/rongcloud/traffic.mjs';
import { readOptions } from '../../adapters/rongcloud/options.mjs';
import { Refused, Talk, Unsupported } from '../../adapters/rongcloud/talk.mjs';
import { Timers } from '../../adapters/rongcloud/timers.mjs';

const bytes = (hex) => Buffer.from(hex.replaceAll(' ', ''), 'hex');

test('the vendor\'s ids begin with the time', () => {
  assert.equal(timeOf('C5UU-C4MN-JDK5-E111'), 1674896231262);
  assert.equal(timeOf('BDRP-VGD3-H93H-G6M5'), 1571395929742);
  assert.equal(timeOf('nonsense'), 0);
});

test('a message is known by its content before its id is, and by its id where a recall names it', () => {
  const ledger = new Ledger();
  ledger.write('m1', 'bob', 'alice', 'RC:TxtMsg');
  const content = contentOf('RC:TxtMsg', 'm1', 'hi');
  assert.equal(content.content, 'hi');
  assert.equal(ledger.nameOf({ content, messageUId: 'U1', sentTime: 5 }), 'm1');
  assert.deepEqual([ledger.find('m1').uid, ledger.find('m1').sentTime], ['U1', 5]);
  assert.equal(ledger.nameOfRecalled({ content: { messageUId: 'U1' } }), 'm1');
  assert.equal(ledger.nameOfTyping(contentOf(TYPING, 't1', '').typingContentType), 't1');
});

test('what nobody sent has a name of its own each time', () => {
  const ledger = new Ledger();
  const stranger = { content: { content: 'hi', extra: 'from another app' }, messageUId: 'U9', sentTime: 1 };
  assert.equal(ledger.nameOf(stranger), 'x1');
  assert.equal(ledger.nameOfTyping('RC:TxtMsg'), 'x2');
});

test('questions are under way until they are answered; status messages are not asked about', () => {
  const traffic = new Traffic();
  // A pull, its answer; a message, its answer; somebody types; a ping.
  traffic.up(bytes('50 0007 70756c6c4d7367 0005 616c696365 0005 0800'));
  assert.equal(traffic.isIdle(), false);
  assert.equal(traffic.down(bytes('62 0005 6b0b3820 0000')), false);
  assert.equal(traffic.isIdle(), true);
  traffic.up(bytes('32 0006 70704d736750 0005 616c696365 0009 0803'));
  assert.deepEqual([...traffic.unanswered], [9]);
  traffic.down(bytes('40 0009 6b0b3822 0000 02ad 0000'));
  traffic.up(bytes('32 0006 70704d736753 0005 616c696365 000a 0803'));
  traffic.up(bytes('c0'));
  assert.equal(traffic.isIdle(), true);
  assert.equal(traffic.down(bytes('20 00 04')), true);
});

test('mdsync counts a wait from the last answer, whatever has happened since', () => {
  const clock = new EmulatorClock();
  clock.begin(1000);
  clock.answer();
  clock.learn(1003);
  assert.equal(clock.answered, 1000);
  clock.leap(500);
  assert.deepEqual(clock.answer(), { t: 1503 });
  clock.learn(1200);
  assert.deepEqual(clock.stamp(), { t: 1503 });
  assert.ok(clock.now() >= 1500);
});

test('short timers keep a page busy, and short intervals can be hurried', () => {
  const timers = new Timers();
  let rounds = 0;
  timers.every(() => ++rounds, 500);
  timers.every(() => { rounds += 100; }, 180000);
  timers.after(() => {}, 30000);
  assert.equal(timers.isIdle(), true);
  timers.after(() => {}, 0);
  assert.equal(timers.isIdle(), false);
  timers.hurry();
  assert.equal(rounds, 1);
  timers.stopAll();
  assert.equal(timers.isIdle(), true);
});

test('answers keep the order of their requests, and say what kind they are', async () => {
  const input = new PassThrough(), output = new PassThrough();
  const ops = {
    slow: () => new Promise((resolve) => setTimeout(() => resolve({ ok: { a: 1 } }), 20)),
    no: () => Promise.reject(new Refused('31010')),
    never: () => Promise.reject(new Unsupported('no such thing')),
  };
  for (const [id, op] of [[1, 'slow'], [2, 'no'], [3, 'never']]) input.write(`${JSON.stringify({ id, op })}\n`);
  input.end('{"id":4,"op":"bye"}\n');
  const talk = new Talk(input, output);
  await talk.run(({ op }) => ops[op]());
  await talk.answers;
  const lines = output.read().toString().trim().split('\n').map((line) => JSON.parse(line));
  assert.deepEqual(lines, [{ id: 1, ok: { a: 1 } }, { id: 2, refused: '31010' }, { id: 3, unsupported: 'no such thing' }]);
});

test('the command line: one of the two services, and all that it needs', () => {
  assert.deepEqual(readOptions(['--emulator', '--mdsync', 'm', '--server', 'mutant:x']),
                   { emulator: { program: 'm', server: 'mutant:x' } });
  const cloud = ['--api', 'http://a', '--navi', 'http://n,http://m', '--app-key', 'k', '--secret', 's'];
  assert.deepEqual(readOptions(cloud).cloud.navigators, ['http://n', 'http://m']);
  assert.throws(() => readOptions([]), /--api is missing/);
  assert.throws(() => readOptions(['--emulator', '--secret', 's']), /vendor's cloud/);
  assert.throws(() => readOptions([...cloud, '--quiet', 'soon']), /--quiet/);
  assert.throws(() => readOptions(['--nonsense']), /nonsense/);
});
