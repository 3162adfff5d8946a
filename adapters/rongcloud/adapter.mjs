// The adapter: between mdsync (docs/adapters.md) and the vendor's SDKs. README.md says how to use it.
import { Emulator } from './emulator.mjs';
import { Cloud } from './cloud.mjs';
import { readOptions, USAGE } from './options.mjs';
import { Shelf } from './shelf.mjs';
import { Talk, Unsupported } from './talk.mjs';
import { World } from './world.mjs';

// Whose answers say what time it is: only these may take any.
const MOVING = new Set(['reset', 'advance', 'login']);

class Adapter {
  constructor(service, talk) {
    this.service = service;
    this.talk = talk;
    this.shelf = new Shelf(() => service.clock.now());
    this.world = null;
  }

  hello() {
    const { name, ops } = this.service;
    return { protocol: 'mdsync-adapter/1', name, ...this.service.pace(), ops, accept: 'seen', pipeline: true };
  }

  async reset(request) {
    await this.world?.end();
    this.shelf.renew();
    await this.service.begin(request);
    this.world = new World(this.service, this.shelf, request, (event) => this.talk.event(event));
  }

  knows(op) {
    return op === 'settle' || this.service.ops.includes(op);
  }

  // Gives the answer to a request.
  async answer(request) {
    const { op } = request, { clock } = this.service;
    if (op === 'hello') return { ok: this.hello() };
    if (op === 'reset') await this.reset(request);
    else if (!this.knows(op)) throw new Unsupported(`there is no request "${op}" here`);
    else await this.world[op](request);
    if (op === 'settle') return () => ({ ok: { ...clock.answer(), ...(this.world.isHeld() && { held: true }) } });
    return MOVING.has(op) ? () => ({ ok: clock.answer() }) : { ok: {} };
  }
}

// The SDK's source is one line of a megabyte: Node would print it.
function brief(why) {
  return String(why?.stack ?? why).split('\n').filter((line) => line.length < 300).slice(0, 8).join('\n');
}

async function main() {
  // However it ends, its emulator ends with it.
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => process.exit(1));
  process.on('uncaughtException', (why) => process.stderr.write(`uncaught: ${brief(why)}\n`));
  process.on('unhandledRejection', (why) => process.stderr.write(`unhandled: ${brief(why)}\n`));
  let options;
  try {
    options = readOptions(process.argv.slice(2));
  } catch (why) {
    process.stderr.write(`${why.message}\n${USAGE}\n`);
    process.exit(2);
  }
  const service = options.emulator ? await Emulator.start(options.emulator) : new Cloud(options.cloud);
  const talk = new Talk(process.stdin, process.stdout);
  const adapter = new Adapter(service, talk);
  await talk.run((request) => adapter.answer(request));
  process.exit(0);
}

main().catch((why) => {
  process.stderr.write(`${brief(why)}\n`);
  process.exit(1);
});
