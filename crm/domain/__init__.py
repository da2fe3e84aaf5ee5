"""Ground floor: the law of the office as pure functions. No Flask, no SQLAlchemy, no clock."""
