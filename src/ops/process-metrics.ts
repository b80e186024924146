/**
 * @module ops/process-metrics
 * What this process costs: memory, processor time, descriptors, how late its event loop is, since when.
 */
import { processDescriptors } from "../lib/descriptors.ts";
import type { Meter } from "../lib/metrics.ts";

const LAG_PERIOD_MS = 500;

/** Registers the gauges and starts the lag probe. @returns a function that ends it. */
export function watchProcess(meter: Meter, version: string): () => void {
  const startedSeconds = Date.now() / 1000;
  meter.gauge("chatsrv_build_info", "Which build this is; always 1.", () => 1, { version });
  meter.gauge(
    "chatsrv_process_start_time_seconds",
    "Start of the process, seconds since 1970.",
    () => startedSeconds,
  );
  meter.gauge("chatsrv_process_resident_memory_bytes", "Memory of the process in RAM.", () =>
    process.memoryUsage.rss(),
  );
  meter.gauge("chatsrv_process_cpu_seconds", "Processor time spent so far, user and system.", () => {
    const { user, system } = process.cpuUsage();
    return (user + system) / 1e6;
  });
  const descriptors = processDescriptors();
  if (descriptors !== undefined) {
    meter.gauge("chatsrv_process_open_fds", "Open file descriptors.", () => descriptors.open());
    meter.gauge("chatsrv_process_max_fds", "File descriptors that may be open.", () => descriptors.limit);
  }
  return watchLag(meter);
}

/** A timer that is due every half second; how late it comes is how long anything else has to wait as well. */
function watchLag(meter: Meter): () => void {
  let due = performance.now() + LAG_PERIOD_MS;
  let lagMs = 0;
  const timer = setInterval(() => {
    const now = performance.now();
    lagMs = Math.max(0, now - due);
    due = now + LAG_PERIOD_MS;
  }, LAG_PERIOD_MS);
  timer.unref();
  meter.gauge(
    "chatsrv_process_event_loop_lag_seconds",
    "How late the event loop ran a timer when last measured.",
    () => lagMs / 1000,
  );
  return () => clearInterval(timer);
}
