"""The log: every request and every connection, for specs to count.

A request's row is written when the request is read and completed when the
answer is out, so that requests which never end are seen too (`end` absent).
"""

import threading
import time


class Journal:
    def __init__(self):
        self.lock = threading.Lock()
        self.requests = []
        self.connections = []
        self.opened = 0

    def connection(self, transport):
        with self.lock:
            self.opened += 1
            row = {"connection": self.opened, "transport": transport, "opened": time.time(), "requests": 0}
            self.connections.append(row)
            return row

    def request(self, connection, started):
        with self.lock:
            row = {"start": started, "connection": connection["connection"], "transport": connection["transport"],
                   "new": connection["requests"] == 0, "tls": connection.get("tls")}
            connection["requests"] += 1
            self.requests.append(row)
            return row

    def clear(self):
        with self.lock:
            self.requests = []
            self.connections = [row for row in self.connections if "closed" not in row]

    def read(self):
        with self.lock:
            return {"requests": [dict(row) for row in self.requests],
                    "connections": [dict(row) for row in self.connections]}
