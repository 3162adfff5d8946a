// Line: the WebSocket of a page, as a browser would offer it.
import WebSocket from 'ws';

// The class `WebSocket` of a page.
export function makeWebSocket(page) {
  return class {
    constructor(url) {
      this.readyState = 0;
      this.onopen = this.onmessage = this.onclose = this.onerror = null;
      this.traffic = page.traffic;
      this.link = page.link;
      this.waitsFor = null;
      this.wait('requests');
      this.link.sockets.add(this);
      if (!page.link.lets(url)) {
        setImmediate(() => this.end(1006));
        return;
      }
      // In a browser, what a message leads to is done before the next one comes; the SDK relies on it.
      this.socket = new WebSocket(url, { perMessageDeflate: false, allowSynchronousEvents: false, headers: this.link.headers });
      this.socket.on('open', () => this.opened());
      this.socket.on('message', (data, isBinary) => isBinary && this.take(data));
      this.socket.on('close', (code) => this.end(code));
      this.socket.on('error', (why) => this.onerror?.({ message: why.message }));
    }

    opened() {
      if (this.readyState !== 0) return;
      this.readyState = 1;
      this.wait('opening');
      this.onopen?.({});
    }

    take(data) {
      if (this.readyState !== 1) return;
      if (this.traffic.down(data)) this.wait(null);
      // What comes is a window on a larger store: the SDK wants one of its own.
      this.onmessage?.({ data: data.buffer.slice(data.byteOffset, data.byteOffset + data.byteLength) });
    }

    // Counts what it waits for now, and no longer what it waited for.
    wait(what) {
      if (this.waitsFor !== null) --this.traffic[this.waitsFor];
      if (what !== null) ++this.traffic[what];
      this.waitsFor = what;
    }

    send(data) {
      if (this.readyState !== 1) return;
      const frame = ArrayBuffer.isView(data) ? Buffer.from(data.buffer, data.byteOffset, data.byteLength) : Buffer.from(data);
      this.traffic.up(frame);
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
      this.wait(null);
      this.traffic.unanswered.clear();
      this.link.sockets.delete(this);
      this.onclose?.({ code, reason: '' });
    }
  };
}
