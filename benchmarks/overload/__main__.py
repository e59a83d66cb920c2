"""How `kubeocr serve` bears more than it can do: each part on a server of its own, with images of one line that are drawn.

    make bench-overload ARGS='--parts peak,soak,fair,tenants,equal,cancel,stream'

- peak: the most requests a second, then five times as many offered: what is still answered, and how soon the rest is refused.
- soak: memory after 1,000 requests and after 20,000.
- fair: how long one line takes alone, and while another client has a book of 500 pages read.
- tenants: how long a page takes now and then, alone and while another API key keeps all of the queue full that it may have.
- equal: 10,000 answers with 32 clients against those of one client.
- cancel: how long the pages of a book still wait to be read once it is deleted, or its connection closed, beside busy clients.
- stream: a book of 1,000 short pages, answered page by page: memory over the idle server's, and when the first page comes.

Clients take CPU time from the server on the same machine, so that what it can do alone is rather more.
The last line is JSON: figures, targets, whether they are met.
"""

import pathlib
import sys

sys.path[0] = str(pathlib.Path(__file__).resolve().parents[2])  # modules are `benchmarks.overload.*` here, as in the tests

from benchmarks.overload import story  # noqa: E402

if __name__ == "__main__":
    sys.exit(story.main(sys.argv[1:]))
