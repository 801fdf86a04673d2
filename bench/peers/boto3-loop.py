# What one writes with boto3: csv.DictReader and batch_writer. Endpoint and credentials come from the environment.
#   python boto3-loop.py FILE TABLE
import csv
import sys

import boto3

file, table = sys.argv[1:]
with open(file, newline="", encoding="utf-8") as source:
    with boto3.resource("dynamodb").Table(table).batch_writer() as batch:
        for record in csv.DictReader(source):
            batch.put_item(Item=record)
