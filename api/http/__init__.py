"""The HTTP interface under /v1: strict at the door, thin inside."""
