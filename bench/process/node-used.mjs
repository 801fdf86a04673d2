// Loaded with `node --import` into a process that is measured where measure.cpp cannot be compiled: at its end it writes
// what the process used.
import { writeFileSync } from 'node:fs';

const file = process.env['BENCH_MEASURE_FILE'];
if (file !== undefined) {
  process.on('exit', () => {
    const { userCPUTime, systemCPUTime, maxRSS } = process.resourceUsage();
    const wallSeconds = performance.now() / 1000;
    const startEpochMs = performance.timeOrigin;
    const cpuSeconds = (userCPUTime + systemCPUTime) / 1e6;
    writeFileSync(file, JSON.stringify({ startEpochMs, wallSeconds, cpuSeconds, peakMb: maxRSS / 1024 }));
  });
}
