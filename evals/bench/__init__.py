"""Speed, measured from outside: a server in a process of its own, shoppers that write over HTTP, figures with their n.

python -m evals.bench.turns --json
"""
