"""What becomes of accepted jobs while workers are killed, and what the queue costs.

    make bench-jobs ARGS='--jobs 1000 --parts sqlite,redis-everysec,redis-always,overhead,cancel'

- sqlite, redis-everysec, redis-always: that many jobs of three pages through three real worker processes, of which one is
  killed (SIGKILL) every two seconds and another one started; Redis is killed once and ended once meanwhile, with that
  `appendfsync`. What was done is noted outside of the queue, line by line: pages that are read, pages and jobs that the ledger
  took.
- overhead: what the ledger's part of a job takes, one after the other, with nothing to read.
- cancel: from the word to an engine that is free again.

Workers are whole services with a reader that needs no models and takes a set time. The last line is JSON: figures, targets,
whether they are met.
"""

import pathlib
import sys

sys.path[0] = str(pathlib.Path(__file__).resolve().parents[2])  # modules are `benchmarks.jobs.*` here, as in the tests

from benchmarks.jobs import story  # noqa: E402

if __name__ == "__main__":
    sys.exit(story.main(sys.argv[1:]))
