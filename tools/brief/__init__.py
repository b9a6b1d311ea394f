"""The merchant's daily brief: what was unusual about a day, what that is made of, and what waits for a decision.

It looks over what other capabilities know (figures, prices, risk cases, tickets, stock) and adds nothing to it but the judgement
whether a day lies outside its usual range; none of them knows of it.
"""
