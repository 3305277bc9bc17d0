"""Who calls, and what they may read: accounts, cookies, tickets, the guard in front of every route."""
