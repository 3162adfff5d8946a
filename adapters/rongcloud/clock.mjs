// Clocks: the time that events bear, and the time that a device's own clock shows.

// The vendor's cloud lives by real time; mdsync itself stamps what comes.
export class RealClock {
  now() {
    return Date.now();
  }

  stamp() {
    return {};
  }

  answer() {
    return {};
  }

  learn() {}
}

// The emulator's clock stands still but for leaps. What is known of it here comes from its console and from the times of
// messages; it never runs backwards. A device's own clock leaps with it, and runs on in between, as the SDK expects.
export class EmulatorClock {
  time = 0;     // the latest that is known
  answered = 0; // the time of the last answer: from there mdsync counts what it wants to wait

  begin(time) {
    this.time = this.answered = time;
    this.ahead = time - performance.now();
  }

  leap(duration) {
    this.time += duration;
    this.ahead += duration;
  }

  // The time for an answer that says what time it is.
  answer() {
    this.answered = this.time;
    return this.stamp();
  }

  now() {
    return Math.floor(this.ahead + performance.now());
  }

  stamp() {
    return { t: this.time };
  }

  learn(time) {
    this.time = Math.max(this.time, Number(time) || 0);
  }
}
