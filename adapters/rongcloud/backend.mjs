// Backend: what the app's own server does, by the vendor's SDK for servers.
import { createRequire } from 'node:module';

import { contentOf } from './ledger.mjs';
import { Refused } from './talk.mjs';

const require = createRequire(import.meta.url);

// The path of the endpoint that `api` means for a message to a user, group or chatroom.
function pathOf(api, kind) {
  if (api.startsWith('/')) return api.slice(1).replace(/\.json$/, '');
  const root = api === 'status' ? 'statusmessage' : 'message';
  return `${root}/${kind === 'user' ? 'private' : kind}/publish`;
}

const TARGET = { user: 'toUserId', group: 'toGroupId', chatroom: 'toChatroomId' };
const CONVERSATION = { user: 1, group: 3, chatroom: 4 };

// The vendor's ids begin with the time, 42 of their 80 bits; each character has five of them.
export function timeOf(uid) {
  if (!/^([0-9A-V]{4}-){3}[0-9A-V]{4}$/.test(uid)) return 0;
  const bits = [...uid.replaceAll('-', '')].slice(0, 9).map((each) => BigInt(parseInt(each, 32)));
  return Number(bits.reduce((sum, five) => sum << 5n | five, 0n) >> 3n);
}

// What a server said that did not say 200. Where there is no server, the adapter cannot go on.
function saidInstead(why) {
  if (!why.response) throw why;
  return JSON.parse(why.response.text);
}

export class Backend {
  constructor(appkey, secret, api) {
    // It makes the signature once, here, for all calls.
    require('rongcloud-sdk')({ appkey, secret, api });
    this.call = require('rongcloud-sdk/lib/request').request;
  }

  // Gives what the server says; throws Refused with the server's code.
  async post(url, data) {
    const said = await this.call({ url, data }).then(({ text }) => text, saidInstead);
    if (said.code !== 200) throw new Refused(String(said.code));
    return said;
  }

  async tokenOf(userId) {
    return (await this.post('user/getToken', { userId, name: userId })).token;
  }

  // Sends message `id`; gives the vendor's id of it, if it is told.
  async publish({ id, from, kind, target, type, text, api, includeSender }) {
    const content = JSON.stringify(contentOf(type, id, text));
    const { messageUIDs } = await this.post(pathOf(api, kind), {
      fromUserId: from, [TARGET[kind]]: target, objectName: type, content, isIncludeSender: includeSender ? 1 : 0,
    });
    return messageUIDs?.[0]?.messageUID ?? null;
  }

  async recall({ from, kind, target, uid, sentTime }) {
    await this.post('message/recall', {
      fromUserId: from, conversationType: CONVERSATION[kind], targetId: target, messageUID: uid, sentTime,
    });
  }

  async createGroup(groupId, userId) {
    await this.post('group/create', { groupId, groupName: groupId, userId });
  }

  async joinGroup(groupId, userId) {
    await this.post('group/join', { groupId, groupName: groupId, userId });
  }

  async quitGroup(groupId, userId) {
    await this.post('group/quit', { groupId, userId });
  }

  async createChatroom(name) {
    await this.post('chatroom/create', { [`chatroom[${name}]`]: name });
  }
}
