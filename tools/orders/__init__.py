"""Everything after the purchase: look up, track, cancel, change, return, exchange, refund, invoice, price protection.

What the tools refuse, by code. ``mendable`` codes (`tools.errors.ArgumentError`) may succeed with other arguments;
``person`` codes (`tools.errors.NeedsPersonError`, with ``needs_person`` true among the facts) are for a person; the rest
is final. ``action`` is always a tool's name, an amount is ``{"minor", "currency"}``, a ``title`` is ``{"zh", "en"}``, a time
is ISO 8601 in UTC, a payment method is a `tools.evidence.MethodView` as JSON.

========================  ========  ==================================================================================
code                      kind      facts
========================  ========  ==================================================================================
order_not_found           mendable  order_id
line_not_found            mendable  line_id, order_id
line_repeated             mendable  line_id, order_id
nothing_left              mendable  line_id, title, order_id: all its pieces were returned or exchanged
quantity_too_high         mendable  line_id, title, order_id, left, quantity
whole_line_only           mendable  line_id, title, order_id, left
variant_not_found         mendable  sku, title
variant_unavailable       mendable  line_id, sku, title, options, left (None: not counted), needed
not_same_product          mendable  line_id, sku, title, options
same_variant              mendable  line_id, sku, title, options
payment_method_not_found  mendable  payment_method_id, available (methods)
method_not_allowed        mendable  payment_method_id, order_id, allowed (methods)
same_method               mendable  payment_method_id, order_id
balance_too_low           mendable  payment_method_id, order_id, balance (amount), needed (amount)
address_incomplete        mendable  order_id, missing (of ``line1``, ``city``)
address_unchanged         mendable  order_id
reason_needed             mendable  action, accepted (reasons)
kind_unknown              mendable  kind
title_needed              mendable  kind
email_invalid             mendable  email
tax_id_needed             mendable  title (the company's name, plain text)
tax_id_invalid            mendable  tax_id
status_forbids            final     action, order_id, status, allowed (statuses)
window_passed             final     action, order_id, days, event (``placed`` or ``delivered``), since, until (times)
already_modified          final     action, order_id
already_requested         final     action, order_id: a return or an exchange, where the policy allows one
already_invoiced          final     action, order_id, status, email
already_protected         final     action, order_id
not_enabled               final     action, order_id, what (the same as action)
reason_not_accepted       final     action, accepted (reasons), reason
category_excluded         final     action, order_id, line_id, title, category (``{"zh", "en"}``)
price_not_fallen          final     action, order_id, lines (each title, paid (amount), now (amount or None))
nothing_to_invoice        final     action, order_id
refund_needs_person       person    order_id, kind (of refund), amount, limit (amounts)
reason_needs_person       person    action, order_id, reason
delivery_unknown          person    action, order_id, days
payment_unknown           person    action, order_id
========================  ========  ==================================================================================
"""
