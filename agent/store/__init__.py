"""The record: rounds and their sheets, states, looks, runs and the journal, in SQLite or PostgreSQL.

``Store`` (engine.py) opens the database and runs each use case as one transaction; the other modules hold the
functions that such a transaction is made of. Each takes the connection and the agent's name first.
"""
