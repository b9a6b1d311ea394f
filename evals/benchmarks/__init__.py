"""The public benchmarks, by name: ``xiaoer eval list``, ``xiaoer eval NAME --data DIR [--test DIR]``.

One module a benchmark (or a family that is measured alike) says its protocol and runs it with the product's own component; `registry` names them all.
"""
