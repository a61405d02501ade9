"""The type of a connection: its rows are tuples."""

from typing import Any

import psycopg

Connection = psycopg.Connection[tuple[Any, ...]]
