"""Serve `_build/html` on localhost."""

from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer

handler = partial(SimpleHTTPRequestHandler, directory="_build/html")
try:
    server = ThreadingHTTPServer(("127.0.0.1", 8000), handler)
except OSError:  # the port is taken: let the system choose one
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
print(f"The book is at http://localhost:{server.server_port}/ (stop with Ctrl-C)", flush=True)
try:
    server.serve_forever()
except KeyboardInterrupt:
    print()
