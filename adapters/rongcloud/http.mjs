// HTTP for a page: XMLHttpRequest as far as the SDK needs it, one request, its status and its text.
import { Agent, request as plain } from 'node:http';
import { request as secure } from 'node:https';

const agent = new Agent({ keepAlive: true });

// Sends a request and gives {status, text}; status 0 where no answer came.
export function fetchText(url, { method = 'GET', headers = {}, body, timeout = 10000 } = {}) {
  return new Promise((resolve) => {
    const failed = () => resolve({ status: 0, text: '' });
    const isSecure = url.startsWith('https:');
    const options = { method, headers, timeout, agent: isSecure ? undefined : agent };
    const request = (isSecure ? secure : plain)(url, options, (answer) => {
      const parts = [];
      answer.on('data', (part) => parts.push(part));
      answer.on('end', () => resolve({ status: answer.statusCode, text: Buffer.concat(parts).toString('utf8') }));
      answer.on('error', failed);
    });
    request.on('error', failed);
    request.on('timeout', () => request.destroy());
    request.end(body);
  });
}

// The same over the link of a page: it counts as under way, and may have nowhere to go.
export async function fetchFrom(page, url, options) {
  if (!page.link.lets(url)) return { status: 0, text: '' };
  const { traffic } = page;
  ++traffic.requests;
  const answer = await fetchText(url, options);
  --traffic.requests;
  return answer;
}

// The class `XMLHttpRequest` of a page.
export function makeXmlHttpRequest(page) {
  return class {
    constructor() {
      this.readyState = 0;
      this.status = 0;
      this.responseText = '';
      this.upload = {};
      this.headers = {};
      this.onreadystatechange = this.onerror = null;
    }

    open(method, url) {
      this.method = method;
      this.url = url;
    }

    setRequestHeader(name, value) {
      this.headers[name] = value;
    }

    async send(body) {
      const { status, text } = await fetchFrom(page, this.url, { method: this.method, headers: this.headers, body });
      if (this.isAborted) return;
      this.status = status;
      this.responseText = text;
      this.readyState = 4;
      if (status === 0) this.onerror?.({});
      else this.onreadystatechange?.();
    }

    abort() {
      this.isAborted = true;
    }
  };
}
