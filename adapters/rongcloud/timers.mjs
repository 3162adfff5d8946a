// Timers: setTimeout and setInterval of a page. They end with the page, and tell whether it has something to do at once.

const SHORT = 20;   // milliseconds: a delay that means "next", not "later"
const OFTEN = 1000; // an interval that an app's user does not notice

export class Timers {
  constructor() {
    this.running = new Map();
  }

  after(run, delay = 0, ...args) {
    const timer = setTimeout(() => {
      this.running.delete(timer);
      run(...args);
    }, delay);
    this.running.set(timer, { isShort: delay <= SHORT });
    return timer;
  }

  every(run, delay = 0, ...args) {
    const timer = setInterval(run, delay, ...args);
    this.running.set(timer, { often: delay <= OFTEN ? () => run(...args) : null });
    return timer;
  }

  stop(timer) {
    this.running.delete(timer);
    clearTimeout(timer);
  }

  isIdle() {
    for (const { isShort } of this.running.values()) if (isShort) return false;
    return true;
  }

  // Lets the short intervals come round at once, as if half a second had passed: the SDK collects what it heard of
  // people who type, and tells the app twice a second.
  hurry() {
    for (const { often } of [...this.running.values()]) often?.();
  }

  stopAll() {
    for (const timer of this.running.keys()) clearTimeout(timer);
    this.running.clear();
  }
}
