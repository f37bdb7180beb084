"""Subscriptions of statistics: kept, collected on the first working day of a quarter, and sent by mail."""
