/** Loads a CSV file and prints the result: node load-people.js people.csv people */
import { load, LoadStopped } from 'csv2ddb';

const [file = 'people.csv', table = 'people'] = process.argv.slice(2);

const stop = new AbortController();
process.once('SIGINT', () => {
  stop.abort();
});

try {
  const summary = await load({
    sources: file,
    table,
    types: { age: 'N', active: 'BOOL' },
    maxErrors: '1%',
    resume: true,
    signal: stop.signal,
    onProgress({ read, done }) {
      const percent = done === undefined ? '' : ` (${Math.floor(done * 100)} %)`;
      process.stderr.write(`${read} records${percent}\n`);
    },
  });
  process.stdout.write(`${summary.written} written, ${summary.rejected} rejected\n`);
  process.exitCode = summary.exitStatus;
} catch (error) {
  if (!(error instanceof LoadStopped)) throw error;
  const { read, checkpoint } = error.summary;
  process.stderr.write(`stopped after ${read} records: ${error.code}: ${error.message}\n`);
  if (checkpoint !== null) process.stderr.write('run it again to resume\n');
  process.exitCode = error.exitStatus;
}
