"""Names that the master user and other roles of an RDS Postgres may not have, or should not. Pure."""

_KEYWORDS = """
all analyse analyze and any array as asc asymmetric authorization binary both case cast check collate
collation column concurrently constraint create cross current_catalog current_date current_role
current_schema current_time current_user default deferrable desc distinct do else end except false fetch
for foreign freeze from full grant group having ilike in initially inner intersect into is isnull join
lateral leading left like limit localtime localtimestamp natural none not notnull null offset on only or
order outer overlaps placing primary public references returning right select session_user similar some
symmetric system_user table tablesample then to trailing true union unique user using variadic verbose
when where window with
"""
RESERVED_USERNAMES = frozenset(_KEYWORDS.split()) | {
    # Everybody tries these first (Security Hub RDS.25 names the first two).
    "postgres", "admin", "administrator", "master", "root", "sa", "superuser",
    # RDS's own roles.
    "rdsadmin", "rdsproxyadmin", "rdsrepladmin", "rdstopmgr",
}  # fmt: skip
"""RDS refuses the reserved words of its engine (PostgreSQL's appendix C, and its role names) and its own."""
RESERVED_PREFIXES = ("pg_", "rds_")
"""Of roles that PostgreSQL and RDS make themselves."""


def is_reserved(username: str) -> bool:
    """Whether no role of ours may have this name."""
    return username in RESERVED_USERNAMES or username.startswith(RESERVED_PREFIXES)
