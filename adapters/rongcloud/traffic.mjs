// Traffic: what a page has under way.
//
// The frames are the vendor's (first byte: command and flags), but only as much of them is read here as tells a question
// from its answer. What they say is the SDK's business.

const CONNACK = 2, PUBLISH = 3, PUBACK = 4, QUERY = 5, QUERYACK = 6;

// The place behind the text that begins at `at` with its length.
function behindText(frame, at) {
  return at + 2 + frame.readUInt16BE(at);
}

// The number of a PUBLISH or QUERY that goes up: it stands behind topic and target.
function numberOf(frame) {
  return frame.readUInt16BE(behindText(frame, behindText(frame, 1)));
}

// Status messages go up on topics that end in S; nobody waits for their PUBACK.
function wantsAnswer(frame) {
  return frame[behindText(frame, 1) - 1] !== 'S'.charCodeAt(0);
}

// What a page has under way: questions without an answer, connections that are being made, and how much has passed.
export class Traffic {
  constructor() {
    this.unanswered = new Set();
    this.requests = 0; // over HTTP, and for a socket
    this.opening = 0;  // sockets that wait for their CONNACK
    this.frames = 0;   // of both directions, ever
  }

  // Nothing is under way but frames, which the server may let wait.
  isQuick() {
    return this.requests === 0;
  }

  isIdle() {
    return this.isQuick() && this.unanswered.size === 0 && this.opening === 0;
  }

  up(frame) {
    ++this.frames;
    const command = frame[0] >> 4;
    if (command === QUERY || (command === PUBLISH && wantsAnswer(frame))) this.unanswered.add(numberOf(frame));
  }

  // Whether the frame is the one that lets the page in, or turns it away.
  down(frame) {
    ++this.frames;
    const command = frame[0] >> 4;
    if (command === PUBACK || command === QUERYACK) this.unanswered.delete(frame.readUInt16BE(1));
    return command === CONNACK;
  }
}
