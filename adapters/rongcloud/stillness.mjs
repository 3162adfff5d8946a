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

// Whether the server knows of as many sessions as the devices do: whoever has left, has left there too.
function agrees(state, world) {
  const theirs = Object.values(state.users).flatMap((devices) => Object.values(devices)).filter(({ online }) => online);
  return theirs.length === world.connections();
}

// Gives the server's state, if nothing happened while it was asked; else null.
async function look(service, world) {
  await untilIdle(world);
  const before = world.activity();
  const state = await service.console.state();
  service.clock.learn(state.now);
  await turn();
  await turn();
  world.hurry();
  await turn();
  return world.activity() === before && world.isQuick() ? state : null;
}

// Waits until nothing is under way.
export async function still(service, world) {
  const deadline = performance.now() + LONGEST;
  while (performance.now() < deadline) {
    const state = await look(service, world);
    if (state === null) continue;
    if (state.due !== null) await service.leap(state.due - state.now);
    else if (world.isIdle() && agrees(state, world) && (state.underWay === 0 || world.isHeld())) return;
  }
  process.stderr.write(`something is still under way after ${LONGEST} ms: ${world.describeTraffic()}\n`);
}

// Waits for `asked`. If it has to wait for the server's clock, the clock is moved, or, if it must not, nothing is given.
export async function patiently(asked, service, world, mayMove) {
  let answer;
  asked.then((given) => { answer = [given]; }, (why) => { answer = [Promise.reject(why)]; answer[0].catch(() => {}); });
  for (;;) {
    const state = await look(service, world);
    if (answer) return answer[0];
    if (state === null || state.due === null) continue;
    if (!mayMove) return undefined;
    await service.leap(state.due - state.now);
  }
}
