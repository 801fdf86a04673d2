// Prints what the test run came to, with the packed tool's own job as one more test: `N passed, N failed, N skipped`.
import { readFileSync } from 'node:fs';

const [userStatus] = process.argv.slice(2);
let passed = 0;
let failed = 0;
let skipped = 0;
try {
  const results = JSON.parse(readFileSync(new URL('../.cache/test-results.json', import.meta.url), 'utf8'));
  passed = results.numPassedTests;
  failed = results.numFailedTests + (results.success || results.numFailedTests > 0 ? 0 : 1);
  skipped = results.numPendingTests + results.numTodoTests;
  const tests = results.testResults.flatMap((file) => file.assertionResults);
  for (const { status, fullName } of tests) {
    if (status !== 'passed' && status !== 'failed') console.log(`skipped: ${fullName}`);
  }
} catch (error) {
  console.error('no test results:', error);
  failed = 1;
}
if (userStatus === '0') passed += 1;
else failed += 1;
console.log(`${passed} passed, ${failed} failed, ${skipped} skipped`);
