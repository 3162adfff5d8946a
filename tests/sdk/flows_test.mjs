// The vendor's own SDKs, unmodified, against `mdsync serve --sdk`: what an app does with them, and what it is shown.
//
//     MDSYNC=build/release/mdsync node tests/sdk/flows_test.mjs
//
// Skipped (77) where the packages are not installed (npm ci in adapters/rongcloud), or MDSYNC names no program.
import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { after, before, describe, test } from 'node:test';

const packages = new URL('../../adapters/rongcloud/node_modules/', import.meta.url);
if (!process.env.MDSYNC || !existsSync(new URL('@rongcloud/imlib-next/package.json', packages))) {
  process.stderr.write('skipped: MDSYNC is not set, or `npm ci` was not run in adapters/rongcloud\n');
  process.exit(77);
}
const { Backend } = await import('../../adapters/rongcloud/backend.mjs');
const { startEmulator } = await import('../../adapters/rongcloud/emulator.mjs');
const { alice, App, bob, GROUP, lobby, Service, team, until } = await import('./app.mjs');

const DAY = 24 * 60 * 60 * 1000;
const KICKED = 'DISCONNECT 31010';

let service, backend, emulator;

before(async () => {
  emulator = await startEmulator({ program: process.env.MDSYNC });
  service = new Service(emulator.url);
  backend = new Backend('ak', 'sec', service.url);
});

after(async () => {
  await service.closeAll();
  emulator.child.kill();
});

const on = { sync: true };
const app = (user, platform, keep) => new App(service, user, platform, keep);
const login = (user, platform, keep) => app(user, platform, keep).login();

async function publish(more) {
  const given = { id: 'b', from: 'bob', kind: 'user', target: 'alice', type: 'RC:TxtMsg', text: 'from the backend',
                  api: 'message', includeSender: false };
  const uid = await backend.publish({ ...given, ...more });
  await service.still();
  return uid;
}

describe('login', () => {
  test('each class of clients connects, and hears once that it has caught up', async () => {
    await service.reset(on);
    for (const platform of ['web', 'android', 'miniprogram']) {
      const page = await login('alice', platform);
      assert.equal(page.sdk.getCurrentUserId(), 'alice');
      await service.still();
      assert.equal(page.finished, 1);
    }
  });

  test('the token of the backend leads an app here that knows no navigator', async () => {
    await service.reset(on);
    const page = app('carol', 'web', { navigators: [] });
    assert.equal(await page.connect(await backend.tokenOf('carol')), 0);
    assert.equal(page.sdk.getCurrentUserId(), 'carol');
  });

  test('a token that nobody gave out is refused', async () => {
    await service.reset(on);
    const page = app('alice');
    assert.equal(await page.connect('nonsense'), 31004);
    assert.deepEqual(page.states, ['DISCONNECT 31004']);
  });

  test('another app\'s key is refused', async () => {
    await service.reset(on);
    assert.notEqual(await app('alice', 'web', { appkey: 'other' }).connect(), 0);
  });

  test('what was missed comes in packages, all of it, in order, before the one end', async () => {
    await service.reset(on);
    const page = await login('alice');
    await page.logout();
    const sender = await login('bob');
    for (let i = 0; i < 450; ++i) await sender.sdk.sendMessage(alice, new sender.sdk.TextMessage({ content: `${i}` }));
    await page.login();
    await service.still();
    assert.deepEqual(page.texts(), [...Array(450).keys()].map(String));
    assert.equal(page.finished, 2);
  });
});

describe('messages, service on', () => {
  test('a message reaches all devices of both', async () => {
    await service.reset(on);
    const phone = await login('alice', 'android'), page = await login('alice'), mini = await login('alice', 'miniprogram');
    const sender = await login('bob'), sibling = await login('bob', 'ios');
    assert.equal((await sender.say(alice, 'hi 😀')).code, 0);
    for (const each of [phone, page, mini, sibling]) assert.deepEqual(each.texts(), ['hi 😀']);
    assert.deepEqual(sender.texts(), []);
    assert.equal(phone.messages[0].messageDirection, 2);
    assert.equal(phone.messages[0].targetId, 'bob');
    assert.equal(sibling.messages[0].messageDirection, 1);
    assert.equal(sibling.messages[0].targetId, 'alice');
  });

  test('a message to a group reaches its members, with its sender', async () => {
    await service.reset(on);
    const page = await login('alice'), sender = await login('bob'), stranger = await login('carol');
    assert.equal((await sender.say(team, 'all')).code, 0);
    assert.deepEqual(page.texts(), ['all']);
    assert.equal(page.messages[0].conversationType, GROUP);
    assert.equal(page.messages[0].senderUserId, 'bob');
    assert.deepEqual(stranger.texts(), []);
    assert.equal((await stranger.say(team, 'let me in')).code, 22406);
  });

  test('who comes back is brought what is new, and nothing twice', async () => {
    await service.reset(on);
    const page = await login('alice'), sender = await login('bob');
    await sender.say(alice, 'before');
    await page.logout();
    await sender.say(alice, 'meanwhile');
    await service.ask('advance', { ms: 1000 });
    await page.login();
    assert.deepEqual(page.texts(), ['before', 'meanwhile']);
    assert.equal(page.find('meanwhile').isOffLineMessage, true);
  });

  test('the SDK comes back by itself when the line breaks', async () => {
    await service.reset(on);
    const page = await login('alice'), sender = await login('bob');
    page.page.link.cut();
    await until(() => page.states.includes('SUSPEND 30011'), 'the page noticed');
    await service.still();
    await sender.say(alice, 'into the tunnel');
    page.page.link.isUp = true;
    await until(() => page.texts().length > 0, 'the page came back');
    assert.deepEqual(page.texts(), ['into the tunnel']);
  });

  test('a reinstalled app is brought today, marked as received elsewhere, and nothing older', async () => {
    await service.reset(on);
    const page = await login('alice'), sender = await login('bob');
    await sender.say(alice, 'yesterday');
    await service.ask('advance', { ms: DAY });
    await sender.say(alice, 'today');
    await page.say(bob, 'my own');
    await page.close();
    const again = await login('alice');
    assert.deepEqual(again.texts(), ['today', 'my own']);
    assert.equal(again.find('today').receivedStatus, 8);
    assert.equal(again.find('my own').messageDirection, 1);
  });

  test('a restart of the server loses nothing', async () => {
    await service.reset(on);
    const page = await login('alice'), sender = await login('bob');
    await sender.say(alice, 'before');
    await page.logout();
    await sender.say(alice, 'meanwhile');
    const times = sender.count('CONNECTED');
    await service.ask('server', { do: 'restart' });
    await until(() => sender.count('CONNECTED') > times, 'the sender came back');
    await sender.say(alice, 'after');
    await page.login();
    assert.deepEqual(page.texts(), ['before', 'meanwhile', 'after']);
  });
});

describe('messages, service off', () => {
  test('a message reaches one device, and none of the sender\'s', async () => {
    await service.reset();
    const phone = await login('alice', 'android'), page = await login('alice');
    const sender = await login('bob'), sibling = await login('bob', 'ios');
    await sender.say(alice, 'to one of you');
    assert.equal(phone.texts().length + page.texts().length, 1);
    assert.deepEqual(sibling.texts(), []);
  });

  test('the first who comes gets what waited; a reinstalled app gets nothing again', async () => {
    await service.reset();
    const sender = await login('bob');
    await sender.say(alice, 'waits');
    const phone = await login('alice', 'android');
    assert.deepEqual(phone.texts(), ['waits']);
    await phone.close();
    await service.still();
    assert.deepEqual((await login('alice', 'android')).texts(), []);
    assert.deepEqual((await login('alice')).texts(), []);
  });

  test('the switch is in force half an hour later', async () => {
    await service.reset();
    await service.ask('sync', { enabled: true });
    await service.ask('advance', { ms: 31 * 60 * 1000 });
    const phone = await login('alice', 'android'), page = await login('alice'), sender = await login('bob');
    await sender.say(alice, 'to all of you');
    assert.deepEqual([phone.texts(), page.texts()], [['to all of you'], ['to all of you']]);
  });
});

describe('recall', () => {
  test('all devices of both are told, those offline at their next login', async () => {
    await service.reset(on);
    const page = await login('alice'), phone = await login('alice', 'android');
    const sender = await login('bob'), sibling = await login('bob', 'ios');
    const { data } = await sender.say(alice, 'oops');
    await phone.logout();
    assert.equal(await sender.recall(alice, data), 0);
    for (const each of [page, sibling]) assert.deepEqual(each.recalls(), [data.messageUId]);
    assert.deepEqual(phone.recalls(), []);
    await phone.login();
    assert.deepEqual(phone.recalls(), [data.messageUId]);
    assert.deepEqual(sender.recalls(), []);
  });

  test('a reinstalled app does not show a recalled message', async () => {
    await service.reset(on);
    const page = await login('alice'), sender = await login('bob');
    const { data } = await sender.say(alice, 'oops');
    await sender.recall(alice, data);
    await page.close();
    const again = await login('alice');
    await service.still();
    const visible = again.messages.filter(({ messageUId, messageType }) =>
      messageType === 'RC:TxtMsg' && !again.recalls().includes(messageUId));
    assert.deepEqual(visible, []);
  });

  test('the backend recalls for a user, in a group too', async () => {
    await service.reset(on);
    const page = await login('alice'), sender = await login('bob');
    const one = (await sender.say(alice, 'one')).data, two = (await sender.say(team, 'two')).data;
    await backend.recall({ from: 'bob', kind: 'user', target: 'alice', uid: one.messageUId, sentTime: one.sentTime });
    await backend.recall({ from: 'bob', kind: 'group', target: 'team', uid: two.messageUId, sentTime: two.sentTime });
    await service.still();
    assert.deepEqual(page.recalls(), [one.messageUId, two.messageUId]);
  });

  test('what nobody sent cannot be recalled', async () => {
    await service.reset(on);
    const sender = await login('bob');
    assert.notEqual(await sender.recall(alice, { messageUId: 'C5UU-C4MN-JDK5-E111', sentTime: 1 }), 0);
  });
});

describe('status messages', () => {
  test('who is online sees that somebody types; who comes later does not', async () => {
    await service.reset(on);
    const page = await login('alice'), phone = await login('alice', 'android'), sender = await login('bob');
    await phone.logout();
    assert.equal((await sender.sdk.sendTypingStatusMessage(alice, 'RC:TxtMsg')).code, 0);
    await until(() => page.typings.length > 0, 'the page was told');
    assert.equal(page.typings[0].list[0].userId, 'bob');
    await phone.login();
    phone.page.timers.hurry();
    assert.deepEqual(phone.typings, []);
  });

  test('a type of the app\'s own that is a status message is never kept', async () => {
    await service.reset(on, { messageTypes: { 'app:Poke': 'status' } });
    const page = app('alice'), phone = app('alice', 'android'), sender = app('bob');
    for (const each of [page, phone, sender]) each.sdk.registerMessageType('app:Poke', false, false, [], true);
    await page.login();
    await sender.login();
    const message = new sender.sdk.BaseMessage('app:Poke', { content: 'poke' }, false, false);
    await sender.sdk.sendMessage(alice, message);
    await until(() => page.messages.length === 1, 'the page was poked');
    await phone.login();
    await service.still();
    assert.deepEqual(phone.messages, []);
  });
});

describe('limits', () => {
  test('the eleventh tab sends the first away, and no other', async () => {
    await service.reset(on);
    const tabs = [];
    for (let i = 0; i < 10; ++i) tabs.push(await login('alice'));
    await service.still();
    for (const tab of tabs) assert.deepEqual(tab.states, ['CONNECTED']);
    tabs.push(await login('alice'));
    await until(() => tabs[0].states.includes(KICKED), 'the first was told');
    const sender = await login('bob');
    await sender.say(alice, 'to ten');
    assert.deepEqual(tabs.map((tab) => tab.texts().length), [0, ...Array(10).fill(1)]);
  });

  test('a second phone takes the place of the first, which does not come back', async () => {
    await service.reset(on);
    const old = await login('alice', 'android');
    await login('alice', 'ios');
    await until(() => old.states.includes(KICKED), 'the old phone was told');
    await service.still();
    assert.deepEqual(old.states, ['CONNECTED', KICKED]);
    assert.notEqual((await old.say(bob, 'too late')).code, 0);
  });

  test('phone, page and mini-program do not disturb each other', async () => {
    await service.reset();
    const all = [await login('alice', 'android'), await login('alice'), await login('alice', 'miniprogram')];
    await service.still();
    for (const each of all) assert.deepEqual(each.states, ['CONNECTED']);
  });

  test('where the newcomer is refused, the old phone stays', async () => {
    await service.reset({ sync: true, onLimit: 'refuse' });
    const old = await login('alice', 'android');
    assert.equal(await app('alice', 'ios').connect(), 31023);
    await service.still();
    assert.deepEqual(old.states, ['CONNECTED']);
  });
});

describe('chatrooms', () => {
  const join = async (each) => {
    const { code } = await each.sdk.joinChatRoom('lobby', { count: -1 });
    await service.still();
    return code;
  };

  test('who is inside hears it, who is not does not, and nobody hears what was said before', async () => {
    await service.reset(on);
    const inside = await login('alice'), outside = await login('alice', 'android'), sender = await login('bob');
    assert.equal(await join(sender), 0);
    await sender.say(lobby, 'early');
    assert.equal(await join(inside), 0);
    await sender.say(lobby, 'now');
    assert.deepEqual(inside.texts(), ['now']);
    assert.deepEqual(outside.texts(), []);
    assert.equal((await inside.sdk.quitChatRoom('lobby')).code, 0);
    await sender.say(lobby, 'late');
    assert.deepEqual(inside.texts(), ['now']);
  });

  test('who is not inside may not speak', async () => {
    await service.reset(on);
    assert.equal((await (await login('bob')).say(lobby, 'hello?')).code, 23406);
  });

  test('the SDK goes back into the room when the line breaks', async () => {
    await service.reset(on);
    const inside = await login('alice'), sender = await login('bob');
    await join(inside);
    await join(sender);
    await inside.loseLine();
    await until(() => inside.rooms.some((event) => event.rejoinedRoom), 'the room was told of');
    await sender.say(lobby, 'still there?');
    assert.deepEqual(inside.texts(), ['still there?']);
  });

  test('the backend speaks in a room', async () => {
    await service.reset(on);
    const inside = await login('alice');
    await join(inside);
    await publish({ kind: 'chatroom', target: 'lobby' });
    assert.deepEqual(inside.texts(), ['from the backend']);
  });
});

describe('history and conversations', () => {
  test('the history has both sides, the newest at the end', async () => {
    await service.reset(on);
    const page = await login('alice'), sender = await login('bob');
    await sender.say(alice, 'one');
    await page.say(bob, 'two');
    await sender.say(alice, 'three');
    const { code, data } = await page.sdk.getHistoryMessages(bob, { timestamp: 0, count: 2, order: 0 });
    assert.equal(code, 0);
    assert.deepEqual(data.list.map(({ content }) => content.content), ['two', 'three']);
    assert.equal(data.hasMore, true);
  });

  test('the conversations, the latest first', async () => {
    await service.reset(on);
    const page = await login('alice'), sender = await login('bob');
    await sender.say(alice, 'private');
    await sender.say(team, 'in the group');
    const { code, data } = await page.sdk.getConversationList({ count: 10, startTime: 0, order: 0 });
    assert.equal(code, 0);
    assert.deepEqual(data.map(({ targetId }) => targetId), ['team', 'bob']);
  });

  // The vendor's service would not bring back what was deleted by its id; the emulator's trace has no word for that.
  test('what was deleted or cleared is taken; a new installation is brought it all the same', async () => {
    await service.reset(on);
    const page = await login('alice'), sender = await login('bob');
    const kept = (await sender.say(alice, 'cleared')).data, gone = (await sender.say(alice, 'deleted')).data;
    const { messageUId, sentTime } = gone;
    assert.equal((await page.sdk.deleteMessages(bob, [{ messageUId, sentTime, messageDirection: 2 }])).code, 0);
    assert.equal((await page.sdk.clearHistoryMessages(bob, kept.sentTime)).code, 0);
    await page.close();
    assert.deepEqual((await login('alice')).texts(), ['cleared', 'deleted']);
  });
});

describe('the server API', () => {
  test('private, to a group, and with a copy to the sender\'s own devices', async () => {
    await service.reset(on);
    const page = await login('alice'), own = await login('bob');
    assert.match(await publish({}), /^([0-9A-V]{4}-){3}[0-9A-V]{4}$/);
    await publish({ kind: 'group', target: 'team', text: 'to all' });
    await publish({ text: 'with a copy', includeSender: true });
    assert.deepEqual(page.texts(), ['from the backend', 'to all', 'with a copy']);
    assert.deepEqual(own.texts(), ['with a copy']);
  });

  test('a status message is for who is online', async () => {
    await service.reset(on);
    const page = await login('alice');
    await publish({ api: 'status' });
    assert.deepEqual(page.texts(), ['from the backend']);
    assert.deepEqual((await login('alice', 'android')).texts(), []);
  });

  test('groups are made, joined and left', async () => {
    await service.reset(on);
    const page = await login('alice'), other = await login('carol');
    await backend.createGroup('club', ['alice', 'carol']);
    await publish({ kind: 'group', target: 'club', text: 'both' });
    await backend.quitGroup('club', 'carol');
    await publish({ kind: 'group', target: 'club', text: 'one' });
    await backend.joinGroup('club', 'carol');
    await publish({ kind: 'group', target: 'club', text: 'both again' });
    assert.deepEqual(page.texts(), ['both', 'one', 'both again']);
    assert.deepEqual(other.texts(), ['both', 'both again']);
  });
});
