// Console: what the emulator offers beside the vendor's service, under /mdsync/.
import { fetchText } from './http.mjs';
import { Refused, Unsupported } from './talk.mjs';

export class Console {
  constructor(url) {
    this.url = url;
  }

  // Gives what stands behind "ok".
  async post(op, body) {
    return this.ask(op, { method: 'POST', body: JSON.stringify(body), headers: { 'Content-Type': 'application/json' } });
  }

  // All that there is.
  async state() {
    return this.ask('state', {});
  }

  // How it goes: {now, due, underWay, online}.
  async pulse() {
    return this.ask('pulse', {});
  }

  async ask(op, options) {
    const { status, text } = await fetchText(`${this.url}/mdsync/${op}`, options);
    if (status === 0) throw new Error('the emulator does not answer');
    const said = JSON.parse(text);
    if (said.refused !== undefined) throw new Refused(String(said.refused));
    if (said.unsupported !== undefined) throw new Unsupported(said.unsupported);
    if (said.ok === undefined && said.error !== undefined) throw new Error(`the emulator, asked to ${op}: ${said.error}`);
    return said.ok ?? said;
  }
}
