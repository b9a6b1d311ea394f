"""Shopify's customers export: one row a customer, with the default address."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from knowledge.importers.base import Row, Unit, Values
from knowledge.importers.files import Record
from knowledge.importers.shopify_cells import Shop, cell, faulty
from knowledge.importers.values import has_chinese, phone
from knowledge.schema import Address, Customer

REQUIRED: Final = ("First Name", "Last Name", "Email")
_NAMES = {"email": "Email", "first_name": "First Name", "last_name": "Last Name", "phone": "Phone", "id": "Customer ID"}


def customers(records: Iterator[Record], shop: Shop) -> Iterator[Unit]:
    """Yield customers, each with the default address if there is one."""
    for record in records:
        if record.fault:
            yield faulty(record, "customer", "", record.fault)
            continue
        email = cell(record, "Email").lower()
        customer_id = cell(record, "Customer ID") or email or phone(cell(record, "Phone"))
        if not customer_id:
            yield faulty(record, "customer", "Email", "expected a customer id, an e-mail address or a phone number")
            continue
        yield Unit((_customer(customer_id, email, record, shop), *_address(customer_id, record)))
        if email:
            shop.customer_by_email.setdefault(email, customer_id)


def _customer(customer_id: str, email: str, record: Record, shop: Shop) -> Row:
    first, last = cell(record, "First Name"), cell(record, "Last Name")
    number = cell(record, "Phone") or cell(record, "Default Address Phone")
    values: Values = {
        "id": customer_id,
        "first_name": first,
        "last_name": last,
        "email": email,
        "phone": phone(number),
        "lang": "zh" if has_chinese(first + last) else "en",
        "region": cell(record, "Default Address Country Code"),
    }
    return Row(Customer, values, record.file, record.row, once={"created_at": shop.now}, names=_NAMES)


def _address(customer_id: str, record: Record) -> Iterator[Row]:
    def said(name: str) -> str:
        return cell(record, f"Default Address {name}") or cell(record, name)  # older exports lack the prefix

    if not said("Address1"):
        return
    name = " ".join(filter(None, (cell(record, "First Name"), cell(record, "Last Name"))))
    values: Values = {
        "id": f"{customer_id}:default",
        "customer_id": customer_id,
        "recipient": said("Company") or name,
        "phone": phone(said("Phone")),
        "line1": said("Address1"),
        "line2": said("Address2"),
        "city": said("City"),
        "state": said("Province Code") or said("Province"),
        "postcode": said("Zip"),
        "country": said("Country Code") or said("Country"),
        "is_default": True,
    }
    yield Row(Address, values, record.file, record.row)
