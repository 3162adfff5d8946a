// Line: the WebSocket of a page, as a browser would offer it; it counts what is still under way on it.
//
// The frames are the vendor's (first byte: command and flags), but only as much of them is read here as tells a question
// from its answer. What they say is the SDK's business.
import WebSocket from 'ws';

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
  const end = behindText(frame, 1);
  return frame.toString('latin1', 3, end) === 's_ntf' ? false : frame[end - 1] !== 0x53;
}

// What a page has under way: questions without an answer, connections that are being made, and how much has passed.
export class Traffic {
  constructor() {
    this.unanswered = new Set();
    this.opening = 0; // sockets that wait for their CONNACK, and requests over HTTP
    this.frames = 0;  // of both directions, ever
  }

  isIdle() {
    return this.unanswered.size === 0 && this.opening === 0;
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

// The class `WebSocket` of a page.
export function makeWebSocket(page) {
  return class {
    constructor(url) {
      this.readyState = 0;
      this.onopen = this.onmessage = this.onclose = this.onerror = null;
      this.isOpening = true;
      ++page.traffic.opening;
      page.link.sockets.add(this);
      this.link = page.link;
      if (!page.link.lets(url)) {
        setImmediate(() => this.end(1006));
        return;
      }
      this.socket = new WebSocket(url, { perMessageDeflate: false, headers: page.link.headers });
      this.socket.on('open', () => this.opened());
      this.socket.on('message', (data, isBinary) => isBinary && this.take(data));
      this.socket.on('close', (code) => this.end(code));
      this.socket.on('error', (why) => this.onerror?.({ message: why.message }));
    }

    opened() {
      if (this.readyState !== 0) return;
      this.readyState = 1;
      this.onopen?.({});
    }

    take(data) {
      if (this.readyState !== 1) return;
      if (page.traffic.down(data)) this.welcomed();
      // What comes is a window on a larger store: the SDK wants one of its own.
      this.onmessage?.({ data: data.buffer.slice(data.byteOffset, data.byteOffset + data.byteLength) });
    }

    welcomed() {
      if (this.isOpening) --page.traffic.opening;
      this.isOpening = false;
    }

    send(data) {
      if (this.readyState !== 1) return;
      const frame = ArrayBuffer.isView(data) ? Buffer.from(data.buffer, data.byteOffset, data.byteLength) : Buffer.from(data);
      page.traffic.up(frame);
      this.socket.send(frame);
    }

    close() {
      if (this.readyState < 2) this.readyState = 2;
      this.socket?.close();
    }

    // The network is gone: no farewell.
    cut() {
      this.socket?.terminate();
      this.end(1006);
    }

    end(code) {
      if (this.readyState === 3) return;
      this.readyState = 3;
      this.welcomed();
      page.traffic.unanswered.clear();
      this.link.sockets.delete(this);
      this.onclose?.({ code, reason: '' });
    }
  };
}
