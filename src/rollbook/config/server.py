"""How the web server runs: `gunicorn -c python:rollbook.config.server rollbook.config.wsgi`.

Each value can be overridden on gunicorn's own command line.
"""

import os

bind = os.environ.get("ROLLBOOK_BIND", "127.0.0.1:8000")
# Two processes keep two cores busy. Threads wait for the disk while others answer.
workers = int(os.environ.get("ROLLBOOK_WORKERS", "2"))
worker_class = "gthread"
threads = 4
# Each process opens its own database pool: a pool doesn't survive being forked.
preload_app = False
control_socket_disable = True
timeout = 60
graceful_timeout = 20
keepalive = 5
# Pages and registers are small; a longer line or more headers than these is no browser of ours.
limit_request_line = 4094
limit_request_fields = 100
errorlog = "-"
loglevel = os.environ.get("ROLLBOOK_LOG_LEVEL", "warning").lower()
