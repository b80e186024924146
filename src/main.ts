/**
 * @module main
 * The executable: command line in, exit code out. The only place that ends the process.
 */
import { run } from "./cli/run.ts";
import { systemIo } from "./cli/system-io.ts";

const io = systemIo();

/** Ends with a code once everything that was written is out. */
async function end(code: number): Promise<never> {
  await Promise.all([io.stdout.flush(), io.stderr.flush()]);
  process.exit(code);
}

// In the next turn: whoever else listens has something to log first.
io.onCrash(() => queueMicrotask(() => void end(1)));
void run(process.argv.slice(2), io).then(end);
