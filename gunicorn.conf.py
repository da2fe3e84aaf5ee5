"""How the web server runs wherever it is started: by bin/run, the browser tests, the benchmarks."""

loglevel = "warning"
# A connection kept alive stays with the worker that took it: of eight readers six would wait for one, the other idle.
keepalive = 0
