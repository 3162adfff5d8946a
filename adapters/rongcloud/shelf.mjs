// Shelf: pages that wait to be opened. To load the SDK takes a tenth of a second, so a page that a device of the last
// world has closed serves one of the next; never another one of the same world, which might know it again.
import { Page } from './surroundings.mjs';

export class Shelf {
  constructor(now) {
    this.now = now;
    this.ready = new Map(); // by platform
    this.used = [];
  }

  take(platform) {
    return this.ready.get(platform)?.pop() ?? new Page(platform, this.now);
  }

  // Closes a page, whose place is here again after the next renew().
  async put(page) {
    await page.close();
    this.used.push(page);
  }

  // A new world begins.
  renew() {
    for (const page of this.used) {
      if (!this.ready.has(page.platform)) this.ready.set(page.platform, []);
      this.ready.get(page.platform).push(page);
    }
    this.used = [];
  }
}
