"""Reads CSV files with Python's own csv module.

Jobs come as a JSON list on stdin, results go as a JSON list to stdout: for each job the records, each with the
physical line on which it starts. Blank lines, which csv.reader gives as [], are left out.

A job: path, and as keyword arguments would have them: encoding, errors, delimiter, quotechar (null: nothing is
quoted), doublequote, escapechar, skipinitialspace. What csv.reader cannot do is done to the text before:
comment: lines that begin with it where a record could begin are left out;
standIns: pairs of a text and a character that stands for it while csv.reader reads, as it takes no delimiter or quote
of several characters.
"""

import csv
import gzip
import io
import json
import sys


class Lines:
    """The lines of a text, counted, without the comments between its records."""

    def __init__(self, text, comment):
        # newline='' leaves line ends alone: LF, CRLF and CR each end a line.
        self.lines = iter(io.StringIO(text, newline=''))
        self.comment = comment
        self.count = 0
        self.record_line = None

    def __iter__(self):
        return self

    def __next__(self):
        while True:
            line = next(self.lines)
            self.count += 1
            if self.record_line is None:
                if self.comment is not None and line.startswith(self.comment):
                    continue
                self.record_line = self.count
            return line


def text_of(job):
    with open(job['path'], 'rb') as file:
        data = file.read()
    if job['path'].endswith('.gz'):
        data = gzip.decompress(data)
    text = data.decode(job.get('encoding', 'utf-8'), job.get('errors', 'strict'))
    for meant, stand_in in job.get('standIns', []):
        assert stand_in not in text, f'{stand_in!r} stands in {job["path"]} itself'
        text = text.replace(meant, stand_in)
    return text


def as_meant(field, job):
    for meant, stand_in in job.get('standIns', []):
        field = field.replace(stand_in, meant)
    return field


def records_of(job):
    lines = Lines(text_of(job), job.get('comment'))
    quotechar = job.get('quotechar', '"')
    reader = csv.reader(
        lines,
        delimiter=job.get('delimiter', ','),
        quotechar=quotechar,
        quoting=csv.QUOTE_NONE if quotechar is None else csv.QUOTE_MINIMAL,
        doublequote=job.get('doublequote', True),
        escapechar=job.get('escapechar'),
        skipinitialspace=job.get('skipinitialspace', False),
        strict=False,
    )
    records = []
    for fields in reader:
        if fields:
            records.append({'line': lines.record_line, 'fields': [as_meant(field, job) for field in fields]})
        lines.record_line = None
    return records


def main():
    csv.field_size_limit(2**31 - 1)
    jobs = json.load(sys.stdin)
    json.dump([records_of(job) for job in jobs], sys.stdout)


if __name__ == '__main__':
    main()
