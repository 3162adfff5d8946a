// The command line of the adapter.
import { parseArgs } from 'node:util';

export const USAGE = `usage: node adapter.mjs --emulator [--mdsync PATH] [--server NAME]
       node adapter.mjs --api URL --navi URL[,URL] --app-key KEY --secret SECRET [--sync on|off] [--quiet MS]`;

const KNOWN = {
  emulator: { type: 'boolean', default: false },
  mdsync: { type: 'string' },
  server: { type: 'string' },
  api: { type: 'string' },
  navi: { type: 'string' },
  'app-key': { type: 'string' },
  secret: { type: 'string' },
  sync: { type: 'string', default: 'off' },
  quiet: { type: 'string', default: '1500' },
};

function cloudOf(values) {
  for (const name of ['api', 'navi', 'app-key', 'secret']) {
    if (values[name] === undefined) throw new Error(`--${name} is missing`);
  }
  if (!['on', 'off'].includes(values.sync)) throw new Error('--sync is on or off');
  if (!/^\d+$/.test(values.quiet)) throw new Error('--quiet is a number of milliseconds');
  return { api: values.api, navigators: values.navi.split(','), appKey: values['app-key'], secret: values.secret,
           sync: values.sync === 'on', quiet: Number(values.quiet) };
}

// What is asked for: {emulator: {...}} or {cloud: {...}}. Throws an Error that says what is wrong.
export function readOptions(args) {
  const { values } = parseArgs({ args, options: KNOWN });
  if (!values.emulator) return { cloud: cloudOf(values) };
  const others = ['api', 'navi', 'app-key', 'secret'].filter((name) => values[name] !== undefined);
  if (others.length > 0) throw new Error(`--${others[0]} is for the vendor's cloud, not for --emulator`);
  return { emulator: { program: values.mdsync ?? process.env.MDSYNC ?? 'mdsync', server: values.server } };
}
