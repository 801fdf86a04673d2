# awswrangler's own way from a CSV file to a table. All columns as text, as the others load them.
#   python awswrangler-load.py FILE TABLE
import sys

import awswrangler

file, table = sys.argv[1:]
awswrangler.dynamodb.put_csv(file, table, dtype=str, keep_default_na=False)
