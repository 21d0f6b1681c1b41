"""The joint engine and its peers on the ladder: who proves what, when, and with how much memory."""
