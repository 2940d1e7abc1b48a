"""What the Kazakh public procurement portal (goszakup.gov.kz) says, and what it means for a sum.

Three ways lead to the same contracts: GraphQL and REST with a token, the public register pages without one. Each way
fills the same `wire.Contract`; `contract.records_of` makes records of it. Nothing here fetches anything.
"""
