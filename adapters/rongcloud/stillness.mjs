// Stillness: when nothing is under way any more.
//
// A page tells what it has asked and not heard yet; what is still on its way down only the server knows. Both run on one
// machine: when the server has answered a request of ours, what it had sent before lies in our sockets, and one turn of
// the event loop takes it out. If nothing came then, and nothing is unanswered, there is nothing.
const LONGEST = 8000; // milliseconds: an answer that never comes must not hold up the rest

const turn = () => new Promise((resolve) => setImmediate(resolve));

async function untilIdle(world, deadline) {
  while (!world.isIdle() && performance.now() < deadline) await turn();
}

// Whether the server knows of as many sessions as the devices do: whoever has left, has left there too.
function agrees(state, world) {
  const theirs = Object.values(state.users).flatMap((devices) => Object.values(devices)).filter(({ online }) => online);
  return theirs.length === world.connections();
}

// Waits until the world is still. `ask` gives the server's state.
export async function isStill(world, ask, clock) {
  const deadline = performance.now() + LONGEST;
  while (performance.now() < deadline) {
    await untilIdle(world, deadline);
    const before = world.activity();
    const state = await ask();
    await turn();
    await turn();
    world.hurry();
    await turn();
    if (!world.isIdle() || world.activity() !== before || !agrees(state, world)) continue;
    if (state.underWay > 0 && !world.isHeld()) continue;
    clock.learn(state.now);
    return true;
  }
  process.stderr.write(`something is still under way after ${LONGEST} ms: ${world.describeTraffic()}\n`);
  return false;
}
