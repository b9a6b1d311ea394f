"""Speed, measured from outside: a server in a process of its own, customers of its shop that write to it, figures with their n.

``python -m evals.bench.turns``: a turn by stage with one shopper at a time, turns a second with many (closed loops).
``xiaoer eval load``: messages on a fixed schedule over HTTP and WebSocket while idle sockets are held (open loop).
``python -m evals.bench.everything``: these and all that the project can say of itself, collected in one folder.
"""
