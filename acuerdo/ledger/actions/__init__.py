"""The mutations of the ledger, one a function: each locks its accounts, checks, writes, posts and audits in one transaction."""
