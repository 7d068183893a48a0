"""Every way in: HTTP, portal, command line, jobs. Decides nothing."""
