"""``python -m channels`` is ``xiaoer``."""

from channels.cli import main

main()
