// Talk: the lines between mdsync and the adapter. Requests are begun as they come, and answered in that order.
import { createInterface } from 'node:readline';

export class Talk {
  constructor(input, output) {
    this.input = input;
    this.output = output;
    this.answers = Promise.resolve();
  }

  write(line) {
    this.output.write(`${JSON.stringify(line)}\n`);
  }

  event(event) {
    this.write(event);
  }

  // Calls `answer` with each request until `bye` or the end; what it gives, or throws, becomes the answer. If that is a
  // function, it is called when the turn of this answer has come: it says what time it is then.
  async run(answer) {
    for await (const line of createInterface({ input: this.input, crlfDelay: Infinity })) {
      const request = JSON.parse(line);
      if (request.op === 'bye') return;
      const given = answer(request).catch(answerOf);
      this.answers = this.answers.then(async () => this.write({ id: request.id, ...said(await given) }));
    }
  }
}

function said(answer) {
  return typeof answer === 'function' ? answer() : answer;
}

// What cannot be done, by the adapter or by the system: no fault of either.
export class Unsupported extends Error {}
// What the system said no to; the message is its code.
export class Refused extends Error {}

function answerOf(why) {
  if (why instanceof Unsupported) return { unsupported: why.message };
  if (why instanceof Refused) return { refused: why.message };
  return { error: why.stack.slice(0, 1000) };
}
