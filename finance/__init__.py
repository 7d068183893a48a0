"""What people do: raise, lend, invest, pay in, pay out."""
