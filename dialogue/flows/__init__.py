"""The shop's procedures: one YAML file each, in both languages. `load_flows` reads and checks them."""

from dialogue.flows.model import Flow, FlowError, SlotSpec, Step, Texts, load_flows

__all__ = ["Flow", "FlowError", "SlotSpec", "Step", "Texts", "load_flows"]
