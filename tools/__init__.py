"""What may be done: the executor, the policies, and one sub-package a capability."""
