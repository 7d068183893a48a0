"""Keep a log of every act that outsiders can verify without trusting the operator."""
