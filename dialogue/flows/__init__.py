"""The shop's procedures: one YAML file each, in both languages. `load_flows` reads and checks them."""

from dialogue.flows.loading import load_flows, procedures
from dialogue.flows.model import Flow, FlowError, SlotSpec, Step, Texts

__all__ = ["Flow", "FlowError", "SlotSpec", "Step", "Texts", "load_flows", "procedures"]
