// Ledger: which message of the scenario is which of the vendor's.
//
// Our name of a message travels inside its content, so that who receives it before its sender knows the vendor's id can
// name it all the same. A typing is nothing but a kind of content that somebody types: there the kind is our name.
export const TYPING = 'RC:TypSts';
export const RECALL = 'RC:RcCmd';
// An id that the vendor's server gave to no message.
export const NOBODYS = '0000-0000-0000-0000';
const MARK = 'mdsync:';

// The content of message `id`, as the vendor's types want it.
export function contentOf(type, id, text) {
  return type === TYPING ? { typingContentType: MARK + id } : { content: text, extra: MARK + id };
}

function unmarked(text) {
  return typeof text === 'string' && text.startsWith(MARK) ? text.slice(MARK.length) : null;
}

export class Ledger {
  constructor() {
    this.messages = new Map(); // by our name: {id, author, to, type, uid, sentTime}
    this.byUid = new Map();
    this.strangers = 0;
  }

  // A message that will be sent: `author` is a user, `to` as in the scenario.
  write(id, author, to, type) {
    const message = { id, author, to, type, uid: null, sentTime: 0 };
    this.messages.set(id, message);
    return message;
  }

  find(id) {
    return this.messages.get(id) ?? null;
  }

  // The vendor's id of a message became known.
  learn(id, uid, sentTime) {
    const message = this.messages.get(id);
    if (!message || !uid) return;
    message.uid = uid;
    if (sentTime) message.sentTime = Number(sentTime);
    this.byUid.set(uid, id);
  }

  // Our name of what a device was shown. Nobody sent it: a name of its own.
  nameOf({ messageUId, sentTime, content }) {
    const id = unmarked(content?.extra) ?? this.byUid.get(messageUId) ?? `x${++this.strangers}`;
    this.learn(id, messageUId, sentTime);
    return id;
  }

  nameOfTyping(kind) {
    return unmarked(kind) ?? `x${++this.strangers}`;
  }

  // Our name of the message that a recall is about.
  nameOfRecalled({ content }) {
    return this.byUid.get(content?.messageUId) ?? `x${++this.strangers}`;
  }
}
