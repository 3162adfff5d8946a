// Stillness: when nothing is under way any more.
//
// A page tells what it has asked and not heard yet; what is still on its way down only the server knows. Both run on one
// machine: when the server has answered a request of ours, what it had sent before lies in our sockets, and a turn of the
// event loop takes it out. If nothing came then, and nothing is unanswered, there is nothing.
//
// Where links are slow, frames wait at the server for its clock, which stands still; then the clock is moved to the next.
const LONGEST = 8000; // milliseconds: an answer that never comes must not hold up the rest
const GLANCE = 1;     // milliseconds until the server is asked, though something is under way

const turn = () => new Promise((resolve) => setImmediate(resolve));

async function untilIdle(world) {
  const deadline = performance.now() + GLANCE;
  while (!world.isIdle() && performance.now() < deadline) await turn();
}

// Asks the server; gives its pulse, if nothing happened meanwhile: {now, due, underWay, online}. Else null.
async function look(service, world, ask) {
  const before = world.activity();
  const pulse = await ask();
  service.clock.learn(pulse.now);
  await turn();
  await turn();
  world.hurry();
  await turn();
  return world.activity() === before && world.isQuick() ? pulse : null;
}

// Whether nothing is under way, here and there. Whoever has left a session, has left it there too.
function isStill(pulse, world) {
  return world.isIdle() && pulse.online === world.connections() && (pulse.underWay === 0 || world.isHeld());
}

// Waits until nothing is under way.
export async function still(service, world) {
  const deadline = performance.now() + LONGEST;
  for (let pulse = null; performance.now() < deadline;) {
    if (pulse !== null && pulse.due === null && isStill(pulse, world)) return;
    const { due } = pulse ?? { due: null };
    if (due === null) await untilIdle(world);
    pulse = await look(service, world, () => due === null ? service.pulse() : service.leapToNext(due));
  }
  process.stderr.write(`something is still under way after ${LONGEST} ms: ${world.describeTraffic()}\n`);
}

// Waits for `asked`. If it has to wait for the server's clock, the clock is moved, or, if it must not, nothing is given.
export async function patiently(asked, service, world, mayMove) {
  let answer;
  asked.then((given) => { answer = () => given; }, (why) => { answer = () => { throw why; }; });
  for (;;) {
    await untilIdle(world);
    const pulse = await look(service, world, () => service.pulse());
    if (answer) return answer();
    if (pulse === null || pulse.due === null) continue;
    if (!mayMove) return undefined;
    await service.leapToNext(pulse.due);
  }
}

// Lets time pass until `target`, with all that happens in it.
export async function pass(service, world, target) {
  const deadline = performance.now() + LONGEST;
  while (performance.now() < deadline) {
    await untilIdle(world);
    const pulse = await look(service, world, () => service.pulse());
    if (pulse === null || (pulse.due === null && !world.isIdle())) continue;
    if (pulse.due === null || pulse.due > target) break;
    await service.leapToNext(pulse.due);
  }
  await service.leapTo(target);
}
