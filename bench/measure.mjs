// Loaded with `node --import` into a process that is measured: at its end it writes what the process used.
import { writeFileSync } from 'node:fs';

const file = process.env['BENCH_MEASURE_FILE'];
if (file !== undefined) {
  process.on('exit', () => {
    const { userCPUTime, systemCPUTime, maxRSS } = process.resourceUsage();
    const used = { cpuSeconds: (userCPUTime + systemCPUTime) / 1e6, peakMb: maxRSS / 1024 };
    writeFileSync(file, JSON.stringify(used));
  });
}
