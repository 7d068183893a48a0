"""How well the trained scorecard foretells, on a public set of loans."""
