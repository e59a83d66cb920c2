"""A process that starts and never says anything, in place of one that draws PDFs."""

import time

time.sleep(600)
