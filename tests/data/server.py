"""A loopback server for the download tests. Prints its port, then serves until killed.

/good/X       9000 bytes            /missing/X    404
/corrupt/X    one byte wrong        /truncated/X  promises 9000 bytes, closes after 4000
/long/X       10000 bytes           /slow/X       half, then waits
"""
import http.server
import time

GOOD = bytes(i * i % 251 for i in range(9000))


class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        kind = self.path.split("/")[1]
        if kind == "missing":
            self.send_error(404)
            return
        body = {"corrupt": b"\0\1" + GOOD[2:-1] + b"\xff", "long": GOOD + bytes(1000)}.get(kind, GOOD)
        self.send_response(200)
        if kind != "long":
            self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if kind == "truncated":
            body = body[:4000]
        if kind == "slow":
            self.wfile.write(body[:4500])
            self.wfile.flush()
            time.sleep(5)
        else:
            self.wfile.write(body)

    def log_message(self, *arguments):
        pass


server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
server.daemon_threads = True
print(server.server_address[1], flush=True)
server.serve_forever()
