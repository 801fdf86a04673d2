// node bench/docs.mjs: the tables and the plot of docs/benchmarks.md, from bench/results.json.
import { readResults } from './report/results.mjs';
import { writeDocs } from './report/write-docs.mjs';

writeDocs(readResults());
