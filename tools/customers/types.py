"""Arguments and evidence of the customer tools."""

from __future__ import annotations

from tools.base import Arguments, Evidence
from tools.evidence import AddressFields, MethodView


class VerifyCustomer(Arguments):
    """One complete proof: e-mail; or name and postcode; or order and phone."""

    email: str | None = None
    name: str | None = None
    """Full name as the person wrote it, either order for Chinese names."""
    postcode: str | None = None
    order_id: str | None = None
    phone: str | None = None


class VerifiedCustomer(Evidence):
    """Who was proven; the executor has put it on the conversation."""

    customer_id: str
    name: str
    proof: str


class GetProfile(Arguments):
    """No arguments: the session says whose."""


class SavedAddress(Evidence):
    """An entry of the address book."""

    address_id: str
    is_default: bool
    address: AddressFields


class Profile(Evidence):
    """What the shop has on file about the person."""

    customer_id: str
    name: str
    email: str
    phone: str
    tier: str
    addresses: tuple[SavedAddress, ...]
    payment_methods: tuple[MethodView, ...]


class ChangeDefaultAddress(Arguments):
    """The new default address, whole."""

    address: AddressFields


class DefaultAddressChange(Evidence):
    """Before and after."""

    before: AddressFields | None
    after: AddressFields
